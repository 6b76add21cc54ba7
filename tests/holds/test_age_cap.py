"""The end of a processor's time: no side gains by its silence, and what no rule decides an officer does (ADR 0019)."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from marketplace.core.errors import DomainError
from marketplace.core.ids import new_key
from marketplace.core.models import Deadline, OutboxEvent
from marketplace.core.money import Money
from orders.operations import record_delivery
from tests.factories import days
from tests.factories.accounts import staff
from tests.factories.chargebacks import TOTAL, sums, supplier_has
from tests.factories.holds import SHIPPED_AT, a_shipped_order, finance_officer, pump, sweep
from tests.factories.moves import CAP_AT, WARNED_AT, an_old_hold, consents, there
from tests.factories.orders import Trade
from tests.factories.rails import CardRail
from trade_assurance.holds.age_rules import AgeFacts, AgeStep, age_steps, held_parts
from trade_assurance.holds.errors import (
    NothingProposed,
    NotOfficersToDecide,
    NotYourStep,
    SecondApprovalBySamePerson,
)
from trade_assurance.holds.models import AgeDecision, Hold
from trade_assurance.holds.operations import approve_age_decision, decide_age, refuse_age_decision
from trade_assurance.holds.states import AgeOutcome

pytestmark = pytest.mark.django_db
RELEASE, REFUND = AgeOutcome.RELEASE, AgeOutcome.REFUND


def travelling(rail: CardRail) -> tuple[Trade, Hold]:
    """The goods are on their way when the processor's time ends."""
    del rail
    trade = an_old_hold(at=SHIPPED_AT)
    trade = a_shipped_order(trade)
    # Nobody says that they arrived, and the carrier's clock is not over yet.
    Deadline.objects.filter(kind__in=["arrival_check", "presume_delivery"]).delete()
    sweep(WARNED_AT)
    return trade, Hold.objects.get(order=trade.order)


def decide(hold: Hold, outcome: AgeOutcome, actor: object = None, *, key: str = "") -> str:
    """An officer's word."""
    officer = actor or finance_officer()
    result = decide_age(
        hold_ref=hold.ref,
        outcome=outcome,
        reason="The carrier shows it at the port",
        actor=officer,  # type: ignore[arg-type]
        key=key or new_key(),
        at=CAP_AT,
    )
    pump(CAP_AT)
    return result


def test_unshipped_goods_of_a_silent_supplier_are_refunded(rail: CardRail) -> None:
    del rail
    trade = an_old_hold()
    sweep(CAP_AT)
    assert sums(trade) == (0, 0, TOTAL, 0)
    assert trade.again().state == "cancelled"


def test_suppliers_consent_keeps_a_silent_buyer_from_leaving_the_contract(rail: CardRail) -> None:
    del rail
    trade = an_old_hold()
    consents(trade, trade.supplier)
    sweep(CAP_AT)
    assert sums(trade) == (TOTAL, 0, 0, 0)
    assert OutboxEvent.objects.filter(kind="hold_age_cap").count() == 1


def test_goods_with_a_silent_buyer_are_accepted_and_released(rail: CardRail) -> None:
    del rail
    trade = an_old_hold(at=SHIPPED_AT)
    trade = a_shipped_order(trade)
    arrived = CAP_AT - days(4)
    shipment = trade.order.shipments.get()
    record_delivery(
        shipment_ref=shipment.ref,
        source="buyer",
        delivered_at=arrived,
        actor=trade.buyer,
        key=new_key(),
        at=arrived,
    )
    pump(arrived)
    sweep(CAP_AT)
    assert sums(trade) == (0, TOTAL, 0, 0)
    assert trade.again().state == "completed"


