"""Plots drawn on the server: bars over time, as numbers for an SVG. Pure; knows no business.

A drawing is 1000 wide and 200 high, and stretched by the page: it holds shapes only, its texts stand beside it
in the page, and every number in a table under it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDE: Final = 1000
HIGH: Final = 200
_GAP: Final = 4  # of ten parts of a bar's place, left empty
_TEN: Final = 10


@dataclass(frozen=True, slots=True)
class Point:
    """One value: what it is of, how large (never negative), and as text."""

    label: str
    value: int
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, in units of the drawing, from its upper left corner."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing with what stands around it; `highest` is the text of the highest bar."""

    title: str
    total: str
    note: str
    bars: tuple[Bar, ...]
    points: tuple[Point, ...]
    highest: str

    @property
    def first(self) -> str:
        """What the bar at the beginning is of."""
        return self.points[0].label

    @property
    def last(self) -> str:
        """What the bar at the end is of."""
        return self.points[-1].label


def bar_chart(title: str, points: Sequence[Point], *, total: str, note: str = "") -> Chart:
    """The highest value fills the height; what is above zero is at least two units high, so that it is seen."""
    largest = max((point.value for point in points), default=0)
    highest = next((point.text for point in points if point.value == largest), "")
    count = max(len(points), 1)
    return Chart(
        title=title,
        total=total,
        note=note,
        bars=tuple(_bar(point.value, place, count, largest) for place, point in enumerate(points)),
        points=tuple(points),
        highest=highest,
    )


def _bar(value: int, place: int, count: int, largest: int) -> Bar:
    left, right = WIDE * place // count, WIDE * (place + 1) // count
    gap = (right - left) * _GAP // _TEN
    height = max(2, value * HIGH // largest) if value else 0
    return Bar(left + gap // 2, HIGH - height, max(1, right - left - gap), height)
