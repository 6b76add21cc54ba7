"""The signed door for carriers: signature over the raw body, a time stamp within five minutes, one row per event.

Signatures follow the Standard Webhooks specification (headers webhook-id, webhook-timestamp,
webhook-signature; HMAC-SHA256 over `id.timestamp.body`), with one secret per carrier. The sandbox
carrier comes in through the same door.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Final, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from marketplace.core.errors import Conflict, DomainError
from marketplace.core.http import ActingRequest, problem_response
from marketplace.core.transactions import retrying
from orders.errors import CarrierMessageOld, CarrierSignatureBad
from orders.models import CarrierEvent
from orders.operations import record_carrier_event
from orders.operations.carriers import BODY_LIMIT

SANDBOX: Final = "sandbox"
TOLERANCE_SECONDS: Final = 300
_PREFIX = "whsec_"
_ID_LIMIT = 120


def rehearsing() -> bool:
    """Whether the sandbox carrier exists: on a local machine and in tests, never in production."""
    return settings.PORTOLAN_MODE in {"local", "test"}


def carrier_secrets() -> dict[str, str]:
    """The secret of every carrier that may report; the sandbox's own comes from the installation's key."""
    configured = dict(cast(Mapping[str, str], getattr(settings, "CARRIER_SECRETS", {})))
    if rehearsing():
        digest = hashlib.sha256(f"sandbox carrier {settings.SECRET_KEY}".encode()).digest()
        configured.setdefault(SANDBOX, _PREFIX + base64.b64encode(digest).decode())
    return configured


def sign(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    """The signature header's value for a message. Raises `ValueError` for a secret that is not base64."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        msg = "a carrier's secret must be base64"
        raise ValueError(msg) from error
    digest = hmac.new(key, f"{event_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def receive(*, carrier_code: str, headers: Mapping[str, str], body: bytes, at: datetime) -> CarrierEvent:
    """Check the message and hand it on. Raises `CarrierSignatureBad`, `CarrierMessageOld`, `CarrierEventChanged`."""
    secret = carrier_secrets().get(carrier_code)
    event_id = headers.get("webhook-id", "")
    stamp = headers.get("webhook-timestamp", "")
    if not secret or not 0 < len(event_id) <= _ID_LIMIT or not (stamp.isascii() and stamp.isdigit()):
        raise CarrierSignatureBad
    expected = sign(secret, event_id, int(stamp[:15]), body).encode()
    given = headers.get("webhook-signature", "").encode("utf-8", "replace").split(b" ")
    if not any(hmac.compare_digest(expected, one) for one in given):
        raise CarrierSignatureBad
    if abs(int(stamp[:15]) - int(at.timestamp())) > TOLERANCE_SECONDS:
        raise CarrierMessageOld
    return retrying(
        partial(record_carrier_event, carrier_code=carrier_code, event_id=event_id, body=body, at=at)
    )


@csrf_exempt
@require_POST
def carrier_webhook(request: HttpRequest, carrier: str) -> HttpResponse:
    """200 for every genuine event (also for one kept for review), 401 for anything else, 413 when too large."""
    if int(request.headers.get("Content-Length") or 0) > BODY_LIMIT:
        return HttpResponse(status=413)
    body = request.body
    if len(body) > BODY_LIMIT:
        return HttpResponse(status=413)
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        event = receive(carrier_code=carrier, headers=headers, body=body, at=cast(ActingRequest, request).at)
    except Conflict as error:
        return problem_response(error)
    except DomainError as error:
        response = problem_response(error)
        response.status_code = 401
        return response
    return JsonResponse({"outcome": event.outcome})
