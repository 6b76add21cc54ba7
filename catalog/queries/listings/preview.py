"""What is typed in the editor as the buyer will see it: the same parts as the product page, of a product that is
not saved. Writes nothing.

What is wrong is left out, so that half a listing can be looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from catalog.errors import FieldErrors
from catalog.models import Product, ProductImage, Translation
from catalog.queries.buying.lines import per_text
from catalog.queries.buying.product_page import Picture, picture_of
from catalog.queries.buying.product_parts import (
    Fact,
    LadderTier,
    Pricing,
    ladder_of,
    packaging_of,
    pricing_of,
    specification_of,
    terms_of,
)
from catalog.queries.buying.variant_choice import OfferedVariant, VariantsPart, public_ladders, variants_part
from catalog.queries.capacity.lead_times import lead_line
from catalog.queries.categories import category_tree
from catalog.queries.listings.offering import OfferingLine, offering_line
from catalog.queries.suppliers.facts import SupplierLine, supplier_line
from catalog.queries.trust.certificates import CertificateLine, certificates_of_product
from catalog.rules import richtext
from catalog.rules.listing import CategoryFacts, ChecklistItem, ListingFacts, checked_facts, checklist
from catalog.rules.packing import AS_LISTED, Packing, packed_as, packing_of
from catalog.rules.prices import Tier
from catalog.rules.variants import VariantFacts
from catalog.search.own_prices import private_terms
from catalog.section_points import SectionPoint, section_points
from marketplace.accounts.models import Company
from marketplace.core.actors import Actor

# What is left out can bring up another fault (a price row without its minimum order); a few rounds find them all.
_ROUNDS = 8
_ANY_TITLE = "Title"
_STORED_AS = {"quantity_tolerance": "quantity_tolerance_bps"}
_OF_SUPPLIER = ("supplier_facts", "markets")


@dataclass(frozen=True, slots=True)
class ListingPreview:
    """The parts of the page, named as on `ProductPage`, and what is still missing."""

    title: str
    language: str
    description: str
    category: str
    pictures: tuple[Picture, ...]
    per: str
    ladder: tuple[LadderTier, ...]
    pricing: Pricing | None
    terms: tuple[Fact, ...]
    packaging: tuple[Fact, ...]
    specification: tuple[Fact, ...]
    sku: str
    supplier: SupplierLine
    offering: OfferingLine
    certificates: tuple[CertificateLine, ...]
    checklist: tuple[ChecklistItem, ...]
    elsewhere: tuple[SectionPoint, ...]
    needed: int
    variants: VariantsPart | None
    variant: int = 1
    public_price_text: str = ""


@dataclass(frozen=True, slots=True)
class TypedVariants:
    """All variants as they are typed, in their order, and the place (from 0) of the one to look at."""

    variants: tuple[VariantFacts, ...]
    place: int

    @property
    def shown(self) -> VariantFacts:
        """The one to look at."""
        return self.variants[self.place]


def listing_preview(
    facts: ListingFacts,
    category: CategoryFacts | None,
    *,
    ref: str,
    actor: Actor,
    at: datetime,
    typed: TypedVariants | None = None,
) -> ListingPreview:
    """How a listing would look with these facts; without a reference, a new one. At most seven statements.

    `typed` are its variants as they stand in their own form, and take the place of the stored ones. Raises `Product.DoesNotExist` for what is not the company's own: `editor_page` has been asked before.
    """
    row = _row(ref, actor)
    offered = public_ladders(row.pk) if ref else ()
    stated = right_facts(_of_shown(facts, offered, typed), category)
    product = _typed_over(row, stated, category)
    tiers = [tier for tier in stated.tiers if tier is not None] if stated.currency else []
    pricing = pricing_of(product, tiers, None, packing_of(product)) if stated.unit_code else None
    quantity = pricing.quantity if pricing else None
    lead = lead_line(product, quantity=quantity, pauses=(), today=at.date())
    images = _images(ref)
    items = checklist(
        stated,
        category,
        images=len(images),
        described_images=len([image for image in images if image.alt.strip()]),
        packed=[packed_as(one, facts) for one in _own_packings(offered, typed)],
    )
    certificates = certificates_of_product(product, at) if ref else ()
    offering = offering_line(product, country="", month=at.month)
    trail = category_tree().trail(category.code) if category else []
    return ListingPreview(
        title=stated.title,
        language=product.written_in,
        description=product.description,
        category=trail[-1].name if trail else "",
        pictures=tuple(picture_of(image, image.alt or stated.title) for image in images),
        per=per_text(stated.unit_code) if stated.unit_code else "",
        ladder=ladder_of(product, tiers, pricing) if stated.unit_code else (),
        pricing=pricing,
        terms=terms_of(product, lead),
        packaging=packaging_of(packing_of(product), product.unit_code),
        specification=specification_of(product, {}),
        sku=stated.sku,
        supplier=supplier_line(product.supplier),
        offering=offering,
        certificates=certificates,
        checklist=tuple(items),
        elsewhere=_elsewhere(
            ref, product, offered, certified=bool(certificates), sampled=offering.sample is not None
        ),
        variants=_variants(
            product, _typed_offer(typed, stated, category) if typed else offered, tiers, at, typed
        ),
        variant=(typed.shown.number or 0) if typed else 1,
        needed=len([item for item in items if item.needed and not item.done]),
    )


def _of_shown(
    facts: ListingFacts, offered: Sequence[OfferedVariant], typed: TypedVariants | None
) -> ListingFacts:
    """What is typed, with what the variant to look at says in place of the listing."""
    own = typed.shown.packing if typed else offered[0].packing if offered else AS_LISTED
    if typed:
        facts = replace(facts, sku=typed.shown.sku, tiers=typed.shown.tiers)
    if not own.is_stated:
        return facts
    return replace(
        facts,
        packaging=own.packaging,
        units_per_package=own.units_per_package,
        net_weight_kg=own.net_weight_kg,
        gross_weight_kg=own.gross_weight_kg,
    )


def _own_packings(offered: Sequence[OfferedVariant], typed: TypedVariants | None) -> list[Packing]:
    return [one.packing for one in (typed.variants if typed else offered)]


def _elsewhere(
    ref: str, product: Product, offered: Sequence[OfferedVariant], *, certified: bool, sampled: bool
) -> tuple[SectionPoint, ...]:
    """What is done on the other pages of a listing; a new one has none yet."""
    if not ref:
        return ()
    return section_points(
        certified=certified,
        sampled=sampled,
        translated=Translation.objects.filter(product_id=product.pk).exists(),
        varied=len(offered) > 1,
        stocked=any(one.capacity for one in offered),
    )


def _variants(
    product: Product,
    offered: Sequence[OfferedVariant],
    tiers: Sequence[Tier],
    at: datetime,
    typed: TypedVariants | None,
) -> VariantsPart | None:
    """The choice of a listing that has one: the shown one at the prices that are typed, the others as they are stored.

    Nothing can be chosen in it: what is typed has no address.
    """
    shown = next((one for one in offered if typed is None or one.id == typed.place), None)
    if len(offered) < 2 or not tiers or shown is None:
        return None
    priced = replace(shown, tiers=tuple(tiers))
    part = variants_part(
        product,
        [priced if one is shown else one for one in offered],
        priced,
        asked=None,
        quantity=None,
        terms=private_terms(None, at.date(), product_ids=[product.pk]),
        url="",
    )
    return replace(part, choices=tuple(replace(one, url="") for one in part.choices))


def _typed_offer(
    typed: TypedVariants, stated: ListingFacts, category: CategoryFacts | None
) -> list[OfferedVariant]:
    """The typed variants that have a price, each known by its place."""
    found: list[OfferedVariant] = []
    for place, one in enumerate(typed.variants):
        ladder = right_facts(replace(stated, tiers=one.tiers), category).tiers
        tiers = tuple(tier for tier in ladder if tier is not None)
        if tiers:
            number = one.number or place + 1
            found.append(OfferedVariant(place, number, one.name, one.sku, tiers, packing=one.packing))
    return found


def _row(ref: str, actor: Actor) -> Product:
    """The listing with all that its page joins in; for a new one, a product of the company that nobody saves."""
    if ref:
        own = Product.objects.of_supplier(actor.company_id).filter(ref=ref)
        return own.select_related(*(f"supplier__{name}" for name in _OF_SUPPLIER), "offering").get()
    company = Company.objects.select_related(*_OF_SUPPLIER).get(pk=actor.company_id or 0)
    return Product(supplier=company)


def _typed_over(product: Product, facts: ListingFacts, category: CategoryFacts | None) -> Product:
    """The row with what is typed in place of what is stored; not saved."""
    product.title = facts.title
    product.category_id = category.id if category else None
    product.description = richtext.clean_html(facts.description)
    product.attributes = dict(facts.attributes)
    for name in _SAME:
        setattr(product, name, getattr(facts, name))
    return product


_SAME = (
    "hs_code", "origin", "unit_code", "moq", "order_multiple", "currency", "incoterms_rule", "named_place",
    "lead_time_days", "quantity_tolerance_bps", "packaging", "units_per_package", "net_weight_kg",
    "gross_weight_kg",
)  # fmt: skip


def _images(ref: str) -> list[ProductImage]:
    rows = ProductImage.objects.filter(product__ref=ref).select_related("file").order_by("position")
    return list(rows) if ref else []


def right_facts(facts: ListingFacts, category: CategoryFacts | None) -> ListingFacts:
    """The facts in their clean form, without those that the rules refuse; the title as it is typed."""
    title = facts.title
    for _round in range(_ROUNDS):
        try:
            return replace(checked_facts(facts, category), title=title)
        except FieldErrors as wrong:
            facts = _without(facts, wrong.errors)
    return ListingFacts(title=title)


def _without(facts: ListingFacts, wrong: Mapping[str, object]) -> ListingFacts:
    """The facts without the fields and rows that are named; a title that is none gives way to one that is."""
    empty = ListingFacts(title=_ANY_TITLE)
    names = {_STORED_AS.get(name, name) for name in (full.partition(".")[0] for full in wrong)}
    return replace(
        facts,
        **{name: getattr(empty, name) for name in names - {"attributes", "tiers"}},
        attributes={
            code: value for code, value in facts.attributes.items() if f"attributes.{code}" not in wrong
        },
        tiers=tuple(tier for row, tier in enumerate(facts.tiers) if f"tiers.{row}" not in wrong),
    )
