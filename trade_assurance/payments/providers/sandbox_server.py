"""The sandbox provider's side of the wire: sessions, refunds, payouts and the webhooks it sends.

Behaves as another company's system would: every entry is a narrow door with a transaction of its own that
refuses to open inside another, answers plain views, honours idempotency keys, and may lose an answer
(`SandboxFault`). Knows nothing of our payments but the metadata it is sent. No money moves.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from marketplace.core.idempotency import content_hash, lock_key
from marketplace.core.ids import new_ref
from marketplace.core.jobs import QUEUE_HOLDS, ring
from marketplace.core.money import Money
from trade_assurance.payments.models import SandboxDelivery, SandboxFault, SandboxObject
from trade_assurance.payments.models.sandbox import SandboxKind, SandboxStatus

DELIVER_TASK: Final = "trade_assurance.payments.tasks.run_sandbox"
PAYOUT_TIME: Final = timedelta(seconds=3)
LOST_BEFORE: Final = "lost_before"
LOST_AFTER: Final = "lost_after"
# A payout to an account number, or of an amount in minor units, that ends so fails: to rehearse it.
FAILING_ACCOUNT: Final = "0000"
FAILING_AMOUNT: Final = "1313"


class SandboxAnswerLost(Exception):
    """The line went dead: the caller cannot know whether it happened."""


class SandboxError(Exception):
    """The sandbox understood and does not accept the request."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class ObjectView:
    """What the sandbox shows of an object of its."""

    ref: str
    kind: str
    status: str
    money: Money
    received: Money
    code: str
    metadata: Mapping[str, str]
    description: str
    return_url: str
    settles_at: datetime | None


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of the sandbox: under which key, for which trade, what is to be remembered with it."""

    key: str
    trade: str
    metadata: Mapping[str, str]
    money: Money
    at: datetime


@contextmanager
def _door(call: str) -> Iterator[None]:
    """One request: its own transaction, which cannot be part of ours, and the mishaps laid out for it."""
    with transaction.atomic(durable=True):
        fault = (
            SandboxFault.objects.filter(call=call).order_by("pk").select_for_update(skip_locked=True).first()
        )
        if fault is not None:
            fault.delete()
    if fault is not None and fault.mode == LOST_BEFORE:
        raise SandboxAnswerLost
    with transaction.atomic(durable=True):
        yield
    if fault is not None and fault.mode == LOST_AFTER:
        raise SandboxAnswerLost


def lay_fault(*, call: str, mode: str, at: datetime) -> None:
    """Have the next `call` ("session", "refund", "payout", "get", "find") lose its answer before or after its effect."""
    SandboxFault.objects.create(call=call, mode=mode, created_at=at)


def create_session(
    request: Request, *, description: str, return_url: str, expires_at: datetime | None
) -> ObjectView:
    """Open a hosted page for a payment; the same key gives the same session."""
    with _door("session"):
        made = _create(
            request,
            SandboxKind.SESSION,
            status=SandboxStatus.OPEN,
            description=description[:300],
            return_url=return_url,
            expires_at=expires_at,
        )
        return _view(made)


def create_refund(request: Request, *, session: str) -> ObjectView:
    """Give money of a paid session back, never more than it has received."""
    with _door("refund"):
        parent = _locked(session)
        returned = sum(parent.parts.exclude(request_key=request.key).values_list("amount_minor", flat=True))
        if parent.currency != request.money.currency:
            raise SandboxError("currency_mismatch")
        if returned + request.money.amount_minor > parent.received_minor:
            raise SandboxError("refund_exceeds_payment")
        refund = _create(request, SandboxKind.REFUND, status=SandboxStatus.PROCESSING, parent=parent)
        if refund.status == SandboxStatus.PROCESSING:
            refund.received_minor = refund.amount_minor
            _move(refund, SandboxStatus.DONE, request.at, "refund.done")
        return _view(refund)


def create_payout(request: Request, *, destination: Mapping[str, str]) -> ObjectView:
    """Pay a supplier; arrives a few seconds later, or fails (account ends in 0000, amount in 13.13)."""
    with _door("payout"):
        account = "".join(str(destination.get("account_number", "")).split())
        fails = account.endswith(FAILING_ACCOUNT) or str(request.money.amount_minor).endswith(FAILING_AMOUNT)
        payout = _create(
            request,
            SandboxKind.PAYOUT,
            status=SandboxStatus.PROCESSING,
            settles_at=request.at + PAYOUT_TIME,
            settles_as=SandboxStatus.FAILED if fails else SandboxStatus.DONE,
            code="account_closed" if fails else "",
        )
        return _view(payout)


def get_object(ref: str, *, at: datetime) -> ObjectView:
    """An object as it stands at this moment."""
    with _door("get"):
        found = _locked(ref)
        _settle(found, at)
        return _view(found)


def find_object(*, operation: str, at: datetime) -> ObjectView | None:
    """The object made with this operation in its metadata, if any."""
    with _door("find"):
        found = SandboxObject.objects.filter(metadata__operation=operation).lock().first()
        if found is None:
            return None
        _settle(found, at)
        return _view(found)


def expire_session(ref: str, *, at: datetime) -> ObjectView:
    """Close a hosted page that nobody paid; one that was paid stays paid."""
    with _door("cancel"):
        session = _locked(ref)
        if session.status in {SandboxStatus.OPEN, SandboxStatus.AUTHENTICATION}:
            _move(session, SandboxStatus.EXPIRED, at, "session.expired")
        return _view(session)


def act_on_page(ref: str, action: str, *, slow_seconds: int, at: datetime) -> ObjectView:
    """What the person chose on the hosted page. Raises `SandboxError` when the page is closed or knows no such choice."""
    with transaction.atomic(durable=True):
        session = _locked(ref)
        if session.kind != SandboxKind.SESSION:
            raise SandboxError("no_such_session")
        _settle(session, at)
        choice = _CHOICES.get((SandboxStatus(session.status), action))
        if choice is None:
            raise SandboxError("page_closed" if session.status in SandboxObject.ENDED else "no_such_choice")
        choice(_Click(session, at, slow_seconds))
        return _view(session)


def settle_due(*, at: datetime) -> int:
    """Let everything slow that is due settle, and tell of it; how many."""
    with transaction.atomic(durable=True):
        due = list(SandboxObject.objects.filter(settles_at__lte=at).lock()[:200])
        for thing in due:
            _settle(thing, at)
        return len(due)


@dataclass(frozen=True, slots=True)
class _Click:
    """A choice on the hosted page: on which session, when, and how long the slow ones take."""

    session: SandboxObject
    at: datetime
    slow_seconds: int


def _pay(click: _Click) -> None:
    session = click.session
    session.received_minor = session.amount_minor
    session.code = ""
    _move(session, SandboxStatus.PAID, click.at, "session.paid")


def _decline(click: _Click) -> None:
    """The page stays open: another card may do."""
    click.session.code = "card_declined"
    _move(click.session, SandboxStatus.OPEN, click.at, "session.declined")


def _ask_authentication(click: _Click) -> None:
    click.session.status = SandboxStatus.AUTHENTICATION
    click.session.save(update_fields=["status"])


def _fail_authentication(click: _Click) -> None:
    click.session.code = "authentication_failed"
    _move(click.session, SandboxStatus.OPEN, click.at, "session.declined")


def _slow_success(click: _Click) -> None:
    _be_slow(click, SandboxStatus.PAID, "")


def _slow_failure(click: _Click) -> None:
    _be_slow(click, SandboxStatus.FAILED, "bank_declined")


def _be_slow(click: _Click, ends_as: str, code: str) -> None:
    session = click.session
    session.settles_at = click.at + timedelta(seconds=click.slow_seconds)
    session.settles_as = ends_as
    session.code = code
    _move(session, SandboxStatus.PROCESSING, click.at, "session.processing")


_CHOICES: Final = {
    (SandboxStatus.OPEN, "pay"): _pay,
    (SandboxStatus.OPEN, "decline"): _decline,
    (SandboxStatus.OPEN, "authenticate"): _ask_authentication,
    (SandboxStatus.OPEN, "slow_success"): _slow_success,
    (SandboxStatus.OPEN, "slow_failure"): _slow_failure,
    (SandboxStatus.AUTHENTICATION, "confirm"): _pay,
    (SandboxStatus.AUTHENTICATION, "reject"): _fail_authentication,
}


def _create(request: Request, kind: SandboxKind, **fields: object) -> SandboxObject:
    """Make an object, or give back the one this key made. Raises `SandboxError` for the key with other contents."""
    lock_key(f"sandbox:{request.key}")
    parent = fields.get("parent")
    request_hash = content_hash(
        {
            "kind": str(kind),
            "trade": request.trade,
            "metadata": dict(request.metadata),
            "money": request.money,
            "parent": parent.ref if isinstance(parent, SandboxObject) else "",
        }
    )
    made = SandboxObject.objects.filter(request_key=request.key).lock().first()
    if made is not None:
        if made.request_hash != request_hash:
            raise SandboxError("idempotency_key_reused")
        return made
    return SandboxObject.objects.create(
        ref=new_ref({"session": "sbs", "refund": "sbr", "payout": "sbp"}[kind]),
        kind=kind,
        request_key=request.key,
        request_hash=request_hash,
        trade=request.trade,
        metadata=dict(request.metadata),
        currency=request.money.currency,
        amount_minor=request.money.amount_minor,
        created_at=request.at,
        **fields,
    )


def _locked(ref: str) -> SandboxObject:
    found = SandboxObject.objects.filter(ref=ref).lock().first()
    if found is None:
        raise SandboxError("no_such_object")
    return found


def _settle(thing: SandboxObject, at: datetime) -> None:
    """What time alone does: slow ones end, pages nobody paid expire."""
    if thing.settles_at is not None and thing.settles_at <= at:
        ends_as, thing.settles_at, thing.settles_as = thing.settles_as, None, ""
        if ends_as in {SandboxStatus.PAID, SandboxStatus.DONE}:
            thing.received_minor = thing.amount_minor
        _move(thing, ends_as, at, f"{thing.kind}.{ends_as}")
    waits = thing.status in {SandboxStatus.OPEN, SandboxStatus.AUTHENTICATION}
    if waits and thing.expires_at is not None and thing.expires_at <= at:
        _move(thing, SandboxStatus.EXPIRED, at, "session.expired")


def _move(thing: SandboxObject, status: str, at: datetime, event: str) -> None:
    thing.status = status
    thing.save()
    _tell(thing, event, at)


def _tell(thing: SandboxObject, event: str, at: datetime) -> None:
    event_id = new_ref("evt")
    body = {
        "id": event_id,
        "type": event,
        "created_at": at.isoformat(),
        "object": {"kind": thing.kind, "ref": thing.ref},
    }
    SandboxDelivery.objects.create(event_id=event_id, body=json.dumps(body), created_at=at, wake_at=at)
    ring(DELIVER_TASK, queue=QUEUE_HOLDS, limit=50)


def _view(thing: SandboxObject) -> ObjectView:
    return ObjectView(
        ref=thing.ref,
        kind=thing.kind,
        status=thing.status,
        money=Money(thing.amount_minor, thing.currency),
        received=Money(thing.received_minor, thing.currency),
        code=thing.code,
        metadata=dict(thing.metadata),
        description=thing.description,
        return_url=thing.return_url,
        settles_at=thing.settles_at,
    )
