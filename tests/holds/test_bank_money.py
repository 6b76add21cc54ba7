"""The bank's money in the books: clearing equals the bank at every step, what is unexplained is in suspense."""

from __future__ import annotations

import pytest
from django.db import connection

from marketplace.core.books import find_discrepancies
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories import days
from tests.factories.banking import (
    Booking,
    an_account,
    an_exported_batch,
    camt,
    officer,
    paid_line,
    read,
    take,
)
from tests.factories.holds import (
    DELIVERED_AT,
    FUNDED_AT,
    a_confirmed_order,
    a_payment,
    a_requested_payout,
    an_accepted_order,
    approve_fully,
    hold_of,
    pump,
)
from trade_assurance.ledger.queries import balance
from trade_assurance.payments import operations
from trade_assurance.payments.models import BankStatement, BankStatementLine, ProviderOperation

pytestmark = pytest.mark.django_db
LATER = DELIVERED_AT + days(5)


def usd(kind: str, owner: str = "bank_transfer") -> int:
    return balance(kind, owner, "USD").amount_minor


def taken(*bookings: Booking, at: object = LATER, **over: object) -> BankStatement:
    an_account()
    statement = take(read(camt(*bookings, **over)), at=at)  # type: ignore[arg-type]
    pump(LATER)
    return statement


def test_statement_funds_the_order_and_the_rest_waits_in_suspense() -> None:
    trade = a_confirmed_order()
    payment = a_payment(trade)
    taken(
        Booking(payment.money, f"rice {payment.reference}", "IN1"),
        Booking(Money(700, "USD"), "who is this", "IN2"),
        Booking(Money(-20, "USD"), "charges", "FEE"),
        at=FUNDED_AT,
    )
    hold = hold_of(trade)
    assert (hold.state, hold.held_minor) == ("held", payment.amount_minor)
    assert usd("provider_clearing") == -(payment.amount_minor + 700 - 20)
    assert usd("suspense") == 700 - 20
    (fee,) = BankStatementLine.objects.filter(amount_minor=-20)
    operations.book_line_as_fee(line_ref=fee.ref, reason="Fee", actor=officer(), key=new_key(), at=LATER)
    pump(LATER)
    assert (usd("suspense"), usd("provider_fees")) == (700, -20)


def test_assigned_money_funds_the_order_and_too_much_goes_back_by_itself() -> None:
    trade = a_confirmed_order()
    payment = a_payment(trade)
    over = payment.money + Money(500, "USD")
    (line,) = taken(Booking(over, "no reference", "IN1"), at=FUNDED_AT).lines.all()
    assert (usd("suspense"), hold_of(trade).state) == (over.amount_minor, "awaiting_funds")
    operations.assign_line(
        line_ref=line.ref,
        target=payment.reference,
        reason="By mail",
        actor=officer(),
        key=new_key(),
        at=FUNDED_AT,
    )
    pump(FUNDED_AT)
    assert (usd("suspense"), hold_of(trade).held_minor) == (0, payment.amount_minor)
    assert usd("provider_clearing") == -over.amount_minor
    refund = ProviderOperation.objects.get(kind="refund")
    assert refund.amount_minor == 500
    an_exported_batch([refund])
    taken(paid_line(refund), number="2")
    assert usd("provider_clearing") == -payment.amount_minor
    assert usd("refund_payable", trade.ref) == 0


def test_payout_by_batch_confirmed_by_statement_and_sent_back_afterwards() -> None:
    trade = an_accepted_order()
    company = trade.order.supplier.ref
    owed, before = usd("supplier_payable", company), usd("provider_clearing")
    payout = approve_fully(a_requested_payout(trade, Money(5_000, "USD")), at=LATER)
    operation = ProviderOperation.objects.get(subject=payout.ref)
    batch = an_exported_batch([operation])
    taken(paid_line(operation))
    payout.refresh_from_db()
    assert (payout.state, payout.bank_reference) == ("confirmed", f"OUT{operation.pk:013}")
    assert usd("provider_clearing") == before + 5_000
    back = Booking(
        Money(5_000, "USD"), "AC04", "BACK", batch.lines.get().subject.replace("_", "-"), reversal=True
    )
    taken(back, number="2")
    payout.refresh_from_db()
    assert (payout.state, payout.refusal) == ("returned", "AC04")
    assert (usd("supplier_payable", company), usd("provider_clearing")) == (owed, before)


def test_refund_that_comes_back_is_owed_to_the_buyer_again() -> None:
    trade = a_confirmed_order()
    payment = a_payment(trade)
    taken(
        Booking(payment.money, payment.reference, "IN1"),
        Booking(Money(900, "USD"), payment.reference, "IN2"),
        at=FUNDED_AT,
    )
    refund = ProviderOperation.objects.get(kind="refund")
    taken(paid_line(refund), number="2")
    assert usd("refund_payable", trade.ref) == 0
    back = Booking(Money(900, "USD"), "AC01", "BACK", refund.subject.replace("_", "-"))
    taken(back, number="3")
    assert usd("refund_payable", trade.ref) == 900
    assert usd("provider_clearing") == -(payment.amount_minor + 900)


@pytest.mark.planted_errors
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ta_payments_bankstatementline SET amount_minor = amount_minor + 1",
        "UPDATE ta_payments_bankstatementline SET state = 'matched' WHERE state = 'unmatched'",
        "UPDATE ta_payments_bankreceipt SET amount_minor = amount_minor - 1",
    ],
)
def test_check_books_finds_a_line_out_of_step(sql: str) -> None:
    payment = a_payment(a_confirmed_order())
    taken(
        Booking(payment.money, payment.reference, "IN1"),
        Booking(Money(700, "USD"), "who", "IN2"),
        at=FUNDED_AT,
    )
    assert find_discrepancies() == []
    with connection.cursor() as cursor:
        cursor.execute(sql)
    assert {found.part for found in find_discrepancies()} & {"bank lines", "payments"}
