"""A chargeback lost, won after all, and lost again; and a buyer who cancels meanwhile. Nothing comes back twice."""

from __future__ import annotations

from typing import Any

import pytest

from marketplace.core.books import find_discrepancies
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories import days
from tests.factories.chargebacks import (
    TAKEN_AT,
    TOTAL,
    charge_back,
    hear,
    lose,
    paid_by_card,
    run_all,
    sums,
    supplier_has,
    win,
)
from tests.factories.holds import (
    a_confirmed_order,
    a_delivered_order,
    a_payment,
    an_accepted_order,
    bank_refunds_arrive,
    finance_officer,
    hold_of,
    money_arrives,
    pump,
)
from tests.factories.orders import Trade
from tests.factories.rails import NAME, CardRail
from trade_assurance.holds.errors import BankDecidesFirst
from trade_assurance.holds.models import ChargebackCase
from trade_assurance.holds.operations import (
    assign_suspense,
    assignable,
    begin_payment,
    cancel_confirmed_order,
    cancel_unshipped,
)
from trade_assurance.holds.queries import trade_page
from trade_assurance.holds.rules import Had, LossAgain
from trade_assurance.ledger.models import Transaction
from trade_assurance.ledger.queries import balance
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments.models import Chargeback, Payment, Refund
from trade_assurance.payments.operations import continue_payment, refresh_payment
from trade_assurance.payments.providers.base import ChargebackStatus

pytestmark = pytest.mark.django_db
FEE = 1_500
PART = 1_000_000
LATE = TAKEN_AT + days(10)  # long after ship-by
STEPS = [TAKEN_AT + days(number) for number in range(1, 9)]


def in_suspense(case: ChargebackCase) -> int:
    return balance(AccountKind.SUSPENSE, case.ref, "USD").amount_minor


def clearing() -> int:
    """What the provider keeps for us, in minor units."""
    return -balance(AccountKind.PROVIDER_CLEARING, NAME, "USD").amount_minor


def is_whole(trade: Trade) -> None:
    """Conservation per order and clean books, after every step."""
    assert sum(sums(trade)) == sum(hold.funded_minor for hold in trade.order.holds.all())
    assert find_discrepancies() == []


def lost_won_lost(rail: CardRail, trade: Trade, payment: Payment, minor: int) -> ChargebackCase:
    """Through all three, looking at the books after each."""
    chargeback = charge_back(rail, payment, minor)
    is_whole(trade)
    for step, at in zip((lose, win, lose), STEPS, strict=False):
        step(rail, chargeback, at=at)
        is_whole(trade)
    return ChargebackCase.objects.get()


def test_money_that_waited_in_suspense_is_what_is_lost_again(rail: CardRail) -> None:
    trade, payment = paid_by_card()
    case = lost_won_lost(rail, trade, payment, TOTAL)
    assert (case.from_held_minor, case.unexplained_minor, in_suspense(case)) == (TOTAL, 0, 0)
    assert sums(trade) == (0, 0, 0, TOTAL)
    assert clearing() == -FEE
    assert [row.to_state for row in case.transitions.order_by("pk")] == [
        "open",
        "lost",
        "overturned",
        "open",
        "lost",
    ]
    # and back once more: the same waits again
    win(rail, Chargeback.objects.get(), at=STEPS[5])
    case.refresh_from_db()
    assert (case.state, in_suspense(case), clearing()) == ("overturned", TOTAL, TOTAL - FEE)
    assert assignable(case)[0].amount_minor == TOTAL


def test_supplier_and_marketplace_give_again_what_they_had_got_back(rail: CardRail) -> None:
    trade, payment = paid_by_card()
    trade = an_accepted_order(a_delivered_order(trade))
    net = supplier_has(trade)["balance"]
    case = lost_won_lost(rail, trade, payment, TOTAL)
    assert (case.from_commission_minor, case.from_supplier_minor) == (TOTAL - net, net)
    assert supplier_has(trade) == {"balance": 0, "kept": 0, "owes": 0}
    assert balance(AccountKind.COMMISSION, "marketplace", "USD").is_zero
    assert (in_suspense(case), clearing()) == (0, -FEE)


def test_open_again_keeps_the_suppliers_part_and_a_second_win_gives_it_back(rail: CardRail) -> None:
    trade, payment = paid_by_card()
    trade = an_accepted_order(a_delivered_order(trade))
    net = supplier_has(trade)["balance"]
    chargeback = charge_back(rail, payment)
    lose(rail, chargeback, at=STEPS[0])
    rail.say(chargeback.provider_ref, status=ChargebackStatus.UNDER_REVIEW, reinstated=True)
    hear(rail, chargeback, at=STEPS[1])
    assert supplier_has(trade) == {"balance": net, "kept": 0, "owes": 0}
    rail.say(chargeback.provider_ref, status=ChargebackStatus.OPEN, reinstated=False)
    hear(rail, chargeback, at=STEPS[2])
    assert ChargebackCase.objects.get().state == "open"
    assert supplier_has(trade) == {"balance": 0, "kept": net, "owes": 0}
    is_whole(trade)
    win(rail, chargeback, at=STEPS[3])
    assert supplier_has(trade) == {"balance": net, "kept": 0, "owes": 0}
    is_whole(trade)


def test_part_lost_twice_leaves_the_rest_of_the_payment_in_the_hold(rail: CardRail) -> None:
    trade, payment = paid_by_card()
    chargeback = charge_back(rail, payment, PART)
    lose(rail, chargeback, at=STEPS[0])
    rail.say(chargeback.provider_ref, status=ChargebackStatus.UNDER_REVIEW, reinstated=True)
    hear(rail, chargeback, at=STEPS[1])
    rail.say(chargeback.provider_ref, status=ChargebackStatus.OPEN, reinstated=False)
    hear(rail, chargeback, at=STEPS[2])
    assert (hold_of(trade).frozen_minor, sums(trade)) == (0, (TOTAL - PART, 0, 0, PART))
    case = lose(rail, chargeback, at=STEPS[3])
    assert (sums(trade), in_suspense(case)) == ((TOTAL - PART, 0, 0, PART), 0)
    is_whole(trade)


