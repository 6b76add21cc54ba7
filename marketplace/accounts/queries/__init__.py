"""Reads of accounts, by subject: who acts, whom to tell, companies, teams, verification."""

from marketplace.accounts.queries.actors import (
    CompanyChoice,
    actor_among,
    actor_for,
    company_choices,
    has_second_factor,
    memberships_of,
    verified_emails,
)
from marketplace.accounts.queries.companies import (
    CompanyCard,
    company_by_ref,
    company_card,
    company_card_by_ref,
    company_cards,
)
from marketplace.accounts.queries.people import (
    Person,
    members_with_roles,
    people_by_id,
    people_of_desk,
    person,
)
from marketplace.accounts.queries.team import (
    InvitationLine,
    InvitationPage,
    MemberLine,
    TeamPage,
    invitation_page,
    invitations_for,
    team_page,
)
from marketplace.accounts.queries.verification import (
    CaseLine,
    CasePage,
    QueuePage,
    VerificationPage,
    open_case,
    verification_case,
    verification_page,
    verification_queue,
)

__all__ = [
    "CaseLine",
    "CasePage",
    "CompanyCard",
    "CompanyChoice",
    "InvitationLine",
    "InvitationPage",
    "MemberLine",
    "Person",
    "QueuePage",
    "TeamPage",
    "VerificationPage",
    "actor_among",
    "actor_for",
    "company_by_ref",
    "company_card",
    "company_card_by_ref",
    "company_cards",
    "company_choices",
    "has_second_factor",
    "invitation_page",
    "invitations_for",
    "members_with_roles",
    "memberships_of",
    "open_case",
    "people_by_id",
    "people_of_desk",
    "person",
    "team_page",
    "verification_case",
    "verification_page",
    "verification_queue",
    "verified_emails",
]
