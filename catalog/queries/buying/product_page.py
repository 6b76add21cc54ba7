"""The product page: what is offered, what it costs at my quantity, who offers it. Seven statements.

Every text is in the reader's language and format. A draft's page lacks what the draft lacks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.urls import reverse

from catalog.errors import ProductNotFound
from catalog.models import Product, ProductImage
from catalog.queries.buying.lines import per_text
from catalog.queries.buying.machine_facts import MachineFacts, Supplied, machine_facts
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
from catalog.queries.buying.variant_choice import (
    OfferedVariant,
    VariantsPart,
    address_of,
    own_ladder,
    public_ladders,
    shown_variant,
    variants_part,
    with_availability,
    with_names,
)
from catalog.queries.capacity.availability import (
    AvailabilityLine,
    availability_line,
    lead_until_there,
    public_availability,
    with_shortage,
)
from catalog.queries.capacity.lead_times import (
    LeadLine,
    PauseNotice,
    lead_line,
    pause_notice,
    pauses_from,
)
from catalog.queries.categories import category_tree
from catalog.queries.listings.images import Photograph, image_url, photograph
from catalog.queries.listings.offering import OfferingLine, offering_line
from catalog.queries.listings.translations import (
    Wording,
    asked_words,
    packaging_for_reader,
    wanted_language,
    with_words,
    wording_of,
)
from catalog.queries.suppliers.facts import SupplierLine, supplier_line
from catalog.queries.trust.certificates import CertificateLine, certificates_of_product
from catalog.queries.trust.reviews import ReviewsPart, reviews_of_product
from catalog.querysets import MODERATION_DESK
from catalog.rules import measures
from catalog.rules.lead_times import read_pauses
from catalog.rules.packing import AS_LISTED, Packing, packing_of
from catalog.rules.prices import Tier, unit_price_for
from catalog.search.own_prices import private_terms
from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.compiled import compiled
from marketplace.core.formatting import (
    format_quantity,
    format_unit_price,
)
from marketplace.core.units import unit_symbol


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of the gallery."""

    ref: str
    thumb_url: str
    photo: Photograph
    alt: str


@dataclass(frozen=True, slots=True)
class ProductPage:
    """Everything that the page shows."""

    ref: str
    slug: str
    url: str
    title: str
    wording: Wording
    description: str
    state_label: str
    is_live: bool
    review_note: str
    crumbs: tuple[tuple[str, str], ...]
    category: str
    pictures: tuple[Picture, ...]
    unit_symbol: str
    per: str
    moq_text: str
    multiple_text: str
    ladder: tuple[LadderTier, ...]
    pricing: Pricing | None
    terms: tuple[Fact, ...]
    packaging: tuple[Fact, ...]
    specification: tuple[Fact, ...]
    supplier: SupplierLine
    sku: str
    variant: int  # the number of the one that is shown
    variants: VariantsPart
    changed_since_review_at: datetime | None
    is_own: bool
    is_orderable: bool
    machine: MachineFacts
    certificates: tuple[CertificateLine, ...]
    reviews: ReviewsPart | None
    public_price_text: str  # everybody's, where the reader's own is another
    offering: OfferingLine
    pause: PauseNotice | None
    availability: AvailabilityLine


def product_page(
    ref: str,
    actor: Actor,
    *,
    quantity: Decimal | None = None,
    unit_code: str = "",
    at: datetime | None = None,
    texts: str = "",
    country: str = "",
    variant: int | None = None,
) -> ProductPage:
    """The page as this reader, of a company in this country, may see it. Raises `ProductNotFound` for what is not live and not theirs.

    `texts` is `original` or a language to read the listing in; else it is the reader's, if there is one.

    `variant` is a number of the listing's; another, or none, shows the first.
    A quantity in another unit is converted; one that cannot be is taken as the product's own unit's.
    """
    at = at or clock.now()
    language = wanted_language(texts)
    product = _visible(ref, actor, language, at)
    url = reverse("product", args=[product.ref, product.slug])
    asked = _in_own_unit(quantity, unit_code, product)
    offer = _offer(product, actor, asked=asked, number=variant, at=at, url=url)
    images = tuple(_images(product.pk))
    carried = address_of(variant if offer.shown and offer.shown.number == variant else None, asked)
    alts = {image.file.ref: image.alt for image in images}
    wording = wording_of(
        product,
        language,
        url,
        alts=alts,
        names={one.number: one.name for one in offer.offered},
        packagings={one.number: one.packing.packaging for one in offer.offered},
        carried=carried,
    )
    wording = replace(wording, asked=asked_words(texts))
    offering = offering_line(product, country=country, month=at.month)
    certificates = certificates_of_product(product, at)
    own = actor.acts_for(product.supplier_id)
    return _filled(product, wording, offer, images, offering, certificates, url=url, own=own)


