"""How far an order is: the furthest thing that is true of all its lines; and when inspection ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from orders.clocks import inspection_days
from orders.states import OrderState, TransportMode

# Usual door-to-door times when nobody has promised anything better.
TRANSIT_DAYS: Mapping[str, int] = {
    TransportMode.EXPRESS: 5,
    TransportMode.AIR: 7,
    TransportMode.LAND: 14,
    TransportMode.SEA: 40,
}


@dataclass(frozen=True, slots=True)
class LineProgress:
    """A line's quantities: what is wanted (ordered less cancelled), shipped and delivered."""

    wanted: Decimal
    shipped: Decimal
    delivered: Decimal


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivered shipment: how it travelled and when it arrived."""

    mode: str
    delivered_at: datetime


def furthest_state(lines: Sequence[LineProgress]) -> OrderState | None:
    """`delivered` or `shipped` when that is true of every line still wanted; None otherwise or when none is."""
    wanted = [line for line in lines if line.wanted > 0]
    if not wanted:
        return None
    if all(line.delivered >= line.wanted for line in wanted):
        return OrderState.DELIVERED
    if all(line.shipped >= line.wanted for line in wanted):
        return OrderState.SHIPPED
    return None


def inspection_ends_at(
    arrivals: Sequence[Arrival], clocks: Mapping[str, Any], opened_at: datetime
) -> datetime:
    """When silence accepts the order.

    The window opens at `opened_at`, when all that is not cancelled is known to be delivered, and lasts as
    long as the mode of the shipment that arrived last asks for; but goods that came earlier by a slower
    mode never get fewer days, counted from their own arrival, than that mode gives.
    """
    last = max(arrivals, key=lambda arrival: (arrival.delivered_at, inspection_days(clocks, arrival.mode)))
    ends = [
        arrival.delivered_at + timedelta(days=inspection_days(clocks, arrival.mode)) for arrival in arrivals
    ]
    return max(opened_at + timedelta(days=inspection_days(clocks, last.mode)), *ends)


def end_of_day(day: date) -> datetime:
    """The moment the day is over (UTC): from then on a date of the contract has passed."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)
