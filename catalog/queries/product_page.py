"""The product page: what is offered, what it costs at my quantity, who offers it. Seven statements.

Every text is in the reader's language and format. A draft's page lacks what the draft lacks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from catalog import hs, measures, richtext
from catalog.errors import ProductNotFound
from catalog.models import CategoryAttribute, PriceTier, Product, ProductImage, SupplierFacts
from catalog.payment_words import payment_words
from catalog.queries.categories import category_tree, name_in
from catalog.queries.certificates import CertificateLine, certificates_of_product
from catalog.queries.images import Photograph, image_url, photograph
from catalog.queries.lead_times import (
    LeadLine,
    PauseNotice,
    lead_line,
    pause_notice,
    pauses_from,
    read_pauses,
)
from catalog.queries.lines import per_text
from catalog.queries.offering import OfferingLine, offering_line
from catalog.queries.reviews import ReviewsPart, reviews_of_product
from catalog.queries.suppliers import SupplierLine, is_hidden, supplier_line
from catalog.queries.translations import Wording, wanted_language, with_words, wording_of
from catalog.rules import (
    Saving,
    Tier,
    first_quantity,
    quantity_problem,
    saving_at_next_tier,
    tier_for,
    unit_price_for,
    weights_for,
)
from catalog.search.own_prices import private_terms
from catalog.states import INCOTERMS_MEANING, SEA_ONLY, Incoterms
from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.countries import country_name
from marketplace.core.formatting import (
    format_number,
    format_percent,
    format_quantity,
    format_unit_price,
)
from marketplace.core.money import MAXIMUM_MINOR, Money, line_amount
from marketplace.core.units import UNITS, unit_symbol


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of the gallery."""

    ref: str
    thumb_url: str
    photo: Photograph
    alt: str


@dataclass(frozen=True, slots=True)
class LadderTier:
    """One step of the price ladder."""

    from_text: str
    price_text: str
    mine: bool
    note: str


@dataclass(frozen=True, slots=True)
class Pricing:
    """What my quantity costs. `problem` says why it cannot be ordered; then there is no amount."""

    quantity: Decimal
    quantity_text: str
    quantity_value: str
    unit_price_text: str
    amount: Money | None
    problem: str
    saving: str
    packages: int
    net_weight: str
    gross_weight: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a table of facts; `note` explains it."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ProductPage:
    """Everything that the page shows."""

    ref: str
    slug: str
    url: str
    title: str
    wording: Wording
    description: str
    summary: str
    state: str
    state_label: str
    is_live: bool
    review_note: str
    crumbs: tuple[tuple[str, str], ...]
    category: str
    pictures: tuple[Picture, ...]
    unit_symbol: str
    unit_code: str
    per: str
    moq_text: str
    multiple_text: str
    step_value: str
    ladder: tuple[LadderTier, ...]
    pricing: Pricing | None
    terms: tuple[Fact, ...]
    packaging: tuple[Fact, ...]
    specification: tuple[Fact, ...]
    supplier: SupplierLine
    sku: str
    published_at: datetime | None
    revision: int
    changed_since_review_at: datetime | None
    is_own: bool
    is_orderable: bool
    is_listed: bool
    currency: str
    tiers: tuple[Tier, ...]
    hs_code: str
    origin: str
    certificates: tuple[CertificateLine, ...]
    reviews: ReviewsPart | None
    public_price_text: str  # everybody's, where the reader's own is another
    offering: OfferingLine
    pause: PauseNotice | None


