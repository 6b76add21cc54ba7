"""Buyer groups: companies that a supplier names together for its price lists. Written by `operations.prices.buyer_groups` only.

Private to the supplier: a buyer never learns that it is in a group, how the group is called or who else is in it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from catalog.models.price_list import PriceList
from catalog.rules.buyer_groups import NAME_LENGTH
from marketplace.core.ids import REF_LENGTH, new_ref
from marketplace.core.querysets import LockableQuerySet


def new_buyer_group_ref() -> str:
    """A fresh public reference."""
    return new_ref("bgr")


class BuyerGroup(models.Model):
    """A named group of a supplier's buyers. `dissolved_at`: it has no members any more and no list names it."""

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=new_buyer_group_ref)
    supplier = models.ForeignKey("accounts.Company", on_delete=models.PROTECT, related_name="buyer_groups")
    name = models.CharField(max_length=NAME_LENGTH)
    revision = models.PositiveIntegerField(default=1)
    dissolved_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = LockableQuerySet["BuyerGroup"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "supplier",
                Lower("name"),
                condition=Q(dissolved_at__isnull=True),
                name="buyer_group_named_once_per_supplier",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="buyer_group_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.name}"


class BuyerGroupMember(models.Model):
    """That a company is in a group now."""

    group = models.ForeignKey(BuyerGroup, on_delete=models.CASCADE, related_name="members")
    company = models.ForeignKey("accounts.Company", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "group"], name="buyer_group_has_a_member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.company_id} in {self.group_id}"


class PriceListGroup(models.Model):
    """That a list's prices are those of every company in a group, as long as it is in it."""

    price_list = models.ForeignKey(PriceList, on_delete=models.CASCADE, related_name="groups")
    group = models.ForeignKey(BuyerGroup, on_delete=models.CASCADE, related_name="price_lists")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "price_list"], name="price_list_names_a_group_once"),
        ]

    def __str__(self) -> str:
        return f"{self.price_list_id} for group {self.group_id}"


class BuyerGroupChange(models.Model):
    """What a group was after each of its changes; never edited."""

    group = models.ForeignKey(BuyerGroup, on_delete=models.PROTECT, related_name="changes")
    revision = models.PositiveIntegerField()
    after = models.JSONField()
    actor = models.CharField(max_length=120)
    actor_label = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "revision"], name="buyer_group_change_once"),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} r{self.revision}"
