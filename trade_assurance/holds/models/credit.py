"""Money of a buyer that nothing was due for and that they chose to keep as credit. Only `operations` write.

A credit remembers the payment it came by: used, it funds a hold by that payment, and given back, it goes
back by it. So refunds always go the way the money came.
"""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import F, Q

from marketplace.core.ids import REF_LENGTH, new_ref
from marketplace.core.money import Money
from trade_assurance.holds.querysets import CreditQuerySet


class ExcessChoice(models.Model):
    """What the payer wants done with what a payment brings above what is due: kept as credit. None: returned."""

    payment_ref = models.CharField(max_length=REF_LENGTH, unique=True)
    chosen_by = models.CharField(max_length=120)
    chosen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.payment_ref


class Credit(models.Model):
    """What one payment left over for the buyer: `amount_minor`, of it used for milestones, given back, and taken back
    by the payer's bank.

    `root` is the order the payment was begun for. `sequence` counts what took from it and makes its ledger keys.
    """

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=partial(new_ref, "crd"))
    company = models.ForeignKey("accounts.Company", on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    root = models.CharField(max_length=REF_LENGTH)
    payment_ref = models.CharField(max_length=REF_LENGTH)
    provider = models.CharField(max_length=32)
    amount_minor = models.BigIntegerField()
    used_minor = models.BigIntegerField(default=0)
    returned_minor = models.BigIntegerField(default=0)
    taken_minor = models.BigIntegerField(default=0)
    sequence = models.PositiveIntegerField(default=0)
    posting_key = models.CharField(max_length=200, unique=True)
    at = models.DateTimeField()

    objects = CreditQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="credit_is_something"),
            models.CheckConstraint(
                condition=Q(
                    used_minor__gte=0,
                    returned_minor__gte=0,
                    taken_minor__gte=0,
                    amount_minor__gte=F("used_minor") + F("returned_minor") + F("taken_minor"),
                ),
                name="credit_used_and_returned_not_above_amount",
            ),
        ]
        indexes = [
            models.Index(
                fields=["company", "currency"],
                condition=Q(amount_minor__gt=F("used_minor") + F("returned_minor") + F("taken_minor")),
                name="credit_left_by_company",
            ),
            models.Index(fields=["payment_ref"], name="credit_by_payment"),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def left(self) -> Money:
        """What of it is still the buyer's to use."""
        return Money(
            self.amount_minor - self.used_minor - self.returned_minor - self.taken_minor, self.currency
        )
