"""Whether goods can be had, as everybody is told: on the product page, in its structured data, in the feeds. Pure.

Owns the one judgement of a variant's smallest order; must not touch database or clock. A page in words, schema.org and
a merchant feed say it in other terms, but never another thing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from catalog.rules.capacity import Availability, Period, availability
from catalog.rules.lead_times import Pause, closed_until, days_until_ready


@dataclass(frozen=True, slots=True)
class Supply:
    """What a variant's smallest order depends on; no period: nothing is limited."""

    periods: Sequence[Period]
    smallest: Decimal
    unit_code: str
    lead_days: int
    pauses: Sequence[Pause]


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


def everybodys(supply: Supply, today: date) -> Availability:
    """What everybody is told of a variant: whether its smallest order can be had, and from when."""
    ready_on = today + timedelta(days=days_until_ready(supply.lead_days, supply.pauses, today))
    return availability(supply.periods, supply.smallest, supply.unit_code, ready_on=ready_on)


def announced(offer: Availability, pauses: Sequence[Pause], today: date) -> Announced:
    """The same in the words of shops. Of a supplier who takes no orders now, nothing can be had now."""
    if offer.there_on is None or closed_until(pauses, today):
        return Announced(Shelf.OUT_OF_STOCK)
    if offer.there_on <= today:
        return Announced(Shelf.IN_STOCK)
    return Announced(Shelf.BACKORDER, offer.there_on)
