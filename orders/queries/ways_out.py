"""What is possible where a supplier's stock or capacity cannot serve an order by its ship-by day. No statement of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from catalog.queries.capacity.stated import taken_text
from catalog.rules.capacity import earliest, shares_by
from marketplace.core.formatting import format_day, format_quantity
from orders.queries.cart import CartGroup, CartLineView, largest_by


@dataclass(frozen=True, slots=True)
class WayOut:
    """One line: the earliest day for all of it, or the largest order by the day that was wanted (if there is one)."""

    line_id: int
    title: str
    wanted: str
    there_on: date
    taken_from: str
    largest: str
    largest_value: str

    @property
    def day(self) -> str:
        """The earliest day, as it is read."""
        return format_day(self.there_on)


@dataclass(frozen=True, slots=True)
class WaysOut:
    """Of all lines that cannot leave by the day; `all_on` is when everything can."""

    lines: tuple[WayOut, ...]
    by: date
    all_on: date

    @property
    def day(self) -> str:
        """The day that was wanted, as it is read."""
        return format_day(self.by)

    @property
    def all_day(self) -> str:
        """When everything can leave, as it is read."""
        return format_day(self.all_on)


def ways_out(group: CartGroup, ship_by: date | None, *, today: date) -> WaysOut | None:
    """For an order to leave by this day; None where nothing stands against it."""
    if ship_by is None or ship_by < today:
        return None
    found = tuple(way for line in group.lines if (way := _way_out(line, ship_by, today)) is not None)
    return WaysOut(found, ship_by, max(way.there_on for way in found)) if found else None


def _way_out(line: CartLineView, ship_by: date, today: date) -> WayOut | None:
    card = line.card
    if line.problem or not card.capacity:
        return None
    ready_on = today + timedelta(days=card.days_until_ready(line.quantity, today))
    unit = card.unit_code
    if shares_by(card.capacity, line.quantity, unit, ready_on=ready_on, ship_by=ship_by):
        return None
    plan = earliest(card.capacity, line.quantity, unit, ready_on)
    if plan is None:
        return None
    largest = largest_by(card, ready_on=ready_on, ship_by=ship_by)
    return WayOut(
        line_id=line.id,
        title=card.full_title,
        wanted=format_quantity(line.quantity, unit),
        there_on=plan.there_on,
        taken_from=taken_text(plan, today),
        largest=format_quantity(largest, unit) if largest else "",
        largest_value=_plain(largest) if largest else "",
    )


def _plain(quantity: Decimal) -> str:
    return format(quantity.normalize(), "f")
