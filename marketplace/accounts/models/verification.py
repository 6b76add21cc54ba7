"""One submission of a company's documents and what the officer decided. The state itself is the company's."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models.companies import Company
from marketplace.accounts.states import CaseDecision
from marketplace.core.ids import REF_LENGTH
from marketplace.core.querysets import LockableQuerySet


class Verification(models.Model):
    """A case at the verification desk; `identity` is what the company said of itself when it sent it."""

    ref = models.CharField(max_length=REF_LENGTH, unique=True)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="verifications")
    identity = models.JSONField()
    note = models.TextField(_("Note to the officer"), max_length=2000, blank=True)
    submitted_by = models.CharField(max_length=120)
    submitted_by_label = models.CharField(max_length=300, blank=True)
    submitted_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=CaseDecision, default=CaseDecision.OPEN)
    reason = models.TextField(_("Reason"), max_length=2000, blank=True)
    decided_by = models.CharField(max_length=120, blank=True)
    decided_by_label = models.CharField(max_length=300, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = LockableQuerySet["Verification"].as_manager()

    class Meta:
        verbose_name = _("verification")
        constraints = [
            models.UniqueConstraint(
                fields=["company"], condition=Q(decision="open"), name="verification_open_once_per_company"
            ),
            models.CheckConstraint(
                condition=Q(decision="open", decided_at__isnull=True)
                | (~Q(decision="open") & Q(decided_at__isnull=False)),
                name="verification_decided_exactly_when_not_open",
            ),
            models.CheckConstraint(
                condition=~Q(decision="rejected") | ~Q(reason=""), name="verification_rejected_with_a_reason"
            ),
        ]
        indexes = [
            models.Index(
                fields=["submitted_at"], condition=Q(decision="open"), name="verification_open_by_age"
            )
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.decision}"
