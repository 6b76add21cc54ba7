"""What buyers asked an exporter, and what came of it: by day, and listing by listing. Rows, nothing estimated.

An enquiry led to an order when its buyer placed one with this supplier afterwards, with whatever goods. In the table by
listing each number is counted by itself. What moderators stopped does not count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from catalog.models import Product, ProductViews
from marketplace.core.formatting import format_number
from orders.models import Enquiry, Order, OrderLine
from trade_assurance.holds.figures_rules import ListingSums, busiest
from trade_assurance.holds.queries.figures.visits import FunnelStep, Visits, share_of, steps_of

SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class AskedDay:
    """Enquiries of one day from one country; `answered` and `ordered` of them so far."""

    day: date
    country: str
    number: int
    answered: int
    ordered: int


@dataclass(frozen=True, slots=True)
class ListingRow:
    """One line of the table by listing; shares are of the number before, empty where they say nothing."""

    title: str
    ref: str
    views: str
    enquiries: str
    asked_share: str
    orders: str
    ordered_share: str


def asked_of(company_id: int, start: datetime, end: datetime) -> tuple[AskedDay, ...]:
    """What the span holds, by day and the buyer's country. One statement."""
    later = Order.objects.filter(
        buyer=OuterRef("buyer"), supplier=OuterRef("supplier"), placed_at__gte=OuterRef("asked_at")
    )
    rows = _asked(company_id, start, end).annotate(day=TruncDate("asked_at"), led=Exists(later))
    counted = rows.values("day", "buyer__country", "led").annotate(
        n=Count("pk"), said=Count("first_answered_at")
    )
    sums: dict[tuple[date, str], list[int]] = {}
    for row in counted.order_by("day", "buyer__country"):
        one = sums.setdefault((row["day"], row["buyer__country"]), [0, 0, 0])
        for place, number in enumerate((row["n"], row["said"], row["n"] if row["led"] else 0)):
            one[place] += number
    return tuple(AskedDay(*place, *numbers) for place, numbers in sums.items())


def asked_funnel(visits: Visits, asked: Iterable[AskedDay]) -> tuple[FunnelStep, ...]:
    """Views, enquiries, enquiries that led to an order: each with its share of the step before."""
    days = tuple(asked)
    if not days:
        return ()
    return steps_of(
        (
            (_("Product pages opened"), visits.all_views),
            (_("Enquiries"), sum(one.number for one in days)),
            (_("of them followed by an order of the same buyer"), sum(one.ordered for one in days)),
        )
    )


def listing_rows(
    company_id: int, first: date, last: date, start: datetime, end: datetime
) -> tuple[ListingRow, ...]:
    """The listings most looked at, asked about and ordered. Four statements."""
    views = ProductViews.objects.filter(
        product__supplier_id=company_id, viewed_on__gte=first, viewed_on__lte=last
    )
    asked = _asked(company_id, start, end).filter(product__isnull=False)
    lines = OrderLine.objects.filter(
        order__supplier_id=company_id, order__placed_at__gte=start, order__placed_at__lt=end
    )
    counts = (
        dict(views.order_by().values_list("product_id").annotate(Sum("views"))),
        dict(asked.order_by().values_list("product_id").annotate(Count("pk"))),
        dict(lines.order_by().values_list("product_id").annotate(Count("order_id", distinct=True))),
    )
    chosen = busiest(*counts, most=SHOWN)
    named = {row.pk: row for row in Product.objects.filter(pk__in=[one.product_id for one in chosen])}
    return tuple(_row(named[one.product_id], one) for one in chosen if one.product_id in named)


def _asked(company_id: int, start: datetime, end: datetime) -> QuerySet[Enquiry]:
    return Enquiry.objects.not_stopped().filter(supplier_id=company_id, asked_at__gte=start, asked_at__lt=end)


def _row(product: Product, sums: ListingSums) -> ListingRow:
    return ListingRow(
        title=product.title,
        ref=product.ref,
        views=format_number(sums.views),
        enquiries=format_number(sums.enquiries),
        asked_share=share_of(sums.enquiries, sums.views),
        orders=format_number(sums.orders),
        ordered_share=share_of(sums.orders, sums.views),
    )
