"""Mishaps of the sandbox through our own doors, a whole trade each: money moves once, and both sides agree after it."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest

from marketplace.core.errors import DomainError
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories import AT, days
from tests.factories.accounts import a_company
from tests.factories.holds import (
    BANK,
    DELIVERED_AT,
    FUNDED_AT,
    a_confirmed_order,
    a_delivered_order,
    a_payment,
    an_accepted_order,
    approve_fully,
    bank_refunds_arrive,
    finance_officer,
    hold_of,
    pump,
)
from tests.factories.orders import Trade, a_placed_order
from tests.factories.reconciliation import (
    NIGHT,
    RAIL,
    a_card_paid_order,
    a_card_payment,
    compared,
    hear,
    work_off,
)
from trade_assurance.holds.models import Incident, Payout, PayoutPart, ProviderMovementRow
from trade_assurance.holds.operations import cancel_unshipped, request_payout, set_payout_account
from trade_assurance.holds.reconciling import name_of_posting
from trade_assurance.holds.states import HoldState, PayoutState
from trade_assurance.ledger.queries import balance
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments.models import Payment, ProviderOperation, Refund, WebhookEvent
from trade_assurance.payments.operations import continue_payment, retry_refund, run_operation
from trade_assurance.payments.providers import sandbox_server
from trade_assurance.payments.states import PaymentState, RefundState

pytestmark = pytest.mark.django_db
PAID_AT = DELIVERED_AT + days(2)


def agrees(at: datetime = NIGHT) -> None:
    """The rail's account and our books say the same of everything."""
    compared(at)
    assert list(Incident.objects.values_list("kind", "name")) == []


def owed(trade: Trade) -> int:
    """What the supplier is owed, in minor units."""
    return balance(AccountKind.SUPPLIER_PAYABLE, trade.order.supplier.ref, "USD").amount_minor


def a_paid_out_trade(*, mishap: str, heard_after: timedelta | None = None) -> tuple[Trade, Payout]:
    """Accepted, and 10,000.00 USD sent to the supplier by the sandbox, which has a mishap.

    The workers ask until they know; or they only send it, and its webhook is heard `heard_after`.
    """
    trade, _payment = a_card_paid_order()
    done = an_accepted_order(a_delivered_order(Trade(trade.again(), trade.buyer, trade.supplier)))
    set_payout_account(currency="USD", provider=RAIL, details=BANK, actor=done.supplier, at=AT)
    if mishap:
        sandbox_server.lay_fault(call="payout", mode=mishap, at=PAID_AT)
    ref = request_payout(amount=Money(1_000_000, "USD"), actor=done.supplier, key=new_key(), at=PAID_AT)
    pump(PAID_AT)
    approve_fully(Payout.objects.get(ref=ref), at=PAID_AT)
    if heard_after is None:
        work_off(PAID_AT)
    else:
        operation = ProviderOperation.objects.get(subject=ref)
        run_operation(operation_id=operation.pk, at=PAID_AT)
        hear(PAID_AT + heard_after)
    return done, Payout.objects.get(ref=ref)


def test_payout_that_comes_back_after_it_arrived_is_owed_again() -> None:
    trade, payout = a_paid_out_trade(mishap=sandbox_server.COMES_BACK, heard_after=timedelta(seconds=5))
    assert payout.state == PayoutState.CONFIRMED
    before = owed(trade)
    hear(PAID_AT + timedelta(minutes=30))
    payout.refresh_from_db()
    assert payout.state == PayoutState.RETURNED
    assert owed(trade) == before + 1_000_000
    hear(PAID_AT + timedelta(minutes=40))
    assert owed(trade) == before + 1_000_000
    agrees(PAID_AT + days(1))


@pytest.mark.parametrize(
    "mishap",
    [
        pytest.param("", marks=pytest.mark.slow),
        pytest.param(sandbox_server.LOST_BEFORE, marks=pytest.mark.slow),
        sandbox_server.LOST_AFTER,
        pytest.param(sandbox_server.LATE_EFFECT, marks=pytest.mark.slow),
        sandbox_server.ERROR_500,
    ],
)
def test_payout_arrives_once_whatever_happens_to_the_answer(mishap: str) -> None:
    trade, payout = a_paid_out_trade(mishap=mishap)
    hear(PAID_AT + timedelta(minutes=30))
    assert payout.state == PayoutState.CONFIRMED
    assert len(sandbox_server.recent("payout")) == 1
    assert owed(trade) == hold_of(trade).released_minor - hold_of(trade).commission_minor - 1_000_000
    agrees(PAID_AT + days(1))


def test_payout_in_parts_agrees_part_by_part() -> None:
    """Money of two payments goes to one supplier: two transfers at the rail, two postings, each under its own name."""
    supplier = a_company("Kaveri Exports")
    sold = [a_confirmed_order(a_placed_order(supplier=supplier)) for _number in range(2)]
    for trade in sold:
        a_card_payment(trade)
        an_accepted_order(a_delivered_order(Trade(trade.again(), trade.buyer, trade.supplier)))
    seller = sold[0].supplier
    set_payout_account(currency="USD", provider=RAIL, details=BANK, actor=seller, at=AT)
    ref = request_payout(amount=Money(4_000_000, "USD"), actor=seller, key=new_key(), at=PAID_AT)
    pump(PAID_AT)
    approve_fully(Payout.objects.get(ref=ref), at=PAID_AT)
    work_off(PAID_AT)
    assert Payout.objects.get(ref=ref).state == PayoutState.CONFIRMED
    agrees(PAID_AT + days(1))
    lines = ProviderMovementRow.objects.filter(kind="payout").values_list("name", flat=True)
    assert set(lines) == set(PayoutPart.objects.values_list("ref", flat=True))


