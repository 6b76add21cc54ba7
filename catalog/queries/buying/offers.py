"""What the apps above ask: a binding offer for a quantity, and cards of products for their lists."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import OuterRef, Prefetch, Q, Subquery
from django.urls import reverse

from catalog.errors import (
    NotServed,
    OwnProduct,
    ProductNotFound,
    QuantityTooLarge,
    SupplierAway,
    VariantNotOffered,
)
from catalog.languages import reader_language
from catalog.models import PriceTier, Product, ProductImage, Translation, Variant
from catalog.queries.capacity.lead_times import lead_steps_of, pauses_from
from catalog.queries.capacity.stated import capacity_from, demand_room
from catalog.queries.listings.images import image_url
from catalog.queries.listings.offering import markets_for
from catalog.queries.listings.translations import name_for_reader
from catalog.queries.trust.goods import is_ruled
from catalog.rules.capacity import Period, read_capacity
from catalog.rules.lead_times import (
    LeadStep,
    Pause,
    closed_until,
    days_until_ready,
    lead_days_for,
    read_pauses,
)
from catalog.rules.markets import EVERYWHERE, Markets
from catalog.rules.packing import packed_as
from catalog.rules.prices import Tier, quantity_problem, unit_price_for, with_variant
from catalog.search.own_prices import private_terms
from catalog.states import ProductState
from marketplace.core import clock
from marketplace.core.countries import country_name
from marketplace.core.errors import DomainError
from marketplace.core.formatting import format_day
from marketplace.core.money import MAXIMUM_MINOR, Money, line_amount


@dataclass(frozen=True, slots=True)
class Offer:
    """What a supplier offers for a quantity now; `unit_price` per `unit_code` in `currency`."""

    product_id: int
    variant_id: int
    product_ref: str
    slug: str
    supplier_id: int
    title: str
    variant_number: int
    variant_name: str  # empty where the listing has one form
    sku: str
    hs_code: str
    origin: str
    unit_code: str
    quantity: Decimal
    currency: str
    unit_price: Decimal
    amount: Money
    moq: Decimal
    order_multiple: Decimal
    incoterms_rule: str
    named_place: str
    lead_time_days: int
    quantity_tolerance_bps: int | None
    packaging: str
    attributes: dict[str, str]
    is_ruled: bool = True  # a rule about goods may speak: whoever orders looks it up
    capacity: tuple[Period, ...] = ()  # none: nothing is limited
    ready_on: date | None = None  # by the lead time alone, were it paid today


@dataclass(frozen=True, slots=True)
class ProductCard:
    """A variant of a product in somebody else's list (a cart, an order); `available` while it can be ordered."""

    id: int
    ref: str
    slug: str
    supplier_id: int
    title: str
    state: str
    available: bool
    unit_code: str
    currency: str
    moq: Decimal | None
    order_multiple: Decimal | None
    incoterms_rule: str
    named_place: str
    lead_time_days: int | None
    quantity_tolerance_bps: int | None
    origin: str
    hs_code: str
    tiers: tuple[Tier, ...]
    image_url: str
    image_alt: str
    public_tiers: tuple[Tier, ...] = ()
    markets: Markets = EVERYWHERE
    original_title: str = ""  # the contract's, where `title` is a translation
    lead_steps: tuple[LeadStep, ...] = ()
    pauses: tuple[Pause, ...] = ()
    variant_number: int | None = None  # where one of several is meant
    variant_name: str = ""
    original_variant_name: str = ""  # the contract's, where `variant_name` is a translation
    is_withdrawn: bool = False  # this variant, while the product may be on offer
    capacity: tuple[Period, ...] = ()  # none: nothing is limited

    @property
    def url(self) -> str:
        """The product's public page, with this variant chosen."""
        page = reverse("product", args=[self.ref, self.slug])
        return page if self.variant_number is None else f"{page}?variant={self.variant_number}"

    @property
    def full_title(self) -> str:
        """The title with the variant's name."""
        return with_variant(self.title, self.variant_name)

    @property
    def contract_title(self) -> str:
        """What the contract will call it, where the reader sees a translation; else empty."""
        if not (self.original_title or self.original_variant_name):
            return ""
        name = self.original_variant_name or self.variant_name
        return with_variant(self.original_title or self.title, name)

    def days_until_ready(self, quantity: Decimal, today: date) -> int:
        """When this quantity is ready, in days, if it were paid today."""
        lead_time = lead_days_for(self.lead_time_days or 0, self.lead_steps, quantity)
        return days_until_ready(lead_time, self.pauses, today)


