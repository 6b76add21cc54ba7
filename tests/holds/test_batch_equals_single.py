"""The batch of a sweep and the one-go acceptance leave exactly what the step-by-step operation leaves, table by table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from hypothesis import Phase, given
from hypothesis import settings as options
from hypothesis import strategies as st

from marketplace.core.actors import Actor
from marketplace.core.books import find_discrepancies
from marketplace.core.deadlines import Due, close_deadline, move_deadline, sweep_due
from marketplace.core.idempotency import remember
from marketplace.core.jobs import QUEUE_HOLDS
from marketplace.core.models import Deadline
from marketplace.core.money import Money
from orders.rules.schedule import ScheduledMilestone
from tests.factories import days
from tests.factories.disputes import a_claim
from tests.factories.orders import DEPOSIT_BALANCE, Trade
from tests.factories.shipping import ARRIVED_AT, a_delivered_part, a_paid_trade, accepts, leaves, share_of
from tests.plugins.sizes import size
from trade_assurance.holds.models import Hold, SupplierAccount
from trade_assurance.holds.operations import accept_by_silence_together, accept_delivery, accept_shipment
from trade_assurance.holds.operations.trades import acceptance
from trade_assurance.holds.operations.trades.acceptance import lock_trade_of_shipment
from trade_assurance.holds.operations.trades.trade import lock_trade

pytestmark = pytest.mark.django_db

DUE_AT = ARRIVED_AT + days(45)
# What says when and in which database transaction a row was written, not what happened.
UNLIKE = {"booked_at", "posted_xid", "leased_until"}
BY_STEPS = (
    ScheduledMilestone("On arrival", 4_000, "confirmation", None, "delivery"),
    ScheduledMilestone("On acceptance", 6_000, "before_shipment", None, "acceptance"),
)
Rows = dict[str, list[str]]


class _Undo(Exception):
    pass


@contextmanager
def undone() -> Iterator[None]:
    """All of it is rolled back."""
    try:
        with transaction.atomic():
            yield
            raise _Undo
    except _Undo:
        pass


def tables() -> list[type[models.Model]]:
    return [
        model for model in apps.get_models() if model._meta.managed and model._meta.db_table[:7] != "django_"
    ]


def highest() -> dict[str, int]:
    """The last id of every table with one, so that what is new can be told from what was there."""
    found: dict[str, int] = {}
    with connection.cursor() as cursor:
        for model in tables():
            if isinstance(model._meta.pk, models.AutoField):
                cursor.execute(f'SELECT coalesce(max(id), 0) FROM "{model._meta.db_table}"')
                found[model._meta.db_table] = cursor.fetchone()[0]
    return found


def picture(before: dict[str, int]) -> Rows:
    """Every row of every table, new ids (and what points to them) told by how many of the table are newer."""
    numbers: dict[tuple[str, int], str] = {}
    raw: dict[str, list[dict[str, Any]]] = {}
    with connection.cursor() as cursor:
        for model in tables():
            table = model._meta.db_table
            key = model._meta.pk.column
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t ORDER BY t."{key}"')
            raw[table] = [json.loads(text) for (text,) in cursor.fetchall()]
            if table == "ta_ledger_account":  # made in the order of their names, not of their use
                raw[table].sort(key=lambda row: (row["kind"], row["owner"], row["currency_id"]))
            fresh = [row["id"] for row in raw[table] if table in before and row["id"] > before[table]]
            numbers |= {(table, pk): f"new {place}" for place, pk in enumerate(fresh)}
    return {
        model._meta.db_table: sorted(_told(model, row, numbers) for row in raw[model._meta.db_table])
        for model in tables()
    }


def _told(model: type[models.Model], row: dict[str, Any], numbers: dict[tuple[str, int], str]) -> str:
    fields: Any = model._meta.concrete_fields
    for field in fields:
        table = field.related_model._meta.db_table if field.is_relation else model._meta.db_table
        if (field.primary_key or field.is_relation) and (table, row[field.column]) in numbers:
            row[field.column] = numbers[table, row[field.column]]
    return json.dumps({name: value for name, value in row.items() if name not in UNLIKE}, sort_keys=True)


def left_by(act: Callable[[], object]) -> Rows:
    before, found = highest(), dict[str, list[str]]()
    with undone():
        act()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        found |= picture(before)
    return found


def differences(first: Rows, second: Rows) -> dict[str, tuple[list[str], list[str]]]:
    return {
        table: (
            sorted(set(first[table]) - set(second[table])),
            sorted(set(second[table]) - set(first[table])),
        )
        for table in first
        if first[table] != second[table]
    }


def step_by_step(due: list[Due]) -> None:
    """What the sweep did before there was any batch: one by one, each by its steps."""
    actor = Actor.system("auto_accept")
    for row in due:
        Deadline.objects.filter(pk=row.id).update(state="done", ended_at=DUE_AT, outcome="happened")
        said: dict[str, Any] = {"actor": actor, "key": f"silence:{row.subject}", "at": DUE_AT}
        said["reason"] = "accepted_by_silence"
        if row.kind == "accept_by_silence":
            acceptance.accept_step_by_step(lock_trade(row.subject, actor=actor), **said)
        else:
            trade = lock_trade_of_shipment(row.subject)
            acceptance.accept_shipment_step_by_step(trade, row.subject, **said)


def a_trade(currency: str, kind: str) -> Trade:
    """A trade of one shape with a window or more that end before DUE_AT; in parts, the last goods still travel."""
    schedule = {"deposit": DEPOSIT_BALANCE, "steps": BY_STEPS}.get(kind)
    trade = a_paid_trade(currency, "19.997", **({"schedule": schedule} if schedule else {}))
    if kind in {"part", "last part", "both parts", "claimed part"}:
        first = a_delivered_part(trade, "6.667")
        if kind == "last part":
            accepts(trade, first)
            a_delivered_part(trade)
        else:
            a_delivered_part(trade, "6.665", at=ARRIVED_AT if kind == "both parts" else DUE_AT - days(1))
            leaves(trade, at=DUE_AT - days(1))
    else:
        a_delivered_part(trade)
    if kind.startswith("claimed"):
        a_claim(trade, amount=Money(500, currency), at=ARRIVED_AT + days(1))
    if kind == "watched":
        SupplierAccount.objects.create(company=trade.order.supplier)
    return trade


PLAIN = ("whole", "deposit", "steps", "part", "last part")
OTHER = ("claimed", "watched", "both parts", "claimed part")
trades_of_any_shape = st.lists(
    st.tuples(st.sampled_from(["USD", "JPY", "KWD"]), st.sampled_from(PLAIN + OTHER)), min_size=2, max_size=4
)


def windows() -> list[Due]:
    rows = Deadline.objects.filter(kind__startswith="accept_", state="open", wake_at__lte=DUE_AT)
    return [Due(row.pk, row.kind, row.subject) for row in rows.order_by("wake_at", "pk")]


def in_order_of_sweep() -> list[Due]:
    """Kind by kind what happens together, then the others; among trades the order is nobody's, but rows have one."""
    due = windows()
    kinds = [window.kind for window in due]
    together: set[int] = set()
    with undone():
        together |= accept_by_silence_together(due, DUE_AT)
    first = sorted(
        (window for window in due if window.id in together),
        key=lambda window: (kinds.index(window.kind), window.id),
    )
    return first + [window for window in due if window.id not in together]


