"""Payments by Stripe, brought to a state through our operations and the stand-in's own side (buyers, banks)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marketplace.core.ids import new_key, new_ref
from marketplace.core.money import Money
from tests.factories import AT
from tests.factories.accounts import a_company
from tests.factories.payments import HOLDS, USD, a_payment
from tests.payments.stripe_standin import Standin, signed
from trade_assurance.payments import operations
from trade_assurance.payments.models import Payment, ProviderOperation, WebhookEvent
from trade_assurance.payments.providers.base import Call, OnboardSpec, Pending
from trade_assurance.payments.providers.registry import rail
from trade_assurance.payments.providers.stripe_rail import StripeRail
from trade_assurance.payments.states import OperationKind

Event = dict[str, Any]


def the_rail() -> StripeRail:
    """The rail itself, for what no operation asks it yet."""
    found = rail("stripe")
    assert isinstance(found, StripeRail)
    return found


def a_stripe_page(*, money: Money = USD, at: datetime = AT) -> Payment:
    """A payment whose Checkout page is open."""
    payment = a_payment(provider="stripe", money=money, at=at)
    operations.continue_payment(payment_ref=payment.ref, at=at)
    payment.refresh_from_db()
    return payment


def a_stripe_payment(
    standin: Standin, *, money: Money = USD, method: str = "card", at: datetime = AT
) -> Payment:
    """A payment that has arrived."""
    payment = a_stripe_page(money=money, at=at)
    standin.world.pay(payment.provider_ref, method=method)
    return operations.refresh_payment(payment_ref=payment.ref, at=at)


def charge_of(standin: Standin, payment: Payment) -> Event:
    """The charge of a payment that has arrived."""
    intent = standin.world.things[standin.world.things[payment.provider_ref]["payment_intent"]]
    return standin.world.things[intent["latest_charge"]]


def deliver(event: Event, *, at: datetime = AT, secret: str = "") -> str:
    """One event through the door, worked off at once; in a word what came of it."""
    headers, raw = signed(event, at, secret=secret) if secret else signed(event, at)
    operations.receive_webhook(provider="stripe", headers=headers, raw=raw, at=at)
    row = WebhookEvent.objects.get(provider="stripe", event_id=event["id"])
    return operations.process_webhook(event_id=row.pk, at=at)


# Above every row's number: the key of a real operation is never used for something else.
_NO_ROW = 10**9


def a_call(kind: OperationKind, *, money: Money = USD, about: str = "", number: int = 1) -> Call:
    """A call as runs would make it, for a part of the rail that has no operation here."""
    operation_id = _NO_ROW + number
    return Call(
        operation_id=operation_id,
        key=f"ta:test:{operation_id}:1",
        subject=f"{kind}_{number}",
        root="ord_example",
        money=money,
        at=AT,
        kind=kind,
        about=about,
        asked_at=AT,
        sent_at=AT,
    )


def an_onboarding(country: str = "DE") -> OnboardSpec:
    """A supplier to be registered."""
    return OnboardSpec(
        supplier="com_example",
        legal_name="Asha Mills GmbH",
        country=country,
        email="finance@asha.example",
        currency="USD",
        return_url="/company/payouts/back/",
        refresh_url="/company/payouts/again/",
    )


def a_connected_account(standin: Standin, *, active: bool = True) -> str:
    """A supplier's account, that has told everything or nothing."""
    answer = the_rail().onboard(a_call(OperationKind.ONBOARD, number=9_001), an_onboarding())
    assert isinstance(answer, Pending)
    if active:
        standin.world.activate(answer.ref)
    return answer.ref


def a_stripe_payout(
    account: str, *, money: Money = USD, source: str = "", at: datetime = AT
) -> ProviderOperation:
    """A payout that was asked of the rail."""
    return operations.start_payout(
        provider="stripe",
        subject=new_ref("pyo"),
        root=new_ref("ord"),
        payee_company_id=a_company().pk,
        destination={"account": account},
        money=money,
        actor=HOLDS,
        key=new_key(),
        at=at,
        source=source,
    )
