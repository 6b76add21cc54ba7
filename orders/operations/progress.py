"""Moving the order on when something has become true of all its lines."""

from __future__ import annotations

from datetime import datetime

from marketplace.core.actors import Actor
from marketplace.core.deadlines import close_deadline
from orders.models import Order
from orders.operations.events import tell
from orders.rules.progress import Arrival, LineProgress, furthest_state, inspection_ends_at
from orders.rules.terms import moment_text
from orders.states import ARRIVED, GONE, OrderState, ShipmentState


def advance(order: Order, *, actor: Actor, at: datetime, key: str = "") -> None:
    """Move a locked order to shipped or delivered when that is now true of all that is not cancelled.

    Consequences: shipped ends the deadline `ship_by` and tells `order_shipped`; delivered freezes when
    inspection ends and tells `order_delivered` (the app above opens that deadline). Cancelled
    quantities do not count. Does nothing when nothing new is true.
    """
    target = furthest_state(
        [
            LineProgress(line.wanted_quantity, line.shipped_quantity, line.delivered_quantity)
            for line in order.lines.order_by("position")
        ]
    )
    if target is None or target == order.state or not order.can_move_to(target):
        return
    if target == OrderState.SHIPPED:
        _shipped(order, actor, at, key)
    else:
        _delivered(order, actor, at, key)
        note_acceptance(order, at=at)


def note_acceptance(order: Order, *, at: datetime) -> None:
    """The order is accepted when all that is not cancelled is delivered and every shipment of it was accepted."""
    if order.state != OrderState.DELIVERED or order.accepted_at is not None:
        return
    states = set(order.shipments.filter(state__in=GONE).values_list("state", flat=True))
    if states == {ShipmentState.ACCEPTED.value}:
        order.accepted_at = at
        order.save(update_fields=["accepted_at"])


def _shipped(order: Order, actor: Actor, at: datetime, key: str) -> None:
    close_deadline(kind="ship_by", subject=order.ref, outcome="shipped", at=at)
    order.move_to(OrderState.SHIPPED, actor=actor, at=at, key=key)
    tell(order, "order_shipped", actor=actor, at=at)


def _delivered(order: Order, actor: Actor, at: datetime, key: str) -> None:
    close_deadline(kind="ship_by", subject=order.ref, outcome="shipped", at=at)
    rows = order.shipments.filter(state__in=ARRIVED).values_list("transport_mode", "delivered_at")
    arrivals = [Arrival(mode, delivered_at) for mode, delivered_at in rows if delivered_at is not None]
    ends = inspection_ends_at(arrivals, order.clocks, at)
    order.move_to(
        OrderState.DELIVERED,
        actor=actor,
        at=at,
        key=key,
        delivered_at=max(arrival.delivered_at for arrival in arrivals),
        inspection_ends_at=ends,
    )
    tell(order, "order_delivered", actor=actor, at=at, inspection_ends_at=moment_text(ends))
