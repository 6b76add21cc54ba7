"""The best answers first: the same order as by reckoning every offer that matches, mostly without reckoning it.

Most offers that have a common word have it somewhere in their description, where it weighs least. What says a word
in its title or its names is looked at first; when that fills the page with offers that nothing outside can reach, the
others need no look. How far the others can reach is BM25's own bound, so the order is never another.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from tantivy import DocAddress, Occur, Query, Searcher

from catalog.search.tantivy_index.clauses import Clause
from catalog.search.tantivy_index.conditions import STEM_SHARE, TEXT_WEIGHT, Conditions
from catalog.search.tantivy_index.schema import META_ID, PRODUCT
from catalog.search.tantivy_index.stems import variants

MANY: Final = 3_000  # offers with the rarest word of a question; below, looking at all of them costs nothing to speak of
# BM25 with k1 = 1.2 and b = 0.75: the most that one occurrence is worth is in a text of no length at all.
_MOST_OF_ONE: Final = (1.2 + 1) / (1 + 1.2 * (1 - 0.75))
_ROUNDING: Final = 1.001  # scores are floats of 32 bits


def ranked_query(conditions: Conditions, matching: Query) -> Query:
    """What must match without a say in the order, and what decides it."""
    silent = Query.const_score_query(matching, 0.0)
    return Query.boolean_query(
        [(Occur.Must, silent), *((Occur.Should, clause) for clause in conditions.ranking)]
    )


def standings(conditions: Conditions) -> tuple[list[Clause], list[Clause]]:
    """The offers of suppliers whose visibility was lowered come after all others."""
    lowered = conditions.term("standing", "lowered")
    return [(Occur.MustNot, lowered)], [(Occur.Must, lowered)]


def best(
    searcher: Searcher, conditions: Conditions, standing: Sequence[Clause], size: int, offset: int
) -> list[DocAddress]:
    """So many of what matches, beginning so far down, the best first; `standing` are clauses more."""
    words = conditions.ranking_words
    if words and min(_number(searcher, word) for word in words) >= MANY:
        query = ranked_query(conditions, conditions.saying(("title", "names"), also=standing))
        hits = searcher.search(query, size, count=False, offset=offset).hits
        if len(hits) == size and float(hits[-1][0]) > reach_of_others(searcher, words):
            return [address for _score, address in hits]
    query = ranked_query(conditions, conditions.all_but(also=standing))
    hits = searcher.search(query, size, count=False, offset=offset).hits
    return [address for _score, address in hits]


def reach_of_others(searcher: Searcher, words: Sequence[str]) -> float:
    """A score that no offer has that says none of the words, by no stem, in its title or its names."""
    # As many as the index reckons with: deleted ones too, until they are merged away.
    documents = searcher.doc_freq("kind", PRODUCT) + searcher.doc_freq("id", META_ID)
    reach = 0.0
    for word in words:
        for place, stem in enumerate(variants(word)):
            having = searcher.doc_freq("all", stem)
            rarity = math.log(1 + (documents - having + 0.5) / (having + 0.5))
            reach += TEXT_WEIGHT * (STEM_SHARE if place else 1) * rarity * _MOST_OF_ONE
    return reach * _ROUNDING


def _number(searcher: Searcher, word: str) -> int:
    return max((searcher.doc_freq("all", stem) for stem in variants(word)), default=0)
