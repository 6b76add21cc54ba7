"""Goods by the tonne: within the tolerance a weight certificate settles by itself, outside it nothing happens."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from catalog.operations import edit_product
from catalog.queries.listings.stored import facts_of
from marketplace.core.errors import DomainError
from marketplace.core.ids import new_key
from marketplace.core.models import Deadline
from marketplace.core.money import Money
from orders.models import Shipment
from orders.operations import MeasuredLine, amend_order, dispatch_shipment, unpack_shipment
from tests.factories import days
from tests.factories.accounts import a_company
from tests.factories.catalog import a_live_product
from tests.factories.holds import (
    a_confirmed_order,
    a_deposit_paid,
    a_funded_order,
    a_payment,
    holds_of,
    money_arrives,
    pump,
    sweep,
)
from tests.factories.orders import Trade, a_packed_shipment, a_placed_order
from tests.factories.shipping import (
    LEFT_AT,
    PACKED_AT,
    a_delivered_part,
    a_paid_trade,
    accepts,
    arrives,
    certificate,
    departs,
    leaves,
    sums,
    weighs,
)
from trade_assurance.holds.models import Hold
from trade_assurance.holds.operations import accept_amendment, cancel_unshipped, record_weights, waive_top_up
from trade_assurance.holds.queries import trade_page

pytestmark = pytest.mark.django_db


def packed(trade: Trade, quantity: str = "") -> Shipment:
    return a_packed_shipment(Trade(trade.again(), trade.buyer, trade.supplier), quantity=quantity)


def top_up_of(trade: Trade) -> Hold:
    return Hold.objects.get(order=trade.order, milestone__kind="top_up")


def pay_top_up(trade: Trade) -> None:
    money_arrives(a_payment(trade, at=PACKED_AT), at=PACKED_AT)


def test_missing_weight_is_refunded_and_the_rest_released_as_usual() -> None:
    trade = a_funded_order()
    shipment = packed(trade)
    weighs(trade, shipment, "19.6")
    assert sums(trade) == (2_360_000, 2_312_800, 0, 47_200)
    arrives(trade, departs(trade, shipment))
    accepts(trade, shipment)
    order = trade.again()
    assert sums(trade) == (2_360_000, 0, 2_312_800, 47_200)
    assert (order.state, order.total_now) == ("completed", Money(2_312_800, "USD"))


def test_missing_weight_makes_a_balance_smaller_that_is_not_paid_yet() -> None:
    trade = a_deposit_paid()
    shipment = packed(trade)
    weighs(trade, shipment, "19.6")
    assert [row.amount_minor for row in holds_of(trade)] == [708_000, 1_604_800]
    money_arrives(a_payment(trade, at=PACKED_AT), at=PACKED_AT)
    arrives(trade, departs(trade, shipment))
    accepts(trade, shipment)
    assert sums(trade) == (2_312_800, 0, 2_312_800, 0)


def test_more_weight_is_asked_for_and_keeps_the_goods_until_it_is_paid() -> None:
    trade = a_funded_order()
    shipment = packed(trade)
    weighs(trade, shipment, "20.5")
    assert (top_up_of(trade).state, top_up_of(trade).amount_minor) == ("awaiting_funds", 59_000)
    assert _refusal(_leave, trade, shipment) == "shipment_surplus_not_settled"
    pay_top_up(trade)
    arrives(trade, departs(trade, shipment))
    accepts(trade, shipment)
    order = trade.again()
    assert sums(trade) == (2_419_000, 0, 2_419_000, 0)
    assert (order.state, order.total_now) == ("completed", Money(2_419_000, "USD"))


def test_waived_surplus_leaves_at_the_agreed_price_and_what_came_in_part_goes_back() -> None:
    trade = a_funded_order()
    shipment = packed(trade)
    weighs(trade, shipment, "20.5")
    money_arrives(a_payment(trade, at=PACKED_AT), Money(10_000, "USD"), at=PACKED_AT)
    waive_top_up(
        order_ref=trade.ref, shipment_ref=shipment.ref, actor=trade.supplier, key=new_key(), at=PACKED_AT
    )
    top_up = top_up_of(trade)
    assert (top_up.state, top_up.held_minor, top_up.refunded_minor) == ("lapsed", 0, 10_000)
    arrives(trade, departs(trade, shipment))
    accepts(trade, shipment)
    assert sums(trade) == (2_360_000, 0, 2_360_000, 0)
    assert trade.again().state == "completed"


@pytest.mark.parametrize("paid", [True, False])
def test_unpacked_surplus_is_not_due_any_more(paid: bool) -> None:
    trade = a_funded_order()
    shipment = packed(trade)
    weighs(trade, shipment, "20.5")
    if paid:
        pay_top_up(trade)
    unpack_shipment(shipment_ref=shipment.ref, actor=trade.supplier, key=new_key(), at=PACKED_AT)
    pump(PACKED_AT)
    top_up, order = top_up_of(trade), trade.again()
    assert (top_up.held_minor, top_up.refunded_minor) == (0, 59_000 if paid else 0)
    assert top_up.state == ("settled" if paid else "lapsed")
    assert (order.total_now, order.lines.get().wanted_quantity) == (Money(2_360_000, "USD"), Decimal(20))
    accepts(trade, a_delivered_part(trade))
    assert trade.again().state == "completed"


def test_unshipped_cancellation_ends_an_open_top_up_too() -> None:
    trade = a_funded_order()
    weighs(trade, packed(trade), "20.5")
    cancel_unshipped(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=PACKED_AT)
    pump(PACKED_AT)
    assert trade.again().state == "cancelled"
    assert sums(trade) == (2_360_000, 0, 0, 2_360_000)
    assert top_up_of(trade).state == "lapsed"


@pytest.mark.parametrize(
    ("stated", "agreed"), [((None, None), 500), ((200, None), 200), ((800, 300), 300), ((0, None), 0)]
)
def test_tolerance_of_the_listings_is_frozen_into_the_contract(
    stated: tuple[int | None, int | None], agreed: int
) -> None:
    supplier = a_company("Kaveri Exports")
    products = [
        (a_live_product(supplier, title=f"Rice {number}", quantity_tolerance_bps=share), "20")
        for number, share in enumerate(stated)
    ]
    trade = a_confirmed_order(a_placed_order(products=products))
    first = products[0][0]
    edit_product(
        product_ref=first.ref,
        facts=replace(facts_of(first), quantity_tolerance_bps=1_000),
        actor=trade.supplier,
        key=new_key(),
        at=PACKED_AT,
    )
    assert trade.again().terms["quantity_tolerance_bps"] == agreed  # type: ignore[index]
    assert trade.again().tolerance_bps == agreed


def test_weight_outside_the_listings_own_tolerance_is_refused() -> None:
    supplier = a_company("Kaveri Exports")
    product = a_live_product(supplier, quantity_tolerance_bps=200)
    trade = a_funded_order(a_confirmed_order(a_placed_order(products=[(product, "20")])))
    shipment = packed(trade)
    before = sums(trade)
    assert _refusal(weighs, trade, shipment, "20.5") == "order_outside_tolerance"
    assert sums(trade) == before
    weighs(trade, shipment, "20.4")
    assert top_up_of(trade).amount_minor == 47_200


def test_top_up_that_nobody_pays_or_gives_ends_by_itself_and_what_was_ordered_travels() -> None:
    trade = a_funded_order()
    shipment = packed(trade)
    weighs(trade, shipment, "20.5")
    money_arrives(a_payment(trade, at=PACKED_AT), Money(10_000, "USD"), at=PACKED_AT)
    page = trade_page(trade.ref, trade.buyer, PACKED_AT)
    assert page.next.deadline is not None
    assert page.next.deadline.due_at == PACKED_AT + days(5)
    assert "the shipment is unpacked" in str(page.next.deadline.text)
    sweep(PACKED_AT + days(5) - timedelta(seconds=1))
    assert (top_up_of(trade).state, top_up_of(trade).held_minor) == ("awaiting_funds", 10_000)
    sweep(PACKED_AT + days(5))
    top_up, order = top_up_of(trade), trade.again()
    assert (top_up.state, top_up.held_minor, top_up.refunded_minor) == ("lapsed", 0, 10_000)
    assert [row.state for row in order.shipments.all()] == ["unpacked"]
    assert (order.total_now, order.lines.get().wanted_quantity) == (Money(2_360_000, "USD"), Decimal(20))
    assert not Deadline.objects.filter(subject=top_up.ref, state="open").exists()
    assert sums(trade) == (2_360_000, 2_360_000, 0, 0)
    accepts(trade, a_delivered_part(trade))
    assert trade.again().state == "completed"


@pytest.mark.parametrize("way", ["paid", "given", "unpacked"])
def test_clock_of_a_top_up_ends_with_it(way: str) -> None:
    trade = a_funded_order()
    shipment = packed(trade)
    weighs(trade, shipment, "20.5")
    if way == "paid":
        pay_top_up(trade)
    elif way == "given":
        facts: dict[str, Any] = {"order_ref": trade.ref, "shipment_ref": shipment.ref, "at": PACKED_AT}
        waive_top_up(actor=trade.supplier, key=new_key(), **facts)
    else:
        unpack_shipment(shipment_ref=shipment.ref, actor=trade.supplier, key=new_key(), at=PACKED_AT)
        pump(PACKED_AT)
    assert not Deadline.objects.filter(subject=top_up_of(trade).ref, state="open").exists()
    before = sums(trade)
    sweep(PACKED_AT + days(5))
    assert (sums(trade), trade.again().state) == (before, "confirmed")


def test_two_shipments_balance_each_other_before_anything_is_settled() -> None:
    trade = a_funded_order()
    first = packed(trade, "10")
    weighs(trade, first, "9.7", is_last=False)
    assert sums(trade) == (2_360_000, 2_360_000, 0, 0)
    departs(trade, first)
    second = packed(trade)
    assert second.lines.get().quantity == Decimal("10.3")
    weighs(trade, second, "10.25")
    assert sums(trade) == (2_360_000, 2_354_100, 0, 5_900)
    for shipment in (arrives(trade, first), arrives(trade, departs(trade, second))):
        accepts(trade, shipment)
    assert sums(trade) == (2_360_000, 0, 2_354_100, 5_900)
    assert trade.again().state == "completed"


@pytest.mark.parametrize(
    ("measured", "tolerated"), [("19.0", True), ("18.999", False), ("21.0", True), ("21.001", False)]
)
def test_tolerance_ends_at_five_percent_and_outside_it_nothing_happens(
    measured: str,
    tolerated: bool,
) -> None:
    trade = a_funded_order()
    shipment = packed(trade)
    before = sums(trade)
    if tolerated:
        weighs(trade, shipment, measured)
        return
    assert _refusal(weighs, trade, shipment, measured) == "order_outside_tolerance"
    shipment.refresh_from_db()
    assert (sums(trade), shipment.weighed_at, shipment.documents.count()) == (before, None, 0)


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
def test_missing_weight_of_uneven_prices_ends_with_exactly_the_whole(currency: str) -> None:
    trade = a_paid_trade(currency, "19.997")
    accepts(trade, arrives(trade, leaves(trade, "7.331")))
    shipment = packed(trade)
    weighs(trade, shipment, "12.399")
    accepts(trade, arrives(trade, departs(trade, shipment)))
    order = trade.again()
    due, held, released, refunded = sums(trade)
    assert (due, held) == (order.total_minor, 0)
    assert released == order.total_now.amount_minor
    assert released + refunded == order.total_minor
    assert order.state == "completed"


def test_weighing_twice_without_certificate_or_by_the_buyer_is_refused() -> None:
    trade = a_funded_order()
    shipment = packed(trade)
    weight = [MeasuredLine(trade.line.pk, Decimal("19.6"))]
    step: dict[str, Any] = {
        "order_ref": trade.ref,
        "shipment_ref": shipment.ref,
        "measured": weight,
        "is_last": True,
        "key": new_key(),
        "at": PACKED_AT,
    }
    assert _refusal(record_weights, upload=None, actor=trade.supplier, **step) == "shipment_no_certificate"
    assert _refusal(record_weights, upload=certificate(), actor=trade.buyer, **step) == "not_your_step"
    weighs(trade, shipment, "19.6")
    again = {**step, "key": new_key()}
    assert _refusal(record_weights, upload=certificate(), actor=trade.supplier, **again) == (
        "shipment_weighed_before"
    )
    assert sums(trade) == (2_360_000, 2_312_800, 0, 47_200)


def test_supplier_may_propose_another_tolerance_before_the_contract() -> None:
    trade = a_placed_order()
    assert trade.order.quantity_tolerance_bps == 500
    amendment = amend_order(
        order_ref=trade.ref,
        lines=[],
        freight_minor=0,
        ship_by=trade.order.ship_by,
        quantity_tolerance_bps=200,
        actor=trade.supplier,
        key=new_key(),
        at=trade.order.placed_at,
    )
    accept_amendment(
        order_ref=trade.ref,
        version=amendment.version,
        actor=trade.buyer,
        key=new_key(),
        at=trade.order.placed_at,
    )
    order = trade.again()
    assert (order.terms or {})["quantity_tolerance_bps"] == order.tolerance_bps == 200


def _leave(trade: Trade, shipment: Shipment) -> None:
    dispatch_shipment(
        shipment_ref=shipment.ref,
        shipped_on=LEFT_AT.date(),
        actor=trade.supplier,
        key=new_key(),
        at=LEFT_AT,
    )


def _refusal(operation: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(DomainError) as caught:
        operation(*arguments, **named)
    return str(caught.value.code)
