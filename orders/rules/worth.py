"""What a part of the goods is worth: every quantity that leaves or is cancelled takes its share, the last takes the rest.

Rounded cumulatively, so that any sequence of shipments, cancellations and corrections adds up to the last
minor unit. A part's worth is that of its goods and of the freight in proportion to the goods' worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from orders.rules.amounts import Totals

_PARTS: Final = 3  # decimals of a quantity
_WHOLE_BPS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Course:
    """A straight way from (`start`, `start_minor`) to (`end`, `end_minor`): so much is spent when so much has gone.

    Parts are whole numbers: thousandths of a quantity, or minor units of goods for the freight.
    """

    start: int
    start_minor: int
    end: int
    end_minor: int

    def at(self, part: int) -> int:
        """What is spent when `part` has gone, half up; exactly `end_minor` at the end."""
        if part >= self.end:
            return self.end_minor
        if part <= self.start:
            return self.start_minor
        way, length = self.end_minor - self.start_minor, self.end - self.start
        return self.start_minor + (2 * way * (part - self.start) + length) // (2 * length)


@dataclass(frozen=True, slots=True)
class Take:
    """One step along a line's course: so many thousandths had gone before, so many have after it."""

    course: Course
    before: int
    after: int

    @property
    def value_minor(self) -> int:
        return self.course.at(self.after) - self.course.at(self.before)


def thousandths(quantity: Decimal) -> int:
    """A quantity of three decimals as a whole number."""
    return int(quantity.scaleb(_PARTS))


def taken_value(takes: Sequence[Take], freight: Course) -> Totals:
    """Worth of one step over **all** lines of an order: the goods, and the freight's share with them.

    When nothing of any line is left, the step takes all freight that is left. Goods that cost nothing take
    no freight before that.
    """
    goods_before = sum(take.course.at(take.before) for take in takes)
    goods_after = sum(take.course.at(take.after) for take in takes)
    freight_before = freight_at(freight, goods_before, complete=_complete(takes, "before"))
    freight_after = freight_at(freight, goods_after, complete=_complete(takes, "after"))
    return Totals(goods_after - goods_before, freight_after - freight_before)


def freight_at(freight: Course, goods_minor: int, *, complete: bool) -> int:
    """The freight that has gone with so much goods' worth."""
    if complete:
        return freight.end_minor
    return freight.start_minor if freight.end <= freight.start else freight.at(goods_minor)


def within_tolerance(difference: Decimal, agreed: Decimal, tolerance_bps: int) -> bool:
    """Whether a quantity differs from the agreed one by no more than the contract's tolerance."""
    return abs(difference) * _WHOLE_BPS <= agreed * tolerance_bps


def common_tolerance(stated: Sequence[int | None], default_bps: int) -> int:
    """The one tolerance of a contract: the smallest of what its measured goods are listed with; 0 for none of them."""
    return min((default_bps if share is None else share for share in stated), default=0)


def _complete(takes: Sequence[Take], side: str) -> bool:
    return all(getattr(take, side) >= take.course.end for take in takes)
