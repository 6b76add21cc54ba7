"""The dispute itself. Only `operations` write; migration `0002` forbids impossible steps."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import models
from django.db.models import Q

from marketplace.core.ids import REF_LENGTH, new_ref
from marketplace.core.models import StatefulModel, TransitionRecord
from marketplace.core.money import Money
from trade_assurance.disputes.querysets import DisputeQuerySet
from trade_assurance.disputes.states import (
    DISPUTE_TRANSITIONS,
    JUDGED_STATES,
    OPEN_STATES,
    Clause,
    DisputeState,
    Ending,
    Reason,
    Side,
)


class Dispute(StatefulModel):
    """One claim on an order: only `claimed_minor` is frozen (spread over its holds), the rest goes on.

    `shipment` when the claim is about one shipment alone. `charged_back_minor` of what was claimed left by
    a chargeback: the officer divides what is left. While `paused_at` is set the case's clocks stand still.
    """

    TRANSITIONS = DISPUTE_TRANSITIONS

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=partial(new_ref, "dsp"))
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="disputes")
    shipment = models.ForeignKey(
        "orders.Shipment", on_delete=models.PROTECT, null=True, related_name="disputes"
    )
    opened_by = models.CharField(max_length=120)
    opened_by_side = models.CharField(max_length=8, choices=Side, default=Side.BUYER)
    reason = models.CharField(max_length=16, choices=Reason)
    clause = models.CharField(max_length=16, choices=Clause)
    statement = models.TextField()
    currency = models.CharField(max_length=3)
    claimed_minor = models.BigIntegerField()
    charged_back_minor = models.BigIntegerField(default=0)
    refund_minor = models.BigIntegerField(null=True)
    state = models.CharField(max_length=12, choices=DisputeState, default=DisputeState.NEGOTIATION)
    ended_because = models.CharField(max_length=20, choices=Ending, blank=True)
    officer = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="cases")
    opened_at = models.DateTimeField()
    escalated_at = models.DateTimeField(null=True)
    evidence_until = models.DateTimeField(null=True)
    buyer_rests_at = models.DateTimeField(null=True)
    supplier_rests_at = models.DateTimeField(null=True)
    appealed_at = models.DateTimeField(null=True)
    appealed_by_side = models.CharField(max_length=8, choices=Side, blank=True)
    appeal_grounds = models.TextField(blank=True)
    paused_at = models.DateTimeField(null=True)
    pause_reason = models.TextField(blank=True)
    paused_seconds = models.PositiveIntegerField(default=0)
    overdue_count = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(claimed_minor__gt=0), name="dispute_claims_something"),
            models.CheckConstraint(
                condition=Q(charged_back_minor__gte=0, charged_back_minor__lte=models.F("claimed_minor")),
                name="dispute_charged_back_within_claim",
            ),
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
                condition=~Q(state__in=["escalated", "decided", "appealed", "closed"])
                | Q(escalated_at__isnull=False),
                name="dispute_decided_only_after_escalation",
            ),
            models.CheckConstraint(
                condition=~Q(state="appealed")
                | (Q(appealed_at__isnull=False) & ~Q(appeal_grounds="") & ~Q(appealed_by_side="")),
                name="dispute_appealed_with_grounds",
            ),
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True) | ~Q(pause_reason=""),
                name="dispute_pause_has_a_written_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "opened_at"], name="dispute_by_state"),
            models.Index(fields=["reason", "ended_at"], name="dispute_by_reason"),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def claimed(self) -> Money:
        return Money(self.claimed_minor, self.currency)

    @property
    def standing(self) -> Money:
        """What of the claim there still is to divide: a chargeback may have taken some."""
        return Money(self.claimed_minor - self.charged_back_minor, self.currency)

    @property
    def is_open(self) -> bool:
        """Whether its amount is still frozen."""
        return self.state in OPEN_STATES

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None

    def evidence_is_open(self, at: datetime) -> bool:
        """From the claim until the end of the evidence days, on appeal anew; a pause keeps open what was open."""
        if self.state == DisputeState.NEGOTIATION:
            return True
        moment = self.paused_at or at
        return (
            self.state in JUDGED_STATES and self.evidence_until is not None and moment < self.evidence_until
        )


class ClaimLine(models.Model):
    """A line of the order that the claim names: how much of it, and its part of the claimed amount.

    One open claim per line and shipment: the trigger `claim_line_in_one_open_claim` of migration `0003`.
    """

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey("orders.OrderLine", on_delete=models.PROTECT, related_name="claims")
    position = models.PositiveIntegerField()
    title = models.CharField(max_length=330, help_text="with its variant")
    unit_code = models.CharField(max_length=3)
    hs_chapter = models.CharField(max_length=2, blank=True)
    quantity = models.DecimalField(max_digits=14, decimal_places=3)
    value_minor = models.BigIntegerField()
    claimed_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dispute", "line"], name="claim_line_once_per_claim"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, value_minor__gte=0, claimed_minor__gte=0),
                name="claim_line_names_something",
            ),
        ]
        indexes = [models.Index(fields=["hs_chapter"], name="claim_line_by_hs_chapter")]

    def __str__(self) -> str:
        return f"{self.quantity} of line {self.position}"


class DisputeTransition(TransitionRecord):
    """One step of a dispute."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class Assignment(models.Model):
    """An officer's turn with a case: who gave it to them and when it ended."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="assignments")
    officer = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    by = models.CharField(max_length=120)
    by_label = models.CharField(max_length=300)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dispute"], condition=Q(ended_at__isnull=True), name="assignment_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.officer_id} since {self.at:%Y-%m-%d %H:%M}"
