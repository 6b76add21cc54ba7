"""Every order of events around a chargeback: what stands still, who bears it, and that nothing goes back twice."""

from __future__ import annotations

import pytest

from marketplace.core.ids import new_key
from marketplace.core.models import Deadline
from tests.factories import days
from tests.factories.chargebacks import (
    TAKEN_AT,
    TOTAL,
    charge_back,
    lose,
    paid_by_card,
    run_all,
    sums,
    supplier_has,
    win,
)
from tests.factories.holds import DELIVERED_AT, a_delivered_order, an_accepted_order, hold_of, pump
from tests.factories.rails import NAME, CardRail
from trade_assurance.holds.operations import cancel_unshipped
from trade_assurance.ledger.queries import balance
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments.models import Refund

pytestmark = pytest.mark.django_db
COMMISSION = 0
LATER = TAKEN_AT + days(10)


def clearing() -> int:
    """What the provider keeps for us, in minor units."""
    return -balance(AccountKind.PROVIDER_CLEARING, NAME, "USD").amount_minor


def test_taken_before_release_freezes_all_and_lost_takes_it_out_of_the_hold(rail: CardRail) -> None:
    trade, payment = paid_by_card()
    chargeback = charge_back(rail, payment)

    hold = hold_of(trade)
    assert (hold.held_minor, hold.frozen_minor) == (TOTAL, TOTAL)
    assert clearing() == -1_500
    payment.refresh_from_db()
    assert payment.is_under_chargeback

    case = lose(rail, chargeback, at=LATER)
    assert sums(trade) == (0, 0, 0, TOTAL)
    assert (case.from_held_minor, case.from_supplier_minor, case.unexplained_minor) == (TOTAL, 0, 0)
    assert trade.again().state == "cancelled"
    assert supplier_has(trade) == {"balance": 0, "kept": 0, "owes": 0}


def test_won_lets_the_trade_go_on_as_if_nothing_had_been(rail: CardRail) -> None:
    trade, payment = paid_by_card()
    chargeback = charge_back(rail, payment)
    cancellation = Deadline.objects.get(kind="cancel_unshipped", subject=trade.ref)
    assert cancellation.paused_at is not None

    win(rail, chargeback, at=LATER)
    hold = hold_of(trade)
    assert (hold.held_minor, hold.frozen_minor, hold.state) == (TOTAL, 0, "held")
    assert clearing() == TOTAL - 1_500
    resumed = Deadline.objects.get(kind="cancel_unshipped", subject=trade.ref)
    assert resumed.paused_at is None
    assert resumed.due_at == cancellation.due_at + (LATER - TAKEN_AT)
    trade = an_accepted_order(a_delivered_order(trade), at=LATER + days(1))
    assert supplier_has(trade)["balance"] > 0


def test_after_release_the_balance_is_kept_and_lost_is_taken_from_it_with_commission_back(
    rail: CardRail,
) -> None:
    trade, payment = paid_by_card()
    trade = an_accepted_order(a_delivered_order(trade))
    before = supplier_has(trade)["balance"]
    commission = hold_of(trade).commission_minor
    assert before == TOTAL - commission
    assert commission > 0

    chargeback = charge_back(rail, payment)
    assert supplier_has(trade) == {"balance": 0, "kept": before, "owes": 0}
    case = lose(rail, chargeback, at=LATER)
    assert sums(trade) == (0, 0, 0, TOTAL)
    assert (case.from_commission_minor, case.from_kept_minor) == (commission, before)
    assert hold_of(trade).commission_minor == 0
    assert supplier_has(trade) == {"balance": 0, "kept": 0, "owes": 0}
    assert balance(AccountKind.COMMISSION, "marketplace", "USD").is_zero
    assert trade.again().state == "completed"


def test_after_release_and_won_the_supplier_gets_the_balance_back(rail: CardRail) -> None:
    trade, payment = paid_by_card()
    trade = an_accepted_order(a_delivered_order(trade))
    before = supplier_has(trade)
    win(rail, charge_back(rail, payment), at=LATER)
    assert supplier_has(trade) == before


def test_refund_waits_while_the_bank_has_it_and_goes_when_won(rail: CardRail) -> None:
    trade, payment = paid_by_card()
    chargeback = charge_back(rail, payment, 400_000)
    cancel_unshipped(
        order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=LATER, reason="No ship found."
    )
    pump(LATER)
    run_all(at=LATER)
    refund = Refund.objects.get()
    assert (refund.state, refund.amount_minor) == ("requested", TOTAL - 400_000)
    assert rail.calls == []

    win(rail, chargeback, at=LATER + days(1))
    run_all(at=LATER + days(1))
    assert sums(trade) == (0, 0, TOTAL, 0)
    assert sorted(rail.calls) == ["refund 1960000", "refund 400000"]
    assert clearing() == -1_500


def test_refund_that_had_not_left_is_covered_by_a_loss(rail: CardRail) -> None:
    trade, payment = paid_by_card()
    cancel_unshipped(
        order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=TAKEN_AT, reason="No ship found."
    )
    pump(TAKEN_AT)
    chargeback = charge_back(rail, payment)
    run_all(at=LATER)
    assert rail.calls == []

    case = lose(rail, chargeback, at=LATER)
    run_all(at=LATER + days(1))
    assert rail.calls == []
    assert (case.covered_minor, case.unexplained_minor) == (TOTAL, 0)
    refund = Refund.objects.get()
    assert (refund.state, refund.failure) == ("failed", "charged_back")
    assert balance(AccountKind.REFUND_PAYABLE, trade.ref, "USD").is_zero
    assert clearing() == -1_500
    assert DELIVERED_AT < TAKEN_AT
