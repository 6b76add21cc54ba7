"""Stock and capacity per period: from which period an order takes, and what a supplier may state. Pure.

Owns the rules only. No period at all limits nothing; with any, only what they hold can be ordered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from catalog.errors import FieldErrors
from catalog.rules.prices import MAXIMUM_QUANTITY
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


class AvailabilityKind(StrEnum):
    """Whether goods can be had: at their lead time, later than it, or not at all."""

    OPEN = "open"
    LATER = "later"
    SOLD_OUT = "sold_out"


@dataclass(frozen=True, slots=True)
class Availability:
    """What machines are told of it; `there_on` is None when it is sold out."""

    kind: AvailabilityKind
    there_on: date | None


def has_room(period: Period, quantity: Decimal, unit_code: str, ready_on: date) -> bool:
    """Whether an order in this unit, ready on this day by its lead time, can take all of its quantity here."""
    # Amounts stated in the unit that the listing had before count for nothing: a bag is no tonne.
    return period.unit_code == unit_code and not period.is_over(ready_on) and period.left >= quantity


def earliest(periods: Iterable[Period], quantity: Decimal, unit_code: str, ready_on: date) -> Period | None:
    """The period that serves an order soonest, stock before capacity of the same day; None when none has room."""
    fitting = [one for one in periods if has_room(one, quantity, unit_code, ready_on)]
    return min(
        fitting,
        key=lambda one: (one.ready_on(ready_on), one.last_day is not None, one.first_day),
        default=None,
    )


def period_for(
    periods: Iterable[Period], quantity: Decimal, unit_code: str, *, ready_on: date, ship_by: date
) -> Period | None:
    """The period an order takes from: one that has begun by its ship-by day.

    Stock first, the oldest first; else the period nearest to the ship-by day, so that who orders cherries of July in
    May takes nothing of June's.
    """
    fitting = [
        one
        for one in periods
        if one.first_day <= ship_by and has_room(one, quantity, unit_code, min(ready_on, ship_by))
    ]
    stock = [one for one in fitting if one.last_day is None]
    if stock:
        return min(stock, key=lambda one: one.first_day)
    return max(fitting, key=lambda one: one.first_day, default=None)


def availability(
    periods: Iterable[Period], smallest: Decimal, unit_code: str, *, ready_on: date
) -> Availability:
    """Whether the smallest order can be had, and from when; `ready_on` is its day by the lead time."""
    periods = tuple(periods)
    if not periods:
        return Availability(AvailabilityKind.OPEN, ready_on)
    found = earliest(periods, smallest, unit_code, ready_on)
    if found is None:
        return Availability(AvailabilityKind.SOLD_OUT, None)
    there_on = found.ready_on(ready_on)
    kind = AvailabilityKind.OPEN if there_on == ready_on else AvailabilityKind.LATER
    return Availability(kind, there_on)


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
