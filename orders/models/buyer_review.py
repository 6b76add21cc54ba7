"""What a supplier says of the buyer of a completed order. Written by `operations.reviewing` only."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from marketplace.core.querysets import LockableQuerySet
from orders.models.order import Order


def _one_to_five(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q((f"{name}__gte", 1), (f"{name}__lte", 5)), name=f"buyer_review_{name}_1_to_5"
    )


class BuyerReview(models.Model):
    """The other half of "both review": private, read by the two sides of the order and by nobody else.

    It counts nowhere. A buyer's name for paying late is not for other suppliers to trade in.
    """

    order = models.OneToOneField(
        Order, primary_key=True, on_delete=models.PROTECT, related_name="buyer_review"
    )
    paid = models.PositiveSmallIntegerField(help_text="as agreed and in time, 1 to 5")
    communication = models.PositiveSmallIntegerField()
    acceptance = models.PositiveSmallIntegerField(help_text="took and judged the goods fairly, 1 to 5")
    text = models.TextField(blank=True)
    written_by = models.CharField(max_length=120)
    written_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)

    objects = LockableQuerySet["BuyerReview"].as_manager()

    class Meta:
        constraints = [*(_one_to_five(name) for name in ("paid", "communication", "acceptance"))]

    def __str__(self) -> str:
        return str(self.order_id)
