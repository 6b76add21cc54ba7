"""The search in PostgreSQL: full text with exact counts, three statements a page.

What answers while there is no index, and what the index's answers are compared with in the tests. Owns the
SQL over `catalog_searchentry`; reads only. Differences to the index: a phrase in quotes is found in title,
names and codes only (the other texts keep no positions here), and there are no Hindi or Polish stems.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import connection

from catalog.rules import measures
from catalog.rules.exchange import rates
from catalog.search.cursors import Edge, decode, encode
from catalog.search.own_prices import own_ladders
from catalog.search.places import Place, Stretch, place_of
from catalog.search.question import Question
from catalog.search.rows import hits_of, suppliers_with_offers
from catalog.search.spec import (
    LEAD_TIMES,
    Facets,
    Hit,
    Overview,
    SearchPage,
    SearchSpec,
    Sort,
    choices_of,
    counts_of_each,
    lead_choices,
    no_facets,
)
from catalog.words import may_start

# What a question leaves before any filter: priced at my quantity, made comparable, each filter as a column.
# `width_bucket` finds the tier: how many of its thresholds the quantity has reached.
_MATCHED = """
WITH rates AS (
    SELECT key AS currency, value::numeric AS rate FROM jsonb_each_text(%(rates)s::jsonb)
), asked AS (
    SELECT catalog_query(%(words)s::text[], %(starts)s::boolean[]) AS query,
        catalog_query(%(ranking)s::text[], %(ranking_starts)s::boolean[]) AS ranking
), priced AS (
    SELECT e.product_id, e.category_path, e.origin, e.incoterms_rule, e.lead_time_days, e.published_at,
        e.currency, e.unit_factor, e.moq_base, {tiers}, e.lead_from, e.lead_days, e.dimension, e.months,
        CASE WHEN e.certificates = '{{}}' THEN '{{}}' ELSE ARRAY(
            SELECT split_part(held, '/', 1) FROM unnest(e.certificates) AS held
            WHERE split_part(held, '/', 2) <= %(on)s AND split_part(held, '/', 3) >= %(on)s ORDER BY 1
        ) END AS held,
        e.ships = 'everywhere' OR (%(here)s = ANY(e.countries)) = (e.ships = 'only') AS ships_here, c.state = 'verified' AS verified,
        r.rate, CASE s.visibility WHEN 'lowered' THEN {rank} - 1 ELSE {rank} END AS rank,
        CASE WHEN %(quantity)s::numeric IS NULL THEN NULL
             WHEN %(dimension)s = '' THEN round(%(quantity)s * e.unit_factor, 6)
             WHEN e.dimension = %(dimension)s THEN round(%(quantity)s * %(factor)s, 6) END AS mine
    FROM catalog_searchentry e
    JOIN accounts_company c ON c.id = e.supplier_id
    LEFT JOIN catalog_supplierfacts s ON s.supplier_id = e.supplier_id
    LEFT JOIN rates r ON r.currency = e.currency{own}
    CROSS JOIN asked
    WHERE {where}
), matched AS (
    SELECT product_id, category_path, origin, incoterms_rule, published_at, verified, rank, mine,
        moq_base, unit_factor, dimension, unit_price, held, ships_here, months,
        CASE WHEN lead_from = '{{}}' THEN lead_time_days
             ELSE (lead_time_days || lead_days)[1 + width_bucket(counted, lead_from)] END AS lead_time_days,
        round(unit_price * rate * CASE
            WHEN %(dimension)s = '' THEN 1
            WHEN dimension = %(dimension)s THEN %(factor)s / unit_factor
        END, 18) AS price
    FROM (
        SELECT *, tier_prices[greatest(1, width_bucket(counted, tier_from))] AS unit_price
        FROM (SELECT *, greatest(coalesce(mine, moq_base), moq_base) AS counted FROM priced) c
    ) p
), judged AS (
    SELECT *,
        (cardinality(%(origins)s::text[]) = 0 OR origin = ANY(%(origins)s)) AS in_origin,
        (cardinality(%(incoterms)s::text[]) = 0 OR incoterms_rule = ANY(%(incoterms)s)) AS in_terms,
        (NOT %(verified)s OR verified) AS in_verified,
        (%(price_max)s::numeric IS NULL OR coalesce(price <= %(price_max)s, false)) AS in_price,
        (%(moq_max)s::numeric IS NULL OR coalesce(moq_base <= round(%(moq_max)s * {moq_factor}, 6), false)) AS in_moq,
        (%(lead_max)s::integer IS NULL OR lead_time_days <= %(lead_max)s) AS in_lead,
        held @> %(certificates)s::text[] AS in_certificates,
        (NOT %(ships_only)s OR ships_here) AS in_ships,
        (NOT %(in_season)s OR %(month)s = ANY(months)) AS in_season
    FROM matched
)
"""
_OWN_TIERS = (
    "coalesce(o.own_from, e.tier_from) AS tier_from, coalesce(o.own_prices, e.tier_prices) AS tier_prices"
)
_OWN_JOIN = """
    LEFT JOIN jsonb_to_recordset(%(own)s::jsonb)
        AS o (product_id bigint, own_from numeric[], own_prices numeric[]) ON o.product_id = e.product_id"""
_LIKE_SIGNS = re.compile(r"[\\%_]")
_HS_CODE = "e.product_id IN (SELECT id FROM catalog_product WHERE hs_code LIKE %(hs_prefix)s)"
_FILTERS = (
    "in_origin",
    "in_terms",
    "in_verified",
    "in_price",
    "in_moq",
    "in_lead",
    "in_certificates",
    "in_ships",
    "in_season",
)
_ALL = " AND ".join(_FILTERS)


def _without(left_out: str) -> str:
    return " AND ".join(name for name in _FILTERS if name != left_out)


# One pass over what matched: every filter's values, each counted with the other filters applied. A price is
# put into its band, the next number of two digits above it.
_COUNTS = f"""
SELECT grouping(category_path, origin, incoterms_rule, step, band, held), category_path, origin, incoterms_rule, step, band, held,
    count(*), count(*) FILTER (WHERE {_ALL}),
    count(*) FILTER (WHERE {_without("in_origin")}), count(*) FILTER (WHERE {_without("in_terms")}),
    count(*) FILTER (WHERE {_without("in_verified")} AND verified),
    count(*) FILTER (WHERE {_without("in_moq")} AND moq_base <= mine),
    count(*) FILTER (WHERE {_without("in_lead")}), count(*) FILTER (WHERE {_without("in_price")}),
    count(*) FILTER (WHERE {_without("in_ships")} AND ships_here AND %(here)s <> ''),
    count(*) FILTER (WHERE {_without("in_season")} AND %(month)s = ANY(months))
