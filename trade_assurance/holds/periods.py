"""Periods of statements: whole days of the reader's time zone as two moments. Pure: no database, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

# What a statement may span; longer histories are several statements.
LONGEST_DAYS: Final = 366 * 2
_FIRST: Final = date(2000, 1, 1)
_LAST: Final = date(2200, 1, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """From the first moment of `first` to the first moment after `last`, as the zone has them."""

    first: date
    last: date
    zone: tzinfo

    @property
    def start(self) -> datetime:
        """The first moment, in UTC; the end of the period before."""
        return _midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """The first moment that is no longer in it, in UTC; the start of the period after."""
        return _midnight(self.last + timedelta(days=1), self.zone)

    @property
    def is_month(self) -> bool:
        """Exactly one month of the calendar."""
        return self.first.day == 1 and self.last == month_of(self.first, self.zone).last

    @property
    def before(self) -> Period:
        """The month before, or as many days before."""
        if self.is_month:
            return month_of(self.first - timedelta(days=1), self.zone)
        length = self.last - self.first
        return Period(self.first - timedelta(days=1) - length, self.first - timedelta(days=1), self.zone)

    @property
    def after(self) -> Period:
        """The month after, or as many days after."""
        if self.is_month:
            return month_of(self.last + timedelta(days=1), self.zone)
        length = self.last - self.first
        return Period(self.last + timedelta(days=1), self.last + timedelta(days=1) + length, self.zone)


def month_of(day: date, zone: tzinfo) -> Period:
    """The month of the calendar that has the day."""
    first = day.replace(day=1)
    return Period(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1), zone)


def period_of(month: str, first: str, last: str, *, today: date, zone: tzinfo) -> Period:
    """What was asked for (`2026-11`, or two days); what cannot be read means the month of today.

    Days the wrong way round are turned; a period longer than `LONGEST_DAYS` ends earlier.
    """
    if (start := _day(first)) and (end := _day(last)):
        start, end = min(start, end), max(start, end)
        return Period(start, min(end, start + timedelta(days=LONGEST_DAYS - 1)), zone)
    return month_of(_day(f"{month}-01") or today, zone)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _FIRST <= day < _LAST else None


def _midnight(day: date, zone: tzinfo) -> datetime:
    """Where the clocks skip midnight, the moment at which they do: one moment ends a day and begins the next."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)
