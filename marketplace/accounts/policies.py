"""Who may do what with a company. Pure: from the actor and ids, no queries."""

from __future__ import annotations

from datetime import datetime, timedelta

from marketplace.accounts.models import Company
from marketplace.accounts.rules import REMINDER_DAYS
from marketplace.accounts.states import Desk, Role, VerificationState
from marketplace.core.actors import Actor


def can_manage_company(actor: Actor, company_id: int) -> bool:
    """Edit the profile, invite, change roles, ask for verification: an owner acting for it."""
    return actor.acts_for(company_id) and actor.has_role(Role.OWNER)


def can_see_company(actor: Actor, company_id: int) -> bool:
    """See the team and the company's own documents: anybody acting for it."""
    return actor.acts_for(company_id)


def can_remove_member(actor: Actor, company_id: int, user_id: int) -> bool:
    """An owner may remove anybody; everybody may leave."""
    return can_manage_company(actor, company_id) or (actor.acts_for(company_id) and actor.user_id == user_id)


def sits_at_verification(actor: Actor) -> bool:
    """See the queue and the cases."""
    return actor.has_desk(Desk.VERIFICATION)


def can_decide_verification(actor: Actor, company_id: int) -> bool:
    """Decide a case: an officer who does not belong to the company."""
    return sits_at_verification(actor) and company_id not in actor.member_of


def can_read_verification_document(actor: Actor, company_id: int) -> bool:
    """The officers, and the owners of the company that sent it."""
    return sits_at_verification(actor) or can_manage_company(actor, company_id)


def can_grant_desks(actor: Actor) -> bool:
    """The operator, or the marketplace itself (a command on the machine)."""
    return actor.is_system or actor.has_desk(Desk.OPERATOR)


def can_send_documents(company: Company, at: datetime) -> bool:
    """Whether the state leaves something to send: not while checked, not long before the term ends."""
    if company.state == VerificationState.VERIFIED:
        return company.verified_until is not None and at >= company.verified_until - timedelta(
            days=REMINDER_DAYS
        )
    return company.can_move_to(VerificationState.SUBMITTED)
