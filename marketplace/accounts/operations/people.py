"""Writes people. Sign-up itself is allauth's; these serve the demo, commands, tests and the profile page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from marketplace.accounts import policies
from marketplace.accounts.errors import (
    DeskUnknown,
    EmailNotValid,
    EmailTaken,
    LanguageUnknown,
    NothingToChange,
    TimeZoneUnknown,
)
from marketplace.accounts.models import DeskChange, User
from marketplace.accounts.rules import available_zone_set, clean_line
from marketplace.accounts.states import Desk
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed, NotFound

EMAIL_LENGTH: Final = 254  # RFC 5321


@transaction.atomic
def create_user(
    *,
    email: str,
    name: str,
    actor: Actor,
    at: datetime,
    password: str | None = None,
    language: str = "en",
    time_zone: str = "UTC",
    desks: Iterable[str] = (),
    reads_records: bool = False,
) -> User:
    """A person with a proven address, made by the marketplace itself or the operator (people sign up by the page).

    Without a password nobody can sign in until it is reset. Raises `NotAllowed`, `EmailTaken`, `Rejected`.
    """
    if not policies.can_grant_desks(actor):
        raise NotAllowed
    email = clean_email(email)
    if User.objects.filter(email=email).exists():
        raise EmailTaken(field="email")
    user = User(
        email=email,
        name=clean_line(name),
        language=_known_language(language),
        time_zone=_known_zone(time_zone),
        is_staff=reads_records,
        joined_at=at,
    )
    user.set_password(password)
    user.save(force_insert=True)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    if wanted := _known_desks(desks):
        _seat(user, wanted, actor, at)
    return user


@transaction.atomic
def edit_profile(*, name: str, language: str, time_zone: str, actor: Actor) -> User:
    """Change the actor's own name, language and time zone. Raises `NotAllowed`, `Rejected`."""
    user = _own(actor)
    user.name = clean_line(name)
    user.language = _known_language(language)
    user.time_zone = _known_zone(time_zone)
    user.save(update_fields=["name", "language", "time_zone"])
    return user


@transaction.atomic
def remember_language(*, language: str, actor: Actor) -> None:
    """Change the actor's own language alone (the switch in the footer)."""
    user = _own(actor)
    user.language = _known_language(language)
    user.save(update_fields=["language"])


@transaction.atomic
def grant_desks(*, email: str, desks: Iterable[str], actor: Actor, at: datetime) -> User:
    """Seat a person at exactly these desks (none: no longer staff).

    Raises `NotAllowed` unless the operator or a command asks, `NotFound` for an unknown address,
    `NothingToChange` when they sit there already.
    """
    if not policies.can_grant_desks(actor):
        raise NotAllowed
    user = User.objects.select_for_update(no_key=True).filter(email=clean_email(email)).first()
    if user is None:
        raise NotFound
    wanted = _known_desks(desks)
    if user.desks == wanted:
        raise NothingToChange
    _seat(user, wanted, actor, at)
    return user


@transaction.atomic
def enrol_totp(*, user: User, secret: str, actor: Actor) -> None:
    """Give a person an authenticator secret that is known in advance (demo staff, tests).

    Raises `NotAllowed` for anybody but the marketplace itself.
    """
    if not actor.is_system:
        raise NotAllowed
    Authenticator.objects.filter(user=user).delete()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)


def clean_email(email: str) -> str:
    """The address in lower case. Raises `EmailNotValid`."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise EmailNotValid(field="email") from error
    if len(email) > EMAIL_LENGTH:
        raise EmailNotValid(field="email")
    return email


def _seat(user: User, desks: list[str], actor: Actor, at: datetime) -> None:
    DeskChange.objects.create(
        user=user, before=user.desks, after=desks, actor=actor.as_text, actor_label=actor.label, at=at
    )
    user.desks = desks
    user.save(update_fields=["desks"])


def _own(actor: Actor) -> User:
    if actor.user_id is None:
        raise NotAllowed
    return User.objects.select_for_update(no_key=True).get(pk=actor.user_id)


def _known_language(language: str) -> str:
    if language not in dict(settings.LANGUAGES):
        raise LanguageUnknown(field="language")
    return language


def _known_zone(time_zone: str) -> str:
    if time_zone not in available_zone_set():
        raise TimeZoneUnknown(field="time_zone")
    return time_zone


def _known_desks(desks: Iterable[str]) -> list[str]:
    wanted = set(desks)
    for desk in wanted - set(Desk.values):
        raise DeskUnknown(field="desks", desk=desk)
    return [desk for desk in Desk.values if desk in wanted]
