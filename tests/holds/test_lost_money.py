"""Money that was held for goods to come and is gone by a chargeback: doors that were open close, and the page says so."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from marketplace.core.ids import new_key
from orders.errors import HeldMoneyLost, NothingLost
from orders.operations import dispatch_shipment, start_production
from tests.factories import days
from tests.factories.accounts import a_company, owner_of
from tests.factories.chargebacks import TOTAL, charge_back, lose, paid_by_card, sums, win
from tests.factories.holds import (
    FUNDED_AT,
    SHIPPED_AT,
    a_confirmed_order,
    a_payment,
    a_shipped_order,
    an_accepted_order,
    money_arrives,
    pump,
)
from tests.factories.orders import DEPOSIT_BALANCE, Trade, a_packed_shipment
from tests.factories.rails import CardRail
from tests.factories.shipping import arrives
from trade_assurance.holds.errors import NotAwaitingPayment, NotYourStep, TradeNotFound
from trade_assurance.holds.operations import cancel_confirmed_order, go_on_without_lost
from trade_assurance.holds.queries import trade_page
from trade_assurance.payments.models import Payment

pytestmark = pytest.mark.django_db
LOST_AT = FUNDED_AT + days(5)
DEPOSIT = 708_000
LOST = 300_000


def a_deposit_lost_in_part(rail: CardRail) -> tuple[Trade, Payment]:
    """The deposit of 30 % came by card; of it 3,000.00 is charged back for good."""
    trade, payment = paid_by_card(a_confirmed_order(schedule=DEPOSIT_BALANCE))
    assert payment.amount_minor == DEPOSIT
    lose(rail, charge_back(rail, payment, LOST, at=LOST_AT), at=LOST_AT)
    return Trade(trade.again(), trade.buyer, trade.supplier), payment


def goes_on(trade: Trade, *, at: datetime = LOST_AT) -> Trade:
    go_on_without_lost(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=at)
    pump(at)
    return Trade(trade.again(), trade.buyer, trade.supplier)


def leaves(trade: Trade) -> None:
    shipment = trade.order.shipments.first() or a_packed_shipment(trade, at=SHIPPED_AT)
    dispatch_shipment(
        shipment_ref=shipment.ref,
        shipped_on=SHIPPED_AT.date(),
        actor=trade.supplier,
        key=new_key(),
        at=SHIPPED_AT,
    )
    pump(SHIPPED_AT)


def test_deposit_lost_in_part_opens_no_door_until_the_supplier_goes_on_without_it(rail: CardRail) -> None:
    trade, _payment = a_deposit_lost_in_part(rail)
    assert trade.order.misses.amount_minor == LOST
    begin: dict[str, Any] = {"order_ref": trade.ref, "actor": trade.supplier, "at": LOST_AT}
    with pytest.raises(HeldMoneyLost):
        start_production(key=new_key(), **begin)
    # the balance is paid: with a whole deposit the goods could leave now
    money_arrives(a_payment(trade, at=LOST_AT), at=LOST_AT)
    assert trade.again().cleared_to_ship_at is None
    assert trade.again().state == "confirmed"
    before = sums(trade)
    trade = goes_on(trade)
    assert (trade.order.cleared_to_ship_at, trade.order.misses.is_zero) == (LOST_AT, True)
    assert sums(trade) == before == (TOTAL - LOST, 0, 0, LOST)
    start_production(key=new_key(), **begin)
    leaves(trade)
    assert trade.again().state == "shipped"


def test_goods_that_were_cleared_stay_when_their_money_is_lost_in_part(rail: CardRail) -> None:
    trade, payment = paid_by_card()
    shipment = a_packed_shipment(trade, at=LOST_AT)
    assert trade.order.cleared_to_ship_at is not None
    lose(rail, charge_back(rail, payment, LOST, at=LOST_AT), at=LOST_AT)
    with pytest.raises(HeldMoneyLost):
        leaves(trade)
    with (
        pytest.raises(DatabaseError, match="leaves_only_when_cleared"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE orders_shipment SET state = 'in_transit' WHERE id = %s", [shipment.pk])
    shipment.refresh_from_db()
    assert (shipment.state, sums(trade)) == ("packed", (TOTAL - LOST, 0, 0, LOST))
    trade = goes_on(trade)
    with pytest.raises(NothingLost):
        goes_on(trade)
    leaves(trade)
    arrives(trade, trade.order.shipments.get())
    assert sums(an_accepted_order(trade)) == (0, TOTAL - LOST, 0, LOST)


def test_second_loss_closes_the_doors_that_the_first_had_left_open(rail: CardRail) -> None:
    trade, payment = a_deposit_lost_in_part(rail)
    trade = goes_on(trade)
    assert trade.order.misses.is_zero
    lose(rail, charge_back(rail, payment, 100_000, at=LOST_AT + days(1)), at=LOST_AT + days(2))
    assert trade.again().misses.amount_minor == 100_000
    with pytest.raises(HeldMoneyLost):
        start_production(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=LOST_AT + days(2))


def test_what_is_undecided_won_or_lost_of_goods_that_have_left_closes_no_door(rail: CardRail) -> None:
    trade, payment = paid_by_card()
    chargeback = charge_back(rail, payment, LOST, at=LOST_AT)
    assert trade.again().misses.is_zero
    win(rail, chargeback, at=LOST_AT + days(1))
    assert trade.again().misses.is_zero
    trade = a_shipped_order(trade)
    lose(rail, charge_back(rail, payment, LOST, at=SHIPPED_AT + days(1)), at=SHIPPED_AT + days(2))
    assert trade.again().misses.is_zero
    assert sums(trade) == (TOTAL - LOST, 0, 0, LOST)


def test_only_the_supplier_goes_on_and_nobody_steps_back_from_what_was_paid_for(rail: CardRail) -> None:
    trade, _payment = a_deposit_lost_in_part(rail)
    before = sums(trade)
    with pytest.raises(NotYourStep):
        go_on_without_lost(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=LOST_AT)
    stranger = owner_of(a_company("Somebody Else"))
    with pytest.raises(TradeNotFound):
        go_on_without_lost(order_ref=trade.ref, actor=stranger, key=new_key(), at=LOST_AT)
    with pytest.raises(NotAwaitingPayment):
        cancel_confirmed_order(
            order_ref=trade.ref, reason="Lost", actor=trade.buyer, key=new_key(), at=LOST_AT
        )
    assert sums(trade) == before
    key = new_key()
    for _time in range(2):
        go_on_without_lost(order_ref=trade.ref, actor=trade.supplier, key=key, at=LOST_AT)
    assert trade.again().lost_accepted_minor == LOST


def test_page_says_what_is_gone_and_asks_the_supplier(rail: CardRail) -> None:
    trade, _payment = a_deposit_lost_in_part(rail)
    page = trade_page(trade.ref, trade.supplier, LOST_AT)
    assert (page.next.view, page.next.mine) == ("loss_accept", True)
    assert "3,000.00 USD is gone by a chargeback" in page.headline.replace("\xa0", " ")
    assert (page.milestones[0].state_label, page.milestones[0].lost.amount_minor) == ("held in part", LOST)
    assert not page.order.steps.start_production
    reader = trade_page(trade.ref, trade.buyer, LOST_AT)
    assert (reader.next.mine, reader.next.view) == (False, "")
