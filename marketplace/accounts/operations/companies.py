"""Writes companies: made with their first owner, edited by owners."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime

from django.db import transaction

from marketplace.accounts import policies
from marketplace.accounts.errors import (
    CompanyBeingChecked,
    CountryUnknown,
    FactTooLong,
    FoundedYearNotPossible,
    LegalNameMissing,
    SellsOrBuysMissing,
)
from marketplace.accounts.models import Company, Member, MemberChange, User
from marketplace.accounts.queries import open_case
from marketplace.accounts.rules import Identity, clean_line, clean_phone, clean_tax_id, clean_website
from marketplace.accounts.states import MemberChangeKind, Role, VerificationState
from marketplace.core.actors import Actor
from marketplace.core.countries import country_codes
from marketplace.core.deadlines import close_deadline
from marketplace.core.errors import NotAllowed, NotFound
from marketplace.core.idempotency import lock_key, remember, replayed
from marketplace.core.ids import new_ref
from marketplace.core.outbox import emit

VERIFICATION_DEADLINES = ("verification_reminder", "verification_expiry")


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """What a company says of itself."""

    legal_name: str
    country: str
    street: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    tax_id: str = ""
    sells: bool = False
    buys: bool = False
    about: str = ""
    website: str = ""
    phone: str = ""
    founded_year: int | None = None


@transaction.atomic
def create_company(*, facts: CompanyFacts, actor: Actor, key: str, at: datetime) -> Company:
    """A company that the actor owns from now on.

    Raises `NotAllowed` for somebody not signed in, `Rejected` with the field at fault.
    """
    if actor.user_id is None:
        raise NotAllowed
    content = {"user": actor.user_id, **asdict(facts)}
    lock_key(key)
    if (ref := replayed(key=key, operation="create_company", content=content)) is not None:
        return Company.objects.get(ref=ref)
    facts = checked_facts(facts, at)
    company = Company.objects.create(ref=new_ref("com"), created_at=at, **asdict(facts))
    user = User.objects.get(pk=actor.user_id)
    company.log_transition("", VerificationState.UNVERIFIED, actor=actor, at=at, key=key)
    add_member(company, user, Role.OWNER, actor, key, at)
    remember(key=key, operation="create_company", content=content, result=company.ref, at=at)
    return company


@transaction.atomic
def edit_company(*, company_id: int, facts: CompanyFacts, actor: Actor, key: str, at: datetime) -> Company:
    """Change what the company says of itself.

    When legal name, country, address or tax id of a verified company change, its badge goes and it has
    to be verified again; the team is told. Raises `NotFound`, `NotAllowed`, `CompanyBeingChecked`, `Rejected`.
    """
    company = locked_company(company_id, actor)
    facts = checked_facts(facts, at)
    identity_changes = Identity.of(facts) != Identity.of(company)
    if identity_changes and open_case(company.pk) is not None:
        raise CompanyBeingChecked
    for name, value in asdict(facts).items():
        setattr(company, name, value)
    company.save(update_fields=list(asdict(facts)))
    if identity_changes and company.state == VerificationState.VERIFIED:
        _withdraw_badge(company, actor, key, at)
    return company


def locked_company(company_id: int, actor: Actor) -> Company:
    """The company, locked, when the actor may manage it; `NotFound` for strangers, `NotAllowed` for members."""
    company = Company.objects.filter(pk=company_id).lock().first()
    if company is None or not policies.can_see_company(actor, company.pk):
        raise NotFound
    if not policies.can_manage_company(actor, company.pk):
        raise NotAllowed
    demand_present_role(company, actor, Role.OWNER)
    return company


def demand_present_role(company: Company, actor: Actor, *roles: Role) -> None:
    """Raise `NotAllowed` when the actor's role has changed since the request began (the company is locked)."""
    present = Member.objects.filter(company=company, left_at__isnull=True, role__in=roles)
    if actor.user_id is None or not present.filter(user_id=actor.user_id).exists():
        raise NotAllowed


def add_member(company: Company, user: User, role: Role, actor: Actor, key: str, at: datetime) -> Member:
    """A membership and its line of history."""
    member = Member.objects.create(company=company, user=user, role=role, joined_at=at, chosen_at=at)
    MemberChange.objects.create(
        company=company,
        user=user,
        kind=MemberChangeKind.JOINED,
        role_after=role,
        actor=actor.as_text,
        actor_label=actor.label,
        at=at,
        key=key,
    )
    return member


def checked_facts(facts: CompanyFacts, at: datetime) -> CompanyFacts:
    """The facts in their clean form. Raises `Rejected` with the field at fault."""
    facts = replace(
        facts,
        legal_name=clean_line(facts.legal_name),
        street=clean_line(facts.street),
        city=clean_line(facts.city),
        region=clean_line(facts.region),
        postal_code=clean_line(facts.postal_code),
    )
    _demand_room(facts)
    if not facts.legal_name:
        raise LegalNameMissing(field="legal_name")
    if facts.country not in country_codes():
        raise CountryUnknown(field="country")
    if not (facts.sells or facts.buys):
        raise SellsOrBuysMissing(field="sells")
    if facts.founded_year is not None and not 1000 <= facts.founded_year <= at.year:
        raise FoundedYearNotPossible(field="founded_year", this_year=at.year)
    return replace(
        facts,
        tax_id=clean_tax_id(facts.country, facts.tax_id),
        website=clean_website(facts.website),
        phone=clean_phone(facts.country, facts.phone),
        about=facts.about.strip(),
    )


def _demand_room(facts: CompanyFacts) -> None:
    for name, value in asdict(facts).items():
        limit = getattr(Company._meta.get_field(name), "max_length", None)
        if isinstance(value, str) and limit is not None and len(value) > limit:
            raise FactTooLong(field=name, limit=limit)


def _withdraw_badge(company: Company, actor: Actor, key: str, at: datetime) -> None:
    company.move_to(
        VerificationState.UNVERIFIED,
        actor=actor,
        at=at,
        key=key,
        reason="identity changed",
        verified_at=None,
        verified_until=None,
    )
    for kind in VERIFICATION_DEADLINES:
        close_deadline(kind=kind, subject=company.ref, outcome="identity changed", at=at)
    payload = {"company_id": company.pk, "company": company.legal_name}
    emit(kind="verification_withdrawn", subject=company.ref, actor=actor, at=at, payload=payload)