def sweep() -> None:
    assert sweep_due(at=DUE_AT, queue=QUEUE_HOLDS).failed == 0


@pytest.mark.slow
def test_sweep_of_every_shape_leaves_what_the_steps_leave() -> None:
    shapes = dict(zip(PLAIN + OTHER, ["JPY", "KWD", "USD"] * 3, strict=True))
    refs = {kind: a_trade(currency, kind).ref for kind, currency in shapes.items()}
    with undone():
        together = accept_by_silence_together(windows(), DUE_AT)
        roots = set(Deadline.objects.filter(pk__in=together).values_list("root", flat=True))
        assert roots == {refs[kind] for kind in PLAIN}, "the batch takes the plain ones, and all of them"
        assert find_discrepancies() == []
    assert differences(left_by(partial(step_by_step, in_order_of_sweep())), left_by(sweep)) == {}


@pytest.mark.slow
@options(max_examples=size(2, 6, 300), phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(shapes=trades_of_any_shape)
def test_sweep_of_any_trades_leaves_what_the_steps_leave(shapes: list[tuple[str, str]]) -> None:
    with undone():
        for currency, kind in shapes:
            a_trade(currency, kind)
        assert differences(left_by(partial(step_by_step, in_order_of_sweep())), left_by(sweep)) == {}


@pytest.mark.parametrize("kind", ["steps", "last part"])
def test_buyers_word_in_one_go_leaves_what_the_steps_leave(kind: str) -> None:
    trade = a_trade("JPY", kind)
    said: dict[str, Any] = {"reason": "accepted", "actor": trade.buyer, "key": "word", "at": DUE_AT}
    content = {"order": trade.ref, "actor": trade.buyer.as_text}

    def by_steps() -> None:
        acceptance.accept_step_by_step(lock_trade(trade.ref, actor=trade.buyer), **said)
        remember(key="word", operation="accept_delivery", content=content, result=trade.ref, at=DUE_AT)

    in_one_go = partial(accept_delivery, order_ref=trade.ref, actor=trade.buyer, key="word", at=DUE_AT)
    assert differences(left_by(by_steps), left_by(in_one_go)) == {}


def test_accepting_everything_takes_nine_statements_from_begin_to_commit(
    django_assert_num_queries: Any,
) -> None:
    trade = a_trade("KWD", "deposit")
    with django_assert_num_queries(9):
        accept_delivery(order_ref=trade.ref, actor=trade.buyer, key="word", at=DUE_AT)
    assert trade.again().state == "completed"


def test_accepting_a_shipment_takes_nine_statements_from_begin_to_commit(
    django_assert_num_queries: Any,
) -> None:
    trade = a_trade("USD", "part")
    part = trade.order.shipments.order_by("pk")[0]
    with django_assert_num_queries(9):
        accept_shipment(order_ref=trade.ref, shipment_ref=part.ref, actor=trade.buyer, key="word", at=DUE_AT)
    assert sum(hold.released_minor for hold in Hold.objects.filter(order=trade.order)) == share_of(part)


@pytest.mark.planted_errors
def test_window_moved_or_paused_or_closed_meanwhile_does_not_happen_in_the_batch() -> None:
    moved, closed, due = (a_trade("USD", "whole") for _ in range(3))
    claimed = windows()
    move_deadline(
        kind="accept_by_silence",
        subject=moved.ref,
        due_at=DUE_AT + days(1),
        reason="more time",
        actor=moved.supplier,
        at=DUE_AT,
    )
    close_deadline(kind="accept_by_silence", subject=closed.ref, outcome="accepted", at=DUE_AT)
    happened = accept_by_silence_together(claimed, DUE_AT)
    assert [Deadline.objects.get(pk=pk).root for pk in happened] == [due.ref]
    assert [trade.again().state for trade in (moved, closed, due)] == ["delivered", "delivered", "completed"]


def test_second_batch_of_the_same_windows_moves_nothing() -> None:
    trades = [a_trade("USD", "whole") for _ in range(2)]
    claimed = windows()
    assert len(accept_by_silence_together(claimed, DUE_AT)) == 2
    before = highest()
    assert accept_by_silence_together(claimed, DUE_AT) == set()
    assert highest() == before
    assert [trade.again().state for trade in trades] == ["completed"] * 2
