"""An addendum: what both sides agreed about a running contract, beside the frozen terms, with its own hash."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from marketplace.core.ids import REF_LENGTH
from marketplace.core.models import StatefulModel, TransitionRecord, TransitionTable
from orders.models.order import Order
from orders.states import ADDENDUM_TRANSITIONS, AddendumState, Audience


class Addendum(StatefulModel):
    """Fewer goods or a lower price for what has not left yet, proposed by one side to the other.

    `lines` holds what is proposed for each line it touches: the quantity cancelled, and the unit price and
    discount of the rest; `value_minor` by how much the whole becomes cheaper. `terms` and `terms_hash` are written once, when it is accepted; a trigger keeps them.
    """

    TRANSITIONS: ClassVar[TransitionTable] = ADDENDUM_TRANSITIONS

    ref = models.CharField(max_length=REF_LENGTH, unique=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="addenda")
    number = models.PositiveIntegerField()
    side = models.CharField(
        max_length=8, choices=[(one.value, one.label) for one in (Audience.BUYER, Audience.SUPPLIER)]
    )
    proposed_by = models.CharField(max_length=120)
    proposed_label = models.CharField(max_length=300, blank=True)
    proposed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    lines = models.JSONField()
    freight_off_minor = models.BigIntegerField(default=0)
    value_minor = models.BigIntegerField()
    note = models.TextField(blank=True)
    state = models.CharField(max_length=12, choices=AddendumState, default=AddendumState.PROPOSED)
    answered_by = models.CharField(max_length=120, blank=True)
    answered_label = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True)
    terms = models.JSONField(null=True)
    terms_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="addendum_number_once"),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(state=AddendumState.PROPOSED),
                name="addendum_one_waits_per_order",
            ),
            models.CheckConstraint(
                condition=Q(freight_off_minor__gte=0, value_minor__gt=0), name="addendum_lowers_the_price"
            ),
            models.CheckConstraint(
                condition=(Q(state=AddendumState.ACCEPTED, terms__isnull=False) & ~Q(terms_hash=""))
                | (~Q(state=AddendumState.ACCEPTED) & Q(terms__isnull=True, terms_hash="")),
                name="addendum_terms_frozen_exactly_when_accepted",
            ),
        ]

    def __str__(self) -> str:
        return self.ref


class AddendumTransition(TransitionRecord):
    """A step of an addendum."""

    addendum = models.ForeignKey(Addendum, on_delete=models.CASCADE, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"
