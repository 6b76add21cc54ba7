"""Which offers stand on a page: by relevance with an offset, in every other order from the edge of the page before.

Ties of a sort value are broken by the product's id, in the same direction, so that every offer comes once.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass

from tantivy import DocAddress, Occur, Order, Query, Searcher

from catalog.search.cursors import INDEX, Edge, decode, encode
from catalog.search.places import Place, Stretch
from catalog.search.spec import SearchSpec, Sort
from catalog.search.tantivy_index.best import best, standings
from catalog.search.tantivy_index.clauses import between, both, how_many
from catalog.search.tantivy_index.conditions import Conditions
from catalog.search.tantivy_index.price_steps import PriceStep
from catalog.search.tantivy_index.reader import Snapshot

_FARTHEST = 100_000  # offers; nobody turns so many pages, but an address can be typed
_UNPRICED = math.inf
_SOME_MORE = (
    24  # rows read beyond a page, so that offers with the same value as its last one are seldom cut apart
)


@dataclass(frozen=True, slots=True)
class Page:
    """Ids in order, and the cursors of the neighbours."""

    product_ids: list[int]
    previous: str = ""
    following: str = ""


def page_of(snapshot: Snapshot, conditions: Conditions, spec: SearchSpec) -> Page:
    """The page that the question's cursor names, or the first."""
    if spec.order is Sort.RELEVANCE:
        return _by_relevance(snapshot, conditions, spec)
    edge = decode(spec.cursor, spec.order, INDEX)
    descending = spec.order is Sort.NEWEST
    backwards = edge is not None and edge.backwards
    walk = _Walk(snapshot.searcher, conditions, descending=descending != backwards, size=spec.limit + 1)
    rows = walk.rows(spec.order, edge)
    more = len(rows) > spec.limit
    rows = rows[: spec.limit]
    if backwards:
        rows.reverse()
    if not rows:
        return Page([])
    has_next, has_previous = (True, more) if backwards else (more, edge is not None)
    first, last = rows[0], rows[-1]
    return Page(
        [product_id for _value, product_id in rows],
        encode(Edge(spec.order, repr(first[0]), first[1], backwards=True, engine=INDEX))
        if has_previous
        else "",
        encode(Edge(spec.order, repr(last[0]), last[1], backwards=False, engine=INDEX)) if has_next else "",
    )


def newest(snapshot: Snapshot, conditions: Conditions, stretch: Stretch) -> list[Place]:
    """What all the filters leave, the newest first, beyond a place that any engine named."""
    at, backwards = stretch.beyond, stretch.backwards
    edge = None
    if at is not None:
        edge = Edge(Sort.NEWEST, str(at.published_us), at.product_id, backwards, INDEX)
    walk = _Walk(snapshot.searcher, conditions, descending=not backwards, size=stretch.size)
    return [Place(int(value), product_id) for value, product_id in walk.rows(Sort.NEWEST, edge)]


def _by_relevance(snapshot: Snapshot, conditions: Conditions, spec: SearchSpec) -> Page:
    edge = decode(spec.cursor, Sort.RELEVANCE, INDEX)
    offset = int(max(0.0, min(float(edge.value), _FARTHEST))) if edge else 0
    size = spec.limit + 1
    searcher = snapshot.searcher
    addresses: list[DocAddress] = []
    left = offset
    for standing in standings(conditions) if snapshot.has_lowered else [[]]:
        addresses += best(searcher, conditions, standing, size - len(addresses), left)
        if len(addresses) >= size:
            break
        if snapshot.has_lowered:
            left = max(0, left - how_many(searcher, conditions.all_but(also=standing)))
    ids = [int(value or 0) for value in searcher.fast_field_values("id", addresses)]
    before = max(0, offset - spec.limit)
    return Page(
        ids[: spec.limit],
        encode(Edge(Sort.RELEVANCE, str(before), 0, backwards=True, engine=INDEX)) if offset else "",
        encode(Edge(Sort.RELEVANCE, str(offset + spec.limit), 0, backwards=False, engine=INDEX))
        if len(ids) > spec.limit
        else "",
    )


