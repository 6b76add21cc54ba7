"""Searches that a person keeps, and the offers they were told of. Written by `operations.searching.saved_searches` only."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from marketplace.core.ids import REF_LENGTH, new_ref
from marketplace.core.querysets import LockableQuerySet


def new_saved_search_ref() -> str:
    """A fresh public reference."""
    return new_ref("sav")


class SavedSearch(models.Model):
    """A question one person keeps while acting for one company; nobody else sees it.

    `address` is what stands in the address of the results, without place or order. Offers published after
    `looked_until` are new to it.
    """

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=new_saved_search_ref)
    company = models.ForeignKey("accounts.Company", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=1000)
    alerts = models.BooleanField(default=True, help_text="mail about new offers")
    created_at = models.DateTimeField()
    looked_until = models.DateTimeField()

    objects = LockableQuerySet["SavedSearch"].as_manager()

    class Meta:
        verbose_name_plural = "saved searches"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "company", "address"], name="saved_search_once_per_person_and_company"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.name}"


class SavedSearchFound(models.Model):
    """That a person was told of an offer; never told again."""

    search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="found")
    product = models.ForeignKey("catalog.Product", on_delete=models.CASCADE, related_name="+")
    found_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["search", "product"], name="saved_search_tells_of_an_offer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.search_id}: {self.product_id}"
