"""Keys of Stripe: real money only by an explicit switch and only to Stripe; never a key where somebody could read it."""

from __future__ import annotations

import logging

import pytest
import stripe
from django.core.checks.registry import registry
from django.test import override_settings
from pytest_django import Settings

from marketplace.core.errors import DomainError
from marketplace.core.money import Money
from tests.factories import AT
from tests.factories.payments import a_payment, operation_for, run
from tests.factories.stripe import a_call, a_stripe_page, the_rail
from tests.payments.stripe_standin import SECRETS, Standin
from trade_assurance.payments.checks import stripe_key_fits_the_switch
from trade_assurance.payments.errors import (
    StripeAddressWithLiveKey,
    StripeKeyNotLive,
    StripeKeyUnreadable,
    StripeLiveNotSwitchedOn,
    StripeNotConfigured,
)
from trade_assurance.payments.models import OperationAttempt, Payment, WebhookEvent
from trade_assurance.payments.providers.base import Refused, Unknown
from trade_assurance.payments.providers.registry import pay_in_choices, sandbox_is_active
from trade_assurance.payments.providers.stripe_rail.keys import client
from trade_assurance.payments.states import OperationKind, OperationState
from trade_assurance.payments.wiring import stripe_can_be_used

WRONG = "sk_test_thisIsTheSecretPart0123456789"


def said_by_the_check() -> list[str]:
    """What `manage.py check` says of Stripe."""
    return [str(message.id) for message in stripe_key_fits_the_switch(None)]


def test_check_is_one_of_those_that_run() -> None:
    names = {getattr(check, "__name__", "") for check in registry.get_checks()}
    assert stripe_key_fits_the_switch.__name__ in names


@pytest.mark.parametrize("prefix", ["sk", "rk"])
@pytest.mark.parametrize(
    ("mode", "live", "base", "refusal"),
    [
        ("test", False, "", None),
        ("test", False, "http://127.0.0.1:1", None),
        ("test", True, "", StripeKeyNotLive),
        ("live", False, "", StripeLiveNotSwitchedOn),
        ("live", True, "", None),
        ("live", True, "http://127.0.0.1:1", StripeAddressWithLiveKey),
        ("live", False, "http://127.0.0.1:1", StripeLiveNotSwitchedOn),
        ("prod", False, "", StripeKeyUnreadable),
    ],
)
def test_key_and_switch_must_fit(
    settings: Settings, prefix: str, mode: str, live: bool, base: str, refusal: type[DomainError] | None
) -> None:
    settings.STRIPE_SECRET_KEY = f"{prefix}_{mode}_x"
    settings.PAYMENTS_LIVE, settings.STRIPE_API_BASE = live, base
    settings.STRIPE_WEBHOOK_SECRET, settings.SITE_URL = "whsec_x", "https://market.example"

    said = the_rail().why_unavailable()
    assert type(said) is (refusal or type(None))
    ready, errors = (
        stripe_can_be_used(AT),
        said_by_the_check(),
    )
    if refusal is None:
        assert (ready.good, ready.detail, errors) == (True, mode, [])
    else:
        assert (ready.good, ready.detail, errors) == (False, refusal.code, [f"payments.{refusal.code}"])
        with pytest.raises(refusal):
            client()
    assert sandbox_is_active() is (mode != "live" and not live)


def test_without_a_key_stripe_is_off_and_that_is_fine(settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY = ""

    assert isinstance(the_rail().why_unavailable(), StripeNotConfigured)
    assert stripe_can_be_used(AT).good
    assert said_by_the_check() == []
    with override_settings(PAYMENTS_LIVE=True):
        assert said_by_the_check() == ["payments.stripe_not_configured"]


def test_live_money_needs_a_site_with_https(settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY, settings.PAYMENTS_LIVE = "sk_live_x", True
    settings.STRIPE_WEBHOOK_SECRET, settings.STRIPE_API_BASE = "whsec_x", ""

    assert said_by_the_check() == ["payments.stripe_site_not_https"]
    settings.SITE_URL = "https://market.example"
    assert said_by_the_check() == []


def test_missing_webhook_secret_is_said(standin: Standin, settings: Settings) -> None:
    settings.STRIPE_WEBHOOK_SECRET = ""

    assert not stripe_can_be_used(AT).good
    assert said_by_the_check() == ["payments.stripe_webhook_secret_missing"]


@pytest.mark.django_db
def test_stripe_is_offered_for_what_it_carries(standin: Standin) -> None:
    assert "stripe" in [choice.name for choice in pay_in_choices(Money(99_999_999, "USD"))]
    assert "stripe" not in [choice.name for choice in pay_in_choices(Money(100_000_000, "USD"))]


@pytest.mark.django_db
def test_no_key_is_ever_written_down(
    standin: Standin, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.STRIPE_SECRET_KEY = WRONG  # the stand-in quotes it in its answer, as a careless server would
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, logger="stripe"):
        payment = a_payment(provider="stripe")
        assert run(OperationKind.PAY_IN, payment.ref) == OperationState.REFUSED
        facts = the_rail().fetch("cs_test_x", AT)
        settings.STRIPE_SECRET_KEY = "sk_test_standin"
        a_stripe_page()

    operation = operation_for(OperationKind.PAY_IN, payment.ref)
    assert operation.outcome == {"answer": "refused", "reason": "key_not_accepted"}
    assert isinstance(facts, Unknown)
    written = [
        caplog.text,
        repr(the_rail()),
        repr(client()),
        repr(facts),
        *(str(vars(row)) for row in OperationAttempt.objects.all()),
        *(str(vars(row)) for row in Payment.objects.all()),
        *(str(vars(row)) for row in WebhookEvent.objects.all()),
    ]
    assert "stripe" in caplog.text
    for secret in (WRONG, WRONG[-12:], "sk_test_standin", *SECRETS):
        assert not [text for text in written if secret in text]


@pytest.mark.django_db
def test_key_that_is_not_accepted_leaves_questions_open(standin: Standin, settings: Settings) -> None:
    payment = a_stripe_page()
    settings.STRIPE_SECRET_KEY = WRONG

    assert run(OperationKind.PAY_IN, payment.ref) == OperationState.PENDING
    payment.refresh_from_db()
    assert payment.state == "started"


def test_client_belongs_to_the_rail_and_leaves_the_librarys_globals_alone(standin: Standin) -> None:
    client()
    assert stripe.api_key is None
    assert stripe.default_http_client is None


def test_outcome_while_switched_off_is_a_refusal(settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY = ""
    assert isinstance(the_rail().fetch("cs_test_x", AT), Unknown)
    assert the_rail().cancel(a_call(OperationKind.CANCEL), "cs_test_x") == Refused("stripe_not_configured")
