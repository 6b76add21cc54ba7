"""Which prices of price lists apply to a buyer. One statement a page; nothing here may be cached."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from catalog.rules.prices import Tier
from catalog.rules.private_prices import NOTHING_PRIVATE, ListedPrice, PrivateTerms

_APPLYING = """
SELECT l.id, l.supplier_id, l.percent_off_bps, p.variant_id, v.product_id, v.position, p.min_quantity, p.unit_price,
    p.currency
FROM (
    SELECT price_list_id FROM catalog_pricelistbuyer WHERE company_id = %(buyer)s
    UNION
    SELECT g.price_list_id FROM catalog_buyergroupmember m
    JOIN catalog_pricelistgroup g ON g.group_id = m.group_id WHERE m.company_id = %(buyer)s
) b
JOIN catalog_pricelist l ON l.id = b.price_list_id
LEFT JOIN (catalog_privateprice p JOIN catalog_variant v ON v.id = p.variant_id)
    ON p.price_list_id = l.id AND (%(asked)s::bigint[] IS NULL OR v.product_id = ANY(%(asked)s))
WHERE l.ended_at IS NULL AND l.valid_from <= %(day)s AND (l.valid_until IS NULL OR l.valid_until >= %(day)s)
"""

_ENTRIES = """
SELECT product_id, supplier_id, tier_from, tier_prices, currency, dimension, unit_factor, moq_base
FROM catalog_searchentry
WHERE (product_id = ANY(%(named)s::bigint[]) OR supplier_id = ANY(%(suppliers)s::bigint[]))
    AND (%(asked)s::bigint[] IS NULL OR product_id = ANY(%(asked)s))
"""


class TooManyOwnPrices(Exception):
    """More offers have another price for this buyer than an answer beside the index may set apart."""


@dataclass(frozen=True, slots=True)
class OwnLadder:
    """A product's prices for one buyer, from quantities in the base unit; what an index does not know.

    `unit_factor` is how many base units the product's unit is, `moq_base` the least one can order of it.
    """

    tier_from: list[Decimal]
    tier_prices: list[Decimal]
    currency: str
    dimension: str
    unit_factor: Decimal
    moq_base: Decimal


def private_terms(
    buyer_id: int | None, day: date, *, product_ids: Iterable[int] | None = None
) -> PrivateTerms:
    """What applies to a company on a day, of these products or of all. One statement; none for nobody."""
    if buyer_id is None:
        return NOTHING_PRIVATE
    asked = None if product_ids is None else list(product_ids)
    with connection.cursor() as cursor:
        cursor.execute(_APPLYING, {"asked": asked, "buyer": buyer_id, "day": day})
        return _terms(cursor.fetchall())


def _terms(rows: Iterable[tuple[Any, ...]]) -> PrivateTerms:
    shares: dict[int, int] = {}
    prices: dict[int, list[ListedPrice]] = {}
    first: dict[int, int] = {}
    for price_list, supplier, share, variant, product, position, least, price, currency in rows:
        if share:
            shares[supplier] = max(share, shares.get(supplier, 0))
        if variant is None:
            continue
        prices.setdefault(variant, []).append(ListedPrice(price_list, currency, Tier(least, price)))
        if position == 1:
            first[product] = variant
    return PrivateTerms(shares, prices, first)


def own_ladders(
    buyer_id: int | None, day: date, *, product_ids: Iterable[int] | None = None
) -> dict[int, OwnLadder]:
    """The prices of what can be found that are another for this buyer than for everybody. Two statements at most."""
    wanted = None if product_ids is None else list(product_ids)
    return ladders_by(private_terms(buyer_id, day, product_ids=wanted), product_ids=wanted)


def ladders_by(terms: PrivateTerms, *, product_ids: Iterable[int] | None = None) -> dict[int, OwnLadder]:
    """The same by terms that were read. One statement; none where nothing applies."""
    if terms.is_empty:
        return {}
    asked = None if product_ids is None else list(product_ids)
    concerned = {"named": list(terms.first_variants), "suppliers": list(terms.shares_off), "asked": asked}
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, concerned)
        rows = cursor.fetchall()
    found: dict[int, OwnLadder] = {}
    for product_id, supplier_id, tier_from, tier_prices, currency, dimension, factor, moq in rows:
        public = tuple(map(Tier, tier_from, tier_prices))
        ladder = terms.of_product(
            public, supplier_id=supplier_id, product_id=product_id, currency=currency, factor=factor
        )
        if ladder != public:
            own = [tier.min_quantity for tier in ladder], [tier.unit_price for tier in ladder]
            found[product_id] = OwnLadder(*own, currency, dimension, factor, moq)
    return found
