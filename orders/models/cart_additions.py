"""How often a product was put into a cart: sums by day, no company's name. Written by `orders.operations.cart` only."""

from __future__ import annotations

from django.db import models


class CartAdditions(models.Model):
    """On one day (UTC) so many buyers put this product into their cart, or more of it."""

    product = models.ForeignKey("catalog.Product", on_delete=models.CASCADE, related_name="+")
    added_on = models.DateField()
    times = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "cart additions"
        constraints = [
            models.UniqueConstraint(fields=["product", "added_on"], name="cart_additions_summed_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.added_on} {self.product_id}: {self.times}"
