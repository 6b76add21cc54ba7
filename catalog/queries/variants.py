"""A listing's variants as stored: those on offer in their order, then the withdrawn ones. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from catalog.errors import ProductNotFound
from catalog.listing import ListingFacts
from catalog.models import PriceTier, Product, Variant
from catalog.queries.listings import facts_of
from catalog.rules import Tier
from catalog.variants import VariantFacts
from marketplace.core.actors import Actor
from marketplace.core.formatting import format_quantity
from marketplace.core.units import unit_symbol


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

    @property
    def facts(self) -> VariantFacts:
        """What was stated of it."""
        return VariantFacts(name=self.name, sku=self.sku, tiers=self.tiers, number=self.number)


@dataclass(frozen=True, slots=True)
class VariantsEditor:
    """What surrounds the form of a listing's variants."""

    product_id: int
    ref: str
    title: str
    state: str
    revision: int
    is_editable: bool
    offered: tuple[StoredVariant, ...]
    withdrawn: tuple[StoredVariant, ...]
    facts: ListingFacts
    moq_text: str
    unit_symbol: str


def variants_editor(ref: str, actor: Actor) -> VariantsEditor:
    """One of the company's own listings. Raises `ProductNotFound` for another's."""
    rows = Product.objects.of_supplier(actor.company_id).filter(ref=ref)
    product = rows.select_related("category").first()
    if product is None:
        raise ProductNotFound
    stored = variants_of(product)
    unit = product.unit_code
    return VariantsEditor(
        product_id=product.pk,
        ref=product.ref,
        title=product.title,
        state=product.state,
        revision=product.revision,
        is_editable=product.is_editable,
        offered=tuple(one for one in stored if one.position is not None),
        withdrawn=tuple(one for one in stored if one.position is None),
        facts=facts_of(product),
        moq_text=format_quantity(product.moq, unit) if product.moq and unit else "",
        unit_symbol=unit_symbol(unit) if unit else "",
    )


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
    )


def offered_variants(product: Product) -> tuple[StoredVariant, ...]:
    """Those on offer, in their order."""
    return tuple(one for one in variants_of(product) if one.position is not None)
