"""Pages of shares, weights and changes: what each side reads, and the whole way through their buttons."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.core.actors import Actor
from marketplace.core.ids import new_key
from orders.models import Addendum
from tests.factories.accounts import signed_in
from tests.factories.files import a_pdf
from tests.factories.holds import a_funded_order, pump
from tests.factories.orders import a_packed_shipment
from tests.factories.shipping import ARRIVED_AT, PACKED_AT, a_delivered_part, a_proposal, agrees, sums, weighs
from trade_assurance.holds.queries import trade_page

pytestmark = pytest.mark.django_db


def read(actor: Actor, name: str, *args: object, at: datetime = PACKED_AT) -> str:
    with time_machine.travel(at, tick=False):
        response = signed_in(actor).get(reverse(name, args=args))
    assert response.status_code == 200, response.status_code
    return re.sub(r"\s+", " ", response.content.decode())


def send(
    actor: Actor, name: str, *args: object, at: datetime = PACKED_AT, data: dict[str, Any] | None = None
) -> int:
    client: Client = signed_in(actor)
    with time_machine.travel(at, tick=False):
        response = client.post(reverse(name, args=args), {"idempotency_key": new_key(), **(data or {})})
    pump(at)
    return int(response.status_code)


def test_shipment_card_names_its_share_its_window_and_what_accepting_releases() -> None:
    trade = a_funded_order()
    part = a_delivered_part(trade, "12.5")
    text = read(trade.buyer, "order", trade.ref, at=ARRIVED_AT)
    assert "Accept this shipment: releases 14,750.00 USD" in text
    assert "Its share of the money" in text
    assert "The buyer inspects this shipment." in text
    assert "Accept this shipment: releases" not in read(trade.supplier, "order", trade.ref, at=ARRIVED_AT)
    assert send(trade.buyer, "shipment_accept", trade.ref, part.ref, at=ARRIVED_AT) == 302
    assert sums(trade) == (2_360_000, 885_000, 1_475_000, 0)


def test_weights_form_settles_and_says_beside_the_field_what_is_outside() -> None:
    trade = a_funded_order()
    shipment = a_packed_shipment(trade)
    assert "Enter the weights" in read(trade.supplier, "order", trade.ref)
    assert "What the certificate says" in read(trade.supplier, "shipment_weights", trade.ref, shipment.ref)
    field = f"measured_{trade.line.pk}"
    sent = {"is_last": "on", "upload": a_pdf("weights.pdf")}
    assert (
        send(trade.supplier, "shipment_weights", trade.ref, shipment.ref, data={field: "18", **sent}) == 400
    )
    assert sums(trade) == (2_360_000, 2_360_000, 0, 0)
    sent["upload"] = a_pdf("weights.pdf")
    assert (
        send(trade.supplier, "shipment_weights", trade.ref, shipment.ref, data={field: "19.6", **sent}) == 302
    )
    assert sums(trade) == (2_360_000, 2_312_800, 0, 47_200)
    text = read(trade.buyer, "order", trade.ref)
    assert "less by weight" in text
    assert "23,128.00 USD" in text


def test_surplus_is_the_buyers_next_step_and_the_supplier_may_give_it() -> None:
    trade = a_funded_order()
    shipment = a_packed_shipment(trade)
    weighs(trade, shipment, "20.5")
    assert "Pay 590.00 USD for goods beyond the order" in read(trade.buyer, "order", trade.ref)
    assert "Give it at the agreed price" in read(trade.supplier, "order", trade.ref)
    assert "590.00" in read(trade.buyer, "pay", trade.ref)
    assert send(trade.supplier, "surplus_waive", trade.ref, shipment.ref) == 302
    assert "Pay 590.00 USD" not in read(trade.buyer, "order", trade.ref)


def test_change_is_proposed_read_and_agreed_through_its_pages() -> None:
    trade = a_funded_order()
    form = read(trade.supplier, "addendum_new", trade.ref)
    assert "Fewer goods or a lower price" in form
    line = trade.line.pk
    assert (
        send(
            trade.supplier,
            "addendum_new",
            trade.ref,
            data={f"cancel_{line}": "2", f"discount_bps_{line}": "5"},
        )
        == 302
    )
    change = Addendum.objects.get()
    assert (change.value_minor, change.state) == (236_000 + 106_200, "proposed")
    assert "A change of the contract is proposed" in read(trade.buyer, "order", trade.ref)
    assert "Agree: 3,422.00 USD less" in read(trade.buyer, "addendum", trade.ref, change.ref)
    assert "Withdraw this proposal" in read(trade.supplier, "addendum", trade.ref, change.ref)
    assert send(trade.buyer, "addendum_accept", trade.ref, change.ref) == 302
    contract = read(trade.buyer, "order_contract", trade.ref)
    change.refresh_from_db()
    assert "Addendum 1" in contract
    assert change.terms_hash in contract
    assert f'"changes":"{trade.order.terms_hash}"' in read(
        trade.buyer, "addendum_data", trade.ref, change.ref
    )


def test_change_is_declined_and_withdrawn_through_its_pages() -> None:
    trade = a_funded_order()
    declined = a_proposal(trade, cancel=Decimal(1))
    assert (
        send(trade.buyer, "addendum_decline", trade.ref, declined.ref, data={"reason": "We need all of it"})
        == 302
    )
    withdrawn = a_proposal(trade, cancel=Decimal(1))
    assert send(trade.supplier, "addendum_withdraw", trade.ref, withdrawn.ref) == 302
    states = list(Addendum.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["declined", "withdrawn"]
    assert sums(trade) == (2_360_000, 2_360_000, 0, 0)


def test_refused_change_stands_beside_its_field() -> None:
    trade = a_funded_order()
    client = signed_in(trade.supplier)
    with time_machine.travel(PACKED_AT, tick=False):
        response = client.post(
            reverse("addendum_new", args=[trade.ref]),
            {"idempotency_key": new_key(), f"unit_price_{trade.line.pk}": "1200"},
        )
    assert response.status_code == 400
    assert "must be lower than the agreed one" in response.content.decode()
    assert not Addendum.objects.exists()


def test_order_page_costs_the_same_with_one_change_and_part_and_with_three() -> None:
    def statements(count: int) -> int:
        trade = a_funded_order()
        for _ in range(count):
            agrees(trade, a_proposal(trade, cancel=Decimal(1)))
            a_delivered_part(trade, "1")
        with CaptureQueriesContext(connection) as seen:
            trade_page(trade.ref, trade.buyer, ARRIVED_AT)
        return len(seen)

    assert statements(1) == statements(3)
