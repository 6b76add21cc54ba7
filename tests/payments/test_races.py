"""Two at once: workers on one operation, officers on one receipt, webhooks and returns on one payment."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories import AT, days
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
    told,
)
from tests.factories.stripe import a_connected_account, a_stripe_payment, a_stripe_payout
from tests.ledger.test_operations import together
from tests.payments.stripe_standin import Standin
from trade_assurance.payments import operations
from trade_assurance.payments.errors import NothingToConfirm, ReceiptRecordedBefore, RefundTooLarge
from trade_assurance.payments.models import (
    BankReceipt,
    Payment,
    Refund,
    SandboxDelivery,
    SandboxObject,
    WebhookEvent,
)
from trade_assurance.payments.providers.sandbox_post import SIGNATURE_HEADER, signature
from trade_assurance.payments.states import OperationKind

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def failures(results: list[object]) -> list[type]:
    """The kinds of the exceptions among the results."""
    return [type(result) for result in results if isinstance(result, Exception)]


def test_four_workers_on_one_refund_refund_once() -> None:
    refund = a_refund(a_paid_session(), Money(1000, "USD"))
    operation = operation_for(OperationKind.REFUND, refund.ref)
    results = together(*[lambda: operations.run_operation(operation_id=operation.pk, at=AT)] * 4)

    assert failures(results) == []
    assert SandboxObject.objects.filter(kind="refund").count() == 1
    assert told("refund_confirmed") == [("refund_confirmed", 1000)]


def test_four_workers_on_refund_and_payout_by_stripe_do_each_once(standin: Standin) -> None:
    payment = a_stripe_payment(standin)
    refund = a_refund(payment, Money(1_000, "USD"))
    account = a_connected_account(standin)
    payout = a_stripe_payout(account, money=Money(2_000, "USD"), source=payment.provider_ref)
    for operation in (operation_for(OperationKind.REFUND, refund.ref), payout):
        standin.fault("post /v1/(refunds|transfers)$", "late", seconds=0.2)
        results = together(
            *[partial(operations.run_operation, operation_id=operation.pk, at=AT)] * 3,
            # the lease has run out while the first call is still under way
            *[partial(operations.run_operation, operation_id=operation.pk, at=AT + timedelta(minutes=2))] * 2,
        )
        assert failures(results) == []
    standin.settled()

    assert [one["amount"] for one in standin.world.all("refund")] == [1_000]
    assert [one["amount"] for one in standin.world.all("transfer")] == [2_000]
    assert told("refund_confirmed", "payout_confirmed") == [
        ("refund_confirmed", 1_000),
        ("payout_confirmed", 2_000),
    ]


def test_four_clicks_on_pay_start_one_payment_and_open_one_page() -> None:
    from marketplace.core.ids import new_ref
    from tests.factories.accounts import a_company, owner_of

    payer = a_company()
    actor, root = owner_of(payer), new_ref("ord")

    def pay() -> str:
        payment = operations.start_payment(
            provider="sandbox",
            subject="hold_a",
            root=root,
            payer_company_id=payer.pk,
            money=USD,
            description="Order",
            return_url="/",
            actor=actor,
            key="one form",
            at=AT,
        )
        return operations.continue_payment(payment_ref=payment.ref, at=AT)

    results = together(*[pay] * 4)
    assert failures(results) == []
    assert Payment.objects.count() == 1
    assert SandboxObject.objects.filter(kind="session").count() == 1


def test_webhook_poller_and_returning_payer_together_tell_the_money_once() -> None:
    payment = an_open_session()
    click(payment, "pay")
    body = SandboxDelivery.objects.get().body.encode()
    operations.receive_webhook(
        provider="sandbox", headers={SIGNATURE_HEADER: signature(body, AT)}, raw=body, at=AT
    )
    event = WebhookEvent.objects.get()
    operation = operation_for(OperationKind.PAY_IN, payment.ref)
    results = together(
        lambda: operations.process_webhook(event_id=event.pk, at=AT),
        lambda: operations.process_webhook(event_id=event.pk, at=AT),
        lambda: operations.run_operation(operation_id=operation.pk, at=AT + days(1)),
        lambda: operations.refresh_payment(payment_ref=payment.ref, at=AT),
        lambda: operations.refresh_payment(payment_ref=payment.ref, at=AT),
    )
    assert failures(results) == []
    assert told("payment_received", "payment_succeeded") == [
        ("payment_received", USD.amount_minor),
        ("payment_succeeded", USD.amount_minor),
    ]


def test_the_same_webhook_five_times_at_once_is_stored_once() -> None:
    payment = an_open_session()
    click(payment, "pay")
    body = SandboxDelivery.objects.get().body.encode()
    headers = {SIGNATURE_HEADER: signature(body, AT)}
    results = together(
        *[lambda: operations.receive_webhook(provider="sandbox", headers=headers, raw=body, at=AT)] * 5
    )
    assert sorted(str(result) for result in results) == ["False"] * 4 + ["True"]
    assert WebhookEvent.objects.count() == 1


def test_two_officers_recording_one_statement_line_record_it_once() -> None:
    payment = a_payment()

    def record() -> BankReceipt:
        return operations.record_bank_receipt(
            payment_ref=payment.ref,
            money=USD,
            received_on=AT.date(),
            bank_reference="STMT 17/4",
            proof=None,
            actor=officer(),
            key=new_key(),
            at=AT,
        )

    results = together(record, record, record)
    assert failures(results) == [ReceiptRecordedBefore] * 2
    payment.refresh_from_db()
    assert payment.received == USD


def test_two_refunds_of_the_whole_at_once_give_it_back_once() -> None:
    payment = a_received_transfer()
    results = together(*[lambda: a_refund(payment, USD)] * 4)
    assert failures(results) == [RefundTooLarge] * 3
    assert Refund.objects.count() == 1


def test_confirming_and_failing_one_payout_at_once_has_one_outcome() -> None:
    payout = a_payout()
    results = together(
        lambda: operations.confirm_bank_payout(
            subject=payout.subject, reference="OUT 1", proof=None, actor=officer(), key=new_key(), at=AT
        ),
        lambda: operations.fail_bank_payout(
            subject=payout.subject, reason="closed", actor=officer(), key=new_key(), at=AT
        ),
        lambda: operations.confirm_bank_payout(
            subject=payout.subject, reference="OUT 2", proof=None, actor=officer(), key=new_key(), at=AT
        ),
    )
    assert failures(results) == [NothingToConfirm] * 2
    assert len(told("payout_confirmed", "payout_failed")) == 1


def test_paying_while_the_payment_is_cancelled_ends_with_the_money_told() -> None:
    payment = an_open_session()
    together(
        lambda: click(payment, "pay"),
        lambda: operations.cancel_payment(
            payment_ref=payment.ref, reason="lapsed", actor=HOLDS, key=new_key(), at=AT
        ),
    )
    for kind in (OperationKind.CANCEL, OperationKind.PAY_IN):
        operation = operation_for(kind, payment.ref)
        operations.run_operation(operation_id=operation.pk, at=AT + days(1))
    payment.refresh_from_db()
    session = SandboxObject.objects.get()
    assert payment.received_minor == session.received_minor
    assert (payment.state, session.status) in {("succeeded", "paid"), ("expired", "expired")}
