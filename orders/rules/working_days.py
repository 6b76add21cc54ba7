"""How much of a span of time falls on days when a supplier works. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DaysOff:
    """Days a supplier has stated, both included. They count from when they were stated, until they were taken back."""

    first_day: date
    last_day: date
    stated_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The days of a place on which nobody waits: its weekend (Monday is 0), and what the supplier stated."""

    zone: ZoneInfo
    weekend: frozenset[int]
    days_off: tuple[DaysOff, ...] = ()


def working_time(since: datetime, until: datetime, days: WorkingDays) -> timedelta:
    """The hours between two moments without those of free days, which begin and end at midnight of the place.

    A working day has all its 24 hours: nobody is asked when an office opens.
    """
    worked, reached = until - since, since
    for begin, end in sorted(_free(since, until, days)):
        begins, ends = max(begin, reached), min(end, until)
        if ends > begins:
            worked -= ends - begins
            reached = ends
    return max(worked, timedelta(0))


def _free(since: datetime, until: datetime, days: WorkingDays) -> Iterator[tuple[datetime, datetime]]:
    day, last = since.astimezone(days.zone).date(), until.astimezone(days.zone).date()
    while day <= last:
        if day.weekday() in days.weekend:
            yield _midnight(day, days.zone), _midnight(day + A_DAY, days.zone)
        day += A_DAY
    yield from _stated(days.days_off, days.zone)


def _stated(days_off: Iterable[DaysOff], zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    for one in days_off:
        ends = _midnight(one.last_day + A_DAY, zone)
        yield max(_midnight(one.first_day, zone), one.stated_at), min(ends, one.ended_at or ends)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)