def _filled(
    product: Product,
    wording: Wording,
    offer: _Offer,
    images: Sequence[ProductImage],
    offering: OfferingLine,
    certificates: tuple[CertificateLine, ...],
    *,
    url: str,
    own: bool,
) -> ProductPage:
    texts, shown = wording.texts, offer.shown
    title, description = texts.get("title", product.title), texts.get("description", product.description)
    trail = category_tree().trail(product.category.code) if product.category else []
    unit, multiple = product.unit_code, product.order_multiple
    return ProductPage(
        ref=product.ref,
        slug=product.slug,
        url=url,
        title=title,
        wording=wording,
        description=description,
        state_label=product.get_state_display(),
        is_live=product.is_live,
        review_note=product.review_note,
        crumbs=tuple((node.name, reverse("category", args=[node.code])) for node in trail),
        category=trail[-1].name if trail else "",
        pictures=tuple(
            picture_of(one, texts.get(f"alt.{one.file.ref}") or one.alt or title) for one in images
        ),
        unit_symbol=unit_symbol(unit) if unit else "",
        per=per_text(unit) if unit else "",
        moq_text=format_quantity(product.moq, unit) if product.moq else "",
        multiple_text=format_quantity(multiple, unit) if multiple else "",
        ladder=ladder_of(product, offer.tiers, offer.pricing),
        pricing=offer.pricing,
        terms=terms_of(product, offer.lead),
        packaging=packaging_of(_packing(product, shown, texts), unit),
        specification=specification_of(product, texts),
        supplier=supplier_line(product.supplier),
        sku=shown.sku if shown else "",
        variant=shown.number if shown else 1,
        variants=with_names(offer.variants, wording),
        changed_since_review_at=product.changed_since_review_at,
        is_own=own,
        is_orderable=product.is_live and not own and offer.is_open,
        machine=machine_facts(
            product,
            tuple(one.named(texts) for one in offer.offered),
            offer.supplied,
            description=description,
        ),
        certificates=certificates,
        reviews=reviews_of_product(product),
        public_price_text=offer.public_price_text,
        offering=offering,
        pause=offer.pause,
        availability=offer.availability,
    )


@dataclass(frozen=True, slots=True)
class _Offer:
    """The variant that is shown, as this reader may order it: at their prices, for their quantity, from when on."""

    offered: tuple[OfferedVariant, ...]
    shown: OfferedVariant | None
    variants: VariantsPart
    tiers: tuple[Tier, ...]
    pricing: Pricing | None
    public_price_text: str
    lead: LeadLine | None
    pause: PauseNotice | None
    availability: AvailabilityLine
    supplied: Supplied

    @property
    def is_open(self) -> bool:
        """Whether the supplier takes orders of it now."""
        return (self.pause is None or self.pause.takes_orders) and not self.availability.is_sold_out


def _offer(
    product: Product, actor: Actor, *, asked: Decimal | None, number: int | None, at: datetime, url: str
) -> _Offer:
    today, offered = at.date(), public_ladders(product.pk)
    shown = shown_variant(offered, number)
    terms = private_terms(actor.company_id, today, product_ids=[product.pk])
    public, tiers = shown.tiers if shown else (), own_ladder(product, shown, terms)
    pricing = pricing_of(product, tiers, asked, _packing(product, shown, {}))
    capacity = shown.capacity if shown else ()
    quantity = pricing.quantity if pricing else asked
    pauses = read_pauses(product.__dict__["pauses"])
    lead = lead_line(product, quantity=quantity, pauses=pauses, today=today)
    everybody = public_availability(product, capacity, pauses, today)
    availability = availability_line(product, capacity, everybody, quantity=quantity, lead=lead, today=today)
    pricing = with_shortage(pricing, availability)
    offers = tuple(public_availability(product, one.capacity, pauses, today) for one in offered)
    choice = variants_part(product, offered, shown, asked=number, quantity=quantity, terms=terms, url=url)
    return _Offer(
        offered=offered,
        shown=shown,
        variants=with_availability(choice, offers),
        tiers=tiers,
        pricing=pricing,
        public_price_text=_public_price(product, public, tiers, pricing),
        lead=lead_until_there(lead, availability),
        pause=pause_notice(pauses, today),
        availability=availability,
        supplied=Supplied(offers, pauses, today),
    )


def _packing(product: Product, shown: OfferedVariant | None, texts: Mapping[str, str]) -> Packing:
    """How the shown variant is packed, in these words."""
    own = shown.packing if shown else AS_LISTED
    packed = own if own.is_stated else packing_of(product)
    number = shown.number if shown else 1
    return replace(packed, packaging=packaging_for_reader(texts, number, own, product.packaging))


def _visible(ref: str, actor: Actor, language: str, at: datetime) -> Product:
    """The row with all that belongs to it one to one. One statement. Raises `ProductNotFound`."""
    found = _rows(ref, language, at.date(), actor.company_id, moderates=actor.has_desk(MODERATION_DESK))
    if not found:
        raise ProductNotFound
    return found[0]


@compiled
def _rows(
    ref: str, language: str, day: date, company_id: int | None, *, moderates: bool
) -> QuerySet[Product, Product]:
    visible = Product.objects.visible(company_id, moderates=moderates).filter(ref=ref)
    joined = visible.select_related("category", "supplier__supplier_facts", "supplier__markets", "offering")
    return with_words(joined.annotate(pauses=pauses_from("supplier", day)), language)


@compiled
def _images(product_id: int) -> QuerySet[ProductImage, ProductImage]:
    return ProductImage.objects.filter(product_id=product_id).select_related("file").order_by("position")


def _in_own_unit(quantity: Decimal | None, unit_code: str, product: Product) -> Decimal | None:
    if quantity is None or not unit_code or not product.unit_code:
        return quantity
    return measures.in_unit(quantity, unit_code, product.unit_code) or quantity


def _public_price(
    product: Product, public: Sequence[Tier], own: Sequence[Tier], pricing: Pricing | None
) -> str:
    """What the same quantity costs everybody, where this reader's prices are others."""
    if pricing is None or list(own) == list(public):
        return ""
    return format_unit_price(unit_price_for(public, pricing.quantity), product.currency)


def picture_of(image: ProductImage, alt: str) -> Picture:
    """A picture of the gallery with this text."""
    ref = image.file.ref
    return Picture(ref, image_url(ref, "thumb"), photograph(ref, image.renditions), alt)
