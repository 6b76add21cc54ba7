"""Who acts: actors from people and their memberships. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from marketplace.accounts.models import Member, User
from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound

# Recovery codes alone are no second factor: they come with one.
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


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
    return bool(Authenticator.objects.filter(user_id=user_id, type__in=SECOND_FACTORS).exists())


def has_passkey_only(user_id: int) -> bool:
    """Whether passkeys are the person's only second factor."""
    types = set(
        Authenticator.objects.filter(user_id=user_id, type__in=SECOND_FACTORS).values_list("type", flat=True)
    )
    return types == {Authenticator.Type.WEBAUTHN}


def verified_emails(user_id: int) -> frozenset[str]:
    """The addresses the person has proved to be theirs, in lower case."""
    rows = EmailAddress.objects.filter(user_id=user_id, verified=True).values_list("email", flat=True)
    return frozenset(email.lower() for email in rows)


def company_choices(memberships: Iterable[Member]) -> tuple[CompanyChoice, ...]:
    """The companies of these memberships, by name."""
    rows = sorted(memberships, key=lambda row: (row.company.legal_name.casefold(), row.company_id))
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


def _negative(moment: datetime | None) -> float:
    return -moment.timestamp() if moment else 0.0
