"""A listing's variants as stored: those on offer in their order, then the withdrawn ones. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from catalog.models import PriceTier, Product, Variant
from catalog.rules.packing import AS_LISTED, Packing, packing_of
from catalog.rules.prices import Tier
from catalog.rules.variants import VariantFacts


@dataclass(frozen=True, slots=True)
class StoredVariant:
    """One variant; `position` is None when it was withdrawn."""

    id: int
    number: int
    position: int | None
    name: str
    sku: str
    tiers: tuple[Tier, ...]
    withdrawn_at: datetime | None
    packing: Packing = AS_LISTED

    @property
    def facts(self) -> VariantFacts:
        """What was stated of it."""
        return VariantFacts(self.name, self.sku, self.tiers, self.number, self.packing)


def variants_of(product: Product) -> tuple[StoredVariant, ...]:
    """Every variant of the listing, by position, the withdrawn ones last. Two statements."""
    tiers: dict[int, list[Tier]] = {}
    steps = PriceTier.objects.filter(variant__product=product).order_by("min_quantity")
    for variant_id, quantity, price in steps.values_list("variant_id", "min_quantity", "unit_price"):
        tiers.setdefault(variant_id, []).append(Tier(quantity, price))
    rows = Variant.objects.filter(product=product).order_by("position", "number")
    return tuple(stored_variant(row, tiers.get(row.pk, ())) for row in rows)


def stored_variant(row: Variant, tiers: Iterable[Tier]) -> StoredVariant:
    """A row with its prices, in order."""
    return StoredVariant(
        id=row.pk,
        number=row.number,
        position=row.position,
        name=row.name,
        sku=row.sku,
        tiers=tuple(tiers),
        withdrawn_at=row.withdrawn_at,
        packing=packing_of(row),
    )


def offered_variants(product: Product) -> tuple[StoredVariant, ...]:
    """Those on offer, in their order."""
    return tuple(one for one in variants_of(product) if one.position is not None)
