"""Hosted pages for payments, what a person can choose on them, and refunds of what was paid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.db import transaction

from marketplace.core.money import Money
from trade_assurance.payments.models import SandboxObject
from trade_assurance.payments.models.sandbox import SandboxKind, SandboxStatus
from trade_assurance.payments.providers.base import MovementType
from trade_assurance.payments.providers.sandbox_server import fees
from trade_assurance.payments.providers.sandbox_server.clockwork import pass_time
from trade_assurance.payments.providers.sandbox_server.doors import (
    LATE_BY,
    LATE_EFFECT,
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

# Mishaps of the next refund.
FAILS_LATE: Final = "fails_late"
PAST_WINDOW: Final = "past_window"
WALLET_WINDOW: Final = timedelta(days=90)
EXPIRED_WHILE_PAID: Final = timedelta(seconds=5)
# A payer's bank has the money: it cannot be given back on top of that.
_CHARGED_BACK: Final = (SandboxStatus.OPEN, SandboxStatus.UNDER_REVIEW, SandboxStatus.LOST)


def create_session(
    request: Request, *, description: str, return_url: str, expires_at: datetime | None
) -> ObjectView:
    """Open a hosted page for a payment; the same key gives the same session."""
    with door("session", request.key) as mode:
        made = create(
            request,
            SandboxKind.SESSION,
            mode=mode,
            status=SandboxStatus.OPEN,
            description=description[:300],
            return_url=return_url,
            expires_at=expires_at,
        )
        return view(made)


def create_refund(request: Request, *, session: str) -> ObjectView:
    """Give money of a session back, never more than it has received, not under a chargeback or past its window."""
    with door("refund", request.key) as mode:
        parent = locked(session, SandboxKind.SESSION)
        if not SandboxObject.objects.filter(request_key=request.key).exists():
            _demand_refundable(parent, request, mode)
        refund = create(
            request, SandboxKind.REFUND, mode=mode, status=SandboxStatus.PROCESSING, parent=parent
        )
        if refund.status == SandboxStatus.PROCESSING and refund.settles_at is None:
            _send_back(refund, mode, request.at)
        return view(refund)


def expire_session(ref: str, *, at: datetime) -> ObjectView:
    """Close a hosted page that nobody paid; one that was paid stays paid."""
    with door("cancel"):
        session = locked(ref)
        if session.status in {SandboxStatus.OPEN, SandboxStatus.AUTHENTICATION}:
            change(session, SandboxStatus.EXPIRED, at, "session.expired")
        return view(session)


def act_on_page(ref: str, action: str, *, slow_seconds: int, at: datetime) -> ObjectView:
    """What the person chose on the hosted page. Raises `SandboxError` when the page is closed or knows no such choice."""
    with transaction.atomic(durable=True):
        session = locked(ref, at=at)
        if session.kind != SandboxKind.SESSION:
            raise SandboxError("no_such_session")
        pass_time(session, at)
        choice = _CHOICES.get((SandboxStatus(session.status), action))
        if choice is None:
            raise SandboxError("page_closed" if session.status in SandboxObject.ENDED else "no_such_choice")
        choice(_Click(session, at, slow_seconds))
        return view(session)


@dataclass(frozen=True, slots=True)
class _Click:
    """A choice on the hosted page: on which session, when, and how long the slow ones take."""

    session: SandboxObject
    at: datetime
    slow_seconds: int

    @property
    def later(self) -> datetime:
        return self.at + timedelta(seconds=self.slow_seconds)


def _pay(click: _Click) -> None:
    click.session.code = ""
    _take(click.session, click.session.amount_minor, click.at, fees.card_fee)


def _pay_by_wallet(click: _Click) -> None:
    until = click.at + WALLET_WINDOW
    click.session.details |= {"method": "wallet", "refund_until": until.isoformat()}
    _pay(click)


def _transfer(click: _Click, *, percent_of_missing: int) -> None:
    """A bank transfer arrives: short, exact or over; a later one may bring the rest."""
    session = click.session
    session.details |= {"method": "bank_transfer"}
    missing = session.amount_minor - session.received_minor
    arrives = missing * percent_of_missing // 100
    if percent_of_missing > 100:
        arrives = max(arrives, missing + 1)
    _take(session, max(arrives, 1), click.at, fees.transfer_fee)


def _take(session: SandboxObject, arrives_minor: int, at: datetime, fee_of: Callable[[Money], Money]) -> None:
    session.received_minor += arrives_minor
    paid = session.received_minor >= session.amount_minor
    status = SandboxStatus.PAID if paid else SandboxStatus.PARTLY_PAID
    change(session, status, at, f"session.{status}")
    fee = fee_of(Money(arrives_minor, session.currency))
    book(session, MovementType.PAYMENT, arrives_minor, at, fee=fee)


def _decline(click: _Click) -> None:
    """The page stays open: another card may do."""
    click.session.code = "card_declined"
    change(click.session, SandboxStatus.OPEN, click.at, "session.declined")


def _ask_authentication(click: _Click) -> None:
    click.session.status = SandboxStatus.AUTHENTICATION
    click.session.save(update_fields=["status"])


def _fail_authentication(click: _Click) -> None:
    click.session.code = "authentication_failed"
    change(click.session, SandboxStatus.OPEN, click.at, "session.declined")


def _be_slow(click: _Click, *, ends_as: SandboxStatus, code: str = "") -> None:
    session = click.session
    session.settles_at, session.settles_as, session.code = click.later, ends_as, code
    change(session, SandboxStatus.PROCESSING, click.at, "session.processing")


def _success_then_failure(click: _Click) -> None:
    """It counts as paid, and after a while the payer's bank takes everything back."""
    click.session.settles_at, click.session.settles_as = click.later, SandboxStatus.FAILED
    _pay(click)


