"""Roles, desks and the states of a company's verification. Must not import anything of ours but core."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a member may do in a company."""

    OWNER = "owner", _("Owner")
    SALES = "sales", _("Sales")
    PURCHASING = "purchasing", _("Purchasing")
    FINANCE = "finance", _("Finance")
    VIEWER = "viewer", _("Viewer")


class Desk(TextChoices):
    """A staff desk; a person may sit at several."""

    MODERATION = "moderation", _("Catalogue moderation")
    VERIFICATION = "verification", _("Company verification")
    FINANCE = "finance", _("Finance")
    DISPUTES = "disputes", _("Disputes")
    PROGRAMME = "programme", _("Programmes")
    OPERATOR = "operator", _("Operator")


class VerificationState(TextChoices):
    """How far the marketplace has checked who a company is."""

    UNVERIFIED = "unverified", _("not verified")
    SUBMITTED = "submitted", _("being checked")
    VERIFIED = "verified", _("verified")
    REJECTED = "rejected", _("not accepted")
    EXPIRED = "expired", _("expired")


VERIFICATION_TRANSITIONS: Final = {
    VerificationState.UNVERIFIED: frozenset({VerificationState.SUBMITTED}),
    VerificationState.SUBMITTED: frozenset({VerificationState.VERIFIED, VerificationState.REJECTED}),
    VerificationState.REJECTED: frozenset({VerificationState.SUBMITTED}),
    # A verified company that changes its legal identity starts again.
    VerificationState.VERIFIED: frozenset(
        {VerificationState.EXPIRED, VerificationState.UNVERIFIED, VerificationState.SUBMITTED}
    ),
    VerificationState.EXPIRED: frozenset({VerificationState.SUBMITTED}),
}


class CaseDecision(TextChoices):
    """What the officer decided on one submission."""

    OPEN = "open", _("waiting for a decision")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("not accepted")


class MemberChangeKind(TextChoices):
    """What happened to a membership."""

    JOINED = "joined", _("joined")
    ROLE_CHANGED = "role_changed", _("role changed")
    REMOVED = "removed", _("removed")
