"""Rows of accounts, by aggregate: people, companies with their members, verification cases."""

from marketplace.accounts.models.companies import (
    Company,
    CompanyTransition,
    Invitation,
    Member,
    MemberChange,
)
from marketplace.accounts.models.people import DeskChange, User
from marketplace.accounts.models.verification import Verification

__all__ = [
    "Company",
    "CompanyTransition",
    "DeskChange",
    "Invitation",
    "Member",
    "MemberChange",
    "User",
    "Verification",
]
