"""Stored files. What a file belongs to is opaque text (`kind`, `subject`); who may read it is asked of the kind."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from marketplace.core.ids import REF_LENGTH
from marketplace.core.querysets import LockableQuerySet


class StoredFile(models.Model):
    """One file as it was checked and stored; written once. `path` is in the private store and never shown."""

    ref = models.CharField(max_length=REF_LENGTH, unique=True)
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=64)
    name = models.CharField(max_length=160)
    content_type = models.CharField(max_length=60)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=200, unique=True)
    width_px = models.PositiveIntegerField(null=True, blank=True)
    height_px = models.PositiveIntegerField(null=True, blank=True)
    uploaded_by = models.CharField(max_length=120)
    uploaded_by_label = models.CharField(max_length=300, blank=True)
    uploaded_by_company_id = models.BigIntegerField(null=True, blank=True)
    uploaded_at = models.DateTimeField()

    objects = LockableQuerySet["StoredFile"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="stored_file_has_a_sha256"
            ),
            models.CheckConstraint(condition=Q(size_bytes__gt=0), name="stored_file_is_not_empty"),
        ]
        indexes = [models.Index(fields=["kind", "subject"], name="stored_file_by_subject")]

    def __str__(self) -> str:
        return f"{self.ref} {self.name}"
