"""The supplier's other terms for a placed order, before there is a contract."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from marketplace.core.models import StatefulModel, TransitionRecord, TransitionTable
from orders.models.order import Order
from orders.rules.schedule import whole_order_data
from orders.states import AMENDMENT_TRANSITIONS, AmendmentState


class Amendment(StatefulModel):
    """The supplier's other terms for a placed order. `lines` holds every line as it would be."""

    TRANSITIONS: ClassVar[TransitionTable] = AMENDMENT_TRANSITIONS

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="amendments")
    version = models.PositiveIntegerField()
    proposed_by = models.CharField(max_length=120)
    proposed_at = models.DateTimeField()
    lines = models.JSONField()
    goods_minor = models.BigIntegerField()
    freight_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    ship_by = models.DateField()
    incoterms_rule = models.CharField(max_length=3)
    named_place = models.CharField(max_length=120)
    schedule = models.JSONField(default=whole_order_data)
    quantity_tolerance_bps = models.PositiveIntegerField(default=0)
    note = models.TextField(blank=True)
    state = models.CharField(max_length=12, choices=AmendmentState, default=AmendmentState.PROPOSED)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "version"], name="amendment_version_once"),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(state=AmendmentState.PROPOSED),
                name="amendment_one_waits_per_order",
            ),
            models.CheckConstraint(
                condition=Q(
                    goods_minor__gte=0,
                    freight_minor__gte=0,
                    total_minor=F("goods_minor") + F("freight_minor"),
                ),
                name="amendment_total_is_goods_plus_freight",
            ),
        ]

    def __str__(self) -> str:
        return f"amendment {self.version} of order {self.order_id}"


class AmendmentTransition(TransitionRecord):
    """A step of an amendment."""

    amendment = models.ForeignKey(Amendment, on_delete=models.CASCADE, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"