@pytest.mark.parametrize("to_buyer", [0, 40_000])
def test_what_officers_gave_away_is_taken_from_the_supplier_and_from_the_buyer_explained(
    rail: CardRail, to_buyer: int
) -> None:
    trade, payment = paid_by_card()
    chargeback = charge_back(rail, payment, 100_000)
    lose(rail, chargeback, at=STEPS[0])
    case = win(rail, chargeback, at=STEPS[1])
    assign_suspense(
        chargeback_ref=case.ref,
        to_supplier=Money(100_000 - to_buyer, "USD"),
        to_buyer=Money(to_buyer, "USD"),
        reason="Accepted",
        actor=finance_officer(),
        key=new_key(),
        at=STEPS[1],
    )
    pump(STEPS[1])
    bank_refunds_arrive(at=STEPS[2])
    pump(STEPS[2])
    got = supplier_has(trade)["balance"]
    case = lose(rail, chargeback, at=STEPS[3])
    is_whole(trade)
    assert (case.from_supplier_minor, case.unexplained_minor) == (got, to_buyer)
    assert case.from_commission_minor == 100_000 - to_buyer - got
    assert supplier_has(trade) == {"balance": 0, "kept": 0, "owes": 0}
    assert in_suspense(case) == -to_buyer


def test_buyer_cannot_cancel_while_the_bank_decides_and_gets_everything_exactly_once(rail: CardRail) -> None:
    for end in (lose, win):
        trade, payment = paid_by_card()
        chargeback = charge_back(rail, payment, PART)
        booked, held = Transaction.objects.count(), sums(trade)
        with pytest.raises(BankDecidesFirst):
            cancel(trade)
        assert (Transaction.objects.count(), sums(trade)) == (booked, held)
        assert "unshipped_cancel" not in {
            step.view for step in trade_page(trade.ref, trade.buyer, LATE).steps
        }
        end(rail, chargeback, at=LATE)
        cancel(trade)
        pump(LATE)
        run_all(at=LATE)
        back = sum(row.amount_minor for row in Refund.objects.filter(payment=payment, state="confirmed"))
        taken = PART if end is lose else 0
        assert (back, sums(trade)) == (TOTAL - taken, (0, 0, TOTAL - taken, taken))
        is_whole(trade)


def cancel(trade: Trade) -> None:
    cancel_unshipped(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=LATE, reason="Late")


def test_supplier_gives_up_while_the_bank_decides_and_nothing_comes_back_twice(rail: CardRail) -> None:
    trade, payment = paid_by_card()
    chargeback = charge_back(rail, payment, PART)
    cancel_unshipped(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=LATE, reason="No crop")
    pump(LATE)
    lose(rail, chargeback, at=LATE)
    run_all(at=LATE)
    confirmed = Refund.objects.filter(payment=payment, state="confirmed")
    assert sum(row.amount_minor for row in confirmed) == TOTAL - PART
    assert clearing() == -FEE
    is_whole(trade)


def test_buyer_of_a_payment_in_part_waits_for_the_bank_too_and_the_supplier_does_not(rail: CardRail) -> None:
    trade = a_confirmed_order()
    money_arrives(a_payment(trade), Money(600_000, "USD"))
    trade, payment = paid_in_part(trade)
    chargeback = charge_back(rail, payment, 500_000)
    held = sums(trade)
    step_back: dict[str, Any] = {"order_ref": trade.ref, "reason": "No", "at": TAKEN_AT}
    with pytest.raises(BankDecidesFirst):
        cancel_confirmed_order(actor=trade.buyer, key=new_key(), **step_back)
    assert sums(trade) == held
    cancel_confirmed_order(actor=trade.supplier, key=new_key(), **step_back)
    # what the bank has is refunded to nobody: its refund waits, and is covered by the loss
    run_all(at=TAKEN_AT)
    case = lose(rail, chargeback, at=LATE)
    run_all(at=LATE)
    assert (case.covered_minor, case.unexplained_minor) == (500_000, 0)
    assert not Refund.objects.filter(payment=payment, state="confirmed").exists()
    is_whole(trade)


def paid_in_part(trade: Trade) -> tuple[Trade, Payment]:
    """A card brings half a million more; the milestone still waits for the rest."""

    ref = begin_payment(
        order_ref=trade.ref,
        provider=NAME,
        return_url="/",
        amount=Money(500_000, "USD"),
        actor=trade.buyer,
        key=new_key(),
        at=TAKEN_AT,
    )
    continue_payment(payment_ref=ref, at=TAKEN_AT)
    refresh_payment(payment_ref=ref, at=TAKEN_AT)
    pump(TAKEN_AT)
    return trade, Payment.objects.get(ref=ref)


@pytest.mark.parametrize(
    ("had", "amount", "gives"),
    [
        (Had(70, 3, 27), 100, LossAgain(70, 3, 27, 0)),
        (Had(70, 3, 27), 60, LossAgain(60, 0, 0, 0)),
        (Had(0, 3, 27), 100, LossAgain(0, 3, 27, 70)),
        (Had(0, 0, 0), 5, LossAgain(0, 0, 0, 5)),
    ],
)
def test_who_gives_what_adds_up_to_the_amount(had: Had, amount: int, gives: LossAgain) -> None:
    assert had.give(amount) == gives
