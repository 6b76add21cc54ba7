"""Money that a processor has held for long: moved to the bank with both sides' consent, or decided by an officer.

Also what an officer assigns of a chargeback that was lost and then won after all. Only `operations` write.
"""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import F, Q

from marketplace.core.ids import REF_LENGTH, new_ref
from marketplace.core.models import StatefulModel, TransitionRecord
from marketplace.core.money import Money
from marketplace.core.querysets import LockableQuerySet
from trade_assurance.holds.states import MOVE_OPEN, MOVE_TRANSITIONS, AgeOutcome, ConsentSide, MoveState


class BankMove(StatefulModel):
    """What a processor holds of one order, to be held by the marketplace's own bank instead.

    `amount_minor` and all after it say what an officer confirmed; until then what is held counts.
    `withdrawal_ref` is the processor's name of the withdrawal, `line_ref` the bank's line once a statement brought it.
    """

    TRANSITIONS = MOVE_TRANSITIONS

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=partial(new_ref, "mov"))
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="bank_moves")
    provider = models.CharField(max_length=32)
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=12, choices=MoveState)
    opened_at = models.DateTimeField()
    amount_minor = models.BigIntegerField(default=0)
    withdrawal_ref = models.CharField(max_length=120, blank=True)
    bank_reference = models.CharField(max_length=120, blank=True)
    line_ref = models.CharField(max_length=REF_LENGTH, blank=True)
    proof = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_by = models.CharField(max_length=120, blank=True)
    confirmed_by_label = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True)

    objects = LockableQuerySet["BankMove"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "provider"],
                condition=Q(state__in=MOVE_OPEN),
                name="bank_move_open_once_per_processor",
            ),
            models.CheckConstraint(
                condition=~Q(state=MoveState.DONE)
                | (
                    Q(amount_minor__gt=0, proof__isnull=False) & ~Q(withdrawal_ref="") & ~Q(bank_reference="")
                ),
                name="bank_move_done_is_proven",
            ),
            models.UniqueConstraint(
                fields=["provider", "withdrawal_ref"],
                condition=~Q(withdrawal_ref=""),
                name="bank_move_once_per_withdrawal",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.state}"

    @property
    def money(self) -> Money:
        """What was moved."""
        return Money(self.amount_minor, self.currency)


class BankMoveTransition(TransitionRecord):
    """One step of a move."""

    move = models.ForeignKey(BankMove, on_delete=models.PROTECT, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class MoveConsent(models.Model):
    """One side's written consent, in the very words it read; a withdrawn one stays with its moment."""

    move = models.ForeignKey(BankMove, on_delete=models.PROTECT, related_name="consents")
    side = models.CharField(max_length=8, choices=ConsentSide)
    text = models.TextField()
    text_hash = models.CharField(max_length=64)
    typed_name = models.CharField(max_length=200)
    given_by = models.CharField(max_length=120)
    given_by_label = models.CharField(max_length=300)
    given_at = models.DateTimeField()
    withdrawn_by_label = models.CharField(max_length=300, blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["move", "side"],
                condition=Q(withdrawn_at__isnull=True),
                name="move_consent_stands_once_per_side",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.given_at:%Y-%m-%d}"


class MovedPart(models.Model):
    """What of one payment's money in a hold went to the bank, and how much of that was refunded from there."""

    move = models.ForeignKey(BankMove, on_delete=models.PROTECT, related_name="parts")
    funding = models.ForeignKey("ta_holds.Funding", on_delete=models.PROTECT, related_name="moved_parts")
    amount_minor = models.BigIntegerField()
    refunded_minor = models.BigIntegerField(default=0)

    objects = LockableQuerySet["MovedPart"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["move", "funding"], name="moved_part_once_per_funding"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, refunded_minor__gte=0, amount_minor__gte=F("refunded_minor")),
                name="moved_part_refunds_not_above_moved",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor}"


class TwoPersons(models.Model):
    """Something an officer says with a reason that above a limit a second officer must agree to."""

    reason = models.CharField(max_length=500)
    first_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    first_by_label = models.CharField(max_length=300)
    first_at = models.DateTimeField()
    needs_second = models.BooleanField()
    second_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    second_by_label = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)
    dropped_by_label = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.first_by_label} {self.first_at:%Y-%m-%d}"

    @property
    def waits(self) -> bool:
        """Whether it waits for the second officer."""
        return self.done_at is None and self.dropped_at is None


def _two_persons() -> Q:
    return (
        Q(done_at__isnull=True)
        | Q(needs_second=False)
        | (Q(second_by__isnull=False) & ~Q(second_by=F("first_by")))
    )


_WAITS = Q(done_at__isnull=True, dropped_at__isnull=True)


class AgeDecision(TwoPersons):
    """What an officer decided about held money that a processor keeps no longer: to the supplier or to the buyer."""

    hold = models.ForeignKey("ta_holds.Hold", on_delete=models.PROTECT, related_name="age_decisions")
    outcome = models.CharField(max_length=8, choices=AgeOutcome)
    amount_minor = models.BigIntegerField()

    objects = LockableQuerySet["AgeDecision"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="age_decision_moves_something"),
            models.UniqueConstraint(fields=["hold"], condition=_WAITS, name="age_decision_open_once"),
            models.CheckConstraint(condition=_two_persons(), name="age_decision_needs_two_persons"),
        ]


class SuspenseAssignment(TwoPersons):
    """Whose is what came back of a chargeback that was lost and then won after all.

    `to_loss_minor` is what the marketplace had borne itself: it gets that back.
    """

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=partial(new_ref, "asg"))
    case = models.ForeignKey("ta_holds.ChargebackCase", on_delete=models.PROTECT, related_name="assignments")
    to_supplier_minor = models.BigIntegerField()
    to_buyer_minor = models.BigIntegerField()
    to_loss_minor = models.BigIntegerField()

    objects = LockableQuerySet["SuspenseAssignment"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(to_supplier_minor__gte=0, to_buyer_minor__gte=0, to_loss_minor__gte=0)
                & (Q(to_supplier_minor__gt=0) | Q(to_buyer_minor__gt=0) | Q(to_loss_minor__gt=0)),
                name="suspense_assignment_assigns_something",
            ),
            models.UniqueConstraint(fields=["case"], condition=_WAITS, name="suspense_assignment_open_once"),
            models.CheckConstraint(condition=_two_persons(), name="suspense_assignment_needs_two_persons"),
        ]

    @property
    def total_minor(self) -> int:
        """All of it, in minor units."""
        return self.to_supplier_minor + self.to_buyer_minor + self.to_loss_minor
