"""The filters' counts, by the index's own aggregations: no list of ids ever comes to Python.

Each filter is counted with the other filters applied: one pass for all that are not used, one more for each
that is.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

from tantivy import Query, Searcher

from catalog.search.prices import round_price_above
from catalog.search.rows import suppliers_with_offers
from catalog.search.spec import (
    LEAD_TIMES,
    Facets,
    Overview,
    SearchSpec,
    choices_of,
    counts_of_each,
    lead_choices,
)
from catalog.search.tantivy_index.conditions import Conditions, both, how_many
from catalog.search.tantivy_index.reader import Snapshot
from catalog.search.tantivy_index.schema import NONE_HELD

_MOST_VALUES: Final = 10_000  # far above the number of categories: a cut would make counts wrong
_SKETCH_MARGIN: Final = 1.02  # percentiles are sketched to a hundredth: above it, each mark leaves something
_EXACT: Final = 2**53 - 1  # up to here a double tells whole numbers apart
_QUARTERS: Final = (25.0, 50.0, 75.0)


def _terms(field: str) -> dict[str, Any]:
    return {"terms": {"field": field, "size": _MOST_VALUES, "segment_size": _MOST_VALUES}}


_EDGES = [0, *(days + 1 for days in LEAD_TIMES)]


def _days(field: str) -> dict[str, Any]:
    ranges = [{"from": low, "to": high} for low, high in pairwise(_EDGES)]
    return {"range": {"field": field, "ranges": ranges}}


_PARTS: Final[Mapping[str, dict[str, Any]]] = {
    "origin": _terms("origin"),
    "terms": _terms("terms"),
    "verified": _terms("verified"),
    "lead": _days("lead_days"),
}


def count(searcher: Searcher, conditions: Conditions, spec: SearchSpec) -> tuple[int, int, Facets]:
    """How many offers the words find, how many the filters leave, and what each choice would leave."""
    used = conditions.filters
    whole = conditions.all_but()
    unused = {name: part for name, part in _PARTS.items() if name not in used}
    reached = _minimum_reached(conditions)
    always = {"category": _terms("category"), "held": _terms("held")}
    found: dict[str, Any] = searcher.aggregate(whole, {**always, **unused, **reached})
    for name in used.keys() & _PARTS.keys():
        found |= searcher.aggregate(conditions.all_but(name), {name: _PARTS[name]})
    categories = _values(found["category"])
    total = sum(categories.values())
    matched = how_many(searcher, conditions.base) if used else total
    verified = _values(found["verified"])
    facets = Facets(
        categories=categories,
        origins=choices_of(_values(found["origin"]), spec.origins),
        incoterms=choices_of(_values(found["terms"]), spec.incoterms),
        verified=verified.get(1, 0),
        lead_times=lead_choices(_lead_counts(searcher, conditions, found["lead"])),
        within_quantity=_below_end(found["reached"]) if reached else _within(searcher, conditions),
        prices=_price_marks(searcher, conditions, spec),
        certificates=choices_of(_certificates(_values(found["held"])), spec.certificates),
        ships_here=_ships_here(searcher, conditions, spec, total),
        in_season=how_many(searcher, both(conditions.all_but("season"), conditions.in_season())),
    )
    return matched, total, facets


@lru_cache(maxsize=1)
def overview_at(snapshot: Snapshot) -> Overview:
    """Everything in one commit of the index. Whatever changes it, of a supplier too, makes a new commit."""
    everything = Query.term_query(snapshot.schema, "kind", "product", "basic")
    found = snapshot.searcher.aggregate(
        everything, {"category": _terms("category"), "origin": _terms("origin")}
    )
    suppliers, verified = suppliers_with_offers()
    return Overview(_values(found["category"]), suppliers, verified, len(found["origin"]["buckets"]))


def _certificates(sets: Mapping[str, int]) -> dict[str, int]:
    """How many offers have each certificate, from how many have each set: an offer has all that are asked for."""
    return counts_of_each((held.split(), number) for held, number in sets.items() if held != NONE_HELD)


def _ships_here(searcher: Searcher, conditions: Conditions, spec: SearchSpec, total: int) -> int:
    """`total` is the answer where the filter is used; else all but the few that are not offered there."""
    if not spec.here or spec.ships_to:
        return total if spec.ships_to else 0
    return total - how_many(searcher, both(conditions.all_but(), conditions.not_to(spec.here)))


def _values(answer: Mapping[str, Any]) -> dict[Any, int]:
    return {bucket["key"]: bucket["doc_count"] for bucket in answer["buckets"]}


def _lead_counts(searcher: Searcher, conditions: Conditions, answer: Mapping[str, Any]) -> dict[int, int]:
    """By lead time at the minimum order in the one pass; the few that take longer at my quantity are moved."""
    counts = _lead_steps(answer)
    _first, *others = conditions.lead_steps
    if not others or others[0].reached is None:
        return counts
    whole = conditions.all_but("lead")
    moved = both(whole, others[0].reached)
    passes = [(moved, "lead_days", -1), *((step.within(whole), step.field, 1) for step in others)]
    for query, field, sign in passes:
        for step, number in _lead_steps(searcher.aggregate(query, {"d": _days(field)})["d"]).items():
            counts[step] += sign * number
    return counts


def _lead_steps(answer: Mapping[str, Any]) -> dict[int, int]:
    by_start = {int(bucket["from"]): bucket["doc_count"] for bucket in answer["buckets"] if "from" in bucket}
    return {step: by_start.get(low, 0) for step, low in enumerate(_EDGES[:-1])}


def _minimum_reached(conditions: Conditions) -> dict[str, Any]:
    """My quantity against the minimum orders as a part of the one pass, where it can be one."""
    most = conditions.reached_minimum()
    if most is None or most[1] >= _EXACT:
        return {}
    return {"reached": {"range": {"field": most[0], "ranges": [{"to": most[1] + 1}]}}}


def _below_end(answer: Mapping[str, Any]) -> int:
    return sum(bucket["doc_count"] for bucket in answer["buckets"] if "to" in bucket and "from" not in bucket)


def _within(searcher: Searcher, conditions: Conditions) -> int:
    reached = conditions.within_quantity()
    if reached is None:
        return 0
    return how_many(searcher, both(conditions.all_but("moq"), reached))


def _price_marks(
    searcher: Searcher, conditions: Conditions, spec: SearchSpec
) -> tuple[tuple[Decimal, int], ...]:
    """Ceilings that leave about a quarter, a half and three quarters; how many each leaves is exact."""
    others = conditions.all_but("price")
    first = conditions.steps[0]
    about = searcher.aggregate(
        both(others, conditions.priced()),
        {"quarters": {"percentiles": {"field": first.field, "percents": list(_QUARTERS)}}},
    )["quarters"]["values"]
    near = [value for value in about.values() if value is not None and math.isfinite(value) and value > 0]
    marks = sorted(
        {round_price_above(value * _SKETCH_MARGIN, spec.currency, conditions.factor) for value in near}
    )
    if not marks:
        return ()
    edges = [conditions.ceiling(mark) for mark in marks]
    counts = [0] * len(marks)
    for step in conditions.steps:
        below = _below(searcher, conditions.not_apart(both(others, step.holds)), step.field, edges)
        counts = [count + more for count, more in zip(counts, below, strict=True)]
    own = sorted(value for value, _id in conditions.own_among(others))
    counts = [count + bisect_right(own, edge) for count, edge in zip(counts, edges, strict=True)]
    return tuple((mark, number) for mark, number in zip(marks, counts, strict=True) if number)


def _below(searcher: Searcher, query: Query, field: str, edges: list[float]) -> list[int]:
    """How many prices are at or below each edge."""
    borders = [math.nextafter(edge, math.inf) for edge in edges]  # a range leaves its upper end out
    ranges = [{"from": low, "to": high} for low, high in pairwise([0.0, *borders])]
    buckets = searcher.aggregate(query, {"b": {"range": {"field": field, "ranges": ranges}}})["b"]["buckets"]
    by_end = sorted(
        (bucket["to"], bucket["doc_count"]) for bucket in buckets if "to" in bucket and "from" in bucket
    )
    counts, below = [], 0
    for _end, number in by_end:
        below += number
        counts.append(below)
    return counts
