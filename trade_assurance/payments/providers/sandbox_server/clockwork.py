"""What time alone does in the sandbox: slow ones end, late failures come, pages nobody paid expire."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from marketplace.core.money import Money
from trade_assurance.payments.models import SandboxObject
from trade_assurance.payments.models.sandbox import SandboxKind, SandboxStatus
from trade_assurance.payments.providers.base import MovementType
from trade_assurance.payments.providers.sandbox_server import fees
from trade_assurance.payments.providers.sandbox_server.doors import book, change

_WAITING: Final = frozenset({SandboxStatus.OPEN, SandboxStatus.AUTHENTICATION})


def settle_due(*, at: datetime) -> int:
    """Let everything slow that is due settle, and tell of it; how many."""
    with transaction.atomic(durable=True):
        due = list(SandboxObject.objects.filter(settles_at__lte=at).lock()[:200])
        for thing in due:
            pass_time(thing, at)
        return len(due)


def pass_time(thing: SandboxObject, at: datetime) -> None:
    """Bring a locked object to how it stands at this moment; each effect at the moment it was due."""
    while thing.settles_at is not None and thing.settles_at <= at:
        due, ends_as, thing.settles_at, thing.settles_as = thing.settles_at, thing.settles_as, None, ""
        _EFFECTS[SandboxKind(thing.kind)](thing, ends_as, due)
        change(thing, ends_as, due, f"{thing.kind}.{ends_as}")
    is_page = thing.kind == SandboxKind.SESSION and thing.status in _WAITING
    if is_page and thing.expires_at is not None and thing.expires_at <= at:
        change(thing, SandboxStatus.EXPIRED, at, "session.expired")


def _session(session: SandboxObject, ends_as: str, at: datetime) -> None:
    if ends_as == SandboxStatus.PAID:
        session.received_minor = session.amount_minor
        fee = fees.card_fee(Money(session.amount_minor, session.currency))
        book(session, MovementType.PAYMENT, session.amount_minor, at, fee=fee)
    elif session.received_minor:
        book(
            session,
            MovementType.OTHER,
            -session.received_minor,
            at,
            description="the payer's bank took it back",
        )
        session.received_minor, session.code = 0, "payment_failed_later"


def _refund(refund: SandboxObject, ends_as: str, at: datetime) -> None:
    if ends_as == SandboxStatus.DONE:
        refund.received_minor = refund.amount_minor
        book(refund, MovementType.REFUND, -refund.amount_minor, at)
    elif refund.received_minor:
        refund.received_minor, refund.code = 0, "account_closed"
        book(refund, MovementType.REFUND_FAILED, refund.amount_minor, at)


def _payout(payout: SandboxObject, ends_as: str, at: datetime) -> None:
    if ends_as == SandboxStatus.DONE:
        payout.received_minor = payout.amount_minor
        fee = fees.payout_fee(Money(payout.amount_minor, payout.currency))
        book(payout, MovementType.PAYOUT, -payout.amount_minor, at, fee=fee)
        comes_back = payout.details.get("comes_back_after_seconds")
        if comes_back is not None:
            payout.settles_at = at + timedelta(seconds=comes_back)
            payout.settles_as, payout.code = SandboxStatus.FAILED, "account_closed"
    elif payout.received_minor:
        payout.received_minor = 0
        book(payout, MovementType.PAYOUT_REVERSED, payout.amount_minor, at)


def _nothing_moves(_thing: SandboxObject, _ends_as: str, _at: datetime) -> None:
    return


_EFFECTS: Final[dict[SandboxKind, Callable[[SandboxObject, str, datetime], None]]] = {
    SandboxKind.SESSION: _session,
    SandboxKind.REFUND: _refund,
    SandboxKind.PAYOUT: _payout,
    SandboxKind.REVERSAL: _nothing_moves,
    SandboxKind.ACCOUNT: _nothing_moves,
    SandboxKind.CHARGEBACK: _nothing_moves,
}