class _Walk:
    """Reads rows in one direction from an edge."""

    def __init__(self, searcher: Searcher, conditions: Conditions, *, descending: bool, size: int) -> None:
        self._searcher = searcher
        self._conditions = conditions
        self._descending = descending
        self._order = Order.Desc if descending else Order.Asc
        self._size = size

    def rows(self, sort: Sort, edge: Edge | None) -> list[tuple[float, int]]:
        """The next rows as (value, id)."""
        conditions = self._conditions
        at = None if edge is None else (float(edge.value), edge.product_id)
        if sort is not Sort.PRICE:
            largest = float(2**62)
            value = None if at is None else (int(max(-largest, min(at[0], largest))), at[1])
            if sort is Sort.NEWEST:
                return self._beyond(conditions.all_but(), "published_us", value)
            leads, whole = conditions.lead_steps, conditions.all_but()
            return self._merged([self._beyond(step.within(whole), step.field, value) for step in leads])
        parts = [self._priced(step, at) for step in conditions.steps]
        parts.append(self._own(conditions.all_but(), at))
        rows = self._merged(parts)
        if len(rows) == self._size and not self._descending:
            return rows  # what has no price to compare comes after all others
        return self._merged([rows, self._unpriced(at)])

    def _priced(self, step: PriceStep, at: tuple[float, int] | None) -> list[tuple[float, int]]:
        """What has its price in one way, as prices are compared: where they lie they are larger by a power of two."""
        priced = [*step.priced(self._conditions.schema), *self._conditions.public()]
        if step.band is None:
            priced.append((Occur.Must, self._conditions.priced()))
        lying = None if at is None else (at[0] * step.scale, at[1])
        rows = self._beyond(self._conditions.all_but(also=priced), step.field, lying)
        return [(value / step.scale, product_id) for value, product_id in rows]

    def _merged(self, parts: Sequence[list[tuple[float, int]]]) -> list[tuple[float, int]]:
        return list(heapq.merge(*parts, reverse=self._descending))[: self._size]

    def _own(self, whole: Query, at: tuple[float, int] | None) -> list[tuple[float, int]]:
        """What has another price for whoever asks, by that price."""
        rows = sorted(self._conditions.own_among(whole), reverse=self._descending)
        return rows if at is None else [row for row in rows if (row < at if self._descending else row > at)]

    def _unpriced(self, at: tuple[float, int] | None) -> list[tuple[float, int]]:
        """What has no price to compare comes last, by id."""
        lone = self._conditions.all_but(also=[(Occur.MustNot, self._conditions.priced())])
        if at is not None and at[0] != _UNPRICED:
            return [] if self._descending else self._by_id(lone, None, _UNPRICED, self._size)
        return self._by_id(lone, None if at is None else at[1], _UNPRICED, self._size)

    def _beyond(self, query: Query, field: str, at: tuple[float, int] | None) -> list[tuple[float, int]]:
        if at is None:
            return self._sorted(query, field, self._size)
        value, product_id = at
        if value == _UNPRICED:
            return self._sorted(query, field, self._size) if self._descending else []
        same = both(query, self._conditions.between(field, value, value))
        rows = self._by_id(same, product_id, value, self._size)
        if len(rows) < self._size:
            low, high = (None, value) if self._descending else (value, None)
            rest = between(self._conditions.schema, field, low, high, with_low=False, with_high=False)
            rows += self._sorted(both(query, rest), field, self._size - len(rows))
        return rows

    def _sorted(self, query: Query, field: str, size: int) -> list[tuple[float, int]]:
        """The first rows by value and id: the index breaks ties as it likes, so where some may be missing they are read again."""
        result = self._searcher.search(
            query, size + _SOME_MORE, count=False, order_by_field=field, order=self._order
        )
        rows = sorted(self._with_ids(result.hits), reverse=self._descending)
        if len(rows) < size + _SOME_MORE or rows[-1][0] != rows[size - 1][0]:
            return rows[:size]
        last = rows[-1][0]
        kept = sorted((row for row in rows if row[0] != last), reverse=self._descending)
        same = both(query, self._conditions.between(field, last, last))
        return kept + self._by_id(same, None, last, size - len(kept))

    def _by_id(self, query: Query, after: int | None, value: float, size: int) -> list[tuple[float, int]]:
        if after is not None:
            low, high = (None, after) if self._descending else (after, None)
            beyond = between(self._conditions.schema, "id", low, high, with_low=False, with_high=False)
            query = both(query, beyond)
        result = self._searcher.search(query, size, count=False, order_by_field="id", order=self._order)
        return [(value, int(product_id)) for product_id, _address in result.hits]

    def _with_ids(self, hits: Sequence[tuple[float, DocAddress]]) -> list[tuple[float, int]]:
        ids = self._searcher.fast_field_values("id", [address for _value, address in hits])
        return [
            (value, int(product_id or 0)) for (value, _address), product_id in zip(hits, ids, strict=True)
        ]
