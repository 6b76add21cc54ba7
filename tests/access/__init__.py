"""Who may open which route: the frame. Each app lists its own routes in `tests/access/<app>.py`.

A row names the URL, how to build its arguments from the world, and what every persona meets. What a
row does not name for a persona falls to the row's `others`. Nothing is left to chance: the walk in
`tests/architecture/test_access.py` asks every route as every persona.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Persona(StrEnum):
    """Everybody the walk asks as."""

    ANONYMOUS = "anonymous"
    NEWCOMER = "newcomer"  # signed in, no company
    BUYER_OWNER = "buyer_owner"
    BUYER_PURCHASING = "buyer_purchasing"
    BUYER_FINANCE = "buyer_finance"
    BUYER_VIEWER = "buyer_viewer"
    SUPPLIER_OWNER = "supplier_owner"
    SUPPLIER_SALES = "supplier_sales"
    SUPPLIER_FINANCE = "supplier_finance"
    SUPPLIER_VIEWER = "supplier_viewer"
    STRANGER = "stranger"  # owner of another company that sells and buys
    MODERATOR = "moderator"
    VERIFIER = "verifier"
    FINANCE_OFFICER = "finance_officer"
    DISPUTE_OFFICER = "dispute_officer"
    OPERATOR = "operator"
    STAFF_WITHOUT_FACTOR = "staff_without_factor"  # every desk on paper, no second factor yet


class Outcome(StrEnum):
    """What a persona meets."""

    OPEN = "open"  # the page, a redirect onwards, or a form error: the door is open
    LOGIN = "login"  # sent to sign in
    REFUSED = "refused"  # 403
    HIDDEN = "hidden"  # 404: may not know of it
    ONWARD = "onward"  # sent elsewhere first: make a company, set up a second factor
    CLOSED = "closed"  # 405: the route has no such method


BUYERS = frozenset(
    {Persona.BUYER_OWNER, Persona.BUYER_PURCHASING, Persona.BUYER_FINANCE, Persona.BUYER_VIEWER}
)
SUPPLIERS = frozenset(
    {Persona.SUPPLIER_OWNER, Persona.SUPPLIER_SALES, Persona.SUPPLIER_FINANCE, Persona.SUPPLIER_VIEWER}
)
MEMBERS = BUYERS | SUPPLIERS | {Persona.STRANGER}
DESKS = frozenset(
    {Persona.MODERATOR, Persona.VERIFIER, Persona.FINANCE_OFFICER, Persona.DISPUTE_OFFICER, Persona.OPERATOR}
)
EVERYBODY = frozenset(Persona)

Outcomes = Mapping[Persona, Outcome]


def outcomes(others: Outcome, **by_name: Outcome) -> dict[Persona, Outcome]:
    """An outcome for everybody; `buyers=`, `suppliers=`, `members=`, `desks=` or a persona's name say otherwise."""
    groups = {"buyers": BUYERS, "suppliers": SUPPLIERS, "members": MEMBERS, "desks": DESKS}
    result = dict.fromkeys(Persona, others)
    for name, outcome in by_name.items():
        for persona in groups.get(name, (Persona(name),) if name not in groups else ()):
            result[persona] = outcome
    return result


@dataclass(frozen=True)
class Route:
    """One URL name with one way to ask it. `kwargs` and `data` are built from the world."""

    name: str
    get: Outcomes | None = None
    post: Outcomes | None = None
    kwargs: Callable[[Any], dict[str, object]] = field(default=lambda world: {})
    data: Callable[[Any], dict[str, object]] = field(default=lambda world: {})
    note: str = ""
