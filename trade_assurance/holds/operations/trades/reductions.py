"""Goods became fewer or cheaper: less is due, or what is held above the new total goes back to the buyer.

From where it leaves is decided by `holds.rules.spread`; only what belongs to goods that have not left is touched.
"""

from __future__ import annotations

from datetime import datetime

from marketplace.core.actors import Actor
from marketplace.core.money import Money
from orders import operations as orders
from trade_assurance.holds.models import Hold
from trade_assurance.holds.operations.paying_in.taking import clear_what_is_paid
from trade_assurance.holds.operations.paying_in.unpaid import stop_asking
from trade_assurance.holds.operations.trades import refunds, shares
from trade_assurance.holds.operations.trades.releases import note_all_accepted, release_free
from trade_assurance.holds.operations.trades.trade import Trade, write
from trade_assurance.holds.rules import spread
from trade_assurance.holds.states import HoldState

ACCEPTED = "accepted"


def take_off(trade: Trade, value: Money, *, reason: str, actor: Actor, at: datetime) -> None:
    """Take the worth of cancelled, missing or cheaper goods off a locked trade.

    What is not paid yet shrinks first, then what is free is refunded; what a claim keeps still is owed until
    it unfreezes. Where a claim's end has already returned part of it, only the rest leaves. Clears what is
    paid by becoming smaller.
    """
    # The goods are off the lines already, their money is not off the holds: a part that left a moment ago takes its worth.
    parts = shares.allot(trade.order, trade.holds, at=at, rest_is_spoken_for=True)
    pots = shares.pots_of(trade.holds, parts)
    there = sum(pot.unpaid_minor + pot.free_minor + pot.frozen_minor for pot in pots)
    holds = {hold.ref: hold for hold in trade.holds}
    for draw in spread(pots, min(value.amount_minor, there)):
        hold = holds[draw.hold_ref]
        # Less is due first: what was paid in part is held from then on, and can go back.
        if draw.less_due_minor:
            _lower(trade, hold, draw.less_due_minor, reason=reason, actor=actor, at=at)
        if draw.refund_minor or draw.owed_minor:
            _refund_or_owe(trade, hold, draw.refund_minor, draw.owed_minor, reason=reason, actor=actor, at=at)
    if not trade.order.is_over and trade.order.is_shippable:
        clear_what_is_paid(trade, actor=actor, at=at)


def goes_on(trade: Trade, *, accepted_before: bool, actor: Actor, at: datetime) -> None:
    """After goods became fewer: when all that remains was accepted before, the order is accepted with it."""
    if not accepted_before and trade.order.accepted_at is not None:
        note_all_accepted(trade, reason=ACCEPTED, actor=actor, at=at)
    release_free(trade, reason=ACCEPTED, actor=actor, at=at)


def _refund_or_owe(
    trade: Trade, hold: Hold, now_minor: int, owed_minor: int, *, reason: str, actor: Actor, at: datetime
) -> None:
    """Refund what is free now; what is frozen is owed until it unfreezes."""
    due = hold.refund_due_minor + owed_minor
    if now_minor:
        refunds.refund(
            trade,
            hold,
            now_minor,
            cause=trade.order.ref,
            reason=reason,
            actor=actor,
            at=at,
            share_of=None,
            refund_due_minor=due,
        )
    elif owed_minor:
        write(hold, actor=actor, at=at, refund_due_minor=due)


def _lower(trade: Trade, hold: Hold, by_minor: int, *, reason: str, actor: Actor, at: datetime) -> None:
    """Less is due on a hold that waits for money; one that needs no more is held, or lapses when nothing came."""
    due = hold.amount_minor - by_minor
    orders.record_event(
        order=trade.order,
        kind="due_lowered",
        params={"amount": Money(by_minor, hold.currency), "due": Money(due, hold.currency)},
        actor=actor,
        at=at,
    )
    if due > hold.funded_minor:
        write(hold, actor=actor, at=at, amount_minor=due)
        return
    if hold.funded_minor:
        write(hold, state=HoldState.HELD, actor=actor, at=at, reason=reason, amount_minor=due, funded_at=at)
    else:
        write(hold, state=HoldState.LAPSED, actor=actor, at=at, reason=reason, amount_minor=due)
    stop_asking(hold, reason=reason, at=at)
