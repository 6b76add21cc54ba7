"""What a listing says in another language. Written by `catalog.operations.listings.translations` only."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from catalog.languages import CODE_LENGTH
from catalog.models.product import Product


class Translation(models.Model):
    """A listing's words in one language, by field (`catalog.rules.translating`); a field not there is not translated.

    `based_on` keeps, by field, the digest of the original that was translated: another one now means that the
    original was changed since. `revision` counts the savings, so that nobody saves over another's work.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="translations")
    language = models.CharField(max_length=CODE_LENGTH)
    texts = models.JSONField()
    based_on = models.JSONField()
    revision = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "language"], name="translation_once_per_language"),
            models.CheckConstraint(condition=~Q(texts={}), name="translation_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.language}"
