"""The figures of an exporter over a span of days: which days stand together, and sums by country and month. Pure.

Amounts of different currencies are never added: every sum is by currency.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

SPANS: Final = (30, 90, 365)
DEFAULT_SPAN: Final = 90
_DAYS_ALONE: Final = 31
_WEEKS: Final = 120
_SHORT: Final = 3
# So many letters tell one kind from another: cherry and cherries, not chestnut.
_STEM: Final = 5


@dataclass(frozen=True, slots=True)
class Sold:
    """Orders of one day, buyer's country and currency; those that came to nothing only count."""

    day: date
    country: str
    currency: str
    orders: int
    undone: int
    value_minor: int


@dataclass(frozen=True, slots=True)
class Received:
    """What was released to the supplier on one day for orders from one country: before and for commission."""

    day: date
    country: str
    currency: str
    released_minor: int
    commission_minor: int

    @property
    def net_minor(self) -> int:
        """What came to the supplier."""
        return self.released_minor - self.commission_minor


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days that stand together in a plot."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class CountrySum:
    """Orders and money of one country (or of one month and country) in one currency."""

    month: date | None
    country: str
    currency: str
    orders: int
    value_minor: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class ListingSums:
    """How often one listing was looked at, asked about and ordered."""

    product_id: int
    views: int
    enquiries: int
    orders: int


def busiest(
    views: Mapping[int, int], enquiries: Mapping[int, int], orders: Mapping[int, int], *, most: int
) -> tuple[ListingSums, ...]:
    """The listings with the most orders, then enquiries, then views; each that has any of them."""
    rows = [
        ListingSums(one, views.get(one, 0), enquiries.get(one, 0), orders.get(one, 0))
        for one in {*views, *enquiries, *orders}
    ]
    rows.sort(key=lambda row: (-row.orders, -row.enquiries, -row.views, row.product_id))
    return tuple(rows[:most])


def span_of(text: str) -> int:
    """How many days are asked for; anything else than one of the spans is the usual one."""
    return next((span for span in SPANS if str(span) == text), DEFAULT_SPAN)


def first_day(today: date, span: int) -> date:
    """The span ends today and has so many days."""
    return today - timedelta(days=span - 1)


def stretches(today: date, span: int) -> tuple[Stretch, ...]:
    """Each day by itself in a month, weeks in a quarter, calendar months in a year; the first may be cut."""
    start = first_day(today, span)
    if span <= _DAYS_ALONE:
        return tuple(Stretch(day, day) for day in _days(start, today))
    ends: Callable[[date], bool] = _ends_week if span <= _WEEKS else _ends_month
    found: list[Stretch] = []
    begun = start
    for day in _days(start, today):
        if ends(day) or day == today:
            found.append(Stretch(begun, day))
            begun = day + timedelta(days=1)
    return tuple(found)


def summed(pairs: Iterable[tuple[date, int]], over: Sequence[Stretch]) -> list[int]:
    """The values of the days, added up in each stretch."""
    values = [0] * len(over)
    starts = {day: place for place, one in enumerate(over) for day in _days(one.first, one.last)}
    for day, value in pairs:
        if day in starts:
            values[starts[day]] += value
    return values


def by_country(
    sold: Iterable[Sold], received: Iterable[Received], *, monthly: bool = False
) -> tuple[CountrySum, ...]:
    """Sums by country and currency: the currency with the most orders first, in it the countries that paid or ordered most;
    `monthly` by month too, the latest first.

    Amounts of two currencies say nothing beside each other. An order counts in the month in which it was placed, money in the month in which it was released.
    """
    sums: dict[tuple[date | None, str, str], list[int]] = {}

    def add(day: date, country: str, currency: str, amounts: tuple[int, int, int]) -> None:
        month = day.replace(day=1) if monthly else None
        row = sums.setdefault((month, country, currency), [0, 0, 0])
        for place, amount in enumerate(amounts):
            row[place] += amount

    for one in sold:
        add(one.day, one.country, one.currency, (one.orders, one.value_minor, 0))
    for money in received:
        add(money.day, money.country, money.currency, (0, 0, money.net_minor))
    rows = [CountrySum(*place, *amounts) for place, amounts in sums.items()]
    orders = Counter[str]()
    for row in rows:
        orders[row.currency] += row.orders
    rows.sort(
        key=lambda row: (
            -orders[row.currency],
            row.currency,
            -row.net_minor,
            -row.value_minor,
            row.country,
        )
    )
    rows.sort(key=lambda row: row.month or date.min, reverse=True)
    return tuple(rows)


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _ends_week(day: date) -> bool:
    return day.isoweekday() == 7


def _ends_month(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def concerns(asked: Iterable[str], words: Collection[str]) -> bool:
    """Whether a search has one of these words, or nearly: another ending counts, three letters or fewer do not."""
    stems = {word[:_STEM] for word in words if len(word) > _SHORT}
    return any(word[:_STEM] in stems for word in asked if len(word) > _SHORT)
