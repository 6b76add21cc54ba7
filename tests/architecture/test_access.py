"""Every route, everybody, GET and POST: what `tests/access/` says is what they meet, and nothing leaks on the way.

A new route without a row fails here. The walk happens once; the tests look at what it noted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from unittest.mock import patch

import pytest
import time_machine
from django.test import Client, override_settings
from pytest_django import DjangoDbBlocker

from tests.access import Outcome, Persona, Route
from tests.access.stories import NOW
from tests.access.walk import ROWS, SIGNED_DOORS, WRITING_GETS, Answer, Walker, our_routes, undone
from tests.access.world import build_world

# They choose how uploads are received before the body is read, and ask for the token inside.
CHECKED_INSIDE = frozenset({"workbench_imports", "workbench_import_pictures"})
# The mark only puts these tests before those that empty the database.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("access")]


@dataclass
class Walk:
    """What was noted."""

    answers: list[Answer]
    without_token: list[tuple[Route, Persona, int]]
    admin: dict[Persona, int]
    secrets: int


@pytest.fixture(scope="module")
def walk(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Walk:
    with (
        django_db_blocker.unblock(),
        time_machine.travel(NOW, tick=False),
        override_settings(CATEGORY_TREE_SECONDS=600.0),
        patch.dict("catalog.queries.categories._TREES"),  # and forgotten afterwards
        undone(),
    ):
        world = build_world()
        walker = Walker(world)
        return Walk(
            answers=list(walker.answers()),
            without_token=list(walker.refusals_without_token()),
            admin={persona: _admin(client) for persona, client in walker.browsers.items()},
            secrets=len(world.secrets),
        )


def _admin(client: Client) -> int:
    with undone():
        return client.get("/admin/", follow=False).status_code


def report(lines: Iterable[str]) -> str:
    """One line each, for a person."""
    found = sorted(set(lines))
    return f"{len(found)} found:\n" + "\n".join(found)


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    names = [route.name for route in our_routes()]
    assert [route.path for route in our_routes() if not route.name] == []
    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert {row.name for row in ROWS} == set(names)


@pytest.mark.slow
def test_everybody_meets_what_the_rows_say(walk: Walk) -> None:
    wrong = [
        f"{answer.asked}: {answer.met} ({answer.status}), the row says {answer.expected}"
        for answer in walk.answers
        if answer.met != answer.expected
    ]
    assert not wrong, report(wrong)


@pytest.mark.slow
def test_nobody_is_shown_what_is_not_theirs(walk: Walk) -> None:
    leaks = [f"{answer.asked}: {text}" for answer in walk.answers for text in answer.shown]
    assert walk.secrets > 100
    assert not leaks, report(leaks)


@pytest.mark.slow
def test_reading_writes_nothing(walk: Walk) -> None:
    wrote = [
        f"{answer.asked}: wrote {', '.join(sorted(set(answer.writes)))}"
        for answer in walk.answers
        if answer.method == "GET" and answer.writes and answer.row.name not in WRITING_GETS
    ]
    assert not wrote, report(wrote)


@pytest.mark.slow
def test_who_is_not_let_in_writes_nothing(walk: Walk) -> None:
    wrote = [
        f"{answer.asked}: {answer.met}, wrote {', '.join(sorted(set(answer.writes)))}"
        for answer in walk.answers
        if answer.met != Outcome.OPEN and answer.writes
    ]
    assert not wrote, report(wrote)


# Steps that the world is ready for: whoever may take them does take them, so a refusal is one of the role.
STEPS = frozenset(
    [
        "order_confirm",
        "order_decline",
        "order_withdraw",
        "order_amend",
        "amendment_accept",
        "amendment_decline",
        "order_cancel",
        "pay",
        "production_start",
        "order_again",
        "shipment_new",
        "shipment_dispatch",
        "shipment_unpack",
        "shipment_document",
        "shipment_deliver",
        "order_accept",
        "unshipped_cancel",
        "cancellation_postpone",
        "sandbox_pay",
        "sandbox_carrier",
        "dispute_open",
        "dispute_accept",
        "dispute_withdraw",
        "dispute_escalate",
        "offer_make",
        "offer_accept",
        "offer_decline",
        "dispute_message",
        "dispute_evidence",
        "dispute_waive",
        "dispute_appeal",
        "inspection_propose",
        "inspection_agree",
        "offer_withdraw",
        "promise_send",
        "range_seal",
        "strike_appeal",
        "cart_add",
        "cart_line",
        "member_role",
        "member_remove",
        "invitation_withdraw",
        "notification_open",
        "workbench_submit",
        "workbench_withdraw",
        "workbench_pause",
        "workbench_image",
        "desk_setting",
    ]
)


@pytest.mark.slow
def test_steps_are_taken_by_those_who_may(walk: Walk) -> None:
    taken = {answer.row.name for answer in walk.answers if answer.method == "POST" and answer.writes}
    assert sorted(STEPS - taken) == []


@pytest.mark.slow
def test_viewers_never_write_for_their_company(walk: Walk) -> None:
    own = {
        "set_language",
        "profile",
        "company_new",
        "company_choose",
        "notifications_read",
        "notification_open",
        "saved_searches",
        "recent_searches",
    }
    leaving = {"member_remove"}
    wrote = [
        answer.asked
        for answer in walk.answers
        if answer.persona in (Persona.BUYER_VIEWER, Persona.SUPPLIER_VIEWER)
        and answer.writes
        and answer.row.name not in own | leaving | set(WRITING_GETS)
    ]
    assert not wrote, report(wrote)


@pytest.mark.slow
def test_every_post_needs_a_token(walk: Walk) -> None:
    open_doors = [
        f"POST {row.name} as {persona}: {status}"
        for row, persona, status in walk.without_token
        if status != 403
    ]
    assert not open_doors, report(open_doors)
    exempt = {route.name for route in our_routes() if getattr(route.view, "csrf_exempt", False)}
    api = {route.name for route in our_routes() if route.path.startswith("api/v1/")}
    assert exempt <= SIGNED_DOORS | CHECKED_INSIDE | api
    # The interface asks for the token itself, of whoever comes with a session: each open one was asked without it.
    opened = {answer.row.name for answer in walk.answers if answer.method == "POST" and answer.met == "open"}
    assert opened & api <= {row.name for row, _persona, _status in walk.without_token}


@pytest.mark.slow
def test_no_desk_opens_without_a_second_factor(walk: Walk) -> None:
    desks = [answer for answer in walk.answers if answer.path.startswith("/desk/")]
    assert {route.name for route in our_routes() if route.path.startswith("desk/")} == {
        answer.row.name for answer in desks
    }
    opened = [
        f"{answer.asked}: {answer.met}"
        for answer in desks
        if answer.persona is Persona.STAFF_WITHOUT_FACTOR and answer.met != Outcome.ONWARD
    ]
    assert not opened, report(opened)


@pytest.mark.slow
def test_no_desk_opens_for_people_of_companies(walk: Walk) -> None:
    staff = {
        Persona.MODERATOR,
        Persona.VERIFIER,
        Persona.FINANCE_OFFICER,
        Persona.DISPUTE_OFFICER,
        Persona.OPERATOR,
    }
    opened = [
        f"{answer.asked}: {answer.met}"
        for answer in walk.answers
        if answer.path.startswith("/desk/") and answer.persona not in staff and answer.met == Outcome.OPEN
    ]
    assert not opened, report(opened)


@pytest.mark.slow
def test_the_admin_opens_for_nobody_here(walk: Walk) -> None:
    assert set(walk.admin.values()) <= {302, 403}, walk.admin
