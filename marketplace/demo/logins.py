"""Who a visitor may sign in as on a demonstration machine: a short table. Reads; writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.demo.password import PASSWORD

# Where the story may be told: it brings people with a password that everybody knows.
MODES: Final = ("local", "test")
_LOGINS: Final[tuple[tuple[str, str | Promise], ...]] = (
    ("anke@hansekontor.example", _("buyer in Hamburg, owner")),
    ("marieke@polderfruit.example", _("buyer of 150 t of cherries, owner")),
    ("rodrigo@valle-andino.example", _("cherry grower in Chile, owner")),
    ("finance1@portolan.example", _("finance officer")),
    ("finance2@portolan.example", _("finance officer, the second")),
    ("officer1@portolan.example", _("dispute officer")),
    ("moderator@portolan.example", _("moderator of listings")),
    ("verification@portolan.example", _("verification officer")),
    ("operator@portolan.example", _("operator: settings, books")),
)


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """One person of the story a visitor may be."""

    name: str
    role: str
    email: str


def is_allowed_here() -> bool:
    """Whether this installation may hold people of the story at all."""
    return settings.PORTOLAN_MODE in MODES


def demo_logins() -> list[DemoLogin]:
    """The log-ins of the story, as far as these people are here; none in production."""
    if not is_allowed_here():
        return []
    names = dict(
        User.objects.filter(email__in=[email for email, _role in _LOGINS]).values_list("email", "name")
    )
    return [DemoLogin(names[email], str(role), email) for email, role in _LOGINS if email in names]


def as_table(logins: list[DemoLogin]) -> list[str]:
    """Lines for a terminal: who, role, address; the password they share."""
    name = max(len(login.name) for login in logins)
    role = max(len(login.role) for login in logins)
    rows = [f"{login.name:<{name}}  {login.role:<{role}}  {login.email}" for login in logins]
    return [
        f"Sign in as (password of all: {PASSWORD})",
        "",
        *rows,
        "",
        "Officers are asked for a second factor: its present code is shown at /mailbox/.",
    ]
