"""A hold, what moved it, what paid for it and what is frozen in it.

Owns the conservation of every trade's money as CHECKs; triggers of migration `0002` forbid impossible
steps. Only `operations` write.
"""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import F, Q

from marketplace.core.ids import REF_LENGTH, new_ref
from marketplace.core.models import StatefulModel, TransitionRecord
from marketplace.core.money import Money
from trade_assurance.holds.querysets import HoldQuerySet
from trade_assurance.holds.states import HOLD_TRANSITIONS, HoldState, MovementKind

_AMOUNTS = (
    "amount_minor",
    "funded_minor",
    "held_minor",
    "released_minor",
    "refunded_minor",
    "charged_back_minor",
    "frozen_minor",
    "commission_minor",
    "refund_due_minor",
)


def _not_negative() -> Q:
    condition = Q()
    for name in _AMOUNTS:
        condition &= Q(**{f"{name}__gte": 0})
    return condition


class Hold(StatefulModel):
    """The money of one milestone of one order.

    `amount_minor` is what is due, the other amounts are what happened. `refund_due_minor` waits behind a
    freeze: goods were cancelled while their money was claimed. `sequence` counts movements and makes
    their ledger keys. `release_at` copies the deadline row for sorting; the deadline is the truth.
    `fund_by` is empty until the milestone falls due: a balance before shipment does when the goods are ready.
    """

    TRANSITIONS = HOLD_TRANSITIONS

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=partial(new_ref, "hold"))
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="holds")
    milestone = models.OneToOneField("orders.Milestone", on_delete=models.PROTECT, related_name="hold")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    funded_minor = models.BigIntegerField(default=0)
    held_minor = models.BigIntegerField(default=0)
    released_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    charged_back_minor = models.BigIntegerField(default=0)
    frozen_minor = models.BigIntegerField(default=0)
    commission_minor = models.BigIntegerField(default=0)
    refund_due_minor = models.BigIntegerField(default=0)
    commission_bps = models.PositiveIntegerField()
    sequence = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=16, choices=HoldState, default=HoldState.AWAITING_FUNDS)
    fund_by = models.DateTimeField(null=True)
    funded_at = models.DateTimeField(null=True)
    release_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    objects = HoldQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_not_negative(), name="hold_no_amount_is_negative"),
            models.CheckConstraint(
                condition=Q(
                    funded_minor=F("held_minor")
                    + F("released_minor")
                    + F("refunded_minor")
                    + F("charged_back_minor")
                ),
                name="hold_funded_is_held_released_refunded_and_charged_back",
            ),
            models.CheckConstraint(
                condition=Q(frozen_minor__lte=F("held_minor")), name="hold_frozen_not_above_held"
            ),
            models.CheckConstraint(
                condition=Q(funded_minor__lte=F("amount_minor")), name="hold_funded_not_above_due"
            ),
            models.CheckConstraint(
                condition=Q(commission_minor__lte=F("released_minor")),
                name="hold_commission_not_above_released",
            ),
            models.CheckConstraint(
                condition=Q(refund_due_minor=0)
                | Q(frozen_minor=F("held_minor"), refund_due_minor__lte=F("frozen_minor")),
                name="hold_refund_waits_only_behind_a_freeze",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[HoldState.SETTLED, HoldState.LAPSED]) | Q(held_minor=0),
                name="hold_ended_holds_nothing",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[HoldState.AWAITING_FUNDS, HoldState.LAPSED])
                | Q(released_minor=0, frozen_minor=0, refund_due_minor=0),
                name="hold_releases_and_freezes_only_once_funded",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[HoldState.HELD, HoldState.SETTLED])
                | Q(funded_minor=F("amount_minor")),
                name="hold_held_is_funded_in_full",
            ),
            models.CheckConstraint(
                condition=Q(commission_bps__lte=10_000), name="hold_commission_not_above_all"
            ),
        ]
        indexes = [
            models.Index(
                fields=["release_at"],
                condition=Q(state="held") & ~Q(held_minor=F("frozen_minor")),
                name="hold_free_money_by_release",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def due(self) -> Money:
        """What is to be paid in, in all."""
        return Money(self.amount_minor, self.currency)

    @property
    def missing(self) -> Money:
        """What is still to be paid in."""
        return Money(self.amount_minor - self.funded_minor, self.currency)

    @property
    def held(self) -> Money:
        """What lies here now, frozen or not."""
        return Money(self.held_minor, self.currency)

    @property
    def free(self) -> Money:
        """What lies here and no dispute has frozen."""
        return Money(self.held_minor - self.frozen_minor, self.currency)


class HoldTransition(TransitionRecord):
    """One step of a hold."""

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class HoldMovement(models.Model):
    """One movement of money into or out of a hold; never changed. `cause` is a payment, a dispute or an order.

    `posting_key` is the key of its ledger transaction.
    """

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="movements")
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=MovementKind)
    amount_minor = models.BigIntegerField()
    commission_minor = models.BigIntegerField(default=0)
    cause = models.CharField(max_length=64)
    reason = models.CharField(max_length=200)
    posting_key = models.CharField(max_length=200, unique=True)
    actor = models.CharField(max_length=120)
    actor_label = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hold", "sequence"], name="hold_movement_once_per_sequence"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="hold_movement_moves_something"),
            models.CheckConstraint(
                condition=Q(commission_minor=0)
                | Q(kind="released", commission_minor__gte=0, commission_minor__lte=F("amount_minor"))
                | Q(kind="charged_back", commission_minor__lt=0, amount_minor__gte=-F("commission_minor")),
                name="hold_movement_commission_only_on_release_or_back",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor}"


