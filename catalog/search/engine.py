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
    SELECT key AS currency, value::numeric AS rate FROM jsonb_each_text(%(rates)s::jsonb)
), asked AS (
    SELECT catalog_query(%(words)s::text[], %(starts)s::boolean[]) AS query
), priced AS (
    SELECT e.product_id, e.category_path, e.origin, e.incoterms_rule, e.lead_time_days, e.published_at,
        e.currency, e.unit_factor, e.moq_base, e.tier_from, e.tier_prices, e.dimension, c.state = 'verified' AS verified,
        r.rate, CASE s.visibility WHEN 'lowered' THEN {rank} - 1 ELSE {rank} END AS rank,
        CASE WHEN %(quantity)s::numeric IS NULL THEN NULL
             WHEN %(dimension)s = '' THEN %(quantity)s * e.unit_factor
             WHEN e.dimension = %(dimension)s THEN %(quantity)s * %(factor)s END AS mine
    FROM catalog_searchentry e
    JOIN accounts_company c ON c.id = e.supplier_id
    LEFT JOIN catalog_supplierfacts s ON s.supplier_id = e.supplier_id
    LEFT JOIN rates r ON r.currency = e.currency
    CROSS JOIN asked
    WHERE {where}
), matched AS (
    SELECT product_id, category_path, origin, incoterms_rule, lead_time_days, published_at, verified, rank, mine,
        moq_base, unit_factor, dimension, unit_price,
        round(unit_price * rate * CASE
            WHEN %(dimension)s = '' THEN 1
            WHEN dimension = %(dimension)s THEN %(factor)s / unit_factor
        END, 8) AS price
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


def _without(left_out: str) -> str:
    return " AND ".join(name for name in _FILTERS if name != left_out)


# One pass over what matched: every filter's values, each counted with the other filters applied. A price is
# put into its band, the next number of two digits above it.
_COUNTS = f"""
SELECT grouping(category_path, origin, incoterms_rule, step, band), category_path, origin, incoterms_rule, step, band,
    count(*), count(*) FILTER (WHERE {_ALL}),
    count(*) FILTER (WHERE {_without("in_origin")}), count(*) FILTER (WHERE {_without("in_terms")}),
    count(*) FILTER (WHERE {_without("in_verified")} AND verified),
    count(*) FILTER (WHERE {_without("in_moq")} AND moq_base <= mine),
    count(*) FILTER (WHERE {_without("in_lead")}), count(*) FILTER (WHERE {_without("in_price")})
FROM (
    SELECT *, width_bucket(lead_time_days - 1, ARRAY{list(LEAD_TIMES)}) AS step,
        round((ceil(round((price::float8 / size)::numeric, 6)) * size::numeric), 8) AS band
    FROM (SELECT *, CASE WHEN price > 0 THEN 10 ^ (floor(log(price::float8)) - 1) END AS size FROM judged) sized
) counted
GROUP BY GROUPING SETS ((), (category_path), (origin), (incoterms_rule), (step), (band))
"""  # noqa: S608 -- only our own column names are put in
_WHOLE, _BY_CATEGORY, _BY_ORIGIN, _BY_TERMS, _BY_LEAD, _BY_PRICE = 31, 15, 23, 27, 29, 30

_ROWS = """
SELECT m.product_id, p.ref, p.slug, p.title, c.legal_name, c.ref, c.country,
    CASE WHEN c.state = 'verified' THEN c.verified_at END,
    p.origin, p.unit_code, m.unit_price, p.currency, m.mine, m.moq_base, m.unit_factor, p.moq, p.lead_time_days,
    p.incoterms_rule, p.named_place, coalesce(f.ref, ''), coalesce(i.alt, ''), m.sort_value::text
FROM (
    SELECT * FROM (SELECT *, {value} AS sort_value FROM judged WHERE {all}) sorted
    WHERE {edge} ORDER BY sort_value {way}, product_id {way} LIMIT %(limit)s
) m
JOIN catalog_product p ON p.id = m.product_id AND p.state = 'live'
JOIN accounts_company c ON c.id = p.supplier_id
LEFT JOIN LATERAL (
    SELECT file_id, alt FROM catalog_productimage WHERE product_id = m.product_id ORDER BY position LIMIT 1
) i ON true
LEFT JOIN files_storedfile f ON f.id = i.file_id
ORDER BY m.sort_value {way}, m.product_id {way}
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
        matched, total, facets = (
            _count(cursor, spec, words, parameters) if spec.counted else (0, 1, _no_facets())
        )
        hits, previous, following = _page(cursor, spec, words, parameters) if total else ([], "", "")
    return SearchPage(tuple(hits), total, matched, facets, previous, following, "")


def _parameters(spec: SearchSpec, words: list[str]) -> dict[str, Any]:
    return {
        "words": words,
        "starts": [may_start(word) for word in words],
        "rates": _rates_into(spec.currency),
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
        "s.visibility IS DISTINCT FROM 'hidden'",
        *(["e.vector @@ asked.query"] if words else []),
        *(["e.category_path LIKE %(category)s"] if spec.category_path else []),
        *(["e.supplier_id = %(supplier)s"] if spec.supplier_id is not None else []),
    ]
    return _MATCHED.format(
        rank="ts_rank('{0.05,0.2,0.5,1.0}', e.vector, asked.query)" if ranked else "0",
        where=" AND ".join(where),
        moq_factor=(
            "CASE WHEN dimension = %(dimension)s THEN %(factor)s END" if spec.unit_code else "unit_factor"
        ),
    )


def _count(
    cursor: Any, spec: SearchSpec, words: list[str], parameters: Mapping[str, Any]
) -> tuple[int, int, Facets]:
    cursor.execute(_matched(spec, words, ranked=False) + _COUNTS, parameters)
    found: dict[int, list[tuple[Any, ...]]] = {}
    for row in cursor.fetchall():
        found.setdefault(row[0], []).append(row[1:])
    [whole] = found[_WHOLE]
    matched, total = whole[5], whole[6]
    facets = Facets(
        categories={row[0]: row[6] for row in found.get(_BY_CATEGORY, []) if row[6]},
        origins=_choices({row[1]: row[7] for row in found.get(_BY_ORIGIN, []) if row[7]}, spec.origins),
        incoterms=_choices({row[2]: row[8] for row in found.get(_BY_TERMS, []) if row[8]}, spec.incoterms),
        verified=whole[9],
        lead_times=_lead_choices({row[3]: row[11] for row in found.get(_BY_LEAD, [])}),
        within_quantity=whole[10],
        prices=_price_marks(
            {row[4]: row[12] for row in found.get(_BY_PRICE, []) if row[4] is not None and row[12]}
        ),
    )
    return matched, total, facets


def _lead_choices(steps: Mapping[int, int]) -> tuple[Choice, ...]:
    """How many are ready within each number of days, from the counts between one and the next."""
    choices, ready = [], 0
    for step, days in enumerate(LEAD_TIMES):
        ready += steps.get(step, 0)
        if ready:
            choices.append(Choice(str(days), ready))
    return tuple(choices)


def _price_marks(bands: Mapping[Decimal, int]) -> tuple[tuple[Decimal, int], ...]:
    """Ceilings that leave about a quarter, a half and three quarters, with what they leave exactly."""
    total, below = sum(bands.values()), 0
    marks: dict[Decimal, int] = {}
    quarters = [1, 2, 3]
    for band in sorted(bands):
        below += bands[band]
        while quarters and 4 * below >= quarters[0] * total:
            marks[band] = below
            quarters.pop(0)
    return tuple(marks.items())


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
    return f"(sort_value, product_id) {sign} (%(edge_value)s::{kind}, %(edge_id)s)"


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


def _choices(counts: Mapping[str, int], chosen: tuple[str, ...]) -> tuple[Choice, ...]:
    """Most offers first; what is chosen stays visible even when it leaves nothing."""
    values = sorted({*counts, *chosen}, key=lambda value: (-counts.get(value, 0), value))
    return tuple(Choice(value, counts.get(value, 0)) for value in values)


def _no_facets() -> Facets:
    return Facets({}, (), (), 0, (), 0, ())


def _rates_into(currency: str) -> str:
    """How much of `currency` one unit of each is, as JSON; itself always, the others where the bank has a rate."""
    table = rates().per_euro
    into = {code: table[currency] / rate for code, rate in table.items()} if currency in table else {}
    pairs = ",".join(f'"{code}":"{rate:.12f}"' for code, rate in {**into, currency: Decimal(1)}.items())
    return f"{{{pairs}}}"
