"""What trades say about a product. Written by `operations.suppliers.facts` only, for the apps that know orders."""

from __future__ import annotations

from django.db import models

from catalog.models.product import Product
from marketplace.core.querysets import LockableQuerySet


class ProductTrades(models.Model):
    """How many completed orders held a product; no row until one of them was counted."""

    product = models.OneToOneField(Product, primary_key=True, on_delete=models.CASCADE, related_name="trades")
    orders_completed = models.PositiveIntegerField()
    updated_at = models.DateTimeField()

    objects = LockableQuerySet["ProductTrades"].as_manager()

    def __str__(self) -> str:
        return f"{self.product_id}: {self.orders_completed}"
