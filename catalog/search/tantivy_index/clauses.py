"""Questions to the index put together, and counted. Pure but for the counting."""

from __future__ import annotations

from collections.abc import Sequence

from tantivy import FieldType, Occur, Query, Schema, Searcher

from catalog.search.tantivy_index.schema import RATED, UNRATED

Clause = tuple[Occur, Query]


def how_many(searcher: Searcher, query: Query) -> int:
    """How many documents match."""
    counted = searcher.aggregate(
        query, {"n": {"value_count": {"field": "verified"}}}
    )  # each has one value of it
    return int(counted["n"]["value"])


def term(schema: Schema, field: str, value: str | int) -> Query:
    """Documents that have the value."""
    return Query.term_query(schema, field, value, "basic")


def between(
    schema: Schema,
    field: str,
    low: float | None,
    high: float | None,
    *,
    with_low: bool = True,
    with_high: bool = True,
) -> Query:
    """Documents whose number lies so."""
    kind = FieldType.Float if field.startswith((RATED, UNRATED)) else FieldType.Integer
    return Query.range_query(
        schema, field, kind, low, high, low is None or with_low, high is None or with_high
    )


def both(*queries: Query) -> Query:
    """All of them, none of which counts for the order."""
    return all_of([(Occur.Must, query) for query in queries])


def all_of(clauses: Sequence[Clause]) -> Query:
    """What must be so and what must not; the first one must."""
    return clauses[0][1] if len(clauses) == 1 else Query.boolean_query(clauses)


def either(queries: Sequence[Query]) -> Query:
    """One of them at least."""
    if len(queries) == 1:
        return queries[0]
    return (
        Query.boolean_query([(Occur.Should, query) for query in queries]) if queries else Query.empty_query()
    )
