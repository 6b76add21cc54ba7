"""The search itself, in PostgreSQL: two statements a page, a third and fourth when a word is mistyped.

Owns the SQL over `catalog_searchentry`. Reads only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db import connection

from catalog import measures
from catalog.exchange import rates
from catalog.search.cursors import Edge, decode, encode
from catalog.search.spec import LEAD_TIMES, Choice, Facets, Hit, SearchPage, SearchSpec, Sort
from catalog.search.spelling import corrected_words
from catalog.words import asked_words, may_start
from marketplace.core.money import MAXIMUM_MINOR, line_amount

# What a question leaves before any filter: priced at my quantity, made comparable, each filter as a column.
# `width_bucket` finds the tier: how many of its thresholds the quantity has reached.
_MATCHED = """
WITH rates AS (
    SELECT key AS currency, value::numeric AS per_euro FROM jsonb_each_text(%(rates)s::jsonb)
), asked AS (
    SELECT catalog_query(%(words)s::text[], %(starts)s::boolean[]) AS query
), priced AS (
    SELECT e.product_id, e.category_path, e.origin, e.incoterms_rule, e.lead_time_days, e.published_at,
        e.currency, e.unit_factor, e.moq_base, e.tier_from, e.tier_prices, e.dimension, c.state = 'verified' AS verified,
        r.per_euro, {rank} AS rank,
        CASE WHEN %(quantity)s::numeric IS NULL THEN NULL
             WHEN %(dimension)s = '' THEN %(quantity)s * e.unit_factor
             WHEN e.dimension = %(dimension)s THEN %(quantity)s * %(factor)s END AS mine
    FROM catalog_searchentry e
    JOIN accounts_company c ON c.id = e.supplier_id
    LEFT JOIN rates r ON r.currency = e.currency
    CROSS JOIN asked
    WHERE {where}
), matched AS MATERIALIZED (
    SELECT p.*,
        round(unit_price
            / CASE WHEN %(dimension)s = '' THEN 1 WHEN dimension = %(dimension)s THEN unit_factor / %(factor)s END
            * CASE WHEN currency = %(currency)s THEN 1 ELSE %(per_euro)s::numeric / per_euro END, 8) AS price
    FROM (
        SELECT *, tier_prices[greatest(1, width_bucket(greatest(coalesce(mine, moq_base), moq_base), tier_from))]
            AS unit_price
        FROM priced
    ) p
), judged AS (
    SELECT *,
        (cardinality(%(origins)s::text[]) = 0 OR origin = ANY(%(origins)s)) AS in_origin,
        (cardinality(%(incoterms)s::text[]) = 0 OR incoterms_rule = ANY(%(incoterms)s)) AS in_terms,
        (NOT %(verified)s OR verified) AS in_verified,
        (%(price_max)s::numeric IS NULL OR coalesce(price <= %(price_max)s, false)) AS in_price,
        (%(moq_max)s::numeric IS NULL OR coalesce(moq_base <= %(moq_max)s * {moq_factor}, false)) AS in_moq,
        (%(lead_max)s::integer IS NULL OR lead_time_days <= %(lead_max)s) AS in_lead
    FROM matched
)
"""
_FILTERS = ("in_origin", "in_terms", "in_verified", "in_price", "in_moq", "in_lead")
_ALL = " AND ".join(_FILTERS)

_ROWS = """
SELECT m.product_id, p.ref, p.slug, p.title, c.legal_name, c.ref, c.country,
    CASE WHEN c.state = 'verified' THEN c.verified_at END,
    p.origin, p.unit_code, m.unit_price, p.currency, m.mine, m.moq_base, m.unit_factor, p.moq, p.lead_time_days,
    p.incoterms_rule, p.named_place, coalesce(f.ref, ''), coalesce(i.alt, ''), m.sort_value::text
