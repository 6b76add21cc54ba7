"""The days on which a supplier is away. Written by `operations.listings.lead_times` only."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from marketplace.core.ids import REF_LENGTH, new_ref
from marketplace.core.querysets import LockableQuerySet


def new_pause_ref() -> str:
    """A fresh public reference."""
    return new_ref("pau")


class HolidayPause(models.Model):
    """From `first_day` to `last_day`, both included, nobody works on orders; `ended_at` takes it back.

    Whether orders are taken meanwhile is the supplier's choice; `words` are what buyers read beside it.
    """

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=new_pause_ref)
    supplier = models.ForeignKey("accounts.Company", on_delete=models.CASCADE, related_name="pauses")
    first_day = models.DateField()
    last_day = models.DateField()
    takes_orders = models.BooleanField(default=True)
    words = models.CharField(max_length=300, blank=True)
    stated_by_label = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = LockableQuerySet["HolidayPause"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="holiday_pause_ends_after_it_begins"
            ),
        ]
        indexes = [
            models.Index(
                fields=["supplier", "last_day"],
                condition=Q(ended_at__isnull=True),
                name="holiday_pause_of_a_supplier",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.first_day} – {self.last_day}"
