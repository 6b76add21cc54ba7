"""The log of what moderators decided. Written by `operations.trust.decisions` only."""

from __future__ import annotations

from django.db import models

from catalog.models.product import Product
from catalog.states import DecisionStep


class ModerationDecision(models.Model):
    """Who decided what about a listing, when, why, and what they saw: its revision and the open flags."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="decisions")
    step = models.CharField(max_length=16, choices=DecisionStep)
    reason_code = models.CharField(max_length=30, blank=True)
    note = models.TextField(blank=True)
    revision = models.PositiveIntegerField()
    flags = models.JSONField(default=list)
    actor = models.CharField(max_length=120)
    actor_label = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["product", "-at"], name="decision_by_product")]

    def __str__(self) -> str:
        return f"{self.product_id} {self.step}"
