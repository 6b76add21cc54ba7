"""What every report of a company to the moderators has, and every decision that answers it. No table of its own."""

from __future__ import annotations

from django.db import models


class ReportDecision(models.Model):
    """A line of the log of what moderators decided. Never edited. Its subject and its steps are the deriving model's."""

    reason = models.TextField()
    actor = models.CharField(max_length=120)
    actor_label = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        abstract = True


class CompanyReport(models.Model):
    """A company's word that moderators should look at something; open until a decision answers it.

    Its subject, its reasons and its decision are the deriving model's.
    """

    company = models.ForeignKey("accounts.Company", on_delete=models.PROTECT, related_name="+")
    text = models.TextField(blank=True)
    reported_by = models.CharField(max_length=120)
    reported_by_label = models.CharField(max_length=300, blank=True)
    reported_at = models.DateTimeField()

    class Meta:
        abstract = True
