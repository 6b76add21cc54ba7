"""The index's aggregations, as they are asked and as they are answered. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, Final

_MOST_VALUES: Final = 10_000  # far above the number of categories: a cut would make counts wrong

Counts = dict[Any, int]


def terms(field: str) -> dict[str, Any]:
    """How many documents have each value."""
    return {"terms": {"field": field, "size": _MOST_VALUES, "segment_size": _MOST_VALUES}}


def ranges(field: str, edges: Iterable[float]) -> dict[str, Any]:
    """How many lie from each edge up to the next, named by the upper one, which is outside."""
    return {"range": {"field": field, "ranges": [{"from": low, "to": high} for low, high in pairwise(edges)]}}


def below(field: str, edge: float) -> dict[str, Any]:
    """How many lie below an edge, named by it."""
    return {"range": {"field": field, "ranges": [{"to": edge}]}}


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
