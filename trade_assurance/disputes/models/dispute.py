"""The dispute itself. Only `operations` write; migration `0002` forbids impossible steps."""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import Q

from marketplace.core.ids import REF_LENGTH, new_ref
from marketplace.core.models import StatefulModel, TransitionRecord
from marketplace.core.money import Money
from trade_assurance.disputes.querysets import DisputeQuerySet
from trade_assurance.disputes.states import (
    DISPUTE_TRANSITIONS,
    OPEN_STATES,
    Clause,
    DisputeState,
    Reason,
    Side,
)


class Dispute(StatefulModel):
    """One claim on one hold: only `claimed_minor` is frozen, the rest of the trade goes on."""

    TRANSITIONS = DISPUTE_TRANSITIONS

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=partial(new_ref, "dsp"))
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="disputes")
    hold = models.ForeignKey("ta_holds.Hold", on_delete=models.PROTECT, related_name="disputes")
    opened_by = models.CharField(max_length=120)
    opened_by_side = models.CharField(max_length=8, choices=Side, default=Side.BUYER)
    reason = models.CharField(max_length=16, choices=Reason)
    clause = models.CharField(max_length=16, choices=Clause)
    statement = models.TextField()
    currency = models.CharField(max_length=3)
    claimed_minor = models.BigIntegerField()
    refund_minor = models.BigIntegerField(null=True)
    state = models.CharField(max_length=12, choices=DisputeState, default=DisputeState.NEGOTIATION)
    officer = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="cases")
    opened_at = models.DateTimeField()
    escalated_at = models.DateTimeField(null=True)
    evidence_until = models.DateTimeField(null=True)
    buyer_rests_at = models.DateTimeField(null=True)
    supplier_rests_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hold"], condition=Q(state__in=OPEN_STATES), name="dispute_one_at_a_time_per_hold"
            ),
            models.CheckConstraint(condition=Q(claimed_minor__gt=0), name="dispute_claims_something"),
            models.CheckConstraint(
                condition=Q(refund_minor__isnull=True)
                | Q(refund_minor__gte=0, refund_minor__lte=models.F("claimed_minor")),
                name="dispute_refund_not_above_claim",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_STATES, ended_at__isnull=True)
                | (~Q(state__in=OPEN_STATES) & Q(ended_at__isnull=False)),
                name="dispute_ended_exactly_when_not_open",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["negotiation", "settled", "withdrawn"])
                | Q(escalated_at__isnull=False),
                name="dispute_decided_only_after_escalation",
            ),
        ]
        indexes = [models.Index(fields=["state", "opened_at"], name="dispute_by_state")]

    def __str__(self) -> str:
        return self.ref

    @property
    def claimed(self) -> Money:
        return Money(self.claimed_minor, self.currency)

    @property
    def is_open(self) -> bool:
        """Whether its amount is still frozen."""
        return self.state in OPEN_STATES


class DisputeTransition(TransitionRecord):
    """One step of a dispute."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"