@pytest.mark.parametrize(
    ("key", "subject", "cause", "name"),
    [
        ("hold_0123456789ab:1", "hold_0123456789ab", "pay_abcdefghjkmn", "pay_abcdefghjkmn"),
        ("payout:pyp_0123456789ab:confirmed", "pyo_abcdefghjkmn", "", "pyp_0123456789ab"),
        ("reversal:rvs_0123456789ab", "rvs_0123456789ab", "", "rvs_0123456789ab"),
        ("excess:pay_abcdefghjkmn:2", "hold_0123456789ab", "", "pay_abcdefghjkmn"),
        ("chargeback:cbk_0123456789ab:fee:1", "cbk_0123456789ab", "", "cbk_0123456789ab"),
        ("opening", "by hand", "", "by hand"),
    ],
)
def test_posting_is_named_by_what_the_rail_knows(key: str, subject: str, cause: str, name: str) -> None:
    assert name_of_posting("any", subject, key, cause) == name


def test_payout_that_fails_is_owed_again() -> None:
    trade, payout = a_paid_out_trade(mishap=sandbox_server.FAILS)
    assert payout.state == PayoutState.FAILED
    assert owed(trade) == hold_of(trade).released_minor - hold_of(trade).commission_minor
    agrees(PAID_AT + days(1))


@pytest.mark.parametrize("mishap", [sandbox_server.FAILS_LATE, sandbox_server.PAST_WINDOW])
def test_refund_that_fails_is_still_owed_to_the_buyer(mishap: str) -> None:
    trade, _payment = a_card_paid_order()
    sandbox_server.lay_fault(call="refund", mode=mishap, at=FUNDED_AT)
    cancel_unshipped(order_ref=trade.ref, reason="x", actor=trade.supplier, key=new_key(), at=FUNDED_AT)
    pump(FUNDED_AT)
    work_off(FUNDED_AT + timedelta(minutes=1))
    hear(FUNDED_AT + timedelta(minutes=30))
    assert Refund.objects.get().state == RefundState.FAILED
    assert balance(AccountKind.REFUND_PAYABLE, trade.ref, "USD") == Money(2_360_000, "USD")
    agrees()


def test_refund_past_its_window_is_paid_back_by_bank_transfer_once() -> None:
    trade, payment = a_card_paid_order()
    sandbox_server.lay_fault(call="refund", mode=sandbox_server.PAST_WINDOW, at=FUNDED_AT)
    cancel_unshipped(order_ref=trade.ref, reason="x", actor=trade.supplier, key=new_key(), at=FUNDED_AT)
    pump(FUNDED_AT)
    work_off(FUNDED_AT + timedelta(minutes=1))
    failed = Refund.objects.get()
    officer, at = finance_officer(), FUNDED_AT + days(1)
    again = partial(retry_refund, refund_ref=failed.ref, actor=officer, key=new_key(), at=at, by_bank=True)
    assert again().ref == again().ref
    refund = Refund.objects.get(retry_of=failed)
    assert (refund.provider, refund.amount_minor) == ("bank_transfer", 2_360_000)
    with pytest.raises(DomainError, match="nothing_to_confirm"):
        retry_refund(refund_ref=failed.ref, actor=officer, key=new_key(), at=at)
    bank_refunds_arrive(at=at)
    assert balance(AccountKind.REFUND_PAYABLE, trade.ref, "USD").is_zero
    # The card's money stays with its rail; the bank's account is short by what it paid back.
    assert balance(AccountKind.PROVIDER_CLEARING, "bank_transfer", "USD") == Money(2_360_000, "USD")
    payment.refresh_from_db()
    assert payment.refundable.is_zero
    agrees()


@pytest.mark.parametrize(
    "mishap", [sandbox_server.FIVE_TIMES, sandbox_server.OVERTAKEN, sandbox_server.NEVER]
)
def test_payment_is_held_once_however_its_webhook_comes(mishap: str) -> None:
    trade = a_confirmed_order()
    payment = a_payment(trade, provider=RAIL)
    continue_payment(payment_ref=payment.ref, at=FUNDED_AT)
    payment = Payment.objects.get(pk=payment.pk)
    sandbox_server.lay_fault(call="webhook", mode=mishap, at=FUNDED_AT)
    sandbox_server.act_on_page(payment.provider_ref, "pay", slow_seconds=1, at=FUNDED_AT)
    for minutes in (0, 1, 2):
        hear(FUNDED_AT + timedelta(minutes=minutes))
    if mishap == sandbox_server.NEVER:
        assert WebhookEvent.objects.count() == 0
        work_off(FUNDED_AT + timedelta(minutes=3))
    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED
    hold = hold_of(trade)
    assert (hold.state, hold.held_minor) == (HoldState.HELD, 2_360_000)
    agrees()
