"""Two browsers at once, on two connections: one wins, the other is told, and nothing is done twice."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.db import transaction

from marketplace.core.ids import new_key
from marketplace.core.models import OutboxEvent
from orders.models import CarrierEvent, CartLine, Order, OrderLine, Shipment
from orders.operations import (
    PackedLine,
    WantedLine,
    add_to_cart,
    confirm_order_terms,
    decline_order,
    lock_order,
    place_order,
    prepare_shipment,
    record_carrier_event,
    record_delivery,
    withdraw_order,
)
from orders.queries.books import line_discrepancies
from tests.factories import AT, days
from tests.factories.accounts import a_company, owner_of
from tests.factories.catalog import a_live_product
from tests.factories.orders import DELIVERY, a_cleared_order, a_dispatched_shipment, a_placed_order
from tests.factories.variants import BOX, rice_in_two_packings, withdraw_variant
from tests.holds.races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def test_confirm_and_decline_at_once_end_in_one_of_both() -> None:
    trade = a_placed_order()

    def confirm() -> None:
        with transaction.atomic():
            order = lock_order(trade.ref, trade.supplier)
            confirm_order_terms(order=order, actor=trade.supplier, key=new_key(), at=AT + days(1))

    def decline() -> None:
        decline_order(order_ref=trade.ref, reason="No.", actor=trade.supplier, key=new_key(), at=AT + days(1))

    def withdraw() -> None:
        withdraw_order(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=AT + days(1))

    outcomes = at_once(confirm, decline, withdraw)
    assert sorted(outcomes) == ["done", "order_not_placed", "order_not_placed"]
    order = trade.again()
    assert order.state == ("confirmed", "declined", "cancelled")[outcomes.index("done")]
    assert order.transitions.count() == 2
    assert order.milestones.count() == (1 if order.state == "confirmed" else 0)
    assert OutboxEvent.objects.filter(root=order.ref).count() == 2


def test_one_key_sent_four_times_at_once_places_one_order() -> None:
    product, buyer = a_live_product(), owner_of(a_company())
    key = new_key()

    def place() -> None:
        place_order(
            supplier_id=product.supplier_id,
            lines=[WantedLine(product.ref, Decimal(20))],
            delivery=DELIVERY,
            actor=buyer,
            key=key,
            at=AT,
        )

    assert at_once(place, place, place, place) == ["done"] * 4
    assert Order.objects.count() == 1
    assert OutboxEvent.objects.filter(kind="order_placed").count() == 1


def test_two_tabs_adding_to_the_cart_lose_nothing() -> None:
    product, buyer = a_live_product(), owner_of(a_company())

    def add() -> None:
        add_to_cart(product_ref=product.ref, quantity=Decimal(20), actor=buyer, key=new_key(), at=AT)

    assert at_once(add, add, add) == ["done"] * 3
    assert CartLine.objects.get().quantity == 60


def test_two_people_packing_the_same_goods_pack_them_once() -> None:
    trade = a_cleared_order()
    line = PackedLine(trade.line.pk, Decimal(15))

    def pack() -> None:
        prepare_shipment(
            order_ref=trade.ref,
            lines=[line],
            transport_mode="sea",
            carrier="MSC",
            actor=trade.supplier,
            key=new_key(),
            at=AT + days(5),
        )

    assert sorted(at_once(pack, pack, pack)) == [
        "done",
        "shipment_more_than_ordered",
        "shipment_more_than_ordered",
    ]
    assert trade.line.packed_quantity == 15
    assert Shipment.objects.count() == 1


def test_carrier_and_buyer_reporting_arrival_at_once_deliver_once() -> None:
    trade = a_cleared_order()
    shipment = a_dispatched_shipment(trade)
    at = AT + days(40)
    body = json.dumps(
        {"tracking_number": shipment.tracking_number, "status": "delivered", "occurred_at": at.isoformat()}
    ).encode()

    def carrier() -> None:
        record_carrier_event(carrier_code="sandbox", event_id="evt_1", body=body, at=at)

    def buyer() -> None:
        record_delivery(
            shipment_ref=shipment.ref,
            source="buyer",
            delivered_at=at,
            actor=trade.buyer,
            key=new_key(),
            at=at,
        )

    outcomes = at_once(carrier, buyer, carrier)
    assert outcomes[0] == outcomes[2] == "done"
    assert outcomes[1] in {"done", "shipment_not_in_transit"}
    assert CarrierEvent.objects.count() == 1
    assert trade.line.delivered_quantity == 20
    assert OutboxEvent.objects.filter(kind="shipment_delivered").count() == 1
    assert OutboxEvent.objects.filter(kind="order_delivered").count() == 1
    assert list(line_discrepancies()) == []


def test_a_variant_withdrawn_while_it_is_ordered_is_ordered_whole_or_not_at_all() -> None:
    product, buyer = rice_in_two_packings(), owner_of(a_company())

    def place() -> None:
        lines = [WantedLine(product.ref, Decimal(20), variant=number) for number in (1, 2)]
        place_order(
            supplier_id=product.supplier_id,
            lines=lines,
            delivery=DELIVERY,
            actor=buyer,
            key=new_key(),
            at=AT,
        )

    placed, withdrawn = at_once(place, lambda: withdraw_variant(product, 2))
    assert withdrawn == "done"
    assert placed in {"done", "variant_not_offered"}
    told = OutboxEvent.objects.filter(kind="order_placed").count()
    named = list(OrderLine.objects.filter(variant__number=2).values_list("variant_name", flat=True))
    assert (Order.objects.count(), OrderLine.objects.count(), told, named) == (
        (1, 2, 1, [BOX]) if placed == "done" else (0, 0, 0, [])
    )
    assert at_once(place) == ["variant_not_offered"]
