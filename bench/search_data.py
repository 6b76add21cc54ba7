"""Fills a database with products for measuring search: seeded, a Zipf vocabulary, real categories and HS codes.

Rows go in by COPY and pass the same constraints as any other. Needs Django to be set up.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.text import slugify

from catalog.models import Category, Product, SearchEntry
from catalog.operations.searching import indexing
from catalog.operations.searching.search_texts import search_texts
from catalog.rules.hs import _descriptions
from catalog.words import asked_words

SUPPLIERS = 10_000
DRAWN = 100_000  # products drawn one by one; more are copies of them, made by the database
WORDS = 20_000
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
ORIGINS = [
    "IN",
    "CN",
    "VN",
    "TR",
    "TH",
    "ID",
    "BR",
    "AR",
    "MX",
    "ES",
    "IT",
    "PT",
    "FR",
    "DE",
    "PL",
    "ZA",
    "KE",
    "ET",
    "EG",
    "MA",
    "PE",
    "CL",
    "CO",
    "EC",
    "GT",
    "CR",
    "US",
    "CA",
    "AU",
    "NZ",
    "JP",
    "KR",
    "PK",
    "BD",
    "LK",
    "NP",
]
UNITS = (("KGM", 40), ("TNE", 25), ("C62", 20), ("CT", 8), ("LTR", 5), ("MTQ", 2))
CURRENCIES = (("USD", 70), ("EUR", 15), ("INR", 8), ("CNY", 7))
TERMS = (("FOB", 45), ("EXW", 15), ("CIF", 15), ("FCA", 15), ("DAP", 10))
_SYLLABLES = [
    "ba",
    "ra",
    "mi",
    "no",
    "ka",
    "lu",
    "te",
    "si",
    "po",
    "dan",
    "vel",
    "gor",
    "tin",
    "mar",
    "sol",
    "fen",
    "qua",
    "rix",
    "zu",
    "hol",
]


class Vocabulary:
    """Words by rank: those of the Harmonized System first, then made ones; drawn by Zipf's law."""

    def __init__(self, chance: random.Random) -> None:
        counts: dict[str, int] = {}
        for text in _descriptions().values():
            for word in asked_words(text):
                if word.isascii() and word.isalpha() and len(word) > 2:
                    counts[word] = counts.get(word, 0) + 1
        known = sorted(counts, key=lambda word: (-counts[word], word))
        made: dict[str, None] = {}
        while len(known) + len(made) < WORDS:
            made["".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4)))] = None
        self.words = [*known, *made][:WORDS]
        self._heaps = list(itertools.accumulate(1 / (rank + 2.7) for rank in range(len(self.words))))
        self._chance = chance

    def draw(self, count: int) -> list[str]:
        """So many words, the common ones often."""
        return self._chance.choices(self.words, cum_weights=self._heaps, k=count)


