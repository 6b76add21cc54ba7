"""Webhooks of the stand-in: signed as Stripe signs, for tests to deliver twice, late and in any order."""

from __future__ import annotations

import hmac
import json
from datetime import datetime
from hashlib import sha256
from typing import Any

SECRETS = ("whsec_standin_old", "whsec_standin_new")


def signed(event: dict[str, Any], at: datetime, *, secret: str = SECRETS[1]) -> tuple[dict[str, str], bytes]:
    """Headers and raw body of an event."""
    raw = json.dumps(event).encode()
    moment = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), moment.encode() + b"." + raw, sha256).hexdigest()
    return {"Stripe-Signature": f"t={moment},v1={digest},v0=ignored"}, raw
