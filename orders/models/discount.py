"""A discount that a supplier has promised a buyer on the next order."""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import F, Q

from marketplace.core.ids import REF_LENGTH, new_ref
from marketplace.core.money import Money
from marketplace.core.querysets import LockableQuerySet


class PromisedDiscount(models.Model):
    """So much off one later order between exactly these two companies, until a moment. `cause` says where from.

    Used when an order names it; free again when that order ends without having been carried out
    (declined, lapsed, cancelled).
    """

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=partial(new_ref, "disc"))
    buyer = models.ForeignKey("accounts.Company", on_delete=models.PROTECT, related_name="+")
    supplier = models.ForeignKey("accounts.Company", on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    cause = models.CharField(max_length=REF_LENGTH, unique=True)
    promised_by = models.CharField(max_length=120)
    promised_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    objects = LockableQuerySet["PromisedDiscount"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="promised_discount_above_zero"),
            models.CheckConstraint(
                condition=~Q(buyer=F("supplier")), name="promised_discount_between_two_companies"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("promised_at")), name="promised_discount_lasts_a_while"
            ),
        ]
        indexes = [
            models.Index(fields=["buyer", "supplier"], name="promised_discount_by_sides"),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def money(self) -> Money:
        return Money(self.amount_minor, self.currency)