def product_page(
    ref: str,
    actor: Actor,
    *,
    quantity: Decimal | None = None,
    unit_code: str = "",
    at: datetime | None = None,
    texts: str = "",
    country: str = "",
) -> ProductPage:
    """The page as this reader, of a company in this country, may see it. Raises `ProductNotFound` for what is not live and not theirs.

    `texts` is `original` or a language to read the listing in; else it is the reader's, if there is one.

    A quantity in another unit is converted; one that cannot be is taken as the product's own unit's.
    """
    at = at or clock.now()
    language = wanted_language(texts)
    product = _visible(ref, actor, language, at)
    rows = list(
        PriceTier.objects.filter(variant__product=product).select_related("variant").order_by("min_quantity")
    )
    tiers = [Tier(row.min_quantity, row.unit_price) for row in rows]
    images = list(ProductImage.objects.filter(product=product).select_related("file").order_by("position"))
    public_tiers, tiers = tiers, _own_tiers(product, tiers, actor, at)
    asked = _in_own_unit(quantity, unit_code, product)
    pricing = _pricing(product, tiers, asked)
    tree = category_tree()
    trail = tree.trail(product.category.code) if product.category else []
    own = actor.acts_for(product.supplier_id)
    pauses = read_pauses(product.__dict__["pauses"])
    pause = pause_notice(pauses, at.date())
    lead = lead_line(product, quantity=pricing.quantity if pricing else asked, pauses=pauses, today=at.date())
    url = reverse("product", args=[product.ref, product.slug])
    alts = {image.file.ref: image.alt for image in images}
    wording = wording_of(product, language, url, alts=alts)
    title = wording.texts.get("title", product.title)
    description = wording.texts.get("description", product.description)
    return ProductPage(
        ref=product.ref,
        slug=product.slug,
        url=url,
        title=title,
        wording=wording,
        description=description,
        summary=richtext.plain_text(description)[:300],
        state=product.state,
        state_label=product.get_state_display(),
        is_live=product.is_live,
        review_note=product.review_note,
        crumbs=tuple((node.name, reverse("category", args=[node.code])) for node in trail),
        category=trail[-1].name if trail else "",
        pictures=tuple(
            _picture(image, wording.texts.get(f"alt.{image.file.ref}") or image.alt or title)
            for image in images
        ),
        unit_symbol=unit_symbol(product.unit_code) if product.unit_code else "",
        unit_code=product.unit_code,
        per=per_text(product.unit_code) if product.unit_code else "",
        moq_text=format_quantity(product.moq, product.unit_code) if product.moq else "",
        multiple_text=format_quantity(product.order_multiple, product.unit_code)
        if product.order_multiple
        else "",
        step_value=f"{product.order_multiple.normalize():f}" if product.order_multiple else "",
        ladder=_ladder(product, tiers, pricing),
        pricing=pricing,
        terms=_terms(product, lead),
        packaging=_packaging(product, wording.texts.get("packaging", product.packaging)),
        specification=_specification(product, wording.texts),
        supplier=supplier_line(product.supplier),
        sku=rows[0].variant.sku if rows else "",
        published_at=product.published_at,
        revision=product.revision,
        changed_since_review_at=product.changed_since_review_at,
        is_own=own,
        is_orderable=product.is_live and not own and (pause is None or pause.takes_orders),
        is_listed=product.is_live and not is_hidden(product.supplier),
        currency=product.currency,
        tiers=tuple(public_tiers),
        public_price_text=_public_price(product, public_tiers, tiers, pricing),
        hs_code=product.hs_code,
        origin=product.origin,
        certificates=certificates_of_product(product, at),
        reviews=reviews_of_product(product),
        pause=pause,
        offering=offering_line(product, country=country, month=at.month),
    )


def _visible(ref: str, actor: Actor, language: str, at: datetime) -> Product:
    """The row with all that belongs to it one to one. One statement. Raises `ProductNotFound`."""
    visible = Product.objects.visible_to(actor).filter(ref=ref)
    joined = visible.select_related("category", "supplier__supplier_facts", "supplier__markets", "offering")
    dated = joined.annotate(pauses=pauses_from("supplier", at.date()))
    product = with_words(dated, language).first()
    if product is None:
        raise ProductNotFound
    return product


