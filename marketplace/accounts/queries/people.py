"""People to tell something: members of a company, staff at a desk. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from allauth.mfa.models import Authenticator

from marketplace.accounts.models import Member, User
from marketplace.accounts.queries.actors import SECOND_FACTORS
from marketplace.accounts.states import Role


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to tell; `user_id` is None for an address without an account (an invitation)."""

    user_id: int | None
    name: str
    email: str
    language: str
    time_zone: str


def members_with_roles(company_id: int, roles: Iterable[str] = tuple(Role)) -> list[Person]:
    """The company's present members in these roles, to be told something."""
    rows = Member.objects.filter(
        company_id=company_id, left_at__isnull=True, role__in=list(roles), user__is_active=True
    ).select_related("user")
    return [person(row.user) for row in rows.order_by("pk")]


def people_of_desk(desk: str) -> list[Person]:
    """The staff at a desk, to be told something: as everywhere, nobody sits there before a second factor."""
    seated = User.objects.filter(desks__contains=[desk], is_active=True)
    proved = Authenticator.objects.filter(type__in=SECOND_FACTORS).values("user_id")
    return [person(user) for user in seated.filter(pk__in=proved).order_by("pk")]


def people_by_id(user_ids: Iterable[int]) -> list[Person]:
    """These people, to be told something; inactive ones left out."""
    rows = User.objects.filter(pk__in=set(user_ids), is_active=True).order_by("pk")
    return [person(user) for user in rows]


def person(user: User) -> Person:
    """A user as somebody to tell."""
    return Person(user.pk, user.name, user.email, user.language, user.time_zone)
