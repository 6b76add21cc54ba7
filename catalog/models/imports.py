"""An import of listings from a file: what was sent, how it is read, and each row with what it does.

Written by `operations.imports.steering` and `operations.imports.rows` only. What a chunk of rows does to listings, the
answer beside each row and the cursor are written in one transaction: after a crash the next worker goes on
behind the cursor, and nothing is done twice.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from catalog.models.product import Product, ProductImage
from catalog.states import IMPORT_TRANSITIONS, ImportState, RowOutcome
from marketplace.core.ids import REF_LENGTH, new_ref
from marketplace.core.models import StatefulModel, TransitionRecord, TransitionTable
from marketplace.core.querysets import LockableQuerySet


def new_import_ref() -> str:
    """A fresh public reference."""
    return new_ref("imp")


class ListingImport(StatefulModel):
    """One file on its way into the catalogue.

    `targets` has a column's meaning per heading, `defaults` what holds for rows that do not say, `readings` which codes
    the company's own words in a column mean. `cursor` is the number of the last row that the present phase has done. `file` and `pictures` go when the rows are cleared.
    """

    TRANSITIONS: ClassVar[TransitionTable] = IMPORT_TRANSITIONS

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=new_import_ref)
    supplier = models.ForeignKey("accounts.Company", on_delete=models.PROTECT, related_name="listing_imports")
    acted_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", help_text="who took the last step"
    )
    file = models.ForeignKey("files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    pictures = models.ForeignKey("files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=160)
    format = models.CharField(max_length=4, blank=True)
    delimiter = models.CharField(max_length=1, blank=True)
    from_shopify = models.BooleanField(default=False)
    header = models.JSONField(default=list)
    layout_key = models.CharField(max_length=64, blank=True)
    targets = models.JSONField(default=list)
    defaults = models.JSONField(default=dict)
    readings = models.JSONField(default=dict, db_default={})
    decimal_sign = models.CharField(max_length=1, default=".")
    clears = models.BooleanField(default=False, help_text="an empty cell empties the field")
    submits = models.BooleanField(default=False, help_text="new listings and drafts go to the moderators")
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.READING)
    problem = models.TextField(blank=True, help_text="why it cannot be read")
    rows_total = models.PositiveIntegerField(default=0)
    cursor = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    moved_at = models.DateTimeField(help_text="when it last went on")
    counts = models.JSONField(default=dict, db_default={}, help_text="rows by outcome, once they are cleared")
    rows_cleared_at = models.DateTimeField(
        null=True, help_text="when its rows and files, too old, were cleared"
    )

    objects = LockableQuerySet["ListingImport"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["supplier"],
                condition=Q(state="running"),
                name="listing_import_runs_once_per_supplier",
            ),
            models.CheckConstraint(
                condition=Q(file__isnull=False) | Q(rows_cleared_at__isnull=False, pictures__isnull=True),
                name="listing_import_has_its_file_until_cleared",
            ),
        ]
        indexes = [
            models.Index(fields=["supplier", "-id"], name="listing_import_by_supplier"),
            models.Index(
                fields=["id"],
                condition=Q(state__in=["reading", "checking", "running"]),
                name="listing_import_at_work",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.file_name}"


class ListingImportTransition(TransitionRecord):
    """Who moved an import from which state to which, and when."""

    listing_import = models.ForeignKey(ListingImport, on_delete=models.CASCADE, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class ListingImportRow(models.Model):
    """One row: its cells as they came, what it would do (`planned`), what it did (`outcome`), what is wrong with it.

    `number` is the row's in the file. `match_key` is what the row names its listing by. `pictures` are names of
    files that are still to be added to the listing.
    """

    listing_import = models.ForeignKey(ListingImport, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    cells = models.JSONField()
    match_key = models.CharField(max_length=120, blank=True)
    planned = models.CharField(max_length=9, choices=RowOutcome, blank=True)
    outcome = models.CharField(max_length=9, choices=RowOutcome, blank=True)
    problems = models.JSONField(default=list)
    changes = models.JSONField(default=list)
    title = models.CharField(max_length=140, blank=True)
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="+")
    pictures = models.JSONField(default=list)

    objects = LockableQuerySet["ListingImportRow"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["listing_import", "number"], name="import_row_number_once"),
        ]
        indexes = [
            models.Index(
                fields=["listing_import", "match_key"], condition=~Q(match_key=""), name="import_row_by_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing_import_id} row {self.number}"


class RememberedColumns(models.Model):
    """What a company chose for files of one layout, so that it chooses once."""

    supplier = models.ForeignKey("accounts.Company", on_delete=models.CASCADE, related_name="+")
    layout_key = models.CharField(max_length=64)
    targets = models.JSONField()
    defaults = models.JSONField()
    readings = models.JSONField(default=dict, db_default={})
    decimal_sign = models.CharField(max_length=1)
    clears = models.BooleanField()
    submits = models.BooleanField()

    objects = LockableQuerySet["RememberedColumns"].as_manager()

    class Meta:
        verbose_name_plural = "remembered columns"
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "layout_key"], name="columns_remembered_once_per_layout"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supplier_id} {self.layout_key[:8]}"


class ImportedPicture(models.Model):
    """Of which file of an archive a listing's picture was made, so that the same file is not added again."""

    image = models.OneToOneField(
        ProductImage, primary_key=True, on_delete=models.CASCADE, related_name="imported_from"
    )
    fingerprint = models.CharField(max_length=40, help_text="check sum and size, as the archive lists them")

    def __str__(self) -> str:
        return self.fingerprint