def test_travelling_goods_wait_for_an_officer_who_decides_once(rail: CardRail) -> None:
    trade, hold = travelling(rail)
    sweep(CAP_AT)
    assert sums(trade) == (TOTAL, 0, 0, 0)
    key, officer = new_key(), finance_officer()
    assert decide(hold, RELEASE, officer, key=key) == "waits"  # 23,600 USD is above the limit
    assert decide(hold, RELEASE, officer, key=key) == "waits"
    assert sums(trade) == (TOTAL, 0, 0, 0)
    with pytest.raises(SecondApprovalBySamePerson):
        approve_age_decision(hold_ref=hold.ref, actor=officer, key=new_key(), at=CAP_AT)
    with pytest.raises(NotOfficersToDecide):
        decide(hold, REFUND)
    assert sums(trade) == (TOTAL, 0, 0, 0)
    approve_age_decision(hold_ref=hold.ref, actor=staff("disputes"), key=new_key(), at=CAP_AT)
    pump(CAP_AT)
    assert sums(trade) == (0, TOTAL, 0, 0)
    assert supplier_has(trade)["balance"] > 0
    with pytest.raises(NothingProposed):
        approve_age_decision(hold_ref=hold.ref, actor=finance_officer(), key=new_key(), at=CAP_AT)


def test_refused_decision_can_be_made_anew_the_other_way(rail: CardRail) -> None:
    trade, hold = travelling(rail)
    decide(hold, RELEASE)
    refuse_age_decision(hold_ref=hold.ref, actor=finance_officer(), key=new_key(), at=CAP_AT)
    decide(hold, REFUND)
    approve_age_decision(hold_ref=hold.ref, actor=finance_officer(), key=new_key(), at=CAP_AT)
    pump(CAP_AT)
    assert sums(trade) == (0, 0, TOTAL, 0)
    assert AgeDecision.objects.filter(done_at__isnull=False).count() == 1


def test_officer_may_not_decide_what_a_rule_decides_nor_anybody_else(rail: CardRail) -> None:
    trade = an_old_hold()
    hold = Hold.objects.get(order=trade.order)
    refusals: list[tuple[type[DomainError], object]] = [
        (NotOfficersToDecide, finance_officer()),
        (NotYourStep, trade.buyer),
        (NotYourStep, trade.supplier),
    ]
    for error, actor in refusals:
        with pytest.raises(error):
            decide(hold, RELEASE, actor)
    assert sums(trade) == (TOTAL, 0, 0, 0)
    assert there(trade) == Money(TOTAL, "USD")
    del rail


def test_late_supplier_is_cancelled_whatever_it_consented_to(rail: CardRail) -> None:
    del rail
    trade = an_old_hold(ship_by=date(2026, 5, 22))
    consents(trade, trade.supplier)
    Deadline.objects.filter(kind="cancel_unshipped").delete()
    sweep(CAP_AT)
    assert sums(trade) == (0, 0, TOTAL, 0)


@pytest.mark.parametrize("unshipped", [False, True])
def test_no_side_gains_by_its_own_silence(unshipped: bool) -> None:
    """Over the whole product: a step by itself never costs a side that consented (unless that side is late)."""
    for late, owes, travels, looked, came, claimed, buyer, supplier in product([False, True], repeat=8):
        steps = age_steps(AgeFacts(unshipped, late, owes, travels, looked, came, claimed, buyer, supplier))
        if AgeStep.CANCEL in steps:
            assert unshipped
            assert not owes
            assert late or not supplier
        if AgeStep.ACCEPT in steps:
            assert looked
            assert not buyer
        if buyer and supplier:
            assert steps == (AgeStep.OFFICER,)
        if travels or claimed or came:
            assert AgeStep.OFFICER in steps
        assert steps


@pytest.mark.parametrize(
    ("left", "held", "parts"),
    [([100, 50], 150, [100, 50]), ([100, 50], 60, [10, 50]), ([100, 50], 0, [0, 0]), ([7], 3, [3])],
)
def test_the_oldest_payment_was_released_first(left: list[int], held: int, parts: list[int]) -> None:
    assert held_parts(left, held) == parts
