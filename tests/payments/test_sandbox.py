"""The sandbox as a rail: every scenario of RAILS.md through the interface of `providers.base`, its books included."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

import pytest

from marketplace.core.ids import new_ref
from marketplace.core.models import OutboxEvent
from marketplace.core.money import Money
from tests.factories import AT, days
from tests.factories.payments import (
    HOLDS,
    a_paid_session,
    a_payment,
    a_payout,
    a_refund,
    an_open_session,
    click,
    operation_for,
    run,
    told,
)
from trade_assurance.payments import operations
from trade_assurance.payments.models import Payment, ReviewItem, SandboxDelivery, SandboxMovement
from trade_assurance.payments.providers import sandbox_server
from trade_assurance.payments.providers.base import (
    Call,
    ChargebackFacts,
    ChargebackProvider,
    ChargebackStatus,
    Declined,
    Done,
    EvidencePack,
    MovementType,
    OnboardingProvider,
    OnboardSpec,
    PayOutSpec,
    Pending,
    Reconciler,
    Refused,
    ReversingProvider,
    Unknown,
)
from trade_assurance.payments.providers.sandbox import Sandbox
from trade_assurance.payments.states import OperationKind, OperationState, PaymentState

pytestmark = pytest.mark.django_db
RAIL = Sandbox()
USD = Money(100_000, "USD")
LATER = AT + timedelta(minutes=1)
# Far from the ids of real operations.
_number = count(1_000_000)
PACK = EvidencePack(
    product_description="20 t of rice",
    customer_name="Harbour Grain",
    customer_email="",
    shipping_address="Gothenburg",
    shipping_carrier="CMA CGM",
    shipping_tracking_number="CMAU1",
    shipping_date="2026-11-01",
    service_date="",
    text="Delivered and accepted.",
    files=(("bill of lading.pdf", "application/pdf", b"%PDF"),),
)


def a_call(money: Money = USD, *, at: datetime = AT, number: int | None = None, subject: str = "") -> Call:
    """A call as a run would make it; the same number is the same operation."""
    number = next(_number) if number is None else number
    return Call(number, f"ta:test:{number}:1", subject or new_ref("pyo"), new_ref("ord"), money, at)


def an_account(*, at: datetime = AT) -> str:
    """A supplier who has begun to register."""
    spec = OnboardSpec("cmp_x", "Kaveri Exports", "IN", "a@example.com", "USD", "/balance/", "/balance/")
    answer = RAIL.onboard(a_call(Money.zero("USD"), at=at), spec)
    assert isinstance(answer, Pending)
    return answer.ref


def a_paid_out(money: Money = USD, *, number: str = "DE1", at: datetime = AT) -> str:
    """A payout of the sandbox that has arrived."""
    answer = RAIL.release(a_call(money, at=at), PayOutSpec("payout", {"account_number": number}))
    assert isinstance(answer, Pending)
    assert RAIL.fetch_transfer(answer.ref, at + timedelta(seconds=5)) == Done(answer.ref)
    return answer.ref


def lines(currency: str = "USD") -> list[tuple[str, int, int]]:
    """The sandbox's own account: kind, amount, fee."""
    found = RAIL.movements(AT - days(1), AT + days(100))
    assert not isinstance(found, Unknown)
    return [
        (line.type, line.amount.amount_minor, line.fee.amount_minor)
        for line in found
        if line.amount.currency == currency
    ]


def chargeback(ref: str, at: datetime = AT) -> ChargebackFacts:
    facts = RAIL.fetch_chargeback(ref, at)
    assert not isinstance(facts, Unknown)
    return facts


def events() -> list[str]:
    """What the sandbox wants to tell, by the end of each body's type."""
    return [row.body.split('"type": "')[1].split('"')[0] for row in SandboxDelivery.objects.order_by("pk")]


def test_sandbox_can_do_everything_a_rail_can() -> None:
    for interface in (ReversingProvider, OnboardingProvider, ChargebackProvider, Reconciler):
        assert isinstance(RAIL, interface)


# The hosted page.


