"""Moves to the bank against the books and the bank's lines, whichever comes first; and refunds of what was moved."""

from __future__ import annotations

from typing import Any

import pytest

from marketplace.core.books import find_discrepancies
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories import days
from tests.factories.banking import Booking, taken
from tests.factories.chargebacks import TOTAL, charge_back, run_all, sums
from tests.factories.holds import a_confirmed_order, finance_officer, pump
from tests.factories.ledger import planted
from tests.factories.moves import WARNED_AT, a_moved_hold, an_agreed_move, an_old_hold, confirm, there
from tests.factories.orders import Trade, a_placed_order
from tests.factories.rails import NAME, CardRail
from trade_assurance.holds.models import BankMove, MovedPart
from trade_assurance.holds.operations import bank_line_came, begin_payment, cancel_unshipped
from trade_assurance.holds.rules import Funded, draw_refund
from trade_assurance.ledger.models import Entry
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments.models import BankStatementLine, Payment, Refund
from trade_assurance.payments.operations import continue_payment, explain_line, refresh_payment

pytestmark = pytest.mark.django_db
USD = "USD"
ARRIVAL = Booking(Money(TOTAL, USD), ref="STRIPE-77", name="Cards Inc")


def suspense(line: BankStatementLine) -> int:
    rows = Entry.objects.filter(account__kind=AccountKind.SUSPENSE, transaction__subject=line.ref)
    return sum(rows.values_list("amount_minor", flat=True))


def a_line(booking: Booking = ARRIVAL, **over: Any) -> BankStatementLine:
    (line,) = taken(booking, **over)
    pump(WARNED_AT)
    return BankStatementLine.objects.get(pk=line.pk)


def found() -> list[tuple[str, str, str]]:
    return [(one.part, one.subject, str(one.text)) for one in find_discrepancies()]


_FORGERIES = (
    ("UPDATE ta_holds_movedpart SET amount_minor = amount_minor - 1", "its parts come to 23,599.99"),
    ("DELETE FROM ta_holds_movedpart", "its parts come to 0.00"),
    ("UPDATE ta_holds_bankmove SET amount_minor = amount_minor + 1", "23,600.01\xa0USD was moved"),
    ("UPDATE ta_holds_bankmove SET state = 'agreed'", "0.00\xa0USD was moved"),
    (
        "UPDATE ta_ledger_transaction SET key = 'move:x' WHERE kind = 'moved_to_bank'",
        "but that move is done",
    ),
    (
        "UPDATE ta_ledger_transaction SET subject = 'mov_nobody' WHERE kind = 'moved_to_bank'",
        "0.00\xa0USD left the processor",
    ),
    ("UPDATE ta_holds_movedpart SET refunded_minor = 5", "0.05\xa0USD of it refunded"),
    ("UPDATE ta_holds_bankmove SET provider = 'stripe'", "or belongs to another order or processor"),
    ("UPDATE ta_holds_bankmove SET line_ref = 'lin_nobody'", "came by bank line lin_nobody"),
)


def test_planted_errors_between_moves_parts_postings_and_lines_are_named(rail: CardRail) -> None:
    del rail
    a_moved_hold()
    assert found() == []
    for forgery, wanted in _FORGERIES:
        with planted(forgery):
            texts = [text for part, _subject, text in found() if part == "moves to the bank"]
        assert wanted in "\n".join(texts), forgery
    assert found() == []


@pytest.mark.parametrize("line_first", [True, False])
def test_banks_line_and_the_move_find_each_other_and_suspense_is_empty(
    rail: CardRail, *, line_first: bool
) -> None:
    del rail
    _trade, move = an_agreed_move()
    if line_first:
        line = a_line()
        assert (line.state, suspense(line)) == ("unmatched", TOTAL)
    confirm(move, Money(TOTAL, USD))
    pump(WARNED_AT)
    line = BankStatementLine.objects.get() if line_first else a_line()
    line.refresh_from_db()
    move.refresh_from_db()
    assert (line.state, suspense(line), move.line_ref) == ("assigned", 0, line.ref)
    # told once more, nothing happens
    assert bank_line_came(line_ref=line.ref, at=WARNED_AT) is False
    assert suspense(line) == 0


