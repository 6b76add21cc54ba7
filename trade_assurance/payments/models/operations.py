"""What is asked of providers: one row committed before the first call, one line per call. Holds no decision."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from marketplace.accounts.models import Company
from marketplace.core.models import StatefulModel, TransitionRecord
from marketplace.core.money import Money
from marketplace.core.querysets import LockableQuerySet
from marketplace.files.models import StoredFile
from trade_assurance.payments.states import (
    OPERATION_FINAL,
    OPERATION_TRANSITIONS,
    OperationKind,
    OperationState,
)


class ProviderOperation(StatefulModel):
    """One thing asked of a provider. The key it is sent with derives from this row and its attempt.

    `subject` is the payment, refund or payout it is for; `root` the trade. `wake_at` is when it is looked at
    next (NULL: final, or a person's turn); `leased_until` keeps a second worker off while one is calling.
    """

    TRANSITIONS = OPERATION_TRANSITIONS

    provider = models.CharField(max_length=32)
    kind = models.CharField(max_length=12, choices=OperationKind)
    subject = models.CharField(max_length=64)
    root = models.CharField(max_length=64)
    payee = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    params = models.JSONField(default=dict)
    environment = models.CharField(max_length=16)
    attempt = models.PositiveIntegerField(default=1)
    calls = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=12, choices=OperationState, default=OperationState.CREATED)
    provider_ref = models.CharField(max_length=120, blank=True)
    outcome = models.JSONField(default=dict)
    created_by = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    wake_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    bank_reference = models.CharField(max_length=120, blank=True)
    proof = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = LockableQuerySet["ProviderOperation"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="operation_amount_not_negative", condition=Q(amount_minor__gte=0)),
            models.CheckConstraint(
                name="operation_state_is_known", condition=Q(state__in=OperationState.values)
            ),
            models.CheckConstraint(
                name="operation_final_is_not_looked_at",
                condition=~Q(state__in=OPERATION_FINAL) | Q(wake_at=None, ended_at__isnull=False),
            ),
            models.UniqueConstraint(fields=["kind", "subject"], name="operation_once_per_kind_and_subject"),
        ]
        indexes = [
            models.Index(fields=["wake_at"], condition=Q(wake_at__isnull=False), name="operation_due"),
            models.Index(fields=["subject"], name="operation_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} at {self.provider}"

    @property
    def key(self) -> str:
        """The idempotency key of the present attempt: readable, and the same after any crash."""
        return f"ta:{self.environment}:{self.pk}:{self.attempt}"

    @property
    def money(self) -> Money:
        """The amount it is about."""
        return Money(self.amount_minor, self.currency)

    @property
    def is_final(self) -> bool:
        """Whether nothing more can be learned about it."""
        return self.state in OPERATION_FINAL


class OperationTransition(TransitionRecord):
    """One step of an operation."""

    operation = models.ForeignKey(ProviderOperation, on_delete=models.PROTECT, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class OperationAttempt(models.Model):
    """One call to the provider: when, with which key, and what came back. A crash leaves it without an answer."""

    operation = models.ForeignKey(ProviderOperation, on_delete=models.PROTECT, related_name="attempts")
    step = models.CharField(max_length=12)
    key = models.CharField(max_length=120)
    called_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=12, blank=True)
    detail = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["operation", "id"], name="operation_attempt_in_order")]

    def __str__(self) -> str:
        return f"{self.step} {self.key}: {self.answer or 'no answer'}"
