"""The stand-in for Stripe, one server for all tests of a process; each test gets a new account behind it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stripe
from pytest_django import Settings

from tests.factories import AT
from tests.payments.stripe_standin import KEY, SECRETS, Standin


@pytest.fixture(scope="session")
def standin_server() -> Iterator[Standin]:
    """The server; it answers at an address of its own until the tests end."""
    server = Standin()
    yield server
    server.close()


@pytest.fixture
def standin(standin_server: Standin, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Standin:
    """A fresh account, and this installation set up for it. The library's pauses between tries are left out."""
    standin_server.reset(now=int(AT.timestamp()))
    settings.STRIPE_SECRET_KEY = KEY
    settings.STRIPE_WEBHOOK_SECRET = ",".join(SECRETS)
    settings.STRIPE_API_BASE = standin_server.url
    settings.PAYMENTS_LIVE = False
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.001)
    return standin_server
