"""Several payments at once: credit is spent once, and an order is either paid or cancelled, never both."""

from __future__ import annotations

from functools import partial

import pytest

from marketplace.core.ids import new_key
from marketplace.core.money import Money
from orders.operations import dispatch_shipment
from tests.factories import days
from tests.factories.holds import FUNDED_AT, a_payment, finance_officer, holds_of, pump
from tests.holds.races import at_once
from tests.holds.test_credit import a_buyers_order, a_trade_with_credit, credit_of
from tests.holds.test_unpaid_balance import DUE_AT, PACKED_AT, a_ready_order, an_overdue_order
from trade_assurance.holds.operations import (
    agree_to_kept_deposit,
    cancel_unpaid,
    fund_hold,
    pay_from_credit,
    return_credit,
)
from trade_assurance.payments.models import Refund
from trade_assurance.payments.operations import record_bank_receipt

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def test_credit_used_for_two_orders_at_once_is_spent_once() -> None:
    first = a_trade_with_credit(708_000)
    second = a_buyers_order(buyer=first.order.buyer)
    outcomes = at_once(
        *(
            partial(pay_from_credit, order_ref=trade.ref, actor=first.buyer, key=new_key(), at=FUNDED_AT)
            for trade in (first, second)
        )
    )
    assert sorted(outcomes) == ["done", "no_credit"]
    assert credit_of(first) == 0
    assert holds_of(first)[1].held_minor + holds_of(second)[0].held_minor == 708_000


def test_credit_used_and_sent_back_at_once_moves_once() -> None:
    trade = a_trade_with_credit(500)
    outcomes = at_once(
        partial(pay_from_credit, order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=FUNDED_AT),
        *(
            partial(
                return_credit,
                company_id=trade.order.buyer_id,
                currency="USD",
                actor=trade.buyer,
                key=new_key(),
                at=FUNDED_AT,
            )
            for _turn in range(2)
        ),
    )
    assert sorted(outcomes) == ["done", "no_credit", "no_credit"]
    assert credit_of(trade) == 0
    returned = sum(refund.amount_minor for refund in Refund.objects.all())
    assert holds_of(trade)[1].held_minor + returned == 500


@pytest.mark.planted_errors  # the money is taken past the outbox, where the books still see it on its way
def test_balance_that_arrives_while_the_supplier_cancels_is_held_or_goes_back() -> None:
    trade = an_overdue_order()
    payment = a_payment(trade, at=DUE_AT)
    _received(payment.ref, payment.money)
    balance = holds_of(trade)[1]
    paid, cancelled = at_once(
        partial(
            fund_hold,
            hold_ref=balance.ref,
            payment_ref=payment.ref,
            provider="bank_transfer",
            money=payment.money,
            receipt=f"{payment.ref}:1",
            at=DUE_AT,
        ),
        partial(
            cancel_unpaid,
            order_ref=trade.ref,
            keeps=Money(708_000, "USD"),
            reason="Too late.",
            actor=trade.supplier,
            key=new_key(),
            at=DUE_AT,
        ),
    )
    assert paid == "done"
    # Money that has arrived is taken before anybody cancels for want of it.
    assert cancelled in {"money_not_taken_yet", "nothing_overdue"}
    assert [hold.state for hold in holds_of(trade)] == ["held", "held"]
    assert trade.again().cleared_to_ship_at == DUE_AT


def _received(payment_ref: str, money: Money) -> None:
    """The officer records the transfer; the hold has not heard of it yet."""
    record_bank_receipt(
        payment_ref=payment_ref,
        money=money,
        received_on=DUE_AT.date(),
        bank_reference="RACE",
        proof=None,
        actor=finance_officer(),
        key=new_key(),
        at=DUE_AT,
    )


@pytest.mark.planted_errors  # the money is taken past the outbox, where the books still see it on its way
def test_dispatch_against_the_last_payment_never_leaves_before_it() -> None:
    trade, shipment = a_ready_order()
    at = PACKED_AT + days(1)
    payment = a_payment(trade, at=at)
    _received(payment.ref, payment.money)
    left, paid = at_once(
        partial(
            dispatch_shipment,
            shipment_ref=shipment.ref,
            shipped_on=at.date(),
            actor=trade.supplier,
            key=new_key(),
            at=at,
        ),
        partial(
            fund_hold,
            hold_ref=holds_of(trade)[1].ref,
            payment_ref=payment.ref,
            provider="bank_transfer",
            money=payment.money,
            receipt=f"{payment.ref}:1",
            at=at,
        ),
    )
    assert paid == "done"
    assert left in {"done", "order_not_cleared"}
    shipment.refresh_from_db()
    assert (shipment.state == "in_transit") == (left == "done")
    assert holds_of(trade)[1].state == "held"


def test_deposit_agreed_to_four_times_at_once_is_released_once() -> None:
    trade = an_overdue_order()
    key = new_key()
    cancelling = partial(
        cancel_unpaid,
        order_ref=trade.ref,
        keeps=Money(500_000, "USD"),
        reason="Loss.",
        actor=trade.supplier,
        key=key,
        at=DUE_AT,
    )
    assert at_once(cancelling, cancelling, cancelling) == ["done"] * 3
    pump(DUE_AT)
    outcomes = at_once(
        *(
            partial(agree_to_kept_deposit, order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=DUE_AT)
            for _turn in range(4)
        )
    )
    assert sorted(outcomes) == ["done"] + ["nothing_kept"] * 3
    deposit = holds_of(trade)[0]
    assert (deposit.released_minor, deposit.refunded_minor, deposit.held_minor) == (500_000, 208_000, 0)
