"""The providers' door: signature, size, store, answer. What an event means is worked off later.

Anonymous by nature: who speaks is proven by the signature on the raw body.
"""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from marketplace.core.errors import DomainError
from marketplace.core.http import ActingRequest, problem_response
from marketplace.core.transactions import retrying
from trade_assurance.payments import operations
from trade_assurance.payments.errors import WebhookTooLarge
from trade_assurance.payments.operations.inbox import MAXIMUM_BYTES


@csrf_exempt
@require_POST
def payments_webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """200 once the event is stored (or had been); 401 forged, 404 unknown provider, 413 too large."""
    at = cast(ActingRequest, request).at
    try:
        if _announced_size(request) > MAXIMUM_BYTES:
            raise WebhookTooLarge
        stored = _receive(request, provider, at)
    except DomainError as error:
        return problem_response(error)
    return JsonResponse({"received": True, "new": stored})


def _receive(request: HttpRequest, provider: str, at: datetime) -> bool:
    raw = request.read(MAXIMUM_BYTES + 1)
    return retrying(
        lambda: operations.receive_webhook(provider=provider, headers=request.headers, raw=raw, at=at)
    )


def _announced_size(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
