"""Products a company keeps in named lists, shared by its people. Written by `operations.favourites` only."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from catalog.models.product import Product
from marketplace.core.ids import REF_LENGTH, new_ref
from marketplace.core.querysets import LockableQuerySet

LIST_NAME_LENGTH = 80
NOTE_LENGTH = 300


def new_favourite_list_ref() -> str:
    """A fresh public reference."""
    return new_ref("fav")


class FavouriteList(models.Model):
    """A named list of one company; no other company sees that it exists."""

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=new_favourite_list_ref)
    company = models.ForeignKey("accounts.Company", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=LIST_NAME_LENGTH)
    created_at = models.DateTimeField()

    objects = LockableQuerySet["FavouriteList"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "name"], name="favourite_list_named_once_per_company"),
            models.CheckConstraint(condition=~Q(name=""), name="favourite_list_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.name}"


class Favourite(models.Model):
    """One product in one list, with a note of the company's own. `added_by` is the name of who put it there."""

    list = models.ForeignKey(FavouriteList, on_delete=models.CASCADE, related_name="favourites")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    note = models.CharField(max_length=NOTE_LENGTH, blank=True)
    added_by = models.CharField(max_length=200)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["list", "product"], name="favourite_once_per_list"),
        ]

    def __str__(self) -> str:
        return f"{self.list_id}: {self.product_id}"
