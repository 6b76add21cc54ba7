"""The carriers' door: genuine events count once, in any order; everything else changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from standardwebhooks.webhooks import Webhook

from orders.models import CarrierEvent, Order, Shipment
from orders.queries.books import line_discrepancies
from orders.webhooks import carrier_secrets, sign
from tests.factories import AT, days
from tests.factories.accounts import a_member, signed_in
from tests.factories.orders import (
    Trade,
    a_cleared_order,
    a_confirmed_terms,
    a_dispatched_shipment,
    a_packed_shipment,
)

pytestmark = pytest.mark.django_db
NOW = AT + days(20)
URL = "/webhooks/carrier/sandbox/"


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def _body(shipment: Shipment | None = None, status: str = "in_transit", **over: Any) -> bytes:
    data = {
        "tracking_number": shipment.tracking_number if shipment else "NOBODY KNOWS",
        "status": status,
        "occurred_at": NOW.isoformat(),
    }
    return json.dumps(data | over).encode()


def _post(
    body: bytes,
    *,
    event_id: str = "evt_1",
    at: datetime = NOW,
    secret: str = "",
    url: str = URL,
    headers: dict[str, str] | None = None,
) -> Any:
    stamp = int(at.timestamp())
    sent = {
        "webhook-id": event_id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": sign(secret or carrier_secrets()["sandbox"], event_id, stamp, body),
    } | (headers or {})
    return Client().post(url, body, content_type="application/json", headers=sent)


def _state(shipment: Shipment) -> str:
    return Shipment.objects.get(pk=shipment.pk).state


def test_signature_is_that_of_the_standard() -> None:
    secret = carrier_secrets()["sandbox"]
    body = _body()
    theirs = Webhook(secret).sign("evt_1", datetime.fromtimestamp(1_700_000_000, tz=UTC), body.decode())
    assert sign(secret, "evt_1", 1_700_000_000, body) == theirs


def test_event_sent_five_times_counts_once() -> None:
    trade = a_cleared_order()
    shipment = a_dispatched_shipment(trade)
    for _time in range(5):
        response = _post(_body(shipment, "delivered"))
        assert (response.status_code, response.json()) == (200, {"outcome": "applied"})
    event = CarrierEvent.objects.get()
    assert json.loads(event.body)["status"] == "delivered"
    assert _state(shipment) == "delivered"
    assert trade.again().state == "delivered"
    assert shipment.transitions.count() == 3
    assert trade.order.events.filter(kind="carrier_delivered").count() == 1
    assert list(line_discrepancies()) == []


def test_forged_stale_or_incomplete_messages_are_refused() -> None:
    shipment = a_dispatched_shipment(a_cleared_order())
    body = _body(shipment, "delivered")
    other_secret = "whsec_" + "QUJD" * 8
    stamp = str(int(NOW.timestamp()))
    bad = [
        _post(body, secret=other_secret),
        _post(body, headers={"webhook-signature": "v1,AAAA"}),
        _post(body, headers={"webhook-signature": ""}),
        _post(body, headers={"webhook-signature": "é"}),
        _post(body, headers={"webhook-timestamp": "soon"}),
        _post(body, headers={"webhook-timestamp": "-5"}),
        _post(body, headers={"webhook-timestamp": "9" * 400}),
        _post(body, headers={"webhook-id": "evt_2"}),
        _post(body, event_id="x" * 121),
        _post(body, at=NOW - days(1)),
        _post(body, at=NOW + days(1)),
        _post(body, url="/webhooks/carrier/unknown/"),
        Client().post(URL, body, content_type="application/json"),
        Client().post(URL, body, content_type="application/json", headers={"webhook-timestamp": stamp}),
    ]
    assert [response.status_code for response in bad] == [401] * len(bad)
    changed = _body(shipment, "delivered") + b" "
    stamped = sign(carrier_secrets()["sandbox"], "evt_1", int(NOW.timestamp()), body)
    assert _post(changed, headers={"webhook-signature": stamped}).status_code == 401
    assert not CarrierEvent.objects.exists()
    assert _state(shipment) == "in_transit"


def test_one_of_several_signatures_is_enough() -> None:
    body = _body()
    good = sign(carrier_secrets()["sandbox"], "evt_1", int(NOW.timestamp()), body)
    assert _post(body, headers={"webhook-signature": f"v1,AAAA {good}"}).status_code == 200


def test_only_post_and_only_small_bodies() -> None:
    assert Client().get(URL).status_code == 405
    assert _post(b"x" * (64 * 1024 + 1)).status_code == 413
    assert not CarrierEvent.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"\x00",
        b"[" * 60_000,
        json.dumps({"tracking_number": 5, "status": "delivered"}).encode(),
        json.dumps(
            {"tracking_number": "A\nB", "status": "delivered", "occurred_at": NOW.isoformat()}
        ).encode(),
        json.dumps({"tracking_number": "A", "status": "delivered", "occurred_at": "2026-13-45"}).encode(),
        json.dumps(
            {"tracking_number": "A", "status": "delivered", "occurred_at": "2026-03-22T09:00:00"}
        ).encode(),
        json.dumps(
            {"tracking_number": "A", "status": "delivered", "occurred_at": "2036-03-22T09:00:00Z"}
        ).encode(),
        json.dumps({"tracking_number": "A", "status": "eaten", "occurred_at": NOW.isoformat()}).encode(),
        json.dumps({"tracking_number": "", "status": "delivered", "occurred_at": NOW.isoformat()}).encode(),
        json.dumps(
            {"tracking_number": "UNKNOWN", "status": "delivered", "occurred_at": NOW.isoformat()}
        ).encode(),
    ],
)
def test_genuine_but_unusable_events_are_kept_for_review(body: bytes) -> None:
    response = _post(body)
    assert (response.status_code, response.json()) == (200, {"outcome": "review"})
    event = CarrierEvent.objects.get()
    assert event.outcome == "review"
    assert event.note


def test_known_event_id_with_another_body_is_a_conflict() -> None:
    shipment = a_dispatched_shipment(a_cleared_order())
    assert _post(_body(shipment, "in_transit")).status_code == 200
    assert _post(_body(shipment, "delivered")).status_code == 409
    assert _state(shipment) == "in_transit"
    assert CarrierEvent.objects.count() == 1


def test_events_out_of_order_only_move_forward() -> None:
    trade = a_cleared_order()
    shipment = a_packed_shipment(trade)
    assert _post(_body(shipment, "delivered"), event_id="evt_3").json() == {"outcome": "applied"}
    assert _state(shipment) == "delivered"
    assert _post(_body(shipment, "in_transit"), event_id="evt_2").json() == {"outcome": "known"}
    assert _post(_body(shipment, "picked_up"), event_id="evt_1").json() == {"outcome": "known"}
    assert _state(shipment) == "delivered"
    assert [step.to_state for step in shipment.transitions.order_by("pk")] == [
        "packed",
        "in_transit",
        "delivered",
    ]
    assert trade.again().state == "delivered"


def test_pick_up_lets_a_packed_shipment_leave_on_the_carriers_day() -> None:
    trade = a_cleared_order()
    shipment = a_packed_shipment(trade)
    picked_up = AT + days(15)
    assert _post(_body(shipment, "picked_up", occurred_at=picked_up.isoformat())).json() == {
        "outcome": "applied"
    }
    shipment.refresh_from_db()
    assert (shipment.state, shipment.shipped_on, shipment.tracked_at) == (
        "in_transit",
        picked_up.date(),
        picked_up,
    )


def test_event_for_goods_not_cleared_to_ship_is_kept_for_review() -> None:
    from django.db import transaction

    from orders.operations import clear_to_produce, lock_order
    from tests.factories.orders import HOLDS

    trade = a_confirmed_terms()
    with transaction.atomic():
        clear_to_produce(order=lock_order(trade.ref, HOLDS), actor=HOLDS, at=AT + days(2))
    shipment = a_packed_shipment(trade)
    assert _post(_body(shipment, "picked_up")).json() == {"outcome": "review"}
    shipment.refresh_from_db()
    assert (shipment.state, shipment.tracked_at) == ("packed", None)
    assert not trade.order.events.filter(kind="carrier_picked_up").exists()


def test_tracking_number_of_several_trades_is_kept_for_review() -> None:
    victim = a_dispatched_shipment(a_cleared_order(), tracking_number="SAME 1")
    copycat = a_dispatched_shipment(a_cleared_order(), tracking_number="SAME 1")
    assert _post(_body(victim, "delivered")).json() == {"outcome": "review"}
    assert (_state(victim), _state(copycat)) == ("in_transit", "in_transit")


def test_one_parcel_with_two_shipments_of_one_trade_delivers_both() -> None:
    trade: Trade = a_cleared_order()
    first = a_dispatched_shipment(trade, quantity="5", tracking_number="PARCEL 1")
    second = a_dispatched_shipment(trade, tracking_number="PARCEL 1")
    assert _post(_body(first, "delivered")).json() == {"outcome": "applied"}
    assert (_state(first), _state(second)) == ("delivered", "delivered")
    assert Order.objects.get().state == "delivered"


def test_sandbox_carrier_page_goes_through_the_signed_door() -> None:
    trade = a_cleared_order()
    shipment = a_packed_shipment(trade)
    browser = signed_in(trade.supplier)
    assert shipment.tracking_number in browser.get("/sandbox/carrier/").content.decode()
    stranger = signed_in(a_member())
    assert shipment.tracking_number not in stranger.get("/sandbox/carrier/").content.decode()
    assert (
        stranger.post("/sandbox/carrier/", {"shipment": shipment.ref, "status": "delivered"}).status_code
        == 404
    )
    assert browser.post("/sandbox/carrier/", {"shipment": shipment.ref, "status": "eaten"}).status_code == 404
    assert _state(shipment) == "packed"
    for status in ("picked_up", "in_transit", "delivered"):
        assert (
            browser.post("/sandbox/carrier/", {"shipment": shipment.ref, "status": status}).status_code == 302
        )
    assert _state(shipment) == "delivered"
    assert CarrierEvent.objects.count() == 3