def test_transfer_short_then_the_rest_is_partly_funded_then_paid() -> None:
    payment = an_open_session(money=USD)
    click(payment, "transfer_short")
    assert operations.refresh_payment(payment_ref=payment.ref, at=AT).state == PaymentState.PARTLY_FUNDED
    click(payment, "transfer_exact")
    paid = operations.refresh_payment(payment_ref=payment.ref, at=AT)
    assert (paid.state, paid.received) == (PaymentState.SUCCEEDED, USD)
    assert told("payment_received") == [("payment_received", 40_000), ("payment_received", 60_000)]
    assert lines() == [("payment", 40_000, 50), ("payment", 60_000, 50)]


@pytest.mark.parametrize("currency", ["USD", "JPY", "KWD"])
def test_transfer_over_records_what_really_came(currency: str) -> None:
    payment = an_open_session(money=Money(1_001, currency))
    click(payment, "transfer_over")
    paid = operations.refresh_payment(payment_ref=payment.ref, at=AT)
    assert (paid.state, paid.received_minor) == (PaymentState.SUCCEEDED, 1_101)


def test_authentication_abandoned_expires_by_itself() -> None:
    payment = operations.start_payment(
        provider="sandbox",
        subject=new_ref("hold"),
        root=new_ref("ord"),
        payer_company_id=a_payment().payer_id,
        money=USD,
        description="Order",
        return_url="/",
        actor=HOLDS,
        key=new_ref("key"),
        at=AT,
        expires_at=AT + days(1),
    )
    operations.continue_payment(payment_ref=payment.ref, at=AT)
    payment.refresh_from_db()
    click(payment, "authenticate")
    assert operations.refresh_payment(payment_ref=payment.ref, at=AT).state == PaymentState.STARTED
    over = operations.refresh_payment(payment_ref=payment.ref, at=AT + days(1))
    assert (over.state, lines()) == (PaymentState.EXPIRED, [])


def test_session_that_expires_while_paid_is_paid_all_the_same() -> None:
    payment = an_open_session(money=USD)
    click(payment, "expire_while_paid")
    assert operations.refresh_payment(payment_ref=payment.ref, at=AT).state == PaymentState.EXPIRED
    assert operations.refresh_payment(payment_ref=payment.ref, at=LATER).state == PaymentState.SUCCEEDED
    assert events() == ["session.expired", "session.paid"]


def test_success_then_failure_changes_nothing_and_goes_to_review() -> None:
    payment = an_open_session(money=USD)
    click(payment, "success_then_failure")
    assert operations.refresh_payment(payment_ref=payment.ref, at=AT).state == PaymentState.SUCCEEDED
    kept = operations.refresh_payment(payment_ref=payment.ref, at=LATER)
    assert (kept.state, kept.received) == (PaymentState.SUCCEEDED, USD)
    assert ReviewItem.objects.get().reason == "payment_received_less_than_before"
    assert lines() == [("payment", 100_000, 1_425), ("other", -100_000, 0)]


# Refunds.


def test_wallet_payment_is_not_refunded_past_its_window() -> None:
    payment = an_open_session(money=USD)
    click(payment, "wallet")
    operations.refresh_payment(payment_ref=payment.ref, at=AT)
    assert isinstance(RAIL.refund(a_call(at=AT + days(90)), payment.provider_ref), Done)
    payment = an_open_session(money=USD)
    click(payment, "wallet")
    late = RAIL.refund(a_call(at=AT + days(90) + timedelta(seconds=1)), payment.provider_ref)
    assert late == Refused("refund_window_passed")


def test_refund_that_fails_late_is_done_then_declined_and_moves_back() -> None:
    payment = a_paid_session(money=USD)
    sandbox_server.lay_fault(call="refund", mode=sandbox_server.FAILS_LATE, at=AT)
    answer = RAIL.refund(a_call(Money(5_000, "USD")), payment.provider_ref)
    assert isinstance(answer, Done)
    assert RAIL.fetch_refund(answer.ref, LATER) == Declined("account_closed", answer.ref)
    assert lines()[1:] == [("refund", -5_000, 0), ("refund_failed", 5_000, 0)]
    # What failed may be tried again: it counts as returned no more.
    assert isinstance(RAIL.refund(a_call(USD), payment.provider_ref), Done)


