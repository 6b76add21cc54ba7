"""The supplier's ship-by clock, and whether it stands still for a payment. Must not write."""

from __future__ import annotations

from marketplace.core.models import Deadline
from marketplace.core.states import DeadlineState
from orders.models import Order
from orders.states import AWAITS_PAYMENT


def waits_for_payment(order: Order) -> bool:
    """Whether the supplier's ship-by clock stands still because the buyer owes a payment."""
    deadline = ship_by_clock(order)
    return deadline is not None and deadline.paused_at is not None and deadline.pause_reason == AWAITS_PAYMENT


def ship_by_clock(order: Order) -> Deadline | None:
    return Deadline.objects.filter(kind="ship_by", subject=order.ref, state=DeadlineState.OPEN).first()
