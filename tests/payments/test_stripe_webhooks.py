"""Stripe at our door: forged, stale, huge, another mode's, another account's, twice, in any order, early, never."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta
from typing import Any

import pytest
import stripe
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from marketplace.core import clock
from tests.factories import AT
from tests.factories.payments import USD, a_payment, a_refund, operation_for, run, told
from tests.factories.stripe import (
    a_connected_account,
    a_stripe_page,
    a_stripe_payment,
    charge_of,
    deliver,
    the_rail,
)
from tests.payments.stripe_standin import SECRETS, Standin, signed
from tests.plugins.sizes import size
from trade_assurance.payments import operations
from trade_assurance.payments.errors import ForgedWebhook, WebhookTooLarge
from trade_assurance.payments.models import Payment, ReviewItem, WebhookEvent
from trade_assurance.payments.providers.base import NoticeObject
from trade_assurance.payments.providers.stripe_rail.webhooks import TOLERANCE
from trade_assurance.payments.states import OperationKind, OperationState, PaymentState, RefundState

pytestmark = pytest.mark.django_db
MONEY_IN = ("payment_received", "payment_succeeded", "payment_failed", "payment_expired")


def event_of(standin: Standin, kind: str) -> dict[str, Any]:
    return next(event for event in reversed(standin.world.events) if event["type"] == kind)


def take(
    event: dict[str, Any], *, at: datetime = AT, header: str | None = None, raw: bytes | None = None
) -> bool:
    headers, body = signed(event, at)
    if header is not None:
        headers = {"Stripe-Signature": header}
    return operations.receive_webhook(provider="stripe", headers=headers, raw=raw or body, at=AT)


# --- the door -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", SECRETS)
def test_either_secret_opens_while_one_is_being_exchanged(standin: Standin, secret: str) -> None:
    payment = a_stripe_page()
    standin.world.pay(payment.provider_ref)
    event = event_of(standin, "checkout.session.completed")

    assert deliver(event, secret=secret) == PaymentState.SUCCEEDED


def test_forged_events_are_turned_away_and_nothing_is_kept(standin: Standin) -> None:
    payment = a_stripe_page()
    standin.world.pay(payment.provider_ref)
    event = event_of(standin, "checkout.session.completed")
    headers, body = signed(event, AT)
    right = headers["Stripe-Signature"]
    foreign, _body = signed(event, AT, secret="whsec_of_somebody_else")
    for header in (
        "",
        "t=1",
        "v1=abc",
        f"{right[:-20]}",
        right.replace("v1=", "v0="),
        foreign["Stripe-Signature"],
    ):
        with pytest.raises(ForgedWebhook):
            take(event, header=header)
    with pytest.raises(ForgedWebhook):
        take(event, raw=body.replace(b"checkout", b"checkin_"))
    with pytest.raises(ForgedWebhook):
        take(event, raw=b"\xff\xfe not text", header=right)
    assert WebhookEvent.objects.count() == 0


@pytest.mark.parametrize(
    "moment", [AT - TOLERANCE - timedelta(seconds=1), AT + TOLERANCE + timedelta(seconds=1)]
)
def test_stale_event_is_turned_away(standin: Standin, moment: datetime) -> None:
    a_stripe_payment(standin)
    with pytest.raises(ForgedWebhook):
        take(event_of(standin, "payment_intent.succeeded"), at=moment)
    assert WebhookEvent.objects.count() == 0


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b'"text"', b"{", b'{"id":1,"type":"x","livemode":false,"data":null}']
)
def test_signed_nonsense_is_turned_away(standin: Standin, body: bytes) -> None:
    header = stripe.WebhookSignature.generate_signature_header(body.decode(), SECRETS[1], int(AT.timestamp()))
    with pytest.raises(ForgedWebhook):
        take({}, raw=body, header=header)
    assert WebhookEvent.objects.count() == 0


def test_huge_event_is_turned_away(standin: Standin) -> None:
    with pytest.raises(WebhookTooLarge):
        take({"id": "evt_huge", "padding": "x" * 1_100_000})
    assert WebhookEvent.objects.count() == 0


def test_without_a_secret_nobody_is_let_in(standin: Standin, settings: Settings) -> None:
    a_stripe_payment(standin)
    settings.STRIPE_WEBHOOK_SECRET = ""
    with pytest.raises(ForgedWebhook):
        take(event_of(standin, "payment_intent.succeeded"))


def test_door_answers_over_http_and_takes_an_event_once(standin: Standin) -> None:
    a_stripe_payment(standin)
    headers, raw = signed(event_of(standin, "payment_intent.succeeded"), clock.now())
    browser, address = Client(), reverse("payments_webhook", args=["stripe"])

    def post(body: bytes) -> tuple[int, object]:
        answer = browser.post(address, body, content_type="application/json", headers=headers)
        return answer.status_code, answer.json()

    assert post(raw) == (200, {"received": True, "new": True})
    assert post(raw) == (200, {"received": True, "new": False})
    status, problem = post(raw + b" ")
    assert (status, problem["code"]) == (401, "forged_webhook")  # type: ignore[index]
    assert WebhookEvent.objects.count() == 1


# --- what it brings -------------------------------------------------------------------------------------------------


def test_events_twice_and_in_any_order_bring_the_money_once(standin: Standin) -> None:
    chance = random.Random(7)
    for _ in range(size(3, 6, 40)):
        payment = a_stripe_page()
        begun = len(standin.world.events)
        standin.world.decline(payment.provider_ref)
        standin.world.settle(standin.world.begin_slowly(payment.provider_ref))
        events = standin.world.events[begun:] * 2
        chance.shuffle(events)
        for event in events:
            deliver(event)
        payment.refresh_from_db()
        assert (payment.state, payment.received) == (PaymentState.SUCCEEDED, USD)
    assert {kind for kind, _minor in told(*MONEY_IN)} == {"payment_received", "payment_succeeded"}
    assert len(told("payment_received")) == Payment.objects.count()
    assert ReviewItem.objects.count() == 0


def test_event_before_our_own_answer_finds_the_payment_by_its_name(standin: Standin) -> None:
    payment = a_payment(provider="stripe")
    standin.fault("post /v1/checkout/sessions$", "lost_after", times=3)
    run(OperationKind.PAY_IN, payment.ref)
    session = standin.world.all("checkout.session")[0]
    standin.world.pay(session["id"])

    assert deliver(event_of(standin, "payment_intent.succeeded")) == PaymentState.SUCCEEDED
    assert run(OperationKind.PAY_IN, payment.ref, at=AT + timedelta(minutes=1)) == OperationState.DONE
    assert told("payment_received") == [("payment_received", USD.amount_minor)]
    refund = a_refund(payment, USD)
    assert run(OperationKind.REFUND, refund.ref) == OperationState.DONE


def test_payment_that_no_event_tells_is_found_by_asking(standin: Standin) -> None:
    payment = a_stripe_page()
    standin.world.pay(payment.provider_ref)

    assert run(OperationKind.PAY_IN, payment.ref, at=AT + timedelta(minutes=1)) == OperationState.DONE
    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED


def test_early_event_of_a_refund_waits_for_its_row(standin: Standin) -> None:
    payment = a_stripe_payment(standin)
    refund = a_refund(payment, USD)
    standin.fault("post /v1/refunds", "lost_after", times=3)
    run(OperationKind.REFUND, refund.ref)
    event = event_of(standin, "refund.created")
    assert deliver(event) == "postponed"

    run(OperationKind.REFUND, refund.ref, at=AT + timedelta(minutes=1))
    refund.refresh_from_db()
    assert refund.state == RefundState.CONFIRMED


def test_event_whose_object_cannot_be_read_is_tried_again(standin: Standin) -> None:
    payment = a_stripe_page()
    standin.world.pay(payment.provider_ref)
    event = event_of(standin, "checkout.session.completed")
    standin.fault("get /v1/checkout/sessions", "lost_before", times=3)
    assert deliver(event) == "postponed"

    assert deliver(event, at=AT + timedelta(minutes=1)) == PaymentState.SUCCEEDED


def test_right_signature_does_not_make_the_content_right(standin: Standin) -> None:
    payment = a_stripe_page()
    session = standin.world.things[payment.provider_ref]
    for field, value in (("amount_total", 1), ("currency", "eur"), ("livemode", True), ("metadata", {})):
        was = session[field]
        session[field] = value
        assert operations.refresh_payment(payment_ref=payment.ref, at=AT).state == PaymentState.STARTED
        session[field] = was
    reasons = set(ReviewItem.objects.values_list("reason", flat=True))
    assert reasons == {"payment_amount", "payment_currency", "payment_live_mode", "payment_subject"}
    assert told(*MONEY_IN) == []


def test_event_of_the_other_mode_goes_to_review(standin: Standin) -> None:
    payment = a_stripe_page()
    standin.world.pay(payment.provider_ref)
    event = {**event_of(standin, "checkout.session.completed"), "livemode": True}

    assert deliver(event) == "review: live_mode"
    payment.refresh_from_db()
    assert payment.state == PaymentState.STARTED
    assert ReviewItem.objects.get().reason == "live_mode"


def test_event_of_a_suppliers_own_account_is_not_ours(standin: Standin) -> None:
    payment = a_stripe_page()
    standin.world.pay(payment.provider_ref)
    event = {**event_of(standin, "payment_intent.succeeded"), "account": "acct_somebody"}

    assert deliver(event) == "ignored: not about a payment"
    payment.refresh_from_db()
    assert payment.state == PaymentState.STARTED


def test_payment_of_another_shop_on_the_same_account_goes_to_review(standin: Standin) -> None:
    intent = standin.world.make(
        "pi", "payment_intent", amount=500, amount_received=500, currency="usd", status="succeeded",
        metadata={}, latest_charge=None, customer=None, next_action=None, payment_method_types=["card"],
    )  # fmt: skip
    event = standin.world.tell("payment_intent.succeeded", intent)
    deliver(event)
    row = WebhookEvent.objects.get(event_id=event["id"])
    outcomes = [
        operations.process_webhook(event_id=row.pk, at=AT + timedelta(hours=hour)) for hour in range(1, 8)
    ]
    assert outcomes[-1] == "review: unknown_object"
    assert told(*MONEY_IN) == []


@pytest.mark.parametrize(
    ("kind", "thing", "about", "ref"),
    [
        ("checkout.session.completed", {"object": "checkout.session", "id": "cs_1"}, NoticeObject.PAYMENT, "cs_1"),
        ("payment_intent.processing", {"object": "payment_intent", "id": "pi_1"}, NoticeObject.PAYMENT, "pi_1"),
        ("charge.updated", {"object": "charge", "id": "ch_1", "payment_intent": "pi_1"}, NoticeObject.PAYMENT, "pi_1"),
        ("charge.updated", {"object": "charge", "id": "ch_1", "payment_intent": None}, NoticeObject.OTHER, ""),
        ("cash_balance.funds_available", {"object": "cash_balance", "customer": "cus_1"}, NoticeObject.PAYMENT, "cus_1"),
        ("charge.refund.updated", {"object": "refund", "id": "re_1"}, NoticeObject.REFUND, "re_1"),
        ("transfer.reversed", {"object": "transfer", "id": "tr_1"}, NoticeObject.PAYOUT, "tr_1"),
        ("charge.dispute.closed", {"object": "dispute", "id": "du_1"}, NoticeObject.CHARGEBACK, "du_1"),
        ("account.updated", {"object": "account", "id": "acct_1"}, NoticeObject.ACCOUNT, "acct_1"),
        ("capability.updated", {"object": "capability", "id": "transfers", "account": "acct_1"}, NoticeObject.ACCOUNT, "acct_1"),
        ("payout.failed", {"object": "payout", "id": "po_1"}, NoticeObject.OTHER, "po_1"),
        ("price.created", {"object": "price", "id": "price_1"}, NoticeObject.OTHER, "price_1"),
    ],
)  # fmt: skip
def test_each_kind_of_event_leads_to_the_object_it_is_about(
    standin: Standin, kind: str, thing: dict[str, Any], about: NoticeObject, ref: str
) -> None:
    event = {"id": "evt_1", "object": "event", "type": kind, "livemode": False, "data": {"object": thing}}
    headers, raw = signed(event, AT)
    notice = the_rail().parse_webhook(headers, raw, AT)

    assert (notice.event_id, notice.kind, notice.object_kind, notice.object_ref) == (
        "evt_1",
        kind,
        about,
        ref,
    )


def test_thin_event_names_the_account_it_is_about(standin: Standin) -> None:
    account = a_connected_account(standin)
    event = standin.world.events[-1]
    assert event["object"] == "v2.core.event"
    headers, raw = signed(event, AT)
    notice = the_rail().parse_webhook(headers, raw, AT)

    assert (notice.object_kind, notice.object_ref) == (NoticeObject.ACCOUNT, account)
    assert len(notice.kind) <= 64


def test_event_of_a_chargeback_names_the_dispute(standin: Standin) -> None:
    dispute = standin.world.dispute(charge_of(standin, a_stripe_payment(standin)))
    headers, raw = signed(event_of(standin, "charge.dispute.created"), AT)
    notice = the_rail().parse_webhook(headers, raw, AT)

    assert (notice.object_kind, notice.object_ref) == (NoticeObject.CHARGEBACK, dispute["id"])
    assert json.loads(raw)["data"]["object"]["id"] == dispute["id"]
    assert operation_for(OperationKind.PAY_IN, Payment.objects.get().ref).state == OperationState.DONE
