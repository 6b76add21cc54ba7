"""Counts in what time suppliers answer questions, and tells it to the catalogue, where buyers read it."""

from __future__ import annotations

from datetime import datetime, timedelta

from catalog.models import HolidayPause
from catalog.operations import record_answer_time
from marketplace.accounts.models import Company
from marketplace.core.countries import time_zone_of, weekend_of
from orders.models import Enquiry
from orders.rules.enquiries import ANSWERS_OF_DAYS, Asked, answer_time
from orders.rules.working_days import A_DAY, DaysOff, WorkingDays
from orders.states import Audience

# A day's count may fail: what left the days that count up to then is still looked at.
_LEFT_SINCE = timedelta(days=7)


def count_answer_time(supplier_id: int, at: datetime) -> None:
    """Count one supplier's anew, from the enquiries of the last ninety days, as `rules.enquiries.answer_time` says.

    One that moderators stopped does not count; nor does one that its buyer closed before any answer.
    """
    since = at - timedelta(days=ANSWERS_OF_DAYS)
    asked = Enquiry.objects.not_stopped().filter(supplier_id=supplier_id, asked_at__gt=since)
    rows = asked.exclude(closed_by=Audience.BUYER, first_answered_at__isnull=True)
    times = [Asked(*row) for row in rows.values_list("asked_at", "first_answered_at")]
    counted = answer_time(times, at, working_days_of(supplier_id, since, at))
    record_answer_time(supplier_id=supplier_id, hours=counted.hours, enquiries=counted.enquiries, at=at)


def working_days_of(supplier_id: int, since: datetime, at: datetime) -> WorkingDays:
    """Where a supplier is, what its weekend is there, and the days off it has stated since. Two statements."""
    country = Company.objects.values_list("country", flat=True).get(pk=supplier_id)
    paused = HolidayPause.objects.filter(supplier_id=supplier_id, last_day__gte=since.date() - A_DAY)
    stated = paused.values_list("first_day", "last_day", "created_at", "ended_at")
    return WorkingDays(time_zone_of(country, at), weekend_of(country), tuple(DaysOff(*row) for row in stated))


def count_answer_times(at: datetime) -> int:
    """Count everybody's whom the passing of time may move: silence grows, and enquiries become too old. How many."""
    oldest = at - timedelta(days=ANSWERS_OF_DAYS) - _LEFT_SINCE
    asked = Enquiry.objects.filter(asked_at__gt=oldest).order_by("supplier_id")
    suppliers = list(asked.values_list("supplier_id", flat=True).distinct())
    for supplier_id in suppliers:
        count_answer_time(supplier_id, at)
    return len(suppliers)
