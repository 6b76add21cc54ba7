"""What came back of a chargeback that was lost and won after all: assigned by officers, exactly and once."""

from __future__ import annotations

from typing import Any

import pytest

from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories import days
from tests.factories.chargebacks import (
    TAKEN_AT,
    TOTAL,
    charge_back,
    lose,
    paid_by_card,
    run_all,
    supplier_has,
    win,
)
from tests.factories.holds import bank_refunds_arrive, finance_officer, pump
from tests.factories.orders import Trade
from tests.factories.rails import CardRail
from trade_assurance.holds.errors import NotAssignable, NotYourStep, SecondApprovalBySamePerson
from trade_assurance.holds.models import ChargebackCase, SuspenseAssignment
from trade_assurance.holds.operations import (
    approve_assignment,
    assign_suspense,
    assignable,
    refuse_assignment,
)
from trade_assurance.ledger.queries import balance
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments.models import Refund

pytestmark = pytest.mark.django_db
USD = "USD"
LATER = TAKEN_AT + days(30)


def overturned(rail: CardRail, minor: int = TOTAL) -> tuple[Trade, ChargebackCase]:
    """Lost while the money was held, then won after all."""
    trade, payment = paid_by_card()
    chargeback = charge_back(rail, payment, minor)
    lose(rail, chargeback)
    return trade, win(rail, chargeback, at=LATER)


def assign(case: ChargebackCase, supplier: int, buyer: int, **over: Any) -> str:
    """An officer's word."""
    return assign_suspense(
        **{
            "chargeback_ref": case.ref,
            "to_supplier": Money(supplier, USD),
            "to_buyer": Money(buyer, USD),
            "reason": "The goods were accepted in May",
            "actor": finance_officer(),
            "key": new_key(),
            "at": LATER,
            **over,
        }
    )


def suspense(case: ChargebackCase) -> int:
    return balance(AccountKind.SUSPENSE, case.ref, USD).amount_minor


def test_split_books_commission_debts_and_a_refund_by_bank(rail: CardRail) -> None:
    trade, case = overturned(rail, 100_000)
    assert (suspense(case), assignable(case)[0]) == (100_000, Money(100_000, USD))
    assert assign(case, 60_000, 40_000) == "done"
    pump(LATER)
    assert suspense(case) == 0
    assert supplier_has(trade)["balance"] == 60_000 - 1_800  # 3 % commission
    refund = Refund.objects.get()
    assert (refund.provider, refund.amount_minor) == ("bank_transfer", 40_000)
    run_all(at=LATER)
    assert rail.calls == []
    bank_refunds_arrive(at=LATER)
    assert balance(AccountKind.REFUND_PAYABLE, trade.ref, USD).amount_minor == 0


def test_above_the_limit_two_persons_and_once(rail: CardRail) -> None:
    trade, case = overturned(rail)
    key, officer = new_key(), finance_officer()
    for _turn in range(2):
        assert assign(case, TOTAL, 0, actor=officer, key=key) == "waits"
    assert (suspense(case), SuspenseAssignment.objects.count()) == (TOTAL, 1)
    with pytest.raises(SecondApprovalBySamePerson):
        approve_assignment(chargeback_ref=case.ref, actor=officer, key=new_key(), at=LATER)
    assert supplier_has(trade)["balance"] == 0
    approve_assignment(chargeback_ref=case.ref, actor=finance_officer(), key=new_key(), at=LATER)
    assert (suspense(case), supplier_has(trade)["balance"]) == (0, TOTAL - 70_800)
    with pytest.raises(NotAssignable):
        assign(case, TOTAL, 0)


def test_refused_assignment_leaves_the_money_and_can_be_said_anew(rail: CardRail) -> None:
    _trade, case = overturned(rail)
    assign(case, TOTAL, 0)
    refuse_assignment(chargeback_ref=case.ref, actor=finance_officer(), key=new_key(), at=LATER)
    assert suspense(case) == TOTAL
    assert assign(case, 0, TOTAL) == "waits"


@pytest.mark.parametrize(("supplier", "buyer"), [(50_000, 49_999), (100_001, 0), (100_001, -1), (0, 0)])
def test_parts_must_come_to_exactly_what_waits(rail: CardRail, supplier: int, buyer: int) -> None:
    _trade, case = overturned(rail, 100_000)
    with pytest.raises(NotAssignable):
        assign(case, supplier, buyer)
    assert suspense(case) == 100_000
    assert not SuspenseAssignment.objects.exists()


def test_only_the_finance_desk_and_only_what_was_overturned(rail: CardRail) -> None:
    trade, case = overturned(rail, 100_000)
    with pytest.raises(NotYourStep):
        assign(case, 100_000, 0, actor=trade.supplier)
    _other, payment = paid_by_card()
    lost = lose(rail, charge_back(rail, payment, 100_000))
    with pytest.raises(NotAssignable):
        assign(lost, 100_000, 0)
    assert suspense(case) == 100_000
