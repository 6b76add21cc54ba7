"""Whether statements of one account follow each other and add up. Pure.

Statements may come late, twice, or several for a day; what counts is that each begins with what was there before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

_DAY = timedelta(days=1)
GAP: Final = "gap"
OVERLAP: Final = "overlap"


@dataclass(frozen=True, slots=True)
class TakenStatement:
    """A statement that was taken and says its days; `counted_minor` is the sum of its own lines, in minor units."""

    ref: str
    from_on: date
    to_on: date
    opening_minor: int | None
    closing_minor: int | None
    counted_minor: int
    taken_at: datetime

    @property
    def says(self) -> tuple[object, ...]:
        """What makes it the same statement when its file is taken again."""
        return (self.from_on, self.to_on, self.opening_minor, self.closing_minor)

    @property
    def adds_up(self) -> bool:
        """Whether opening and lines come to the closing; a statement without balances cannot fail to."""
        if self.opening_minor is None or self.closing_minor is None:
            return True
        return self.opening_minor + self.counted_minor == self.closing_minor


@dataclass(frozen=True, slots=True)
class Break:
    """Two statements that do not follow each other: `gap`: days between them are missing; `overlap`: both speak of them.

    `before_minor` is what was there by the earlier one, `after_minor` what the later one begins with.
    """

    kind: str
    first_on: date
    last_on: date
    before_minor: int
    after_minor: int
    taken_at: datetime


def unrepeated(statements: Sequence[TakenStatement]) -> list[TakenStatement]:
    """In the order of their days, each once however often its file was taken; one that adds up before one that does not."""
    kept: dict[tuple[object, ...], TakenStatement] = {}
    for row in statements:
        first = kept.setdefault(row.says, row)
        if row.adds_up and not first.adds_up:
            kept[row.says] = row
    return sorted(kept.values(), key=lambda row: (row.from_on, row.to_on, row.taken_at, row.ref))


def breaks(statements: Sequence[TakenStatement], moved: Mapping[date, int]) -> list[Break]:
    """Where a statement with balances does not begin with what was there before it.

    `moved` is what the account's taken lines moved on each day: where two statements share days, the later must
    begin with the earlier's opening and what moved until then.
    """
    said = [row for row in unrepeated(statements) if row.opening_minor is not None]
    found = []
    for number, row in enumerate(said[1:], start=1):
        broken = _break(row, [one for one in said[:number] if one.closing_minor is not None], moved)
        if broken is not None:
            found.append(broken)
    return found


def closing_of(statements: Sequence[TakenStatement], moved: Mapping[date, int]) -> int:
    """What the bank keeps by its last closing balance and the lines after it; by the lines alone when it says none."""
    said = [row for row in unrepeated(statements) if row.closing_minor is not None]
    if not said:
        return sum(moved.values())
    last = max(said, key=lambda row: (row.to_on, row.from_on, row.taken_at))
    return (last.closing_minor or 0) + sum(minor for day, minor in moved.items() if day > last.to_on)


def _break(row: TakenStatement, earlier: list[TakenStatement], moved: Mapping[date, int]) -> Break | None:
    opening = row.opening_minor or 0
    shared = [one for one in earlier if one.to_on >= row.from_on]
    until_then = {one.ref: _at_begin_of(row.from_on, one, moved) for one in shared}
    before = [one for one in earlier if one.to_on <= row.from_on]
    last_on = max((one.to_on for one in before), default=None)
    closings = [one.closing_minor or 0 for one in before if one.to_on == last_on]
    if not earlier or opening in closings or opening in until_then.values():
        return None
    overlapping = [one for one in shared if one.to_on > row.from_on]
    if overlapping or last_on is None:
        one = (overlapping or shared)[-1]
        until = min(one.to_on, row.to_on)
        return Break(OVERLAP, row.from_on, until, until_then[one.ref], opening, row.taken_at)
    first, last = last_on + _DAY, row.from_on - _DAY
    if first > last:  # the days touch: what is missing lies at their border
        first, last = last_on, row.from_on
    return Break(GAP, first, last, closings[-1], opening, row.taken_at)


def _at_begin_of(day: date, statement: TakenStatement, moved: Mapping[date, int]) -> int:
    """What the account had when `day` began, by a statement that began earlier or then."""
    since = sum(minor for when, minor in moved.items() if statement.from_on <= when < day)
    return (statement.opening_minor or 0) + since
