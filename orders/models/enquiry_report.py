"""Reports of enquiries, and what moderators decided. Only `operations.enquiry_reports` writes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from marketplace.accounts.models import CompanyReport, ReportDecision
from marketplace.core.querysets import LockableQuerySet
from orders.models.enquiry import Enquiry
from orders.states import EnquiryReportReason, EnquiryStep


class EnquiryDecision(ReportDecision):
    """The log of what moderators decided about an enquiry. Never edited."""

    enquiry = models.ForeignKey(Enquiry, on_delete=models.PROTECT, related_name="decisions")
    step = models.CharField(max_length=8, choices=EnquiryStep)

    objects = LockableQuerySet["EnquiryDecision"].as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="enquiry_decision_has_a_reason")]
        indexes = [models.Index(fields=["enquiry", "-at"], name="enquiry_decision_by_enquiry")]

    def __str__(self) -> str:
        return f"{self.enquiry_id} {self.step}"


class EnquiryReport(CompanyReport):
    """One side's word that moderators should read an enquiry; open until one has decided."""

    enquiry = models.ForeignKey(Enquiry, on_delete=models.PROTECT, related_name="reports")
    reason = models.CharField(max_length=12, choices=EnquiryReportReason)
    decision = models.ForeignKey(
        EnquiryDecision, null=True, on_delete=models.PROTECT, related_name="answered"
    )

    objects = LockableQuerySet["EnquiryReport"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enquiry", "company"],
                condition=Q(decision=None),
                name="enquiry_reported_once_by_a_side",
            ),
            models.CheckConstraint(
                condition=~Q(reason=EnquiryReportReason.OTHER) | ~Q(text=""),
                name="enquiry_report_other_has_words",
            ),
        ]
        indexes = [
            models.Index(
                fields=["reported_at"], condition=Q(decision=None), name="enquiry_report_open_by_age"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enquiry_id} {self.reason}"
