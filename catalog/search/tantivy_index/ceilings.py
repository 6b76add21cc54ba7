"""What a ceiling of the price leaves, counted. No list of ids ever comes to Python.

One pass for each way to see a price counts up to each mark, looks at what lies below the ceiling more closely, and
counts what the words find: as a condition the ceiling would cost as much, and the other two a pass each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tantivy import Searcher

from catalog.search.tantivy_index.aggregates import Counts, added, counts_in, inside
from catalog.search.tantivy_index.conditions import Conditions
from catalog.search.tantivy_index.marks import Marks, PriceMark, with_own
from catalog.search.tantivy_index.price_steps import PriceStep


@dataclass(frozen=True, slots=True)
class _Pass:
    """Of one way to see a price: how many were walked, how many lie at or below each mark, and the counts of what the ceiling leaves."""

    walked: int
    below: list[int]
    within: dict[str, Counts]


def within_ceiling(
    searcher: Searcher, conditions: Conditions, marks: Marks, wanted: Mapping[str, Any]
) -> tuple[dict[str, Counts], tuple[PriceMark, ...], int | None]:
    """What is left, counted by what is wanted, the marks, and how many the words find where one pass walks them all."""
    most = conditions.most or 0.0
    found: dict[str, Counts] = {name: {} for name in wanted}
    below, matched = [0] * len(marks.edges), None
    for step in conditions.steps:
        passed = _pass(searcher, conditions, step, marks.edges, wanted)
        below = [count + more for count, more in zip(below, passed.below, strict=True)]
        added(found, passed.within)
        if not step.clauses and not conditions.own and conditions.used == {"price"}:
            matched = passed.walked
    if own := conditions.own_within(most):
        added(found, counts_in(searcher.aggregate(conditions.all_but("price", also=[own]), dict(wanted))))
    return found, marks.with_counts(with_own(conditions, marks, below)), matched


def _pass(
    searcher: Searcher,
    conditions: Conditions,
    step: PriceStep,
    edges: Sequence[float],
    wanted: Mapping[str, Any],
) -> _Pass:
    most = conditions.most or 0.0
    query = conditions.all_but("price", also=[*step.clauses, *conditions.public()])
    asked: dict[str, Any] = {
        "within": inside(step.as_ranges([most]), wanted),
        **({"marks": step.as_ranges(edges)} if edges else {}),
        "n": {"value_count": {"field": "verified"}},
    }
    answer: Any = searcher.aggregate(query, asked)
    within = next(
        one for one in answer["within"]["buckets"] if one.get("to") == step.border(most) and "from" in one
    )
    return _Pass(
        int(answer["n"]["value"]),
        step.counted(counts_in({"marks": answer["marks"]})["marks"], edges) if edges else [],
        counts_in({name: within[name] for name in wanted}),
    )
