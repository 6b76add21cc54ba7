"""Stock and capacity per period: from which period an order takes, and what a supplier may state. Pure.

Owns the rules only. No period at all limits nothing; with any, only what they hold can be ordered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog.errors import FieldErrors
from catalog.rules.prices import MAXIMUM_QUANTITY, first_quantity
from marketplace.core.errors import Text
from marketplace.core.units import UNITS

MAXIMUM_PERIODS = 36
FARTHEST_DAYS = 3 * 366


@dataclass(frozen=True, slots=True)
class Period:
    """So much is offered from the first day on, until the last (included) or, for stock, without an end."""

    first_day: date
    last_day: date | None
    offered: Decimal
    taken: Decimal
    unit_code: str
    ref: str = ""

    @property
    def left(self) -> Decimal:
        """What an order can still take."""
        return self.offered - self.taken

    def is_over(self, day: date) -> bool:
        """Whether its last day lies before this one."""
        return self.last_day is not None and self.last_day < day

    def ready_on(self, day: date) -> date:
        """When an order that is ready on `day` by its lead time gets goods of this period."""
        return max(day, self.first_day)


@dataclass(frozen=True, slots=True)
class Share:
    """So much of an order comes from this period."""

    period: Period
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Plan:
    """Which periods an order takes from, and the day from which all of it is there."""

    shares: tuple[Share, ...]
    there_on: date

    @property
    def leaves_by(self) -> date | None:
        """The last day of the latest period that has one: who takes a later ship-by day may be served from another."""
        return max((one.period.last_day for one in self.shares if one.period.last_day), default=None)


def read_capacity(found: Iterable[Mapping[str, Any]]) -> tuple[Period, ...]:
    """What an annotation of rows says, as periods; none: nothing is limited."""
    return tuple(
        Period(
            date.fromisoformat(row["first_day"]),
            date.fromisoformat(row["last_day"]) if row["last_day"] else None,
            Decimal(row["offered"]),
            Decimal(row["taken"]),
            row["unit_code"],
            row["ref"],
        )
        for row in found
    )


def has_room(period: Period, quantity: Decimal, unit_code: str, ready_on: date) -> bool:
    """Whether an order in this unit, ready on this day by its lead time, can take all of its quantity here."""
    return _is_usable(period, unit_code, ready_on) and period.left >= quantity


def earliest(periods: Iterable[Period], quantity: Decimal, unit_code: str, ready_on: date) -> Plan | None:
    """How an order is served soonest; None when all periods together have no room for it."""
    usable = [one for one in periods if _is_usable(one, unit_code, ready_on)]
    for day in sorted({one.ready_on(ready_on) for one in usable}):
        shares = shares_by(usable, quantity, unit_code, ready_on=ready_on, ship_by=day)
        if shares:
            return Plan(shares, day)
    return None


def shares_by(
    periods: Iterable[Period], quantity: Decimal, unit_code: str, *, ready_on: date, ship_by: date
) -> tuple[Share, ...]:
    """Which periods that have begun by its ship-by day an order takes from; none when they have no room for it.

    From one alone where one has room: stock first, the oldest first; else the period nearest to the ship-by day, so
    that who orders cherries of July in May takes nothing of June's. Else from several, in the same order.
    """
    by = min(ready_on, ship_by)
    begun = [one for one in periods if one.first_day <= ship_by and _is_usable(one, unit_code, by)]
    begun.sort(key=_turn)
    alone = next((one for one in begun if one.left >= quantity), None)
    if alone is not None:
        return (Share(alone, quantity),)
    shares, wanted = [], quantity
    for one in begun:
        part = min(one.left, wanted)
        if part > 0:
            shares.append(Share(one, part))
            wanted -= part
    return tuple(sorted(shares, key=lambda one: one.period.first_day)) if wanted == 0 else ()


def proposed_shares(
    own: Sequence[Share],
    periods: Sequence[Period],
    quantity: Decimal,
    unit_code: str,
    *,
    today: date,
    ship_by: date,
) -> tuple[Share, ...] | None:
    """What other terms of an order would take: of its own periods first, the rest of others; None without room.

    Each period's room is what is free and what the order itself holds of it; `own` is empty where the day moves, at first.
    """
    agreed = [one.quantity for one in own]
    parts = levels(agreed, min(quantity, sum(agreed, Decimal(0))))
    kept = {one.period.ref: part for one, part in zip(own, parts, strict=True)}
    rest = quantity - sum(parts)
    for one in own:
        room = Decimal(0) if one.period.is_over(today) else one.period.left - kept[one.period.ref]
        kept[one.period.ref] += (more := min(room, rest))
        rest -= more
    if rest:
        others = [replace(one, taken=one.taken + kept.get(one.ref, 0)) for one in periods]
        found = shares_by(others, rest, unit_code, ready_on=today, ship_by=ship_by)
        if not found:
            return None
        for share in found:
            kept[share.period.ref] = kept.get(share.period.ref, Decimal(0)) + share.quantity
    return tuple(Share(one, kept[one.ref]) for one in periods if kept.get(one.ref))


def levels(parts: Sequence[Decimal], quantity: Decimal) -> list[Decimal]:
    """Parts in the order of their days that are exactly so much together: less of the last ones, or more of the last."""
    found = list(parts)
    change = quantity - sum(parts)
    if change > 0 and found:
        found[-1] += change
    for place in reversed(range(len(found))):
        less = min(found[place], max(-change, Decimal(0)))
        found[place] -= less
        change += less
    return found


def most_by(periods: Iterable[Period], unit_code: str, *, ready_on: date, ship_by: date) -> Decimal:
    """How much can be had by a ship-by day, of all periods together."""
    by = min(ready_on, ship_by)
    usable = (one for one in periods if one.first_day <= ship_by and _is_usable(one, unit_code, by))
    return sum((one.left for one in usable), Decimal(0))


def largest_order(most: Decimal, *, moq: Decimal, multiple: Decimal) -> Decimal | None:
    """The largest quantity that can be ordered of so much; None when that is less than the smallest order."""
    largest = most // multiple * multiple
    return largest if largest >= first_quantity(moq=moq, multiple=multiple) else None


def _is_usable(period: Period, unit_code: str, ready_on: date) -> bool:
    # Amounts stated in the unit that the listing had before count for nothing: a bag is no tonne.
    return period.unit_code == unit_code and not period.is_over(ready_on)


def _turn(period: Period) -> tuple[bool, int]:
    """Stock before capacity; the oldest lot first, but the latest period."""
    day = period.first_day.toordinal()
    return (False, day) if period.last_day is None else (True, -day)


def checked_period(
    *, first_day: date, last_day: date | None, offered: Decimal, unit_code: str, today: date
) -> Period:
    """What a supplier states, in its clean form. Raises `FieldErrors` (`first_day`, `last_day`, `offered`)."""
    errors: dict[str, Text] = {}
    if last_day is not None and last_day < first_day:
        errors["last_day"] = _("The last day is before the first.")
    elif last_day is not None and last_day < today:
        errors["last_day"] = _("These days are over.")
    elif max(first_day, last_day or first_day) > today + timedelta(days=FARTHEST_DAYS):
        errors["first_day"] = _("At most three years from today.")
    if problem := amount_problem(offered, unit_code):
        errors["offered"] = problem
    if errors:
        raise FieldErrors(errors)
    return Period(first_day, last_day, offered, Decimal(0), unit_code)


def amount_problem(offered: Decimal, unit_code: str) -> Text | None:
    """Why so much cannot be offered; None when it can."""
    if not offered.is_finite() or offered < 0 or offered >= MAXIMUM_QUANTITY:
        return _("Enter an amount of zero or more, with at most three decimals.")
    if offered != round(offered, 3):
        return _("Enter an amount of zero or more, with at most three decimals.")
    if UNITS[unit_code].whole and offered != offered.to_integral_value():
        return _("This unit is only counted: enter a whole number.")
    return None


def met_by(period: Period, others: Sequence[Period]) -> Period | None:
    """The other period this one meets: dated ones may not overlap, stocks may not begin on one day."""
    for other in others:
        if period.last_day is None or other.last_day is None:
            if period.last_day is other.last_day is None and period.first_day == other.first_day:
                return other
        elif period.first_day <= other.last_day and other.first_day <= period.last_day:
            return other
    return None


class News(StrEnum):
    """What a supplier is told of a period that orders take from."""

    SOLD_OUT = "sold_out"
    RUNS_LOW = "runs_low"


def is_low(offered: Decimal, left: Decimal) -> bool:
    """Whether less than a tenth of what is offered is left."""
    return left * 10 < offered


def news_of(
    *, offered: Decimal, left_before: Decimal, left: Decimal, smallest: Decimal, is_low_told: bool
) -> News | None:
    """What to tell after an order took of a period; None for nothing new.

    Sold out: what is left is less than the smallest order, and was not before. Low: once, until more is offered.
    """
    if left < smallest <= left_before or (left == 0 < left_before):
        return News.SOLD_OUT
    if is_low(offered, left) and left >= smallest and not is_low_told:
        return News.RUNS_LOW
    return None


def end_of_month(day: date) -> date:
    """The last day of its month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
