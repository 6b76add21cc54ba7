"""What a question to a supplier may hold, and how a supplier's time to answer is counted. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median_low
from typing import Final

from marketplace.core.countries import country_codes
from orders.errors import DateInPast, DateTooFar, UnknownCountry
from orders.rules.texts import clean_note
from orders.rules.working_days import WorkingDays, working_time

QUESTION_LIMIT: Final = 4000
MOST_FILES: Final = 3
MESSAGES_A_DAY: Final = 200
# A company of which moderators stopped so many enquiries within so many days asks no more of them for a while.
STOPPED_AT_MOST: Final = 3
STOPPED_WITHIN_DAYS: Final = 30
# What counts for a supplier's usual time to answer.
ANSWERS_OF_DAYS: Final = 90
ENOUGH_ENQUIRIES: Final = 3
SILENT_FROM: Final = timedelta(days=3)
_FURTHEST_DAYS: Final = 730


@dataclass(frozen=True, slots=True)
class Question:
    """What a buyer asks; the quantity is in the listing's unit. All but the words may be left out."""

    text: str
    quantity: Decimal | None = None
    country: str = ""
    wanted_on: date | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """An enquiry as the time to answer sees it; `answered_at` is the first answer, None without one."""

    at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class AnswerTime:
    """The usual time to the first answer in whole hours of working days, and of how many; None hours of too few."""

    hours: int | None
    enquiries: int


def checked_question(question: Question, today: date) -> Question:
    """The question made clean. Raises `Rejected` at the field at fault."""
    if question.country and question.country not in country_codes():
        raise UnknownCountry(field="country")
    if question.wanted_on is not None and question.wanted_on < today:
        raise DateInPast(field="wanted_on")
    if question.wanted_on is not None and question.wanted_on > today + timedelta(days=_FURTHEST_DAYS):
        raise DateTooFar(field="wanted_on", days=_FURTHEST_DAYS)
    text = clean_note(question.text, field="text", needed=True, limit=QUESTION_LIMIT)
    return Question(text, question.quantity, question.country, question.wanted_on)


def answer_time(asked: Iterable[Asked], at: datetime, days: WorkingDays) -> AnswerTime:
    """The lower median of the hours of working days (nights too; begun ones whole) to the first answer.

    Weekends where the supplier is and its stated days off do not count (ADR 0051). Silence does: an enquiry without
    an answer counts once it has waited three working days, with what it has waited so far. Who answers the easy half
    at once and the rest never, does not look quick.
    """
    waits = [
        (one.answered_at is not None, working_time(one.at, one.answered_at or at, days)) for one in asked
    ]
    counted = [_hours(wait) for is_answered, wait in waits if is_answered or wait >= SILENT_FROM]
    hours = median_low(counted) if len(counted) >= ENOUGH_ENQUIRIES else None
    return AnswerTime(hours, len(counted))


def _hours(wait: timedelta) -> int:
    return max(1, -(-int(wait.total_seconds()) // 3600))
