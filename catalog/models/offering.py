"""To whom, when and with which sample a listing is offered. Written by `operations.listings.offering` and `operations.listings.lead_times`.

A listing without a row is offered everywhere its supplier offers, at any time, without a sample.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from catalog.models.product import Product
from catalog.states import ShipsTo
from marketplace.core.querysets import LockableQuerySet


def _countries() -> ArrayField[list[str], list[str]]:
    return ArrayField(models.CharField(max_length=2), default=list, db_default=[])


class SupplierMarkets(models.Model):
    """Where a supplier offers its goods, unless a listing says otherwise; without a row everywhere."""

    supplier = models.OneToOneField(
        "accounts.Company", primary_key=True, on_delete=models.CASCADE, related_name="markets"
    )
    ships = models.CharField(max_length=10, choices=ShipsTo, default=ShipsTo.EVERYWHERE)
    countries = _countries()
    updated_at = models.DateTimeField()

    objects = LockableQuerySet["SupplierMarkets"].as_manager()

    class Meta:
        verbose_name_plural = "supplier markets"

    def __str__(self) -> str:
        return f"{self.supplier_id} {self.ships}"


class Offering(models.Model):
    """A listing's own markets (`ships` empty: as its supplier), its months and its sample.

    `months` are those of harvest or availability, 1 to 12; none when the goods have no season. The sample's
    quantity and price are in the listing's unit and currency; the price is for the whole sample. `lead_steps` say
    from which quantity on the goods take longer than the listing's lead time.
    """

    product = models.OneToOneField(
        Product, primary_key=True, on_delete=models.CASCADE, related_name="offering"
    )
    ships = models.CharField(max_length=10, choices=ShipsTo, blank=True)
    countries = _countries()
    months = ArrayField(models.PositiveSmallIntegerField(), default=list, db_default=[])
    lead_steps = models.JSONField(
        default=list,
        db_default=[],
        help_text="from a quantity on so many days: [[quantity, days], …], rising",
    )
    sample_quantity = models.DecimalField(max_digits=14, decimal_places=3, null=True)
    sample_price = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    sample_days = models.PositiveIntegerField(null=True, help_text="from payment to handing over")
    sample_is_credited = models.BooleanField(default=False, db_default=False)

    objects = LockableQuerySet["Offering"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sample_quantity__isnull=True, sample_price__isnull=True, sample_days__isnull=True)
                | Q(sample_quantity__gt=0, sample_price__gt=0, sample_days__isnull=False),
                name="offering_states_a_whole_sample_or_none",
            ),
        ]

    def __str__(self) -> str:
        return str(self.product_id)

    @property
    def has_sample(self) -> bool:
        return self.sample_quantity is not None
