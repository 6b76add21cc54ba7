"""System checks of payments: a key of Stripe that must not be used as it is stops the start, and says why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register

from trade_assurance.payments.errors import StripeNotConfigured
from trade_assurance.payments.providers.stripe_rail.keys import webhook_secrets, why_unusable


def register_all() -> None:
    """Hand the check to Django; called from `ready()`."""
    register(stripe_key_fits_the_switch)


def stripe_key_fits_the_switch(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Live keys only where real money is switched on and only to Stripe; a webhook secret wherever a key is."""
    refusal = why_unusable()
    if refusal is not None:
        wanted = bool(settings.STRIPE_SECRET_KEY) or settings.PAYMENTS_LIVE
        if isinstance(refusal, StripeNotConfigured) and not wanted:
            return []
        return [Error(str(refusal.message), id=f"payments.{refusal.code}")]
    if settings.PAYMENTS_LIVE and not settings.SITE_URL.startswith("https://"):
        text = (
            "SITE_URL must begin with https://: Stripe sends nobody back to another address with a live key."
        )
        return [Error(text, id="payments.stripe_site_not_https")]
    if not webhook_secrets():
        text = "STRIPE_WEBHOOK_SECRET is not set: payments are only noticed when they are looked up."
        return [checks.Warning(text, id="payments.stripe_webhook_secret_missing")]
    return []
