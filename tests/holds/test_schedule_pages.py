"""Pages of an order with several payments: what is due, what waits, and the way out for want of payment."""

from __future__ import annotations

import pytest
import time_machine

from marketplace.core.ids import new_key
from marketplace.core.money import Money
from orders.models import Order
from orders.queries import OrderFilter, order_list
from tests.factories import days
from tests.factories.accounts import a_member, signed_in
from tests.factories.holds import a_confirmed_order, a_deposit_paid, holds_of, money_arrives, pump
from tests.factories.orders import DEPOSIT_BALANCE, Trade
from tests.holds.test_unpaid_balance import DUE_AT, PACKED_AT, a_ready_order, an_overdue_order, cancel
from trade_assurance.disputes.queries import dashboard
from trade_assurance.holds.models import Credit
from trade_assurance.holds.operations import begin_payment
from trade_assurance.holds.queries import pay_page, trade_page
from trade_assurance.payments.models import Payment

pytestmark = pytest.mark.django_db


def awaited(trade: Trade, side: str) -> tuple[str, bool]:
    actor = trade.buyer if side == "buyer" else trade.supplier
    waiting = order_list(actor, OrderFilter(state="waiting"))
    page = trade_page(trade.ref, actor, PACKED_AT)
    return page.next.view, trade.ref in [row.ref for row in waiting.rows]


def test_next_step_follows_the_payments() -> None:
    trade = a_confirmed_order(schedule=DEPOSIT_BALANCE)
    page = trade_page(trade.ref, trade.buyer, PACKED_AT)
    assert (page.next.view, page.next.title) == ("pay", "Pay 7,080.00\xa0USD")
    assert "7,080.00\xa0USD is to be paid" in page.headline
    trade = a_deposit_paid()
    assert awaited(trade, "supplier") == ("shipment_new", True)
    assert awaited(trade, "buyer") == ("", False)
    assert "pay" in [step.view for step in trade_page(trade.ref, trade.buyer, PACKED_AT).steps]
    trade, _shipment = a_ready_order()
    assert awaited(trade, "buyer") == ("pay", True)
    assert awaited(trade, "supplier") == ("", False)
    Order.objects.filter(ref=trade.ref).update(state="in_production")
    assert [line.title for line in dashboard(trade.buyer, PACKED_AT).waiting] == [
        "Pay the balance, so that the goods leave"
    ]
    assert [line.state for line in trade_page(trade.ref, trade.buyer, PACKED_AT).milestones] == [
        "held",
        "awaiting_funds",
    ]


def test_api_says_by_when_a_payment_is_due_and_that_the_supplier_waits() -> None:
    trade, _shipment = a_ready_order()
    body = signed_in(trade.supplier).get(f"/api/v1/orders/{trade.ref}/").json()
    assert body["awaits_payment"] is True
    assert [row["due_by"] for row in body["schedule"]] == [None, DUE_AT.isoformat().replace("+00:00", "Z")]


def test_supplier_cancels_for_want_of_payment_on_its_page_and_the_buyer_agrees() -> None:
    trade = an_overdue_order()
    url = f"/orders/{trade.ref}/unpaid/cancellation/"
    data = {"idempotency_key": new_key(), "keeps": "5000.00", "reason": "We bought the paddy."}
    with time_machine.travel(DUE_AT, tick=False):
        assert signed_in(trade.buyer).post(url, data).status_code == 403
        seller = signed_in(trade.supplier)
        assert "7,080.00\xa0USD" in seller.get(url).content.decode()
        assert seller.post(url, data | {"keeps": "7080.01"}).status_code == 400
        assert holds_of(trade)[0].held_minor == 708_000
        assert seller.post(url, data).status_code == 302
        pump(DUE_AT)
        buyer = signed_in(trade.buyer)
        assert "Agree: release 5,000.00\xa0USD" in buyer.get(f"/orders/{trade.ref}/").content.decode()
        buyer.post(f"/orders/{trade.ref}/deposit/agreement/", {"idempotency_key": new_key()})
    assert trade.again().state == "cancelled"
    assert holds_of(trade)[0].released_minor == 500_000


def test_order_that_was_cancelled_for_want_of_payment_says_so_to_both() -> None:
    trade = an_overdue_order()
    cancel(trade, 500_000)
    for actor in (trade.buyer, trade.supplier):
        page = trade_page(trade.ref, actor, DUE_AT + days(1))
        assert "keeps 5,000.00\xa0USD" in page.headline
    assert trade_page(trade.ref, trade.buyer, DUE_AT + days(1)).may_claim


def test_pay_page_takes_a_part_keeps_what_is_too_much_and_pays_from_credit() -> None:
    trade = a_confirmed_order(schedule=DEPOSIT_BALANCE)
    url = f"/orders/{trade.ref}/pay/"
    browser = signed_in(trade.buyer)
    data = {
        "idempotency_key": new_key(),
        "provider": "bank_transfer",
        "amount": "1000.00",
        "keep_excess": "on",
    }
    with time_machine.travel(PACKED_AT, tick=False):
        assert browser.post(url, data | {"amount": "7080.01"}).status_code == 400
        assert browser.post(url, data).status_code == 302
        payment = Payment.objects.get()
        assert payment.amount_minor == 100_000
        money_arrives(payment, Money(718_000, "USD"), at=PACKED_AT)
        assert Credit.objects.get().left == Money(10_000, "USD")
        assert pay_page(trade.ref, trade.buyer, PACKED_AT).credit == Money(10_000, "USD")
        assert b"100.00" in browser.get("/balance/").content
        browser.post(f"{url}credit/", {"idempotency_key": new_key()})
        assert holds_of(trade)[1].held_minor == 10_000
        assert Credit.objects.get().left.is_zero


def test_balance_page_sends_credit_back() -> None:
    trade = a_confirmed_order(schedule=DEPOSIT_BALANCE)
    ref = begin_payment(
        order_ref=trade.ref,
        provider="bank_transfer",
        return_url="/",
        keep_excess=True,
        actor=trade.buyer,
        key=new_key(),
        at=PACKED_AT,
    )
    money_arrives(Payment.objects.get(ref=ref), Money(708_050, "USD"), at=PACKED_AT)
    data = {"currency": "USD", "idempotency_key": new_key()}
    viewer = signed_in(a_member(trade.order.buyer, "viewer"))
    assert viewer.post("/balance/credit/return/", data).status_code == 403
    assert Credit.objects.get().left == Money(50, "USD")
    signed_in(trade.buyer).post("/balance/credit/return/", data)
    assert Credit.objects.get().returned_minor == 50
