"""Price lists: what a supplier asks of named buyers. Written by `operations.prices.lists` only.

Nothing of these tables may reach the search index, a feed or a cache that several readers share.
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from catalog.models.product import Variant
from marketplace.core.ids import REF_LENGTH, new_ref
from marketplace.core.querysets import LockableQuerySet


def new_price_list_ref() -> str:
    """A fresh public reference."""
    return new_ref("prl")


class PriceList(models.Model):
    """Prices of a supplier for chosen buyers, from a day to a day (the last one included).

    `percent_off_bps` comes off the public price of every listing of the supplier. `ended_at` is when it was ended
    by hand, for good. `revision` counts the changes, so that nobody saves over another's work.
    """

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=new_price_list_ref)
    supplier = models.ForeignKey("accounts.Company", on_delete=models.PROTECT, related_name="price_lists")
    name = models.CharField(max_length=120)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, help_text="the last day it applies; null: it has no end")
    percent_off_bps = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = LockableQuerySet["PriceList"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="price_list_ends_not_before_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(percent_off_bps__lte=9_000), name="price_list_takes_off_at_most_90_percent"
            ),
        ]
        indexes = [models.Index(fields=["supplier", "ended_at"], name="price_list_by_supplier")]

    def __str__(self) -> str:
        return f"{self.ref} {self.name}"

    def applies_on(self, day: date) -> bool:
        """Whether its buyers get its prices on a day."""
        over = self.valid_until is not None and self.valid_until < day
        return self.ended_at is None and self.valid_from <= day and not over


class PriceListBuyer(models.Model):
    """That a list's prices are this company's."""

    price_list = models.ForeignKey(PriceList, on_delete=models.CASCADE, related_name="buyers")
    company = models.ForeignKey("accounts.Company", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "price_list"], name="price_list_names_a_buyer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.price_list_id} for {self.company_id}"


class PrivatePrice(models.Model):
    """The unit price of a list from a quantity on. It is of the currency it was typed in and applies in no other."""

    price_list = models.ForeignKey(PriceList, on_delete=models.CASCADE, related_name="prices")
    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="private_prices")
    min_quantity = models.DecimalField(max_digits=14, decimal_places=3)
    unit_price = models.DecimalField(max_digits=18, decimal_places=6)
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["price_list", "variant", "min_quantity"], name="private_price_once_per_quantity"
            ),
            models.CheckConstraint(condition=Q(min_quantity__gt=0), name="private_price_quantity_above_zero"),
            models.CheckConstraint(condition=Q(unit_price__gt=0), name="private_price_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.min_quantity}+ of {self.variant_id}"


class PriceListChange(models.Model):
    """What a list said after each of its changes; never edited."""

    price_list = models.ForeignKey(PriceList, on_delete=models.PROTECT, related_name="changes")
    revision = models.PositiveIntegerField()
    after = models.JSONField()
    actor = models.CharField(max_length=120)
    actor_label = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["price_list", "revision"], name="price_list_change_once"),
        ]

    def __str__(self) -> str:
        return f"{self.price_list_id} r{self.revision}"
