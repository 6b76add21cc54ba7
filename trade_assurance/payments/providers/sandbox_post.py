"""How the sandbox signs its webhooks and carries them to our door over HTTP. Its side of the wire."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Final
from urllib.error import URLError
from urllib.request import Request, urlopen

from django.conf import settings
from django.db import transaction

from trade_assurance.payments.models import SandboxDelivery

SIGNATURE_HEADER: Final = "Sandbox-Signature"
_PATH: Final = "/webhooks/payments/sandbox/"
_LEASE: Final = timedelta(seconds=30)
_TIMEOUT_SECONDS: Final = 5
_FIRST_RETRY: Final = timedelta(seconds=5)
_LONGEST_RETRY: Final = timedelta(hours=1)
BATCH: Final = 50


def signature(body: bytes, at: datetime) -> str:
    """`t=<unix seconds>,v1=<hex>` over the moment and the raw body."""
    moment = str(int(at.timestamp()))
    return f"t={moment},v1={digest(body, moment)}"


def digest(body: bytes, moment: str) -> str:
    """HMAC-SHA-256 with a secret of this installation."""
    secret = hashlib.sha256(b"portolan sandbox webhooks:" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(secret, moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def carry_by_http(body: bytes, at: datetime, *, forged: bool = False) -> str:
    """Send a signed body (`forged`: by somebody who does not know the secret) to our door; empty when it was taken, else why not."""
    url = f"{settings.SITE_URL}{_PATH}"
    if not url.startswith(("http://", "https://")):
        return f"SITE_URL is no web address: {settings.SITE_URL}"
    signed = signature(b"another secret" if forged else body, at)
    headers = {"Content-Type": "application/json", SIGNATURE_HEADER: signed}
    try:
        with urlopen(Request(url, data=body, headers=headers), timeout=_TIMEOUT_SECONDS):  # noqa: S310 -- our own address, checked above
            return ""
    except (URLError, HTTPException, OSError, ValueError) as error:
        return f"{type(error).__name__}: {error}"


def deliver_due(
    *, at: datetime, limit: int = BATCH, carry: Callable[[bytes, datetime], str] = carry_by_http
) -> int:
    """Carry every waiting webhook to our door; how many were taken. Those refused are tried again, ever later.

    `carry` is another way to the same door, for where no web server runs (the demo story).
    """
    return sum(_deliver(delivery, at, carry) for delivery in _claim(at, limit))


def _claim(at: datetime, limit: int) -> list[SandboxDelivery]:
    with transaction.atomic(durable=True):
        rows = SandboxDelivery.objects.filter(delivered_at__isnull=True, wake_at__lte=at).order_by(
            "wake_at", "pk"
        )
        due = list(rows.select_for_update(skip_locked=True, no_key=True)[:limit])
        SandboxDelivery.objects.filter(pk__in=[delivery.pk for delivery in due]).update(wake_at=at + _LEASE)
    return due


def _deliver(delivery: SandboxDelivery, at: datetime, carry: Callable[[bytes, datetime], str]) -> bool:
    if delivery.forged:
        error = carry_by_http(delivery.body.encode(), at, forged=True)
    else:
        errors = [carry(delivery.body.encode(), at) for _copy in range(max(delivery.copies, 1))]
        error = next(filter(None, errors), "")
    delivery.attempts += 1
    delivery.last_error = error[:300]
    # A forger does not come back: our door has refused, as it must.
    if error and not delivery.forged:
        delivery.wake_at = at + min(_FIRST_RETRY * 2 ** min(delivery.attempts, 12), _LONGEST_RETRY)
    else:
        delivery.delivered_at, delivery.wake_at = at, None
    delivery.save(update_fields=["attempts", "last_error", "wake_at", "delivered_at"])
    return not error
