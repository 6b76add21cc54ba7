"""Amounts that a dispute keeps still: frozen alone, and moved exactly as it ends.

The upper halves are `trade_assurance.disputes.operations`; these run in their transaction, on a locked trade.
"""

from __future__ import annotations

from datetime import datetime

from marketplace.core.actors import Actor
from marketplace.core.models import Deadline
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from marketplace.core.states import DeadlineState
from trade_assurance.holds.errors import (
    AlreadyAccepted,
    AmountAboveFree,
    AmountNotPositive,
    FrozenAlready,
    NotFrozen,
    NothingHeld,
    SplitAboveFreeze,
)
from trade_assurance.holds.models import Freeze, Hold
from trade_assurance.holds.operations import refunds
from trade_assurance.holds.operations.chargebacks import freeze_for_chargebacks
from trade_assurance.holds.operations.releases import (
    ACCEPT_BY_SILENCE,
    finish_order_if_settled,
    release,
    release_free,
)
from trade_assurance.holds.operations.trade import Trade, write
from trade_assurance.holds.states import HoldState


def freeze(trade: Trade, hold: Hold, *, subject: str, amount: Money, actor: Actor, at: datetime) -> Freeze:
    """Keep `amount` of a locked hold still for a dispute; the rest of the trade goes on.

    Raises `NothingHeld`, `AlreadyAccepted` (accepted, or the inspection window has ended), `FrozenAlready`,
    `AmountNotPositive`, `AmountAboveFree`, `CurrencyMismatch`.
    """
    if hold.state != HoldState.HELD or trade.order.is_over:
        raise NothingHeld
    if trade.order.accepted_at is not None or _window_is_over(trade, at):
        raise AlreadyAccepted
    if Freeze.objects.filter(hold=hold, lifted_at__isnull=True).exists():
        raise FrozenAlready
    if not amount.is_positive:
        raise AmountNotPositive(field="amount")
    if amount > hold.free:
        raise AmountAboveFree(field="amount", free=f"{hold.free.as_decimal()} {hold.currency}")
    write(hold, actor=actor, at=at, frozen_minor=hold.frozen_minor + amount.amount_minor)
    row = Freeze.objects.create(hold=hold, subject=subject, amount_minor=amount.amount_minor, frozen_at=at)
    emit(
        kind="hold_frozen",
        subject=hold.ref,
        root=trade.order.ref,
        payload={"amount_minor": amount.amount_minor, "currency": hold.currency, "dispute": subject},
        actor=actor,
        at=at,
    )
    return row


def settle_disputed(
    trade: Trade,
    hold: Hold,
    *,
    subject: str,
    refund: Money,
    release_: Money,
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    """End a freeze: `refund` of it to the buyer, `release_` of it to the supplier, the rest goes its way.

    The rest first pays what is owed for goods cancelled meanwhile; of an accepted trade it is released,
    otherwise it unfreezes and goes on with the trade. Ends the order when nothing is held any more.
    Raises `NotFrozen`, `SplitAboveFreeze`, `CurrencyMismatch`.
    """
    frozen = Freeze.objects.filter(hold=hold, subject=subject, lifted_at__isnull=True).first()
    if frozen is None:
        raise NotFrozen
    parts = refund + release_
    if min(refund.amount_minor, release_.amount_minor) < 0 or parts.amount_minor > frozen.amount_minor:
        raise SplitAboveFreeze
    Freeze.objects.filter(pk=frozen.pk).update(
        lifted_at=at, refunded_minor=refund.amount_minor, released_minor=release_.amount_minor
    )
    if refund.is_positive:
        refunds.refund(
            trade,
            hold,
            refund.amount_minor,
            cause=subject,
            reason=reason,
            actor=actor,
            at=at,
            out_of_freeze_minor=refund.amount_minor,
            refund_due_minor=min(hold.refund_due_minor, hold.held_minor - refund.amount_minor),
        )
    if release_.is_positive:
        release(
            trade,
            hold,
            release_.amount_minor,
            cause=subject,
            reason=reason,
            actor=actor,
            at=at,
            out_of_freeze_minor=release_.amount_minor,
            refund_due_minor=min(hold.refund_due_minor, hold.held_minor - release_.amount_minor),
        )
    _let_go(trade, hold, frozen.amount_minor - parts.amount_minor, actor=actor, at=at)
    freeze_for_chargebacks(trade, actor=actor, at=at)
    if trade.order.accepted_at is not None:
        release_free(trade, reason=reason, actor=actor, at=at)
    finish_order_if_settled(trade, actor=actor, key=f"end:{subject}", at=at)


def _window_is_over(trade: Trade, at: datetime) -> bool:
    """A deadline that is due counts as passed even when no sweep has come by yet."""
    return Deadline.objects.filter(
        kind=ACCEPT_BY_SILENCE,
        subject=trade.order.ref,
        state=DeadlineState.OPEN,
        paused_at__isnull=True,
        due_at__lte=at,
    ).exists()


def _let_go(trade: Trade, hold: Hold, rest_minor: int, *, actor: Actor, at: datetime) -> None:
    """Unfreeze the rest; of it, what is owed for cancelled goods goes back to the buyer now."""
    if rest_minor == 0:
        return
    due = min(hold.refund_due_minor, rest_minor)
    if due:
        refunds.refund(
            trade,
            hold,
            due,
            cause=trade.order.ref,
            reason="cancelled_unshipped",
            actor=actor,
            at=at,
            out_of_freeze_minor=rest_minor,
            refund_due_minor=hold.refund_due_minor - due,
        )
    else:
        write(hold, actor=actor, at=at, frozen_minor=hold.frozen_minor - rest_minor)
