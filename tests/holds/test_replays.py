"""The same key twice gives the first result and moves nothing; the same key for something else is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest

from marketplace.core.errors import KeyReused
from marketplace.core.ids import new_key
from marketplace.core.models import Deadline, OutboxEvent
from marketplace.core.money import Money
from tests.factories import AT, days
from tests.factories.holds import (
    DELIVERED_AT,
    FUNDED_AT,
    a_confirmed_order,
    a_funded_order,
    a_payment,
    a_payout_account,
    a_requested_payout,
    an_accepted_order,
    approve_fully,
    finance_officer,
    hold_of,
    pump,
)
from tests.factories.orders import Trade, a_placed_order
from trade_assurance.holds.models import Hold, HoldMovement, Payout, PayoutApproval
from trade_assurance.holds.operations import (
    accept_delivery,
    approve_payout,
    begin_payment,
    cancel_confirmed_order,
    cancel_unshipped,
    confirm_order,
    postpone_cancellation,
    reject_payout,
    request_payout,
)
from trade_assurance.ledger.models import Entry
from trade_assurance.ledger.queries import balance
from trade_assurance.payments.models import BankReceipt, Payment, ProviderOperation, Refund
from trade_assurance.payments.operations import (
    approve_bank_refund,
    confirm_bank_payout,
    confirm_bank_refund,
    fail_bank_payout,
    fail_bank_refund,
    record_bank_receipt,
)

pytestmark = pytest.mark.django_db
TOTAL = 2_360_000
PAID_AT = DELIVERED_AT + days(3)
Step = Callable[..., Any]


def picture() -> tuple[object, ...]:
    """Everything that may not change a second time: rows, sums, states and what was told."""
    return (
        [
            tuple(row)
            for row in Hold.objects.order_by("pk").values_list("ref", "state", "sequence", "held_minor")
        ],
        list(Payment.objects.order_by("pk").values_list("ref", "state", "received_minor", "refunded_minor")),
        list(Refund.objects.order_by("pk").values_list("ref", "state", "amount_minor")),
        list(Payout.objects.order_by("pk").values_list("ref", "state", "approvals_given")),
        list(Deadline.objects.order_by("pk").values_list("kind", "state", "due_at")),
        list(ProviderOperation.objects.order_by("pk").values_list("pk", "state")),
        [model.objects.count() for model in (Entry, HoldMovement, BankReceipt, PayoutApproval, OutboxEvent)],
    )


def happens_once(step: Step, **other: object) -> Any:
    """Twice with one key; then the key with `other` content. Returns the first result."""
    before = picture()
    first = step()
    once = picture()
    assert once != before
    pump(PAID_AT)
    settled = picture()
    assert step() == first
    with pytest.raises(KeyReused):
        step(**other)
    pump(PAID_AT)
    assert picture() == settled
    return first


def test_confirm_order_and_its_cancellation() -> None:
    trade = a_placed_order()
    happens_once(
        partial(confirm_order, order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=AT + days(1)),
        order_ref=a_placed_order(supplier=trade.order.supplier).ref,
    )
    cancel = partial(
        cancel_confirmed_order,
        order_ref=trade.ref,
        reason="A",
        actor=trade.buyer,
        key=new_key(),
        at=FUNDED_AT,
    )
    happens_once(cancel, reason="B")
    assert hold_of(trade).state == "lapsed"


def test_begin_payment() -> None:
    trade = a_confirmed_order()
    step = partial(
        begin_payment,
        order_ref=trade.ref,
        provider="bank_transfer",
        return_url="/",
        actor=trade.buyer,
        key=new_key(),
        at=FUNDED_AT,
    )
    ref = happens_once(step, provider="sandbox")
    assert [payment.ref for payment in Payment.objects.all()] == [ref]


def test_begin_payment_after_the_money_came_still_gives_the_first_payment() -> None:
    trade = a_confirmed_order()
    begin = partial(
        begin_payment,
        order_ref=trade.ref,
        provider="bank_transfer",
        return_url="/",
        actor=trade.buyer,
        key=new_key(),
        at=FUNDED_AT,
    )
    payment = Payment.objects.get(ref=begin())
    _receipt(payment, payment.money)()
    pump(FUNDED_AT)
    assert begin() == payment.ref
    assert Payment.objects.count() == 1


def _receipt(payment: Payment, money: Money) -> Step:
    return partial(
        record_bank_receipt,
        payment_ref=payment.ref,
        money=money,
        received_on=FUNDED_AT.date(),
        bank_reference="STMT 17/4",
        proof=None,
        actor=finance_officer(),
        key=new_key(),
        at=FUNDED_AT,
    )


@pytest.mark.parametrize("minor", [TOTAL - 1, TOTAL, TOTAL + 1])
def test_bank_receipt_funds_once(minor: int) -> None:
    trade = a_confirmed_order()
    happens_once(_receipt(a_payment(trade), Money(minor, "USD")), money=Money(5, "USD"))
    assert hold_of(trade).funded_minor == min(minor, TOTAL)
    assert balance("provider_clearing", "bank_transfer", "USD") == Money(-minor, "USD")


def test_cancel_unshipped_and_confirming_its_refund() -> None:
    trade = a_funded_order()
    happens_once(
        partial(
            cancel_unshipped,
            order_ref=trade.ref,
            actor=trade.supplier,
            key=new_key(),
            at=FUNDED_AT,
            reason="A",
        ),
        reason="B",
    )
    confirm = partial(
        confirm_bank_refund,
        refund_ref=Refund.objects.get().ref,
        reference="OUT 1",
        proof=None,
        actor=finance_officer(),
        key=new_key(),
        at=PAID_AT,
    )
    happens_once(confirm, reference="OUT 2")
    assert not balance("refund_payable", trade.ref, "USD").is_zero  # above the limit: nothing counts yet
    happens_once(
        partial(
            approve_bank_refund,
            refund_ref=Refund.objects.get().ref,
            actor=finance_officer(),
            key=new_key(),
            at=PAID_AT,
        ),
        actor=finance_officer(),
    )
    assert balance("refund_payable", trade.ref, "USD").is_zero
    assert balance("provider_clearing", "bank_transfer", "USD").is_zero


def test_failing_a_refund_makes_it_refundable_once() -> None:
    trade = a_funded_order()
    cancel_unshipped(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=FUNDED_AT)
    fail = partial(
        fail_bank_refund,
        refund_ref=Refund.objects.get().ref,
        reason="Closed",
        actor=finance_officer(),
        key=new_key(),
        at=PAID_AT,
    )
    happens_once(fail, reason="Else")
    assert Payment.objects.get().refunded_minor == 0
    assert balance("refund_payable", trade.ref, "USD") == Money(TOTAL, "USD")


def test_postpone_cancellation() -> None:
    trade = a_funded_order()
    to = date(2026, 6, 1)
    step = partial(
        postpone_cancellation, order_ref=trade.ref, to_date=to, actor=trade.buyer, key=new_key(), at=FUNDED_AT
    )
    happens_once(step, to_date=date(2026, 7, 1))
    deadline = Deadline.objects.get(kind="cancel_unshipped", subject=trade.ref)
    assert deadline.due_at.date() == date(2026, 6, 2)
    assert len(deadline.history) == 1


def test_a_key_is_not_shared_between_operations_or_people() -> None:
    trade = a_funded_order()
    key = new_key()
    postpone_cancellation(
        order_ref=trade.ref, to_date=date(2026, 6, 1), actor=trade.buyer, key=key, at=FUNDED_AT
    )
    before = picture()
    for step in (
        partial(cancel_unshipped, order_ref=trade.ref, actor=trade.supplier),
        partial(accept_delivery, order_ref=trade.ref, actor=trade.buyer),
        partial(postpone_cancellation, order_ref=trade.ref, to_date=date(2026, 6, 1), actor=trade.supplier),
    ):
        with pytest.raises(KeyReused):
            step(key=key, at=FUNDED_AT)
    assert picture() == before


def _owed() -> Trade:
    trade = an_accepted_order()
    a_payout_account(trade)
    return trade


def test_request_payout() -> None:
    trade = _owed()
    step = partial(
        request_payout, amount=Money(5_000, "USD"), actor=trade.supplier, key=new_key(), at=PAID_AT
    )
    ref = happens_once(step, amount=Money(5_001, "USD"))
    assert [row.ref for row in Payout.objects.all()] == [ref]
    assert balance("payout_in_transit", trade.order.supplier.ref, "USD") == Money(5_000, "USD")


def test_approve_payout_counts_one_officer_once() -> None:
    trade = _owed()
    large = a_requested_payout(trade, Money(2_000_000, "USD"))
    small = a_requested_payout(trade, Money(5_000, "USD"))
    step = partial(approve_payout, payout_ref=large.ref, actor=finance_officer(), key=new_key(), at=PAID_AT)
    assert happens_once(step, payout_ref=small.ref) == "requested"
    assert Payout.objects.get(ref=large.ref).approvals_given == 1


def test_reject_payout_gives_the_money_back_once() -> None:
    trade = _owed()
    payout = a_requested_payout(trade, Money(5_000, "USD"))
    owed = balance("supplier_payable", trade.order.supplier.ref, "USD")
    step = partial(
        reject_payout,
        payout_ref=payout.ref,
        reason="Wrong account",
        actor=finance_officer(),
        key=new_key(),
        at=PAID_AT,
    )
    happens_once(step, reason="Else")
    assert balance("supplier_payable", trade.order.supplier.ref, "USD") == owed + Money(5_000, "USD")


def test_confirm_bank_payout() -> None:
    trade = _owed()
    payout = approve_fully(a_requested_payout(trade, Money(5_000, "USD")), at=PAID_AT)
    clearing = balance("provider_clearing", "bank_transfer", "USD")
    step = partial(
        confirm_bank_payout,
        subject=payout.ref,
        reference="SWIFT 1",
        proof=None,
        actor=finance_officer(),
        key=new_key(),
        at=PAID_AT,
    )
    happens_once(step, reference="SWIFT 2")
    assert Payout.objects.get().state == "confirmed"
    assert balance("provider_clearing", "bank_transfer", "USD") == clearing + Money(5_000, "USD")


def test_fail_bank_payout_gives_the_money_back_once() -> None:
    trade = _owed()
    payout = approve_fully(a_requested_payout(trade, Money(5_000, "USD")), at=PAID_AT)
    owed = balance("supplier_payable", trade.order.supplier.ref, "USD")
    step = partial(
        fail_bank_payout,
        subject=payout.ref,
        reason="Account closed",
        actor=finance_officer(),
        key=new_key(),
        at=PAID_AT,
    )
    happens_once(step, reason="Else")
    assert balance("supplier_payable", trade.order.supplier.ref, "USD") == owed + Money(5_000, "USD")
