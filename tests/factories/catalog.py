"""Products, made, reviewed and published through the operations the pages use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from catalog.models import Category, Product
from catalog.operations import add_image, approve_product, create_product, submit_for_review
from catalog.rules.listing import ListingFacts
from catalog.rules.packing import held_by_weight
from catalog.rules.prices import Tier
from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.ids import new_key
from tests.factories import AT
from tests.factories.accounts import a_company, owner_of
from tests.factories.files import picture_bytes
from tests.factories.remembered import remembered

# A moderator who belongs to no company; never stored, so that a product costs no second person.
MODERATOR = Actor.user(user_id=0, name="Mo Reader", desks=frozenset({"moderation"}))


def tiers(*pairs: tuple[str | int, str]) -> tuple[Tier, ...]:
    """`tiers((1, "10"), (100, "9.50"))`."""
    return tuple(Tier(Decimal(quantity), Decimal(price)) for quantity, price in pairs)


def rice_facts(**over: Any) -> ListingFacts:
    """A complete listing: basmati rice, sold by the tonne from Mundra."""
    facts = ListingFacts(
        title="1121 Steam Basmati Rice",
        category_code="rice",
        description="Aged twelve months, sortexed twice, average grain 8.35 mm. Packed in new 25 kg bags.",
        hs_code="1006.30",
        origin="IN",
        unit_code="TNE",
        moq=Decimal(5),
        order_multiple=Decimal("0.5"),
        currency="USD",
        incoterms_rule="FOB",
        named_place="Mundra",
        lead_time_days=21,
        packaging="PP bag of 25 kg",
        units_per_package=Decimal("0.025"),
        net_weight_kg=Decimal(25),
        gross_weight_kg=Decimal("25.12"),
        attributes={},
        sku="BAS-1121",
        tiers=tiers((5, "1180"), (25, "1125"), (100, "1068")),
    )
    facts = replace(facts, **over)
    held = held_by_weight(facts.net_weight_kg, facts.unit_code)
    if "units_per_package" in over or held is None or facts.units_per_package is None:
        return facts
    return replace(facts, units_per_package=held)


@remembered
def a_draft(supplier: Company | None = None, *, at: datetime = AT, **over: Any) -> Product:
    """A supplier's draft; `over` replaces facts of `rice_facts`. A second one has another article number."""
    supplier = supplier or a_company(at=at)
    facts = rice_facts(**over)
    if "sku" not in over and (others := Product.objects.filter(supplier=supplier).count()):
        facts = replace(facts, sku=f"{facts.sku}-{others + 1}")
    if "attributes" not in over:
        facts = replace(facts, attributes=required_attributes(facts.category_code))
    return create_product(
        supplier_id=supplier.pk, facts=facts, actor=owner_of(supplier), key=new_key(), at=at
    )


@remembered
def a_submitted_product(supplier: Company | None = None, *, at: datetime = AT, **over: Any) -> Product:
    """A listing that waits for a moderator."""
    product = a_draft(supplier, at=at, **over)
    return submit_for_review(product_ref=product.ref, actor=owner_of(product.supplier), key=new_key(), at=at)


@remembered
def a_live_product(supplier: Company | None = None, *, at: datetime = AT, **over: Any) -> Product:
    """A product that buyers can find and order."""
    product = a_submitted_product(supplier, at=at, **over)
    return approve_product(product_ref=product.ref, actor=MODERATOR, key=new_key(), at=at)


def with_picture(product: Product, content: bytes | None = None) -> Product:
    """The listing with a picture more."""
    upload, actor = content or picture_bytes(), owner_of(product.supplier)
    add_image(product_ref=product.ref, upload=upload, alt="", actor=actor, key=new_key(), at=AT)
    product.refresh_from_db()
    return product


def a_category(code: str = "rice") -> Category:
    """A category of the tree that every database has."""
    return Category.objects.get(code=code)


def required_attributes(category_code: str) -> dict[str, str]:
    """A value for every fact that the category demands."""
    return {
        use.attribute.code: _value(use.attribute.kind, use.attribute.choices)
        for use in _required(category_code)
    }


def _required(category_code: str) -> Iterable[Any]:
    category = Category.objects.filter(code=category_code).first()
    return category.uses.filter(required=True).select_related("attribute") if category else ()


def _value(kind: str, choices: list[dict[str, Any]]) -> str:
    return {"text": "As agreed", "number": "12.5", "integer": "2025", "boolean": "true"}.get(kind) or choices[
        0
    ]["code"]