FROM (
    SELECT *, {value} AS sort_value FROM judged WHERE {all} ORDER BY sort_value {way}, product_id {way}
) m
JOIN catalog_product p ON p.id = m.product_id AND p.state = 'live'
JOIN accounts_company c ON c.id = p.supplier_id
LEFT JOIN LATERAL (
    SELECT file_id, alt FROM catalog_productimage WHERE product_id = m.product_id ORDER BY position LIMIT 1
) i ON true
LEFT JOIN files_storedfile f ON f.id = i.file_id
WHERE {edge}
ORDER BY m.sort_value {way}, m.product_id {way}
LIMIT %(limit)s
"""
_VALUES: dict[Sort, tuple[str, bool]] = {
    Sort.RELEVANCE: ("round(rank::numeric, 6)", True),
    Sort.PRICE: ("coalesce(price, 'Infinity'::numeric)", False),
    Sort.LEAD_TIME: ("lead_time_days::numeric", False),
    Sort.NEWEST: ("published_at", True),
}


def find(spec: SearchSpec) -> SearchPage:
    """The offers that answer the question, with the filters' counts.

    When words are mistyped and nothing is found, the question with the nearest known words is answered
    instead and named in `corrected`.
    """
    words = asked_words(spec.query)
    if spec.query.strip() and not words:  # only punctuation: nothing can match it
        return SearchPage((), 0, 0, _no_facets(), "", "", "")
    page = _answer(spec, words)
    if page.matched == 0 and words and not spec.cursor:
        better = corrected_words(words)
        if better != words:
            other = _answer(replace(spec, query=" ".join(better)), better)
            if other.matched:
                return replace(other, corrected=" ".join(better))
    return page


def _answer(spec: SearchSpec, words: list[str]) -> SearchPage:
    parameters = _parameters(spec, words)
    with connection.cursor() as cursor:
        matched, total, facets = _count(cursor, spec, words, parameters)
        hits, previous, following = _page(cursor, spec, words, parameters) if total else ([], "", "")
    return SearchPage(tuple(hits), total, matched, facets, previous, following, "")


def _parameters(spec: SearchSpec, words: list[str]) -> dict[str, Any]:
    table = rates().per_euro
    return {
        "words": words,
        "starts": [may_start(word) for word in words],
        "rates": _as_json(table),
        "currency": spec.currency,
        "per_euro": table.get(spec.currency),
        "quantity": spec.quantity,
        "dimension": measures.dimension_of(spec.unit_code) if spec.unit_code else "",
        "factor": measures.factor_of(spec.unit_code),
        "category": f"{spec.category_path}%",
        "supplier": spec.supplier_id,
        "origins": list(spec.origins),
        "incoterms": list(spec.incoterms),
        "verified": spec.verified,
        "price_max": spec.price_max,
        "moq_max": spec.moq_max,
        "lead_max": spec.lead_max,
        "limit": spec.limit + 1,
    }


def _matched(spec: SearchSpec, words: list[str], *, ranked: bool) -> str:
    where = [
        *(["e.vector @@ asked.query"] if words else []),
        *(["e.category_path LIKE %(category)s"] if spec.category_path else []),
        *(["e.supplier_id = %(supplier)s"] if spec.supplier_id is not None else []),
    ]
    return _MATCHED.format(
        rank="ts_rank('{0.05,0.2,0.5,1.0}', e.vector, asked.query)" if ranked else "0",
        where=" AND ".join(where) or "true",
        moq_factor=(
            "CASE WHEN dimension = %(dimension)s THEN %(factor)s END" if spec.unit_code else "unit_factor"
        ),
    )


def _count(
    cursor: Any, spec: SearchSpec, words: list[str], parameters: Mapping[str, Any]
) -> tuple[int, int, Facets]:
    cursor.execute(_matched(spec, words, ranked=False) + _counts(), parameters)
    found: dict[str, list[tuple[str, Decimal | None, int]]] = {}
    for kind, value, number, count in cursor.fetchall():
        found.setdefault(kind, []).append((value, number, count))
    facets = Facets(
        categories={value: count for value, _n, count in found.get("category", [])},
        origins=_choices(found.get("origin", []), spec.origins),
        incoterms=_choices(found.get("terms", []), spec.incoterms),
        verified=found["verified"][0][2],
        lead_times=tuple(
            Choice(value, count) for value, _n, count in sorted(found.get("lead", []), key=_by_number)
        ),
        within_quantity=found["within"][0][2],
        prices=tuple(
            (number, count)
            for _v, number, count in sorted(found.get("price", []), key=_by_number)
            if number is not None
        ),
    )
    return found["matched"][0][2], found["total"][0][2], facets


def _counts() -> str:
    """One line per value of every filter, each counted with the other filters applied."""
    return f"""
    SELECT 'matched', '', NULL::numeric, count(*) FROM judged
    UNION ALL SELECT 'total', '', NULL, count(*) FROM judged WHERE {_ALL}
    UNION ALL SELECT 'category', category_path, NULL, count(*) FROM judged WHERE {_ALL} GROUP BY category_path
    UNION ALL SELECT 'origin', origin, NULL, count(*) FROM judged WHERE {_without("in_origin")} GROUP BY origin
    UNION ALL SELECT 'terms', incoterms_rule, NULL, count(*) FROM judged WHERE {_without("in_terms")}
        GROUP BY incoterms_rule
    UNION ALL SELECT 'verified', '', NULL, count(*) FROM judged WHERE {_without("in_verified")} AND verified
    UNION ALL SELECT 'within', '', NULL, count(*) FROM judged WHERE {_without("in_moq")} AND moq_base <= mine
    UNION ALL (SELECT 'lead', days::text, days, count(*) FROM judged
        JOIN unnest(ARRAY{list(LEAD_TIMES)}) AS days ON lead_time_days <= days
        WHERE {_without("in_lead")} GROUP BY days)
    UNION ALL (SELECT 'price', '', mark, count(*) FROM judged JOIN (
        SELECT DISTINCT ceil(raw / 10 ^ (floor(log(raw)) - 1)) * 10 ^ (floor(log(raw)) - 1) AS mark
        FROM (SELECT unnest(percentile_disc(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY price)) AS raw
              FROM judged WHERE {_without("in_price")} AND price > 0) AS quartiles
    ) AS marks ON price <= mark WHERE {_without("in_price")} GROUP BY mark)
    """  # noqa: S608 -- only our own column names are put in


def _without(left_out: str) -> str:
    return " AND ".join(name for name in _FILTERS if name != left_out)


def _page(
    cursor: Any, spec: SearchSpec, words: list[str], parameters: Mapping[str, Any]
) -> tuple[list[Hit], str, str]:
    sort = spec.order
    value, descending = _VALUES[sort]
    edge = decode(spec.cursor, sort)
    backwards = edge is not None and edge.backwards
    sql = _matched(spec, words, ranked=sort is Sort.RELEVANCE and bool(words)) + _ROWS.format(
        value=value,
        all=_ALL,
        way="DESC" if descending != backwards else "ASC",
        edge=_beyond(sort, descending=descending != backwards) if edge else "true",
    )
    at_edge = {"edge_value": edge.value, "edge_id": edge.product_id} if edge else {}
    cursor.execute(sql, {**parameters, **at_edge})
    rows = cursor.fetchall()
    more = len(rows) > spec.limit
    rows = rows[: spec.limit]
    if backwards:
        rows.reverse()
    if not rows:
        return [], "", ""
    has_next, has_previous = (True, more) if backwards else (more, edge is not None)
    previous = encode(Edge(sort, rows[0][21], rows[0][0], backwards=True)) if has_previous else ""
    following = encode(Edge(sort, rows[-1][21], rows[-1][0], backwards=False)) if has_next else ""
    return [_hit(row, spec) for row in rows], previous, following


def _beyond(sort: Sort, *, descending: bool) -> str:
    kind = "timestamptz" if sort is Sort.NEWEST else "numeric"
    sign = "<" if descending else ">"
    return f"(m.sort_value, m.product_id) {sign} (%(edge_value)s::{kind}, %(edge_id)s)"


def _hit(row: tuple[Any, ...], spec: SearchSpec) -> Hit:
    mine, moq_base, factor, moq, unit_price, currency = row[12], row[13], row[14], row[15], row[10], row[11]
    below = mine is not None and mine < moq_base
    priced = moq if mine is None or below else mine / factor
    total = line_amount(priced, unit_price, currency)
    return Hit(
        product_id=row[0],
        ref=row[1],
        slug=row[2],
        title=row[3],
        supplier_name=row[4],
        supplier_ref=row[5],
        supplier_country=row[6],
        verified_at=row[7],
        origin=row[8],
        unit_code=row[9],
        unit_price=unit_price,
        currency=currency,
        priced_quantity=priced,
        below_minimum=below,
        comparable=spec.quantity is None or mine is not None,
        total=total if total.amount_minor <= MAXIMUM_MINOR else None,
        moq=moq,
        lead_time_days=row[16],
        incoterms_rule=row[17],
        named_place=row[18],
        image_ref=row[19],
        image_alt=row[20],
    )


def _choices(found: list[tuple[str, Decimal | None, int]], chosen: tuple[str, ...]) -> tuple[Choice, ...]:
    """Most offers first; what is chosen stays visible even when it leaves nothing."""
    counts = {value: count for value, _number, count in found}
    values = {*counts, *chosen}
    return tuple(
        Choice(value, counts.get(value, 0)) for value in sorted(values, key=lambda v: (-counts.get(v, 0), v))
    )


def _by_number(row: tuple[str, Decimal | None, int]) -> Decimal:
    return row[1] or Decimal(0)


def _no_facets() -> Facets:
    return Facets({}, (), (), 0, (), 0, ())


def _as_json(table: Mapping[str, Decimal]) -> str:
    pairs = ",".join(f'"{code}":"{rate}"' for code, rate in table.items())
    return f"{{{pairs}}}"
