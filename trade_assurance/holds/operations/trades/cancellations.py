"""What is not shipped may be cancelled with full refund: by the buyer, by the supplier, or by the clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.deadlines import close_deadline, move_deadline
from marketplace.core.idempotency import remember, replayed
from orders import operations as orders
from orders.models import Order
from trade_assurance.holds.errors import (
    CancelTooEarly,
    NothingHeld,
    NothingUnshipped,
    PayFirst,
    PostponementNotLater,
    PostponementTooFar,
)
from trade_assurance.holds.operations.paying_in.due import demand_no_chargeback
from trade_assurance.holds.operations.trades.agreements import end_idle_top_ups
from trade_assurance.holds.operations.trades.reductions import goes_on, take_off
from trade_assurance.holds.operations.trades.releases import finish_order_if_settled
from trade_assurance.holds.operations.trades.trade import Trade, demand, lock_trade
from trade_assurance.holds.policies import can_decide_for_buyer, can_give_up
from trade_assurance.holds.queries.trades.cancelling import buyer_may_cancel_from, open_cancellation
from trade_assurance.holds.rules import CANCEL_UNSHIPPED, end_of_day

POSTPONE_AT_MOST_DAYS = 365
CANCELLED_UNSHIPPED = "cancelled_unshipped"
NOT_SHIPPED_IN_TIME = "not_shipped_in_time"


@transaction.atomic
def cancel_unshipped(*, order_ref: str, actor: Actor, key: str, at: datetime, reason: str = "") -> str:
    """Cancel what is not shipped; its value and its share of the freight are no longer due or go back in full.

    What is not paid yet shrinks first, then what is held is refunded, the latest milestone first.

    The buyer may from the day after ship-by (or after the date they postponed to); the supplier, who gives
    up the rest, at any time. What a dispute has frozen is refunded as soon as it unfreezes.
    Raises `TradeNotFound`, `NotYourStep`, `NothingHeld`, `NothingUnshipped`, `CancelTooEarly`, `PayFirst` for a
    buyer whose payment the supplier waits for, and `BankDecidesFirst` for one whose chargeback is not decided.
    """
    trade = lock_trade(order_ref, actor=actor)
    content = {"order": order_ref, "reason": reason, "actor": actor.as_text}
    if (first := replayed(key=key, operation="cancel_unshipped", content=content)) is not None:
        return first
    as_buyer = can_decide_for_buyer(actor, trade.order)
    demand(as_buyer or can_give_up(actor, trade.order))
    if trade.order.cleared_to_produce_at is None or not (trade.held_minor or trade.awaits()):
        raise NothingHeld
    if not _has_unshipped(trade.order):
        raise NothingUnshipped
    if as_buyer:
        demand_no_chargeback(trade)
    if as_buyer and orders.waits_for_payment(trade.order):
        raise PayFirst
    if as_buyer and at < (opens := buyer_may_cancel_from(trade.order)):
        raise CancelTooEarly(day=(opens - timedelta(days=1)).date().isoformat())
    _cancel(trade, why=reason, reason=CANCELLED_UNSHIPPED, actor=actor, key=key, at=at)
    close_deadline(kind=CANCEL_UNSHIPPED, subject=order_ref, outcome="cancelled", at=at)
    remember(key=key, operation="cancel_unshipped", content=content, result=order_ref, at=at)
    return order_ref


@transaction.atomic
def cancel_unshipped_by_clock(*, order_ref: str, at: datetime) -> None:
    """The last day to ship is over: what is not shipped is cancelled and refunded. Nothing when all is shipped."""
    actor = Actor.system("auto_cancel")
    trade = lock_trade(order_ref, actor=actor)
    if trade.order.is_running and _has_unshipped(trade.order):
        _cancel(trade, why="", reason=NOT_SHIPPED_IN_TIME, actor=actor, key=f"cancel:{order_ref}", at=at)


@transaction.atomic
def postpone_cancellation(*, order_ref: str, to_date: date, actor: Actor, key: str, at: datetime) -> str:
    """The buyer gives the supplier until the end of `to_date`. Ship-by and lateness stay as agreed.

    Until then the buyer does not cancel either: the supplier may rely on it.
    Raises `TradeNotFound`, `NotYourStep`, `NothingUnshipped`, `PostponementNotLater`, `PostponementTooFar`.
    """
    trade = lock_trade(order_ref, actor=actor)
    content = {"order": order_ref, "to": to_date, "actor": actor.as_text}
    if (first := replayed(key=key, operation="postpone_cancellation", content=content)) is not None:
        return first
    demand(can_decide_for_buyer(actor, trade.order))
    current = open_cancellation(order_ref)
    if current is None or not _has_unshipped(trade.order):
        raise NothingUnshipped
    _guard_postponement(to_date, current.due_at, at)
    move_deadline(
        kind=CANCEL_UNSHIPPED,
        subject=order_ref,
        due_at=end_of_day(to_date),
        reason="postponed",
        actor=actor,
        at=at,
    )
    orders.record_event(
        order=trade.order,
        kind="cancellation_postponed",
        params={"to": to_date},
        actor=actor,
        at=at,
    )
    remember(key=key, operation="postpone_cancellation", content=content, result=order_ref, at=at)
    return order_ref


def cancel_rest(trade: Trade, *, reason: str, actor: Actor, key: str, at: datetime) -> None:
    """Lower half: what of a locked trade has not left is cancelled and refunded, for a reason of the clock."""
    if trade.order.is_running and _has_unshipped(trade.order):
        _cancel(trade, why="", reason=reason, actor=actor, key=key, at=at)
        close_deadline(kind=CANCEL_UNSHIPPED, subject=trade.order.ref, outcome="cancelled", at=at)


def _guard_postponement(to_date: date, due_at: datetime, at: datetime) -> None:
    if end_of_day(to_date) <= max(due_at, at):
        raise PostponementNotLater(
            field="to_date", day=(max(due_at, at) - timedelta(seconds=1)).date().isoformat()
        )
    if to_date > at.date() + timedelta(days=POSTPONE_AT_MOST_DAYS):
        raise PostponementTooFar(field="to_date", days=POSTPONE_AT_MOST_DAYS)


def _has_unshipped(order: Order) -> bool:
    return any(line.wanted_quantity > line.shipped_quantity for line in order.lines.all())


def _cancel(trade: Trade, *, why: str, reason: str, actor: Actor, key: str, at: datetime) -> None:
    before = trade.order.accepted_at is not None
    value = orders.cancel_unshipped_lines(order=trade.order, actor=actor, key=key, at=at, reason=why)
    end_idle_top_ups(trade, actor=actor, at=at)
    take_off(trade, value, reason=reason, actor=actor, at=at)
    goes_on(trade, accepted_before=before, actor=actor, at=at)
    finish_order_if_settled(trade, actor=actor, key=key, at=at)
