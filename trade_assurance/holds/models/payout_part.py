"""What of a payout goes out of which payment, and what of it was taken back."""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import F, Q

from marketplace.core.ids import REF_LENGTH, new_ref
from marketplace.core.models import StatefulModel, TransitionRecord
from marketplace.core.querysets import LockableQuerySet
from trade_assurance.holds.models.payout import Payout
from trade_assurance.holds.states import (
    PART_TRANSITIONS,
    REVERSAL_TRANSITIONS,
    PartState,
    ReversalState,
)


class PayoutPart(StatefulModel):
    """A part of a payout on a rail that pays out of certain payments; `payment_ref` empty: out of the rail's balance.

    The parts of a payout add up to it. A payout of one part carries the payout's own reference to the rail.
    `reversed_minor` the rail took back for chargebacks, `returned_minor` came back by itself after it had arrived.
    """

    TRANSITIONS = PART_TRANSITIONS

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="parts")
    ref = models.CharField(max_length=REF_LENGTH, unique=True)
    payment_ref = models.CharField(max_length=REF_LENGTH, blank=True)
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=12, choices=PartState, default=PartState.SENT)
    transfer_ref = models.CharField(max_length=140, blank=True)
    reversed_minor = models.BigIntegerField(default=0)
    returned_minor = models.BigIntegerField(default=0)
    refusal = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True)

    objects = LockableQuerySet["PayoutPart"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payout_part_pays_something"),
            models.UniqueConstraint(fields=["payout", "payment_ref"], name="payout_part_once_per_payment"),
            models.CheckConstraint(
                condition=Q(reversed_minor=0, returned_minor=0)
                | Q(
                    state__in=[PartState.CONFIRMED, PartState.RETURNED],
                    reversed_minor__gte=0,
                    returned_minor__gte=0,
                    amount_minor__gte=F("reversed_minor") + F("returned_minor"),
                ),
                name="payout_part_gives_back_at_most_what_it_paid",
            ),
        ]
        indexes = [models.Index(fields=["payment_ref"], name="payout_part_by_payment")]

    def __str__(self) -> str:
        return self.ref


class PartTransition(TransitionRecord):
    """One step of a part of a payout."""

    part = models.ForeignKey(PayoutPart, on_delete=models.PROTECT, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class Reversal(StatefulModel):
    """An amount of a payout's part that the rail was asked to take back, for a chargeback."""

    TRANSITIONS = REVERSAL_TRANSITIONS

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=partial(new_ref, "rvs"))
    part = models.ForeignKey(PayoutPart, on_delete=models.PROTECT, related_name="reversals")
    chargeback_ref = models.CharField(max_length=REF_LENGTH)
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=12, choices=ReversalState, default=ReversalState.ASKED)
    refusal = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = LockableQuerySet["Reversal"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="reversal_takes_something"),
            models.UniqueConstraint(fields=["part", "chargeback_ref"], name="reversal_once_per_chargeback"),
        ]

    def __str__(self) -> str:
        return self.ref


class ReversalTransition(TransitionRecord):
    """One step of a reversal."""

    reversal = models.ForeignKey(Reversal, on_delete=models.PROTECT, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class WriteOff(models.Model):
    """What the marketplace bears itself, said by an officer with a reason: a supplier's debt, or an unexplained loss.

    Above the limit of its currency it takes a second person.
    """

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=partial(new_ref, "wof"))
    subject = models.CharField(max_length=REF_LENGTH)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=500)
    first_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    first_by_label = models.CharField(max_length=300)
    first_at = models.DateTimeField()
    second_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    second_by_label = models.CharField(max_length=300, blank=True)
    needs_second = models.BooleanField()
    done_at = models.DateTimeField(null=True)

    objects = LockableQuerySet["WriteOff"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="write_off_is_positive"),
            models.UniqueConstraint(
                fields=["subject"], condition=Q(done_at__isnull=True), name="write_off_open_once"
            ),
            # INVARIANT: above the limit two persons (enforced by write_off_needs_two_persons)
            models.CheckConstraint(
                condition=Q(done_at__isnull=True)
                | Q(needs_second=False)
                | (Q(second_by__isnull=False) & ~Q(second_by=F("first_by"))),
                name="write_off_needs_two_persons",
            ),
        ]

    def __str__(self) -> str:
        return self.ref