def _own_tiers(product: Product, tiers: Sequence[Tier], actor: Actor, at: datetime) -> list[Tier]:
    """The ladder of this reader's company: the public one, or a better one of a price list."""
    terms = private_terms(actor.company_id, at.date(), product_ids=[product.pk])
    own = terms.of_product(
        tiers, supplier_id=product.supplier_id, product_id=product.pk, currency=product.currency
    )
    return list(own)


def _in_own_unit(quantity: Decimal | None, unit_code: str, product: Product) -> Decimal | None:
    if quantity is None or not unit_code or not product.unit_code:
        return quantity
    return measures.in_unit(quantity, unit_code, product.unit_code) or quantity


def _pricing(product: Product, tiers: Sequence[Tier], asked: Decimal | None) -> Pricing | None:
    moq, multiple = product.moq, product.order_multiple
    if not tiers or moq is None or multiple is None:
        return None
    quantity = first_quantity(moq=moq, multiple=multiple) if asked is None else asked
    problem = quantity_problem(quantity, moq=moq, multiple=multiple, unit_code=product.unit_code)
    unit_price = unit_price_for(tiers, quantity)
    amount = None if problem else line_amount(quantity, unit_price, product.currency)
    if amount is not None and amount.amount_minor > MAXIMUM_MINOR:
        amount = None
    saving = None if problem else saving_at_next_tier(tiers, quantity, product.currency)
    weights = (
        None
        if problem
        else weights_for(
            quantity,
            units_per_package=product.units_per_package,
            net_weight_kg=product.net_weight_kg,
            gross_weight_kg=product.gross_weight_kg,
        )
    )
    return Pricing(
        quantity=quantity,
        quantity_text=format_quantity(quantity, product.unit_code),
        quantity_value=f"{quantity.normalize():f}",
        unit_price_text=format_unit_price(unit_price, product.currency),
        amount=amount,
        problem=problem.text if problem else "",
        saving=_saving_text(saving, product) if saving else "",
        packages=weights.packages if weights else 0,
        net_weight=_kilograms(weights.net_kg) if weights else "",
        gross_weight=_kilograms(weights.gross_kg) if weights else "",
    )


def _public_price(
    product: Product, public: Sequence[Tier], own: Sequence[Tier], pricing: Pricing | None
) -> str:
    """What the same quantity costs everybody, where this reader's prices are others."""
    if pricing is None or list(own) == list(public):
        return ""
    return format_unit_price(unit_price_for(public, pricing.quantity), product.currency)


def _saving_text(saving: Saving, product: Product) -> str:
    """`13 t more bring the price to 1,068.00 USD per t: 5.06 % less on each.`, and when more costs less in all."""
    text = _("%(more)s more bring the price to %(price)s %(per)s: %(share)s less on each.") % {
        "more": format_quantity(saving.more, product.unit_code),
        "price": format_unit_price(saving.tier.unit_price, product.currency),
        "per": per_text(product.unit_code),
        "share": format_percent(saving.saves_bps),
    }
    if saving.amount_there <= saving.amount_now:
        return f"{text} {_('In all you would pay no more than now.')}"
    return text


def _ladder(product: Product, tiers: Sequence[Tier], pricing: Pricing | None) -> tuple[LadderTier, ...]:
    mine = tier_for(tiers, pricing.quantity) if pricing and not pricing.problem else None
    return tuple(
        LadderTier(
            from_text=_("from %(quantity)s")
            % {"quantity": format_quantity(tier.min_quantity, product.unit_code)},
            price_text=format_unit_price(tier.unit_price, product.currency),
            mine=tier == mine,
            note=""
            if tier == tiers[0]
            else f"−{format_percent(_less_bps(tiers[0].unit_price, tier.unit_price))}",
        )
        for tier in tiers
    )


def _less_bps(first: Decimal, price: Decimal) -> int:
    return int((first - price) * 10_000 / first)


