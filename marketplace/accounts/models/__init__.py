"""Rows of accounts, by aggregate: people, companies with their members and their reports, verification cases."""

from marketplace.accounts.models.companies import (
    Company,
    CompanyTransition,
    Invitation,
    Member,
    MemberChange,
)
from marketplace.accounts.models.people import DeskChange, User
from marketplace.accounts.models.reports import CompanyReport, ReportDecision
from marketplace.accounts.models.verification import Verification

__all__ = [
    "Company",
    "CompanyReport",
    "CompanyTransition",
    "DeskChange",
    "Invitation",
    "Member",
    "MemberChange",
    "ReportDecision",
    "User",
    "Verification",
]
