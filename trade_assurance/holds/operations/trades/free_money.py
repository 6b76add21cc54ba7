"""Money of a trade that nobody claims, given back to the buyer for a reason of the case: the cost of an inspection."""

from __future__ import annotations

from datetime import datetime

from marketplace.core.actors import Actor
from marketplace.core.money import Money, split_minor
from trade_assurance.holds.errors import AmountAboveFree, NothingHeld
from trade_assurance.holds.operations.trades import refunds
from trade_assurance.holds.operations.trades.trade import Trade
from trade_assurance.holds.queries.trades.frozen import free_minor, holding_money


def refund_free(
    trade: Trade, amount_minor: int, *, cause: str, reason: str, actor: Actor, at: datetime
) -> None:
    """Refund `amount_minor` out of the free money of a locked trade, in proportion to what is free in each hold.

    Every milestone bears its share; frozen money stays where it is. Raises `NothingHeld`, `AmountAboveFree`.
    """
    holding = [hold for hold in holding_money(trade.holds) if hold.free.amount_minor]
    if not holding:
        raise NothingHeld
    free = Money(free_minor(holding), trade.order.currency)
    if amount_minor > free.amount_minor:
        raise AmountAboveFree(field="amount", free=f"{free.as_decimal()} {free.currency}")
    parts = split_minor(amount_minor, [hold.free.amount_minor for hold in holding])
    for hold, part in zip(holding, parts, strict=True):
        if part:
            refunds.refund(trade, hold, part, cause=cause, reason=reason, actor=actor, at=at)
