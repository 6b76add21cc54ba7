"""Who may open the routes of people and companies."""

from __future__ import annotations

from typing import Any

from marketplace.accounts.operations import invite_member
from marketplace.core.ids import new_key
from tests.access import EVERYBODY, Outcome, Outcomes, Route, outcomes
from tests.factories import AT
from tests.factories.accounts import a_company, a_verification_case, owner_of

CLOSED: Outcomes = dict.fromkeys(EVERYBODY, Outcome.CLOSED)
SIGNED_IN = outcomes(Outcome.OPEN, anonymous=Outcome.LOGIN)
MEMBERS = outcomes(Outcome.ONWARD, anonymous=Outcome.LOGIN, members=Outcome.OPEN)


def owners(outcome: Outcome) -> Outcomes:
    """What owners meet; other members are refused, people without a company are led to creating one."""
    return outcomes(
        Outcome.ONWARD,
        anonymous=Outcome.LOGIN,
        members=Outcome.REFUSED,
        buyer_owner=outcome,
        supplier_owner=outcome,
        stranger=outcome,
    )


VERIFIERS = outcomes(
    Outcome.REFUSED,
    anonymous=Outcome.LOGIN,
    verifier=Outcome.OPEN,
    staff_without_factor=Outcome.ONWARD,
)


def a_case(_world: Any) -> dict[str, object]:
    """A case of a company that none of the personas belongs to."""
    return {"ref": a_verification_case(a_company()).ref}


def an_invitation(_world: Any) -> dict[str, object]:
    """An invitation to an address that none of the personas has."""
    company = a_company()
    invitation = invite_member(
        company_id=company.pk,
        email="x@example.com",
        role="sales",
        actor=owner_of(company),
        key=new_key(),
        at=AT,
    )
    return {"ref": invitation.ref}


ROUTES = (
    Route("set_language", get=CLOSED, post=outcomes(Outcome.OPEN)),
    Route("profile", get=SIGNED_IN, post=SIGNED_IN),
    Route("second_factor", get=SIGNED_IN, post=CLOSED),
    Route("company_new", get=SIGNED_IN, post=SIGNED_IN),
    Route(
        "company_choose",
        get=SIGNED_IN,
        post=outcomes(Outcome.HIDDEN, anonymous=Outcome.LOGIN),
        note="no company is named",
    ),
    Route("company", get=MEMBERS, post=CLOSED),
    Route("company_edit", get=owners(Outcome.OPEN), post=owners(Outcome.OPEN)),
    Route("team", get=MEMBERS, post=owners(Outcome.OPEN)),
    Route(
        "member_role",
        get=CLOSED,
        post=owners(Outcome.HIDDEN),
        kwargs=lambda world: {"member_id": 0},
        note="a member of nobody's company",
    ),
    Route(
        "member_remove",
        get=CLOSED,
        post=outcomes(Outcome.ONWARD, anonymous=Outcome.LOGIN, members=Outcome.HIDDEN),
        kwargs=lambda world: {"member_id": 0},
        note="a member of nobody's company",
    ),
    Route(
        "invitation_withdraw",
        get=CLOSED,
        post=owners(Outcome.HIDDEN),
        kwargs=an_invitation,
        note="an invitation of another company",
    ),
    Route("verification", get=MEMBERS, post=owners(Outcome.OPEN)),
    Route(
        "invitation",
        get=outcomes(Outcome.OPEN),
        post=outcomes(Outcome.REFUSED, anonymous=Outcome.LOGIN),
        kwargs=an_invitation,
        note="sent to another address",
    ),
    Route("desk_verification", get=VERIFIERS),
    Route("desk_verification_case", get=VERIFIERS, kwargs=a_case),
    Route("verification_approve", post=VERIFIERS, kwargs=a_case),
    Route("verification_reject", post=VERIFIERS, kwargs=a_case),
)
