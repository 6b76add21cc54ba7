"""Each accepted shipment releases its own share, the remainder stays held; sums to the last minor unit."""

from __future__ import annotations

from typing import Any

import pytest

from marketplace.core.errors import DomainError
from marketplace.core.ids import new_key
from marketplace.core.models import Deadline
from orders.rules.schedule import ScheduledMilestone
from tests.factories import days
from tests.factories.disputes import a_claim, usd
from tests.factories.holds import a_funded_order, hold_of, holds_of, pump, sweep
from tests.factories.orders import DEPOSIT_BALANCE, a_packed_shipment
from tests.factories.shipping import (
    ARRIVED_AT,
    LEFT_AT,
    a_delivered_part,
    a_paid_trade,
    accepts,
    arrives,
    attaches,
    departs,
    leaves,
    share_of,
    sums,
)
from trade_assurance.holds.models import ShipmentShare
from trade_assurance.holds.operations import accept_delivery, accept_shipment, cancel_unshipped
from trade_assurance.holds.operations.trades.shares import allot

pytestmark = pytest.mark.django_db
PAPERS = ("commercial_invoice", "packing_list", "bill_of_lading")
BY_STEPS = (
    ScheduledMilestone("On papers", 2_000, "confirmation", None, "shipment_documents"),
    ScheduledMilestone("On arrival", 3_000, "before_shipment", None, "delivery"),
    ScheduledMilestone("On acceptance", 5_000, "before_shipment", None, "acceptance"),
)


def open_kinds(ref: str) -> list[tuple[str, str]]:
    return [(row.kind, row.subject) for row in Deadline.objects.filter(root=ref, state="open").order_by("pk")]


def test_accepting_a_shipment_releases_its_share_and_keeps_the_rest() -> None:
    trade = a_funded_order()
    first = a_delivered_part(trade, "12.5")
    accepts(trade, first)
    assert sums(trade) == (2_360_000, 885_000, 1_475_000, 0)
    assert hold_of(trade).commission_minor == 44_250
    assert trade.again().state == "confirmed"
    second = a_delivered_part(trade)
    accepts(trade, second)
    assert sums(trade) == (2_360_000, 0, 2_360_000, 0)
    assert hold_of(trade).commission_minor == 70_800
    assert trade.again().state == "completed"
    assert open_kinds(trade.ref) == []


@pytest.mark.parametrize("currency", ["USD", "JPY", "KWD"])
def test_parts_of_uneven_prices_add_up_to_the_whole(currency: str) -> None:
    trade = a_paid_trade(currency, "19.997", schedule=DEPOSIT_BALANCE)
    parts = [a_delivered_part(trade, quantity) for quantity in ("6.667", "6.665", "")]
    for part in parts:
        accepts(trade, part)
    total = trade.again().total_minor
    assert [share_of(part) for part in parts] == [
        (part.goods_minor or 0) + (part.freight_minor or 0) for part in parts
    ]
    assert sum(share_of(part) for part in parts) == total
    assert sums(trade) == (total, 0, total, 0)
    assert trade.again().state == "completed"


def test_each_shipment_has_its_own_window_and_silence_accepts_it_alone() -> None:
    trade = a_funded_order()
    first = a_delivered_part(trade, "12.5")
    second = a_delivered_part(trade, at=ARRIVED_AT + days(10))
    assert [subject for kind, subject in open_kinds(trade.ref) if kind == "accept_shipment_by_silence"] == [
        first.ref,
        second.ref,
    ]
    sweep(ARRIVED_AT + days(45))
    assert sums(trade) == (2_360_000, 885_000, 1_475_000, 0)
    sweep(ARRIVED_AT + days(55))
    assert sums(trade) == (2_360_000, 0, 2_360_000, 0)
    assert trade.again().state == "completed"


def test_one_shipment_of_everything_has_the_orders_window_alone() -> None:
    trade = a_funded_order()
    shipment = a_delivered_part(trade)
    assert open_kinds(trade.ref) == [("accept_by_silence", trade.ref)]
    accepts(trade, shipment)
    assert open_kinds(trade.ref) == []
    assert trade.again().state == "completed"


def test_accepting_everything_at_once_releases_all_windows_and_money() -> None:
    trade = a_funded_order()
    a_delivered_part(trade, "12.5")
    a_delivered_part(trade)
    accept_delivery(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=ARRIVED_AT)
    pump(ARRIVED_AT)
    assert sums(trade) == (2_360_000, 0, 2_360_000, 0)
    assert open_kinds(trade.ref) == []


