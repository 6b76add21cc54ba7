"""Payouts that need a second look: a changed account, a company whose verification lapsed, money that came back."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from marketplace.accounts.operations import expire_verification
from marketplace.core.actors import Actor
from marketplace.core.errors import IllegalTransition
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories import days
from tests.factories.accounts import a_company
from tests.factories.holds import (
    BANK,
    DELIVERED_AT,
    a_payout_account,
    a_requested_payout,
    an_accepted_order,
    approve_fully,
    finance_officer,
    pump,
)
from tests.factories.orders import Trade
from trade_assurance.holds.errors import PayoutWaitsForVerification
from trade_assurance.holds.models import Payout
from trade_assurance.holds.operations import (
    approve_payout,
    payout_sent_back,
    request_payout,
    set_payout_account,
)
from trade_assurance.ledger.queries import balance
from trade_assurance.payments.operations import confirm_bank_payout

pytestmark = pytest.mark.django_db
ASKED_AT = DELIVERED_AT + days(2)
SMALL = Money(5_000, "USD")


def ask(trade: Trade, *, at: object = ASKED_AT) -> Payout:
    ref = request_payout(amount=SMALL, actor=trade.supplier, key=new_key(), at=at)  # type: ignore[arg-type]
    return Payout.objects.get(ref=ref)


def change_account(trade: Trade, *, at: object = ASKED_AT) -> None:
    set_payout_account(
        currency="USD",
        provider="bank_transfer",
        details=replace(BANK, account_number="00000099998888"),
        actor=trade.supplier,
        at=at,  # type: ignore[arg-type]
    )


def test_first_account_and_the_same_account_again_need_no_second_approval() -> None:
    trade = an_accepted_order()
    a_payout_account(trade, at=ASKED_AT)
    a_payout_account(trade, at=ASKED_AT)
    payout = ask(trade)
    assert (payout.approvals_needed, payout.second_because) == (1, "")


@pytest.mark.parametrize(("after", "needed"), [(13, 2), (14, 1)])
def test_changed_account_needs_a_second_approval_for_fourteen_days(after: int, needed: int) -> None:
    trade = an_accepted_order()
    a_payout_account(trade, at=ASKED_AT)
    change_account(trade)
    payout = ask(trade, at=ASKED_AT + days(after))
    assert payout.approvals_needed == needed
    assert payout.second_because == ("account_changed" if needed == 2 else "")


def test_payout_of_an_expired_company_waits_and_says_why() -> None:
    seller = a_company("Kaveri Mills", verified=True)
    trade = an_accepted_order(supplier=seller)
    payout = a_requested_payout(trade, SMALL)
    expire_verification(company_ref=seller.ref, actor=Actor.system("clock"), at=ASKED_AT)
    with pytest.raises(PayoutWaitsForVerification) as refused:
        approve_payout(payout_ref=payout.ref, actor=finance_officer(), key=new_key(), at=ASKED_AT)
    assert "expired" in refused.value.text
    payout.refresh_from_db()
    assert (payout.state, payout.approvals_given) == ("requested", 0)
    assert balance("payout_in_transit", seller.ref, "USD") == SMALL


def test_confirmed_payout_that_the_bank_sends_back_is_owed_again_once() -> None:
    trade = an_accepted_order()
    before = balance("supplier_payable", trade.order.supplier.ref, "USD")
    payout = approve_fully(a_requested_payout(trade, SMALL), at=ASKED_AT)
    confirm_bank_payout(
        subject=payout.ref, reference="OUT 1", proof=None, actor=finance_officer(), key=new_key(), at=ASKED_AT
    )
    pump(ASKED_AT)
    clearing = balance("provider_clearing", "bank_transfer", "USD")
    step = partial(
        payout_sent_back, payout_ref=payout.ref, money=SMALL, reason="Account closed", at=ASKED_AT + days(3)
    )
    step()
    with pytest.raises(IllegalTransition):
        step()
    payout.refresh_from_db()
    assert (payout.state, payout.refusal, payout.returned_minor) == ("returned", "Account closed", 5_000)
    assert balance("supplier_payable", trade.order.supplier.ref, "USD") == before
    assert balance("provider_clearing", "bank_transfer", "USD") == clearing - SMALL
