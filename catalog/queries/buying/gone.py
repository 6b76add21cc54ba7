"""The page of a product that was on offer: that it is gone, and where to look instead. Says nothing of the listing itself.

Its words may have been changed since, or be the reason why it was taken down, so none are shown. Whether the supplier
paused it or a moderator took it down is not told either.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from catalog.models import Product
from catalog.queries.buying.lines import OfferLine, offer_lines
from catalog.queries.categories import CategoryNode, category_tree
from catalog.queries.suppliers.facts import shown_seller
from catalog.search import SearchSpec, Sort, find
from catalog.states import ProductState
from marketplace.core.errors import NotFound

SIMILAR = 8


@dataclass(frozen=True, slots=True)
class GonePage:
    """What stands in the place of a product; `supplier_ref` and what belongs to it are empty where the supplier has no page."""

    supplier: str
    supplier_ref: str
    supplier_url: str
    crumbs: tuple[tuple[str, str], ...]
    category: str
    category_url: str
    similar: tuple[OfferLine, ...]


def gone_page(ref: str, *, buyer_id: int | None = None) -> GonePage | None:
    """For what was on offer and is not now; None for what nobody could ever see."""
    row = (
        Product.objects.filter(ref=ref, published_at__isnull=False)
        .values("category_id", "supplier__ref")
        .first()
    )
    if row is None:
        return None
    tree = category_tree()
    trail = tree.trail(tree.by_id[row["category_id"]].code) if row["category_id"] in tree.by_id else []
    name, supplier_ref = _supplier(row["supplier__ref"])
    place, similar = _similar(trail, buyer_id)
    return GonePage(
        supplier=name,
        supplier_ref=supplier_ref,
        supplier_url=reverse("supplier", args=[supplier_ref]) if supplier_ref else "",
        crumbs=tuple((node.name, reverse("category", args=[node.code])) for node in trail),
        category=place.name if place else "",
        category_url=reverse("category", args=[place.code]) if place else "",
        similar=similar,
    )


def supplier_of_gone(ref: str) -> str:
    """The reference of the supplier of what was on offer and is not now; empty for everything else. One statement."""
    gone = Product.objects.filter(ref=ref, published_at__isnull=False).exclude(state=ProductState.LIVE)
    return gone.values_list("supplier__ref", flat=True).first() or ""


def _supplier(ref: str) -> tuple[str, str]:
    try:
        company, _live = shown_seller(ref)
    except NotFound:
        return "", ""
    return company.legal_name, company.ref


def _similar(
    trail: list[CategoryNode], buyer_id: int | None
) -> tuple[CategoryNode | None, tuple[OfferLine, ...]]:
    """The newest of the narrowest category that has any, and that category."""
    for node in reversed(trail):
        spec = SearchSpec(
            category_path=node.path, sort=Sort.NEWEST, limit=SIMILAR, counted=False, buyer_id=buyer_id
        )
        if hits := find(spec).hits:
            return node, tuple(offer_lines(hits))
    return (trail[-1] if trail else None), ()
