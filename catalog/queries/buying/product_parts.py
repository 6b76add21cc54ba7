"""The parts of a product page that follow from the listing alone: price at a quantity, ladder, terms, packaging,
specification. The editor's preview shows the same of what is typed.

A product that is not saved will do. Only `specification_of` reads: one statement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from catalog.models import CategoryAttribute, Product, SupplierFacts
from catalog.payment_words import payment_words
from catalog.queries.buying.lines import per_text
from catalog.queries.capacity.lead_times import LeadLine
from catalog.queries.categories import name_in
from catalog.rules import hs
from catalog.rules.packing import Packing
from catalog.rules.prices import (
    Saving,
    Tier,
    first_quantity,
    quantity_problem,
    saving_at_next_tier,
    tier_for,
    unit_price_for,
    weights_for,
)
from catalog.states import INCOTERMS_MEANING, SEA_ONLY, Incoterms
from marketplace.core.compiled import compiled
from marketplace.core.countries import country_name
from marketplace.core.formatting import (
    format_hs_code,
    format_number,
    format_percent,
    format_quantity,
    format_unit_price,
)
from marketplace.core.money import MAXIMUM_MINOR, Money, line_amount
from marketplace.core.units import UNITS


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


def pricing_of(
    product: Product, tiers: Sequence[Tier], asked: Decimal | None, packing: Packing
) -> Pricing | None:
    """What the quantity asked for costs and, packed like this, weighs; without one, the smallest order. None while the prices or terms are not stated."""
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
            units_per_package=packing.units_per_package,
            net_weight_kg=packing.net_weight_kg,
            gross_weight_kg=packing.gross_weight_kg,
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


def ladder_of(product: Product, tiers: Sequence[Tier], pricing: Pricing | None) -> tuple[LadderTier, ...]:
    """The steps of the price, the one of this quantity marked, each with what it takes off the first."""
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


def terms_of(product: Product, lead: LeadLine | None) -> tuple[Fact, ...]:
    """Incoterms, payment, lead time, tolerance, minimum, origin and HS code: what is stated of them."""
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
        facts.append(Fact(_("HS code"), format_hs_code(product.hs_code), hs.description(product.hs_code)))
    return tuple(facts)


def _payments(product: Product) -> list[dict[str, Any]]:
    """How its supplier's orders are paid, as stored; empty for one of whom no trade has said anything yet."""
    facts: SupplierFacts | None = getattr(product.supplier, "supplier_facts", None)
    return [] if facts is None else facts.payments


def packaging_of(packing: Packing, unit_code: str) -> tuple[Fact, ...]:
    """How it is packed and what a package weighs."""
    facts = []
    if packing.packaging:
        facts.append(Fact(_("Packaging"), packing.packaging))
    if packing.units_per_package:
        facts.append(Fact(_("In one package"), format_quantity(packing.units_per_package, unit_code)))
    if packing.net_weight_kg:
        facts.append(Fact(_("Net weight of a package"), _kilograms(packing.net_weight_kg)))
    if packing.gross_weight_kg:
        facts.append(Fact(_("Gross weight of a package"), _kilograms(packing.gross_weight_kg)))
    return tuple(facts)


def _kilograms(weight: Decimal | None) -> str:
    return "" if weight is None else format_quantity(weight.quantize(Decimal("0.001")), "KGM")


def specification_of(product: Product, texts: Mapping[str, str]) -> tuple[Fact, ...]:
    """The attributes in the category's order, named and with their units; free texts as translated."""
    if product.category_id is None or not product.attributes:
        return ()
    facts = []
    for use in _attributes(product.category_id):
        attribute = use.attribute
        if attribute.code not in product.attributes:
            continue
        stated = texts.get(f"attributes.{attribute.code}", product.attributes[attribute.code])
        value = value_text(attribute.kind, attribute.choices, stated)
        symbol = f"\u00a0{attribute.symbol}" if attribute.symbol else ""
        facts.append(Fact(name_in(attribute.names), f"{value}{symbol}"))
    return tuple(facts)


@compiled
def _attributes(category_id: int) -> QuerySet[CategoryAttribute, CategoryAttribute]:
    uses = CategoryAttribute.objects.filter(category_id=category_id)
    return uses.select_related("attribute").order_by("position")


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
