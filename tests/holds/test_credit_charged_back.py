"""A chargeback of a payment of which a part was kept as credit: it stands still, answers first, and is not spent twice."""

from __future__ import annotations

import pytest

from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories import days
from tests.factories.chargebacks import charge_back, lose, paid_by_card, sums, win
from tests.factories.holds import FUNDED_AT, a_confirmed_order, holds_of, pump
from tests.factories.orders import DEPOSIT_BALANCE, Trade
from tests.factories.rails import NAME, CardRail
from tests.holds.test_credit import a_buyers_order, credit_of, give_back, use
from trade_assurance.holds.errors import CreditStandsStill, NoCredit
from trade_assurance.holds.models import ChargebackCase, Credit, ExcessChoice
from trade_assurance.holds.operations import begin_payment
from trade_assurance.ledger.models import Transaction
from trade_assurance.ledger.queries import balance
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments.models import Chargeback, Payment, Refund
from trade_assurance.payments.operations import continue_payment, refresh_payment

pytestmark = pytest.mark.django_db
DEPOSIT = 708_000
TAKEN_AT = FUNDED_AT + days(3)
LATER = FUNDED_AT + days(20)


def a_credit(rail: CardRail) -> tuple[Trade, Payment]:
    """The deposit was paid twice by card, and the second payment is the buyer's credit.

    Cards bring no credit today (`CreditOnlyByBank`); the choice is written past that door, for a rail that one day may.
    """
    del rail
    trade = a_confirmed_order(schedule=DEPOSIT_BALANCE)
    ref = begin_payment(
        order_ref=trade.ref, provider=NAME, return_url="/", actor=trade.buyer, key=new_key(), at=FUNDED_AT
    )
    ExcessChoice.objects.create(payment_ref=ref, chosen_by="x", chosen_at=FUNDED_AT)
    continue_payment(payment_ref=ref, at=FUNDED_AT)
    trade, _first = paid_by_card(trade)
    refresh_payment(payment_ref=ref, at=FUNDED_AT)
    pump(FUNDED_AT)
    assert credit_of(trade) == DEPOSIT
    return trade, Payment.objects.get(ref=ref)


def in_suspense() -> int:
    return balance(AccountKind.SUSPENSE, ChargebackCase.objects.get().ref, "USD").amount_minor


def test_credit_stands_still_while_the_bank_decides_and_is_usable_when_it_is_won(rail: CardRail) -> None:
    trade, payment = a_credit(rail)
    chargeback = charge_back(rail, payment, DEPOSIT, at=TAKEN_AT)
    booked, held = Transaction.objects.count(), sums(trade)
    for step in (use, give_back):
        with pytest.raises(CreditStandsStill):
            step(trade)
    assert (Transaction.objects.count(), sums(trade), credit_of(trade)) == (booked, held, DEPOSIT)
    assert not Refund.objects.exists()
    assert [hold.frozen_minor for hold in holds_of(trade)] == [0, 0]
    win(rail, chargeback, at=LATER)
    assert use(trade) == Money(DEPOSIT, "USD")


def test_loss_takes_the_credit_and_nothing_that_is_held(rail: CardRail) -> None:
    trade, payment = a_credit(rail)
    held = sums(trade)
    case = lose(rail, charge_back(rail, payment, DEPOSIT, at=TAKEN_AT), at=LATER)
    assert (case.from_credit_minor, case.from_held_minor, case.unexplained_minor) == (DEPOSIT, 0, 0)
    assert (credit_of(trade), sums(trade)) == (0, held)
    assert Credit.objects.get().taken_minor == DEPOSIT
    assert trade.again().misses.is_zero
    with pytest.raises(NoCredit):
        use(trade)
    # won after all: an officer says whose it is, as with held money
    win(rail, Chargeback.objects.get(), at=LATER + days(1))
    assert (in_suspense(), credit_of(trade)) == (DEPOSIT, 0)


def test_credit_that_was_spent_is_taken_where_it_went_or_waits_for_an_officer(rail: CardRail) -> None:
    trade, payment = a_credit(rail)
    other = a_buyers_order(buyer=trade.order.buyer)
    use(other)  # pays its deposit of the same amount
    assert (credit_of(trade), sums(other)[0]) == (0, DEPOSIT)
    case = lose(rail, charge_back(rail, payment, DEPOSIT, at=TAKEN_AT), at=LATER)
    # another order's money is not touched by this one's chargeback: what is missing is looked at by a person
    assert (case.from_credit_minor, case.unexplained_minor, in_suspense()) == (0, DEPOSIT, -DEPOSIT)
    assert (sums(other)[0], sums(trade)[0]) == (DEPOSIT, DEPOSIT)


def test_credit_spent_on_the_same_order_is_taken_from_its_milestone(rail: CardRail) -> None:
    trade, payment = a_credit(rail)
    use(trade)
    assert [hold.held_minor for hold in holds_of(trade)] == [DEPOSIT, DEPOSIT]
    case = lose(rail, charge_back(rail, payment, DEPOSIT, at=TAKEN_AT), at=LATER)
    assert (case.from_credit_minor, case.from_held_minor) == (0, DEPOSIT)
    assert [hold.held_minor for hold in holds_of(trade)] == [DEPOSIT, 0]


def test_part_of_the_payment_is_lost_out_of_credit_first(rail: CardRail) -> None:
    trade, payment = a_credit(rail)
    case = lose(rail, charge_back(rail, payment, 100_000, at=TAKEN_AT), at=LATER)
    assert (case.from_credit_minor, credit_of(trade)) == (100_000, DEPOSIT - 100_000)
    assert use(trade) == Money(DEPOSIT - 100_000, "USD")