def offer_for_order(
    *,
    product_ref: str,
    quantity: Decimal,
    variant: int | None = None,
    buyer_company_id: int | None = None,
    country: str = "",
    today: date | None = None,
) -> Offer:
    """The offer for this quantity of a variant, priced by its tier and rounded once. Two statements.

    `variant` is its number inside the listing; the listing's first one when it is not given. Minimum order and
    steps are the listing's and count for each variant by itself: what is packed and sold together is one variant.
    The price is the best of what this buyer may have `today`: the public one or one of a price list.

    `country` is where the goods go, when it is known; the lead time counts from `today` (now, when not given), as
    if it were paid then, around the supplier's pauses. Raises `ProductNotFound` when it is not live,
    `VariantNotOffered` (with field `variant`) when there is no such variant or it was withdrawn, `OwnProduct`, `SupplierAway`, `NotServed` (with field `country`), and `QuantityNotReadable`,
    `QuantityBelowMinimum`, `QuantityNotAMultiple`, `QuantityTooLarge`, `NotEnoughLeft` (each with field `quantity`).
    """
    today = today or clock.now().date()
    rows = list(
        PriceTier.objects.filter(offered("variant__", product_ref, variant))
        .select_related("variant__product__offering", "variant__product__supplier__markets")
        .annotate(
            pauses=pauses_from("variant__product__supplier", today),
            ruled=is_ruled("variant__product"),
            capacity=capacity_from("variant"),
        )
        .order_by("min_quantity")
    )
    if not rows:
        raise not_offered(product_ref, variant)
    chosen = rows[0].variant
    product = chosen.product
    if product.supplier_id == buyer_company_id:
        raise OwnProduct
    if not markets_for(product).serves(country):
        raise NotServed(field="country", title=product.title, country=country_name(country))
    pauses = read_pauses(rows[0].__dict__["pauses"])
    demand_open(product, pauses, today)
    tiers = [Tier(row.min_quantity, row.unit_price) for row in rows]
    moq, multiple, lead_time = product.moq, product.order_multiple, product.lead_time_days
    # INVARIANT: a live product is complete (enforced by product_is_complete_once_submitted)
    if moq is None or multiple is None or lead_time is None:
        raise ProductNotFound
    if problem := quantity_problem(quantity, moq=moq, multiple=multiple, unit_code=product.unit_code):
        raise problem
    terms = private_terms(buyer_company_id, today, product_ids=[product.pk])
    ladder = terms.ladder(
        tiers, supplier_id=product.supplier_id, variant_id=chosen.pk, currency=product.currency
    )
    unit_price = unit_price_for(ladder, quantity)
    lead_time = lead_days_for(lead_time, lead_steps_of(product), quantity)
    ready_on = today + timedelta(days=days_until_ready(lead_time, pauses, today))
    capacity = read_capacity(rows[0].__dict__["capacity"])
    there_on = demand_room(capacity, quantity, product.unit_code, ready_on=ready_on, today=today)
    days = (there_on - today).days
    offer = offer_of(product, chosen, quantity=quantity, unit_price=unit_price, lead_time_days=days)
    return replace(offer, is_ruled=rows[0].__dict__["ruled"], capacity=capacity, ready_on=ready_on)


def offered(path: str, product_ref: str, number: int | None) -> Q:
    """The variant of a live product that is meant: the one with this number, else the first. `path` leads to it."""
    which = {"position": 1} if number is None else {"number": number, "position__isnull": False}
    conditions = {"product__ref": product_ref, "product__state": ProductState.LIVE, **which}
    return Q(**{f"{path}{name}": value for name, value in conditions.items()})


def not_offered(product_ref: str, number: int | None) -> DomainError:
    """Why nothing was found: the product is not on offer, or this variant of it is not."""
    if number is not None and Product.objects.live().filter(ref=product_ref).exists():
        return VariantNotOffered(field="variant")
    return ProductNotFound()


def demand_open(product: Product, pauses: Iterable[Pause], today: date) -> None:
    """Raise `SupplierAway` while the supplier takes no orders."""
    last_day = closed_until(pauses, today)
    if last_day is not None:
        raise SupplierAway(title=product.title, day=format_day(last_day))


def offer_of(
    product: Product, variant: Variant, *, quantity: Decimal, unit_price: Decimal, lead_time_days: int
) -> Offer:
    """A live product at a quantity and a price, rounded once. Raises `QuantityTooLarge`."""
    amount = line_amount(quantity, unit_price, product.currency)
    if amount.amount_minor > MAXIMUM_MINOR:
        raise QuantityTooLarge(field="quantity")
    return Offer(
        product_id=product.pk,
        variant_id=variant.pk,
        product_ref=product.ref,
        slug=product.slug,
        supplier_id=product.supplier_id,
        title=product.title,
        variant_number=variant.number,
        variant_name=variant.name,
        sku=variant.sku,
        hs_code=product.hs_code,
        origin=product.origin,
        unit_code=product.unit_code,
        quantity=quantity,
        currency=product.currency,
        unit_price=unit_price,
        amount=amount,
        moq=product.moq or quantity,
        order_multiple=product.order_multiple or quantity,
        incoterms_rule=product.incoterms_rule,
        named_place=product.named_place,
        lead_time_days=lead_time_days,
        quantity_tolerance_bps=product.quantity_tolerance_bps,
        packaging=packed_as(variant, product).packaging,
        attributes=dict(product.attributes),
    )


