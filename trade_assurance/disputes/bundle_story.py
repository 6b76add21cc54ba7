"""The order's timeline as plain data, for one side or for the desks: what the two sides may read, never what officers keep."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from orders.models import Order
from orders.queries.parts import TimelineLine
from orders.queries.timeline import past_of
from orders.states import Audience
from trade_assurance.disputes.states import BundleFor

_SIDES = {
    BundleFor.BUYER: (Audience.BUYER,),
    BundleFor.SUPPLIER: (Audience.SUPPLIER,),
    BundleFor.DESK: (Audience.BUYER, Audience.SUPPLIER),
}


def timeline_of(order: Order, audience: BundleFor) -> list[dict[str, Any]]:
    """Oldest first; for the desks both sides' lines, but none that only officers read."""
    shipments = list(order.shipments.order_by("pk"))
    lines: dict[TimelineLine, None] = {}
    for side in _SIDES[audience]:
        lines.update(dict.fromkeys(past_of(order, shipments, side)))
    return [
        {
            "at": line.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "what": str(line.text),
            "who": str(line.who),
            "reason": str(line.reason),
        }
        for line in sorted(lines, key=lambda line: line.at)
    ]
