"""That an order is of a sample: one line, at the sample's price, and whether its price comes off a later order."""

from __future__ import annotations

from django.db import models

from marketplace.core.querysets import LockableQuerySet
from orders.models.order import Order


class SampleOrder(models.Model):
    """One per sample; `is_credited` is the supplier's promise as it stood when the sample was ordered."""

    order = models.OneToOneField(Order, primary_key=True, on_delete=models.CASCADE, related_name="sample")
    buyer = models.ForeignKey("accounts.Company", on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+")
    is_credited = models.BooleanField()
    ordered_at = models.DateTimeField()

    objects = LockableQuerySet["SampleOrder"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["buyer", "product"], name="sample_order_by_buyer")]

    def __str__(self) -> str:
        return f"sample of {self.product_id} for {self.buyer_id}"
