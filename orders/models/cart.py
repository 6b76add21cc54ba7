"""The cart of a buyer company: wishes without a price promise. Prices are asked of the catalogue anew each time."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from marketplace.core.querysets import LockableQuerySet


class Cart(models.Model):
    """One per company; every member who may buy sees the same one."""

    company = models.OneToOneField("accounts.Company", on_delete=models.CASCADE, related_name="cart")

    objects = LockableQuerySet["Cart"].as_manager()

    def __str__(self) -> str:
        return f"cart of company {self.company_id}"


class CartLine(models.Model):
    """How much of one variant of a product the company wants. `variant` is one of `product`."""

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey("catalog.Product", on_delete=models.CASCADE, related_name="+")
    variant = models.ForeignKey("catalog.Variant", on_delete=models.CASCADE, related_name="+")
    quantity = models.DecimalField(max_digits=14, decimal_places=3)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cart", "variant"], name="cart_line_once_per_variant"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="cart_line_quantity_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of product {self.product_id}"
