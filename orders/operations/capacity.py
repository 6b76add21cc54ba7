"""What an order holds of its supplier's stock and capacity, at every step. Lower halves; the order is locked.

Placed: its lines' quantities. Proposed otherwise by the supplier, in quantity or day: of each period the larger of
both, so that the buyer's yes cannot come too late, nor their no. Cancelled in part: what is left of it. Undone: what had left by then. Samples hold nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
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
    order: Order, lines: Sequence[Mapping[str, Any]], ship_by: date, *, actor: Actor, at: datetime
) -> None:
    """Other quantities or another day are proposed: what they need is taken now, beside what the order needs.

    Raises `NotEnoughLeft` at the line's field, `NotReadyByThen` at the day's.
    """
    proposed = {int(line["line_id"]): Decimal(str(line["quantity"])) for line in lines}
    rows = list(order.lines.all())
    wanted = [
        catalog.Wanted(
            position=row.position,
            variant_id=row.variant_id or 0,
            title=with_variant(row.title, row.variant_name),
            quantity=proposed[row.pk],
            unit_code=row.unit_code,
            ready_on=at.date(),
        )
        for row in rows
    ]
    try:
        catalog.propose_taken(
            order_ref=order.ref,
            lines=wanted,
            ship_by=ship_by,
            moves_day=ship_by != order.ship_by,
            actor=actor,
            at=at,
        )
    except NotEnoughLeft as error:
        line = next(row for row in rows if row.position == error.context["position"])
        error.field = f"quantity_{line.pk}"
        raise


def settle_capacity(
    order: Order, *, actor: Actor, at: datetime, lines: Sequence[OrderLine] | None = None
) -> None:
    """The order holds what it needs as it stands now; the rest goes back. Said again it does nothing."""
    rows = order.lines.all() if lines is None else lines
    catalog.keep_taken(order_ref=order.ref, quantities=_needs(order, rows), actor=actor, at=at)


def settle_amended(order: Order, lines: Sequence[OrderLine], *, actor: Actor, at: datetime) -> None:
    """The buyer has taken the amended terms: the order holds what was taken for them, the rest goes back."""
    catalog.keep_proposed(order_ref=order.ref, quantities=_needs(order, lines), actor=actor, at=at)


def _needs(order: Order, lines: Iterable[OrderLine]) -> dict[int, Decimal]:
    return {row.position: _needed(order, row) for row in lines}


def _needed(order: Order, line: OrderLine) -> Decimal:
    return needed(
        quantity=line.quantity,
        cancelled=line.cancelled_quantity,
        shipped=line.shipped_quantity,
        is_undone=order.state in UNDONE,
    )
