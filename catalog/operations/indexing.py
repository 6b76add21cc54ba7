"""Writes the search projection: a row per live product, in the transaction that changes the product.

The database notes each changed row in the feed that the index follows (`catalog.models.search`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from babel import Locale
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q

from catalog.data import LANGUAGES
from catalog.data.everyday import also_called
from catalog.data.recipe import recipe
from catalog.models import (
    AttributeDefinition,
    Category,
    PriceTier,
    Product,
    SearchChange,
    SearchEntry,
    SearchFeed,
    Translation,
    Variant,
)
from catalog.queries.stated import Stated, stated_of
from catalog.rules import hs, measures, richtext
from catalog.rules.prices import Tier
from catalog.search.rows import base_quantity
from catalog.words import indexed_words, joined_codes, vocabulary
from marketplace.accounts.models import Company

_DESCRIPTION_LENGTH = 6000
_AT_ONCE = 200
FEED_KEPT = timedelta(days=3)
_COLUMNS = (
    "product_id", "supplier_id", "supplier_name", "category_path", "origin", "incoterms_rule",
    "lead_time_days", "currency", "dimension", "unit_factor", "moq_base", "tier_from", "tier_prices",
    "lead_from", "lead_days", "certificates", "ships", "countries", "months", "published_at", "texts", "recipe",
)  # fmt: skip
# Title and description with the stems of four languages; names, codes and facts as they are, since a question
# also finds what begins with its words. Only what decides the order keeps positions and weights: a small
# vector stays in its row, and ranking ten thousand of them stays quick.
_VECTOR = """
    setweight(catalog_vector(%s), 'A')
    || setweight(to_tsvector('pg_catalog.simple', catalog_unaccent(%s)), 'B')
    || strip(to_tsvector('pg_catalog.simple', catalog_unaccent(%s)))
    || strip(catalog_vector(%s))
"""
_TYPES = {
    "tier_from": "::numeric[]", "tier_prices": "::numeric[]", "lead_from": "::numeric[]",
    "lead_days": "::integer[]", "certificates": "::varchar[]",
    "countries": "::varchar[]", "months": "::smallint[]", "texts": "::text[]",
}  # fmt: skip
_ROW = f"({', '.join('%s' + _TYPES.get(name, '') for name in _COLUMNS)}, {_VECTOR})"
_UPSERT = f"""
    INSERT INTO catalog_searchentry ({", ".join(_COLUMNS)}, vector) VALUES {{rows}}
    ON CONFLICT (product_id) DO UPDATE SET
        {", ".join(f"{name} = EXCLUDED.{name}" for name in (*_COLUMNS[1:], "vector"))}
"""  # noqa: S608 -- only our own column names are put in
_WORDS = """
    INSERT INTO catalog_searchword (word)
    SELECT DISTINCT catalog_unaccent(word) AS word FROM unnest(%s::text[]) AS word ORDER BY word
    ON CONFLICT DO NOTHING
