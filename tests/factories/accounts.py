"""People, companies and staff, made through the operations the pages use."""

from __future__ import annotations

from datetime import datetime
from itertools import count

from django.test import Client

from marketplace.accounts.middleware import SESSION_COMPANY
from marketplace.accounts.models import Company, Member, User, Verification
from marketplace.accounts.operations import (
    CompanyFacts,
    accept_invitation,
    approve_verification,
    create_company,
    create_user,
    enrol_totp,
    invite_member,
    submit_verification,
)
from marketplace.accounts.queries import actor_for
from marketplace.accounts.states import Desk, Role
from marketplace.core.actors import Actor
from marketplace.core.ids import new_key
from tests.factories import AT
from tests.factories.files import a_pdf

PASSWORD = "a long enough phrase"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SETUP = Actor.system("setup")
_number = count(1)


def a_person(
    name: str = "Ana Pereira",
    *,
    email: str = "",
    language: str = "en",
    time_zone: str = "UTC",
    desks: tuple[str, ...] = (),
    at: datetime = AT,
) -> User:
    """Somebody with a proven e-mail address and `PASSWORD`."""
    return create_user(
        email=email or f"person{next(_number)}@example.com",
        name=name,
        password=PASSWORD,
        language=language,
        time_zone=time_zone,
        desks=desks,
        actor=SETUP,
        at=at,
    )


def a_company(
    name: str = "",
    *,
    country: str = "IN",
    sells: bool = True,
    buys: bool = True,
    verified: bool = False,
    owner: User | None = None,
    at: datetime = AT,
) -> Company:
    """A company with an owner (see `owner_of`)."""
    owner = owner or a_person(at=at)
    facts = CompanyFacts(
        legal_name=name or f"Company {next(_number)}",
        country=country,
        street="1 Harbour Road",
        city="Port Town",
        sells=sells,
        buys=buys,
    )
    company = create_company(facts=facts, actor=actor_for(owner, None), key=new_key(), at=at)
    if verified:
        case = a_verification_case(company, at=at)
        approve_verification(case_ref=case.ref, actor=staff(Desk.VERIFICATION), key=new_key(), at=at)
        company.refresh_from_db()
    return company


def a_member(
    company: Company | None = None, role: str = Role.OWNER, *, user: User | None = None, at: datetime = AT
) -> Actor:
    """The actor of a person who joined the company (a new one by default) in that role, by invitation."""
    company = company or a_company(at=at)
    user = user or a_person(at=at)
    invitation = invite_member(
        company_id=company.pk, email=user.email, role=role, actor=owner_of(company), key=new_key(), at=at
    )
    accept_invitation(invitation_ref=invitation.ref, actor=actor_for(user, None), key=new_key(), at=at)
    return actor_for(user, company.pk)


def owner_of(company: Company) -> Actor:
    """The actor of the company's first owner."""
    member = Member.objects.filter(company=company, role=Role.OWNER, left_at__isnull=True).order_by("pk")[0]
    return actor_for(member.user, company.pk)


def staff(*desks: str, name: str = "Sam Officer", user: User | None = None, at: datetime = AT) -> Actor:
    """The actor of a new staff member with a second factor."""
    user = user or a_person(name, desks=desks, at=at)
    enrol_totp(user=user, secret=TOTP_SECRET, actor=SETUP)
    return actor_for(user, None)


def a_verification_case(company: Company, *, at: datetime = AT) -> Verification:
    """The company has sent one document."""
    return submit_verification(
        company_id=company.pk, documents=[a_pdf()], note="", actor=owner_of(company), key=new_key(), at=at
    )


def user_of(actor: Actor) -> User:
    """The person behind an actor."""
    assert actor.user_id is not None
    return User.objects.get(pk=actor.user_id)


def signed_in(actor: Actor | User, client: Client | None = None) -> Client:
    """A browser in which this person is signed in and acts for the actor's company.

    Staff have used their second factor in this session: without that no desk opens.
    """
    client = client or Client()
    user = user_of(actor) if isinstance(actor, Actor) else actor
    client.force_login(user)
    session = client.session
    if isinstance(actor, Actor) and actor.company_id is not None:
        session[SESSION_COMPANY] = actor.company_id
    if isinstance(actor, Actor) and actor.desks:
        session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": AT.timestamp()}]
        session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client
