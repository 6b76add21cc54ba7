"""Finds what may be like a listing: pictures and texts of other suppliers by the bands of their sketches, prices.

Each question goes through an index and is limited; `catalog.rules.likeness` judges what comes back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import QuerySet

from catalog.models import PriceTier, Product, SearchEntry
from catalog.rules import measures
from catalog.rules.likeness import (
    FEWEST_PRICES,
    PICTURE_THRESHOLD,
    PictureSketches,
    Sketch,
    mirrored_tones,
    picture_probes,
)
from catalog.search.prices import comparable_price, is_rated

# So many candidates are judged at most; a band that more listings share says nothing.
_MOST_PICTURES: Final = 20
_MOST_WITH_PARTS: Final = 100
_MOST_TEXTS: Final = 30
_MOST_PRICES: Final = 400
_HS_DIGITS: Final = 6


# The bands are asked through their index and first (hence MATERIALIZED), the distance is counted where the rows are:
# what comes back is nearly all alike.
_ALIKE: Final = """
WITH near AS MATERIALIZED (
    SELECT kept.*, (
        SELECT min(bit_count(('x' || theirs)::bit(128) # ('x' || ours)::bit(128)))
        FROM unnest(kept.cut_bits || kept.bits::varchar) AS theirs, unnest(%(ours)s::text[]) AS ours
    ) AS away
    FROM catalog_picturesketch AS kept
    WHERE kept.bands && %(probes)s::integer[] AND kept.supplier_id <> %(supplier)s
)
SELECT near.image_id, image.product_id, file.ref, bits, tones, mirrored, cut_bits, cut_tones
FROM near
JOIN catalog_productimage AS image ON image.id = near.image_id
JOIN catalog_product AS product ON product.id = image.product_id
JOIN files_storedfile AS file ON file.id = image.file_id
WHERE away <= %(within)s AND product.state <> 'draft'
ORDER BY away, near.image_id LIMIT %(limit)s
"""
# Those with most bands in common come first: of pictures that share a part by chance nearly all share one only.
_WITH_PARTS: Final = """
WITH near AS MATERIALIZED (
    SELECT kept.*, (SELECT count(*) FROM unnest(kept.part_bands) AS band WHERE band = ANY(%(probes)s::integer[])) AS common
    FROM catalog_picturesketch AS kept
    WHERE kept.part_bands && %(probes)s::integer[] AND kept.supplier_id <> %(supplier)s
)
SELECT near.image_id, image.product_id, file.ref, parts, bits, tones, mirrored, cut_bits, cut_tones
FROM near
JOIN catalog_productimage AS image ON image.id = near.image_id
JOIN catalog_product AS product ON product.id = image.product_id
JOIN files_storedfile AS file ON file.id = image.file_id
WHERE product.state <> 'draft'
ORDER BY common DESC, near.image_id LIMIT %(limit)s
"""
_WORDS: Final = """
WITH near AS MATERIALIZED (
    SELECT product_id FROM catalog_textsketch WHERE bands && %(bands)s::bigint[] AND supplier_id <> %(supplier)s
)
SELECT product.id, product.description FROM near JOIN catalog_product AS product ON product.id = near.product_id
WHERE product.state <> 'draft' ORDER BY product.id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class PictureFound:
    """A picture of another supplier's listing."""

    image_id: int
    product_id: int
    file_ref: str
    sketches: PictureSketches
    parts: tuple[str, ...] = ()


def pictures_alike(own: PictureSketches, supplier_id: int) -> list[PictureFound]:
    """Pictures of others within the threshold of this one or of its mirror, the nearest first."""
    ours = [sketch.bits for sketch, _mirrored, _trimmed in own.asked]
    probes = sorted({probe for bits in ours for probe in picture_probes(bits)})
    if not probes:
        return []
    asked: dict[str, str | int | list[str] | list[int]] = {
        "ours": ours,
        "probes": probes,
        "supplier": supplier_id,
        "within": PICTURE_THRESHOLD,
        "limit": _MOST_PICTURES,
    }
    return [
        PictureFound(image_id, product_id, ref, sketches_of(*kept))
        for image_id, product_id, ref, *kept in _by_index(_ALIKE, asked)
    ]


def pictures_with_parts(bands: list[int], supplier_id: int) -> list[PictureFound]:
    """Pictures of others that have one of these bands of a part, those with most of them first."""
    if not bands:
        return []
    asked: dict[str, str | int | list[str] | list[int]] = {
        "probes": bands,
        "supplier": supplier_id,
        "limit": _MOST_WITH_PARTS,
    }
    return [
        PictureFound(image_id, product_id, ref, sketches_of(*kept), tuple(parts))
        for image_id, product_id, ref, parts, *kept in _by_index(_WITH_PARTS, asked)
    ]


def sketches_of(
    bits: str, tones: str, mirrored: str, cut_bits: list[str], cut_tones: list[str]
) -> PictureSketches:
    """What is stored of a picture, as the rules read it."""
    return PictureSketches(
        whole=Sketch(bits, tones),
        mirrored=Sketch(mirrored or bits, mirrored_tones(tones)),
        cut=tuple(Sketch(*one) for one in zip(cut_bits, cut_tones, strict=True)),
    )


def listings_with_words(bands: list[int], supplier_id: int) -> list[tuple[int, str]]:
    """Listings of others whose description shares a band: (id, description)."""
    if not bands:
        return []
    return _by_index(_WORDS, {"bands": bands, "supplier": supplier_id, "limit": _MOST_TEXTS})


@transaction.atomic
def _by_index(statement: str, asked: dict[str, str | int | list[str] | list[int]]) -> list[Any]:
    """The rows of a question about bands, never by reading every sketch.

    PostgreSQL guesses that a fifth of all rows share one of 270 bands and would compare them all: 2 s for 20,000
    pictures instead of 10 ms (`bench.bench_flags`).
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(statement, asked)
        rows: list[Any] = cursor.fetchall()
        cursor.execute("SET LOCAL enable_seqscan = on")
    return rows


@dataclass(frozen=True, slots=True)
class PricesBeside:
    """A listing's first price in euro per base unit, and those of others: of its HS subheading or of its category."""

    own: float
    others: tuple[float, ...]
    of_category: bool


def comparable_prices(product: Product) -> PricesBeside | None:
    """A listing's price and those of others' live listings of its HS subheading; where these are too few to judge by,
    of its category.

    Only what is measured alike (mass with mass) and in a currency with a rate is compared. Two statements, or three.
    """
    tier = PriceTier.objects.filter(variant__product=product, variant__position=1).order_by("min_quantity")
    price = tier.values_list("unit_price", flat=True).first()
    if price is None or not is_rated(product.currency):
        return None
    own = comparable_price(price, product.currency, measures.factor_of(product.unit_code))
    alike = SearchEntry.objects.filter(dimension=measures.dimension_of(product.unit_code)).exclude(
        supplier_id=product.supplier_id
    )
    others = _first_prices(alike.filter(product__hs_code__startswith=product.hs_code[:_HS_DIGITS]))
    if len(others) >= FEWEST_PRICES or product.category is None:
        return PricesBeside(own, others, of_category=False)
    return PricesBeside(
        own, _first_prices(alike.filter(product__category=product.category)), of_category=True
    )


def _first_prices(rows: QuerySet[SearchEntry]) -> tuple[float, ...]:
    found = rows.order_by("-product_id").values_list("tier_prices__0", "currency", "unit_factor")
    return tuple(
        comparable_price(first, currency, factor)
        for first, currency, factor in found[:_MOST_PRICES]
        if first is not None and is_rated(currency)
    )
