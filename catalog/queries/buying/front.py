"""The front page and the category overview."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.translation import ngettext

from catalog.queries.buying.lines import OfferLine, offer_lines
from catalog.queries.categories import CategoryNode, category_tree, offers_inside
from catalog.search import Overview, SearchSpec, Sort, find, overview
from marketplace.core.formatting import format_number

FRESH_CATEGORY = "fresh-produce/"


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """A category and how many offers lie in it and inside it."""

    name: str
    url: str
    count: int
    children: tuple[CategoryCount, ...] = ()


@dataclass(frozen=True, slots=True)
class HomePage:
    """The front page."""

    offers: int
    facts: tuple[tuple[str, str], ...]
    categories: tuple[CategoryCount, ...]
    season: tuple[OfferLine, ...]
    newest: tuple[OfferLine, ...]


def home_page(buyer_id: int | None = None) -> HomePage:
    """Figures, categories, what is fresh and what is new, at this company's prices; the figures are read again when the index has changed."""
    latest = SearchSpec(sort=Sort.NEWEST, limit=13, counted=False, buyer_id=buyer_id)
    fresh = find(replace(latest, category_path=FRESH_CATEGORY, limit=5)).hits
    newest = find(latest).hits
    shown = {hit.product_id for hit in fresh}
    found = overview()
    offers, suppliers, verified, origins = (
        found.offers,
        found.suppliers,
        found.verified_suppliers,
        found.origins,
    )
    return HomePage(
        offers=offers,
        facts=(
            (format_number(offers), ngettext("offer", "offers", offers)),
            (format_number(suppliers), ngettext("supplier", "suppliers", suppliers)),
            (format_number(verified), ngettext("of them verified", "of them verified", verified)),
            (format_number(origins), ngettext("country of origin", "countries of origin", origins)),
        )
        if offers
        else (),
        categories=_roots(found),
        season=tuple(offer_lines(fresh)),
        newest=tuple(offer_lines([hit for hit in newest if hit.product_id not in shown][:8])),
    )


def categories_with_counts() -> tuple[CategoryCount, ...]:
    """The whole tree, each category with the number of its offers."""
    inside = offers_inside(overview().categories)
    tree = category_tree()

    def counted(parent: str) -> tuple[CategoryCount, ...]:
        return tuple(_counted(node, inside, counted(node.code)) for node in tree.children(parent))

    return counted("")


def _roots(found: Overview) -> tuple[CategoryCount, ...]:
    inside = offers_inside(found.categories)
    return tuple(_counted(node, inside, ()) for node in category_tree().children())


def _counted(
    node: CategoryNode, inside: Mapping[str, int], children: tuple[CategoryCount, ...]
) -> CategoryCount:
    url = reverse("category", args=[node.code])
    return CategoryCount(node.name, url, inside.get(node.path, 0), children)
