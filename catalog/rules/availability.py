"""Whether goods can be had, as everybody is told: on pages and lists, in structured data, in feeds, by the interface. Pure.

Owns the one judgement of a quantity of a variant, most often its smallest order; must not touch database or clock. A page
in words, schema.org and a merchant feed say it in other terms, but never another thing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from catalog.rules.capacity import Period, earliest
from catalog.rules.lead_times import Pause, closed_until, days_until_ready


class AvailabilityKind(StrEnum):
    """Whether goods can be had: at their lead time, later than it, or not at all."""

    OPEN = "open"
    LATER = "later"
    SOLD_OUT = "sold_out"


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether, and from when; `there_on` is None when it is sold out."""

    kind: AvailabilityKind
    there_on: date | None


@dataclass(frozen=True, slots=True)
class Supply:
    """What an order of this quantity of a variant depends on; `lead_days` are that quantity's. No period: nothing is limited."""

    periods: Sequence[Period]
    quantity: Decimal
    unit_code: str
    lead_days: int
    pauses: Sequence[Pause]

    def ready_on(self, today: date) -> date:
        """When it is ready by its lead time, around the supplier's days off."""
        return today + timedelta(days=days_until_ready(self.lead_days, self.pauses, today))


class Shelf(StrEnum):
    """The words of shops. They know goods on a shelf; what is made to order is on backorder until it is ready."""

    IN_STOCK = "in_stock"
    BACKORDER = "backorder"
    OUT_OF_STOCK = "out_of_stock"


@dataclass(frozen=True, slots=True)
class Announced:
    """What machines are told; `there_on` only of what is on backorder."""

    shelf: Shelf
    there_on: date | None = None


def availability_of(supply: Supply, today: date) -> Availability:
    """Whether so much can be had of what is ordered today, and from when."""
    ready_on = supply.ready_on(today)
    if not supply.periods:
        return Availability(AvailabilityKind.OPEN, ready_on)
    found = earliest(supply.periods, supply.quantity, supply.unit_code, ready_on)
    if found is None:
        return Availability(AvailabilityKind.SOLD_OUT, None)
    kind = AvailabilityKind.OPEN if found.there_on == ready_on else AvailabilityKind.LATER
    return Availability(kind, found.there_on)


def announced(offer: Availability, pauses: Sequence[Pause], today: date) -> Announced:
    """The same in the words of shops. Of a supplier who takes no orders now, nothing can be had now."""
    if offer.there_on is None or closed_until(pauses, today):
        return Announced(Shelf.OUT_OF_STOCK)
    if offer.there_on <= today:
        return Announced(Shelf.IN_STOCK)
    return Announced(Shelf.BACKORDER, offer.there_on)
