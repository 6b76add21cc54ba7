"""A trade paid by Stripe: what its payments do to held money, to the order and to the books."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from marketplace.core.actors import Actor
from marketplace.core.deadlines import open_deadlines
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories import days
from tests.factories.holds import (
    FUNDED_AT,
    a_confirmed_order,
    a_delivered_order,
    a_payment,
    hold_of,
    pump,
)
from tests.factories.orders import Trade
from tests.factories.stripe import deliver
from tests.payments.stripe_standin import Standin
from trade_assurance.holds.models import Incident
from trade_assurance.holds.operations import accept_delivery, cancel_unshipped
from trade_assurance.holds.operations.reconciliation.comparing import reconcile
from trade_assurance.holds.states import IncidentKind
from trade_assurance.ledger import queries as books
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments import operations as payments
from trade_assurance.payments.models import Payment, Refund
from trade_assurance.payments.operations import due_operations, run_operation
from trade_assurance.payments.states import PaymentState, RefundState

pytestmark = pytest.mark.django_db
PRICE = Money(2_360_000, "USD")


def a_page(trade: Trade, *, at: datetime = FUNDED_AT) -> Payment:
    payment = a_payment(trade, provider="stripe", at=at)
    payments.continue_payment(payment_ref=payment.ref, at=at)
    payment.refresh_from_db()
    return payment


def a_trade_paid_by_stripe(standin: Standin, *, method: str = "card") -> tuple[Trade, Payment]:
    trade = a_confirmed_order()
    payment = a_page(trade)
    standin.world.pay(payment.provider_ref, method=method)
    for event in standin.world.events:
        deliver(event, at=FUNDED_AT)
    pump(FUNDED_AT)
    payment.refresh_from_db()
    return trade, payment


def work(at: datetime) -> None:
    """What the worker does: everything due with providers, and what it tells."""
    for step in range(1, 4):
        moment = at + timedelta(minutes=step)
        for operation_id in due_operations(at=moment):
            run_operation(operation_id=operation_id, at=moment)
        pump(moment)


def clearing() -> int:
    return books.balance(AccountKind.PROVIDER_CLEARING, "stripe", "USD").amount_minor


def moved(standin: Standin) -> int:
    """What the provider's own account says came in and went out, fees apart."""
    return sum(row["amount"] for row in standin.world.all("balance_transaction"))


@pytest.fixture(autouse=True)
def _at_the_time_of_the_payment(standin: Standin) -> None:
    standin.world.now = int(FUNDED_AT.timestamp())


def test_payment_is_held_and_released_and_our_books_agree_with_stripes(standin: Standin) -> None:
    trade, payment = a_trade_paid_by_stripe(standin)
    hold = hold_of(trade)
    assert (payment.state, hold.held_minor) == (PaymentState.SUCCEEDED, PRICE.amount_minor)
    assert abs(clearing()) == moved(standin) == PRICE.amount_minor

    delivered = a_delivered_order(trade)
    accept_delivery(order_ref=trade.ref, actor=delivered.buyer, key=new_key(), at=FUNDED_AT + days(40))
    hold.refresh_from_db()
    assert (hold.held_minor, hold.released_minor) == (0, PRICE.amount_minor)


def test_window_of_a_wallet_is_shown_while_money_is_held_and_no_longer(standin: Standin) -> None:
    trade, payment = a_trade_paid_by_stripe(standin, method="alipay")
    lines = [line for line in open_deadlines(trade.ref) if line.kind == "refund_window_ending"]
    assert [(line.subject, line.due_at) for line in lines] == [(payment.ref, FUNDED_AT + days(76))]
    assert "bank transfer" in str(lines[0].explanation)

    delivered = a_delivered_order(trade)
    accept_delivery(order_ref=trade.ref, actor=delivered.buyer, key=new_key(), at=FUNDED_AT + days(40))
    assert [line.kind for line in open_deadlines(trade.ref) if line.kind == "refund_window_ending"] == []


def test_cancelled_order_sends_the_payment_back_once(standin: Standin) -> None:
    trade, _payment = a_trade_paid_by_stripe(standin)
    at = FUNDED_AT + days(1)
    standin.world.now = int(at.timestamp())
    standin.fault("post /v1/refunds", "lost_after", times=3)
    standin.fault("get /v1/refunds", "lost_before", times=3)
    cancel_unshipped(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=at)
    run_operation(operation_id=due_operations(at=at + days(1))[-1], at=at)
    assert Refund.objects.get().state == RefundState.UNKNOWN
    work(at)
    work(at + days(2))

    assert Refund.objects.get().state == RefundState.CONFIRMED
    assert [one["amount"] for one in standin.world.all("refund")] == [PRICE.amount_minor]
    assert clearing() == moved(standin) == 0


