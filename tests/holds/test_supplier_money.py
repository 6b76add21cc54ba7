"""Debts, reserves and payouts by parts: who gets what of a release, in which order, and that sums are kept."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from marketplace.core.errors import IllegalTransition
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
    an_accepted_order,
    approve_fully,
    finance_officer,
    pump,
    sweep,
)
from tests.factories.orders import Trade, a_placed_order
from tests.factories.rails import NAME, CardRail
from trade_assurance.holds.errors import (
    NothingOwed,
    NotYourStep,
    OwnCompanysMoney,
    PayoutAboveBalance,
    PayoutDoesNotWait,
    SecondApprovalBySamePerson,
)
from trade_assurance.holds.models import (
    DebtPayment,
    KeptBack,
    Payout,
    PayoutAccount,
    PayoutPart,
    ReserveChange,
    Reversal,
    SupplierDebt,
)
from trade_assurance.holds.operations import (
    approve_write_off,
    reject_payout,
    request_payout,
    send_payout,
    set_reserve,
    withdraw_payout,
    write_off,
)
from trade_assurance.ledger.queries import balance
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments.models import Payment, ProviderOperation, Registration
from trade_assurance.payments.operations import refresh_registration
from trade_assurance.payments.providers.base import Declined

pytestmark = pytest.mark.django_db
LATER = TAKEN_AT + days(10)
USD = "USD"


def accepted(like: Trade | None = None) -> tuple[Trade, Payment]:
    """An order paid by card, accepted and released; of the same two companies as `like`."""
    over: dict[str, Any] = (
        {} if like is None else {"buyer": like.order.buyer, "supplier": like.order.supplier}
    )
    trade, payment = paid_by_card(a_confirmed_order(a_placed_order(**over)))
    return an_accepted_order(a_delivered_order(trade)), payment


def paid_out(trade: Trade, minor: int) -> Payout:
    """The supplier had its money sent by the card rail's transfers."""
    PayoutAccount.objects.update_or_create(
        company=trade.order.supplier,
        currency=USD,
        defaults={"provider": NAME, "changed_at": TAKEN_AT, "changed_by": "x"},
    )
    ref = request_payout(amount=Money(minor, USD), actor=trade.supplier, key=new_key(), at=TAKEN_AT)
    pump(TAKEN_AT)
    approve_fully(Payout.objects.get(ref=ref), at=TAKEN_AT)
    run_all(at=TAKEN_AT)
    return Payout.objects.get(ref=ref)


def a_debt(rail: CardRail) -> tuple[Trade, SupplierDebt]:
    """Everything was paid out, then charged back and lost; the rail could take nothing back."""
    trade, payment = accepted()
    paid_out(trade, supplier_has(trade)["balance"])
    rail.reversal_answers = [Declined("insufficient_funds")]
    chargeback = charge_back(rail, payment, at=TAKEN_AT)
    run_all(at=TAKEN_AT)
    lose(rail, chargeback, at=LATER)
    return trade, SupplierDebt.objects.get()


def test_loss_after_payout_becomes_a_debt_that_later_releases_pay_first(rail: CardRail) -> None:
    trade, debt = a_debt(rail)
    owed = debt.amount_minor
    assert supplier_has(trade) == {"balance": 0, "kept": 0, "owes": owed}
    assert sums(trade) == (0, 0, 0, TOTAL)

    again, _payment = accepted(trade)
    assert supplier_has(again) == {"balance": 0, "kept": 0, "owes": 0}
    debt.refresh_from_db()
    assert (debt.paid_minor, debt.left_minor, debt.ended_at is not None) == (owed, 0, True)
    assert DebtPayment.objects.get().amount_minor == owed
    third, _payment = accepted(trade)
    assert supplier_has(third)["balance"] == owed


