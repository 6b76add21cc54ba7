"""Why an offer of a list cannot be had at its lead time: who takes no orders, what is sold out, what comes later.

Owns this judgement of what `rows` read of an offer; the rules are those of the product page. Nothing is read here,
and an offer of which nothing is limited, of a supplier who is not away, costs two comparisons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from catalog.rules.availability import AvailabilityKind, Supply, availability_of
from catalog.rules.capacity import Period, read_capacity
from catalog.rules.lead_times import Pause, closed_until, read_pauses


@dataclass(frozen=True, slots=True)
class Hindrance:
    """The one thing to say. `there_on` is when my quantity of the first variant is there. `left` is all there is of it, less
    than my quantity; nothing, where it is gone before so much could be ready.
    """

    closed_until: date | None = None
    is_sold_out: bool = False
    is_first_sold_out: bool = False  # while another variant can be ordered
    left: Decimal | None = None
    there_on: date | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader of a list would order: my quantity or the smallest order, in the product's unit."""

    quantity: Decimal
    smallest: Decimal
    unit_code: str
    lead_days: int  # of that quantity
    smallest_lead_days: int
    variants: int
    on: date


def hindrance_of(
    pauses: Sequence[Mapping[str, Any]] | None, periods: Sequence[Mapping[str, Any]] | None, wanted: Wanted
) -> Hindrance | None:
    """What of the supplier's days off and of the periods of its variants (in their order) stands in the way."""
    away = read_pauses(pauses or ())
    if away and (closed := closed_until(away, wanted.on)):
        return Hindrance(closed_until=closed)
    if not periods:
        return None
    limited = {
        place: read_capacity(rows) for place, rows in groupby(periods, key=lambda row: int(row["position"]))
    }
    if 1 not in limited:
        return None
    if _is_sold_out(limited[1], away, wanted):
        others = wanted.variants > len(limited) or not all(
            _is_sold_out(rows, away, wanted) for rows in limited.values()
        )
        return Hindrance(is_sold_out=not others, is_first_sold_out=others)
    return _of_quantity(limited[1], away, wanted)


def _of_quantity(first: Sequence[Period], away: Sequence[Pause], wanted: Wanted) -> Hindrance | None:
    """Of the first variant, whose price is shown: that less is left than my quantity, or that it is there later."""
    supply = Supply(first, wanted.quantity, wanted.unit_code, wanted.lead_days, away)
    found = availability_of(supply, wanted.on)
    if found.kind == AvailabilityKind.LATER:
        return Hindrance(there_on=found.there_on)
    if found.kind == AvailabilityKind.OPEN:
        return None
    ready_on = supply.ready_on(wanted.on)
    usable = [one for one in first if one.unit_code == wanted.unit_code and not one.is_over(ready_on)]
    return Hindrance(left=sum((one.left for one in usable), Decimal(0)))


def _is_sold_out(periods: Sequence[Period], away: Sequence[Pause], wanted: Wanted) -> bool:
    """Whether not even the smallest order of a variant can be had."""
    supply = Supply(periods, wanted.smallest, wanted.unit_code, wanted.smallest_lead_days, away)
    return availability_of(supply, wanted.on).kind == AvailabilityKind.SOLD_OUT