class Funding(models.Model):
    """What one payment put into a hold, and how much of that was given back or taken back by the payer's bank.

    Refunds go the way they came. `root` is the order the payment was begun for: another one than the hold's
    when it came out of credit.
    """

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="fundings")
    payment_ref = models.CharField(max_length=REF_LENGTH)
    provider = models.CharField(max_length=32)
    root = models.CharField(max_length=REF_LENGTH)
    amount_minor = models.BigIntegerField()
    refunded_minor = models.BigIntegerField(default=0)
    charged_back_minor = models.BigIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hold", "payment_ref"], name="hold_funding_once_per_payment"),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0, charged_back_minor__gte=0)
                & Q(amount_minor__gte=F("refunded_minor") + F("charged_back_minor")),
                name="hold_funding_back_not_above_paid",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_ref} {self.amount_minor}"


class Freeze(models.Model):
    """An amount of a hold that a claim keeps still; several at a time. `subject` is the claim's reference.

    `shipment_ref` is the shipment the claim is about, empty for one about the order: so that the other
    shipments' shares leave it alone. `taken_minor` is what left all the same (a chargeback took the money
    itself); what still stands is `amount_minor` - `taken_minor`. When lifted: `refunded_minor` and
    `released_minor` of that moved, the rest went on with the trade.
    """

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="freezes")
    subject = models.CharField(max_length=REF_LENGTH)
    shipment_ref = models.CharField(max_length=REF_LENGTH, blank=True, default="")
    amount_minor = models.BigIntegerField()
    taken_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    released_minor = models.BigIntegerField(default=0)
    frozen_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hold", "subject"], name="hold_freeze_once_per_claim"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="hold_freeze_freezes_something"),
            models.CheckConstraint(
                condition=Q(
                    taken_minor__gte=0,
                    refunded_minor__gte=0,
                    released_minor__gte=0,
                    amount_minor__gte=F("taken_minor") + F("refunded_minor") + F("released_minor"),
                ),
                name="hold_freeze_moves_not_above_frozen",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=False) | Q(refunded_minor=0, released_minor=0),
                name="hold_freeze_moves_only_when_lifted",
            ),
        ]
        indexes = [
            models.Index(fields=["subject"], name="hold_freeze_by_claim"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.amount_minor}"

    @property
    def standing_minor(self) -> int:
        """What it still keeps still (nothing once lifted), in minor units."""
        return 0 if self.lifted_at else self.amount_minor - self.taken_minor
