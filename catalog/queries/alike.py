"""Finds what may be like a listing: pictures and texts of other suppliers by the bands of their sketches, prices.

Each question goes through an index and is limited; `catalog.likeness` judges what comes back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from catalog import measures
from catalog.likeness import Sketch, picture_probes
from catalog.models import PictureSketch, PriceTier, Product, SearchEntry, TextSketch
from catalog.search.prices import comparable_price, is_rated

# So many candidates are judged at most; a band that more listings share says nothing.
_MOST_PICTURES: Final = 2000
_MOST_TEXTS: Final = 30
_MOST_PRICES: Final = 400
_HS_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class PictureFound:
    """A picture of another supplier's listing."""

    image_id: int
    product_id: int
    file_ref: str
    sketch: Sketch


def pictures_alike(bits: str, supplier_id: int) -> list[PictureFound]:
    """Pictures of others that share a band but for one bit: every one within the threshold is among them."""
    probes = picture_probes(bits)
    if not probes:
        return []
    rows = (
        PictureSketch.objects.filter(bands__overlap=probes)
        .exclude(supplier_id=supplier_id)
        .exclude(image__product__state="draft")
        .values_list("image_id", "image__product_id", "image__file__ref", "bits", "tones")
    )
    return [
        PictureFound(image_id, product_id, ref, Sketch(found, tones))
        for image_id, product_id, ref, found, tones in rows[:_MOST_PICTURES]
    ]


def listings_with_words(bands: list[int], supplier_id: int) -> list[tuple[int, str]]:
    """Listings of others whose description shares a band: (id, description)."""
    if not bands:
        return []
    rows = (
        TextSketch.objects.filter(bands__overlap=bands)
        .exclude(supplier_id=supplier_id)
        .exclude(product__state="draft")
        .order_by("product_id")
    )
    return list(rows.values_list("product_id", "product__description")[:_MOST_TEXTS])


def comparable_prices(product: Product) -> tuple[float | None, list[float]]:
    """A listing's first price in euro per base unit, and those of others' live listings of its HS subheading.

    Only what is measured alike (mass with mass) and in a currency with a rate is compared. Two statements.
    """
    tier = PriceTier.objects.filter(variant__product=product, variant__position=1).order_by("min_quantity")
    price = tier.values_list("unit_price", flat=True).first()
    if price is None or not is_rated(product.currency):
        return None, []
    own = comparable_price(price, product.currency, measures.factor_of(product.unit_code))
    rows = (
        SearchEntry.objects.filter(
            product__hs_code__startswith=product.hs_code[:_HS_DIGITS],
            dimension=measures.dimension_of(product.unit_code),
        )
        .exclude(supplier_id=product.supplier_id)
        .order_by("-product_id")
        .values_list("tier_prices__0", "currency", "unit_factor")
    )
    return own, [
        comparable_price(first, currency, factor)
        for first, currency, factor in rows[:_MOST_PRICES]
        if first is not None and is_rated(currency)
    ]