@pytest.mark.parametrize("mode", [sandbox_server.LOST_BEFORE, sandbox_server.LOST_AFTER, "late_effect"])
def test_refund_whose_answer_is_lost_moves_money_once(mode: str) -> None:
    payment = a_paid_session(money=USD)
    refund = a_refund(payment, USD)
    sandbox_server.lay_fault(call="refund", mode=mode, at=AT)
    assert run(OperationKind.REFUND, refund.ref) == OperationState.UNKNOWN
    for seconds in (70, 140, 210):
        run(OperationKind.REFUND, refund.ref, at=AT + timedelta(seconds=seconds))
    assert operation_for(OperationKind.REFUND, refund.ref).state == OperationState.DONE
    assert [line for line in lines() if line[0] == "refund"] == [("refund", -100_000, 0)]


def test_effect_that_comes_late_is_not_made_twice_by_the_same_key() -> None:
    payment = a_paid_session(money=USD)
    call = a_call(Money(700, "USD"))
    sandbox_server.lay_fault(call="refund", mode=sandbox_server.LATE_EFFECT, at=AT)
    assert isinstance(RAIL.refund(call, payment.provider_ref), Unknown)
    assert RAIL.find(call) is None
    assert isinstance(RAIL.refund(call, payment.provider_ref), Unknown)
    later = a_call(Money(700, "USD"), at=LATER, number=call.operation_id, subject=call.subject)
    found = RAIL.find(later)
    assert isinstance(found, Done)
    assert [line for line in lines() if line[0] == "refund"] == [("refund", -700, 0)]


def test_error_500_is_stored_under_its_key_and_another_key_goes_through() -> None:
    payment = a_paid_session(money=USD)
    call = a_call(Money(700, "USD"))
    sandbox_server.lay_fault(call="refund", mode=sandbox_server.ERROR_500, at=AT)
    for _try in range(3):
        assert isinstance(RAIL.refund(call, payment.provider_ref), Unknown)
    assert RAIL.find(call) is None
    assert isinstance(RAIL.refund(a_call(Money(700, "USD")), payment.provider_ref), Done)


def test_refund_that_meets_a_stored_500_goes_through_with_a_new_attempt() -> None:
    payment = a_paid_session(money=USD)
    refund = a_refund(payment, USD)
    sandbox_server.lay_fault(call="refund", mode=sandbox_server.ERROR_500, at=AT)
    assert run(OperationKind.REFUND, refund.ref) == OperationState.UNKNOWN
    for minutes in (2, 4):
        run(OperationKind.REFUND, refund.ref, at=AT + timedelta(minutes=minutes))
    operation = operation_for(OperationKind.REFUND, refund.ref)
    assert (operation.state, operation.attempt) == (OperationState.DONE, 2)
    assert [line for line in lines() if line[0] == "refund"] == [("refund", -100_000, 0)]


# Chargebacks.


def test_chargeback_takes_the_money_and_a_fee_and_blocks_refunds() -> None:
    payment = a_paid_session(money=USD)
    ref = sandbox_server.open_chargeback(payment.provider_ref, reason="product_not_received", at=AT).ref
    facts = chargeback(ref)
    assert (facts.status, facts.payment_ref, facts.amount) == (
        ChargebackStatus.OPEN,
        payment.provider_ref,
        USD,
    )
    assert (facts.withdrawn, facts.reinstated, facts.fee) == (True, False, Money(1_500, "USD"))
    assert facts.evidence_due_at == AT + days(7)
    assert lines()[1:] == [("chargeback", -100_000, 1_500)]
    assert RAIL.refund(a_call(Money(1, "USD")), payment.provider_ref) == Refused("charge_disputed")
    assert events()[-1] == "chargeback.opened"
    with pytest.raises(sandbox_server.SandboxError, match="charge_already_disputed"):
        sandbox_server.open_chargeback(payment.provider_ref, reason="general", at=AT)


