"""What an order holds of its supplier's stock and capacity, at every step. Lower halves; the order is locked.

Placed: its lines' quantities. Proposed otherwise by the supplier: the larger of both, so that the buyer's yes cannot
come too late. Cancelled in part: what is left of it. Undone: what had left by then. Samples hold nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from catalog import operations as catalog
from catalog.errors import NotEnoughLeft
from catalog.queries import Offer
from catalog.rules.prices import with_variant
from marketplace.core.actors import Actor
from orders.models import Order, OrderLine
from orders.rules.capacity import needed
from orders.states import UNDONE


def take_for_order(
    order: Order, rows: Sequence[OrderLine], offers: Sequence[Offer], *, actor: Actor, at: datetime
) -> None:
    """A new order takes what is limited of it. Raises `NotEnoughLeft`, `NotReadyByThen`."""
    lines = [
        catalog.Wanted(
            position=row.position,
            variant_id=offer.variant_id,
            title=with_variant(offer.title, offer.variant_name),
            quantity=row.quantity,
            unit_code=row.unit_code,
            ready_on=offer.ready_on or at.date(),
        )
        for row, offer in zip(rows, offers, strict=True)
        if offer.capacity
    ]
    if lines:
        catalog.take_capacity(
            order_ref=order.ref,
            order_number=order.number,
            lines=lines,
            ship_by=order.ship_by,
            actor=actor,
            at=at,
        )


def keep_for_amendment(
    order: Order, lines: Sequence[Mapping[str, Any]], *, actor: Actor, at: datetime
) -> None:
    """Other quantities are proposed: what they are more is taken now. Raises `NotEnoughLeft` at the line's field."""
    proposed = {int(line["line_id"]): Decimal(str(line["quantity"])) for line in lines}
    rows = list(order.lines.all())
    quantities = {row.position: max(row.quantity, proposed[row.pk]) for row in rows}
    try:
        catalog.keep_taken(order_ref=order.ref, quantities=quantities, actor=actor, at=at)
    except NotEnoughLeft as error:
        line = next(row for row in rows if row.position == error.context["position"])
        error.field = f"quantity_{line.pk}"
        raise


def settle_capacity(
    order: Order, *, actor: Actor, at: datetime, lines: Sequence[OrderLine] | None = None
) -> None:
    """The order holds what it needs as it stands now; the rest goes back. Said again it does nothing."""
    rows = order.lines.all() if lines is None else lines
    quantities = {row.position: _needed(order, row) for row in rows}
    catalog.keep_taken(order_ref=order.ref, quantities=quantities, actor=actor, at=at)


def _needed(order: Order, line: OrderLine) -> Decimal:
    return needed(
        quantity=line.quantity,
        cancelled=line.cancelled_quantity,
        shipped=line.shipped_quantity,
        is_undone=order.state in UNDONE,
    )
