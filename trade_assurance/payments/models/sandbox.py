"""The sandbox provider's own rows: its side of the wire, as if it were another company's system.

Only `providers.sandbox_server` reads or writes them. They know nothing of our payments but the metadata sent.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from marketplace.core.ids import REF_LENGTH
from marketplace.core.querysets import LockableQuerySet


class SandboxKind(models.TextChoices):
    """What the sandbox keeps."""

    SESSION = "session", "session"
    REFUND = "refund", "refund"
    PAYOUT = "payout", "payout"
    REVERSAL = "reversal", "reversal"
    ACCOUNT = "account", "account"
    CHARGEBACK = "chargeback", "chargeback"


class SandboxStatus(models.TextChoices):
    """Where an object of the sandbox stands."""

    OPEN = "open", "open"
    AUTHENTICATION = "authentication", "authentication"
    PROCESSING = "processing", "processing"
    PARTLY_PAID = "partly_paid", "partly paid"
    PAID = "paid", "paid"
    FAILED = "failed", "failed"
    EXPIRED = "expired", "expired"
    DONE = "done", "done"
    # A supplier's account.
    INCOMPLETE = "incomplete", "incomplete"
    ACTIVE = "active", "active"
    RESTRICTED = "restricted", "restricted"
    # A chargeback, which begins as an inquiry or `open`.
    INQUIRY = "inquiry", "inquiry"
    UNDER_REVIEW = "under_review", "under review"
    WON = "won", "won"
    LOST = "lost", "lost"
    CLOSED = "closed", "closed"


class SandboxObject(models.Model):
    """A session, refund, payout, reversal, account or chargeback of the sandbox.

    `request_key` is the idempotency key it was made with; `details` what only its kind has. Nobody sees an
    object before `appears_at`: a call whose effect comes late. `settles_as` is what it becomes at `settles_at`.
    """

    ENDED: ClassVar = frozenset(
        {SandboxStatus.PAID, SandboxStatus.FAILED, SandboxStatus.EXPIRED, SandboxStatus.DONE}
    )

    ref = models.CharField(max_length=REF_LENGTH, unique=True)
    kind = models.CharField(max_length=12, choices=SandboxKind)
    request_key = models.CharField(max_length=120, unique=True)
    request_hash = models.CharField(max_length=64)
    trade = models.CharField(max_length=64)
    metadata = models.JSONField(default=dict)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    received_minor = models.BigIntegerField(default=0)
    description = models.CharField(max_length=300, blank=True)
    return_url = models.CharField(max_length=500, blank=True)
    status = models.CharField(max_length=16, choices=SandboxStatus)
    code = models.CharField(max_length=64, blank=True)
    details = models.JSONField(default=dict, blank=True)
    appears_at = models.DateTimeField(null=True, blank=True)
    settles_at = models.DateTimeField(null=True, blank=True)
    settles_as = models.CharField(max_length=16, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects = LockableQuerySet["SandboxObject"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="sandbox_amount_is_positive", condition=Q(amount_minor__gt=0) | Q(kind="account")
            ),
        ]
        indexes = [
            models.Index(
                fields=["settles_at"], condition=Q(settles_at__isnull=False), name="sandbox_object_settling"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.status}"


class SandboxMovement(models.Model):
    """One line of the sandbox's account of the marketplace's money; written once. It changed by amount − fee."""

    ref = models.CharField(max_length=REF_LENGTH, unique=True)
    kind = models.CharField(max_length=24)
    thing = models.ForeignKey(
        SandboxObject, on_delete=models.PROTECT, null=True, blank=True, related_name="movements"
    )
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField(default=0)
    description = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="sandbox_fee_not_negative", condition=Q(fee_minor__gte=0)),
        ]
        indexes = [models.Index(fields=["at", "id"], name="sandbox_movement_in_order")]

    def __str__(self) -> str:
        return f"{self.ref} {self.kind} {self.amount_minor} {self.currency}"


class SandboxDelivery(models.Model):
    """A webhook the sandbox has to deliver, retried until it is taken.

    `copies`: how often it is sent once it is taken; `forged`: signed by somebody who does not know the secret.
    """

    event_id = models.CharField(max_length=REF_LENGTH, unique=True)
    body = models.TextField()
    created_at = models.DateTimeField()
    wake_at = models.DateTimeField(null=True, blank=True)
    copies = models.PositiveIntegerField(default=1)
    forged = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    objects = LockableQuerySet["SandboxDelivery"].as_manager()

    class Meta:
        verbose_name_plural = "sandbox deliveries"
        indexes = [
            models.Index(
                fields=["wake_at"], condition=Q(delivered_at__isnull=True), name="sandbox_delivery_waiting"
            )
        ]

    def __str__(self) -> str:
        return self.event_id


class SandboxFault(models.Model):
    """A mishap the sandbox will play once, to rehearse it: an answer lost before or after the effect, and the like.

    One with a `request_key` is not played but stays: the error that is stored under an idempotency key.
    """

    call = models.CharField(max_length=16)
    mode = models.CharField(max_length=24)
    request_key = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.mode} at {self.call}"