def test_chargeback_won_brings_the_money_back_but_not_the_fee() -> None:
    payment = a_paid_session(money=USD)
    ref = sandbox_server.open_chargeback(payment.provider_ref, reason="general", at=AT).ref
    call = a_call(Money.zero("USD"))
    assert RAIL.submit_evidence(call, ref, PACK) == Done(ref)
    assert RAIL.submit_evidence(call, ref, PACK) == Done(ref)
    assert RAIL.find(call) == Done(ref)
    assert chargeback(ref).status == ChargebackStatus.UNDER_REVIEW
    assert chargeback(ref, AT + days(8)).status == ChargebackStatus.UNDER_REVIEW
    sandbox_server.act_on_chargeback(ref, "win", at=AT)
    facts = chargeback(ref)
    assert (facts.status, facts.reinstated, facts.fee) == (ChargebackStatus.WON, True, Money(1_500, "USD"))
    assert lines()[1:] == [("chargeback", -100_000, 1_500), ("chargeback_reinstated", 100_000, 0)]
    assert isinstance(RAIL.refund(a_call(Money(1, "USD")), payment.provider_ref), Done)
    assert RAIL.submit_evidence(a_call(), ref, PACK) == Refused("evidence_not_taken_any_more")


def test_chargeback_without_evidence_is_lost_when_its_time_is_over() -> None:
    payment = a_paid_session(money=USD)
    ref = sandbox_server.open_chargeback(payment.provider_ref, reason="general", at=AT).ref
    assert chargeback(ref, AT + days(7)).status == ChargebackStatus.LOST
    with pytest.raises(sandbox_server.SandboxError, match="no_such_choice"):
        sandbox_server.act_on_chargeback(ref, "win", at=AT + days(8))


def test_inquiry_takes_nothing_until_it_becomes_a_chargeback() -> None:
    payment = a_paid_session(money=USD)
    ref = sandbox_server.open_chargeback(
        payment.provider_ref, reason="general", amount_minor=2_000, inquiry=True, at=AT
    ).ref
    facts = chargeback(ref)
    assert (facts.status, facts.withdrawn, facts.fee) == (ChargebackStatus.INQUIRY, False, Money.zero("USD"))
    assert len(lines()) == 1
    sandbox_server.act_on_chargeback(ref, "withdraw", at=LATER)
    assert chargeback(ref, LATER).withdrawn
    assert lines()[1:] == [("chargeback", -2_000, 1_500)]


def test_chargeback_takes_no_more_than_is_left_of_the_payment() -> None:
    payment = a_paid_session(money=USD)
    RAIL.refund(a_call(Money(60_000, "USD")), payment.provider_ref)
    with pytest.raises(sandbox_server.SandboxError, match="nothing_left"):
        sandbox_server.open_chargeback(payment.provider_ref, reason="general", amount_minor=50_000, at=AT)
    made = sandbox_server.open_chargeback(payment.provider_ref, reason="general", at=AT)
    assert made.money == Money(40_000, "USD")


# Suppliers.


def test_registration_is_complete_only_when_everything_was_given() -> None:
    ref = an_account()
    facts = RAIL.account_status(ref, AT)
    assert not isinstance(facts, Unknown)
    assert (facts.can_receive, len(facts.missing)) == (False, 3)
    pay = PayOutSpec("payout", {"account": ref})
    assert RAIL.release(a_call(), pay) == Declined("account_cannot_receive")
    sandbox_server.answer_for_account(ref, missing=["bank_account"], at=AT)
    assert RAIL.release(a_call(), pay) == Declined("account_cannot_receive")
    sandbox_server.answer_for_account(ref, missing=[], at=AT)
    spec = OnboardSpec("cmp_x", "Kaveri", "IN", "", "USD", "/", "/", account=ref)
    assert RAIL.onboard(a_call(Money.zero("USD")), spec) == Done(ref)
    assert isinstance(RAIL.release(a_call(), pay), Pending)
    sandbox_server.restrict_account(ref, at=AT)
    lost = RAIL.account_status(ref, AT)
    assert not isinstance(lost, Unknown)
    assert (lost.can_receive, lost.missing, lost.reason) == (
        False,
        ("identity_document",),
        "identity_check_failed",
    )
    assert RAIL.release(a_call(), pay) == Declined("account_cannot_receive")
    assert events() == ["account.updated"] * 3


def test_payout_that_comes_back_after_it_arrived() -> None:
    sandbox_server.lay_fault(call="payout", mode=sandbox_server.COMES_BACK, at=AT)
    ref = a_paid_out()
    assert RAIL.fetch_transfer(ref, LATER) == Declined("account_closed", ref)
    assert lines() == [("payout", -100_000, 25), ("payout_reversed", 100_000, 0)]


