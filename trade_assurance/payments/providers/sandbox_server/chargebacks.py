"""A payer disputes a payment with their bank: inquiry, money withdrawn, evidence, won or lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from marketplace.core.ids import new_key
from marketplace.core.money import Money
from trade_assurance.payments.models import SandboxObject
from trade_assurance.payments.models.sandbox import SandboxKind, SandboxStatus
from trade_assurance.payments.providers.base import MovementType
from trade_assurance.payments.providers.sandbox_server import fees
from trade_assurance.payments.providers.sandbox_server.doors import (
    ObjectView,
    Request,
    SandboxError,
    book,
    change,
    create,
    door,
    locked,
    view,
)

EVIDENCE_TIME: Final = timedelta(days=7)
REASONS: Final = ("product_not_received", "product_unacceptable", "fraudulent", "duplicate", "general")
_ENDED: Final = (SandboxStatus.WON, SandboxStatus.LOST, SandboxStatus.CLOSED)


def open_chargeback(
    session_ref: str, *, reason: str, at: datetime, inquiry: bool = False, amount_minor: int | None = None
) -> ObjectView:
    """The payer's bank takes the money (or, an inquiry, only asks). Without evidence in seven days it is lost."""
    with transaction.atomic(durable=True):
        session = locked(session_ref, SandboxKind.SESSION, at=at)
        takes = _disputable(session, amount_minor)
        request = Request(
            key=f"chargeback:{new_key()}",
            trade=session.trade,
            metadata={"subject": str(session.metadata.get("subject", ""))},
            money=Money(takes, session.currency),
            at=at,
        )
        due = at + EVIDENCE_TIME
        chargeback = create(
            request,
            SandboxKind.CHARGEBACK,
            parent=session,
            status=SandboxStatus.INQUIRY,
            code=reason if reason in REASONS else "general",
            description=session.description,
            settles_at=due,
            settles_as=SandboxStatus.CLOSED,
            details={"evidence_due_at": due.isoformat(), "withdrawn": False, "reinstated": False, "fee": 0},
        )
        if inquiry:
            change(chargeback, SandboxStatus.INQUIRY, at, "chargeback.inquiry")
        else:
            _withdraw(chargeback, at)
        return view(chargeback)


def act_on_chargeback(ref: str, action: str, *, at: datetime) -> ObjectView:
    """What the payer's bank does next: "withdraw", "close" (an inquiry), "win", "lose". Raises `SandboxError`."""
    with transaction.atomic(durable=True):
        chargeback = locked(ref, SandboxKind.CHARGEBACK, at=at)
        status = SandboxStatus(chargeback.status)
        if action == "withdraw" and status == SandboxStatus.INQUIRY:
            _withdraw(chargeback, at)
        elif action == "close" and status == SandboxStatus.INQUIRY:
            _end(chargeback, SandboxStatus.CLOSED, at)
        elif action in {"win", "lose"} and status in {SandboxStatus.OPEN, SandboxStatus.UNDER_REVIEW}:
            _decide(chargeback, won=action == "win", at=at)
        else:
            raise SandboxError("no_such_choice")
        return view(chargeback)


def take_evidence(
    request: Request, *, chargeback_ref: str, text: str, facts: Mapping[str, str], files: Mapping[str, int]
) -> ObjectView:
    """Evidence for the payer's bank, once: then it decides. Raises `SandboxError` when it is too late."""
    with door("evidence", request.key):
        chargeback = locked(chargeback_ref, SandboxKind.CHARGEBACK, at=request.at)
        if chargeback.details.get("evidence", {}).get("key") == request.key:
            return view(chargeback)
        if chargeback.status not in {SandboxStatus.OPEN, SandboxStatus.INQUIRY}:
            raise SandboxError("evidence_not_taken_any_more")
        chargeback.details |= {
            "evidence": {
                "key": request.key,
                "operation": request.metadata.get("operation", ""),
                "at": request.at.isoformat(),
                "text": text[:20_000],
                "facts": dict(facts),
                "files": dict(files),
            }
        }
        chargeback.settles_at, chargeback.settles_as = None, ""
        inquiry = chargeback.status == SandboxStatus.INQUIRY
        status = SandboxStatus.INQUIRY if inquiry else SandboxStatus.UNDER_REVIEW
        change(chargeback, status, request.at, "chargeback.evidence_received")
        return view(chargeback)


def _disputable(session: SandboxObject, amount_minor: int | None) -> int:
    if session.parts.filter(kind=SandboxKind.CHARGEBACK).exclude(status__in=_ENDED).exists():
        raise SandboxError("charge_already_disputed")
    gone = session.parts.filter(kind=SandboxKind.REFUND).exclude(status=SandboxStatus.FAILED)
    lost = session.parts.filter(kind=SandboxKind.CHARGEBACK, status=SandboxStatus.LOST)
    left = session.received_minor - sum((gone | lost).values_list("amount_minor", flat=True))
    takes = left if amount_minor is None else amount_minor
    if not 0 < takes <= left:
        raise SandboxError("nothing_left_to_dispute")
    return takes


def _withdraw(chargeback: SandboxObject, at: datetime) -> None:
    fee = fees.chargeback_fee(Money(chargeback.amount_minor, chargeback.currency))
    due = at + EVIDENCE_TIME
    chargeback.details |= {
        "withdrawn": True,
        "fee": fee.amount_minor,
        "evidence_due_at": due.isoformat(),
    }
    chargeback.settles_at, chargeback.settles_as = due, SandboxStatus.LOST
    change(chargeback, SandboxStatus.OPEN, at, "chargeback.opened")
    book(chargeback, MovementType.CHARGEBACK, -chargeback.amount_minor, at, fee=fee)


def _decide(chargeback: SandboxObject, *, won: bool, at: datetime) -> None:
    if won:
        chargeback.details |= {"reinstated": True}
        book(chargeback, MovementType.CHARGEBACK_REINSTATED, chargeback.amount_minor, at)
    _end(chargeback, SandboxStatus.WON if won else SandboxStatus.LOST, at)


def _end(chargeback: SandboxObject, status: SandboxStatus, at: datetime) -> None:
    chargeback.settles_at, chargeback.settles_as = None, ""
    change(chargeback, status, at, f"chargeback.{status}")
