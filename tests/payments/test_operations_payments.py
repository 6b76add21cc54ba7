"""A buyer's payment from start to end, on both rails: what is told, what is refused, what moves nothing."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from marketplace.core.errors import (
    CurrencyMismatch,
    IllegalTransition,
    KeyReused,
    NotAllowed,
    NotFound,
    Rejected,
)
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories import AT, days
from tests.factories.accounts import a_company, a_member, owner_of
from tests.factories.payments import (
    HOLDS,
    USD,
    a_paid_session,
    a_payment,
    a_received_transfer,
    an_open_session,
    click,
    officer,
    operation_for,
    receive,
    run,
    told,
)
from trade_assurance.payments import operations, queries
from trade_assurance.payments.errors import (
    BankAccountMissing,
    CurrencyNotTaken,
    DateAhead,
    OwnCompanyAtDesk,
    PaymentClosed,
    PaymentNotByBank,
    ProofMissing,
    ReceiptRecordedBefore,
    SandboxWithLiveKeys,
    UnknownProvider,
)
from trade_assurance.payments.models import BankReceipt, Payment
from trade_assurance.payments.states import OperationKind, OperationState, PaymentState

pytestmark = pytest.mark.django_db
MONEY_IN = (
    "payment_received",
    "payment_partly_funded",
    "payment_succeeded",
    "payment_failed",
    "payment_expired",
)


def start(payer_id: int, **over: object) -> Payment:
    facts: dict[str, object] = {
        "provider": "bank_transfer",
        "subject": "hold_a",
        "root": "ord_a",
        "payer_company_id": payer_id,
        "money": USD,
        "description": "Order",
        "return_url": "/",
        "actor": HOLDS,
        "key": new_key(),
        "at": AT,
    }
    return operations.start_payment(**facts | over)  # type: ignore[arg-type]


def test_start_payment_by_bank_gives_a_reference_and_waits_for_an_officer() -> None:
    payment = a_payment()

    assert payment.state == PaymentState.STARTED
    assert payment.reference.startswith("PT-")
    operation = operation_for(OperationKind.PAY_IN, payment.ref)
    assert (operation.state, operation.wake_at) == (OperationState.PENDING, None)
    assert told(*MONEY_IN) == []


def test_start_payment_by_sandbox_only_writes_the_intent() -> None:
    payment = a_payment(provider="sandbox")

    operation = operation_for(OperationKind.PAY_IN, payment.ref)
    assert operation.state == OperationState.CREATED
    assert operation.key == f"ta:test:{operation.pk}:1"
    assert payment.provider_ref == ""


def test_start_payment_with_the_same_key_gives_the_first_payment() -> None:
    payer = a_company()
    first = start(payer.pk, key="k1")

    assert start(payer.pk, key="k1").ref == first.ref
    with pytest.raises(KeyReused):
        start(payer.pk, key="k1", money=Money(1, "USD"))
    assert Payment.objects.count() == 1


def test_start_payment_of_nothing_by_strangers_or_unknown_rails_is_refused() -> None:
    payer = a_company()
    with pytest.raises(NotAllowed):
        start(payer.pk, actor=a_member())
    with pytest.raises(Rejected):
        start(payer.pk, money=Money(0, "USD"))
    with pytest.raises(UnknownProvider):
        start(payer.pk, provider="no_such_rail")
    with pytest.raises(CurrencyNotTaken):
        start(payer.pk, provider="sandbox", money=Money(100_000_000, "USD"))
    assert Payment.objects.count() == 0


@pytest.mark.parametrize(
    "live", [{"PAYMENTS_LIVE": True}, {"STRIPE_SECRET_KEY": "sk_live_x"}, {"STRIPE_SECRET_KEY": "rk_live_x"}]
)
def test_sandbox_beside_a_live_key_is_refused(live: dict[str, object], settings: object) -> None:
    for name, value in live.items():
        setattr(settings, name, value)
    payer = a_company()
    with pytest.raises(SandboxWithLiveKeys):
        start(payer.pk, provider="sandbox")
    assert not queries.sandbox_is_active()
    assert [choice.name for choice in queries.pay_in_choices(USD)] == ["bank_transfer"]
    assert queries.payout_providers() == ("bank_transfer",)


def test_bank_transfer_without_the_operators_account_is_refused() -> None:
    from marketplace.core.actors import Actor
    from marketplace.core.operator_settings import change_setting

    change_setting(
        key="payments.bank_account", value="", actor=Actor.system("setup"), at=AT, reason="account closed"
    )
    with pytest.raises(BankAccountMissing):
        start(a_company().pk)


# --- by bank --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "money",
    [Money(3_043_500, "USD"), Money(1, "USD"), Money(4_500_000, "JPY"), Money(12_345, "KWD")],
    ids=str,
)
def test_record_bank_receipt_exact_succeeds(money: Money) -> None:
    payment = a_received_transfer(money=money)

    assert (payment.state, payment.received, payment.succeeded_at) == (PaymentState.SUCCEEDED, money, AT)
    assert told(*MONEY_IN) == [
        ("payment_received", money.amount_minor),
        ("payment_succeeded", money.amount_minor),
    ]
    assert operation_for(OperationKind.PAY_IN, payment.ref).state == OperationState.DONE


def test_record_bank_receipt_short_then_rest_succeeds_once() -> None:
    payment = a_payment(money=Money(1000, "USD"))

    receive(payment, Money(400, "USD"))
    payment.refresh_from_db()
    assert (payment.state, payment.missing) == (PaymentState.PARTLY_FUNDED, Money(600, "USD"))
    receive(payment, Money(100, "USD"))
    receive(payment, Money(500, "USD"))
    payment.refresh_from_db()
    assert (payment.state, payment.received_minor, payment.receipts) == (PaymentState.SUCCEEDED, 1000, 3)
    assert told(*MONEY_IN) == [
        ("payment_received", 400),
        ("payment_partly_funded", 400),
        ("payment_received", 100),
        ("payment_partly_funded", 100),
        ("payment_received", 500),
        ("payment_succeeded", 500),
    ]


def test_record_bank_receipt_over_and_second_deposit_tell_all_that_came() -> None:
    payment = a_payment(money=Money(1000, "USD"))

    receive(payment, Money(1200, "USD"))
    receive(payment, Money(50, "USD"))
    payment.refresh_from_db()
    assert (payment.received_minor, payment.missing.amount_minor) == (1250, 0)
    assert told(*MONEY_IN) == [
        ("payment_received", 1200),
        ("payment_succeeded", 1200),
        ("payment_received", 50),
    ]


def test_record_bank_receipt_after_cancellation_is_still_told() -> None:
    payment = a_payment()
    operations.cancel_payment(payment_ref=payment.ref, reason="lapsed", actor=HOLDS, key=new_key(), at=AT)
    receive(payment, USD)

    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED
    assert told(*MONEY_IN)[-1] == ("payment_succeeded", USD.amount_minor)


def test_record_bank_receipt_replayed_records_once() -> None:
    payment = a_payment()
    facts = {
        "payment_ref": payment.ref,
        "money": USD,
        "received_on": AT.date(),
        "bank_reference": "STMT 17/4",
        "proof": None,
        "actor": officer(),
        "key": "same",
        "at": AT,
    }
    first = operations.record_bank_receipt(**facts)  # type: ignore[arg-type]
    again = operations.record_bank_receipt(**facts)  # type: ignore[arg-type]
    assert again.pk == first.pk
    with pytest.raises(KeyReused):
        operations.record_bank_receipt(**facts | {"money": Money(5, "USD")})  # type: ignore[arg-type]
    with pytest.raises(ReceiptRecordedBefore):
        operations.record_bank_receipt(**facts | {"key": "other"})  # type: ignore[arg-type]
    payment.refresh_from_db()
    assert payment.received == USD


@pytest.mark.parametrize(
    ("over", "error"),
    [
        ({"money": Money(1, "EUR")}, CurrencyMismatch),
        ({"money": Money(0, "USD")}, Rejected),
        ({"money": Money(-5, "USD")}, Rejected),
        ({"bank_reference": "  "}, ProofMissing),
        ({"bank_reference": "a\x00bc"}, ProofMissing),
        ({"received_on": (AT + days(1)).date()}, DateAhead),
        ({"payment_ref": "pay_nobody"}, NotFound),
    ],
)
def test_record_bank_receipt_that_cannot_be_is_refused(
    over: dict[str, object], error: type[Exception]
) -> None:
    payment = a_payment()
    facts: dict[str, object] = {
        "payment_ref": payment.ref,
        "money": USD,
        "received_on": AT.date(),
        "bank_reference": "STMT 1",
        "proof": None,
        "actor": officer(),
        "key": new_key(),
        "at": AT,
    }
    with pytest.raises(error):
        operations.record_bank_receipt(**facts | over)  # type: ignore[arg-type]
    assert BankReceipt.objects.count() == 0
    assert told(*MONEY_IN) == []


def test_record_bank_receipt_by_the_wrong_person_is_refused() -> None:
    from dataclasses import replace

    payer = a_company()
    payment = a_payment(payer=payer)
    own = replace(officer(), member_of=frozenset({payer.pk}))
    for actor, error in (
        (own, OwnCompanyAtDesk),
        (owner_of(payer), NotAllowed),
        (a_member(), NotAllowed),
        (HOLDS, NotAllowed),
    ):
        with pytest.raises(error):
            operations.record_bank_receipt(
                payment_ref=payment.ref,
                money=USD,
                received_on=AT.date(),
                bank_reference="STMT 1",
                proof=None,
                actor=actor,
                key=new_key(),
                at=AT,
            )
    assert BankReceipt.objects.count() == 0


def test_record_bank_receipt_for_a_sandbox_payment_is_refused() -> None:
    payment = an_open_session()
    with pytest.raises(PaymentNotByBank):
        receive(payment, USD)


# --- by sandbox -----------------------------------------------------------------------------------------------


def test_pay_on_the_hosted_page_succeeds() -> None:
    payment = a_paid_session()

    assert (payment.state, payment.received) == (PaymentState.SUCCEEDED, USD)
    assert told(*MONEY_IN) == [
        ("payment_received", USD.amount_minor),
        ("payment_succeeded", USD.amount_minor),
    ]
    assert operation_for(OperationKind.PAY_IN, payment.ref).state == OperationState.DONE
    assert operations.refresh_payment(payment_ref=payment.ref, at=AT).received == USD
    assert len(told(*MONEY_IN)) == 2


def test_decline_keeps_the_page_open_then_pay_succeeds() -> None:
    payment = an_open_session()
    click(payment, "decline")
    payment = operations.refresh_payment(payment_ref=payment.ref, at=AT)
    assert (payment.state, payment.decline_code) == (PaymentState.STARTED, "card_declined")
    assert told(*MONEY_IN) == []

    click(payment, "pay")
    payment = operations.refresh_payment(payment_ref=payment.ref, at=AT)
    assert (payment.state, payment.decline_code) == (PaymentState.SUCCEEDED, "")


@pytest.mark.parametrize(("answer", "state"), [("confirm", "succeeded"), ("reject", "started")])
def test_authentication_step(answer: str, state: str) -> None:
    payment = an_open_session()
    click(payment, "authenticate")
    assert operations.refresh_payment(payment_ref=payment.ref, at=AT).state == PaymentState.STARTED
    click(payment, answer)
    assert operations.refresh_payment(payment_ref=payment.ref, at=AT).state == state


@pytest.mark.parametrize(
    ("action", "state", "event"),
    [("slow_success", "succeeded", "payment_succeeded"), ("slow_failure", "failed", "payment_failed")],
)
def test_slow_payment_ends_by_itself_without_a_webhook(action: str, state: str, event: str) -> None:
    payment = an_open_session()
    click(payment, action, slow_seconds=20)
    assert operations.refresh_payment(payment_ref=payment.ref, at=AT).state == PaymentState.PROCESSING

    later = AT + days(1)
    assert [operation_for(OperationKind.PAY_IN, payment.ref).pk] == operations.due_operations(at=later)
    run(OperationKind.PAY_IN, payment.ref, at=later)
    payment.refresh_from_db()
    assert payment.state == state
    assert told(*MONEY_IN)[-1][0] == event
    assert operations.due_operations(at=later + days(1)) == []


def test_cancel_payment_closes_the_page_at_the_provider() -> None:
    payment = an_open_session()
    operations.cancel_payment(payment_ref=payment.ref, reason="lapsed", actor=HOLDS, key="c", at=AT)
    run(OperationKind.CANCEL, payment.ref)
    run(OperationKind.PAY_IN, payment.ref, at=AT + days(1))

    payment.refresh_from_db()
    assert payment.state == PaymentState.EXPIRED
    assert operation_for(OperationKind.CANCEL, payment.ref).state == OperationState.DONE
    assert operation_for(OperationKind.PAY_IN, payment.ref).state == OperationState.DECLINED
    assert told(*MONEY_IN) == [("payment_expired", USD.amount_minor)]
    operations.cancel_payment(payment_ref=payment.ref, reason="lapsed", actor=HOLDS, key="c", at=AT)
    with pytest.raises(PaymentClosed):
        operations.cancel_payment(payment_ref=payment.ref, reason="lapsed", actor=HOLDS, key="d", at=AT)


def test_cancel_payment_that_was_paid_meanwhile_still_tells_the_money() -> None:
    payment = an_open_session()
    click(payment, "pay")
    operations.cancel_payment(payment_ref=payment.ref, reason="lapsed", actor=HOLDS, key=new_key(), at=AT)
    run(OperationKind.CANCEL, payment.ref)
    run(OperationKind.PAY_IN, payment.ref, at=AT + days(1))

    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED
    assert [kind for kind, _ in told(*MONEY_IN)] == [
        "payment_expired",
        "payment_received",
        "payment_succeeded",
    ]


def test_cancel_payment_before_the_provider_was_called_opens_no_page() -> None:
    payment = a_payment(provider="sandbox")
    operations.cancel_payment(payment_ref=payment.ref, reason="lapsed", actor=HOLDS, key=new_key(), at=AT)

    assert run(OperationKind.CANCEL, payment.ref) == OperationState.UNKNOWN
    assert run(OperationKind.PAY_IN, payment.ref) == OperationState.REFUSED
    assert run(OperationKind.CANCEL, payment.ref, at=AT + days(1)) == OperationState.DONE
    payment.refresh_from_db()
    assert (payment.state, payment.provider_ref) == (PaymentState.EXPIRED, "")


def test_cancel_payment_by_a_stranger_is_refused() -> None:
    payment = a_payment()
    with pytest.raises(NotAllowed):
        operations.cancel_payment(payment_ref=payment.ref, reason="x", actor=a_member(), key=new_key(), at=AT)
    payment.refresh_from_db()
    assert payment.state == PaymentState.STARTED


# --- the table ------------------------------------------------------------------------------------------------

LEGAL = {
    ("started", "processing"),
    ("started", "partly_funded"),
    ("started", "succeeded"),
    ("started", "failed"),
    ("started", "expired"),
    ("processing", "partly_funded"),
    ("processing", "succeeded"),
    ("processing", "failed"),
    ("processing", "expired"),
    ("partly_funded", "succeeded"),
    ("partly_funded", "expired"),
    ("partly_funded", "reversed"),
    ("succeeded", "reversed"),
    ("failed", "partly_funded"),
    ("failed", "succeeded"),
    ("expired", "partly_funded"),
    ("expired", "succeeded"),
}


@pytest.mark.parametrize("before", PaymentState.values)
@pytest.mark.parametrize("after", PaymentState.values)
def test_payment_steps_are_exactly_these(before: str, after: str) -> None:
    payment = Payment(ref="pay_x", state=before)
    assert payment.can_move_to(after) is ((before, after) in LEGAL)
    if (before, after) not in LEGAL:
        with pytest.raises(IllegalTransition):
            payment.move_to(after, actor=HOLDS, at=AT)


def test_database_refuses_a_success_without_the_money() -> None:
    payment = a_payment()
    with pytest.raises(IntegrityError, match="payment_succeeded_is_fully_received"), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(state="succeeded", succeeded_at=AT)
    with pytest.raises(IntegrityError, match="payment_refunded_not_above_received"), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(refunded_minor=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ta_payments_payment WHERE state = 'started'")
        assert cursor.fetchone() == (1,)
