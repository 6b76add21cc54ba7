"""Listings with several variants, reached through operations only."""

from __future__ import annotations

from datetime import datetime

from catalog.models import Product
from catalog.operations import set_variants
from catalog.queries.listings.variants import offered_variants
from catalog.rules.variants import VariantFacts
from marketplace.core.ids import new_key
from tests.factories import AT
from tests.factories.accounts import owner_of
from tests.factories.catalog import a_live_product, tiers

BAG, BOX = "PP bag of 25 kg", "Box of 20 x 1 kg"
BAG_PRICES = tiers((5, "1180"), (25, "1125"), (100, "1068"))
BOX_PRICES = tiers((5, "1240"), (50, "1190"))


def offer_variants(product: Product, *variants: VariantFacts, at: datetime = AT) -> Product:
    """The listing offers exactly these from now on."""
    return set_variants(
        product_ref=product.ref,
        variants=list(variants),
        actor=owner_of(product.supplier),
        key=new_key(),
        at=at,
    )


def rice_in_two_packings(product: Product | None = None) -> Product:
    """Live rice: variant 1 in bags (`BAG_PRICES`), variant 2 in boxes (`BOX_PRICES`)."""
    product = product or a_live_product()
    sku = product.variants.get(position=1).sku
    return offer_variants(
        product,
        VariantFacts(name=BAG, sku=sku, tiers=BAG_PRICES, number=1),
        VariantFacts(name=BOX, sku=f"{sku}-BOX", tiers=BOX_PRICES),
    )


def withdraw_variant(product: Product, number: int) -> Product:
    """The listing offers all of its variants but this one."""
    left = [one.facts for one in offered_variants(product) if one.number != number]
    return offer_variants(product, *left)
