"""From when what is not shipped may be cancelled. Must not write."""

from __future__ import annotations

from datetime import datetime

from marketplace.core.models import Deadline
from marketplace.core.states import DeadlineState
from orders.models import Order
from trade_assurance.holds.rules import CANCEL_UNSHIPPED, end_of_day


def open_cancellation(order_ref: str) -> Deadline | None:
    """The open deadline by which what is not shipped cancels by itself."""
    return Deadline.objects.filter(kind=CANCEL_UNSHIPPED, subject=order_ref, state=DeadlineState.OPEN).first()


def buyer_may_cancel_from(order: Order) -> datetime:
    """The end of the ship-by date; the postponed moment when the buyer gave more time."""
    deadline = open_cancellation(order.ref)
    if deadline is not None and any(entry["what"] == "moved" for entry in deadline.history):
        return deadline.due_at
    return end_of_day(order.last_ship_day)
