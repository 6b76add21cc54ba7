"""The front page and the category overview."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.urls import reverse
from django.utils.translation import ngettext

from catalog.queries.categories import category_tree
from catalog.queries.lines import OfferLine, offer_lines
from catalog.search import SearchSpec, Sort, find
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


def home_page() -> HomePage:
    """Figures, categories, what is fresh and what is new. Five statements."""
    fresh = find(SearchSpec(category_path=FRESH_CATEGORY, sort=Sort.NEWEST, limit=5, counted=False)).hits
    newest = find(SearchSpec(sort=Sort.NEWEST, limit=13, counted=False)).hits
    shown = {hit.product_id for hit in fresh}
    offers, suppliers, countries, verified = _figures()
    return HomePage(
        offers=offers,
        facts=(
            (format_number(offers), ngettext("offer", "offers", offers)),
            (format_number(suppliers), ngettext("supplier", "suppliers", suppliers)),
            (format_number(verified), ngettext("of them verified", "of them verified", verified)),
            (format_number(countries), ngettext("country of origin", "countries of origin", countries)),
        )
        if offers
        else (),
        categories=categories_with_counts(),
        season=tuple(offer_lines(fresh)),
        newest=tuple(offer_lines([hit for hit in newest if hit.product_id not in shown][:8])),
    )


def categories_with_counts() -> tuple[CategoryCount, ...]:
    """The whole tree, each category with the number of its offers. Two statements."""
    counts = _counts_by_path()
    tree = category_tree()

    def counted(parent: str) -> tuple[CategoryCount, ...]:
        return tuple(
            CategoryCount(
                name=node.name,
                url=reverse("category", args=[node.code]),
                count=sum(number for path, number in counts.items() if path.startswith(node.path)),
                children=counted(node.code),
            )
            for node in tree.children(parent)
        )

    return counted("")


def _counts_by_path() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT category_path, count(*) FROM catalog_searchentry GROUP BY category_path")
        return dict(cursor.fetchall())


def _figures() -> tuple[int, int, int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(DISTINCT e.supplier_id), count(DISTINCT e.origin),"
            " count(DISTINCT e.supplier_id) FILTER (WHERE c.state = 'verified')"
            " FROM catalog_searchentry e JOIN accounts_company c ON c.id = e.supplier_id"
        )
        offers, suppliers, countries, verified = cursor.fetchone()
        return offers, suppliers, countries, verified