def test_reversal_that_works_is_kept_for_the_chargeback_and_given_back_when_won(rail: CardRail) -> None:
    trade, payment = accepted()
    had = supplier_has(trade)["balance"]
    payout = paid_out(trade, had)
    assert payout.state == "confirmed"
    chargeback = charge_back(rail, payment, at=TAKEN_AT)
    run_all(at=TAKEN_AT)
    assert Reversal.objects.get().state == "done"
    assert PayoutPart.objects.get().reversed_minor == had
    assert supplier_has(trade) == {"balance": 0, "kept": had, "owes": 0}
    win(rail, chargeback, at=LATER)
    assert supplier_has(trade) == {"balance": had, "kept": 0, "owes": 0}


def test_reversal_that_comes_after_the_loss_pays_the_debt(rail: CardRail) -> None:
    trade, payment = accepted()
    had = supplier_has(trade)["balance"]
    paid_out(trade, had)
    chargeback = charge_back(rail, payment, at=TAKEN_AT)
    lose(rail, chargeback, at=TAKEN_AT)
    assert supplier_has(trade)["owes"] == had
    run_all(at=LATER)
    assert supplier_has(trade) == {"balance": 0, "kept": 0, "owes": 0}


def test_reserve_is_kept_at_release_and_let_go_by_its_day(rail: CardRail) -> None:
    first, _payment = accepted()
    net = supplier_has(first)["balance"]
    set_reserve(
        company_ref=first.order.supplier.ref,
        bps=1_000,
        days=30,
        from_at=TAKEN_AT - days(100),
        reason="New here",
        actor=finance_officer(),
        key=new_key(),
        at=TAKEN_AT - days(50),
    )
    second, _payment = accepted(first)
    kept = net // 10
    assert supplier_has(second) == {"balance": 2 * net - kept, "kept": kept, "owes": 0}
    row = KeptBack.objects.get()
    assert row.ends_at is not None
    sweep(row.ends_at)
    assert supplier_has(second) == {"balance": 2 * net, "kept": 0, "owes": 0}


def test_reserve_goes_first_when_a_chargeback_is_lost(rail: CardRail) -> None:
    first, _payment = accepted()
    net = supplier_has(first)["balance"]
    set_reserve(
        company_ref=first.order.supplier.ref,
        bps=10_000,
        days=300,
        from_at=TAKEN_AT - days(100),
        reason="Twice charged back",
        actor=finance_officer(),
        key=new_key(),
        at=TAKEN_AT - days(50),
    )
    second, payment = accepted(first)
    chargeback = charge_back(rail, payment, at=TAKEN_AT)
    assert supplier_has(second) == {"balance": net, "kept": net, "owes": 0}
    case = lose(rail, chargeback, at=LATER)
    assert (case.from_kept_minor, case.from_balance_minor) == (net, 0)
    assert supplier_has(second) == {"balance": net, "kept": 0, "owes": 0}
    sweep(TAKEN_AT + days(400))
    assert supplier_has(second)["balance"] == net


