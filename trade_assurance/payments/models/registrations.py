"""Suppliers as a rail knows them: its name for each, and what it said last of whether it can pay them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from marketplace.accounts.models import Company
from marketplace.core.querysets import LockableQuerySet


class Registration(models.Model):
    """A company's registration with a rail that pays only whom it knows. `can_receive` is what the rail said last."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    provider = models.CharField(max_length=32)
    account_ref = models.CharField(max_length=120, blank=True)
    next_action_url = models.CharField(max_length=2000, blank=True)
    can_receive = models.BooleanField(default=False)
    missing = models.JSONField(default=list)
    reason = models.CharField(max_length=300, blank=True)
    started_by = models.CharField(max_length=120)
    started_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    objects = LockableQuerySet["Registration"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "provider"], name="registration_once_per_rail"),
            models.UniqueConstraint(
                fields=["provider", "account_ref"],
                condition=~Q(account_ref=""),
                name="registration_once_per_account",
            ),
            models.CheckConstraint(
                condition=Q(can_receive=False) | ~Q(account_ref=""), name="registration_able_has_an_account"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company_id} at {self.provider}"
