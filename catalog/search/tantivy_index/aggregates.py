"""The index's aggregations, as they are asked and as they are answered. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import accumulate, pairwise
from typing import Any, Final

_MOST_VALUES: Final = 10_000  # far above the number of categories: a cut would make counts wrong

Counts = dict[Any, int]


def terms(field: str) -> dict[str, Any]:
    """How many documents have each value."""
    return {"terms": {"field": field, "size": _MOST_VALUES, "segment_size": _MOST_VALUES}}


def ranges(field: str, edges: Iterable[float]) -> dict[str, Any]:
    """How many lie from each edge up to the next, named by the upper one, which is outside."""
    return {
        "range": {
            "field": field,
            "ranges": [{"from": low, "to": high} for low, high in pairwise(dict.fromkeys(edges))],
        }
    }


def below(field: str, edge: float) -> dict[str, Any]:
    """How many lie below an edge, named by it."""
    return {"range": {"field": field, "ranges": [{"to": edge}]}}


def inside(outer: Mapping[str, Any], inner: Mapping[str, Any]) -> dict[str, Any]:
    """The inner aggregations in each bucket of the outer one."""
    return {**outer, "aggs": dict(inner)}


def below_each(found: Counts, edges: Iterable[float]) -> list[int]:
    """How many lie below each of rising edges, from how many lie between one and the next."""
    rising = list(edges)
    borders = list(dict.fromkeys(rising))
    sums = dict(zip(borders, accumulate(found.get(border, 0) for border in borders), strict=True))
    return [sums[edge] for edge in rising]


def added(some: dict[str, Counts], more: Mapping[str, Counts]) -> None:
    """Add the counts of disjoint offers."""
    for name, counts in more.items():
        sums = some.setdefault(name, {})
        for value, number in counts.items():
            sums[value] = sums.get(value, 0) + number


def counts_in(answer: Mapping[str, Any]) -> dict[str, Counts]:
    """Of each aggregation the number of documents by value, or by upper edge (infinity for what lies above all)."""
    return {name: _counts(part["buckets"]) for name, part in answer.items()}


def _counts(buckets: Iterable[Mapping[str, Any]]) -> Counts:
    return {
        bucket.get("to", math.inf) if "to" in bucket or "from" in bucket else bucket["key"]: bucket[
            "doc_count"
        ]
        for bucket in buckets
    }
