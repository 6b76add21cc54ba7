"""A payment schedule: shares of the order's total, when each is paid in and when each is released. Pure.

Kept as data on an order, an amendment and in the frozen terms; the amounts come from the total alone,
so that they always add up to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

from marketplace.core.money import BASIS_POINTS, split_minor
from orders.errors import (
    ScheduleBeginsWithoutMoney,
    ScheduleDateWrong,
    ScheduleDaysWrong,
    ScheduleNotWhole,
    ScheduleTooFine,
    ScheduleTooLong,
)
from orders.rules.texts import clean_line
from orders.states import FundOn, ReleaseOn

MILESTONE_LIMIT: Final = 6
TITLE_LIMIT: Final = 120
LATEST_FUND_DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class ScheduledMilestone:
    """One share of the total: `share_bps` of 10,000, paid in on `fund_on`, released on `release_on`.

    `fund_on_date` is the day by whose end it is paid, and only there when `fund_on` is a date.
    """

    title: str
    share_bps: int
    fund_on: str
    fund_on_date: date | None
    release_on: str


@dataclass(frozen=True, slots=True)
class TemplateMilestone:
    """A milestone of a supplier's template: a date is so many days after the order was placed."""

    title: str
    share_bps: int
    fund_on: str
    fund_after_days: int | None
    release_on: str

    def on(self, placed_on: date, ship_by: date) -> ScheduledMilestone:
        """As it is for an order placed on that day; a date never lies after the goods are to leave."""
        day = None
        if self.fund_on == FundOn.DATE:
            day = min(placed_on + timedelta(days=self.fund_after_days or 0), ship_by)
        return ScheduledMilestone(self.title, self.share_bps, self.fund_on, day, self.release_on)


WHOLE_ORDER: Final = (
    ScheduledMilestone(
        "Whole order", BASIS_POINTS, FundOn.CONFIRMATION.value, None, ReleaseOn.ACCEPTANCE.value
    ),
)


def amounts_of(total_minor: int, shares: Sequence[int]) -> list[int]:
    """What each share comes to in minor units: largest remainder, so that they sum to the total exactly.

    Raises `ScheduleTooFine` when a share would come to nothing: nobody can pay nothing.
    """
    amounts = split_minor(total_minor, shares)
    if any(amount == 0 for amount in amounts):
        raise ScheduleTooFine(field="schedule")
    return amounts


def checked_schedule(milestones: Sequence[ScheduledMilestone], *, ship_by: date) -> list[ScheduledMilestone]:
    """The schedule with clean titles, or what is wrong with it.

    One to six shares that make the whole; the first is paid on confirmation, so that nobody produces for
    nothing; a date lies on or before the ship-by date, so that no goods leave before all of their price is held.
    Raises `ScheduleTooLong`, `ScheduleNotWhole`, `ScheduleBeginsWithoutMoney`, `ScheduleDateWrong`, `Rejected`.
    """
    if not 1 <= len(milestones) <= MILESTONE_LIMIT:
        raise ScheduleTooLong(field="schedule", limit=MILESTONE_LIMIT)
    if any(one.share_bps <= 0 for one in milestones) or sum(m.share_bps for m in milestones) != BASIS_POINTS:
        raise ScheduleNotWhole(field="schedule")
    if milestones[0].fund_on != FundOn.CONFIRMATION:
        raise ScheduleBeginsWithoutMoney(field="schedule")
    _check_dates(milestones, ship_by)
    return [
        ScheduledMilestone(
            title=clean_line(one.title, field="schedule", limit=TITLE_LIMIT),
            share_bps=one.share_bps,
            fund_on=FundOn(one.fund_on).value,
            fund_on_date=one.fund_on_date,
            release_on=ReleaseOn(one.release_on).value,
        )
        for one in milestones
    ]


def as_data(milestones: Sequence[ScheduledMilestone]) -> list[dict[str, Any]]:
    """As it is stored: exact, and readable as JSON."""
    return [
        {
            "title": one.title,
            "share_bps": one.share_bps,
            "fund_on": one.fund_on,
            "fund_on_date": one.fund_on_date.isoformat() if one.fund_on_date else None,
            "release_on": one.release_on,
        }
        for one in milestones
    ]


def from_data(rows: Sequence[Mapping[str, Any]]) -> list[ScheduledMilestone]:
    """Read a stored schedule, also that of terms of version 1 (no titles, no dates)."""
    return [
        ScheduledMilestone(
            title=row.get("title", WHOLE_ORDER[0].title),
            share_bps=int(row["share_bps"]),
            fund_on=row["fund_on"],
            fund_on_date=date.fromisoformat(row["fund_on_date"]) if row.get("fund_on_date") else None,
            release_on=row["release_on"],
        )
        for row in rows
    ]


def whole_order_data() -> list[dict[str, Any]]:
    """The schedule of an order whose supplier asks for nothing else: all of it before production."""
    return as_data(WHOLE_ORDER)


def checked_template(milestones: Sequence[TemplateMilestone]) -> list[TemplateMilestone]:
    """The template with clean titles. Raises what `checked_schedule` raises, for an order placed on any day."""
    for one in milestones:
        if one.fund_on == FundOn.DATE and not 1 <= (one.fund_after_days or 0) <= LATEST_FUND_DAYS:
            raise ScheduleDaysWrong(field="schedule", limit=LATEST_FUND_DAYS)
    some_day = date(2000, 1, 1)
    ship_by = some_day + timedelta(days=LATEST_FUND_DAYS)
    clean = checked_schedule([one.on(some_day, ship_by) for one in milestones], ship_by=ship_by)
    return [
        replace(
            one, title=checked.title, fund_after_days=one.fund_after_days if checked.fund_on_date else None
        )
        for one, checked in zip(milestones, clean, strict=True)
    ]


def template_from_data(rows: Sequence[Mapping[str, Any]]) -> list[TemplateMilestone]:
    """Read a stored template."""
    return [TemplateMilestone(**row) for row in rows]


def for_total(milestones: Sequence[ScheduledMilestone], total_minor: int) -> Sequence[ScheduledMilestone]:
    """The schedule, or all at once when the total is so small that a share of it would come to nothing."""
    try:
        amounts_of(total_minor, [one.share_bps for one in milestones])
    except ScheduleTooFine:
        return WHOLE_ORDER
    return milestones


def _check_dates(milestones: Sequence[ScheduledMilestone], ship_by: date) -> None:
    for one in milestones:
        if (one.fund_on == FundOn.DATE) != (one.fund_on_date is not None):
            raise ScheduleDateWrong(field="schedule", day=ship_by)
        if one.fund_on_date is not None and one.fund_on_date > ship_by:
            raise ScheduleDateWrong(field="schedule", day=ship_by)
    ranks = [_rank(one) for one in milestones]
    if any(later < earlier for earlier, later in pairwise(ranks)):
        raise ScheduleDateWrong(field="schedule", day=ship_by)


def _rank(one: ScheduledMilestone) -> tuple[int, date]:
    """Confirmation comes first, then the dates in order, then what is due before shipment."""
    order = {FundOn.CONFIRMATION: 0, FundOn.DATE: 1, FundOn.BEFORE_SHIPMENT: 2}
    return order[FundOn(one.fund_on)], one.fund_on_date or date.min
