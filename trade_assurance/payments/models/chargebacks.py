"""Payments that a payer disputes with their bank, as the provider tells it. Holds no decision, knows no trade."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from marketplace.core.ids import REF_LENGTH
from marketplace.core.models import StatefulModel, TransitionRecord
from marketplace.core.money import Money
from marketplace.core.querysets import LockableQuerySet
from trade_assurance.payments.models.payments import Payment
from trade_assurance.payments.states import CHARGEBACK_TRANSITIONS, ChargebackState


class Chargeback(StatefulModel):
    """One dispute of a payer with their bank about one payment.

    `taken`: the amount has left the marketplace's balance with the provider and has not come back. `turns`
    counts how often that changed and names each change in the books, as `fee_turns` does for the provider's
    fee. `read_at` is when the last applied reading began: an older one changes nothing. `wake_at` is when it is
    read again without being asked.
    """

    TRANSITIONS = CHARGEBACK_TRANSITIONS

    ref = models.CharField(max_length=REF_LENGTH, unique=True)
    provider = models.CharField(max_length=32)
    provider_ref = models.CharField(max_length=120)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="chargebacks")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    fee_currency = models.CharField(max_length=3)
    fee_minor = models.BigIntegerField(default=0)
    fee_turns = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=16, choices=ChargebackState)
    reason = models.CharField(max_length=64, blank=True)
    taken = models.BooleanField(default=False)
    turns = models.PositiveIntegerField(default=0)
    evidence_due_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField()
    wake_at = models.DateTimeField(null=True, blank=True)

    objects = LockableQuerySet["Chargeback"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "provider_ref"], name="chargeback_once_per_provider_object"
            ),
            models.CheckConstraint(name="chargeback_is_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(name="chargeback_fee_not_negative", condition=Q(fee_minor__gte=0)),
            models.CheckConstraint(
                name="chargeback_state_is_known", condition=Q(state__in=ChargebackState.values)
            ),
        ]
        indexes = [
            models.Index(fields=["wake_at"], condition=Q(wake_at__isnull=False), name="chargeback_due"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.state}"

    @property
    def money(self) -> Money:
        """What the payer disputes."""
        return Money(self.amount_minor, self.currency)


class ChargebackTransition(TransitionRecord):
    """One step of a chargeback."""

    chargeback = models.ForeignKey(Chargeback, on_delete=models.PROTECT, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"
