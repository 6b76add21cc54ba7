"""The providers' door: signature, size, age, duplicates, order, strangers, and facts that differ."""

from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.test import Client

from marketplace.core.models import OutboxEvent
from marketplace.core.money import Money
from tests.factories import AT, days
from tests.factories.payments import (
    USD,
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
from trade_assurance.payments.models import Payment, ReviewItem, SandboxDelivery, SandboxObject, WebhookEvent
from trade_assurance.payments.providers import sandbox_post, sandbox_server
from trade_assurance.payments.providers.sandbox_post import SIGNATURE_HEADER, signature
from trade_assurance.payments.providers.sandbox_server import LOST_BEFORE
from trade_assurance.payments.states import OperationKind, OperationState, PaymentState, RefundState

pytestmark = pytest.mark.django_db
DOOR = "/webhooks/payments/sandbox/"
MONEY_IN = ("payment_received", "payment_succeeded")


def bodies() -> list[bytes]:
    """What the sandbox wants to tell, oldest first."""
    return [row.body.encode() for row in SandboxDelivery.objects.order_by("pk")]


def knock(body: bytes, *, sign: str | None = None, door: str = DOOR) -> int:
    """Send a body to the door now (the clock stands at AT); the status."""
    headers = {SIGNATURE_HEADER: signature(body, AT) if sign is None else sign}
    with time_machine.travel(AT, tick=False):
        return Client().post(door, data=body, content_type="application/json", headers=headers).status_code


def work_off(at: object = AT) -> list[str]:
    """Have the worker work off the inbox."""
    return [
        operations.process_webhook(event_id=pk, at=at)  # type: ignore[arg-type]
        for pk in operations.due_webhooks(at=at)  # type: ignore[arg-type]
    ]


def test_webhook_is_stored_then_worked_off_and_money_is_told_once() -> None:
    payment = an_open_session()
    click(payment, "pay")
    (body,) = bodies()

    assert knock(body) == 200
    payment.refresh_from_db()
    assert payment.state == PaymentState.STARTED
    assert work_off() == ["succeeded"]
    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED
    assert told(*MONEY_IN) == [
        ("payment_received", USD.amount_minor),
        ("payment_succeeded", USD.amount_minor),
    ]
    assert operations.due_webhooks(at=AT + days(9)) == []


def test_webhook_five_times_changes_once() -> None:
    payment = an_open_session()
    click(payment, "pay")
    (body,) = bodies()

    assert [knock(body) for _ in range(5)] == [200] * 5
    assert WebhookEvent.objects.count() == 1
    work_off()
    event = WebhookEvent.objects.get()
    assert operations.process_webhook(event_id=event.pk, at=AT) == "succeeded"
    assert len(told(*MONEY_IN)) == 2


def test_webhooks_in_reverse_order_end_in_the_same_state() -> None:
    payment = an_open_session()
    click(payment, "decline")
    click(payment, "slow_success")
    sandbox_server.settle_due(at=AT + days(1))

    for body in reversed(bodies()):
        assert knock(body) == 200
    assert len(work_off()) == 3
    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED
    assert len(told(*MONEY_IN)) == 2


def test_webhook_before_the_answer_of_the_start_finds_its_payment() -> None:
    payment = a_payment(provider="sandbox")
    sandbox_server.lay_fault(call="session", mode=sandbox_server.LOST_AFTER, at=AT)
    run(OperationKind.PAY_IN, payment.ref)
    session = SandboxObject.objects.get()
    sandbox_server.act_on_page(session.ref, "pay", slow_seconds=1, at=AT)

    assert knock(bodies()[0]) == 200
    assert work_off() == ["succeeded"]
    operation = operation_for(OperationKind.PAY_IN, payment.ref)
    assert (operation.state, operation.provider_ref) == (OperationState.DONE, session.ref)


def test_webhook_that_never_comes_is_made_up_for_by_the_poller() -> None:
    payment = an_open_session()
    click(payment, "pay")
    operation = operation_for(OperationKind.PAY_IN, payment.ref)

    assert operations.due_operations(at=AT + days(1)) == [operation.pk]
    run(OperationKind.PAY_IN, payment.ref, at=AT + days(1))
    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED


@pytest.mark.parametrize(
    "sign",
    [
        "",
        "nonsense",
        "t=,v1=",
        "t=1,v1=" + "0" * 64,
        "t=²,v1=x",
        "v1=abc",
        "t=99999999999999999999,v1=a",
        "t=1772442000,v1=é",
    ],
)
def test_forged_webhook_is_refused_and_stores_nothing(sign: str) -> None:
    payment = an_open_session()
    click(payment, "pay")
    assert knock(bodies()[0], sign=sign) == 401
    assert WebhookEvent.objects.count() == 0


def test_webhook_signed_for_another_body_is_refused() -> None:
    payment = an_open_session()
    click(payment, "pay")
    (body,) = bodies()
    assert knock(body.replace(b"sbs_", b"sbs-"), sign=signature(body, AT)) == 401
    assert WebhookEvent.objects.count() == 0


@pytest.mark.parametrize(("age", "status"), [(299, 200), (-299, 200), (301, 401), (-301, 401), (86_400, 401)])
def test_stale_webhook_is_refused(age: int, status: int) -> None:
    payment = an_open_session()
    click(payment, "pay")
    (body,) = bodies()
    assert knock(body, sign=signature(body, AT - timedelta(seconds=age))) == status
    assert WebhookEvent.objects.count() == (status == 200)


def test_huge_webhook_is_refused() -> None:
    body = b"{" + b" " * 1_000_000 + b"}"
    assert knock(body) == 413
    assert WebhookEvent.objects.count() == 0


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"id": 1}', b"\xff\xfe", b'{"id":"e","type":"t","object":[]}']
)
def test_signed_nonsense_is_refused(body: bytes) -> None:
    assert knock(body) == 401
    assert WebhookEvent.objects.count() == 0


