"""One bank line that pays several orders: divided by an officer, all of it, once, and each part held where it belongs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from marketplace.core.errors import DomainError
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories import AT
from tests.factories.accounts import a_company, signed_in
from tests.factories.banking import Booking, taken
from tests.factories.holds import a_confirmed_order, a_payment, finance_officer, hold_of, pump
from tests.factories.orders import Trade
from tests.holds.races import at_once
from trade_assurance.holds.queries import trade_page
from trade_assurance.ledger.models import Entry
from trade_assurance.payments.models import BankReceipt, BankStatementLine, Payment
from trade_assurance.payments.operations import LinePart, assign_line, split_line

pytestmark = pytest.mark.django_db
TOTAL = 2_360_000


def two_orders() -> tuple[list[Trade], list[Payment]]:
    """Two orders of one buyer that wait for their money."""
    buyer = a_company("Harbor Foods")
    trades = [a_confirmed_order(buyer=buyer) for _number in range(2)]
    return trades, [a_payment(trade, at=AT) for trade in trades]


def a_line(minor: int = 2 * TOTAL, ref: str = "IN1") -> BankStatementLine:
    (line,) = taken(Booking(Money(minor, "USD"), "both orders", ref))
    pump(AT)
    return line


def parts_of(payments: Sequence[Payment], *minors: int) -> list[LinePart]:
    rows = zip(payments, minors, strict=True)
    return [LinePart(payment.reference, Money(minor, "USD")) for payment, minor in rows]


def split(line: BankStatementLine, parts: Sequence[LinePart], **over: Any) -> BankStatementLine:
    said: dict[str, Any] = {"reason": "Their mail of 3 March", "actor": finance_officer(), "key": new_key()}
    return split_line(line_ref=line.ref, parts=parts, at=AT, **said | over)


def in_suspense(line: BankStatementLine) -> int:
    rows = Entry.objects.filter(account__kind="suspense", transaction__subject=line.ref)
    return sum(rows.values_list("amount_minor", flat=True))


def test_divided_line_pays_both_orders_exactly_once() -> None:
    trades, payments = two_orders()
    line = a_line(2 * TOTAL - 60_000)
    assert in_suspense(line) == 2 * TOTAL - 60_000
    key, actor = new_key(), finance_officer()
    for _time in range(2):
        split(line, parts_of(payments, TOTAL, TOTAL - 60_000), key=key, actor=actor)
    pump(AT)
    line.refresh_from_db()
    assert (line.state, line.payment_id, in_suspense(line)) == ("assigned", None, 0)
    assert [hold_of(trade).held_minor for trade in trades] == [TOTAL, TOTAL - 60_000]
    assert [hold_of(trade).state for trade in trades] == ["held", "awaiting_funds"]
    assert sorted(BankReceipt.objects.values_list("amount_minor", flat=True)) == [TOTAL - 60_000, TOTAL]
    with pytest.raises(DomainError) as refused:
        split(line, parts_of(payments, TOTAL, TOTAL - 60_000))
    assert refused.value.code == "bank_line_settled"
    assert trade_page(trades[1].ref, trades[1].buyer, AT).money.held.amount_minor == TOTAL - 60_000


def test_parts_that_are_not_exactly_the_line_move_nothing() -> None:
    trades, payments = two_orders()
    line = a_line()
    cases: list[tuple[tuple[int, int], dict[str, Any], str]] = [
        ((TOTAL, TOTAL - 1), {}, "bank_line_not_split"),
        ((TOTAL, TOTAL + 1), {}, "bank_line_not_split"),
        ((2 * TOTAL + 5, -5), {}, "bank_line_not_split"),
        ((2 * TOTAL, 0), {}, "bank_line_not_split"),
        ((TOTAL, TOTAL), {"reason": " "}, "failure_reason_missing"),
    ]
    for minors, over, code in cases:
        with pytest.raises(DomainError) as refused:
            split(line, parts_of(payments, *minors), **over)
        assert refused.value.code == code
        nothing_moved(line, trades)


def nothing_moved(line: BankStatementLine, trades: Sequence[Trade]) -> None:
    pump(AT)
    line.refresh_from_db()
    assert (line.state, in_suspense(line)) == ("unmatched", line.amount_minor)
    assert [hold_of(trade).funded_minor for trade in trades] == [0] * len(trades)
    assert not BankReceipt.objects.exists()


def test_wrong_targets_and_officers_of_a_party_move_nothing() -> None:
    trades, payments = two_orders()
    line = a_line()
    whole = parts_of(payments, TOTAL, TOTAL)
    euros = [replace(whole[0], amount=Money(TOTAL, "EUR")), whole[1]]
    mine = replace(finance_officer(), member_of=frozenset({trades[1].order.supplier_id}))
    cases: list[tuple[Sequence[LinePart], dict[str, Any], str]] = [
        ([whole[0], replace(whole[1], target="PT-NOBODY")], {}, "bank_line_target_unknown"),
        ([whole[0], replace(whole[1], target=whole[0].target)], {}, "bank_line_target_twice"),
        (euros, {}, "currency_mismatch"),
        (whole, {"actor": mine}, "own_company_at_desk"),
        (whole, {"actor": trades[0].buyer}, "not_allowed"),
    ]
    for parts, over, code in cases:
        with pytest.raises(DomainError) as refused:
            split(line, parts, **over)
        assert refused.value.code == code
        nothing_moved(line, trades)


def test_database_lets_no_more_be_received_of_a_line_than_it_brought() -> None:
    _trades, payments = two_orders()
    line = a_line()
    split(line, parts_of(payments, TOTAL, TOTAL))
    first = BankReceipt.objects.order_by("pk")[0]
    with pytest.raises(DatabaseError, match="than it brought"), transaction.atomic():
        BankReceipt.objects.filter(pk=first.pk).update(amount_minor=TOTAL + 1)
    pump(AT)


@pytest.mark.django_db(transaction=True)
def test_dividing_against_assigning_takes_the_line_once() -> None:
    trades, payments = two_orders()
    line = a_line()
    assign = partial(
        assign_line,
        line_ref=line.ref,
        target=payments[0].reference,
        reason="All of it",
        actor=finance_officer(),
        key=new_key(),
        at=AT,
    )
    outcomes = at_once(partial(split, line, parts_of(payments, TOTAL, TOTAL)), assign)
    pump(AT)
    assert sorted(outcomes) == ["bank_line_settled", "done"]
    received = sum(BankReceipt.objects.values_list("amount_minor", flat=True))
    assert (received, in_suspense(line)) == (2 * TOTAL, 0)
    assert hold_of(trades[0]).held_minor == TOTAL


def test_page_divides_with_rows_left_empty_and_names_what_is_wrong() -> None:
    trades, payments = two_orders()
    line = a_line()
    client = signed_in(finance_officer())
    url = f"/desk/finance/lines/{line.ref}/split/"
    assert "split/" in client.get(f"/desk/finance/lines/{line.ref}/").content.decode()
    form = {
        "target_1": payments[0].reference,
        "amount_1": "23600.00",
        "target_3": payments[1].reference,
        "amount_3": "23599.99",
        "reason": "Their mail",
        "idempotency_key": new_key(),
    }
    refused = client.post(url, form)
    assert refused.status_code == 400
    assert "47,199.99" in refused.content.decode()
    wrong = client.post(url, form | {"target_3": "PT-NOBODY", "amount_3": "23600.00"})
    assert "id_target_3" in wrong.content.decode()
    assert client.post(url, form | {"amount_3": ""}).status_code == 400
    nothing_moved(line, trades)
    done = client.post(url, form | {"amount_3": "23600.00", "idempotency_key": new_key()}, follow=True)
    assert payments[1].reference in done.content.decode()
    pump(datetime.now(tz=UTC))  # the page's own clock told it
    assert [hold_of(trade).held_minor for trade in trades] == [TOTAL, TOTAL]