FROM (
    SELECT *, width_bucket(lead_time_days - 1, ARRAY{list(LEAD_TIMES)}) AS step,
        round((ceil(round((price::float8 / size)::numeric, 6)) * size::numeric), 8) AS band
    FROM (SELECT *, CASE WHEN price > 0 THEN 10 ^ (floor(log(price::float8)) - 1) END AS size FROM judged) sized
) counted
GROUP BY GROUPING SETS ((), (category_path), (origin), (incoterms_rule), (step), (band), (held))
"""  # noqa: S608 -- only our own column names are put in
_SUPPLIERS = """
SELECT c.id FROM accounts_company c
WHERE ' ' || lower(catalog_unaccent(c.legal_name)) LIKE ALL (
        SELECT catalog_unaccent(word) FROM unnest(%s::text[]) AS word)
    AND EXISTS (SELECT 1 FROM catalog_searchentry e WHERE e.supplier_id = c.id)
ORDER BY c.legal_name, c.id LIMIT %s
"""
_OVERVIEW = """
SELECT e.category_path, e.origin, count(*) FROM catalog_searchentry e
LEFT JOIN catalog_supplierfacts s ON s.supplier_id = e.supplier_id
WHERE s.visibility IS DISTINCT FROM 'hidden' GROUP BY e.category_path, e.origin
"""
_KNOWN = """
SELECT EXISTS (SELECT 1 FROM catalog_searchentry e
               WHERE e.vector @@ catalog_query(ARRAY[asked.word], ARRAY[asked.starts]))
