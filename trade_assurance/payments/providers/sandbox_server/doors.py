"""The sandbox's doors: one request each, its mishaps, its idempotency keys, its objects, its account of our money.

Must not know what a session or a chargeback is for: that is said in the modules beside this one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from marketplace.core.idempotency import content_hash, lock_key
from marketplace.core.ids import new_ref
from marketplace.core.jobs import QUEUE_HOLDS, ring
from marketplace.core.money import Money
from trade_assurance.payments.models import SandboxDelivery, SandboxFault, SandboxMovement, SandboxObject
from trade_assurance.payments.models.sandbox import SandboxKind, SandboxStatus
from trade_assurance.payments.providers.base import MovementType

DELIVER_TASK: Final = "trade_assurance.payments.tasks.run_sandbox"
LATE_BY: Final = timedelta(seconds=20)
OVERTAKEN_BY: Final = timedelta(seconds=30)

# Mishaps of any call: the answer is lost before or after the effect, the effect comes late, the error is stored.
LOST_BEFORE: Final = "lost_before"
LOST_AFTER: Final = "lost_after"
LATE_EFFECT: Final = "late_effect"
ERROR_500: Final = "error_500"
# Mishaps of the next webhook.
FIVE_TIMES: Final = "five_times"
OVERTAKEN: Final = "overtaken"
NEVER: Final = "never"
WEBHOOK: Final = "webhook"

_PREFIXES: Final = {
    SandboxKind.SESSION: "sbs",
    SandboxKind.REFUND: "sbr",
    SandboxKind.PAYOUT: "sbp",
    SandboxKind.REVERSAL: "sbv",
    SandboxKind.ACCOUNT: "sba",
    SandboxKind.CHARGEBACK: "sbc",
}


class SandboxAnswerLost(Exception):
    """The line went dead, or the other side broke: the caller cannot know whether it happened."""


class SandboxKeySpent(SandboxAnswerLost):
    """It broke, and will give this same error to this key for ever."""


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
    parent: str = ""
    trade: str = ""
    created_at: datetime | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of the sandbox: under which key, for which trade, what is to be remembered with it."""

    key: str
    trade: str
    metadata: Mapping[str, str]
    money: Money
    at: datetime


@contextmanager
def door(call: str, key: str = "") -> Iterator[str]:
    """One request: its own transaction, which cannot be part of ours, and the mishap laid out for it (yielded)."""
    with transaction.atomic(durable=True):
        mode = _next_mishap(call, key)
    if mode == ERROR_500:
        raise SandboxKeySpent("500, stored under the key")
    if mode == LOST_BEFORE:
        raise SandboxAnswerLost("no answer")
    with transaction.atomic(durable=True):
        yield mode
    if mode in {LOST_AFTER, LATE_EFFECT}:
        raise SandboxAnswerLost("no answer in time")


def lay_fault(*, call: str, mode: str, at: datetime) -> None:
    """Have the next `call` ("session", "refund", "payout", "reversal", "get", "find", "webhook" …) meet this mishap."""
    SandboxFault.objects.create(call=call, mode=mode, created_at=at)


def create(request: Request, kind: SandboxKind, *, mode: str = "", **fields: Any) -> SandboxObject:
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
        if made.appears_at is not None and made.appears_at > request.at:
            raise SandboxAnswerLost("409, another request with this key is under way")
        return made
    return SandboxObject.objects.create(
        ref=new_ref(_PREFIXES[kind]),
        kind=kind,
        request_key=request.key,
        request_hash=request_hash,
        trade=request.trade,
        metadata=dict(request.metadata),
        currency=request.money.currency,
        amount_minor=request.money.amount_minor,
        created_at=request.at,
        appears_at=request.at + LATE_BY if mode == LATE_EFFECT else None,
        **fields,
    )


def locked(ref: str, *kinds: SandboxKind, at: datetime | None = None) -> SandboxObject:
    """An object there is (and, with `at`, that can be seen already). Raises `SandboxError`."""
    rows = SandboxObject.objects.filter(ref=ref)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if at is not None:
        rows = rows.filter(Q(appears_at=None) | Q(appears_at__lte=at))
    found = rows.lock().first()
    if found is None:
        raise SandboxError("no_such_object")
    return found


def change(thing: SandboxObject, status: str, at: datetime, event: str) -> None:
    """An object takes another state, and it is told."""
    thing.status = status
    thing.save()
    tell(thing, event, at)


def book(
    thing: SandboxObject,
    kind: MovementType,
    amount_minor: int,
    at: datetime,
    *,
    fee: Money | None = None,
    description: str = "",
) -> None:
    """A line of the sandbox's account: `amount_minor` is signed, `fee` is taken from it."""
    SandboxMovement.objects.create(
        ref=new_ref("sbm"),
        kind=kind,
        thing=thing,
        currency=thing.currency,
        amount_minor=amount_minor,
        fee_minor=0 if fee is None else fee.amount_minor,
        description=description or thing.description,
        at=at,
    )


def tell(thing: SandboxObject, event: str, at: datetime, *, forged: bool = False) -> None:
    """Lay a webhook out for delivery, as the mishap of the next webhook wants it."""
    mode = "" if forged else _next_mishap(WEBHOOK, "")
    if mode == NEVER:
        return
    event_id = new_ref("evt")
    body = {
        "id": event_id,
        "type": event,
        "created_at": at.isoformat(),
        "object": {"kind": thing.kind, "ref": thing.ref},
    }
    SandboxDelivery.objects.create(
        event_id=event_id,
        body=json.dumps(body),
        created_at=at,
        wake_at=at + OVERTAKEN_BY if mode == OVERTAKEN else at,
        copies=5 if mode == FIVE_TIMES else 1,
        forged=forged,
    )
    ring(DELIVER_TASK, queue=QUEUE_HOLDS, limit=50)


def view(thing: SandboxObject) -> ObjectView:
    """The object as others see it."""
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
        parent=thing.parent.ref if thing.parent is not None else "",
        trade=thing.trade,
        created_at=thing.created_at,
        details=dict(thing.details),
    )


def is_done(thing: SandboxObject) -> bool:
    """Whether it has arrived."""
    return thing.status == SandboxStatus.DONE


def _next_mishap(call: str, key: str) -> str:
    """The mode to play now, empty for none; a stored error answers the same under its key for ever."""
    if key and SandboxFault.objects.filter(request_key=key).exists():
        return ERROR_500
    waiting = SandboxFault.objects.filter(call=call, request_key="").order_by("pk")
    fault = waiting.select_for_update(skip_locked=True, no_key=True).first()
    if fault is None:
        return ""
    mode = fault.mode
    if mode == ERROR_500 and key:
        fault.request_key = key
        fault.save(update_fields=["request_key"])
    else:
        fault.delete()
    return mode