def product_cards(product_ids: Iterable[int], *, buyer_id: int | None = None) -> dict[int, ProductCard]:
    """Cards by product id, whatever the state, titled in the reader's language, in three statements.

    With `buyer_id` the prices are that company's own, in a fourth. The caller has asked who may see them.
    """
    tiers = PriceTier.objects.order_by("min_quantity").select_related("variant")
    by_product: dict[int, list[Tier]] = {}
    ids = set(product_ids)
    for row in tiers.filter(variant__product_id__in=ids, variant__position=1):
        by_product.setdefault(row.variant.product_id, []).append(Tier(row.min_quantity, row.unit_price))
    terms = private_terms(buyer_id, clock.now().date(), product_ids=ids)
    found: dict[int, ProductCard] = {}
    for product in _card_products(ids):
        public = by_product.get(product.pk, [])
        own = terms.of_product(
            public, supplier_id=product.supplier_id, product_id=product.pk, currency=product.currency
        )
        found[product.pk] = _card(product, public, own)
    return found


def variant_cards(variants: Iterable[Variant], *, buyer_id: int | None = None) -> dict[int, ProductCard]:
    """Cards by variant id, of these very variants, withdrawn or not; statements and prices as `product_cards`."""
    wanted = {variant.pk: variant for variant in variants}
    by_variant: dict[int, list[Tier]] = {}
    capacity: dict[int, tuple[Period, ...]] = {}
    tiers = PriceTier.objects.filter(variant__in=list(wanted)).annotate(capacity=capacity_from("variant"))
    for row in tiers.order_by("min_quantity"):
        by_variant.setdefault(row.variant_id, []).append(Tier(row.min_quantity, row.unit_price))
        capacity[row.variant_id] = read_capacity(row.__dict__["capacity"])
    ids = {variant.product_id for variant in wanted.values()}
    terms = private_terms(buyer_id, clock.now().date(), product_ids=ids)
    products = {product.pk: product for product in _card_products(ids)}
    found: dict[int, ProductCard] = {}
    for pk, variant in wanted.items():
        product, public = products[variant.product_id], by_variant.get(pk, [])
        own = terms.ladder(public, supplier_id=product.supplier_id, variant_id=pk, currency=product.currency)
        card = replace(_card(product, public, own), capacity=capacity.get(pk, ()))
        found[pk] = _of_variant(card, variant, product.__dict__["translated"] or {})
    return found


def _of_variant(card: ProductCard, variant: Variant, words: Mapping[str, str]) -> ProductCard:
    """The card of a product as that of one of its variants; `words` are those of the reader's language."""
    withdrawn = variant.position is None
    name = name_for_reader(words, variant.number, variant.name) if variant.name else ""
    return replace(
        card,
        available=card.available and not withdrawn,
        is_withdrawn=withdrawn,
        variant_number=variant.number if variant.name else None,
        variant_name=name,
        original_variant_name=variant.name if name != variant.name else "",
    )


def _card_products(ids: Collection[int]) -> Iterable[Product]:
    images = ProductImage.objects.select_related("file").order_by("position")
    translated = Translation.objects.filter(product=OuterRef("pk"), language=reader_language())
    return (
        Product.objects.filter(pk__in=ids)
        .select_related("offering", "supplier__markets")
        .annotate(
            translated=Subquery(translated.values("texts")[:1]),
            pauses=pauses_from("supplier", clock.now().date()),
        )
        .prefetch_related(Prefetch("images", images, to_attr="pictures"))
    )


def _card(product: Product, public: Sequence[Tier], tiers: tuple[Tier, ...]) -> ProductCard:
    pictures: list[ProductImage] = getattr(product, "pictures", [])
    first = pictures[0] if pictures else None
    words: dict[str, str] = product.__dict__["translated"] or {}
    return ProductCard(
        id=product.pk,
        ref=product.ref,
        slug=product.slug,
        supplier_id=product.supplier_id,
        title=words.get("title", product.title),
        original_title=product.title if "title" in words else "",
        state=product.state,
        available=product.is_live,
        unit_code=product.unit_code,
        currency=product.currency,
        moq=product.moq,
        order_multiple=product.order_multiple,
        incoterms_rule=product.incoterms_rule,
        named_place=product.named_place,
        lead_time_days=product.lead_time_days,
        quantity_tolerance_bps=product.quantity_tolerance_bps,
        origin=product.origin,
        hs_code=product.hs_code,
        markets=markets_for(product),
        lead_steps=lead_steps_of(product),
        pauses=read_pauses(product.__dict__["pauses"]),
        tiers=tiers,
        public_tiers=tuple(public),
        image_url=image_url(first.file.ref, "thumb") if first else "",
        image_alt=words.get(f"alt.{first.file.ref}", first.alt) if first else "",
    )
