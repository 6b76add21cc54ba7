"""The walk: asks every row's route as every persona, with GET and POST, and notes what came of it.

Each request is undone before the next, so that nobody's answer depends on who asked before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from types import ModuleType
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from marketplace.accounts.middleware import STAFF_PREFIXES
from tests.access import (
    BUYERS,
    SUPPLIERS,
    Outcome,
    Outcomes,
    Persona,
    Route,
    accounts,
    catalog,
    core,
    disputes,
    files,
    holds,
    ledger,
    notifications,
    orders,
    own_papers,
    own_steps,
    own_trades,
    payments,
)
from tests.access.world import World
from tests.factories.accounts import signed_in
from tests.plugins.sizes import size
from trade_assurance.ledger.models import Transaction

PARTS: tuple[ModuleType, ...] = (
    core,
    accounts,
    files,
    notifications,
    catalog,
    orders,
    holds,
    ledger,
    disputes,
    own_trades,
    own_papers,
    own_steps,  # after own_trades: it opens a claim on the delivered order
    payments,  # last: its payments are of no order, which the outbox would complain about
)
ROWS: tuple[Route, ...] = tuple(row for part in PARTS for row in part.ROUTES)

# Not ours: whole branches of the tree, each with the reason why no row lists their routes.
THIRD_PARTY: Mapping[str, str] = {
    "accounts/": "allauth's own pages: signing in and up, addresses, second factors; each shows a person only their own",
    "admin/": "Django's admin: asks for staff with a second factor, see test_the_admin_opens_for_nobody_here",
}
# Routes whose GET may write, with the reason.
WRITING_GETS: Mapping[str, str] = {
    "registration_return": "the supplier comes back from the rail, which is asked whether it can pay them",
    "payment_return": "the payer comes back from the provider, which is asked how the payment stands",
}
# In the quick run, the middle roles of a side are asked only where its roles meet different things.
EVERY_ROLE = size(0, 1, 1) == 1
_MIDDLE_ROLES = {
    BUYERS: {Persona.BUYER_PURCHASING, Persona.BUYER_FINANCE},
    SUPPLIERS: {Persona.SUPPLIER_SALES, Persona.SUPPLIER_FINANCE},
}
# A method that a route has not is refused before anybody is looked at: asked as these only.
ASKING_CLOSED = (
    Persona.ANONYMOUS,
    Persona.BUYER_VIEWER,
    Persona.FINANCE_OFFICER,
    Persona.STAFF_WITHOUT_FACTOR,
)
# Doors that ask for a signature instead of a session.
SIGNED_DOORS = frozenset({"carrier_webhook", "payments_webhook"})

_ONWARD = ("company_new", "second_factor", "mfa_reauthenticate", "mfa_reauthenticate_webauthn")
_WRITING = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
_POSTING = re.compile(r"\bta_ledger_post\b")
_NO_MATTER = frozenset({"django_session"})


@dataclass(frozen=True)
class Answer:
    """What one persona met."""

    row: Route
    method: str
    persona: Persona
    expected: Outcome
    met: str
    status: int
    path: str
    writes: tuple[str, ...]
    shown: tuple[str, ...]

    @property
    def asked(self) -> str:
        note = f" ({self.row.note})" if self.row.note else ""
        return f"{self.method} {self.row.name}{note} as {self.persona}"


@dataclass(frozen=True)
class OurRoute:
    """A route of the resolver that is ours."""

    name: str
    path: str
    view: Callable[..., Any]


def our_routes() -> list[OurRoute]:
    """Every route of the tree but those of `THIRD_PARTY`."""
    return list(_leaves(get_resolver().url_patterns, ""))


def _leaves(patterns: Iterable[URLPattern | URLResolver], before: str) -> Iterator[OurRoute]:
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if path.startswith(tuple(THIRD_PARTY)):
            continue
        if isinstance(pattern, URLResolver):
            yield from _leaves(pattern.url_patterns, path)
        else:
            yield OurRoute(pattern.name or "", path, pattern.callback)


@contextmanager
def undone() -> Iterator[None]:
    """A transaction that is rolled back, like the one a test case is wrapped in."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined] # else durable blocks inside would refuse
    with block:
        try:
            yield
        finally:
            transaction.set_rollback(True)


