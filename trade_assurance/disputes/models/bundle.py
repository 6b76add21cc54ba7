"""Evidence bundles and the key that signs them. Only `operations` write."""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import Q

from marketplace.core.ids import REF_LENGTH, new_ref
from marketplace.core.querysets import LockableQuerySet
from trade_assurance.disputes.models.dispute import Dispute
from trade_assurance.disputes.states import BundleFor


class SigningKey(models.Model):
    """An Ed25519 key of this installation. The private half lies here only sealed with the site's secret key.

    A key that can no longer be opened (the secret changed) is retired; its public half stays published.
    """

    fingerprint = models.CharField(max_length=64, unique=True)
    public_pem = models.TextField()
    private_sealed = models.BinaryField()
    is_current = models.BooleanField(default=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"], condition=Q(is_current=True), name="signing_key_one_current"
            ),
        ]

    def __str__(self) -> str:
        return self.fingerprint[:16]


class Bundle(models.Model):
    """One evidence bundle of a case for one side or for the desks: asked for, then made, then kept."""

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=partial(new_ref, "bnd"))
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="bundles")
    audience = models.CharField(max_length=8, choices=BundleFor)
    asked_by = models.CharField(max_length=120)
    asked_by_label = models.CharField(max_length=300)
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")
    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, null=True, related_name="+")
    manifest_sha256 = models.CharField(max_length=64, blank=True)

    objects = LockableQuerySet["Bundle"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dispute", "audience"],
                condition=Q(made_at__isnull=True),
                name="bundle_one_in_the_making",
            ),
            models.CheckConstraint(
                condition=Q(made_at__isnull=True, file__isnull=True, key__isnull=True, manifest_sha256="")
                | (Q(made_at__isnull=False, file__isnull=False, key__isnull=False) & ~Q(manifest_sha256="")),
                name="bundle_made_exactly_when_stored_and_signed",
            ),
        ]

    def __str__(self) -> str:
        return self.ref
