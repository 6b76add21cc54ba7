"""Answers questions from the index of this machine; the offers themselves come from PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from catalog.search.feed import waits
from catalog.search.places import Place, Stretch
from catalog.search.question import Question
from catalog.search.rows import hits_of
from catalog.search.spec import Overview, SearchPage, SearchSpec, no_facets
from catalog.search.tantivy_index.conditions import Conditions
from catalog.search.tantivy_index.counts import count, overview_at
from catalog.search.tantivy_index.explaining import Reckoning, reckonings
from catalog.search.tantivy_index.kept import Counted
from catalog.search.tantivy_index.own_values import own_values
from catalog.search.tantivy_index.pages import newest, page_of
from catalog.search.tantivy_index.reader import Snapshot
from catalog.search.tantivy_index.stems import folded, variants
from catalog.search.tantivy_index.suggested import suggested
from catalog.words import may_start

# A follower that died must not freeze the shop window: past this the fallback answers.
LONGEST_LAG_SECONDS: Final = 15.0


class TantivyEngine:
    """The index at one commit, as a search engine."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def answer(self, spec: SearchSpec, question: Question) -> SearchPage:
        """The page, with one statement. An offer that is no longer live is left out and not counted.

        For a buyer with price lists it takes more. Raises `TooManyOwnPrices`.
        """
        conditions = Conditions(self._snapshot, spec, question)
        conditions.set_apart(own_values(conditions, spec))
        matched, total, facets = self._counted(conditions, spec, question)
        if not total:
            return SearchPage((), 0, matched, facets, "", "", "")
        page = page_of(self._snapshot, conditions, spec)
        hits = hits_of(page.product_ids, spec)
        gone = len(page.product_ids) - len(hits)
        found = SearchPage(tuple(hits), total, matched, facets, page.previous, page.following, "")
        return replace(found, total=total - gone, matched=max(matched - gone, 0)) if gone else found

    def _counted(self, conditions: Conditions, spec: SearchSpec, question: Question) -> Counted:
        if not spec.counted:
            return 0, 1, no_facets()

        def now() -> Counted:
            return count(self._snapshot.searcher, conditions, spec)

        return now() if conditions.own else self._snapshot.counts.get(spec, question, now)

    def newest(self, spec: SearchSpec, question: Question, stretch: Stretch) -> list[Place]:
        """What answers, the newest first, as the commit has it; no statement. Raises `TooManyOwnPrices`."""
        conditions = Conditions(self._snapshot, spec, question)
        conditions.set_apart(own_values(conditions, spec))
        return newest(self._snapshot, conditions, stretch)

    def known(self, words: list[str]) -> list[bool]:
        """Of each word, whether any offer has it."""
        return [self._knows(word) for word in words]

    def suggest(self, question: Question, most: int) -> tuple[list[int], list[int]]:
        """Products by their rank, first those that say it in their title; suppliers by how many offers they have."""
        searcher = self._snapshot.searcher
        conditions = Conditions(self._snapshot, SearchSpec(query=question.text(), limit=most), question)
        ids: dict[int, None] = {}
        for query in suggested(conditions, question):
            ids |= dict.fromkeys(conditions.ids_of(query, most))
            if len(ids) >= most:
                break
        named = conditions.supplier_named(question.words)
        counted = {"terms": {"field": "supplier", "size": most, "segment_size": 1000}}
        buckets = searcher.aggregate(named, {"s": counted})["s"]["buckets"] if named is not None else []
        return list(ids)[:most], [int(bucket["key"]) for bucket in buckets]

    def reckonings(self, spec: SearchSpec, most: int) -> list[Reckoning]:
        """Why the first offers stand where they do by relevance: each one's score in its parts."""
        return reckonings(self._snapshot, spec, most)

    def overview(self) -> Overview:
        """Everything that can be found; counted once for each commit of the index."""
        return overview_at(self._snapshot)

    def _knows(self, word: str) -> bool:
        searcher = self._snapshot.searcher
        if any(searcher.doc_freq("all", stem) for stem in variants(word)):
            return True
        return may_start(word) and bool(searcher.terms_with_prefix("all", folded(word), limit=1))

    def lags(self) -> bool:
        """Whether something waits to be indexed for longer than a living follower lets it wait."""
        return waits(self._snapshot.position, LONGEST_LAG_SECONDS)

    def is_of(self, day: date) -> bool:
        """Whether every document says which certificates hold on a day: not for a moment after midnight."""
        return day < self._snapshot.good_until