def test_payout_cannot_take_what_a_chargeback_needs(rail: CardRail) -> None:
    trade, payment = accepted()
    had = supplier_has(trade)["balance"]
    PayoutAccount.objects.create(
        company=trade.order.supplier, currency=USD, provider=NAME, changed_at=TAKEN_AT, changed_by="x"
    )
    charge_back(rail, payment, TOTAL // 2, at=TAKEN_AT)
    left = supplier_has(trade)["balance"]
    assert 0 < left < had
    with pytest.raises(PayoutAboveBalance):
        request_payout(amount=Money(left + 1, USD), actor=trade.supplier, key=new_key(), at=LATER)
    assert supplier_has(trade)["balance"] == left
    assert not Payout.objects.exists()
    request_payout(amount=Money(left, USD), actor=trade.supplier, key=new_key(), at=LATER)


def test_payout_is_split_over_the_payments_it_was_released_from_and_a_failed_part_comes_back(
    rail: CardRail,
) -> None:
    first, _one = accepted()
    second, _two = accepted(first)
    net = supplier_has(second)["balance"] // 2
    rail.transfer_answers = [Declined("account_closed")]
    payout = paid_out(second, net + 1_000)
    parts = list(PayoutPart.objects.order_by("pk"))
    assert [part.amount_minor for part in parts] == [net, 1_000]
    assert {spec.source for _call, spec in rail.transfers.values()} == {
        payment.provider_ref for payment in (_one, _two)
    }
    assert sorted(part.state for part in parts) == ["confirmed", "failed"]
    assert payout.state == "confirmed"
    failed = next(part for part in parts if part.state == "failed")
    assert supplier_has(second)["balance"] == 2 * net - (net + 1_000) + failed.amount_minor
    # what failed is paid out of its own payment again, what arrived is not
    again = paid_out(second, failed.amount_minor)
    assert again.parts.get().payment_ref == failed.payment_ref


def test_payout_waits_while_the_rail_cannot_pay_and_goes_when_it_can(rail: CardRail) -> None:
    trade, _payment = accepted()
    had = supplier_has(trade)["balance"]
    row = Registration.objects.create(
        company=trade.order.supplier,
        provider=NAME,
        account_ref="acct_1",
        started_by="x",
        started_at=TAKEN_AT,
        reason="identity document missing",
    )
    payout = paid_out(trade, had)
    assert (payout.state, payout.waits_because) == ("approved", "identity document missing")
    assert not ProviderOperation.objects.filter(kind="pay_out").exists()
    assert balance(AccountKind.PAYOUT_IN_TRANSIT, trade.order.supplier.ref, USD).amount_minor == had
    rail.allow("acct_1")
    from_rail(row)
    payout.refresh_from_db()
    assert payout.state == "confirmed"
    (_call, spec) = next(iter(rail.transfers.values()))
    assert spec.destination["account"] == "acct_1"


def test_payout_that_no_rail_can_make_is_given_back_by_an_officer_and_never_once_it_left(
    rail: CardRail,
) -> None:
    trade, _payment = accepted()
    had = supplier_has(trade)["balance"]
    row = Registration.objects.create(
        company=trade.order.supplier,
        provider=NAME,
        account_ref="acct_1",
        started_by="x",
        started_at=TAKEN_AT,
        reason="account closed",
    )
    waiting = paid_out(trade, had)
    give_back = partial(
        reject_payout, reason="The rail closed the account.", actor=finance_officer(), at=LATER
    )
    give_back(payout_ref=waiting.ref, key=new_key())
    assert supplier_has(trade)["balance"] == had
    assert balance(AccountKind.PAYOUT_IN_TRANSIT, trade.order.supplier.ref, USD).is_zero
    rail.allow("acct_1")
    from_rail(row)
    waiting.refresh_from_db()
    assert waiting.state == "rejected"
    gone = paid_out(trade, had)
    with pytest.raises(IllegalTransition):
        give_back(payout_ref=gone.ref, key=new_key())
    assert supplier_has(trade)["balance"] == 0


def from_rail(row: Registration) -> None:
    """The registration is read, and what follows happens."""
    refresh_registration(provider=NAME, company_id=row.company_id, at=LATER)
    pump(LATER)
    run_all(at=LATER)


def test_debt_is_written_off_by_two_persons_above_the_limit(rail: CardRail) -> None:
    trade, debt = a_debt(rail)
    first = finance_officer()
    arguments: dict[str, Any] = {"subject": debt.ref, "reason": "Insolvent", "at": LATER}
    with pytest.raises(NotYourStep):
        write_off(amount=debt.left, actor=trade.supplier, key=new_key(), **arguments)
    with pytest.raises(NothingOwed):
        write_off(amount=debt.left + Money(1, USD), actor=first, key=new_key(), **arguments)
    assert write_off(amount=debt.left, actor=first, key=new_key(), **arguments) == "waits"
    with pytest.raises(SecondApprovalBySamePerson):
        approve_write_off(subject=debt.ref, actor=first, key=new_key(), at=LATER)
    assert supplier_has(trade)["owes"] == debt.amount_minor
    assert approve_write_off(subject=debt.ref, actor=finance_officer(), key=new_key(), at=LATER) == "done"
    assert supplier_has(trade)["owes"] == 0
    assert balance(AccountKind.PLATFORM_LOSS, "marketplace", USD).amount_minor == -debt.amount_minor


def test_reserve_is_not_set_by_somebody_of_the_company(rail: CardRail) -> None:
    trade, _payment = accepted()
    officer = finance_officer()
    insider = replace(officer, member_of=frozenset({trade.order.supplier_id}))
    with pytest.raises(OwnCompanysMoney):
        set_reserve(
            company_ref=trade.order.supplier.ref,
            bps=0,
            days=0,
            from_at=LATER,
            reason="x",
            actor=insider,
            key=new_key(),
            at=LATER,
        )


def test_won_after_lost_gives_each_back_what_they_bore(rail: CardRail) -> None:
    trade, payment = accepted()
    had = supplier_has(trade)["balance"]
    chargeback = charge_back(rail, payment, at=TAKEN_AT)
    lose(rail, chargeback, at=TAKEN_AT)
    rail.wins(chargeback.provider_ref)
    hear(rail, chargeback, at=LATER)
    assert supplier_has(trade) == {"balance": had, "kept": 0, "owes": 0}
    assert balance(AccountKind.COMMISSION, "marketplace", USD).amount_minor == TOTAL - had
    assert sums(trade) == (0, 0, 0, TOTAL)


def test_same_key_sets_a_reserve_and_writes_off_once(rail: CardRail) -> None:
    trade, debt = a_debt(rail)
    officer, key, again = finance_officer(), new_key(), new_key()
    part = Money(1_000, USD)
    for _twice in range(2):
        set_reserve(
            company_ref=trade.order.supplier.ref,
            bps=500,
            days=30,
            from_at=LATER,
            reason="Charged back",
            actor=officer,
            key=key,
            at=LATER,
        )
        done = write_off(subject=debt.ref, amount=part, reason="Small", actor=officer, key=again, at=LATER)
        assert done == "done"
    assert ReserveChange.objects.count() == 1
    debt.refresh_from_db()
    assert (debt.written_off_minor, supplier_has(trade)["owes"]) == (1_000, debt.amount_minor - 1_000)


def a_waiting_payout(rail: CardRail) -> tuple[Trade, Payout, int]:
    """Approved, but the rail cannot pay the company."""
    del rail
    trade, _payment = accepted()
    had = supplier_has(trade)["balance"]
    Registration.objects.create(
        company=trade.order.supplier,
        provider=NAME,
        account_ref="acct_1",
        started_by="x",
        started_at=TAKEN_AT,
        reason="identity document missing",
    )
    return trade, paid_out(trade, had), had


def test_waiting_payout_is_taken_back_once_and_the_balance_has_it(rail: CardRail) -> None:
    trade, payout, had = a_waiting_payout(rail)
    key = new_key()
    for _turn in range(2):
        state = withdraw_payout(payout_ref=payout.ref, actor=trade.supplier, key=key, at=LATER)
        assert state == "withdrawn"
    assert supplier_has(trade)["balance"] == had
    with pytest.raises(PayoutDoesNotWait):
        withdraw_payout(payout_ref=payout.ref, actor=trade.supplier, key=new_key(), at=LATER)
    send_payout(payout_ref=payout.ref, at=LATER)
    assert not ProviderOperation.objects.filter(kind="pay_out").exists()
    assert supplier_has(trade)["balance"] == had


def test_waiting_payout_is_rejected_by_an_officer_with_a_reason(rail: CardRail) -> None:
    trade, payout, had = a_waiting_payout(rail)
    reject_payout(payout_ref=payout.ref, reason="No papers", actor=finance_officer(), key=new_key(), at=LATER)
    payout.refresh_from_db()
    assert (payout.state, payout.refusal, supplier_has(trade)["balance"]) == ("rejected", "No papers", had)


def test_payout_that_is_on_its_way_is_not_taken_back(rail: CardRail) -> None:
    del rail
    trade, _payment = accepted()
    payout = paid_out(trade, supplier_has(trade)["balance"])
    with pytest.raises(PayoutDoesNotWait):
        withdraw_payout(payout_ref=payout.ref, actor=trade.supplier, key=new_key(), at=LATER)
    assert supplier_has(trade)["balance"] == 0