def test_milestones_release_on_papers_on_arrival_and_on_acceptance() -> None:
    trade = a_funded_order(schedule=BY_STEPS)
    first = leaves(trade, "10")
    attaches(trade, first, *PAPERS[:2])
    assert sums(trade)[2] == 0
    attaches(trade, first, PAPERS[2])
    assert sums(trade)[2] == 236_000
    arrives(trade, first)
    assert sums(trade)[2] == 236_000 + 354_000
    accepts(trade, first)
    assert sums(trade)[2] == 1_180_000
    assert [row.held_minor for row in holds_of(trade)] == [236_000, 354_000, 590_000]


def test_papers_attached_before_the_goods_leave_release_as_they_leave() -> None:
    trade = a_funded_order(schedule=BY_STEPS)
    shipment = a_packed_shipment(trade)
    attaches(trade, shipment, *PAPERS)
    assert sums(trade)[2] == 0
    departs(trade, shipment)
    assert sums(trade)[2] == 472_000


def test_money_released_by_papers_alone_leaves_the_order_open_until_the_goods_are_accepted() -> None:
    on_papers = (ScheduledMilestone("On papers", 10_000, "confirmation", None, "shipment_documents"),)
    trade = a_funded_order(schedule=on_papers)
    shipment = leaves(trade)
    attaches(trade, shipment, *PAPERS)
    assert sums(trade) == (2_360_000, 0, 2_360_000, 0)
    assert trade.again().state == "shipped"
    arrives(trade, shipment)
    assert open_kinds(trade.ref) == [("accept_by_silence", trade.ref)]
    sweep(ARRIVED_AT + days(60))
    assert trade.again().state == "completed"
    assert sums(trade) == (2_360_000, 0, 2_360_000, 0)


def test_unshipped_rest_is_refunded_exactly_after_a_part_was_released() -> None:
    trade = a_paid_trade("KWD", "19.999", schedule=DEPOSIT_BALANCE)
    part = a_delivered_part(trade, "7.333")
    accepts(trade, part)
    cancel_unshipped(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=ARRIVED_AT + days(2))
    order = trade.again()
    worth = (part.goods_minor or 0) + (part.freight_minor or 0)
    assert order.cancelled_part_minor == order.total_minor - worth
    due, held, released, refunded = sums(trade)
    assert (held, released, refunded) == (0, worth, order.cancelled_part_minor)
    assert due == order.total_minor
    assert order.accepted_at is not None
    assert order.state == "completed"


def test_frozen_part_of_a_share_waits_and_the_rest_goes() -> None:
    trade = a_funded_order()
    first = a_delivered_part(trade, "12.5")
    a_delivered_part(trade)
    a_claim(trade, amount=usd(1_000_000))
    accepts(trade, first)
    due, held, released, refunded = sums(trade)
    assert (due, held, refunded) == (2_360_000, 2_360_000 - released, 0)
    assert released == min(1_475_000, 1_360_000)


def test_shares_are_allotted_once() -> None:
    trade = a_funded_order()
    leaves(trade, "12.5")
    before = list(ShipmentShare.objects.values_list("shipment_ref", "amount_minor"))
    allot(trade.order, holds_of(trade), at=LEFT_AT)
    assert list(ShipmentShare.objects.values_list("shipment_ref", "amount_minor")) == before
    assert before[0][1] == 1_475_000


@pytest.mark.parametrize(
    ("state", "code"),
    [("in_transit", "shipment_not_delivered"), ("accepted", "shipment_already_accepted")],
)
def test_accepting_a_shipment_too_soon_or_twice_is_refused_and_nothing_moves(state: str, code: str) -> None:
    trade = a_funded_order()
    shipment = leaves(trade, "12.5") if state == "in_transit" else a_delivered_part(trade, "12.5")
    if state == "accepted":
        accepts(trade, shipment)
    before = sums(trade)
    assert (
        _refusal(
            accept_shipment,
            order_ref=trade.ref,
            shipment_ref=shipment.ref,
            actor=trade.buyer,
            key=new_key(),
            at=ARRIVED_AT,
        )
        == code
    )
    assert sums(trade) == before


def test_only_the_buyer_accepts_and_only_a_shipment_of_this_order() -> None:
    trade, other = a_funded_order(), a_funded_order()
    shipment, foreign = a_delivered_part(trade, "12.5"), a_delivered_part(other, "12.5")
    step = {"order_ref": trade.ref, "key": new_key(), "at": ARRIVED_AT}
    assert (
        _refusal(accept_shipment, shipment_ref=shipment.ref, actor=trade.supplier, **step) == "not_your_step"
    )
    assert _refusal(accept_shipment, shipment_ref=foreign.ref, actor=trade.buyer, **step) == "not_found"
    assert (sums(trade)[2], sums(other)[2]) == (0, 0)


def _refusal(operation: Any, **arguments: Any) -> str:
    with pytest.raises(DomainError) as caught:
        operation(**arguments)
    return str(caught.value.code)
