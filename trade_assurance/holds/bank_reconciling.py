"""When the bank owes us an answer: statements come days after what they say. Pure.

A posting is awaited until the statements reach past its day and a margin; days between statements have names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_DAY = timedelta(days=1)
_SATURDAY: Final = 5
# More postings than these that no statement reaches make too many sums to try: then the bank is waited for.
_MOST_TRIED: Final = 12


@dataclass(frozen=True, slots=True)
class Reach:
    """The days that every account of a currency has statements of."""

    from_on: date
    to_on: date


def bank_days_after(day: date, number: int) -> date:
    """The day that many bank days (Monday to Friday; holidays differ from bank to bank) after `day`."""
    while number > 0:
        day += _DAY
        number -= day.weekday() < _SATURDAY
    return day


def is_reached(day: date, reach: Reach | None, margin_days: int) -> bool:
    """Whether statements must show by now what our books say of this day; `margin_days` are bank days."""
    if reach is None or day < reach.from_on:
        return False
    return bank_days_after(day, margin_days) <= reach.to_on


def waits_for_the_bank(*, booked_minor: int, found_minor: int, awaited: Sequence[int]) -> bool:
    """Whether the two sides differ by postings only that the bank still has time to show.

    `awaited` are the amounts of those postings: some of them, left out, must make both sides the same.
    """
    if len(awaited) > _MOST_TRIED:
        return True
    left = {booked_minor}
    for amount in awaited:
        left |= {sum_ - amount for sum_ in left}
    return found_minor in left


def name_of_break(account_ref: str, first_on: date, last_on: date) -> str:
    """What days between or in statements of an account are called as an incident."""
    return f"days:{account_ref}:{first_on.isoformat()}/{last_on.isoformat()}"


def days_of_break(name: str) -> tuple[date, date]:
    """The days that `name_of_break` names."""
    first, _slash, last = name.rpartition(":")[2].partition("/")
    return date.fromisoformat(first), date.fromisoformat(last)
