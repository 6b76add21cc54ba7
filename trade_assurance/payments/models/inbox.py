"""What providers told us by webhook, and what an officer has to look at. Holds no decision."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from marketplace.core.querysets import LockableQuerySet


class WebhookEvent(models.Model):
    """One event of a provider, stored as it came before anything is done about it."""

    provider = models.CharField(max_length=32)
    event_id = models.CharField(max_length=120)
    kind = models.CharField(max_length=64)
    object_kind = models.CharField(max_length=16)
    object_ref = models.CharField(max_length=120)
    payload = models.TextField()
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    wake_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True)

    objects = LockableQuerySet["WebhookEvent"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="webhook_event_once_per_provider"),
        ]
        indexes = [
            models.Index(
                fields=["wake_at"], condition=Q(processed_at__isnull=True), name="webhook_event_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id} {self.kind}"


class ReviewItem(models.Model):
    """Something a provider said that differs from our own row: it changed nothing, an officer looks at it."""

    provider = models.CharField(max_length=32)
    subject = models.CharField(max_length=120)
    reason = models.CharField(max_length=64)
    text = models.CharField(max_length=500)
    details = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.CharField(max_length=120, blank=True)
    resolved_by_label = models.CharField(max_length=300, blank=True)
    note = models.TextField(blank=True)

    objects = LockableQuerySet["ReviewItem"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "subject", "reason"],
                condition=Q(resolved_at__isnull=True),
                name="review_item_open_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["opened_at"], condition=Q(resolved_at__isnull=True), name="review_item_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.subject}: {self.reason}"
