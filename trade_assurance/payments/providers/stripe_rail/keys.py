"""Which key this installation has, whether it may be used, and the client that carries it.

Owns everything that must never be shown: no key leaves this module but inside the client. The rules for live
money are here once, for the rail, the readiness page and `manage.py check`.
"""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from typing import Final

import stripe
from django.conf import settings
from stripe import DEFAULT_API_BASE, DEFAULT_UPLOAD_API_BASE, RequestsClient, StripeClient

from marketplace.core.errors import DomainError
from trade_assurance.payments.errors import (
    StripeAddressWithLiveKey,
    StripeKeyNotLive,
    StripeKeyUnreadable,
    StripeLiveNotSwitchedOn,
    StripeNotConfigured,
)

LIVE_PREFIXES: Final = ("sk_live_", "rk_live_")
TEST_PREFIXES: Final = ("sk_test_", "rk_test_")
# Three tries of these with their pauses stay within the lease of an operation (60 s).
TIMEOUT_SECONDS: Final = (5.0, 12.0)
NETWORK_RETRIES: Final = 2
_SECRET: Final = re.compile(r"\b(?:[sr]k_(?:live|test)|whsec)_\w+")


def why_unusable() -> DomainError | None:
    """The refusal to raise while Stripe cannot be used here: no key, or one that does not fit the switch."""
    key = settings.STRIPE_SECRET_KEY
    if not key:
        return StripeNotConfigured()
    if key.startswith(LIVE_PREFIXES):
        if not settings.PAYMENTS_LIVE:
            return StripeLiveNotSwitchedOn()
        return StripeAddressWithLiveKey() if settings.STRIPE_API_BASE else None
    if key.startswith(TEST_PREFIXES):
        return StripeKeyNotLive() if settings.PAYMENTS_LIVE else None
    return StripeKeyUnreadable()


def webhook_secrets() -> tuple[str, ...]:
    """The signing secrets in force: several while one is being exchanged, and one per endpoint."""
    return tuple(part for part in re.split(r"[\s,]+", settings.STRIPE_WEBHOOK_SECRET) if part)


def client() -> StripeClient:
    """The client of this installation. Raises what `why_unusable` says."""
    refusal = why_unusable()
    if refusal is not None:
        raise refusal
    return _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE.rstrip("/"))


@lru_cache(maxsize=4)
def _client(key: str, base: str) -> StripeClient:
    # Files have an address of their own; whoever answers in Stripe's place answers for both.
    return StripeClient(
        key,
        base_addresses={"api": base or DEFAULT_API_BASE, "files": base or DEFAULT_UPLOAD_API_BASE},
        max_network_retries=NETWORK_RETRIES,
        http_client=RequestsClient(timeout=TIMEOUT_SECONDS),
    )


class _Masked(logging.Filter):
    """The library logs addresses and messages of errors; a message may quote the key that was sent."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _SECRET.sub("***", record.getMessage()), ()
        return True


logging.getLogger("stripe").addFilter(_Masked())
# Else the library keeps an id in the home folder and reports the platform and how long each call took.
stripe.enable_telemetry = False
