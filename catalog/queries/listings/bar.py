"""What stands over every page of a listing: its state and, of a draft, what the review still needs. Reads only."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from catalog.checklist_words import anchor
from catalog.errors import ProductNotFound
from catalog.models import Product
from catalog.policies import can_list_for
from catalog.queries.categories import category_facts
from catalog.queries.listings.kept_input import kept_input
from catalog.queries.listings.stored import facts_of
from catalog.rules.listing import missing_facts
from catalog.states import ProductState
from marketplace.core.actors import Actor
from marketplace.core.ids import new_key


@dataclass(frozen=True, slots=True)
class ListingBar:
    """Of a draft that this reader may submit: what is missing, each with where it is stated, and whether something
    that they typed is not saved. `key` is the submission's."""

    ref: str
    points: tuple[tuple[str, str], ...]
    has_unsaved: bool
    key: str


def listing_bar(ref: str, actor: Actor) -> ListingBar | None:
    """None for what is no draft, and for whoever may not submit it. Raises `ProductNotFound` for another's."""
    product = Product.objects.of_supplier(actor.company_id).filter(ref=ref).select_related("category").first()
    if product is None:
        raise ProductNotFound
    if product.state != ProductState.DRAFT or not can_list_for(actor, product.supplier_id):
        return None
    facts = facts_of(product)
    here = reverse("workbench_product", args=[ref])
    missing = missing_facts(facts, category_facts(facts.category_code))
    return ListingBar(
        ref=ref,
        points=tuple((str(text), f"{here}#{anchor(field)}") for field, text in missing.items()),
        has_unsaved=kept_input(actor, product.pk) is not None,
        key=new_key(),
    )
