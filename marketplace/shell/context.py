"""What the header of every page shows: operator, company acted for, counts, desks.

Reads only; the one context processor of ours. Counts are one statement each and only for people
who are signed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.middleware import memberships_in
from marketplace.accounts.queries import CompanyChoice, company_choices
from marketplace.core.actors import Actor
from marketplace.core.http import actor_of
from marketplace.core.operator_settings import shown_value_of
from marketplace.notifications.queries import unread_count
from orders.queries import header_counts
from trade_assurance.payments.queries import sandbox_is_active

_DESKS: tuple[tuple[str, str | Promise, str], ...] = (
    ("moderation", _("Listings to review"), "desk_moderation"),
    ("verification", _("Companies to verify"), "desk_verification"),
    ("disputes", _("Disputes"), "desk_disputes"),
    ("disputes", _("Arrivals to prove"), "desk_shipments"),
    ("disputes", _("Strikes"), "desk_strikes"),
    ("finance", _("Money"), "desk_finance"),
    ("operator", _("Settings"), "desk_settings"),
)


@dataclass(frozen=True, slots=True)
class Shell:
    """The header's facts."""

    operator_name: str
    cart_count: int
    enquiry_count: int
    unread_count: int
    acting_company_name: str
    acting_company_sells: bool
    companies: tuple[CompanyChoice, ...]
    desks: tuple[tuple[str | Promise, str], ...]
    sandbox_active: bool
    mailbox_url: str


def shell(request: HttpRequest) -> dict[str, Any]:
    """`{{ shell.… }}`, read only when a template asks for it."""
    return {
        "shell": SimpleLazyObject(lambda: _read(request)),
        "operator_name": SimpleLazyObject(_operator_name),
    }


def _operator_name() -> str:
    return str(shown_value_of("site.operator_name"))


def _read(request: HttpRequest) -> Shell:
    actor = actor_of(request)
    companies = company_choices(memberships_in(request))
    acting = next((company for company in companies if company.id == actor.company_id), None)
    counts = header_counts(actor.company_id)
    return Shell(
        operator_name=_operator_name(),
        cart_count=counts.cart,
        enquiry_count=counts.enquiries,
        unread_count=0 if actor.user_id is None else unread_count(actor.user_id),
        acting_company_name=actor.company_name,
        acting_company_sells=acting is not None and acting.sells,
        companies=companies,
        desks=_desks(actor),
        sandbox_active=sandbox_is_active(),
        mailbox_url=reverse("mailbox") if settings.PORTOLAN_MODE == "local" else "",
    )


def _desks(actor: Actor) -> tuple[tuple[str | Promise, str], ...]:
    return tuple((label, reverse(name)) for desk, label, name in _DESKS if actor.has_desk(desk))