def _pay_while_expiring(click: _Click) -> None:
    """The page expires in the very moment the bank takes the money: the payment is told a little later."""
    session = click.session
    session.settles_at, session.settles_as = click.at + EXPIRED_WHILE_PAID, SandboxStatus.PAID
    change(session, SandboxStatus.EXPIRED, click.at, "session.expired")


_OPEN: Final[dict[str, Callable[[_Click], None]]] = {
    "pay": _pay,
    "wallet": _pay_by_wallet,
    "decline": _decline,
    "authenticate": _ask_authentication,
    "slow_success": partial(_be_slow, ends_as=SandboxStatus.PAID),
    "slow_failure": partial(_be_slow, ends_as=SandboxStatus.FAILED, code="bank_declined"),
    "success_then_failure": _success_then_failure,
    "expire_while_paid": _pay_while_expiring,
}
_TRANSFERS: Final[dict[str, Callable[[_Click], None]]] = {
    "transfer_short": partial(_transfer, percent_of_missing=40),
    "transfer_exact": partial(_transfer, percent_of_missing=100),
    "transfer_over": partial(_transfer, percent_of_missing=110),
}
_CHOICES: Final = {
    **{(SandboxStatus.OPEN, name): choice for name, choice in (_OPEN | _TRANSFERS).items()},
    **{(SandboxStatus.PARTLY_PAID, name): choice for name, choice in _TRANSFERS.items()},
    (SandboxStatus.AUTHENTICATION, "confirm"): _pay,
    (SandboxStatus.AUTHENTICATION, "reject"): _fail_authentication,
}


def _demand_refundable(parent: SandboxObject, request: Request, mode: str) -> None:
    others = parent.parts.filter(kind=SandboxKind.REFUND).exclude(status=SandboxStatus.FAILED)
    returned = sum(others.values_list("amount_minor", flat=True))
    if parent.currency != request.money.currency:
        raise SandboxError("currency_mismatch")
    if returned + request.money.amount_minor > parent.received_minor:
        raise SandboxError("refund_exceeds_payment")
    if parent.parts.filter(kind=SandboxKind.CHARGEBACK, status__in=_CHARGED_BACK).exists():
        raise SandboxError("charge_disputed")
    until = parent.details.get("refund_until")
    if mode == PAST_WINDOW or (until and request.at > datetime.fromisoformat(until)):
        raise SandboxError("refund_window_passed")


def _send_back(refund: SandboxObject, mode: str, at: datetime) -> None:
    if mode == LATE_EFFECT:
        refund.settles_at, refund.settles_as = at + LATE_BY, SandboxStatus.DONE
        refund.save(update_fields=["settles_at", "settles_as"])
        return
    refund.received_minor = refund.amount_minor
    if mode == FAILS_LATE:
        refund.settles_at, refund.settles_as = at + LATE_BY, SandboxStatus.FAILED
    change(refund, SandboxStatus.DONE, at, "refund.done")
    book(refund, MovementType.REFUND, -refund.amount_minor, at)
