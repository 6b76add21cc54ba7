"""Calls to providers: crashes before, during and after; lost answers; double runs; refunds and payouts to the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from marketplace.core.errors import CurrencyMismatch, KeyReused, NotAllowed, Rejected
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories import AT, days
from tests.factories.accounts import a_company, a_member
from tests.factories.files import a_pdf
from tests.factories.payments import (
    HOLDS,
    USD,
    a_paid_session,
    a_payment,
    a_payout,
    a_received_transfer,
    a_refund,
    an_open_session,
    click,
    officer,
    operation_for,
    run,
    told,
)
from trade_assurance.payments import operations
from trade_assurance.payments.errors import (
    NothingToConfirm,
    OwnCompanyAtDesk,
    PaymentNotByBank,
    ProofMissing,
    ReasonMissing,
    RefundTooLarge,
)
from trade_assurance.payments.guard import ProviderCallInTransaction, forbid_transaction
from trade_assurance.payments.models import (
    OperationAttempt,
    Payment,
    ProviderOperation,
    Refund,
    SandboxObject,
)
from trade_assurance.payments.providers import sandbox_server
from trade_assurance.payments.providers.sandbox_server import LOST_AFTER, LOST_BEFORE
from trade_assurance.payments.states import (
    OPERATION_TRANSITIONS,
    OperationKind,
    OperationState,
    PaymentState,
    RefundState,
)

pytestmark = pytest.mark.django_db
REFUNDS = ("refund_confirmed", "refund_failed", "bank_refund_requested")
PAYOUTS = ("payout_confirmed", "payout_failed")


# --- the guard ------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_forbid_transaction_outside_atomic_is_silent() -> None:
    forbid_transaction()


def test_forbid_transaction_inside_atomic_raises() -> None:
    forbid_transaction()  # the test case's own wrapping does not count
    with transaction.atomic(), pytest.raises(ProviderCallInTransaction):
        forbid_transaction()


@pytest.mark.parametrize("call", ["run_operation", "continue_payment", "refresh_payment", "process_webhook"])
@pytest.mark.django_db(transaction=True)
def test_every_way_to_a_provider_is_closed_inside_a_transaction(call: str) -> None:
    payment = a_payment(provider="sandbox")
    operation = operation_for(OperationKind.PAY_IN, payment.ref)
    calls: dict[str, Callable[[], object]] = {
        "run_operation": lambda: operations.run_operation(operation_id=operation.pk, at=AT),
        "continue_payment": lambda: operations.continue_payment(payment_ref=payment.ref, at=AT),
        "refresh_payment": lambda: operations.refresh_payment(payment_ref=payment.ref, at=AT),
        "process_webhook": lambda: operations.process_webhook(event_id=1, at=AT),
    }
    with transaction.atomic(), pytest.raises(ProviderCallInTransaction):
        calls[call]()
    assert SandboxObject.objects.count() == 0
    assert OperationAttempt.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_the_sandbox_itself_cannot_join_our_transaction() -> None:
    payment = an_open_session()
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        click(payment, "pay")


# --- lost answers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [LOST_BEFORE, LOST_AFTER])
def test_start_with_a_lost_answer_is_looked_up_and_opens_one_page(mode: str) -> None:
    payment = a_payment(provider="sandbox")
    sandbox_server.lay_fault(call="session", mode=mode, at=AT)

    assert run(OperationKind.PAY_IN, payment.ref) == OperationState.UNKNOWN
    payment.refresh_from_db()
    assert payment.state == PaymentState.STARTED
    assert run(OperationKind.PAY_IN, payment.ref, at=AT + timedelta(hours=1)) == OperationState.PENDING
    payment.refresh_from_db()
    assert SandboxObject.objects.count() == 1
    assert payment.provider_ref == SandboxObject.objects.get().ref
    keys = set(OperationAttempt.objects.values_list("key", flat=True))
    assert keys == {operation_for(OperationKind.PAY_IN, payment.ref).key}


@pytest.mark.parametrize("mode", [LOST_BEFORE, LOST_AFTER])
def test_refund_with_a_lost_answer_is_made_once(mode: str) -> None:
    payment = a_paid_session()
    refund = a_refund(payment, Money(1000, "USD"))
    sandbox_server.lay_fault(call="refund", mode=mode, at=AT)

    assert run(OperationKind.REFUND, refund.ref) == OperationState.UNKNOWN
    refund.refresh_from_db()
    assert refund.state == RefundState.UNKNOWN
    assert told(*REFUNDS) == []
    sandbox_server.lay_fault(call="find", mode=LOST_BEFORE, at=AT)
    assert run(OperationKind.REFUND, refund.ref, at=AT + days(1)) == OperationState.UNKNOWN
    assert run(OperationKind.REFUND, refund.ref, at=AT + days(2)) == OperationState.DONE
    refund.refresh_from_db()
    assert refund.state == RefundState.CONFIRMED
    assert SandboxObject.objects.filter(kind="refund").count() == 1
    assert told(*REFUNDS) == [("refund_confirmed", 1000)]


@pytest.mark.parametrize("mode", [LOST_BEFORE, LOST_AFTER])
def test_payout_with_a_lost_answer_is_paid_once(mode: str) -> None:
    payout = a_payout(provider="sandbox")
    sandbox_server.lay_fault(call="payout", mode=mode, at=AT)

    assert run(OperationKind.PAY_OUT, payout.subject) == OperationState.UNKNOWN
    assert told(*PAYOUTS) == []
    for day in (1, 2):
        run(OperationKind.PAY_OUT, payout.subject, at=AT + days(day))
    assert operation_for(OperationKind.PAY_OUT, payout.subject).state == OperationState.DONE
    assert SandboxObject.objects.filter(kind="payout").count() == 1
    assert told(*PAYOUTS) == [("payout_confirmed", USD.amount_minor)]


def test_killed_between_claim_and_answer_is_taken_up_after_the_lease() -> None:
    """What a `kill -9` during the call leaves: `sent`, leased, an attempt without an answer."""
    payment = a_paid_session()
    refund = a_refund(payment, Money(1000, "USD"))
    operation = operation_for(OperationKind.REFUND, refund.ref)
    from trade_assurance.payments.operations import runs

    step = runs._claim(operation.pk, AT)
    assert step is not None
    runs._ask(step)  # the effect happened; the process died before it wrote the answer down

    assert operations.due_operations(at=AT) == []
    assert run(OperationKind.REFUND, refund.ref, at=AT) == OperationState.SENT
    later = AT + days(1)
    assert operations.due_operations(at=later) == [operation.pk]
    assert run(OperationKind.REFUND, refund.ref, at=later) == OperationState.DONE
    assert SandboxObject.objects.filter(kind="refund").count() == 1
    assert told(*REFUNDS) == [("refund_confirmed", 1000)]
    assert [row.answer for row in OperationAttempt.objects.filter(operation=operation).order_by("pk")] == [
        "",
        "done",
    ]


def test_created_but_never_run_is_found_by_the_sweep() -> None:
    payment = a_payment(provider="sandbox")
    operation = operation_for(OperationKind.PAY_IN, payment.ref)

    assert operations.due_operations(at=AT) == []
    assert operations.due_operations(at=AT + days(1)) == [operation.pk]


def test_run_twice_calls_once_and_tells_once() -> None:
    payment = a_paid_session()
    refund = a_refund(payment, Money(1000, "USD"))

    for _ in range(3):
        assert run(OperationKind.REFUND, refund.ref) == OperationState.DONE
    assert told(*REFUNDS) == [("refund_confirmed", 1000)]
    assert OperationAttempt.objects.filter(operation__kind="refund").count() == 1


def test_postponed_operation_keeps_its_state() -> None:
    payment = a_payment(provider="sandbox")
    operation = operation_for(OperationKind.PAY_IN, payment.ref)
    operations.postpone_operation(operation_id=operation.pk, at=AT)
    operation.refresh_from_db()
    assert operation.state == OperationState.CREATED
    assert operation.wake_at is not None
    assert operation.wake_at > AT


# --- refunds --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("money", [Money(1000, "USD"), Money(1001, "JPY"), Money(1003, "KWD")], ids=str)
def test_refunds_in_parts_reach_the_last_unit_and_not_one_more(money: Money) -> None:
    payment = a_paid_session(money=money)
    for part in money.split([1, 1, 1]):
        run(OperationKind.REFUND, a_refund(payment, part).ref)

    payment.refresh_from_db()
    assert payment.refundable.is_zero
    with pytest.raises(RefundTooLarge):
        a_refund(payment, Money(1, money.currency))
    assert sum(amount for _, amount in told("refund_confirmed")) == money.amount_minor


def test_refund_that_the_provider_refuses_is_refundable_again() -> None:
    payment = a_paid_session()
    SandboxObject.objects.filter(ref=payment.provider_ref).update(received_minor=10)
    refund = a_refund(payment, Money(1000, "USD"))

    assert run(OperationKind.REFUND, refund.ref) == OperationState.REFUSED
    refund.refresh_from_db()
    payment.refresh_from_db()
    assert (refund.state, refund.failure) == (RefundState.FAILED, "refund_exceeds_payment")
    assert payment.refundable == USD
    assert told(*REFUNDS) == [("refund_failed", 1000)]


def test_request_refund_replayed_asks_once() -> None:
    payment = a_received_transfer()
    facts = {
        "payment_ref": payment.ref,
        "money": Money(1000, "USD"),
        "reason": "cancelled",
        "actor": HOLDS,
        "key": "same",
        "at": AT,
    }
    first = operations.request_refund(**facts)  # type: ignore[arg-type]
    assert operations.request_refund(**facts).pk == first.pk  # type: ignore[arg-type]
    with pytest.raises(KeyReused):
        operations.request_refund(**facts | {"money": Money(2, "USD")})  # type: ignore[arg-type]
    assert Refund.objects.count() == 1


def test_request_refund_that_cannot_be_moves_nothing() -> None:
    payment = a_received_transfer()
    unpaid = a_payment()
    for of, money, actor, error in (
        (payment, Money(1, "EUR"), HOLDS, CurrencyMismatch),
        (payment, Money(0, "USD"), HOLDS, Rejected),
        (payment, Money(-1, "USD"), HOLDS, Rejected),
        (payment, USD + Money(1, "USD"), HOLDS, RefundTooLarge),
        (unpaid, Money(1, "USD"), HOLDS, RefundTooLarge),
        (payment, Money(1, "USD"), a_member(), NotAllowed),
    ):
        with pytest.raises(error):
            operations.request_refund(
                payment_ref=of.ref, money=money, reason="x", actor=actor, key=new_key(), at=AT
            )
    assert Refund.objects.count() == 0
    assert Payment.objects.filter(refunded_minor__gt=0).count() == 0


def test_bank_refund_is_confirmed_with_reference_and_proof() -> None:
    payment = a_received_transfer()
    refund = a_refund(payment, Money(1000, "USD"))
    assert told(*REFUNDS) == [("bank_refund_requested", 1000)]
    facts = {
        "refund_ref": refund.ref,
        "reference": "OUT 5",
        "proof": a_pdf(),
        "actor": officer(),
        "key": "k",
        "at": AT,
    }
    operations.confirm_bank_refund(**facts)  # type: ignore[arg-type]
    operations.confirm_bank_refund(**facts)  # type: ignore[arg-type]

    refund.refresh_from_db()
    operation = operation_for(OperationKind.REFUND, refund.ref)
    assert (refund.state, refund.bank_reference) == (RefundState.CONFIRMED, "OUT 5")
    assert refund.proof is not None
    assert (operation.state, operation.bank_reference) == (OperationState.DONE, "OUT 5")
    assert told("refund_confirmed") == [("refund_confirmed", 1000)]
    with pytest.raises(NothingToConfirm):
        operations.fail_bank_refund(refund_ref=refund.ref, reason="x", actor=officer(), key="z", at=AT)


def test_bank_refund_that_failed_is_refundable_again() -> None:
    payment = a_received_transfer()
    refund = a_refund(payment, USD)
    with pytest.raises(ReasonMissing):
        operations.fail_bank_refund(refund_ref=refund.ref, reason=" ", actor=officer(), key="k", at=AT)
    operations.fail_bank_refund(
        refund_ref=refund.ref, reason="account closed", actor=officer(), key="k", at=AT
    )

    payment.refresh_from_db()
    assert payment.refundable == USD
    assert told("refund_failed") == [("refund_failed", USD.amount_minor)]


def test_bank_refund_by_the_wrong_person_or_rail_is_refused() -> None:
    from dataclasses import replace

    payer = a_company()
    refund = a_refund(a_received_transfer(payer=payer), USD)
    by_sandbox = a_refund(a_paid_session(), USD)
    for ref, actor, error in (
        (refund.ref, replace(officer(), member_of=frozenset({payer.pk})), OwnCompanyAtDesk),
        (refund.ref, a_member(), NotAllowed),
        (by_sandbox.ref, officer(), PaymentNotByBank),
    ):
        with pytest.raises(error):
            operations.confirm_bank_refund(
                refund_ref=ref, reference="OUT 5", proof=None, actor=actor, key=new_key(), at=AT
            )
    with pytest.raises(ProofMissing):
        operations.confirm_bank_refund(
            refund_ref=refund.ref, reference="", proof=None, actor=officer(), key=new_key(), at=AT
        )
    assert told("refund_confirmed") == []


# --- payouts --------------------------------------------------------------------------------------------------


def test_payout_by_sandbox_arrives_a_little_later() -> None:
    payout = a_payout(provider="sandbox")
    assert run(OperationKind.PAY_OUT, payout.subject) == OperationState.PENDING
    assert told(*PAYOUTS) == []
    assert run(OperationKind.PAY_OUT, payout.subject, at=AT + days(1)) == OperationState.DONE
    assert told(*PAYOUTS) == [("payout_confirmed", USD.amount_minor)]


def test_payout_by_sandbox_that_fails_is_told() -> None:
    payout = a_payout(provider="sandbox", money=Money(1313, "USD"))
    run(OperationKind.PAY_OUT, payout.subject)
    assert run(OperationKind.PAY_OUT, payout.subject, at=AT + days(1)) == OperationState.DECLINED
    assert told(*PAYOUTS) == [("payout_failed", 1313)]


@pytest.mark.parametrize("ends", ["confirmed", "failed"])
def test_payout_by_bank_waits_for_the_officer(ends: str) -> None:
    payout = a_payout()
    assert run(OperationKind.PAY_OUT, payout.subject) == OperationState.PENDING
    assert OperationAttempt.objects.count() == 0
    if ends == "confirmed":
        operations.confirm_bank_payout(
            subject=payout.subject, reference="OUT 9", proof=a_pdf(), actor=officer(), key="k", at=AT
        )
    else:
        operations.fail_bank_payout(
            subject=payout.subject, reason="wrong account", actor=officer(), key="k", at=AT
        )
    assert told(*PAYOUTS) == [(f"payout_{ends}", USD.amount_minor)]
    with pytest.raises(NothingToConfirm):
        operations.fail_bank_payout(subject=payout.subject, reason="x", actor=officer(), key="z", at=AT)


def test_payout_by_bank_by_an_officer_of_the_payee_is_refused() -> None:
    from dataclasses import replace

    payee = a_company()
    payout = a_payout(payee=payee)
    own = replace(officer(), member_of=frozenset({payee.pk}))
    with pytest.raises(OwnCompanyAtDesk):
        operations.confirm_bank_payout(
            subject=payout.subject, reference="OUT 9", proof=None, actor=own, key="k", at=AT
        )
    assert told(*PAYOUTS) == []


def test_start_payout_replayed_or_by_a_stranger() -> None:
    facts = {
        "provider": "bank_transfer",
        "subject": "pyo_1",
        "root": "",
        "payee_company_id": a_company().pk,
        "destination": {"account_number": "1"},
        "money": USD,
        "actor": HOLDS,
        "key": "k",
        "at": AT,
    }
    first = operations.start_payout(**facts)  # type: ignore[arg-type]
    assert operations.start_payout(**facts).pk == first.pk  # type: ignore[arg-type]
    with pytest.raises(KeyReused):
        operations.start_payout(**facts | {"destination": {"account_number": "2"}})  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        operations.start_payout(**facts | {"key": "o", "subject": "pyo_2", "actor": a_member()})  # type: ignore[arg-type]
    assert ProviderOperation.objects.count() == 1


LEGAL = {
    ("created", "sent"),
    ("created", "pending"),
    ("created", "done"),
    ("created", "declined"),
    ("created", "refused"),
    ("sent", "unknown"),
    ("sent", "pending"),
    ("sent", "done"),
    ("sent", "declined"),
    ("sent", "refused"),
    ("unknown", "pending"),
    ("unknown", "done"),
    ("unknown", "declined"),
    ("unknown", "refused"),
    ("pending", "done"),
    ("pending", "declined"),
    ("pending", "refused"),
    ("done", "returned"),
}


def test_operation_steps_are_exactly_these() -> None:
    assert {(before, after) for before, to in OPERATION_TRANSITIONS.items() for after in to} == LEGAL


def test_refund_steps_are_exactly_these() -> None:
    legal = {
        (before, after)
        for before in RefundState.values
        for after in RefundState.values
        if Refund(state=before).can_move_to(after)
    }
    assert legal == {
        ("requested", "sent"),
        ("requested", "unknown"),
        ("requested", "confirmed"),
        ("requested", "failed"),
        ("sent", "confirmed"),
        ("sent", "failed"),
        ("unknown", "sent"),
        ("unknown", "confirmed"),
        ("unknown", "failed"),
        ("confirmed", "failed"),
    }
