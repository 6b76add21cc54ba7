"""What is true once money for a milestone is there: it is remembered by its payment, and the trade goes on.

Lower halves of `funding` (money that arrives) and `credit` (money that was here already).
"""

from __future__ import annotations

from datetime import datetime

from marketplace.core.actors import Actor
from marketplace.core.deadlines import open_deadline
from marketplace.core.outbox import emit
from orders import operations as orders
from orders.clocks import clock_days
from trade_assurance.holds.models import Funding, Hold
from trade_assurance.holds.operations.paying_in.due import review_dues
from trade_assurance.holds.operations.paying_in.unpaid import stop_asking
from trade_assurance.holds.operations.trades.trade import Trade
from trade_assurance.holds.rules import CANCEL_UNSHIPPED, days_after

PAID = "paid"


def remember_funding(
    hold: Hold, payment_ref: str, provider: str, amount_minor: int, *, root: str, at: datetime
) -> None:
    """What a payment (begun for the order `root`) put into the hold: refunds go the way it came."""
    row, created = Funding.objects.get_or_create(
        hold=hold,
        payment_ref=payment_ref,
        defaults={"provider": provider, "amount_minor": amount_minor, "root": root, "at": at},
    )
    if not created:
        row.amount_minor += amount_minor
        row.save(update_fields=["amount_minor"])


def now_paid(trade: Trade, hold: Hold, *, actor: Actor, at: datetime) -> None:
    """A milestone has all its money: nobody is asked for more, both sides are told, the trade goes on."""
    order = trade.order
    stop_asking(hold, reason=PAID, at=at)
    orders.record_event(order=order, kind="money_held", params={"amount": hold.due}, actor=actor, at=at)
    if hold.milestone.shipment is not None:
        orders.surplus_paid(order=order, shipment_ref=hold.milestone.shipment.ref, actor=actor, at=at)
    clear_what_is_paid(trade, actor=actor, at=at)
    emit(
        kind="hold_funded",
        subject=hold.ref,
        root=order.ref,
        payload={
            "amount_minor": hold.amount_minor,
            "currency": hold.currency,
            "milestone": hold.milestone.title,
            "may_ship": order.cleared_to_ship_at is not None,
        },
        actor=actor,
        at=at,
    )


def clear_what_is_paid(trade: Trade, *, actor: Actor, at: datetime) -> None:
    """Let the trade go as far as its money is held: production after what is due on confirmation, shipping after all.

    Clearing production opens the deadline by which unshipped goods cancel by themselves; the supplier's clocks
    run on when it need not wait any more. Nothing that is cleared already is cleared again.
    """
    order = trade.order
    if not trade.is_funded_to_produce:
        return
    if order.cleared_to_produce_at is None:
        orders.clear_to_produce(order=order, actor=actor, at=at)
        open_deadline(
            kind=CANCEL_UNSHIPPED,
            subject=order.ref,
            root=order.ref,
            started_at=at,
            due_at=cancellation_due(trade),
            rule="clocks.cancel_after_ship_by_days",
        )
    # INVARIANT: no goods leave while a milestone waits for its money (enforced by order_ships_only_when_paid)
    if trade.is_funded and order.cleared_to_ship_at is None:
        orders.clear_to_ship(order=order, actor=actor, at=at)
    review_dues(trade, at=at)


def cancellation_due(trade: Trade) -> datetime:
    """When what is not shipped cancels by itself: the end of the day so many days after ship-by."""
    order = trade.order
    return days_after(order.last_ship_day, clock_days(order.clocks, "cancel_after_ship_by_days"))