"""


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


def write_texts_anew(*, after: int = 0, limit: int = _AT_ONCE) -> int:
    """Make the next texts that were made with other words than today's anew, by rising id; the last of them, 0 for none.

    Each call commits by itself and every row says with which words it was made: killed at any moment, whoever comes
    next goes on. Products that are edited meanwhile wait for one such piece, and no longer.
    """
    old = SearchEntry.objects.filter(product_id__gt=after).exclude(recipe=recipe())
    ids = list(old.order_by("product_id").values_list("product_id", flat=True)[:limit])
    if not ids:
        return 0
    with transaction.atomic():
        index_products(list(Product.objects.filter(pk__in=ids).order_by("pk").lock()))
    return ids[-1]


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
    """What the texts of some products need beside the products."""

    suppliers: Mapping[int, str]
    categories: Mapping[int, Category]
    names: Mapping[str, Mapping[str, str]]
    attributes: Mapping[str, AttributeDefinition]
    variants: Mapping[int, list[tuple[str, str]]]  # article number and name of each on offer
    tiers: Mapping[int, list[Tier]]
    stated: Mapping[int, Stated]
    translations: Mapping[int, list[dict[str, str]]]


def _surroundings(products: Sequence[Product]) -> _Surroundings:
    ids = [product.pk for product in products]
    categories = Category.objects.in_bulk({p.category_id for p in products if p.category_id is not None})
    codes = {code for category in categories.values() for code in category.path.strip("/").split("/")}
    used = {code for product in products for code in product.attributes}
    tiers: dict[int, list[Tier]] = {product_id: [] for product_id in ids}
    rows = PriceTier.objects.filter(variant__product_id__in=ids, variant__position=1).order_by("min_quantity")
    for product_id, least, price in rows.values_list("variant__product_id", "min_quantity", "unit_price"):
        tiers[product_id].append(Tier(least, price))
    translations: dict[int, list[dict[str, str]]] = {}
    translated = Translation.objects.filter(product_id__in=ids).order_by("product_id", "language")
    for product_id, words in translated.values_list("product_id", "texts"):
        translations.setdefault(product_id, []).append(words)
    variants: dict[int, list[tuple[str, str]]] = {}
    offered = Variant.objects.filter(product_id__in=ids, position__isnull=False)
    for product_id, sku, name in offered.order_by("product_id", "position").values_list(
        "product_id", "sku", "name"
    ):
        variants.setdefault(product_id, []).append((sku, name))
    return _Surroundings(
        suppliers=dict(
            Company.objects.filter(pk__in={p.supplier_id for p in products}).values_list("pk", "legal_name")
        ),
        categories=categories,
        names=dict(Category.objects.filter(code__in=codes).values_list("code", "names")),
        attributes={row.code: row for row in AttributeDefinition.objects.filter(code__in=used)}
        if used
        else {},
        variants=variants,
        tiers=tiers,
        stated=stated_of(ids),
        translations=translations,
    )


def _write(products: Sequence[Product], around: _Surroundings) -> None:
    values: list[Any] = []
    words: set[str] = set()
    for product in products:
        texts = [indexed_words(text) for text in _texts(product, around)]
        values += [*_values(product, around, texts), *texts]
        words |= vocabulary(" ".join(texts[:3]))
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT.format(rows=", ".join([_ROW] * len(products))), values)
        # In order, so that two suppliers publishing at once wait for each other and never in a circle.
        cursor.execute(_WORDS, [sorted(words)])


def _values(product: Product, around: _Surroundings, texts: list[str]) -> list[Any]:
    factor = measures.factor_of(product.unit_code)
    tiers, stated = around.tiers[product.pk], around.stated[product.pk]
    moq = product.moq or tiers[0].min_quantity
    return [
        product.pk,
        product.supplier_id,
        around.suppliers[product.supplier_id],
        _category(product, around).path,
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
        texts,
        recipe(),
    ]


def _category(product: Product, around: _Surroundings) -> Category:
    # INVARIANT: a live product has a category (enforced by product_is_complete_once_submitted)
    return around.categories[product.category_id or 0]


def _texts(product: Product, around: _Surroundings) -> tuple[str, str, str, str]:
    """What weighs most first: title; category, code and supplier; facts and what is above; description."""
    *trail, own = _category(product, around).path.strip("/").split("/")
    above = " ".join(name for code in trail for name in around.names[code].values())
    variants = around.variants.get(product.pk, [])
    sku = " ".join(sku for sku, _name in variants)
    codes = f"{product.hs_code} {product.hs_code[:6]} {product.hs_code[:4]} {sku} {product.ref}"
    names = f"{' '.join(around.names[own].values())} {codes} {around.suppliers[product.supplier_id]}"
    kinds = " ".join(name for _sku, name in variants)
    joined = " ".join([*joined_codes(product.title), *joined_codes(sku), *joined_codes(kinds)])
    facts = (
        f"{_attribute_words(product, around)} {_country_words(product.origin)} {product.named_place}"
        f" {product.packaging} {above} {_nomenclature(product.hs_code)} {kinds} {joined}"
    )
    description = richtext.plain_text(product.description)[:_DESCRIPTION_LENGTH]
    translations = around.translations.get(product.pk, [])
    titles = " ".join(texts.get("title", "") for texts in translations)
    said = " ".join([description, *map(_translated_words, translations)])
    facts += " " + also_called(indexed_words(f"{product.title} {names} {facts}"))
    return product.title, f"{names} {titles}".rstrip(), facts.rstrip(), said


def _translated_words(texts: Mapping[str, str]) -> str:
    """Everything one translation says, but of the pictures; the title again, for here words count with their stems."""
    said = " ".join(text for field, text in sorted(texts.items()) if not field.startswith("alt."))
    return richtext.plain_text(said)[:_DESCRIPTION_LENGTH]


def _nomenclature(hs_code: str) -> str:
    """What the Harmonized System says of the goods: the heading's and the subheading's text."""
    return f"{hs.description(hs_code[:4])} {hs.description(hs_code[:6])}"


def _attribute_words(product: Product, around: _Surroundings) -> str:
    words: list[str] = []
    for code, value in product.attributes.items():
        definition = around.attributes.get(code)
        if definition is None:
            continue
        labels = next((choice["names"] for choice in definition.choices if choice["code"] == value), None)
        # A yes is worth finding by its name (“organic”), a no is not.
        if value == "true":
            labels = definition.names
        words += [] if value in {"true", "false"} else [value]
        words += labels.values() if labels else []
    return " ".join(words)


@cache
def _country_words(code: str) -> str:
    return " ".join(str(Locale(language).territories.get(code, "")) for language in LANGUAGES)