class Walker:
    """A browser per persona, and what was built for the rows."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.browsers = {persona: _browser(world, persona) for persona in Persona}
        self.cookies = {
            persona: {name: morsel.value for name, morsel in client.cookies.items()}
            for persona, client in self.browsers.items()
        }
        self.built: dict[object, dict[str, object]] = {}
        self.refused: set[tuple[Persona, Outcome]] = set()
        self.onward = tuple(reverse(name) for name in _ONWARD)
        self.login = reverse(settings.LOGIN_URL)

    def answers(self) -> Iterator[Answer]:
        """Every row as everybody. A second row of a route is not asked again for a method it has not."""
        seen: set[tuple[str, str]] = set()
        for row in ROWS:
            for method, outcomes in (("GET", row.get), ("POST", row.post)):
                if outcomes is None or set(outcomes.values()) == {Outcome.CLOSED}:
                    if (row.name, method) in seen:
                        continue
                    outcomes = dict.fromkeys(ASKING_CLOSED, Outcome.CLOSED)
                seen.add((row.name, method))
                yield from self._row(row, method, outcomes)

    def refusals_without_token(self) -> Iterator[tuple[Route, Persona, int]]:
        """Each POST that is open to somebody, asked as them without a token; the status they met."""
        for row in ROWS:
            persona = next((who for who in (row.post or {}) if (row.post or {})[who] is Outcome.OPEN), None)
            if persona is None or row.name in SIGNED_DOORS:
                continue
            client = Client(enforce_csrf_checks=True, raise_request_exception=False)
            client.cookies = SimpleCookie(self.cookies[persona])
            with undone():
                status = client.post(self.path(row), self.data(row)).status_code
            yield row, persona, status

    def path(self, row: Route) -> str:
        """The row's address."""
        return reverse(row.name, kwargs=self._build(row.kwargs))

    def data(self, row: Route) -> dict[str, object]:
        """What the row posts, files rewound."""
        data = self._build(row.data)
        for value in data.values():
            if hasattr(value, "seek"):
                value.seek(0)
        return data

    def _build(self, builder: Callable[[Any], dict[str, object]]) -> dict[str, object]:
        if builder not in self.built:
            self.built[builder] = builder(self.world)
        return self.built[builder]

    def _row(self, row: Route, method: str, outcomes: Outcomes) -> Iterator[Answer]:
        path = self.path(row)
        data = self.data(row) if method == "POST" else {}
        for persona, expected in _asked(outcomes).items():
            if persona is Persona.STAFF_WITHOUT_FACTOR and path.startswith(STAFF_PREFIXES):
                expected = Outcome.ONWARD  # before anything else is asked
            yield self._answer(row, method, persona, expected, path, data)

    def _answer(
        self,
        row: Route,
        method: str,
        persona: Persona,
        expected: Outcome,
        path: str,
        data: dict[str, object],
    ) -> Answer:
        client, writes = self.browsers[persona], list[str]()
        client.cookies = SimpleCookie(self.cookies[persona])
        wanted = self._wanted(persona, expected)
        with undone(), connection.execute_wrapper(_noting(writes)):
            response = (
                client.get(path, headers=wanted)
                if method == "GET"
                else client.post(path, self.data(row), headers=wanted)
            )
            text = _text(response)
            met = self._met(row, response)
            kept = [] if met == Outcome.OPEN else _digest(writes)
        asked_for = path + repr(data)
        shown = tuple(
            f"{secret.what} “{secret.text}”"
            for secret in self.world.secrets
            if persona not in secret.known_to and secret.text in text and secret.text not in asked_for
        )
        if met != Outcome.OPEN and writes and _digest(writes) == kept:
            writes = []  # begun, and taken back by the view's own transaction
        return Answer(row, method, persona, expected, met, response.status_code, path, tuple(writes), shown)

    def _wanted(self, persona: Persona, expected: Outcome) -> dict[str, str]:
        """A refusal is asked for as a page once per persona, then as problem JSON: the same guard, the same words."""
        if expected not in (Outcome.REFUSED, Outcome.HIDDEN):
            return {}
        first = (persona, expected) not in self.refused
        self.refused.add((persona, expected))
        return {} if first else {"accept": "application/json"}

    def _met(self, row: Route, response: Any) -> str:
        status = response.status_code
        if status in (301, 302, 303, 307, 308):
            to = response["Location"]
            if to.startswith(self.login):
                return Outcome.LOGIN
            return Outcome.ONWARD if to.partition("?")[0] in self.onward else Outcome.OPEN
        if status >= 500 and row.name != "readyz":
            return f"error {status}"
        by_status = {401: Outcome.LOGIN, 403: Outcome.REFUSED, 404: Outcome.HIDDEN, 405: Outcome.CLOSED}
        return by_status.get(status, Outcome.OPEN)


def _asked(outcomes: Outcomes) -> Outcomes:
    left_out: set[Persona] = set()
    for people, middle in _MIDDLE_ROLES.items():
        if not EVERY_ROLE and len({outcomes.get(persona) for persona in people}) == 1:
            left_out |= middle
    return {persona: outcome for persona, outcome in outcomes.items() if persona not in left_out}


def _browser(world: World, persona: Persona) -> Client:
    client = Client(raise_request_exception=False)
    who = world.people[persona]
    return client if who is None else signed_in(who, client)


def _noting(writes: list[str]) -> Callable[..., Any]:
    def wrapper(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        found = _WRITING.match(sql)
        if found is not None and found.group(1) not in _NO_MATTER:
            writes.append(found.group(1))
        if _POSTING.search(sql) is not None:
            writes.append(Transaction._meta.db_table)
        return execute(sql, params, many, context)

    return wrapper


def _digest(tables: Iterable[str]) -> list[str]:
    """What these tables hold now."""
    found = []
    with connection.cursor() as cursor:
        for table in sorted(set(tables)):
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t"
            )
            found.append(cursor.fetchone()[0])
    return found


def _text(response: Any) -> str:
    body = response.getvalue() if response.streaming else response.content
    head = "\n".join(str(value) for value in response.headers.values())
    return head + "\n" + bytes(body).decode(errors="replace")
