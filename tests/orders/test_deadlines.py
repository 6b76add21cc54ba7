"""What happens when nobody acts: by the order's own frozen clocks, exactly once, explained to a reader."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from marketplace.core.actors import Actor
from marketplace.core.deadlines import open_deadlines, sweep_due
from marketplace.core.ids import new_key
from marketplace.core.models import Deadline, OutboxEvent
from marketplace.core.operator_settings import change_setting
from marketplace.core.outbox import deliver_due
from marketplace.notifications.models import Notification
from orders.models import Shipment
from orders.operations import record_carrier_event, record_delivery
from tests.factories import AT, days
from tests.factories.orders import (
    Trade,
    a_cleared_order,
    a_confirmed_terms,
    a_dispatched_shipment,
    a_packed_shipment,
    a_placed_order,
)

pytestmark = pytest.mark.django_db


def _sweep(at: datetime) -> None:
    result = sweep_due(at=at)
    assert result.failed == 0


def _events(trade: Trade, kind: str) -> int:
    return OutboxEvent.objects.filter(root=trade.ref, kind=kind).count()


def test_unanswered_order_lapses_on_its_own_days_not_on_todays_setting() -> None:
    trade = a_placed_order()
    change_setting(key="clocks.answer_days", value=1, actor=Actor.system("t"), at=AT, reason="faster")
    _sweep(AT + days(2.99))
    assert trade.again().state == "placed"
    _sweep(AT + days(3))
    _sweep(AT + days(3))
    order = trade.again()
    assert (order.state, order.ended_at) == ("lapsed", AT + days(3))
    assert _events(trade, "order_lapsed") == 1
    step = order.transitions.get(to_state="lapsed")
    assert (step.actor, step.reason) == ("system:auto_lapse", "order_answer")


def test_unanswered_amendment_lapses_the_order_and_leaves_the_table() -> None:
    from tests.orders.test_operations_answering import amended

    trade = a_placed_order()
    amendment = amended(trade)
    _sweep(AT + days(4))
    amendment.refresh_from_db()
    assert trade.again().state == "lapsed"
    assert amendment.state == "superseded"


def test_confirmed_order_does_not_lapse_by_the_answer_clock() -> None:
    trade = a_confirmed_terms()
    _sweep(AT + days(30))
    assert trade.again().state == "confirmed"


def test_ship_by_tells_both_sides_that_the_order_is_late() -> None:
    trade = a_cleared_order()
    _sweep(AT + days(44.6))  # 15 April, 23:24 UTC: the day is not over
    assert not trade.again().late
    _sweep(AT + days(44.7))
    assert trade.again().late
    assert _events(trade, "shipment_late") == 1
    deliver_due(at=AT + days(45))
    told = Notification.objects.filter(event__kind="shipment_late", channel="page")
    assert set(told.values_list("recipient_id", flat=True)) == {trade.buyer.user_id, trade.supplier.user_id}


def test_shipped_in_time_is_never_late() -> None:
    trade = a_cleared_order()
    a_dispatched_shipment(trade, at=AT + days(11))
    _sweep(AT + days(46))
    assert not trade.again().late
    assert _events(trade, "shipment_late") == 0


def _tracked(shipment: Shipment, status: str, at: datetime) -> None:
    body = f'{{"tracking_number": "{shipment.tracking_number}", "status": "{status}", "occurred_at": "{at.isoformat()}"}}'
    record_carrier_event(carrier_code="sandbox", event_id=new_key(), body=body.encode(), at=at)


def test_silence_after_the_promised_arrival_asks_the_buyer_then_presumes_with_the_carriers_proof() -> None:
    trade = a_cleared_order()
    shipment = a_packed_shipment(trade)
    _tracked(shipment, "picked_up", AT + days(11))
    shipment.refresh_from_db()
    asked_at = Deadline.objects.get(kind="arrival_check", subject=shipment.ref).due_at
    _sweep(asked_at)
    assert _events(trade, "arrival_unknown") == 1
    assert "carrier has reported" in str(open_deadlines(trade.ref)[0].explanation)
    _sweep(asked_at + days(6.9))
    assert trade.again().state == "shipped"
    _sweep(asked_at + days(7))
    shipment.refresh_from_db()
    assert (shipment.state, shipment.delivery_source) == ("delivered", "presumed")
    assert trade.again().state == "delivered"
    assert _events(trade, "delivery_unproven") == 0


def test_silence_without_the_carriers_proof_goes_to_an_officer() -> None:
    from tests.factories.accounts import staff

    trade = a_cleared_order()
    shipment = a_dispatched_shipment(trade, tracking_number="TYPED BY THE SUPPLIER")
    officer = staff("disputes")
    asked_at = Deadline.objects.get(kind="arrival_check", subject=shipment.ref).due_at
    _sweep(asked_at)
    _sweep(asked_at + days(7))
    shipment.refresh_from_db()
    assert (shipment.state, shipment.unproven_at) == ("in_transit", asked_at + days(7))
    assert _events(trade, "delivery_unproven") == 1
    deliver_due(at=asked_at + days(8))
    assert Notification.objects.filter(
        event__kind="delivery_unproven", recipient_id=officer.user_id, asks=True
    ).exists()
    record_delivery(
        shipment_ref=shipment.ref,
        source="officer",
        delivered_at=asked_at,
        actor=officer,
        key=new_key(),
        at=asked_at + days(9),
    )
    assert trade.again().state == "delivered"


def test_delivery_reported_in_time_ends_the_arrival_clocks() -> None:
    trade = a_cleared_order()
    shipment = a_dispatched_shipment(trade)
    asked_at = Deadline.objects.get(kind="arrival_check", subject=shipment.ref).due_at
    _sweep(asked_at)
    record_delivery(
        shipment_ref=shipment.ref,
        source="buyer",
        delivered_at=asked_at,
        actor=trade.buyer,
        key=new_key(),
        at=asked_at,
    )
    _sweep(asked_at + days(60))
    shipment.refresh_from_db()
    assert shipment.delivery_source == "buyer"
    assert _events(trade, "shipment_delivered") == 1


def test_every_open_deadline_says_what_happens_and_by_which_rule() -> None:
    from orders.queries import order_page

    placed, cleared = a_placed_order(), a_cleared_order()
    a_dispatched_shipment(cleared, quantity="5")
    expected: dict[str, Any] = {placed.ref: {"order_answer"}, cleared.ref: {"ship_by", "arrival_check"}}
    for trade in (placed, cleared):
        page = order_page(trade.ref, trade.buyer, AT + days(2))
        assert {line.kind for line in page.deadlines} == expected[trade.ref]
        assert all(
            str(line.text) and str(line.rule) and not str(line.rule).startswith("clocks.")
            for line in page.deadlines
        )