def fill(products: int, *, vectors: bool) -> Vocabulary:
    """So many live products of ten thousand suppliers. Without `vectors` only the index can find them by words."""
    chance = random.Random(20261128)
    vocabulary = Vocabulary(chance)
    drawn = min(products, DRAWN)
    suppliers = min(SUPPLIERS, products)
    copy_rows("accounts_company", _COMPANY, _companies(chance, suppliers))
    codes = [code for code in _descriptions() if len(code) == 6]
    leaves = list(Category.objects.filter(is_leaf=True).order_by("position"))
    chance.shuffle(leaves)
    for first in range(1, drawn + 1, 20_000):
        count = min(20_000, drawn - first + 1)
        drafts = [
            _product(chance, vocabulary, n, suppliers, leaves, codes) for n in range(first, first + count)
        ]
        copy_rows("catalog_product", _PRODUCT, (row for row, _tiers in drafts))
        copy_rows("catalog_variant", ("id", "product_id", "position", "sku", "name"), (
            (row[0], row[0], 1, f"SKU-{row[0]}", "") for row, _tiers in drafts
        ))  # fmt: skip
        tiers = ((row[0], least, price) for row, found in drafts for least, price in found)
        copy_rows("catalog_pricetier", ("variant_id", "min_quantity", "unit_price"), tiers)
        _index(first, count, vectors=vectors)
    for copy in range(1, -(-products // DRAWN)):
        _multiply(copy, min(DRAWN, products - copy * DRAWN), suppliers)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return vocabulary


def _multiply(copy: int, count: int, suppliers: int) -> None:
    """The drawn products once more in SQL: of other suppliers, at other prices and moments, with the same words."""
    numbers = {"shift": copy * DRAWN, "count": count, "suppliers": suppliers, "copy": copy}
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _COPIES:
            cursor.execute(statement, numbers)


_COMPANY = (
    "id", "ref", "legal_name", "country", "street", "city", "region", "postal_code", "tax_id", "sells", "buys",
    "about", "website", "phone", "state", "verified_at", "verified_until", "created_at",
)  # fmt: skip
_PRODUCT = (
    "id", "ref", "supplier_id", "category_id", "title", "slug", "description", "hs_code", "origin", "unit_code",
    "moq", "order_multiple", "currency", "incoterms_rule", "named_place", "lead_time_days", "packaging",
    "attributes", "state", "revision", "created_at", "updated_at", "published_at", "review_note",
)  # fmt: skip


_SUPPLIER = "(({old} + %(copy)s * 7919) %% %(suppliers)s + 1)"
_PRICE = "round({old} * (1 + 0.07 * %(copy)s), 4)"
_AT = "({old} + %(copy)s * interval '37 minutes')"
_COPIED_PRODUCT = {
    "id": "id + %(shift)s",
    "ref": "'prd_bench' || lpad((id + %(shift)s)::text, 7, '0')",
    "supplier_id": _SUPPLIER.format(old="supplier_id"),
    "published_at": _AT.format(old="published_at"),
}
_COPIED_ENTRY = {
    "product_id": "e.product_id + %(shift)s",
    "supplier_id": "c.id",
    "supplier_name": "c.legal_name",
    "tier_prices": f"ARRAY(SELECT {_PRICE.format(old='price')} FROM unnest(e.tier_prices) price)",
    "published_at": _AT.format(old="e.published_at"),
    "vector": "''",
}
_ENTRY = [str(field.column) for field in SearchEntry._meta.concrete_fields]
_COPIES = [
    f"""
    INSERT INTO catalog_product ({", ".join(_PRODUCT)})
    SELECT {", ".join(_COPIED_PRODUCT.get(name, name) for name in _PRODUCT)}
    FROM catalog_product WHERE id <= %(count)s
    """,
    """
    INSERT INTO catalog_variant (id, product_id, position, sku, name)
    SELECT id + %(shift)s, product_id + %(shift)s, position, 'SKU-' || (id + %(shift)s)::text, name
    FROM catalog_variant WHERE id <= %(count)s
    """,
    f"""
    INSERT INTO catalog_pricetier (variant_id, min_quantity, unit_price)
    SELECT variant_id + %(shift)s, min_quantity, {_PRICE.format(old="unit_price")}
    FROM catalog_pricetier WHERE variant_id <= %(count)s
    """,
    f"""
    INSERT INTO catalog_searchentry ({", ".join(_ENTRY)})
    SELECT {", ".join(_COPIED_ENTRY.get(name, f"e.{name}") for name in _ENTRY)}
    FROM catalog_searchentry e JOIN accounts_company c ON c.id = {_SUPPLIER.format(old="e.supplier_id")}
    WHERE e.product_id <= %(count)s
    """,
]


def _companies(chance: random.Random, count: int) -> Iterator[Sequence[Any]]:
    for n in range(1, count + 1):
        name = f"{''.join(chance.choices(_SYLLABLES, k=3)).title()} {chance.choice(('Exports', 'Trading', 'Foods'))}"
        verified = chance.random() < 0.4
        dates = (BEGIN.isoformat(), (BEGIN + timedelta(days=900)).isoformat()) if verified else (None, None)
        yield (
            n, f"com_bench{n:07d}", f"{name} {n}", chance.choice(ORIGINS), "1 Road", "Town", "", "", "", "t", "t",
            "", "", "", "verified" if verified else "unverified", *dates, BEGIN.isoformat(),
        )  # fmt: skip


def _product(
    chance: random.Random,
    vocabulary: Vocabulary,
    n: int,
    suppliers: int,
    leaves: Sequence[Category],
    codes: Sequence[str],
) -> tuple[Sequence[Any], list[tuple[str, str]]]:
    words = vocabulary.draw(chance.randint(50, 70))
    title = " ".join(words[:5]).capitalize()[:130]
    # The first categories hold most: every one further half as likely as a Zipf law says.
    category = leaves[min(int(chance.paretovariate(0.7)) - 1, len(leaves) - 1) if n % 3 else n % len(leaves)]
    at = (BEGIN + timedelta(minutes=n % 500_000, seconds=n % 60)).isoformat()
    unit, currency, terms = (_weighted(chance, some) for some in (UNITS, CURRENCIES, TERMS))
    moq = chance.choice((1, 5, 10, 50, 100, 500, 1000))
    price = round(chance.lognormvariate(3, 1.2) + 0.05, 2)
    tiers = [
        (str(moq * 5**step), f"{max(price * 0.93**step, 0.01 * (4 - step)):.4f}")
        for step in range(chance.choice((1, 2, 3, 3, 4)))
    ]
    row = (
        n, f"prd_bench{n:07d}", chance.randint(1, suppliers), category.pk, title, slugify(title)[:80] or "offer",
        f"<p>{' '.join(words[5:])}</p>", chance.choice(codes), ORIGINS[min(int(chance.paretovariate(0.6)) - 1, 35)],
        unit, moq, 1, currency, terms, "Port", chance.choice((0, 3, 7, 14, 21, 30, 45, 60, 90)), "Bag",
        json.dumps({}), "live", 1, at, at, at, "",
    )  # fmt: skip
    return row, tiers


def _weighted(chance: random.Random, some: Sequence[tuple[str, int]]) -> str:
    return chance.choices([value for value, _weight in some], weights=[weight for _value, weight in some])[0]


def copy_rows(table: str, columns: Sequence[str], rows: Iterator[Sequence[Any]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows(["\\N" if value is None else value for value in row] for row in rows)
    text.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN CSV NULL '\\N'", text)


def _index(first: int, count: int, *, vectors: bool) -> None:
    for start in range(first, first + count, 1000):
        some = list(Product.objects.filter(pk__gte=start, pk__lt=min(start + 1000, first + count)))
        with transaction.atomic():
            if vectors:
                indexing.index_products(some)
            else:
                _index_without_vectors(some)


def _index_without_vectors(products: Sequence[Product]) -> None:
    around = indexing._surroundings(products)
    row = f"({', '.join('%s' + indexing._TYPES.get(name, '') for name in indexing._COLUMNS)}, '')"
    values: list[Any] = []
    for product in products:
        values += indexing._values(product, around, search_texts(product, around.texts))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO catalog_searchentry ({', '.join(indexing._COLUMNS)}, vector)"
            f" VALUES {', '.join([row] * len(products))}",
            values,
        )
