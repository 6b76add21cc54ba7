"""How much of each line a claim may name. Must not write."""

from __future__ import annotations

from decimal import Decimal

from orders.models import Order, OrderLine, Shipment


def claimable_quantities(order: Order, shipment: Shipment | None) -> list[tuple[OrderLine, Decimal]]:
    """Every line with the most of it that a claim may name: of the shipment, or what is ordered and not cancelled.

    When everything was cancelled and money is held all the same (what a supplier keeps of a deposit), the buyer
    objects to it by naming what was ordered.
    """
    if shipment is None:
        lines = list(order.lines.order_by("position"))
        rows = [(line, line.wanted_quantity) for line in lines]
        if not any(quantity > 0 for _line, quantity in rows):
            rows = [(line, line.quantity) for line in lines]
    else:
        packed = shipment.lines.select_related("line").order_by("line__position")
        rows = [(row.line, row.quantity) for row in packed]
    return [(line, quantity) for line, quantity in rows if quantity > 0]
