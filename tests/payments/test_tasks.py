"""The sweep does what no bell rang for; one row that fails does not stop the others. Books find what is planted."""

from __future__ import annotations

import logging

import pytest
import time_machine
from django.db import connection

from marketplace.core.money import Money
from tests.factories import AT, days
from tests.factories.payments import (
    a_paid_session,
    a_payment,
    a_payout,
    a_received_transfer,
    a_refund,
    an_open_session,
    click,
    operation_for,
)
from trade_assurance.payments import tasks
from trade_assurance.payments.books import discrepancies
from trade_assurance.payments.models import ProviderOperation, WebhookEvent
from trade_assurance.payments.states import OperationKind, OperationState, PaymentState
from trade_assurance.payments.wiring import providers_answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def _next_day() -> object:
    with time_machine.travel(AT + days(1), tick=False):
        yield


@pytest.mark.usefixtures("_next_day")
def test_sweep_finishes_everything_that_was_left_lying(settings: object) -> None:
    settings.SITE_URL = "http://127.0.0.1:9"  # type: ignore[attr-defined]  # no webhook gets through
    payment = an_open_session()
    click(payment, "slow_success", slow_seconds=5)
    refund = a_refund(a_paid_session(), Money(100, "USD"))
    payout = a_payout(provider="sandbox")
    waiting = a_payment(provider="sandbox")

    tasks.sweep()
    for subject, kind in ((refund.ref, OperationKind.REFUND), (payment.ref, OperationKind.PAY_IN)):
        assert operation_for(kind, subject).state == OperationState.DONE
    assert operation_for(OperationKind.PAY_OUT, payout.subject).state == OperationState.PENDING
    assert operation_for(OperationKind.PAY_IN, waiting.ref).state == OperationState.PENDING
    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED
    with time_machine.travel(AT + days(2), tick=False):
        tasks.sweep()
    assert operation_for(OperationKind.PAY_OUT, payout.subject).state == OperationState.DONE


@pytest.mark.usefixtures("_next_day")
def test_one_broken_row_does_not_stop_the_sweep(caplog: pytest.LogCaptureFixture) -> None:
    broken, sound = a_payment(provider="sandbox"), a_payment(provider="sandbox")
    ProviderOperation.objects.filter(subject=broken.ref).update(provider="gone")
    WebhookEvent.objects.create(
        provider="gone",
        event_id="e",
        kind="k",
        object_kind="payment",
        object_ref="r",
        received_at=AT,
        wake_at=AT,
    )
    with caplog.at_level(logging.CRITICAL):
        tasks.sweep()

    left = operation_for(OperationKind.PAY_IN, broken.ref)
    assert left.state == OperationState.CREATED
    assert left.wake_at is not None
    assert left.wake_at > AT + days(1)
    assert operation_for(OperationKind.PAY_IN, sound.ref).state == OperationState.PENDING
    event = WebhookEvent.objects.get()
    assert (event.attempts, event.processed_at) == (1, None)
    assert "UnknownProvider" in event.last_error


def test_readiness_tells_of_operations_that_nobody_follows_up() -> None:
    assert providers_answer(AT).good
    a_payment(provider="sandbox")
    assert providers_answer(AT).good
    assert not providers_answer(AT + days(1)).good


@pytest.mark.planted_errors
def test_books_name_payments_that_do_not_add_up() -> None:
    payment = a_received_transfer(money=Money(1000, "USD"))
    a_refund(payment, Money(100, "USD"))
    assert list(discrepancies()) == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ta_payments_payment SET received_minor = 1001, refunded_minor = 99")
    found = [(line.subject, str(line.text).replace("\u00a0", " ")) for line in discrepancies()]
    assert found == [
        (f"payment {payment.ref}", "received 10.01 USD, but its rows sum to 10.00 USD"),
        (f"payment {payment.ref}", "refunded 0.99 USD, but its rows sum to 1.00 USD"),
    ]
