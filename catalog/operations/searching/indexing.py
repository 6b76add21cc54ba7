"""Writes the search projection: a row per live product, in the transaction that changes the product.

The database notes each changed row in the feed that the index follows (`catalog.models.search`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q

from catalog.data.recipe import recipe
from catalog.models import PriceTier, Product, SearchChange, SearchEntry, SearchFeed
from catalog.operations.searching.search_texts import (
    VECTOR,
    TextSources,
    keep_words,
    search_texts,
    text_sources,
)
from catalog.queries.listings.stated import Stated, stated_of
from catalog.rules import measures
from catalog.rules.prices import Tier
from catalog.search.rows import base_quantity
from catalog.words import vocabulary

_AT_ONCE = 200
FEED_KEPT = timedelta(days=3)
_COLUMNS = (
    "product_id", "supplier_id", "supplier_name", "category_path", "origin", "incoterms_rule",
    "lead_time_days", "currency", "dimension", "unit_factor", "moq_base", "tier_from", "tier_prices",
    "lead_from", "lead_days", "certificates", "ships", "countries", "months", "published_at", "texts", "recipe",
)  # fmt: skip
_TYPES = {
    "tier_from": "::numeric[]", "tier_prices": "::numeric[]", "lead_from": "::numeric[]",
    "lead_days": "::integer[]", "certificates": "::varchar[]",
    "countries": "::varchar[]", "months": "::smallint[]", "texts": "::text[]",
}  # fmt: skip
_ROW = f"({', '.join('%s' + _TYPES.get(name, '') for name in _COLUMNS)}, {VECTOR})"
_UPSERT = f"""
    INSERT INTO catalog_searchentry ({", ".join(_COLUMNS)}, vector) VALUES {{rows}}
    ON CONFLICT (product_id) DO UPDATE SET
        {", ".join(f"{name} = EXCLUDED.{name}" for name in (*_COLUMNS[1:], "vector"))}
"""  # noqa: S608 -- only our own column names are put in


def index_product(product: Product) -> None:
    """Let a live product be found as it is now; let any other not be found. The caller holds its lock.

    Raises `TransactionManagementError` outside `atomic`.
    """
    index_products([product])


def index_products(products: Sequence[Product]) -> None:
    """The same for many at once, in as many statements as for one. The caller holds their locks.

    Raises `TransactionManagementError` outside `atomic`.
    """
    if not connection.in_atomic_block:
        msg = "index_products() needs transaction.atomic()"
        raise transaction.TransactionManagementError(msg)
    gone = [product.pk for product in products if not product.is_live or product.category_id is None]
    if gone:
        SearchEntry.objects.filter(product_id__in=gone).delete()
    live = [product for product in products if product.is_live and product.category_id is not None]
    for first in range(0, len(live), _AT_ONCE):
        some = live[first : first + _AT_ONCE]
        _write(some, _surroundings(some))


def refresh_search(*, at: datetime, limit: int = 500) -> int:
    """Bring rows up to date that no operation of ours could: suppliers renamed meanwhile. How many there were.

    Also forgets changes that every follower has had days to read.
    """
    _forget_changes(at - FEED_KEPT)
    old = ~Q(supplier__legal_name=F("supplier_name")) | Q(texts=[])
    stale = SearchEntry.objects.filter(old).values_list("product_id", flat=True)
    missing = Product.objects.live().filter(~Exists(SearchEntry.objects.filter(product=OuterRef("pk"))))
    ids = [*stale[:limit], *missing.values_list("pk", flat=True)[:limit]]
    for first in range(0, len(ids), _AT_ONCE):
        with transaction.atomic():
            some = Product.objects.filter(pk__in=ids[first : first + _AT_ONCE])
            index_products(list(some.lock()))
    return len(ids)


@transaction.atomic
def _forget_changes(before: datetime) -> None:
    """Drop old rows of the feed, and say from which transaction on it is whole."""
    old = SearchChange.objects.filter(noted_at__lt=before)
    newest = old.order_by("-transaction_id").values_list("transaction_id", flat=True).first()
    if newest is None:
        return
    SearchFeed.objects.update_or_create(pk=1, defaults={"kept_from": newest + 1})
    SearchChange.objects.filter(transaction_id__lte=newest).delete()


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What the rows of some products need beside the products."""

    texts: TextSources
    tiers: Mapping[int, list[Tier]]
    stated: Mapping[int, Stated]


def _surroundings(products: Sequence[Product]) -> _Surroundings:
    ids = [product.pk for product in products]
    tiers: dict[int, list[Tier]] = {product_id: [] for product_id in ids}
    rows = PriceTier.objects.filter(variant__product_id__in=ids, variant__position=1).order_by("min_quantity")
    for product_id, least, price in rows.values_list("variant__product_id", "min_quantity", "unit_price"):
        tiers[product_id].append(Tier(least, price))
    return _Surroundings(text_sources(products), tiers, stated_of(ids))


def _write(products: Sequence[Product], around: _Surroundings) -> None:
    values: list[Any] = []
    words: set[str] = set()
    for product in products:
        texts = search_texts(product, around.texts)
        values += [*_values(product, around, texts), *texts]
        words |= vocabulary(" ".join(texts[:3]))
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT.format(rows=", ".join([_ROW] * len(products))), values)
    keep_words(words)


def _values(product: Product, around: _Surroundings, texts: Sequence[str]) -> list[Any]:
    factor = measures.factor_of(product.unit_code)
    tiers, stated = around.tiers[product.pk], around.stated[product.pk]
    moq = product.moq or tiers[0].min_quantity
    return [
        product.pk,
        product.supplier_id,
        around.texts.suppliers[product.supplier_id],
        around.texts.category_of(product).path,
        product.origin,
        product.incoterms_rule,
        product.lead_time_days,
        product.currency,
        measures.dimension_of(product.unit_code),
        factor,
        base_quantity(moq, factor),
        [base_quantity(tier.min_quantity, factor) for tier in tiers],
        [tier.unit_price for tier in tiers],
        [base_quantity(step.from_quantity, factor) for step in stated.lead_steps],
        [step.days for step in stated.lead_steps],
        list(stated.certificates),
        stated.ships,
        list(stated.countries),
        list(stated.months),
        product.published_at,
        list(texts),
        recipe(),
    ]
