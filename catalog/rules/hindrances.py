"""Why an offer of a list cannot be had at its lead time: who takes no orders, what is sold out, what comes later.

Owns this judgement of what `rows` read of an offer; the rules are those of the product page. Nothing is read here,
and an offer of which nothing is limited, of a supplier who is not away, costs two comparisons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from catalog.rules.capacity import Period, earliest, read_capacity
from catalog.rules.lead_times import closed_until, days_until_ready, read_pauses


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
    first_on, ready_on = (
        wanted.on + timedelta(days=days_until_ready(days, away, wanted.on))
        for days in (wanted.smallest_lead_days, wanted.lead_days)
    )
    limited = {
        place: read_capacity(rows) for place, rows in groupby(periods, key=lambda row: int(row["position"]))
    }
    if 1 in limited and not _serves(limited[1], wanted.smallest, wanted.unit_code, first_on):
        others = wanted.variants > len(limited) or any(
            _serves(rows, wanted.smallest, wanted.unit_code, first_on) for rows in limited.values()
        )
        return Hindrance(is_sold_out=not others, is_first_sold_out=others)
    return _of_quantity(limited.get(1, ()), wanted, ready_on)


def _of_quantity(first: Sequence[Period], wanted: Wanted, ready_on: date) -> Hindrance | None:
    """Of the first variant, whose price is shown: that less is left than my quantity, or that it is there later."""
    if not first:
        return None
    found = earliest(first, wanted.quantity, wanted.unit_code, ready_on)
    if found is None:
        usable = [one for one in first if one.unit_code == wanted.unit_code and not one.is_over(ready_on)]
        return Hindrance(left=sum((one.left for one in usable), Decimal(0)))
    return Hindrance(there_on=found.there_on) if found.there_on > ready_on else None


def _serves(periods: Sequence[Period], quantity: Decimal, unit_code: str, ready_on: date) -> bool:
    return earliest(periods, quantity, unit_code, ready_on) is not None
