"""The search projection: one row per live product, the words that occur in them, and the feed of changes.

Written by `operations.searching.indexing` only, in the transaction that makes a product live or changes it. A
product that is not live has no row here, so a search cannot show it.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from catalog.models.product import Product
from catalog.states import ShipsTo


class SearchEntry(models.Model):
    """What a search filters, sorts and counts by, without touching the product.

    `unit_factor` turns the product's unit into the base unit of its `dimension` (kg, litre, metre …);
    `moq_base`, `tier_from` and `lead_from` are in base units, `tier_prices` per unit of the product. From
    `lead_from[n]` on the goods take `lead_days[n]` days, below the first of them `lead_time_days`.
    """

    product = models.OneToOneField(
        Product, primary_key=True, on_delete=models.CASCADE, related_name="search_entry"
    )
    supplier = models.ForeignKey("accounts.Company", on_delete=models.CASCADE, related_name="+")
    supplier_name = models.CharField(
        max_length=200, help_text="as indexed; the company may be renamed meanwhile"
    )
    category_path = models.CharField(max_length=200)
    origin = models.CharField(max_length=2)
    incoterms_rule = models.CharField(max_length=3)
    lead_time_days = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    dimension = models.CharField(max_length=8)
    unit_factor = models.DecimalField(max_digits=18, decimal_places=9)
    moq_base = models.DecimalField(max_digits=24, decimal_places=9)
    tier_from = ArrayField(models.DecimalField(max_digits=24, decimal_places=9))
    tier_prices = ArrayField(models.DecimalField(max_digits=18, decimal_places=6))
    lead_from = ArrayField(models.DecimalField(max_digits=24, decimal_places=9), default=list, db_default=[])
    lead_days = ArrayField(models.PositiveIntegerField(), default=list, db_default=[])
    certificates = ArrayField(
        models.CharField(max_length=70),
        default=list,
        db_default=[],
        help_text="kind/first day/last day of what its supplier holds for it, joined so that a kind holds once a day",
    )
    ships = models.CharField(
        max_length=10, choices=ShipsTo, default=ShipsTo.EVERYWHERE, db_default="everywhere"
    )
    countries = ArrayField(models.CharField(max_length=2), default=list, db_default=[])
    months = ArrayField(models.PositiveSmallIntegerField(), default=list, db_default=[])
    published_at = models.DateTimeField()
    vector = SearchVectorField()
    texts = ArrayField(
        models.TextField(),
        default=list,
        db_default=[],
        help_text="title; category, codes, supplier; facts; description: cut into words",
    )
    recipe = models.CharField(
        max_length=16, default="", db_default="", help_text="with which words and rules the texts were made"
    )

    class Meta:
        verbose_name_plural = "search entries"
        constraints = [
            models.CheckConstraint(condition=Q(tier_prices__len__gt=0), name="search_entry_has_a_price")
        ]
        indexes = [
            GinIndex(fields=["vector"], name="search_entry_by_vector"),
            models.Index(
                OpClass(F("category_path"), name="text_pattern_ops"), name="search_entry_by_category"
            ),
            models.Index(fields=["-published_at", "-product"], name="search_entry_newest"),
            models.Index(fields=["supplier"], name="search_entry_by_supplier"),
        ]

    def __str__(self) -> str:
        return str(self.product_id)


class SearchWord(models.Model):
    """A word of some product that was live: what “did you mean” may propose."""

    word = models.CharField(max_length=40, unique=True)

    class Meta:
        indexes = [GinIndex(OpClass(F("word"), name="gin_trgm_ops"), name="search_word_by_trigram")]

    def __str__(self) -> str:
        return self.word


class SearchChange(models.Model):
    """That a product must be looked at again by whoever keeps an index; never updated.

    Written by the database's own triggers in the transaction of the change: of a row above, of a supplier's
    name, verification or visibility. `transaction_id` is PostgreSQL's (xid8): numbers of a sequence become
    visible out of order, so a follower reads on from the oldest transaction that was still open.
    """

    product_id = models.BigIntegerField()
    transaction_id = models.BigIntegerField()
    noted_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["transaction_id"], name="search_change_in_order")]

    def __str__(self) -> str:
        return f"{self.product_id} in {self.transaction_id}"


class SearchFeed(models.Model):
    """From which transaction on the feed is whole; one row, none while nothing was forgotten."""

    kept_from = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.kept_from)
