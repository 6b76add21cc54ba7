"""The marks of the price filter: ceilings that leave about a quarter, a half and three quarters of the offers.

Where the marks lie is an estimate, of large answers by one listing in so many; how many offers each leaves is exact.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import Any, Final

from tantivy import Query, Searcher

from catalog.search.prices import round_price_above
from catalog.search.spec import SearchSpec
from catalog.search.tantivy_index.aggregates import Counts, counts_in, ranges
from catalog.search.tantivy_index.conditions import Conditions

PriceMark = tuple[Decimal, int]

_SKETCH_MARGIN: Final = 1.02  # percentiles are sketched to a hundredth: above it, each mark leaves something
_QUARTERS: Final = (25.0, 50.0, 75.0)
_ENOUGH: Final = 400  # offers of a sample: a quarter of it is a quarter of all, give or take 2 in 100


@dataclass(frozen=True, slots=True)
class Marks:
    """Round prices in the currency and unit asked for, rising, and the same on the scale of the index."""

    prices: tuple[Decimal, ...]
    edges: tuple[float, ...]

    def as_ranges(self, field: str) -> dict[str, Any]:
        """The aggregation that counts a field between them; a mark itself is below it."""
        return ranges(field, [0.0, *self._borders()])

    def counted(self, found: Counts) -> list[int]:
        """How many are at or below each, from what that aggregation found."""
        return list(accumulate(found.get(border, 0) for border in self._borders()))

    def with_counts(self, counts: Sequence[int]) -> tuple[PriceMark, ...]:
        """Those that leave something."""
        return tuple((price, number) for price, number in zip(self.prices, counts, strict=True) if number)

    def _borders(self) -> list[float]:
        return [math.nextafter(edge, math.inf) for edge in self.edges]  # a range leaves its upper end out


def marks_of(searcher: Searcher, conditions: Conditions, spec: SearchSpec) -> Marks:
    """Where they lie, by the prices of the first step that holds for some offer; none where no price compares."""
    if not conditions.steps:
        return Marks((), ())
    field, priced = conditions.steps[0].field, conditions.with_price()
    count, about = _quarters(
        searcher, conditions.all_but("price", also=[*priced, conditions.sampled()]), field
    )
    if count < _ENOUGH:
        _count, about = _quarters(searcher, conditions.all_but("price", also=priced), field)
    prices = sorted(
        {round_price_above(value * _SKETCH_MARGIN, spec.currency, conditions.factor) for value in about}
    )
    return Marks(tuple(prices), tuple(map(conditions.ceiling, prices)))


def _quarters(searcher: Searcher, query: Query, field: str) -> tuple[int, list[float]]:
    wanted = {
        "quarters": {"percentiles": {"field": field, "percents": list(_QUARTERS)}},
        "n": {"value_count": {"field": field}},
    }
    found: Any = searcher.aggregate(query, wanted)
    values = found["quarters"]["values"].values()
    near = [value for value in values if value is not None and math.isfinite(value) and value > 0]
    return int(found["n"]["value"]), near


def counted_marks(searcher: Searcher, conditions: Conditions, marks: Marks) -> tuple[PriceMark, ...]:
    """How many each leaves: step by step of the price, and what has another one for whoever asks."""
    counts = [0] * len(marks.prices)
    for step in conditions.steps if marks.prices else ():
        query = conditions.all_but("price", also=[*step.clauses, *conditions.public()])
        found = counts_in(searcher.aggregate(query, {"marks": marks.as_ranges(step.field)}))["marks"]
        counts = [count + more for count, more in zip(counts, marks.counted(found), strict=True)]
    own = sorted(value for value, _id in conditions.own_among(conditions.all_but("price")))
    counts = [count + bisect_right(own, edge) for count, edge in zip(counts, marks.edges, strict=True)]
    return marks.with_counts(counts)
