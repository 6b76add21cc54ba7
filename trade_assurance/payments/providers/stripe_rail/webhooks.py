"""Stripe's webhooks: the signature on the raw body, its age, and which object it speaks of.

Snapshot events carry a copy of the object, thin events of API v2 only its name; either is a hint to read it anew.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from trade_assurance.payments.errors import ForgedWebhook
from trade_assurance.payments.providers.base import NoticeObject, WebhookNotice
from trade_assurance.payments.providers.stripe_rail.sessions import id_of

SIGNATURE_HEADER: Final = "Stripe-Signature"
TOLERANCE: Final = timedelta(minutes=5)
_SCHEME: Final = "v1"

_OBJECTS: Final = {
    "checkout.session": NoticeObject.PAYMENT,
    "payment_intent": NoticeObject.PAYMENT,
    "refund": NoticeObject.REFUND,
    "transfer": NoticeObject.PAYOUT,
    "dispute": NoticeObject.CHARGEBACK,
    "account": NoticeObject.ACCOUNT,
    "v2.core.account": NoticeObject.ACCOUNT,
}
# Objects that only lead to the one we ask about.
_LEADS: Final = {
    "charge": ("payment_intent", NoticeObject.PAYMENT),
    "customer_cash_balance_transaction": ("customer", NoticeObject.PAYMENT),
    "cash_balance": ("customer", NoticeObject.PAYMENT),
    "capability": ("account", NoticeObject.ACCOUNT),
}


def parse(
    headers: Mapping[str, str], raw: bytes, at: datetime, *, secrets: tuple[str, ...], live: bool
) -> WebhookNotice:
    """The notice of a body signed with one of the secrets at most five minutes ago. Raises `ForgedWebhook`."""
    _demand_signature(headers.get(SIGNATURE_HEADER, ""), raw, at, secrets)
    try:
        return _notice(json.loads(raw), live=live)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ForgedWebhook from error


def _demand_signature(header: str, raw: bytes, at: datetime, secrets: tuple[str, ...]) -> None:
    parts = [part.strip().partition("=")[::2] for part in header.split(",")]
    moment = next((value for name, value in parts if name == "t"), "")
    if not (moment.isascii() and moment.isdigit() and len(moment) <= 12):
        raise ForgedWebhook
    given = [value.encode() for name, value in parts if name == _SCHEME]
    wanted = [_digest(secret, moment, raw) for secret in secrets]
    # Every pair is compared, so that the time it takes tells nothing.
    matches = [hmac.compare_digest(left, right) for left in given for right in wanted]
    if not any(matches) or abs(at.timestamp() - int(moment)) > TOLERANCE.total_seconds():
        raise ForgedWebhook


def _digest(secret: str, moment: str, raw: bytes) -> bytes:
    return hmac.new(secret.encode(), f"{moment}.".encode() + raw, sha256).hexdigest().encode()


def _notice(event: dict[str, Any], *, live: bool) -> WebhookNotice:
    kind, ref = _about(event)
    if bool(event["livemode"]) != live:
        kind = NoticeObject.OTHER_MODE
    return WebhookNotice(
        event_id=str(event["id"])[:120],
        kind=str(event["type"])[:64],
        object_kind=kind if ref else NoticeObject.OTHER,
        object_ref=ref[:120],
    )


def _about(event: dict[str, Any]) -> tuple[NoticeObject, str]:
    """Which object to read anew. What happens inside a supplier's own account is theirs, but for the account itself."""
    if event.get("object") == "v2.core.event":
        thing = event.get("related_object") or {}
        name = str(thing.get("type", ""))
    else:
        thing = event["data"]["object"]
        name = str(thing.get("object", ""))
    kind, ref = _OBJECTS.get(name, NoticeObject.OTHER), str(thing.get("id") or "")
    if name in _LEADS:
        field, kind = _LEADS[name]
        ref = id_of(thing.get(field))
    if event.get("account") and kind != NoticeObject.ACCOUNT:
        return NoticeObject.OTHER, ref
    return kind, ref
