"""The offers of one page, read from PostgreSQL by id: whatever an index says, what is shown is true now.

Owns the statement that every engine's page is made of. A product that is not live, or whose supplier is
hidden, has no row, however much the index lags behind, and what is sold out says so. Titles are in the reader's
language where the supplier translated them.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import connection

from catalog.languages import reader_language
from catalog.rules import measures
from catalog.rules.certificates import kinds_on
from catalog.rules.hindrances import Hindrance, Wanted, hindrance_of
from catalog.rules.prices import smallest_order
from catalog.search.own_prices import OwnLadder, own_ladders
from catalog.search.spec import Hit, SearchSpec
from marketplace.core.money import MAXIMUM_MINOR, line_amount
from marketplace.core.prepared import Prepared

QUANTITY_STEP = Decimal("0.000001")  # quantities are compared to the millionth of the base unit
_ROWS = Prepared(
    "offers_of_a_page",
    """
SELECT p.id, p.ref, p.slug, coalesce(t.texts->>'title', p.title), c.legal_name, c.ref, c.country,
    CASE WHEN c.state = 'verified' THEN c.verified_at END,
    p.origin, p.unit_code, p.currency, p.moq, p.lead_time_days, p.incoterms_rule, p.named_place,
    e.dimension, e.unit_factor, e.moq_base, e.tier_from, e.tier_prices, coalesce(f.ref, ''),
    coalesce(t.texts->>('alt.' || f.ref), i.alt, ''), CASE WHEN t.texts->>'title' IS NULL THEN p.written_in ELSE '' END,
    e.certificates, e.lead_from, e.lead_days,
    l.variants, p.order_multiple,
    (SELECT json_agg(json_build_object('first_day', h.first_day, 'last_day', h.last_day, 'takes_orders', h.takes_orders))
        FROM catalog_holidaypause h WHERE h.supplier_id = p.supplier_id AND h.ended_at IS NULL AND h.last_day >= %s),
    l.periods
FROM catalog_product p
JOIN catalog_searchentry e ON e.product_id = p.id
JOIN accounts_company c ON c.id = p.supplier_id
LEFT JOIN catalog_translation t ON t.product_id = p.id AND t.language = %s
LEFT JOIN catalog_supplierfacts s ON s.supplier_id = p.supplier_id
LEFT JOIN LATERAL (
    SELECT max(v.position) AS variants,
        json_agg(json_build_object('position', v.position, 'first_day', k.first_day, 'last_day', k.last_day,
            'unit_code', k.unit_code, 'offered', k.offered::text, 'taken', k.taken::text, 'ref', k.ref)
            ORDER BY v.position, k.first_day) FILTER (WHERE k.id IS NOT NULL) AS periods
    FROM catalog_variant v LEFT JOIN catalog_capacityperiod k ON k.variant_id = v.id AND k.withdrawn_at IS NULL
    WHERE v.product_id = p.id AND v.position IS NOT NULL
) l ON true
LEFT JOIN LATERAL (
    SELECT file_id, alt FROM catalog_productimage WHERE product_id = p.id ORDER BY position LIMIT 1
) i ON true
LEFT JOIN files_storedfile f ON f.id = i.file_id
WHERE p.id = ANY(%s) AND p.state = 'live' AND s.visibility IS DISTINCT FROM 'hidden'
""",
)


# A probe for each supplier: grouping the offers would read them all.
_SUPPLIERS = """
SELECT count(*), count(*) FILTER (WHERE c.state = 'verified') FROM accounts_company c
LEFT JOIN catalog_supplierfacts s ON s.supplier_id = c.id
WHERE s.visibility IS DISTINCT FROM 'hidden'
    AND (SELECT true FROM catalog_searchentry e WHERE e.supplier_id = c.id LIMIT 1)
