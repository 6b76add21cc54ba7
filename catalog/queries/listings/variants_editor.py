"""What the page for a listing's variants shows around its form. Three statements."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.errors import ProductNotFound
from catalog.models import Product
from catalog.queries.buying.product_parts import packaging_of
from catalog.queries.listings.stored import facts_of
from catalog.queries.listings.variants import StoredVariant, variants_of
from catalog.rules.listing import ListingFacts
from catalog.rules.packing import packing_of
from marketplace.core.actors import Actor
from marketplace.core.formatting import format_quantity
from marketplace.core.units import unit_symbol


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
    packed_as: str  # what the listing says of packaging and weights, in one line


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
        packed_as=" · ".join(fact.value for fact in packaging_of(packing_of(product), unit)),
    )
