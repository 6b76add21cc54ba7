"""Hours of working days: weekends of the place and stated days off do not count, whatever clock a reader has."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from marketplace.core.countries import country_codes, time_zone_of, weekend_of
from orders.rules.working_days import DaysOff, WorkingDays, working_time

FRIDAY = datetime(2026, 3, 6, 21, 0, tzinfo=UTC)  # 02:30 on Saturday in India
MONDAY = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
INDIA = WorkingDays(ZoneInfo("Asia/Kolkata"), frozenset({6}))
MADRID = WorkingDays(ZoneInfo("Europe/Madrid"), frozenset({5, 6}))


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def test_a_weekend_is_that_of_the_place_from_midnight_to_midnight_there() -> None:
    assert working_time(FRIDAY, MONDAY, MADRID) == hours(2 + 10)  # 22:00 to midnight, midnight to 10:00
    assert working_time(FRIDAY, MONDAY, INDIA) == hours(21.5 + 14.5)  # all of Saturday is worked
    saturday = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)
    assert working_time(saturday, saturday + hours(3), MADRID) == hours(0)
    assert working_time(MONDAY, MONDAY + hours(5), MADRID) == hours(5)


def test_a_weekend_in_which_clocks_change_is_taken_out_whole() -> None:
    begin = datetime(2026, 3, 27, 12, 0, tzinfo=ZoneInfo("Europe/Madrid"))
    end = datetime(2026, 3, 30, 12, 0, tzinfo=ZoneInfo("Europe/Madrid"))  # 47 hours later of weekend
    assert working_time(begin.astimezone(UTC), end.astimezone(UTC), MADRID) == hours(24)


def test_days_off_count_once_with_a_weekend_and_from_when_they_were_stated() -> None:
    off = DaysOff(date(2026, 3, 5), date(2026, 3, 10), stated_at=datetime(2026, 3, 1, tzinfo=UTC))
    days = WorkingDays(ZoneInfo("UTC"), frozenset({5, 6}), (off,))
    begin, end = datetime(2026, 3, 4, tzinfo=UTC), datetime(2026, 3, 12, tzinfo=UTC)
    assert working_time(begin, end, days) == hours(48)
    late = DaysOff(off.first_day, off.last_day, stated_at=datetime(2026, 3, 10, tzinfo=UTC))
    assert working_time(begin, end, WorkingDays(days.zone, days.weekend, (late,))) == hours(8 * 24 - 72)
    back = DaysOff(off.first_day, off.last_day, off.stated_at, ended_at=datetime(2026, 3, 6, tzinfo=UTC))
    assert working_time(begin, end, WorkingDays(days.zone, days.weekend, (back,))) == hours(8 * 24 - 72)
    assert working_time(begin, end, WorkingDays(days.zone, days.weekend, (off, off))) == hours(48)


def test_every_country_has_a_weekend_and_a_clock() -> None:
    assert {code: sorted(weekend_of(code)) for code in ("ES", "IN", "SA", "AE", "IR")} == {
        "ES": [5, 6], "IN": [6], "SA": [4, 5], "AE": [5, 6], "IR": [4]
    }  # fmt: skip
    clocks = {
        code: MONDAY.astimezone(time_zone_of(code, MONDAY)).utcoffset() for code in ("ES", "IN", "US", "XX")
    }
    assert clocks == {"ES": hours(1), "IN": hours(5.5), "US": hours(-5), "XX": hours(0)}
    assert all(len(weekend_of(code)) in (1, 2) and time_zone_of(code, MONDAY) for code in country_codes())
