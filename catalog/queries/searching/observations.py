"""Figures of what was searched and looked at, for those who sell. Reads only; sums, never a person.

Words that fewer than `FEWEST` searches used on no day are left out for other companies: a rare search may tell
who searched.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Max, Sum

from catalog.models import ProductViews, SearchedWords, SearchVisit

FEWEST: Final = 2
MOST: Final = 100


@dataclass(frozen=True, slots=True)
class SearchedLine:
    """Words, how often they were searched, and the last day."""

    query: str
    times: int
    last_on: date


@dataclass(frozen=True, slots=True)
class ViewsLine:
    """How often a product was looked at on a day from a country."""

    product_id: int
    viewed_on: date
    country: str
    views: int
    from_search: int


def searches_without_results(since: date, *, fewest: int = FEWEST, most: int = MOST) -> list[SearchedLine]:
    """What buyers searched and nobody offered, most searched first: no offer had the words when last asked. One statement."""
    rows = (
        SearchedWords.objects.filter(searched_on__gte=since)
        .values("query")
        .annotate(sum=Sum("times"), last_on=Max("searched_on"), most_found=Max("found"))
        .filter(most_found=0, sum__gte=fewest)
        .order_by("-sum", "query")
    )
    return [SearchedLine(row["query"], row["sum"], row["last_on"]) for row in rows[:most]]


def searches_leading_to(supplier_id: int, since: date, *, most: int = MOST) -> list[SearchedLine]:
    """The words from whose results the supplier's products were opened, most often first. One statement."""
    rows = (
        SearchVisit.objects.filter(product__supplier_id=supplier_id, visited_on__gte=since)
        .values("query")
        .annotate(sum=Sum("times"), last_on=Max("visited_on"))
        .order_by("-sum", "query")
    )
    return [SearchedLine(row["query"], row["sum"], row["last_on"]) for row in rows[:most]]


def views_of_supplier(supplier_id: int, since: date) -> list[ViewsLine]:
    """The sums of the supplier's products by product, day and country. One statement."""
    rows = ProductViews.objects.filter(product__supplier_id=supplier_id, viewed_on__gte=since)
    return [
        ViewsLine(*row)
        for row in rows.order_by("viewed_on", "product_id", "country").values_list(
            "product_id", "viewed_on", "country", "views", "from_search"
        )
    ]
