"""What people typed into the editor and have not saved. Written by `operations.listings.kept_input` only."""

from __future__ import annotations

from django.db import models

from catalog.models.product import Product
from marketplace.core.querysets import LockableQuerySet


class KeptInput(models.Model):
    """The fields that one person changed in one listing (none: in a new one) of a company, as they were typed.

    Nobody else sees them, and they change no listing. `revision` is the one they were typed over.
    """

    person = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    supplier = models.ForeignKey("accounts.Company", on_delete=models.CASCADE, related_name="+")
    section = models.CharField(
        max_length=20,
        blank=True,
        default="",
        db_default="",
        help_text="the page of the listing; empty: its form",
    )
    product = models.ForeignKey(Product, null=True, on_delete=models.CASCADE, related_name="+")
    revision = models.PositiveIntegerField(default=0)
    fields = models.JSONField(help_text="the field's name: what was typed")
    kept_at = models.DateTimeField()

    objects = LockableQuerySet["KeptInput"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "supplier", "product", "section"],
                nulls_distinct=False,
                name="kept_input_once_per_person_and_page",
            ),
        ]
        indexes = [models.Index(fields=["kept_at"], name="kept_input_by_age")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.product_id or 'new'}"
