"""Writes the search projection: a row per live product, in the transaction that changes the product."""

from __future__ import annotations

from datetime import datetime

from babel import Locale
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef

from catalog import measures, richtext
from catalog.data import LANGUAGES
from catalog.models import AttributeDefinition, Category, Product, SearchEntry
from catalog.queries.listings import tiers_of
from catalog.rules import Tier
from catalog.words import indexed_words, vocabulary

_DESCRIPTION_LENGTH = 6000
# Title and description with the stems of four languages; names, codes and facts as they are, since a question
# also finds what begins with its words. Only what decides the order keeps positions and weights: a small
# vector stays in its row, and ranking ten thousand of them stays quick.
_VECTOR = """
    UPDATE catalog_searchentry SET vector =
        setweight(catalog_vector(%s), 'A')
        || setweight(to_tsvector('pg_catalog.simple', catalog_unaccent(%s)), 'B')
        || strip(to_tsvector('pg_catalog.simple', catalog_unaccent(%s)))
        || strip(catalog_vector(%s))
    WHERE product_id = %s
"""
_WORDS = """
    INSERT INTO catalog_searchword (word)
    SELECT DISTINCT catalog_unaccent(word) AS word FROM unnest(%s::text[]) AS word ORDER BY word
    ON CONFLICT DO NOTHING
"""


def index_product(product: Product) -> None:
    """Let a live product be found as it is now; let any other not be found. The caller holds its lock.

    Raises `TransactionManagementError` outside `atomic`.
    """
    if not connection.in_atomic_block:
        msg = "index_product() needs transaction.atomic()"
        raise transaction.TransactionManagementError(msg)
    category = product.category
    if not product.is_live or category is None:
        SearchEntry.objects.filter(product=product).delete()
        return
    tiers = tiers_of(product)
    supplier_name = product.supplier.legal_name
    SearchEntry.objects.update_or_create(
        product=product, defaults={**_columns(product, category, tiers), "supplier_name": supplier_name}
    )
    texts = _texts(product, category, supplier_name)
    with connection.cursor() as cursor:
        cursor.execute(_VECTOR, [*(indexed_words(text) for text in texts), product.pk])
        # In order, so that two suppliers publishing at once wait for each other and never in a circle.
        cursor.execute(_WORDS, [sorted(set().union(*(vocabulary(text) for text in texts[:3])))])


def refresh_search(*, at: datetime, limit: int = 500) -> int:
    """Bring rows up to date that no operation of ours could: suppliers renamed meanwhile. How many there were."""
    del at  # a task's operation is given the moment, though nothing here depends on it
    stale = SearchEntry.objects.exclude(supplier__legal_name=F("supplier_name")).values("product_id")
    missing = Product.objects.live().filter(~Exists(SearchEntry.objects.filter(product=OuterRef("pk"))))
    ids = [*stale.values_list("product_id", flat=True)[:limit], *missing.values_list("pk", flat=True)[:limit]]
    for product_id in ids:
        with transaction.atomic():
            product = Product.objects.filter(pk=product_id).lock().get()
            index_product(product)
    return len(ids)


def _columns(product: Product, category: Category, tiers: tuple[Tier, ...]) -> dict[str, object]:
    factor = measures.factor_of(product.unit_code)
    moq = product.moq or tiers[0].min_quantity
    return {
        "supplier_id": product.supplier_id,
        "category_path": category.path,
        "origin": product.origin,
        "incoterms_rule": product.incoterms_rule,
        "lead_time_days": product.lead_time_days,
        "currency": product.currency,
        "dimension": measures.dimension_of(product.unit_code),
        "unit_factor": factor,
        "moq_base": moq * factor,
        "tier_from": [tier.min_quantity * factor for tier in tiers],
        "tier_prices": [tier.unit_price for tier in tiers],
        "published_at": product.published_at,
        "vector": "",
    }


def _texts(product: Product, category: Category, supplier_name: str) -> tuple[str, str, str, str]:
    """What weighs most first: title; category, code and supplier; facts and what is above; description."""
    trail = list(Category.objects.filter(code__in=category.path.strip("/").split("/")).order_by("level"))
    names = " ".join(category.names.values())
    above = " ".join(name for node in trail[:-1] for name in node.names.values())
    sku = product.variants.values_list("sku", flat=True).first() or ""
    codes = f"{product.hs_code} {product.hs_code[:6]} {product.hs_code[:4]} {sku} {product.ref}"
    facts = f"{_attribute_words(product)} {_country_words(product.origin)} {product.named_place} {product.packaging}"
    description = richtext.plain_text(product.description)[:_DESCRIPTION_LENGTH]
    return product.title, f"{names} {codes} {supplier_name}", f"{facts} {above}", description


def _attribute_words(product: Product) -> str:
    words: list[str] = []
    for definition in AttributeDefinition.objects.filter(code__in=product.attributes):
        value = product.attributes[definition.code]
        labels = next((choice["names"] for choice in definition.choices if choice["code"] == value), None)
        # A yes is worth finding by its name (“organic”), a no is not.
        if value == "true":
            labels = definition.names
        words += [] if value in {"true", "false"} else [value]
        words += labels.values() if labels else []
    return " ".join(words)


def _country_words(code: str) -> str:
    return " ".join(str(Locale(language).territories.get(code, "")) for language in LANGUAGES)
