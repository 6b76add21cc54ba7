"""Why an offer stands where it stands: the index's own reckoning of one offer, taken apart. Reads only.

The numbers are tantivy's explanation of the very query that orders the page, so they cannot drift from it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tantivy import DocAddress, Query

from catalog.search.question import read_question
from catalog.search.spec import SearchSpec
from catalog.search.tantivy_index.best import ranked_query, standings
from catalog.search.tantivy_index.conditions import RANKED_FIELDS, STEM_SHARE, Conditions
from catalog.search.tantivy_index.own_values import own_values
from catalog.search.tantivy_index.reader import Snapshot
from catalog.search.tantivy_index.stems import variants


@dataclass(frozen=True, slots=True)
class Part:
    """What one word gives in one field. `asked` was typed, `matched` agrees: itself or one of its stems."""

    asked: str
    matched: str
    field: str
    weight: float
    score: float


@dataclass(frozen=True, slots=True)
class Reckoning:
    """An offer's parts; they add up to `score`, by which the page is ordered. `is_lowered` ones come after all others."""

    product_id: int
    score: float
    parts: tuple[Part, ...]
    is_lowered: bool


def reckonings(snapshot: Snapshot, spec: SearchSpec, most: int) -> list[Reckoning]:
    """The first offers of a question in the order of the page, each with its parts. Raises `TooManyOwnPrices`."""
    question = read_question(spec.query)
    conditions = Conditions(snapshot, spec, question)
    conditions.set_apart(own_values(conditions, spec))
    found: list[Reckoning] = []
    for is_lowered, standing in enumerate(standings(conditions)):
        query = ranked_query(conditions, conditions.all_but(also=standing))
        hits = (
            snapshot.searcher.search(query, most - len(found), count=False).hits if most > len(found) else []
        )
        addresses = [address for _score, address in hits]
        ids = snapshot.searcher.fast_field_values("id", addresses)
        for (score, address), product_id in zip(hits, ids, strict=True):
            parts = tuple(_parts(snapshot, conditions, list(question.ranking_words), address))
            found.append(Reckoning(int(product_id or 0), float(score), parts, bool(is_lowered)))
    return found


def _parts(
    snapshot: Snapshot, conditions: Conditions, words: list[str], address: DocAddress
) -> Iterator[Part]:
    """Each clause of the ranking by itself, in the order in which `Conditions` makes them."""
    clauses = iter(conditions.ranking)
    for word in words:
        for place, stem in enumerate(variants(word)):
            for field, weight in RANKED_FIELDS:
                score = _score(snapshot, next(clauses), address)
                if score:
                    yield Part(word, stem, field, weight * (STEM_SHARE if place else 1), score)


def _score(snapshot: Snapshot, clause: Query, address: DocAddress) -> float:
    try:
        explained: Mapping[str, Any] = json.loads(clause.explain(snapshot.searcher, address).to_json())
    except ValueError:  # the library's answer for a document that does not match
        return 0.0
    return float(explained["value"])
