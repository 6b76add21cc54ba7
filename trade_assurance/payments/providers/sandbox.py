"""The sandbox rail: the same interface as a real processor, rehearsed. No money moves.

Owns the translation of the sandbox's answers into ours. It is off as soon as a live key is set.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import fields
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
    AccountFacts,
    Call,
    ChargebackFacts,
    ChargebackStatus,
    Declined,
    Description,
    Done,
    EvidencePack,
    NoticeObject,
    OnboardSpec,
    Outcome,
    PaidStatus,
    PayInSpec,
    PaymentFacts,
    PayOutSpec,
    Pending,
    ProviderBalance,
    ProviderMovement,
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
    "partly_paid": PaidStatus.PARTLY_PAID,
    "paid": PaidStatus.PAID,
    "failed": PaidStatus.FAILED,
    "expired": PaidStatus.EXPIRED,
}
_NOTICE_OBJECT: Final = {
    "session": NoticeObject.PAYMENT,
    "refund": NoticeObject.REFUND,
    "payout": NoticeObject.PAYOUT,
    "chargeback": NoticeObject.CHARGEBACK,
    "account": NoticeObject.ACCOUNT,
}
_CHARGEBACK_STATUS: Final = {
    "inquiry": ChargebackStatus.INQUIRY,
    "open": ChargebackStatus.OPEN,
    "under_review": ChargebackStatus.UNDER_REVIEW,
    "won": ChargebackStatus.WON,
    "lost": ChargebackStatus.LOST,
    "closed": ChargebackStatus.CLOSED,
}
# The sandbox understood and will not, for a reason that lies with whose money it is.
_DECLINING: Final = frozenset({"insufficient_funds", "account_cannot_receive"})


class Sandbox:
    """Everything a rail can do, by the sandbox server: pay-in, pay-out, reversals, registration, chargebacks, books."""

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
        session = _looked_at(ref, at)
        if isinstance(session, Unknown):
            return session
        until = session.details.get("refund_until")
        return PaymentFacts(
            ref=session.ref,
            payment=session.metadata.get("subject", ""),
            status=_PAID_STATUS[session.status],
            asked=session.money,
            received=session.received,
            code=session.code,
            method=str(session.details.get("method", "")),
            refundable_until=datetime.fromisoformat(until) if until else None,
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

    def reverse(self, call: Call, transfer_ref: str) -> Outcome:
        """Take a payout (or a part of it) back from the supplier's account."""
        return _answered(lambda: _settled(server.create_reversal(_request(call), payout=transfer_ref)))

    def fetch_reversal(self, ref: str, at: datetime) -> Outcome:
        """The reversal as it stands."""
        return _answered(lambda: _settled(server.get_object(ref, at=at)))

    def onboard(self, call: Call, spec: OnboardSpec) -> Outcome:
        """Register a supplier, or go on with the registration `spec.account`."""

        def register() -> Outcome:
            if spec.account:
                return _registered(server.get_object(spec.account, at=call.at))
            return _registered(
                server.create_account(
                    _request(call),
                    supplier=spec.supplier,
                    legal_name=spec.legal_name,
                    country=spec.country,
                    return_url=spec.return_url,
                )
            )

        return _answered(register)

    def account_status(self, ref: str, at: datetime) -> AccountFacts | Unknown:
        """Whether the account can receive, and what is still asked for."""
        account = _looked_at(ref, at)
        if isinstance(account, Unknown):
            return account
        return AccountFacts(
            ref=account.ref,
            can_receive=account.status == "active",
            missing=tuple(str(name) for name in account.details.get("missing", ())),
            reason=account.code,
        )

    def fetch_chargeback(self, ref: str, at: datetime) -> ChargebackFacts | Unknown:
        """The chargeback as it stands."""
        found = _looked_at(ref, at)
        return found if isinstance(found, Unknown) else _chargeback_facts(found)

    def submit_evidence(self, call: Call, ref: str, pack: EvidencePack) -> Outcome:
        """Send evidence to the payer's bank, once."""
        said = {
            field.name: str(getattr(pack, field.name))
            for field in fields(pack)
            if field.name not in {"text", "files"} and getattr(pack, field.name)
        }
        return _answered(
            lambda: Done(
                server.take_evidence(
                    _request(call),
                    chargeback_ref=ref,
                    text=pack.text,
                    facts=said,
                    files={name: len(content) for name, _media_type, content in pack.files},
                ).ref
            )
        )

    def movements(self, since: datetime, until: datetime) -> list[ProviderMovement] | Unknown:
        """The sandbox's own lines about our money."""
        try:
            lines = server.movements(since=since, until=until)
        except (server.SandboxAnswerLost, DatabaseError) as error:
            return Unknown(_reason(error))
        return [
            ProviderMovement(
                ref=line.ref,
                type=line.kind,
                object_ref=line.object_ref,
                subject=line.subject,
                amount=line.amount,
                fee=line.fee,
                at=line.at,
                description=line.description,
            )
            for line in lines
        ]

    def balance(self, at: datetime) -> ProviderBalance | Unknown:
        """What the sandbox keeps for us; all of it is usable at once."""
        try:
            kept = server.balances(at=at)
        except (server.SandboxAnswerLost, DatabaseError) as error:
            return Unknown(_reason(error))
        return ProviderBalance(available={money.currency: money for money in kept})

    def find(self, call: Call) -> Outcome | None:
        """What an earlier call of this operation left behind."""

        def look() -> Outcome | None:
            found = server.find_object(operation=str(call.operation_id), at=call.at)
            if found is None:
                return None
            if found.kind == "session":
                return Pending(found.ref, page_url(found.ref))
            if found.kind == "account":
                return _registered(found)
            return Done(found.ref) if found.kind == "chargeback" else _settled(found)

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


def registration_url(account_ref: str) -> str:
    """Where a supplier's people answer what the sandbox asks: a path of this site."""
    return reverse("sandbox_registration", args=[account_ref])


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


def _looked_at(ref: str, at: datetime) -> server.ObjectView | Unknown:
    try:
        return server.get_object(ref, at=at)
    except (server.SandboxAnswerLost, server.SandboxError, DatabaseError) as error:
        return Unknown(_reason(error))


def _registered(account: server.ObjectView) -> Outcome:
    if account.status == "active":
        return Done(account.ref)
    return Pending(account.ref, registration_url(account.ref))


def _chargeback_facts(found: server.ObjectView) -> ChargebackFacts:
    due = found.details.get("evidence_due_at")
    return ChargebackFacts(
        ref=found.ref,
        payment_ref=found.parent,
        status=_CHARGEBACK_STATUS[found.status],
        amount=found.money,
        fee=Money(int(found.details.get("fee", 0)), found.money.currency),
        withdrawn=bool(found.details.get("withdrawn")),
        reinstated=bool(found.details.get("reinstated")),
        reason=found.code,
        evidence_due_at=datetime.fromisoformat(due) if due else None,
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
        return Declined(error.code) if error.code in _DECLINING else Refused(error.code)
    except (server.SandboxAnswerLost, DatabaseError) as error:
        return Unknown(_reason(error), spent=isinstance(error, server.SandboxKeySpent))


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]