def _terms(product: Product, lead: LeadLine | None) -> tuple[Fact, ...]:
    facts = []
    if product.incoterms_rule:
        rule = Incoterms(product.incoterms_rule)
        note = str(INCOTERMS_MEANING[rule])
        if rule in SEA_ONLY:
            note = f"{note} {_('For sea and inland waterway only.')}"
        facts.append(Fact(_("Incoterms 2020"), f"{rule.value} {product.named_place}", note))
    facts += [Fact(_("Payment"), words.paid, str(words.held)) for words in payment_words(_payments(product))]
    if lead is not None:
        facts.append(Fact(_("Ready in"), lead.text, lead.note))
    unit = UNITS.get(product.unit_code)
    if product.quantity_tolerance_bps is not None and unit is not None and not unit.whole:
        share = format_percent(product.quantity_tolerance_bps)
        note = _("So much more or less than ordered settles by itself.")
        facts.append(Fact(_("Quantity tolerance"), f"± {share}", note))
    if product.moq and product.order_multiple:
        facts.append(Fact(_("Minimum order"), format_quantity(product.moq, product.unit_code)))
        facts.append(Fact(_("Sold in steps of"), format_quantity(product.order_multiple, product.unit_code)))
    if product.origin:
        facts.append(Fact(_("Country of origin"), country_name(product.origin)))
    if product.hs_code:
        facts.append(Fact(_("HS code"), _dotted(product.hs_code), hs.description(product.hs_code)))
    return tuple(facts)


def _payments(product: Product) -> list[dict[str, Any]]:
    """How its supplier's orders are paid, as stored; empty for one of whom no trade has said anything yet."""
    facts: SupplierFacts | None = getattr(product.supplier, "supplier_facts", None)
    return [] if facts is None else facts.payments


def _dotted(code: str) -> str:
    return ".".join(part for part in (code[:4], code[4:6], code[6:8], code[8:10]) if part)


def _packaging(product: Product, packed: str) -> tuple[Fact, ...]:
    facts = []
    if packed:
        facts.append(Fact(_("Packaging"), packed))
    if product.units_per_package:
        facts.append(Fact(_("In one package"), format_quantity(product.units_per_package, product.unit_code)))
    if product.net_weight_kg:
        facts.append(Fact(_("Net weight of a package"), _kilograms(product.net_weight_kg)))
    if product.gross_weight_kg:
        facts.append(Fact(_("Gross weight of a package"), _kilograms(product.gross_weight_kg)))
    return tuple(facts)


def _kilograms(weight: Decimal | None) -> str:
    return "" if weight is None else format_quantity(weight.quantize(Decimal("0.001")), "KGM")


def _specification(product: Product, texts: Mapping[str, str]) -> tuple[Fact, ...]:
    """The attributes in the category's order, named and with their units; free texts as translated."""
    if product.category_id is None or not product.attributes:
        return ()
    uses = CategoryAttribute.objects.filter(
        category_id=product.category_id, attribute__code__in=product.attributes
    )
    facts = []
    for use in uses.select_related("attribute").order_by("position"):
        attribute = use.attribute
        stated = texts.get(f"attributes.{attribute.code}", product.attributes[attribute.code])
        value = value_text(attribute.kind, attribute.choices, stated)
        symbol = f"\u00a0{attribute.symbol}" if attribute.symbol else ""
        facts.append(Fact(name_in(attribute.names), f"{value}{symbol}"))
    return tuple(facts)


def value_text(kind: str, choices: list[dict[str, object]], value: str) -> str:
    """The value of an attribute in the reader's words."""
    if kind == "boolean":
        return _("yes") if value == "true" else _("no")
    if kind == "number":
        return format_number(Decimal(value))
    if kind == "choice":
        names = next((choice["names"] for choice in choices if choice["code"] == value), None)
        return name_in(names) if isinstance(names, dict) else value.upper()
    return value


def _picture(image: ProductImage, alt: str) -> Picture:
    ref = image.file.ref
    return Picture(ref, image_url(ref, "thumb"), photograph(ref, image.renditions), alt)