"""


def suppliers_with_offers() -> tuple[int, int]:
    """How many suppliers have something that can be found, and how many of them are verified."""
    with connection.cursor() as cursor:
        cursor.execute(_SUPPLIERS)
        suppliers, verified = cursor.fetchone()
        return suppliers, verified


def base_quantity(quantity: Decimal, factor: Decimal) -> Decimal:
    """A quantity in the base unit, as exactly as quantities are compared."""
    return (quantity * factor).quantize(QUANTITY_STEP)


def hits_of(product_ids: Sequence[int], spec: SearchSpec) -> list[Hit]:
    """The offers in the order given, priced at the quantity asked for; those no longer live are missing."""
    if not product_ids:
        return []
    language = reader_language()
    with connection.cursor() as cursor:
        _ROWS.execute(cursor, [spec.on, language, list(product_ids)])
        found = {row[0]: row for row in cursor.fetchall()}
    asked = _asked(spec)
    own = own_ladders(spec.buyer_id, spec.on, product_ids=list(found)) if spec.buyer_id else {}
    return [
        _hit(found[product_id], spec, asked, language, own.get(product_id))
        for product_id in product_ids
        if product_id in found
    ]


def _asked(spec: SearchSpec) -> tuple[str, Decimal]:
    if not spec.unit_code:
        return "", Decimal(1)
    return measures.dimension_of(spec.unit_code), measures.factor_of(spec.unit_code)


def _mine(spec: SearchSpec, asked: tuple[str, Decimal], dimension: str, factor: Decimal) -> Decimal | None:
    """My quantity in the product's base unit; None when there is none or it cannot be put into it."""
    if spec.quantity is None or (asked[0] and asked[0] != dimension):
        return None
    return base_quantity(spec.quantity, asked[1] if asked[0] else factor)


def _hit(
    row: tuple[Any, ...], spec: SearchSpec, asked: tuple[str, Decimal], language: str, own: OwnLadder | None
) -> Hit:
    currency, moq, dimension, factor, moq_base, tier_from, tier_prices = row[10], row[11], *row[15:20]
    mine = _mine(spec, asked, dimension, factor)
    below = mine is not None and mine < moq_base
    counted = max(mine or moq_base, moq_base)
    public_price = price_at(counted, tier_from, tier_prices)
    unit_price = price_at(counted, own.tier_from, own.tier_prices) if own else public_price
    priced = moq if mine is None or below else mine / factor
    total = line_amount(priced, unit_price, currency)
    lead_days = _lead_days_at(counted, row[12], row[24], row[25])
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
        lead_time_days=lead_days,
        incoterms_rule=row[13],
        named_place=row[14],
        image_ref=row[20],
        image_alt=row[21],
        title_language="" if row[22] == language else row[22],
        certificates=kinds_on(row[23], spec.on) if row[23] else (),
        public_price=public_price if unit_price != public_price else None,
        variants=row[26] or 1,
        hindrance=_hindrance(row, spec, priced, lead_days) if row[28] or row[29] else None,
    )


def _hindrance(row: tuple[Any, ...], spec: SearchSpec, quantity: Decimal, lead_days: int) -> Hindrance | None:
    smallest = smallest_order(moq=row[11], multiple=row[27])
    wanted = Wanted(
        quantity=max(quantity, smallest),
        smallest=smallest,
        unit_code=row[9],
        lead_days=lead_days,
        smallest_lead_days=row[12],
        variants=row[26] or 1,
        on=spec.on,
    )
    return hindrance_of(row[28], row[29], wanted)


def price_at(quantity: Decimal, tier_from: Sequence[Decimal], prices: Sequence[Decimal]) -> Decimal:
    """The unit price from the step that a quantity has reached, both in the base unit; the first one below it."""
    return prices[max(sum(least <= quantity for least in tier_from), 1) - 1]


def _lead_days_at(
    quantity: Decimal, days: int, lead_from: Sequence[Decimal], lead_days: Sequence[int]
) -> int:
    reached = sum(least <= quantity for least in lead_from)
    return lead_days[reached - 1] if reached else days