@pytest.mark.parametrize(
    "other",
    [
        {"ref": "STRIPE-78"},
        {"ref": ""},
        {"money": Money(TOTAL - 1, USD)},
        {"money": Money(TOTAL, "EUR")},
    ],
)
def test_line_of_another_reference_amount_or_currency_is_not_the_move(
    rail: CardRail, other: dict[str, Any]
) -> None:
    del rail
    a_moved_hold()
    booking = Booking(**{"money": Money(TOTAL, USD), "ref": "STRIPE-77", "name": "Cards Inc", **other})
    line = a_line(booking, currency=booking.money.currency)
    assert line.state == "unmatched"
    assert BankMove.objects.get().line_ref == ""


def test_line_is_explained_once_and_only_while_it_is_open(rail: CardRail) -> None:
    del rail
    line = a_line()
    facts: dict[str, Any] = {"bank_reference": "stripe-77", "note": "po_77", "actor": finance_officer()}
    assert explain_line(money=Money(TOTAL + 1, USD), at=WARNED_AT, **facts) == ""
    assert explain_line(money=Money(TOTAL, USD), at=WARNED_AT, **facts) == line.ref
    assert explain_line(money=Money(TOTAL, USD), at=WARNED_AT, **facts) == ""
    pump(WARNED_AT)
    assert suspense(line) == 0


def paid_by_two_cards(first_minor: int) -> Trade:
    """Two card payments in one milestone, old enough to be moved."""
    trade = a_confirmed_order(a_placed_order(ship_by=WARNED_AT.date() + days(20)))
    at = WARNED_AT - days(75)
    for amount in (Money(first_minor, USD), None):
        ref = begin_payment(
            order_ref=trade.ref,
            provider=NAME,
            return_url="/",
            amount=amount,
            actor=trade.buyer,
            key=new_key(),
            at=at,
        )
        continue_payment(payment_ref=ref, at=at)
        refresh_payment(payment_ref=ref, at=at)
        pump(at)
    return an_old_hold(Trade(trade.again(), trade.buyer, trade.supplier))


def test_refund_of_what_was_moved_goes_by_bank_also_when_a_payments_time_is_over(rail: CardRail) -> None:
    trade, _move = a_moved_hold(paid_by_two_cards(600_000))
    Payment.objects.update(refundable_until=WARNED_AT)
    cancel_unshipped(order_ref=trade.ref, reason="x", actor=trade.supplier, key=new_key(), at=WARNED_AT)
    pump(WARNED_AT)
    run_all(at=WARNED_AT)
    assert rail.calls == []
    rows = Refund.objects.order_by("pk").values_list("provider", "amount_minor")
    # the newest payment first, as if no window were over
    assert list(rows) == [("bank_transfer", TOTAL - 600_000), ("bank_transfer", 600_000)]
    assert sum(MovedPart.objects.values_list("refunded_minor", flat=True)) == TOTAL
    assert sums(trade) == (0, 0, TOTAL, 0)


def test_disputed_payment_that_was_moved_gives_last(rail: CardRail) -> None:
    trade, _move = a_moved_hold(paid_by_two_cards(600_000))
    newest = Payment.objects.order_by("-pk")[0]
    charge_back(rail, newest, 100_000, at=WARNED_AT)
    cancel_unshipped(order_ref=trade.ref, reason="x", actor=trade.supplier, key=new_key(), at=WARNED_AT)
    pump(WARNED_AT)
    first, second = Refund.objects.order_by("pk")
    assert (first.payment_id, first.amount_minor) == (Payment.objects.order_by("pk")[0].pk, 600_000)
    assert (second.payment_id, second.amount_minor, second.state) == (newest.pk, TOTAL - 700_000, "requested")
    assert there(trade).is_zero
    run_all(at=WARNED_AT)
    assert rail.calls == []


def test_of_a_moved_payment_what_lies_at_the_bank_goes_before_what_the_processor_paid_out() -> None:
    """600 came by one card and 400 by another; 500 were released, so 100 and 400 were moved."""
    moved = [Funded("one", 600, 0, at_bank_minor=100), Funded("two", 400, 0, at_bank_minor=400)]
    assert draw_refund(moved, 500) == [("two", 400), ("one", 100)]
    disputed_first = [moved[1], moved[0]]
    assert draw_refund(disputed_first, 500) == [("one", 100), ("two", 400)]
    assert draw_refund(disputed_first, 50) == [("one", 50)]
    # more than lies at the bank is still found, never more than was paid
    assert draw_refund(disputed_first, 700) == [("one", 300), ("two", 400)]
    with pytest.raises(ValueError, match="more is to be refunded"):
        draw_refund(disputed_first, 1_001)
