"""A balance that is not paid: the supplier's clocks wait, the supplier may cancel, the deposit is nobody's by silence."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction

from marketplace.core.actors import Actor
from marketplace.core.deadlines import open_deadlines
from marketplace.core.ids import new_key
from marketplace.core.models import Deadline, OutboxEvent
from marketplace.core.money import Money
from orders.errors import NotCleared
from orders.models import CarrierEvent, Order, Shipment
from orders.operations import dispatch_shipment, record_carrier_event, start_production, unpack_shipment
from orders.queries import OrderFilter, order_list
from orders.rules.schedule import ScheduledMilestone
from tests.factories import AT, days
from tests.factories.accounts import a_company
from tests.factories.catalog import a_live_product, tiers
from tests.factories.disputes import a_claim
from tests.factories.holds import (
    a_confirmed_order,
    a_deposit_paid,
    a_funded_order,
    a_payment,
    bank_refunds_arrive,
    holds_of,
    money_arrives,
    pump,
    sweep,
)
from tests.factories.orders import (
    DEPOSIT_BALANCE,
    Trade,
    a_dispatched_shipment,
    a_packed_shipment,
    a_placed_order,
)
from trade_assurance.disputes.models import Strike
from trade_assurance.disputes.operations import withdraw_claim
from trade_assurance.holds.errors import (
    ClaimDecidesFirst,
    GoodsNotThere,
    KeepsTooMuch,
    NotAwaitingPayment,
    NothingKept,
    NothingOverdue,
    NotYourStep,
    PayFirst,
)
from trade_assurance.holds.operations import (
    accept_delivery,
    agree_to_kept_deposit,
    cancel_confirmed_order,
    cancel_unpaid,
    cancel_unshipped,
    postpone_cancellation,
)
from trade_assurance.holds.queries import trade_page
from trade_assurance.ledger.queries import balance

pytestmark = pytest.mark.django_db
PACKED_AT = AT + days(10)
DUE_AT = PACKED_AT + days(7)
SHIP_BY_ENDS = AT.replace(month=4, day=16, hour=0)
ON_A_DATE = (
    ScheduledMilestone("Deposit", 2_000, "confirmation", None, "acceptance"),
    ScheduledMilestone("Half way", 3_000, "date", date(2026, 3, 20), "acceptance"),
    ScheduledMilestone("Balance", 5_000, "before_shipment", None, "acceptance"),
)
TWO_AT_ONCE = (
    ScheduledMilestone("First", 4_000, "confirmation", None, "acceptance"),
    ScheduledMilestone("Second", 6_000, "confirmation", None, "acceptance"),
)


def clock(trade: Trade, kind: str) -> Deadline:
    return Deadline.objects.get(root=trade.ref, kind=kind, state="open")


def kinds(trade: Trade) -> set[str]:
    return {line.kind for line in open_deadlines(trade.ref)}


def told(trade: Trade, kind: str) -> int:
    return OutboxEvent.objects.filter(root=trade.ref, kind=kind).count()


def amounts(trade: Trade, *names: str) -> list[tuple[object, ...]]:
    return [tuple(getattr(hold, name) for name in names) for hold in holds_of(trade)]


def a_ready_order(trade: Trade | None = None, **over: Any) -> tuple[Trade, Shipment]:
    """The deposit is paid and all goods are packed: the balance is due."""
    trade = trade or a_deposit_paid(**over)
    shipment = a_packed_shipment(trade, at=PACKED_AT)
    pump(PACKED_AT)
    return Trade(trade.again(), trade.buyer, trade.supplier), shipment


def an_overdue_order(**over: Any) -> Trade:
    """All goods are packed, and the balance was not paid in time."""
    trade, _shipment = a_ready_order(**over)
    sweep(DUE_AT)
    return Trade(trade.again(), trade.buyer, trade.supplier)


def cancel(trade: Trade, keeps: int, *, at: Any = DUE_AT, actor: Actor | None = None) -> None:
    cancel_unpaid(
        order_ref=trade.ref,
        keeps=Money(keeps, trade.order.currency),
        reason="The balance did not come.",
        actor=actor or trade.supplier,
        key=new_key(),
        at=at,
    )
    pump(at)


def unmoved(trade: Trade) -> None:
    assert amounts(trade, "state", "held_minor") == [("held", 708_000), ("awaiting_funds", 0)]
    assert trade.again().cleared_to_ship_at is None


def test_balance_falls_due_when_all_goods_are_packed_and_the_suppliers_clocks_stop() -> None:
    trade, _shipment = a_ready_order()
    assert holds_of(trade)[1].fund_by == DUE_AT
    assert clock(trade, "fund_by").due_at == DUE_AT
    assert clock(trade, "ship_by").paused_at == PACKED_AT
    assert clock(trade, "cancel_unshipped").paused_at == PACKED_AT
    assert told(trade, "balance_due") == 1
    sweep(DUE_AT - days(2))
    assert told(trade, "payment_reminder") == 1


def test_balance_is_not_due_while_something_is_open_or_after_unpacking() -> None:
    trade = a_deposit_paid()
    a_packed_shipment(trade, quantity="12", at=PACKED_AT)
    pump(PACKED_AT)
    assert holds_of(trade)[1].fund_by is None
    rest = a_packed_shipment(trade, quantity="8", at=PACKED_AT)
    pump(PACKED_AT)
    assert holds_of(trade)[1].fund_by == DUE_AT
    unpack_shipment(shipment_ref=rest.ref, actor=trade.supplier, key=new_key(), at=PACKED_AT + days(1))
    pump(PACKED_AT + days(1))
    assert holds_of(trade)[1].fund_by is None
    assert kinds(trade) == {"ship_by", "cancel_unshipped"}
    assert clock(trade, "ship_by").paused_at is None
    # A day that has begun is given back whole.
    assert trade.again().ship_by_extended_to == date(2026, 4, 16)
    sweep(DUE_AT)
    assert told(trade, "payment_overdue") == 0


def test_supplier_gets_back_the_days_it_waited_and_is_not_late_within_them() -> None:
    trade, shipment = a_ready_order()
    money_arrives(a_payment(trade, at=PACKED_AT), at=PACKED_AT + days(2.5))
    order = trade.again()
    assert order.cleared_to_ship_at == PACKED_AT + days(2.5)
    assert order.ship_by_extended_to == date(2026, 4, 18)
    assert order.ship_by == date(2026, 4, 15)
    between = a_placed_order(buyer=trade.order.buyer, ship_by=date(2026, 4, 17))
    listed = order_list(trade.buyer, OrderFilter(sort="ship_by")).rows
    assert [(row.ref, row.ship_by) for row in listed] == [
        (between.ref, date(2026, 4, 17)),
        (trade.ref, date(2026, 4, 18)),
    ]
    assert clock(trade, "ship_by").due_at == SHIP_BY_ENDS + days(3)
    assert clock(trade, "cancel_unshipped").due_at == SHIP_BY_ENDS + days(3 + 14)
    leaves = SHIP_BY_ENDS + days(2.5)
    dispatch_shipment(
        shipment_ref=shipment.ref, shipped_on=leaves.date(), actor=trade.supplier, key=new_key(), at=leaves
    )
    assert trade.again().late is False


def test_who_was_late_before_the_goods_were_ready_stays_late_and_the_buyer_may_cancel() -> None:
    trade = a_deposit_paid()
    sweep(SHIP_BY_ENDS)
    assert trade.again().late is True
    packed_at = SHIP_BY_ENDS + days(1)
    a_packed_shipment(trade, at=packed_at)
    pump(packed_at)
    assert clock(trade, "cancel_unshipped").paused_at == packed_at
    cancel_unshipped(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=packed_at, reason="late")
    assert trade.again().state == "cancelled"
    assert amounts(trade, "state", "refunded_minor") == [("settled", 708_000), ("lapsed", 0)]


def test_buyer_who_owes_the_balance_cannot_cancel_for_lateness() -> None:
    trade, _shipment = a_ready_order()
    late = SHIP_BY_ENDS + days(3)
    with pytest.raises(PayFirst):
        cancel_unshipped(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=late)
    unmoved(trade)


def test_supplier_who_produces_nothing_is_cancelled_with_full_refund_of_the_deposit() -> None:
    trade = a_deposit_paid()
    sweep(SHIP_BY_ENDS + days(14))
    assert trade.again().state == "cancelled"
    assert amounts(trade, "state", "amount_minor", "refunded_minor") == [
        ("settled", 708_000, 708_000),
        ("lapsed", 0, 0),
    ]
    bank_refunds_arrive(at=SHIP_BY_ENDS + days(15))
    assert balance("refund_payable", trade.ref, "USD").is_zero
    assert kinds(trade) == set()


def test_supplier_who_gives_up_refunds_the_deposit_and_what_was_paid_of_the_balance() -> None:
    trade = a_deposit_paid()
    money_arrives(a_payment(trade), Money(200_000, "USD"))
    cancel_unshipped(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=PACKED_AT)
    assert trade.again().state == "cancelled"
    assert amounts(trade, "state", "amount_minor", "refunded_minor") == [
        ("settled", 708_000, 708_000),
        ("settled", 200_000, 200_000),
    ]


def test_overdue_balance_is_still_taken_and_everything_goes_on() -> None:
    trade = an_overdue_order()
    assert told(trade, "payment_overdue") == 1
    assert clock(trade, "cancel_unpaid").due_at == DUE_AT + days(14)
    money_arrives(a_payment(trade, at=DUE_AT), at=DUE_AT + days(5))
    assert trade.again().cleared_to_ship_at == DUE_AT + days(5)
    assert trade.again().ship_by_extended_to == date(2026, 4, 27)
    assert kinds(trade) == {"ship_by", "cancel_unshipped"}


def test_supplier_cancels_an_overdue_order_and_keeps_a_part_after_the_buyers_silence() -> None:
    trade = an_overdue_order()
    money_arrives(a_payment(trade, at=DUE_AT), Money(50_000, "USD"), at=DUE_AT)
    cancel(trade, 500_000)
    assert amounts(trade, "state", "held_minor", "refunded_minor") == [
        ("held", 500_000, 208_000),
        ("lapsed", 0, 50_000),
    ]
    assert trade.again().state == "confirmed"
    assert trade_page(trade.ref, trade.buyer, DUE_AT).state_label == "given up, deposit kept"
    assert kinds(trade) == {"keep_deposit"}
    assert balance("supplier_payable", trade.order.supplier.ref, "USD").is_zero
    sweep(DUE_AT + days(7) - timedelta(seconds=1))
    assert holds_of(trade)[0].held_minor == 500_000
    sweep(DUE_AT + days(7))
    assert amounts(trade, "state", "released_minor", "commission_minor", "refunded_minor") == [
        ("settled", 500_000, 15_000, 208_000),
        ("lapsed", 0, 0, 50_000),
    ]
    assert trade.again().state == "cancelled"
    assert kinds(trade) == set()


@pytest.mark.parametrize(
    ("currency", "price", "deposit"), [("JPY", "1181", 7_086), ("KWD", "1180.777", 7_084_662)]
)
def test_deposit_of_any_currency_is_kept_and_returned_to_the_last_unit(
    currency: str, price: str, deposit: int
) -> None:
    supplier = a_company("Kaveri Exports", at=AT)
    product = a_live_product(supplier, currency=currency, tiers=tiers((5, price)))
    trade = an_overdue_order(supplier=supplier, products=[(product, "20")])
    assert [hold.amount_minor for hold in holds_of(trade)] == [deposit, trade.order.total_minor - deposit]
    cancel(trade, 1_001)
    agree_to_kept_deposit(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=DUE_AT + days(1))
    assert amounts(trade, "released_minor", "refunded_minor", "held_minor") == [
        (1_001, deposit - 1_001, 0),
        (0, 0, 0),
    ]
    assert trade.again().state == "cancelled"
    bank_refunds_arrive(at=DUE_AT + days(2))
    assert balance("refund_payable", trade.ref, currency).is_zero
    assert balance("supplier_payable", supplier.ref, currency).amount_minor == 1_001 - 30


def test_supplier_who_keeps_nothing_ends_the_order_at_once() -> None:
    trade = an_overdue_order()
    cancel(trade, 0)
    assert trade.again().state == "cancelled"
    assert amounts(trade, "state", "refunded_minor") == [("settled", 708_000), ("lapsed", 0)]


def test_order_whose_balance_nobody_cares_for_ends_by_itself_and_the_buyer_may_still_object() -> None:
    trade = an_overdue_order()
    sweep(DUE_AT + days(14))
    assert amounts(trade, "state", "held_minor") == [("held", 708_000), ("lapsed", 0)]
    assert kinds(trade) == {"keep_deposit"}
    sweep(DUE_AT + days(21))
    assert trade.again().state == "cancelled"
    assert amounts(trade, "released_minor") == [(708_000,), (0,)]
    assert not Strike.objects.exists()  # the supplier was ready


def test_buyer_objects_by_a_claim_and_what_it_leaves_goes_to_the_supplier() -> None:
    trade = an_overdue_order()
    cancel(trade, 708_000)
    at = DUE_AT + days(3)
    _trade, dispute = a_claim(trade, amount=Money(300_000, "USD"), at=at)
    sweep(DUE_AT + days(7))
    assert amounts(trade, "held_minor", "released_minor") == [(300_000, 408_000), (0, 0)]
    assert trade.again().state == "confirmed"
    withdraw_claim(dispute_ref=dispute.ref, actor=trade.buyer, key=new_key(), at=DUE_AT + days(7.5))
    pump(DUE_AT + days(7.5))
    sweep(DUE_AT + days(8))
    assert amounts(trade, "held_minor", "released_minor") == [(0, 708_000), (0, 0)]
    assert trade.again().state == "cancelled"


def test_cancelling_for_want_of_payment_waits_for_an_open_claim() -> None:
    trade = an_overdue_order()
    # The balance is overdue, so nothing of the trade can be claimed by the page; the deposit is held all the same.
    from_deposit, _dispute = a_claim(trade, amount=Money(100, "USD"), at=DUE_AT)
    with pytest.raises(ClaimDecidesFirst):
        cancel(from_deposit, 0)
    assert holds_of(trade)[0].held_minor == 708_000
    sweep(DUE_AT + days(14))
    assert holds_of(trade)[0].held_minor == 708_000
    assert clock(trade, "cancel_unpaid").due_at == DUE_AT + days(15)


def test_cancel_unpaid_by_the_wrong_side_too_early_or_for_too_much_moves_nothing() -> None:
    trade, _shipment = a_ready_order()
    with pytest.raises(NothingOverdue):
        cancel(trade, 0, at=DUE_AT - timedelta(seconds=1))
    with pytest.raises(NotYourStep):
        cancel(trade, 0, actor=trade.buyer)
    for too_much in (708_001, -1):
        with pytest.raises(KeepsTooMuch):
            cancel(trade, too_much)
    with pytest.raises(NothingKept):
        agree_to_kept_deposit(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=DUE_AT)
    unmoved(trade)


def test_date_that_passes_unpaid_stops_the_suppliers_clock_until_it_is_paid() -> None:
    trade = a_deposit_paid(schedule=ON_A_DATE)
    ends = AT.replace(month=3, day=21, hour=0)
    assert [hold.fund_by for hold in holds_of(trade)] == [AT + days(8), ends, None]
    assert clock(trade, "ship_by").paused_at is None
    sweep(ends)
    assert clock(trade, "ship_by").paused_at == ends
    money_arrives(a_payment(trade, at=ends), at=ends + days(4))
    assert trade.again().ship_by_extended_to == date(2026, 4, 19)
    assert trade.again().cleared_to_ship_at is None
    money_arrives(a_payment(trade, at=ends), at=ends + days(5))
    assert trade.again().cleared_to_ship_at == ends + days(5)


def test_order_with_one_of_two_first_payments_lapses_with_a_refund_and_was_never_produced() -> None:
    trade = a_confirmed_order(schedule=TWO_AT_ONCE)
    money_arrives(a_payment(trade))
    assert trade.again().cleared_to_produce_at is None
    sweep(AT + days(8))
    assert trade.again().state == "cancelled"
    assert amounts(trade, "state", "refunded_minor") == [("settled", 944_000), ("lapsed", 0)]


def test_order_of_which_nothing_was_held_lapses() -> None:
    trade = a_confirmed_order(schedule=DEPOSIT_BALANCE)
    money_arrives(a_payment(trade), Money(1, "USD"))
    sweep(AT + days(8))
    assert trade.again().state == "lapsed"
    assert amounts(trade, "state", "refunded_minor") == [("lapsed", 1), ("lapsed", 0)]


def test_no_door_lets_goods_leave_while_the_balance_is_missing() -> None:
    trade, shipment = a_ready_order()
    at = PACKED_AT + days(1)
    with pytest.raises(NotCleared):
        dispatch_shipment(
            shipment_ref=shipment.ref, shipped_on=at.date(), actor=trade.supplier, key=new_key(), at=at
        )
    body = {"tracking_number": shipment.tracking_number, "status": "picked_up", "occurred_at": at.isoformat()}
    with time_machine.travel(at, tick=False):
        record_carrier_event(
            carrier_code=shipment.carrier_code, event_id="evt_skip", body=json.dumps(body).encode(), at=at
        )
    assert CarrierEvent.objects.get().outcome == "review"
    with pytest.raises(GoodsNotThere):
        accept_delivery(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=at)
    with pytest.raises(NotAwaitingPayment):
        cancel_confirmed_order(order_ref=trade.ref, reason="", actor=trade.buyer, key=new_key(), at=at)
    postpone_cancellation(
        order_ref=trade.ref, to_date=date(2026, 6, 1), actor=trade.buyer, key=new_key(), at=at
    )
    start_production(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=at)
    money_arrives(a_payment(trade, at=at), Money(1_651_999, "USD"), at=at)
    for raw in (
        Order.objects.filter(pk=trade.order.pk).update,
        lambda **_over: Shipment.objects.filter(pk=shipment.pk).update(state="in_transit"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            raw(cleared_to_ship_at=at)
    with pytest.raises(NotCleared):
        dispatch_shipment(
            shipment_ref=shipment.ref, shipped_on=at.date(), actor=trade.supplier, key=new_key(), at=at
        )
    shipment.refresh_from_db()
    assert shipment.state == "packed"
    money_arrives(a_payment(trade, at=at), at=at)
    dispatch_shipment(
        shipment_ref=shipment.ref, shipped_on=at.date(), actor=trade.supplier, key=new_key(), at=at
    )


def test_part_shipment_cannot_leave_on_the_deposit_and_can_on_the_balance() -> None:
    trade = a_deposit_paid()
    with pytest.raises(NotCleared):
        a_dispatched_shipment(trade, quantity="5")
    trade = a_funded_order(trade)
    a_dispatched_shipment(trade, quantity="5")
