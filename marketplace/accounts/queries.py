"""Reads of people and companies: actors, cards, people to tell. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import Q

from marketplace.accounts.models import Company, Member, User, Verification
from marketplace.accounts.states import CaseDecision, Role, VerificationState
from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound

# Recovery codes alone are no second factor: they come with one.
_SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to tell; `user_id` is None for an address without an account (an invitation)."""

    user_id: int | None
    name: str
    email: str
    language: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class CompanyCard:
    """A company as others see it. `verified_at` only while the verification holds."""

    id: int
    ref: str
    name: str
    country: str
    city: str
    region: str
    sells: bool
    buys: bool
    about: str
    website: str
    founded_year: int | None
    verified_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CompanyChoice:
    """A company a person may act for, with their role in it."""

    id: int
    ref: str
    name: str
    role: str
    role_label: str
    sells: bool
    buys: bool


def memberships_of(user_id: int) -> list[Member]:
    """The person's present memberships with their companies, the one chosen last first."""
    rows = Member.objects.filter(user_id=user_id, left_at__isnull=True).select_related("company")
    return sorted(
        rows, key=lambda row: (row.chosen_at is None, _negative(row.chosen_at), row.joined_at, row.pk)
    )


def actor_for(user: User, company_id: int | None) -> Actor:
    """The actor this person is when acting for that company (or for none).

    Without a second factor a person has no desks. Raises `NotFound` when they do not belong to the company.
    """
    return actor_among(user, memberships_of(user.pk), company_id)


def actor_among(user: User, memberships: Sequence[Member], company_id: int | None) -> Actor:
    """`actor_for` with the memberships already read."""
    acting = next((row for row in memberships if row.company_id == company_id), None)
    if company_id is not None and acting is None:
        raise NotFound
    return Actor.user(
        user_id=user.pk,
        name=user.name or user.email,
        company_id=company_id,
        company_name=acting.company.legal_name if acting else "",
        role=acting.role if acting else "",
        desks=frozenset(user.desks) if user.desks and has_second_factor(user.pk) else frozenset(),
        member_of=frozenset(row.company_id for row in memberships),
    )


def has_second_factor(user_id: int) -> bool:
    """Whether the person has an authenticator app or a passkey."""
    return bool(Authenticator.objects.filter(user_id=user_id, type__in=_SECOND_FACTORS).exists())


def verified_emails(user_id: int) -> frozenset[str]:
    """The addresses the person has proved to be theirs, in lower case."""
    rows = EmailAddress.objects.filter(user_id=user_id, verified=True).values_list("email", flat=True)
    return frozenset(email.lower() for email in rows)


def company_choices(user_id: int) -> tuple[CompanyChoice, ...]:
    """The companies the person may act for, by name."""
    rows = sorted(
        memberships_of(user_id), key=lambda row: (row.company.legal_name.casefold(), row.company_id)
    )
    return tuple(
        CompanyChoice(
            id=row.company_id,
            ref=row.company.ref,
            name=row.company.legal_name,
            role=row.role,
            role_label=row.get_role_display(),
            sells=row.company.sells,
            buys=row.company.buys,
        )
        for row in rows
    )


def company_card(company_id: int) -> CompanyCard:
    """One company as others see it. Raises `NotFound`."""
    return _card(_company(Q(pk=company_id)))


def company_cards(company_ids: Iterable[int]) -> dict[int, CompanyCard]:
    """Several companies as others see them, by id, in one statement."""
    return {row.pk: _card(row) for row in Company.objects.filter(pk__in=set(company_ids))}


def company_card_by_ref(ref: str) -> CompanyCard:
    """One company as others see it, by its public reference. Raises `NotFound`."""
    return _card(company_by_ref(ref))


def company_by_ref(ref: str) -> Company:
    """The company of a public reference. Raises `NotFound`."""
    return _company(Q(ref=ref))


def open_case(company_id: int) -> Verification | None:
    """The company's submission that waits for a decision."""
    return Verification.objects.filter(company_id=company_id, decision=CaseDecision.OPEN).first()


def members_with_roles(company_id: int, roles: Iterable[str] = tuple(Role)) -> list[Person]:
    """The company's present members in these roles, to be told something."""
    rows = Member.objects.filter(
        company_id=company_id, left_at__isnull=True, role__in=list(roles), user__is_active=True
    ).select_related("user")
    return [person(row.user) for row in rows.order_by("pk")]


def people_of_desk(desk: str) -> list[Person]:
    """The staff at a desk, to be told something."""
    return [
        person(user) for user in User.objects.filter(desks__contains=[desk], is_active=True).order_by("pk")
    ]


def people_by_id(user_ids: Iterable[int]) -> list[Person]:
    """These people, to be told something; inactive ones left out."""
    rows = User.objects.filter(pk__in=set(user_ids), is_active=True).order_by("pk")
    return [person(user) for user in rows]


def person(user: User) -> Person:
    """A user as somebody to tell."""
    return Person(user.pk, user.name, user.email, user.language, user.time_zone)


def _company(condition: Q) -> Company:
    company = Company.objects.filter(condition).first()
    if company is None:
        raise NotFound
    return company


def _card(company: Company) -> CompanyCard:
    return CompanyCard(
        id=company.pk,
        ref=company.ref,
        name=company.legal_name,
        country=company.country,
        city=company.city,
        region=company.region,
        sells=company.sells,
        buys=company.buys,
        about=company.about,
        website=company.website,
        founded_year=company.founded_year,
        verified_at=company.verified_at if company.state == VerificationState.VERIFIED else None,
        created_at=company.created_at,
    )


def _negative(moment: datetime | None) -> float:
    return -moment.timestamp() if moment else 0.0