def test_door_of_unknown_or_manual_providers_and_other_methods() -> None:
    assert knock(b"{}", door="/webhooks/payments/nobody/") == 404
    assert knock(b"{}", door="/webhooks/payments/bank_transfer/") == 404
    assert Client().get(DOOR).status_code == 405


def test_webhook_about_a_stranger_ends_in_review_and_holds_nothing() -> None:
    payment = an_open_session()
    click(payment, "pay")
    body = json.dumps(
        {"id": "evt_1", "type": "session.paid", "object": {"kind": "session", "ref": payment.provider_ref}}
    )
    Payment.objects.filter(pk=payment.pk).update(ref="pay_renamed", provider_ref="sbs_other")

    assert knock(body.encode()) == 200
    for day in range(1, 8):
        work_off(AT + days(day))
    assert WebhookEvent.objects.get().outcome == "review: unknown_object"
    assert told(*MONEY_IN) == []
    assert ReviewItem.objects.get().reason == "unknown_object"
    assert OutboxEvent.objects.filter(kind="payment_review_opened").count() == 1


def test_webhook_of_an_object_kind_we_do_not_keep_is_filed() -> None:
    body = json.dumps({"id": "evt_1", "type": "x.y", "object": {"kind": "weather", "ref": "w"}}).encode()
    assert knock(body) == 200
    assert work_off() == ["ignored: not about a payment"]


@pytest.mark.parametrize(
    ("tampered", "reason"),
    [
        ({"amount_minor": 1}, "payment_amount"),
        ({"currency": "JPY"}, "payment_currency"),
        ({"metadata": {"operation": "0", "subject": "pay_other"}}, "payment_subject"),
        ({"received_minor": 5}, "payment_paid_but_not_received"),
    ],
)
def test_facts_that_differ_from_ours_hold_nothing_and_go_to_review(
    tampered: dict[str, object], reason: str
) -> None:
    payment = an_open_session()
    click(payment, "pay")
    SandboxObject.objects.filter(ref=payment.provider_ref).update(**tampered)

    assert knock(bodies()[0]) == 200
    assert work_off()[0].startswith("review")
    payment.refresh_from_db()
    assert (payment.state, payment.received_minor) == (PaymentState.STARTED, 0)
    assert told(*MONEY_IN) == []
    assert ReviewItem.objects.get().reason == reason
    run(OperationKind.PAY_IN, payment.ref, at=AT + days(1))
    assert ReviewItem.objects.count() == 1


def test_provider_that_says_less_than_before_goes_to_review() -> None:
    payment = a_paid_session()
    SandboxObject.objects.filter(ref=payment.provider_ref).update(received_minor=5)
    operations.refresh_payment(payment_ref=payment.ref, at=AT)

    payment.refresh_from_db()
    assert payment.received == USD
    assert ReviewItem.objects.get().reason == "payment_received_less_than_before"


def test_webhook_without_an_answer_of_the_provider_is_tried_later() -> None:
    payment = an_open_session()
    click(payment, "pay")
    knock(bodies()[0])
    sandbox_server.lay_fault(call="get", mode=LOST_BEFORE, at=AT)

    assert work_off() == ["postponed"]
    assert work_off() == []
    assert work_off(AT + days(1)) == ["succeeded"]


def test_webhooks_of_refunds_and_payouts_apply_once() -> None:
    refund = a_refund(a_paid_session(), Money(1000, "USD"))
    payout = a_payout(provider="sandbox")
    run(OperationKind.PAY_OUT, payout.subject)
    run(OperationKind.REFUND, refund.ref)
    sandbox_server.settle_due(at=AT + days(1))
    for body in bodies():
        assert knock(body) == 200
    work_off()

    refund.refresh_from_db()
    assert refund.state == RefundState.CONFIRMED
    assert operation_for(OperationKind.PAY_OUT, payout.subject).state == OperationState.DONE
    assert told("refund_confirmed", "payout_confirmed") == [
        ("refund_confirmed", 1000),
        ("payout_confirmed", USD.amount_minor),
    ]


@pytest.mark.django_db(transaction=True)
def test_sandbox_carries_its_webhooks_over_http_to_the_door(
    live_server: object, settings: SimpleNamespace
) -> None:
    from marketplace.core import clock

    settings.SITE_URL = live_server.url  # type: ignore[attr-defined]
    now = clock.now()
    payment = an_open_session(at=now)
    click(payment, "pay", at=now)

    assert sandbox_post.deliver_due(at=now) == 1
    assert sandbox_post.deliver_due(at=now) == 0
    assert WebhookEvent.objects.count() == 1
    assert work_off(clock.now()) == ["succeeded"]


@pytest.mark.django_db(transaction=True)
def test_sandbox_tries_again_when_the_door_is_shut(settings: SimpleNamespace) -> None:
    settings.SITE_URL = "http://127.0.0.1:9"
    payment = an_open_session()
    click(payment, "pay")

    assert sandbox_post.deliver_due(at=AT) == 0
    delivery = SandboxDelivery.objects.get()
    assert (delivery.attempts, delivery.delivered_at) == (1, None)
    assert delivery.wake_at is not None
    assert delivery.wake_at > AT
