"""What a supplier's trades come to in the figures that buyers read beside an offer."""

from __future__ import annotations

import pytest

from catalog.models import SupplierFacts
from marketplace.core.ids import new_key
from orders.operations import LineChange, amend_order, decline_order
from tests.factories import AT, days
from tests.factories.accounts import a_company
from tests.factories.disputes import CLAIMED_AT, a_claim, usd
from tests.factories.holds import a_confirmed_order, a_delivered_order, an_accepted_order, pump
from tests.factories.orders import SHIP_BY, Trade, a_placed_order
from trade_assurance.disputes.operations import accept_claim, withdraw_claim
from trade_assurance.disputes.supplier_facts import share_bps
from trade_assurance.holds.operations import accept_delivery

pytestmark = pytest.mark.django_db


def facts_of(trade: Trade) -> SupplierFacts:
    return SupplierFacts.objects.get(supplier=trade.order.supplier)


def test_refresh_first_confirmation_tells_hours_and_no_shares() -> None:
    facts = facts_of(a_confirmed_order(at=AT + days(1)))
    assert (facts.orders_completed, facts.on_time_bps, facts.disputes_bps) == (0, None, None)
    assert facts.answers_in_hours == 24


def test_refresh_refusal_and_amendment_count_as_answers_and_the_median_is_shown() -> None:
    supplier = a_company("Kaveri Exports")
    declined, amended, confirmed = (a_placed_order(supplier=supplier) for _turn in range(3))
    decline_order(
        order_ref=declined.ref, reason="Sold out", actor=declined.supplier, key=new_key(), at=AT + days(2)
    )
    amend_order(
        order_ref=amended.ref,
        lines=[LineChange(amended.line.pk, amended.line.quantity, amended.line.unit_price)],
        freight_minor=50_000,
        ship_by=SHIP_BY,
        actor=amended.supplier,
        key=new_key(),
        at=AT + days(1) / 12,
    )
    pump(AT + days(2))
    a_confirmed_order(confirmed, at=AT + days(3) - days(1) / 24)
    assert facts_of(confirmed).answers_in_hours == 48


def test_refresh_completed_orders_give_shares_of_late_ones_and_of_claims() -> None:
    supplier = a_company("Kaveri Exports")
    an_accepted_order(supplier=supplier)
    disputed, dispute = a_claim(a_delivered_order(supplier=supplier), amount=usd(100_000))
    accept_claim(dispute_ref=dispute.ref, actor=disputed.supplier, key=new_key(), at=CLAIMED_AT)
    accept_delivery(order_ref=disputed.ref, actor=disputed.buyer, key=new_key(), at=CLAIMED_AT)
    late = an_accepted_order(
        a_delivered_order(supplier=supplier, ship_by=AT.date() + days(10)), at=CLAIMED_AT + days(1)
    )
    pump(CLAIMED_AT + days(1))
    assert late.again().late
    facts = facts_of(late)
    assert (facts.orders_completed, facts.on_time_bps, facts.disputes_bps) == (3, 6_666, 3_333)


def test_refresh_withdrawn_claim_is_not_held_against_the_supplier() -> None:
    trade, dispute = a_claim()
    withdraw_claim(dispute_ref=dispute.ref, actor=trade.buyer, key=new_key(), at=CLAIMED_AT)
    accept_delivery(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=CLAIMED_AT)
    pump(CLAIMED_AT)
    assert facts_of(trade).disputes_bps == 0


@pytest.mark.parametrize(("part", "whole", "share"), [(0, 0, None), (0, 4, 0), (2, 3, 6_666), (3, 3, 10_000)])
def test_share_bps_rounds_down_and_knows_nothing_of_nothing(part: int, whole: int, share: int | None) -> None:
    assert share_bps(part, whole) == share
