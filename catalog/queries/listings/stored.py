"""A listing's facts as stored, in the shape in which they are edited and checked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from catalog.models import Offering, PriceTier, Product, ProductImage, Translation, Variant
from catalog.queries.listings.offering import facts_of_row
from catalog.queries.listings.translated_words import translations_of
from catalog.queries.listings.variants import StoredVariant, stored_variant
from catalog.rules.listing import ListingFacts
from catalog.rules.offering import NOTHING_OFFERED, OfferingFacts
from catalog.rules.prices import Tier


@dataclass(frozen=True, slots=True)
class StoredListing:
    """A listing with what belongs to it; `pictures` are the references of its files, in order."""

    product: Product
    variant: Variant | None
    facts: ListingFacts
    pictures: tuple[str, ...]
    fingerprints: frozenset[str]
    offering: OfferingFacts = NOTHING_OFFERED
    variants: tuple[StoredVariant, ...] = ()  # those on offer in their order, then the withdrawn ones
    translations: Mapping[str, Translation] = field(default_factory=dict)

    @property
    def offered(self) -> tuple[StoredVariant, ...]:
        """The variants on offer, in their order."""
        return tuple(one for one in self.variants if one.position is not None)

    @property
    def several(self) -> bool:
        """Whether it offers more than one."""
        return len(self.offered) > 1

    @property
    def withdrawn_numbers(self) -> tuple[int, ...]:
        """Numbers of variants that are not offered any more."""
        return tuple(one.number for one in self.variants if one.position is None)

    @property
    def words(self) -> dict[str, dict[str, str]]:
        """What it says in other languages, by field."""
        return {language: row.texts for language, row in self.translations.items()}


def tiers_of(product: Product) -> tuple[Tier, ...]:
    """The price tiers of the product's first variant, in order."""
    rows = PriceTier.objects.filter(variant__product=product, variant__position=1).order_by("min_quantity")
    return tuple(Tier(row.min_quantity, row.unit_price) for row in rows)


def facts_of(product: Product) -> ListingFacts:
    """What the listing states now."""
    variant = product.variants.filter(position=1).first()
    return _facts(product, variant.sku if variant else "", tiers_of(product))


def stored_listings(products: Iterable[Product], *, translated: bool = False) -> dict[int, StoredListing]:
    """Many listings by key, in five statements; the products come with their categories.

    `translated`: with their words in other languages, in a sixth.
    """
    found = {product.pk: product for product in products}
    firsts, variants = _variants(found)
    pictures: dict[int, list[tuple[str, str | None]]] = {}
    images = ProductImage.objects.filter(product__in=found).order_by("position")
    for owner, ref, mark in images.values_list("product_id", "file__ref", "imported_from__fingerprint"):
        pictures.setdefault(owner, []).append((ref, mark))
    offerings = Offering.objects.filter(product__in=found).in_bulk()
    words = translations_of(found) if translated else {}
    return {
        pk: StoredListing(
            product=product,
            variant=firsts.get(pk),
            facts=_facts(product, *_first_stated(variants.get(pk, []))),
            pictures=tuple(ref for ref, _mark in pictures.get(pk, ())),
            fingerprints=frozenset(mark for _ref, mark in pictures.get(pk, ()) if mark),
            offering=facts_of_row(offerings.get(pk)),
            variants=tuple(variants.get(pk, ())),
            translations=words.get(pk, {}),
        )
        for pk, product in found.items()
    }


def _variants(products: Collection[int]) -> tuple[dict[int, Variant], dict[int, list[StoredVariant]]]:
    """By product: the row of the first on offer, and all of them, the withdrawn ones last."""
    tiers: dict[int, list[Tier]] = {}
    steps = PriceTier.objects.filter(variant__product__in=products).order_by("min_quantity")
    for owner, quantity, price in steps.values_list("variant_id", "min_quantity", "unit_price"):
        tiers.setdefault(owner, []).append(Tier(quantity, price))
    firsts: dict[int, Variant] = {}
    found: dict[int, list[StoredVariant]] = {}
    for row in Variant.objects.filter(product__in=products).order_by("position", "number"):
        if row.position == 1:
            firsts[row.product_id] = row
        found.setdefault(row.product_id, []).append(stored_variant(row, tiers.get(row.pk, ())))
    return firsts, found


def _first_stated(variants: Sequence[StoredVariant]) -> tuple[str, tuple[Tier, ...]]:
    """Number and prices of the first variant on offer."""
    first = next((one for one in variants if one.position == 1), None)
    return (first.sku, first.tiers) if first else ("", ())


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