def test_payout_that_fails_moves_nothing() -> None:
    operation = a_payout(provider="sandbox", money=Money(1_313, "USD"))
    run(OperationKind.PAY_OUT, operation.subject)
    assert (
        run(OperationKind.PAY_OUT, operation.subject, at=AT + timedelta(minutes=2)) == OperationState.DECLINED
    )
    assert lines() == []


def test_reversal_in_parts_takes_no_more_than_was_paid() -> None:
    ref = a_paid_out()
    first = a_call(Money(60_000, "USD"), at=LATER)
    answer = RAIL.reverse(first, ref)
    assert isinstance(answer, Done)
    assert RAIL.reverse(first, ref) == answer
    assert RAIL.fetch_reversal(answer.ref, LATER) == answer
    assert RAIL.reverse(a_call(Money(40_001, "USD"), at=LATER), ref) == Refused("reversal_exceeds_payout")
    assert isinstance(RAIL.reverse(a_call(Money(40_000, "USD"), at=LATER), ref), Done)
    assert lines() == [
        ("payout", -100_000, 25),
        ("payout_reversed", 60_000, 0),
        ("payout_reversed", 40_000, 0),
    ]


@pytest.mark.parametrize("empty", ["by mishap", "by account"])
def test_reversal_from_an_empty_account_is_declined_and_moves_nothing(empty: str) -> None:
    ref = a_paid_out(number="DE0002" if empty == "by account" else "DE1")
    if empty == "by mishap":
        sandbox_server.lay_fault(call="reversal", mode=sandbox_server.INSUFFICIENT, at=AT)
    call = a_call(USD, at=LATER)
    assert RAIL.reverse(call, ref) == Declined("insufficient_funds")
    assert RAIL.find(call) is None
    assert lines() == [("payout", -100_000, 25)]


# Its books and its webhooks.


def test_balance_is_the_sum_of_the_lines_less_fees_at_each_moment() -> None:
    payment = a_paid_session(money=USD)
    sandbox_server.open_chargeback(payment.provider_ref, reason="general", at=AT + days(1))
    for moment in (AT, AT + days(1)):
        kept = RAIL.balance(moment)
        assert not isinstance(kept, Unknown)
        read = RAIL.movements(AT - days(1), moment + timedelta(seconds=1))
        assert not isinstance(read, Unknown)
        total = sum(line.amount.amount_minor - line.fee.amount_minor for line in read)
        assert kept.available["USD"].amount_minor == total
    assert isinstance(read, list)
    assert {line.subject for line in read} == {payment.ref}
    assert read[0].object_ref == payment.provider_ref


def test_movements_without_answer_are_unknown() -> None:
    sandbox_server.lay_fault(call="movements", mode=sandbox_server.LOST_BEFORE, at=AT)
    sandbox_server.lay_fault(call="balance", mode=sandbox_server.LOST_BEFORE, at=AT)
    assert isinstance(RAIL.movements(AT, LATER), Unknown)
    assert isinstance(RAIL.balance(AT), Unknown)


def test_next_webhook_meets_its_mishap_and_the_one_after_does_not() -> None:
    sandbox_server.lay_fault(call="webhook", mode=sandbox_server.NEVER, at=AT)
    sandbox_server.lay_fault(call="webhook", mode=sandbox_server.FIVE_TIMES, at=AT)
    sandbox_server.lay_fault(call="webhook", mode=sandbox_server.OVERTAKEN, at=AT)
    payment = an_open_session(money=USD)
    for action in ("decline", "decline", "decline", "pay"):
        click(payment, action)
    rows = SandboxDelivery.objects.order_by("pk")
    assert [(row.copies, row.wake_at) for row in rows] == [
        (5, AT),
        (1, AT + timedelta(seconds=30)),
        (1, AT),
    ]
    assert sandbox_server.laid_faults() == []


def test_every_scenario_leaves_lines_with_a_kind_that_reconciliation_knows() -> None:
    sandbox_server.enter_movement(
        kind=MovementType.WITHDRAWAL, money=Money(-5, "USD"), description="to our bank", at=AT
    )
    assert {MovementType(row.kind) for row in SandboxMovement.objects.all()} == {MovementType.WITHDRAWAL}
    assert OutboxEvent.objects.filter(kind="payment_received").count() == 0
    assert Payment.objects.count() == 0
