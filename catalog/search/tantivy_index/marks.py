"""The marks of the price filter: ceilings that leave about a quarter, a half and three quarters of the offers.

Where the marks lie is an estimate, of large answers by one listing in so many; how many offers each leaves is exact.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from tantivy import Query, Searcher

from catalog.search.prices import round_price_above
from catalog.search.spec import SearchSpec
from catalog.search.tantivy_index.aggregates import counts_in, inside
from catalog.search.tantivy_index.conditions import Conditions
from catalog.search.tantivy_index.price_steps import PriceStep
from catalog.search.tantivy_index.schema import SAMPLED_EVERY

PriceMark = tuple[Decimal, int]

_SKETCH_MARGIN: Final = 1.02  # percentiles are sketched to a hundredth: above it, each mark leaves something
_QUARTERS: Final = (25.0, 50.0, 75.0)
_HIGHEST: Final = 2.0**60  # above every price
_ENOUGH: Final = 400  # offers of a sample: a quarter of it is a quarter of all, give or take 2 in 100


@dataclass(frozen=True, slots=True)
class Marks:
    """Round prices in the currency and unit asked for, rising, and the same on the scale of the index."""

    prices: tuple[Decimal, ...]
    edges: tuple[float, ...]

    def with_counts(self, counts: Sequence[int]) -> tuple[PriceMark, ...]:
        """Those that leave something."""
        return tuple((price, number) for price, number in zip(self.prices, counts, strict=True) if number)


def marks_of(searcher: Searcher, conditions: Conditions, spec: SearchSpec) -> Marks:
    """Where they lie, by the prices of the first step that holds for some offer; none where no price compares."""
    if not conditions.steps:
        return Marks((), ())
    step = conditions.steps[0]
    count, about = 0, list[float]()
    if conditions.likely / SAMPLED_EVERY >= _ENOUGH:
        count, about = _quarters(
            searcher, conditions.all_but("price", also=[*step.clauses, conditions.sampled()]), step
        )
    if count < _ENOUGH:
        _count, about = _quarters(searcher, conditions.all_but("price", also=step.clauses), step)
    prices = sorted(
        {round_price_above(value * _SKETCH_MARGIN, spec.currency, conditions.factor) for value in about}
    )
    return Marks(tuple(prices), tuple(map(conditions.ceiling, prices)))


def _quarters(searcher: Searcher, query: Query, step: PriceStep) -> tuple[int, list[float]]:
    quarters = {"quarters": {"percentiles": {"field": step.field, "percents": list(_QUARTERS)}}}
    found: Any = searcher.aggregate(query, {"priced": inside(step.as_ranges([_HIGHEST]), quarters)})
    for bucket in found["priced"]["buckets"]:
        if "from" in bucket and "to" in bucket:
            values = [
                value / step.scale for value in bucket["quarters"]["values"].values() if value is not None
            ]
            return bucket["doc_count"], [value for value in values if math.isfinite(value) and value > 0]
    return 0, []


def counted_marks(
    searcher: Searcher, conditions: Conditions, marks: Marks, first: Sequence[int] | None = None
) -> tuple[PriceMark, ...]:
    """How many each leaves: one way to see a price after the other, the `first` one counted already, and what has another price for whoever asks."""
    counts = list(first or [0] * len(marks.prices))
    steps = conditions.steps[1:] if first is not None else conditions.steps
    for step in steps if marks.prices else ():
        query = conditions.all_but("price", also=[*step.clauses, *conditions.public()])
        found = counts_in(searcher.aggregate(query, {"marks": step.as_ranges(marks.edges)}))["marks"]
        counts = [count + more for count, more in zip(counts, step.counted(found, marks.edges), strict=True)]
    return marks.with_counts(with_own(conditions, marks, counts))


def with_own(conditions: Conditions, marks: Marks, counts: Sequence[int]) -> list[int]:
    """The counts with what has another price for whoever asks."""
    if not conditions.own:
        return list(counts)
    own = sorted(value for value, _id in conditions.own_among(conditions.all_but("price")))
    return [count + bisect_right(own, edge) for count, edge in zip(counts, marks.edges, strict=True)]