def test_refund_that_comes_back_from_the_bank_is_owed_to_the_buyer_again(standin: Standin) -> None:
    trade, _payment = a_trade_paid_by_stripe(standin)
    at = FUNDED_AT + days(1)
    cancel_unshipped(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=at)
    work(at)
    standin.world.finish_refund(standin.world.all("refund")[0]["id"], status="failed")
    deliver(standin.world.events[-1], at=at + days(5))
    pump(at + days(5))

    assert Refund.objects.get().state == RefundState.FAILED
    assert abs(clearing()) == moved(standin) == PRICE.amount_minor
    owed = books.balance(AccountKind.REFUND_PAYABLE, trade.ref, "USD")
    assert abs(owed.amount_minor) == PRICE.amount_minor


def test_two_pages_both_paid_hold_one_and_give_the_other_back(standin: Standin) -> None:
    trade = a_confirmed_order()
    first, second = a_page(trade), a_page(trade)
    for payment in (first, second):
        standin.world.pay(payment.provider_ref)
    for event in standin.world.events:
        deliver(event, at=FUNDED_AT)
    pump(FUNDED_AT)
    work(FUNDED_AT + days(1))

    assert hold_of(trade).held_minor == PRICE.amount_minor
    assert [one["amount"] for one in standin.world.all("refund")] == [PRICE.amount_minor]
    assert abs(clearing()) == moved(standin) == PRICE.amount_minor


def test_payment_after_the_order_was_cancelled_goes_back_by_itself(standin: Standin) -> None:
    trade = a_confirmed_order()
    late, in_time = a_page(trade), a_page(trade)
    standin.world.pay(in_time.provider_ref)
    payments.refresh_payment(payment_ref=in_time.ref, at=FUNDED_AT)
    pump(FUNDED_AT)
    at = FUNDED_AT + timedelta(hours=2)
    cancel_unshipped(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=at)
    standin.world.pay(late.provider_ref)  # before our cancellation of the page reaches Stripe
    work(at)
    work(at + timedelta(hours=1))

    late.refresh_from_db()
    assert late.state == PaymentState.SUCCEEDED
    assert [one["amount"] for one in standin.world.all("refund")] == [PRICE.amount_minor] * 2
    assert {row.state for row in Refund.objects.all()} == {RefundState.CONFIRMED}
    assert clearing() == moved(standin) == 0


def compared(at: datetime) -> list[tuple[str, int, int]]:
    """What the nightly comparison with Stripe's own account leaves to be explained."""
    result = reconcile(provider="stripe", actor=Actor.system("reconciliation"), at=at)
    assert result.error == ""
    return [(row.kind, row.booked_minor, row.found_minor) for row in Incident.objects.filter(ended_at=None)]


def test_nightly_comparison_agrees_with_everything_that_stripe_did(standin: Standin) -> None:
    kept, _payment = a_trade_paid_by_stripe(standin)
    cancelled, payment = a_trade_paid_by_stripe(standin)
    at = FUNDED_AT + days(1)
    cancel_unshipped(order_ref=cancelled.ref, actor=cancelled.supplier, key=new_key(), at=at)
    work(at)
    standin.world.finish_refund(standin.world.all("refund")[0]["id"], status="failed")
    deliver(standin.world.events[-1], at=at)
    pump(at)
    charge = standin.world.all("charge")[0]
    dispute = standin.world.dispute(charge)
    deliver(standin.world.events[-1], at=at)
    pump(at)
    standin.world.decide(dispute, won=True)
    deliver(standin.world.events[-1], at=at + timedelta(minutes=1))
    pump(at + timedelta(minutes=1))

    assert payment.received == PRICE
    assert hold_of(kept).held_minor == PRICE.amount_minor
    assert compared(at + days(1)) == []


@pytest.mark.planted_errors
def test_nightly_comparison_finds_a_missing_an_extra_and_a_wrong_movement(standin: Standin) -> None:
    for _ in range(3):
        a_trade_paid_by_stripe(standin)
    missing, wrong, _right = [
        row for row in standin.world.all("balance_transaction") if row["type"] == "charge"
    ]
    del standin.world.things[missing["id"]]
    wrong["amount"] -= 1
    charge = standin.world.all("charge")[2]
    standin.world.line("adjustment", {**charge, "id": "adj_nobody"}, -700, "usd")

    price = PRICE.amount_minor
    found = {row for row in compared(FUNDED_AT + days(1)) if row[0] != IncidentKind.BALANCE}
    assert found == {
        (IncidentKind.MISSING, price, 0),
        (IncidentKind.WRONG_AMOUNT, price, price - 1),
        (IncidentKind.EXTRA, 0, -700),
    }