FROM unnest(%s::text[], %s::boolean[]) WITH ORDINALITY AS asked (word, starts, place) ORDER BY place
"""
_WHOLE, _BY_CATEGORY, _BY_ORIGIN, _BY_TERMS, _BY_LEAD, _BY_PRICE, _BY_HELD = 63, 31, 47, 55, 59, 61, 62

_ROWS = """
SELECT product_id, sort_value::text AS edge FROM (SELECT *, {value} AS sort_value FROM judged WHERE {all}) sorted
WHERE {edge} ORDER BY sort_value {way}, product_id {way} LIMIT %(limit)s
"""
_NEWEST = f"""
SELECT published_at, product_id FROM (SELECT published_at, published_at AS sort_value, product_id FROM judged WHERE {_ALL}) sorted
WHERE {{edge}} ORDER BY published_at {{way}}, product_id {{way}} LIMIT %(limit)s
"""  # noqa: S608 -- only our own column names are put in
_VALUES: dict[Sort, tuple[str, bool]] = {
    Sort.RELEVANCE: ("round(rank::numeric, 6)", True),
    Sort.PRICE: ("coalesce(price, 'Infinity'::numeric)", False),
    Sort.LEAD_TIME: ("lead_time_days::numeric", False),
    Sort.NEWEST: ("published_at", True),
}


class PostgresEngine:
    """The search that needs nothing but the database."""

    def answer(self, spec: SearchSpec, question: Question) -> SearchPage:
        """The page of the question as it stands; nothing is corrected here."""
        parameters = _parameters(spec, question) | _own_prices(spec)
        with connection.cursor() as cursor:
            matched, total, facets = (
                _count(cursor, spec, question, parameters) if spec.counted else (0, 1, no_facets())
            )
            hits, previous, following = _page(cursor, spec, question, parameters) if total else ([], "", "")
        return SearchPage(tuple(hits), total, matched, facets, previous, following, "")

    def newest(self, spec: SearchSpec, question: Question, stretch: Stretch) -> list[Place]:
        """One statement, two for a buyer."""
        at, backwards = stretch.beyond, stretch.backwards
        statement = _matched(spec, question, ranked=False) + _NEWEST.format(
            way="ASC" if backwards else "DESC",
            edge=_beyond(Sort.NEWEST, descending=not backwards) if at else "true",
        )
        parameters = _parameters(spec, question) | _own_prices(spec) | {"limit": stretch.size}
        if at is not None:
            parameters |= {"edge_value": at.published_at, "edge_id": at.product_id}
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return [place_of(published_at, product_id) for published_at, product_id in cursor.fetchall()]

    def known(self, words: list[str]) -> list[bool]:
        """Of each word, whether any offer has it."""
        with connection.cursor() as cursor:
            cursor.execute(_KNOWN, [words, [may_start(word) for word in words]])
            return [known for (known,) in cursor.fetchall()]

    def suggest(self, question: Question, most: int) -> tuple[list[int], list[int]]:
        """Products by their rank, suppliers by the beginning of a word of their name."""
        page = self.answer(SearchSpec(query=question.text(), limit=most, counted=False), question)
        with connection.cursor() as cursor:
            names = [f"%% {word}%%".replace("%%", "%") for word in question.words]
            cursor.execute(_SUPPLIERS, [names, most])
            suppliers = [supplier for (supplier,) in cursor.fetchall()]
        return [hit.product_id for hit in page.hits], suppliers

    def overview(self) -> Overview:
        """Everything that can be found, in two statements."""
        with connection.cursor() as cursor:
            cursor.execute(_OVERVIEW)
            rows = cursor.fetchall()
        categories: dict[str, int] = {}
        for path, _origin, count in rows:
            categories[path] = categories.get(path, 0) + count
        return Overview(categories, *suppliers_with_offers(), len({origin for _path, origin, _count in rows}))


def _parameters(spec: SearchSpec, question: Question) -> dict[str, Any]:
    words, ranking = list(question.words), question.ranking_words
    return {
        "words": words,
        "starts": [may_start(word) for word in words],
        "ranking": ranking,
        "ranking_starts": [may_start(word) for word in ranking],
        **{f"phrase_{n}": list(phrase) for n, phrase in enumerate(question.phrases)},
        **{f"excluded_{n}": list(phrase) for n, phrase in enumerate(question.excluded)},
        "rates": _rates_into(spec.currency),
        "quantity": spec.quantity,
        "dimension": measures.dimension_of(spec.unit_code) if spec.unit_code else "",
        "factor": measures.factor_of(spec.unit_code),
        "category": f"{spec.category_path}%",
        "supplier": spec.supplier_id,
        "priced_in": spec.priced_in,
        "hs_prefix": _LIKE_SIGNS.sub(r"\\\g<0>", spec.hs_prefix) + "%",
        "origins": list(spec.origins),
        "incoterms": list(spec.incoterms),
        "verified": spec.verified,
        "price_max": spec.price_max,
        "moq_max": spec.moq_max,
        "lead_max": spec.lead_max,
        "certificates": list(spec.certificates),
        "here": spec.here,
        "ships_only": bool(spec.ships_to),
        "in_season": spec.in_season,
        "on": spec.on.isoformat(),
        "month": spec.on.month,
        "limit": spec.limit + 1,
    }


def _own_prices(spec: SearchSpec) -> dict[str, Any]:
    """What only this buyer pays, beside the entries: nothing of it is ever written into them."""
    own = own_ladders(spec.buyer_id, spec.on) if spec.buyer_id else {}
    rows = [
        {
            "product_id": product_id,
            "own_from": [str(least) for least in ladder.tier_from],
            "own_prices": [str(price) for price in ladder.tier_prices],
        }
        for product_id, ladder in own.items()
    ]
    return {"own": json.dumps(rows)}


def _matched(spec: SearchSpec, question: Question, *, ranked: bool) -> str:
    where = [
        "s.visibility IS DISTINCT FROM 'hidden'",
        *(["e.vector @@ asked.query"] if question.words else []),
        *(f"e.vector @@ catalog_phrase(%(phrase_{n})s::text[])" for n in range(len(question.phrases))),
        *(f"NOT e.vector @@ {_excluded(n, phrase)}" for n, phrase in enumerate(question.excluded)),
        *(["e.category_path LIKE %(category)s"] if spec.category_path else []),
        *(["e.supplier_id = %(supplier)s"] if spec.supplier_id is not None else []),
        *(["e.currency = %(priced_in)s"] if spec.priced_in else []),
        *([_HS_CODE] if spec.hs_prefix else []),
        *(["c.state <> 'verified'"] if spec.unverified else []),
    ]
    return _MATCHED.format(
        tiers=_OWN_TIERS if spec.buyer_id else "e.tier_from, e.tier_prices",
        own=_OWN_JOIN if spec.buyer_id else "",
        rank="ts_rank('{0.05,0.2,0.5,1.0}', e.vector, asked.ranking)" if ranked else "0",
        where=" AND ".join(where),
        moq_factor=(
            "CASE WHEN dimension = %(dimension)s THEN %(factor)s END" if spec.unit_code else "unit_factor"
        ),
    )


def _excluded(number: int, phrase: tuple[str, ...]) -> str:
    """A lone word goes with its stems, but not what only begins with it: `-tea` keeps what has team."""
    if len(phrase) == 1:
        return f"catalog_query(%(excluded_{number})s::text[], ARRAY[false])"
    return f"catalog_phrase(%(excluded_{number})s::text[])"


def _count(
    cursor: Any, spec: SearchSpec, question: Question, parameters: Mapping[str, Any]
) -> tuple[int, int, Facets]:
    cursor.execute(_matched(spec, question, ranked=False) + _COUNTS, parameters)
    found: dict[int, list[tuple[Any, ...]]] = {}
    for row in cursor.fetchall():
        found.setdefault(row[0], []).append(row[1:])
    [whole] = found[_WHOLE]
    matched, total = whole[6], whole[7]
    facets = Facets(
        categories={row[0]: row[7] for row in found.get(_BY_CATEGORY, []) if row[7]},
        origins=choices_of({row[1]: row[8] for row in found.get(_BY_ORIGIN, []) if row[8]}, spec.origins),
        incoterms=choices_of({row[2]: row[9] for row in found.get(_BY_TERMS, []) if row[9]}, spec.incoterms),
        verified=whole[10],
        lead_times=lead_choices({row[3]: row[12] for row in found.get(_BY_LEAD, [])}),
        within_quantity=whole[11],
        prices=_price_marks(
            {row[4]: row[13] for row in found.get(_BY_PRICE, []) if row[4] is not None and row[13]}
        ),
        certificates=choices_of(
            counts_of_each((row[5], row[7]) for row in found.get(_BY_HELD, [])), spec.certificates
        ),
        ships_here=whole[14],
        in_season=whole[15],
    )
    return matched, total, facets


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
    cursor: Any, spec: SearchSpec, question: Question, parameters: Mapping[str, Any]
) -> tuple[list[Hit], str, str]:
    sort = spec.order
    value, descending = _VALUES[sort]
    edge = decode(spec.cursor, sort)
    backwards = edge is not None and edge.backwards
    sql = _matched(
        spec, question, ranked=sort is Sort.RELEVANCE and bool(question.ranking_words)
    ) + _ROWS.format(
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
    previous = encode(Edge(sort, rows[0][1], rows[0][0], backwards=True)) if has_previous else ""
    following = encode(Edge(sort, rows[-1][1], rows[-1][0], backwards=False)) if has_next else ""
    return hits_of([row[0] for row in rows], spec), previous, following


def _beyond(sort: Sort, *, descending: bool) -> str:
    kind = "timestamptz" if sort is Sort.NEWEST else "numeric"
    sign = "<" if descending else ">"
    return f"(sort_value, product_id) {sign} (%(edge_value)s::{kind}, %(edge_id)s)"


def _rates_into(currency: str) -> str:
    """How much of `currency` one unit of each is, as JSON; itself always, the others where the bank has a rate."""
    table = rates().per_euro
    into = {code: table[currency] / rate for code, rate in table.items()} if currency in table else {}
    pairs = ",".join(f'"{code}":"{rate:.24f}"' for code, rate in {**into, currency: Decimal(1)}.items())
    return f"{{{pairs}}}"
