"""What offers cost one buyer, beside the index: looked up for each question, kept nowhere.

The index knows public prices only. The few offers that have another one for whoever asks are set apart: left out
where the index compares prices, and compared here on the index's own scale (`docs/adr/0038-…`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from tantivy import Query

from catalog.rules import measures
from catalog.rules.private_prices import PrivateTerms
from catalog.search.own_prices import OwnLadder, TooManyOwnPrices, ladders_by, private_terms
from catalog.search.prices import comparable_price, is_rated
from catalog.search.rows import base_quantity, price_at
from catalog.search.spec import SearchSpec
from catalog.search.tantivy_index.clauses import both, either
from catalog.search.tantivy_index.conditions import Conditions

# Offers of one answer that are set apart, and offers named by price lists at all: measured, see ADR 0038.
MOST_APART: Final = 1_000
MOST_NAMED: Final = 5_000


def own_values(conditions: Conditions, spec: SearchSpec) -> Mapping[int, float]:
    """The comparable price at the quantity asked of each offer that the words find and that has another for the buyer.

    Two statements; one where nothing applies, none for nobody. Raises `TooManyOwnPrices`.
    """
    if spec.buyer_id is None or not spec.asks_prices:
        return {}
    terms = private_terms(spec.buyer_id, spec.on)
    if terms.is_empty:
        return {}
    if len(terms.first_variants) > MOST_NAMED:
        raise TooManyOwnPrices
    found = conditions.ids_of(both(conditions.base, _concerned(conditions, terms)), MOST_APART + 1)
    if len(found) > MOST_APART:
        raise TooManyOwnPrices
    return dict(compared(ladders_by(terms, product_ids=found), spec))


def compared(ladders: Mapping[int, OwnLadder], spec: SearchSpec) -> Iterable[tuple[int, float]]:
    """Those whose price can be compared in the currency and unit asked for, each with it."""
    dimension = measures.dimension_of(spec.unit_code) if spec.unit_code else ""
    for product_id, own in ladders.items():
        if dimension and own.dimension != dimension:
            continue
        if own.currency != spec.currency and not (is_rated(own.currency) and is_rated(spec.currency)):
            continue
        counted = own.moq_base
        if spec.quantity is not None:
            factor = measures.factor_of(spec.unit_code) if dimension else own.unit_factor
            counted = max(counted, base_quantity(spec.quantity, factor))
        price = price_at(counted, own.tier_from, own.tier_prices)
        yield (
            product_id,
            comparable_price(price, own.currency, own.unit_factor)
            if dimension
            else comparable_price(price, own.currency),
        )


def _concerned(conditions: Conditions, terms: PrivateTerms) -> Query:
    named = [conditions.term("id", product_id) for product_id in terms.first_variants]
    return either([*named, *(conditions.term("supplier", one) for one in terms.shares_off)])
