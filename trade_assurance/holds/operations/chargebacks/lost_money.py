"""What a lost chargeback took of money that goods still wait for: a door that was open closes until the supplier goes on.

A payment that was lost in part counts as not held in full, whatever its milestone's state says (ADR 0024).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.idempotency import remember, replayed
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from orders import operations as orders
from orders.states import MilestoneKind
from trade_assurance.holds.operations.chargebacks.losses import BY_BANK
from trade_assurance.holds.operations.paying_in.taking import clear_what_is_paid
from trade_assurance.holds.operations.trades import shares
from trade_assurance.holds.operations.trades.trade import Trade, demand, lock_trade
from trade_assurance.holds.policies import can_give_up


def kept_for_goods_to_come(trade: Trade, *, at: datetime) -> int:
    """What of a locked trade's money, paid in or not, belongs to goods that have not left; in minor units."""
    parts = shares.allot(trade.order, trade.holds, at=at)
    return sum(
        parts.open_minor(hold) for hold in trade.holds if hold.milestone.kind == MilestoneKind.SCHEDULED
    )


def note_loss(trade: Trade, *, before_minor: int, at: datetime) -> None:
    """Lower half, once a loss is booked: what goods to come have less than `before_minor` closes their doors.

    Nothing when all has left, or the order is over. Both sides are told by the event `held_money_lost`.
    """
    order = trade.order
    to_come = any(line.rest_quantity for line in order.lines.all())
    lost = Money(max(before_minor - kept_for_goods_to_come(trade, at=at), 0), order.currency)
    if not order.is_shippable or not to_come or not lost.is_positive:
        return
    orders.note_lost_money(order=order, amount=lost, actor=BY_BANK, at=at)
    emit(
        kind="held_money_lost",
        subject=order.ref,
        root=order.ref,
        payload={"amount_minor": lost.amount_minor, "currency": lost.currency},
        actor=BY_BANK,
        at=at,
    )


@transaction.atomic
def go_on_without_lost(*, order_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """The supplier produces and ships for what is still held, although a chargeback took the rest for good.

    Consequences: what that money was asked for is cleared again; later losses close the doors anew.
    Raises `TradeNotFound`, `NotYourStep`, `orders.errors.NothingLost`, `orders.errors.NotRunning`.
    """
    trade = lock_trade(order_ref, actor=actor)
    content = {"order": order_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="go_on_without_lost", content=content)) is not None:
        return first
    demand(can_give_up(actor, trade.order))
    orders.accept_lost_money(order=trade.order, actor=actor, at=at)
    clear_what_is_paid(trade, actor=actor, at=at)
    remember(key=key, operation="go_on_without_lost", content=content, result=order_ref, at=at)
    return order_ref
