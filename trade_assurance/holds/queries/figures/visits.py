"""What happened before an order: pages looked at, searches that led here, carts; and what nobody offered.

Sums by day (UTC) that hold nobody's name. A search counts as the supplier's business when it has a word of one
of the categories the supplier lists in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum
from django.utils.translation import gettext as _

from catalog.models import Product
from catalog.queries.categories import category_tree
from catalog.queries.searching.observations import (
    SearchedLine,
    searches_leading_to,
    searches_without_results,
    views_of_supplier,
)
from catalog.words import asked_words
from marketplace.core.formatting import format_number, format_percent
from orders.models import CartAdditions
from trade_assurance.holds.figures_rules import concerns

SHOWN = 20
_LOOKED_AT = 500
_WHOLE_BPS = 10_000


@dataclass(frozen=True, slots=True)
class Visits:
    """What the sums hold of one supplier's span, by day; searches most often first."""

    views: tuple[tuple[date, str, int], ...]
    carts: tuple[tuple[date, int], ...]
    led_here: tuple[SearchedLine, ...]
    not_found: tuple[SearchedLine, ...]

    @property
    def all_views(self) -> int:
        """Openings of the supplier's product pages."""
        return sum(number for _day, _country, number in self.views)

    @property
    def all_carts(self) -> int:
        """How often something of the supplier's went into a cart."""
        return sum(number for _day, number in self.carts)


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One step from looking to ordering: how often, and of how many of the step before."""

    label: str
    number: str
    share: str
    width: int


def visits_of(company_id: int, first: date, last: date) -> Visits:
    """Five statements, and the tree of categories."""
    views = views_of_supplier(company_id, first)
    carts = (
        CartAdditions.objects.filter(product__supplier_id=company_id, added_on__gte=first, added_on__lte=last)
        .values_list("added_on")
        .annotate(Sum("times"))
        .order_by("added_on")
    )
    words = _words_of_categories(company_id)
    unmet = searches_without_results(first, most=_LOOKED_AT) if words else []
    return Visits(
        views=tuple((line.viewed_on, line.country, line.views) for line in views if line.viewed_on <= last),
        carts=tuple((day, int(number)) for day, number in carts),
        led_here=tuple(searches_leading_to(company_id, first, most=SHOWN)),
        not_found=tuple(line for line in unmet if concerns(asked_words(line.query), words))[:SHOWN],
    )


def funnel(visits: Visits, orders: int) -> tuple[FunnelStep, ...]:
    """Views, carts, orders: each with its share of the step before; nothing where nothing was counted."""
    return steps_of(
        (
            (_("Product pages opened"), visits.all_views),
            (_("Put into a cart"), visits.all_carts),
            (_("Orders received"), orders),
        )
    )


def steps_of(steps: Sequence[tuple[str, int]]) -> tuple[FunnelStep, ...]:
    """Each number with its share of the one before; nothing where nothing was counted."""
    largest = max(number for _label, number in steps)
    if not largest:
        return ()
    return tuple(
        FunnelStep(label, format_number(number), share_of(number, before), number * 1000 // largest)
        for (label, number), before in zip(steps, [0, *(number for _label, number in steps)], strict=False)
    )


def share_of(number: int, before: int) -> str:
    """Of what came before; none where that is smaller, for one cart may become several orders."""
    if not before or number > before:
        return ""
    return format_percent((2 * number * _WHOLE_BPS + before) // (2 * before))


def _words_of_categories(company_id: int) -> Collection[str]:
    """Every word, in every language, of the categories that the supplier's listings are in."""
    own = Product.objects.of_supplier(company_id).exclude(category__isnull=True)
    ids = set(own.order_by().values_list("category_id", flat=True).distinct())
    tree = category_tree()
    return frozenset(word for node in _nodes(ids) if node in tree.by_id for word in tree.by_id[node].words)


def _nodes(ids: Iterable[int | None]) -> Iterable[int]:
    return (one for one in ids if one is not None)
