"""A listing's facts as stored, in the shape in which they are edited and checked."""

from __future__ import annotations

from catalog.listing import ListingFacts
from catalog.models import PriceTier, Product
from catalog.rules import Tier


def tiers_of(product: Product) -> tuple[Tier, ...]:
    """The price tiers of the product's first variant, in order."""
    rows = PriceTier.objects.filter(variant__product=product, variant__position=1).order_by("min_quantity")
    return tuple(Tier(row.min_quantity, row.unit_price) for row in rows)


def facts_of(product: Product) -> ListingFacts:
    """What the listing states now."""
    variant = product.variants.order_by("position").first()
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
        packaging=product.packaging,
        units_per_package=product.units_per_package,
        net_weight_kg=product.net_weight_kg,
        gross_weight_kg=product.gross_weight_kg,
        attributes=dict(product.attributes),
        sku=variant.sku if variant else "",
        tiers=tiers_of(product),
    )
