"""A listing's facts as stored, in the shape in which they are edited and checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from catalog.listing import ListingFacts
from catalog.models import Offering, PriceTier, Product, ProductImage, Variant
from catalog.offering import NOTHING_OFFERED, OfferingFacts
from catalog.queries.offering import facts_of_row
from catalog.rules import Tier


@dataclass(frozen=True, slots=True)
class StoredListing:
    """A listing with what belongs to it; `pictures` are the references of its files, in order."""

    product: Product
    variant: Variant | None
    facts: ListingFacts
    pictures: tuple[str, ...]
    fingerprints: frozenset[str]
    offering: OfferingFacts = NOTHING_OFFERED
    several: bool = False  # variants on offer


def tiers_of(product: Product) -> tuple[Tier, ...]:
    """The price tiers of the product's first variant, in order."""
    rows = PriceTier.objects.filter(variant__product=product, variant__position=1).order_by("min_quantity")
    return tuple(Tier(row.min_quantity, row.unit_price) for row in rows)


def facts_of(product: Product) -> ListingFacts:
    """What the listing states now."""
    variant = product.variants.filter(position=1).first()
    return _facts(product, variant.sku if variant else "", tiers_of(product))


def stored_listings(products: Iterable[Product]) -> dict[int, StoredListing]:
    """Many listings by key, in five statements; the products come with their categories."""
    found = {product.pk: product for product in products}
    variants: dict[int, Variant] = {}
    several: set[int] = set()
    for variant in Variant.objects.filter(product__in=found, position__lte=2):
        if variant.position == 1:
            variants[variant.product_id] = variant
        else:
            several.add(variant.product_id)
    tiers: dict[int, list[Tier]] = {}
    first = PriceTier.objects.filter(variant__product__in=found, variant__position=1).order_by("min_quantity")
    for owner, quantity, price in first.values_list("variant__product_id", "min_quantity", "unit_price"):
        tiers.setdefault(owner, []).append(Tier(quantity, price))
    pictures: dict[int, list[tuple[str, str | None]]] = {}
    images = ProductImage.objects.filter(product__in=found).order_by("position")
    for owner, ref, mark in images.values_list("product_id", "file__ref", "imported_from__fingerprint"):
        pictures.setdefault(owner, []).append((ref, mark))
    offerings = Offering.objects.filter(product__in=found).in_bulk()
    return {
        pk: StoredListing(
            product=product,
            variant=variants.get(pk),
            facts=_facts(product, variants[pk].sku if pk in variants else "", tuple(tiers.get(pk, ()))),
            pictures=tuple(ref for ref, _mark in pictures.get(pk, ())),
            fingerprints=frozenset(mark for _ref, mark in pictures.get(pk, ()) if mark),
            offering=facts_of_row(offerings.get(pk)),
            several=pk in several,
        )
        for pk, product in found.items()
    }


def _facts(product: Product, sku: str, tiers: tuple[Tier, ...]) -> ListingFacts:
    return ListingFacts(
        title=product.title,
        category_code=product.category.code if product.category else "",
        description=product.description,
        hs_code=product.hs_code,
        origin=product.origin,
        unit_code=product.unit_code,
        moq=product.moq,
        order_multiple=product.order_multiple,
        currency=product.currency,
        incoterms_rule=product.incoterms_rule,
        named_place=product.named_place,
        lead_time_days=product.lead_time_days,
        quantity_tolerance_bps=product.quantity_tolerance_bps,
        packaging=product.packaging,
        units_per_package=product.units_per_package,
        net_weight_kg=product.net_weight_kg,
        gross_weight_kg=product.gross_weight_kg,
        attributes=dict(product.attributes),
        sku=sku,
        tiers=tiers,
    )
