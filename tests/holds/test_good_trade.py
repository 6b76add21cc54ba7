"""The flow that closes: confirmed, paid, shipped, delivered, accepted, released, paid out."""

from __future__ import annotations

import pytest

from marketplace.core.deadlines import open_deadlines
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories import days
from tests.factories.holds import (
    DELIVERED_AT,
    a_confirmed_order,
    a_delivered_order,
    a_funded_order,
    a_requested_payout,
    an_accepted_order,
    approve_fully,
    finance_officer,
    hold_of,
    pump,
    sweep,
)
from trade_assurance.holds.models import Payout
from trade_assurance.ledger.queries import balance
from trade_assurance.payments.operations import confirm_bank_payout

pytestmark = pytest.mark.django_db
USD = "USD"


def kinds_open(ref: str) -> set[str]:
    return {line.kind for line in open_deadlines(ref)}


def test_confirm_opens_a_hold_that_awaits_the_whole_total() -> None:
    trade = a_confirmed_order()
    hold = hold_of(trade)
    assert (hold.state, hold.amount_minor, hold.funded_minor, hold.commission_bps) == (
        "awaiting_funds",
        2_360_000,
        0,
        300,
    )
    assert trade.order.state == "confirmed"
    assert kinds_open(trade.ref) == {"fund_by", "payment_reminder"}


def test_payment_makes_it_held_and_clears_the_supplier() -> None:
    trade = a_funded_order()
    hold = hold_of(trade)
    assert (hold.state, hold.held_minor, hold.funded_minor) == ("held", 2_360_000, 2_360_000)
    assert trade.order.cleared_to_produce_at is not None
    assert trade.order.cleared_to_ship_at is not None
    assert kinds_open(trade.ref) == {"ship_by", "cancel_unshipped"}
    assert balance("escrow", hold.ref, USD) == Money(2_360_000, USD)


def test_delivery_opens_the_inspection_window() -> None:
    trade = a_delivered_order()
    assert kinds_open(trade.ref) == {"accept_by_silence"}
    assert hold_of(trade).release_at == DELIVERED_AT + days(45)


def test_acceptance_releases_less_commission_and_completes() -> None:
    trade = an_accepted_order()
    hold = hold_of(trade)
    assert (hold.state, hold.held_minor, hold.released_minor, hold.commission_minor) == (
        "settled",
        0,
        2_360_000,
        70_800,
    )
    assert trade.order.state == "completed"
    assert kinds_open(trade.ref) == set()
    assert balance("supplier_payable", trade.order.supplier.ref, USD) == Money(2_289_200, USD)
    assert balance("escrow", hold.ref, USD) == Money(0, USD)


def test_silence_accepts_at_the_end_of_the_window() -> None:
    trade = a_delivered_order()
    sweep(DELIVERED_AT + days(45) - days(0.001))
    assert hold_of(trade).state == "held"
    sweep(DELIVERED_AT + days(45))
    assert hold_of(trade).released_minor == 2_360_000
    assert trade.again().state == "completed"


def test_payout_goes_all_the_way_to_the_bank() -> None:
    trade = an_accepted_order()
    payout = a_requested_payout(trade, Money(2_289_200, USD))
    assert payout.approvals_needed == 2
    assert balance("supplier_payable", trade.order.supplier.ref, USD) == Money(0, USD)
    at = DELIVERED_AT + days(3)
    assert approve_fully(payout, at=at).state == "sent"
    confirm_bank_payout(
        subject=payout.ref, reference="SWIFT-1", proof=None, actor=finance_officer(), key=new_key(), at=at
    )
    pump(at)
    payout = Payout.objects.get(pk=payout.pk)
    assert (payout.state, payout.bank_reference) == ("confirmed", "SWIFT-1")
    assert balance("payout_in_transit", trade.order.supplier.ref, USD) == Money(0, USD)
    assert balance("provider_clearing", "bank_transfer", USD) == Money(-70_800, USD)
    assert balance("commission", "marketplace", USD) == Money(70_800, USD)
