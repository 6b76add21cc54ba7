"""The only writers of people, companies, members and verification; one module per aggregate."""

from marketplace.accounts.operations.companies import CompanyFacts, create_company, edit_company
from marketplace.accounts.operations.invitations import accept_invitation, invite_member, withdraw_invitation
from marketplace.accounts.operations.members import change_role, choose_company, remove_member
from marketplace.accounts.operations.people import (
    create_user,
    edit_profile,
    enrol_totp,
    grant_desks,
    remember_language,
)
from marketplace.accounts.operations.verification import (
    approve_verification,
    expire_verification,
    reject_verification,
    remind_of_expiry,
    submit_verification,
)

__all__ = [
    "CompanyFacts",
    "accept_invitation",
    "approve_verification",
    "change_role",
    "choose_company",
    "create_company",
    "create_user",
    "edit_company",
    "edit_profile",
    "enrol_totp",
    "expire_verification",
    "grant_desks",
    "invite_member",
    "reject_verification",
    "remember_language",
    "remind_of_expiry",
    "remove_member",
    "submit_verification",
    "withdraw_invitation",
]
