"""The sandbox rail: the same interface as a real processor, rehearsed. No money moves.

Owns the translation of the sandbox's answers into ours. It is off as soon as a live key is set.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import DatabaseError
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError
from marketplace.core.money import Money
from trade_assurance.payments.errors import ForgedWebhook, SandboxWithLiveKeys
from trade_assurance.payments.providers import sandbox_server as server
from trade_assurance.payments.providers.base import (
    Call,
    Declined,
    Description,
    Done,
    NoticeObject,
    Outcome,
    PaidStatus,
    PayInSpec,
    PaymentFacts,
    PayOutSpec,
    Pending,
    Refused,
    Unknown,
    WebhookNotice,
)
from trade_assurance.payments.providers.sandbox_post import SIGNATURE_HEADER, digest

NAME: Final = "sandbox"
WEBHOOK_TOLERANCE: Final = timedelta(minutes=5)
LIVE_KEY_PREFIXES: Final = ("sk_live_", "rk_live_")
# As real processors: one charge is capped at eight digits of the currency's smallest unit.
LARGEST_CHARGE_MINOR: Final = 99_999_999

_PAID_STATUS: Final = {
    "open": PaidStatus.OPEN,
    "authentication": PaidStatus.OPEN,
    "processing": PaidStatus.PROCESSING,
    "paid": PaidStatus.PAID,
    "failed": PaidStatus.FAILED,
    "expired": PaidStatus.EXPIRED,
}
_NOTICE_OBJECT: Final = {
    "session": NoticeObject.PAYMENT,
    "refund": NoticeObject.REFUND,
    "payout": NoticeObject.PAYOUT,
}


class Sandbox:
    """Pay-in and pay-out by the sandbox server."""

    description = Description(
        name=NAME,
        label=_("Test payment"),
        explanation=_("A rehearsal on a test page: no money moves. You choose there how the payment goes."),
        manual=False,
    )

    def why_unavailable(self) -> DomainError | None:
        """Never beside live keys: nobody shall take a rehearsal for a payment."""
        live = settings.PAYMENTS_LIVE or settings.STRIPE_SECRET_KEY.startswith(LIVE_KEY_PREFIXES)
        return SandboxWithLiveKeys() if live else None

    def carries(self, money: Money) -> bool:
        """Up to the cap of one charge."""
        return 0 < money.amount_minor <= LARGEST_CHARGE_MINOR

    def start(self, call: Call, spec: PayInSpec) -> Outcome:
        """Open a hosted page."""

        def create() -> Outcome:
            session = server.create_session(
                _request(call),
                description=spec.description,
                return_url=spec.return_url,
                expires_at=spec.expires_at,
            )
            return Pending(session.ref, page_url(session.ref))

        return _answered(create)

    def fetch(self, ref: str, at: datetime) -> PaymentFacts | Unknown:
        """The session as it stands."""
        try:
            session = server.get_object(ref, at=at)
        except (server.SandboxAnswerLost, server.SandboxError, DatabaseError) as error:
            return Unknown(_reason(error))
        return PaymentFacts(
            ref=session.ref,
            payment=session.metadata.get("subject", ""),
            status=_PAID_STATUS[session.status],
            asked=session.money,
            received=session.received,
            code=session.code,
        )

    def cancel(self, call: Call, ref: str) -> Outcome:
        """Close the hosted page, unless it was paid."""
        return _answered(lambda: Done(server.expire_session(ref, at=call.at).ref))

    def refund(self, call: Call, ref: str) -> Outcome:
        """Give back a part of a paid session."""
        return _answered(lambda: Done(server.create_refund(_request(call), session=ref).ref))

    def fetch_refund(self, ref: str, at: datetime) -> Outcome:
        """The refund as it stands."""
        return _answered(lambda: _settled(server.get_object(ref, at=at)))

    def release(self, call: Call, spec: PayOutSpec) -> Outcome:
        """Pay a supplier."""
        return _answered(lambda: _settled(server.create_payout(_request(call), destination=spec.destination)))

    def fetch_transfer(self, ref: str, at: datetime) -> Outcome:
        """The payout as it stands."""
        return _answered(lambda: _settled(server.get_object(ref, at=at)))

    def find(self, call: Call) -> Outcome | None:
        """What an earlier call of this operation left behind."""

        def look() -> Outcome | None:
            found = server.find_object(operation=str(call.operation_id), at=call.at)
            if found is None:
                return None
            if found.kind == "session":
                return Pending(found.ref, page_url(found.ref))
            return _settled(found)

        try:
            return look()
        except (server.SandboxAnswerLost, DatabaseError) as error:
            return Unknown(_reason(error))

    def parse_webhook(self, headers: Mapping[str, str], raw: bytes, at: datetime) -> WebhookNotice:
        """The notice of a body signed with this installation's sandbox secret, at most five minutes ago."""
        parts = dict(part.partition("=")[::2] for part in headers.get(SIGNATURE_HEADER, "").split(","))
        moment = parts.get("t", "")
        if not (moment.isascii() and moment.isdigit() and len(moment) <= 12):
            raise ForgedWebhook
        if not hmac.compare_digest(digest(raw, moment).encode(), parts.get("v1", "").encode()):
            raise ForgedWebhook
        if abs(at.timestamp() - int(moment)) > WEBHOOK_TOLERANCE.total_seconds():
            raise ForgedWebhook
        return _notice(raw)


def page_url(session_ref: str) -> str:
    """Where the hosted page of a session is: a path of this site, under whatever name it is visited."""
    return reverse("sandbox_pay", args=[session_ref])


def _notice(raw: bytes) -> WebhookNotice:
    try:
        body = json.loads(raw)
        thing = body["object"]
        return WebhookNotice(
            event_id=str(body["id"])[:120],
            kind=str(body["type"])[:64],
            object_kind=_NOTICE_OBJECT.get(thing["kind"], NoticeObject.OTHER),
            object_ref=str(thing["ref"])[:120],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ForgedWebhook from error


def _request(call: Call) -> server.Request:
    return server.Request(
        key=call.key,
        trade=call.root,
        metadata={"operation": str(call.operation_id), "subject": call.subject},
        money=call.money,
        at=call.at,
    )


def _settled(thing: server.ObjectView) -> Outcome:
    if thing.status == "done":
        return Done(thing.ref)
    if thing.status == "failed":
        return Declined(thing.code or "failed", thing.ref)
    return Pending(thing.ref)


def _answered(call: Callable[[], Outcome]) -> Outcome:
    """The call's answer in our shapes; nothing escapes."""
    try:
        return call()
    except server.SandboxError as error:
        return Refused(error.code)
    except (server.SandboxAnswerLost, DatabaseError) as error:
        return Unknown(_reason(error))


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]
