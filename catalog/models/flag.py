"""What the marketplace notices about listings by itself, and the sketches it compares. Written by `operations.trust.flags`."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from catalog.models.product import Product, ProductImage
from catalog.states import FlagKind, FlagState
from marketplace.core.querysets import LockableQuerySet


class ListingFlag(models.Model):
    """Something to look at, with its evidence. `mark` names what it is about, so that it is told once.

    `risk` from 1 to 100 sorts the queue. A dismissed one stays dismissed while its mark is the same.
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="flags")
    kind = models.CharField(max_length=20, choices=FlagKind)
    mark = models.CharField(max_length=120)
    standing = models.CharField(max_length=10, choices=FlagState, default=FlagState.OPEN)
    risk = models.PositiveSmallIntegerField()
    evidence = models.JSONField(default=dict)
    other = models.ForeignKey(Product, null=True, on_delete=models.SET_NULL, related_name="+")
    revision = models.PositiveIntegerField(help_text="of the listing, when it was last found")
    found_at = models.DateTimeField()
    dismissed_by = models.CharField(max_length=120, blank=True)
    dismissed_by_label = models.CharField(max_length=300, blank=True)
    dismissed_at = models.DateTimeField(null=True)
    dismiss_reason = models.TextField(blank=True)

    objects = LockableQuerySet["ListingFlag"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "kind", "mark"], name="listing_flag_once_per_mark"),
            models.CheckConstraint(
                condition=~Q(standing=FlagState.DISMISSED)
                | (~Q(dismiss_reason="") & Q(dismissed_at__isnull=False)),
                name="listing_flag_dismissed_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(risk__gte=1, risk__lte=100), name="listing_flag_risk_1_to_100"
            ),
        ]
        indexes = [
            models.Index(fields=["product"], condition=Q(standing=FlagState.OPEN), name="listing_flag_open"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.kind}"


class ListingCheck(models.Model):
    """A listing that waits to be looked through; the worker takes the row away when it has."""

    product = models.OneToOneField(
        Product, primary_key=True, on_delete=models.CASCADE, related_name="waiting_check"
    )
    asked_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)

    objects = LockableQuerySet["ListingCheck"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["asked_at"], name="listing_check_by_age")]

    def __str__(self) -> str:
        return str(self.product_id)


class PictureSketch(models.Model):
    """A picture's perceptual hash: 16 bytes of it whole, mirrored and without its borders, and what the index holds.

    `bands` are the seven bands of 18 bits of the whole and of each `cut`, numbered apart; `part_bands` those of the
    `parts` that stand out (`rules.picture_parts`). A row without `mirrored` is of an older kind, and is made anew.
    """

    image = models.OneToOneField(
        ProductImage, primary_key=True, on_delete=models.CASCADE, related_name="sketch"
    )
    supplier = models.ForeignKey("accounts.Company", on_delete=models.CASCADE, related_name="+")
    bits = models.CharField(max_length=32, help_text="hexadecimal")
    tones = models.CharField(max_length=96, help_text="hexadecimal: the mean colours of 4 × 4 fields")
    mirrored = models.CharField(max_length=32, default="", db_default="", help_text="the bits in a mirror")
    cut_bits = ArrayField(models.CharField(max_length=32), default=list, db_default=[])
    cut_tones = ArrayField(models.CharField(max_length=96), default=list, db_default=[])
    bands = ArrayField(models.IntegerField())
    parts = ArrayField(models.CharField(max_length=39), default=list, db_default=[])
    part_bands = ArrayField(models.IntegerField(), default=list, db_default=[])

    class Meta:
        indexes = [
            GinIndex(fields=["bands"], name="picture_sketch_by_band"),
            GinIndex(fields=["part_bands"], name="picture_sketch_by_part"),
            models.Index(fields=["image"], condition=Q(mirrored=""), name="picture_sketch_to_renew"),
        ]

    def __str__(self) -> str:
        return self.bits


class TextSketch(models.Model):
    """The MinHash bands of a description: listings that share one may share words."""

    product = models.OneToOneField(
        Product, primary_key=True, on_delete=models.CASCADE, related_name="text_sketch"
    )
    supplier = models.ForeignKey("accounts.Company", on_delete=models.CASCADE, related_name="+")
    bands = ArrayField(models.BigIntegerField())

    class Meta:
        indexes = [GinIndex(fields=["bands"], name="text_sketch_by_band")]

    def __str__(self) -> str:
        return str(self.product_id)
