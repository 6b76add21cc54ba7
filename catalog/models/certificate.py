"""Certificates of a company: of all its products or of chosen ones. Written by `operations.trust.certificates` only."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from catalog.models.product import Product
from catalog.states import CERTIFICATE_COUNTS, CERTIFICATE_TRANSITIONS, CertificateState
from marketplace.core.ids import REF_LENGTH, new_ref
from marketplace.core.models import StatefulModel, TransitionRecord, TransitionTable
from marketplace.core.querysets import LockableQuerySet


def new_certificate_ref() -> str:
    """A fresh public reference."""
    return new_ref("crt")


class Certificate(StatefulModel):
    """What its company states: a kind, a number, an issuer, the days it holds (the last one included).

    `name` is what a kind is called that the list does not have. `scan` is private to the company and the
    moderators unless `scan_is_public`. `revision` counts the changes, so that a moderator confirms what they saw.
    """

    TRANSITIONS: ClassVar[TransitionTable] = CERTIFICATE_TRANSITIONS

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=new_certificate_ref)
    supplier = models.ForeignKey("accounts.Company", on_delete=models.PROTECT, related_name="certificates")
    kind = models.CharField(max_length=40, help_text="a code of catalog/data/certificates.toml")
    name = models.CharField(max_length=120, blank=True)
    number = models.CharField(max_length=80)
    issuer = models.CharField(max_length=120)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True, help_text="the last day it holds; null: it has no end")
    covers_all = models.BooleanField(default=True)
    scan = models.OneToOneField("files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    scan_is_public = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=CertificateState, default=CertificateState.STATED)
    review_note = models.TextField(blank=True, help_text="why a moderator rejected it")
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = LockableQuerySet["Certificate"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="certificate_ends_not_before_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(number="") & ~Q(issuer=""), name="certificate_has_a_number_and_an_issuer"
            ),
            models.CheckConstraint(
                condition=~Q(state=CertificateState.REJECTED) | ~Q(review_note=""),
                name="certificate_rejected_with_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["supplier", "state"], name="certificate_by_supplier"),
            models.Index(
                fields=["valid_until"],
                condition=Q(state__in=("stated", "checked")),
                name="certificate_by_its_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.kind}"

    def counts_on(self, day: date) -> bool:
        """Whether buyers see it on a day: neither taken back nor rejected, begun and not over."""
        begun = self.valid_from is None or self.valid_from <= day
        over = self.valid_until is not None and self.valid_until < day
        return self.state in CERTIFICATE_COUNTS and begun and not over


class CertificateTransition(TransitionRecord):
    """Who moved a certificate from which state to which, when and why."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class CertifiedProduct(models.Model):
    """That a certificate belongs to one listing; of a certificate that covers all there are none."""

    certificate = models.ForeignKey(Certificate, on_delete=models.CASCADE, related_name="certified")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="certified_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "product"], name="certificate_belongs_to_a_product_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id} of {self.product_id}"


class CertificateReminder(models.Model):
    """That its company was told so many days before a certificate's end. Another end is told anew."""

    certificate = models.ForeignKey(Certificate, on_delete=models.CASCADE, related_name="reminders")
    valid_until = models.DateField()
    days_before = models.PositiveSmallIntegerField()
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "valid_until", "days_before"],
                name="certificate_reminds_once_per_step",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.days_before} days before {self.valid_until}"
