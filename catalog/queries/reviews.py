"""Reads reviews: on a product's page with their mean and the share of orders reviewed, for its supplier, at the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from django.db.models import Avg, Count, F, OuterRef, QuerySet, Subquery, Window
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Product, Review, SupplierFacts
from marketplace.core.actors import Actor
from marketplace.core.countries import country_name
from marketplace.core.formatting import format_number, format_percent

_SHOWN: Final = 20
_MARK_UNIT: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One review; `buyer` is the country only: who buys where is nobody's business."""

    ref: str
    product: str
    buyer: str
    marks: str
    text: str
    written_at: datetime
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReviewsPart:
    """The reviews of a product. `mean` of the goods as described, to a tenth, and `count` are also for machines."""

    mean: Decimal
    count: int
    summary: str
    share: str
    lines: tuple[ReviewLine, ...]


def reviews_of_product(product: Product) -> ReviewsPart | None:
    """What is shown of a product's reviews; None when there are none. One statement; `supplier_facts` was joined in."""
    orders = Review.objects.filter(supplier=OuterRef("supplier"), hidden_at__isnull=True).order_by()
    reviewed = orders.values("supplier").annotate(n=Count("order_ref", distinct=True)).values("n")
    rows = list(
        _shown()
        .filter(product=product)
        .annotate(number=Window(Count("pk")), mean=Window(Avg("goods")), reviewed_orders=Subquery(reviewed))[
            :_SHOWN
        ]
    )
    if not rows:
        return None
    facts: SupplierFacts | None = getattr(product.supplier, "supplier_facts", None)
    first = rows[0].__dict__
    mean = Decimal(first["mean"]).quantize(_MARK_UNIT, ROUND_HALF_UP)
    count: int = first["number"]
    summary = ngettext("%(mean)s of 5 from %(count)s review", "%(mean)s of 5 from %(count)s reviews", count)
    return ReviewsPart(
        mean=mean,
        count=count,
        summary=summary % {"mean": format_number(mean), "count": format_number(count)},
        share=share_text(first["reviewed_orders"], facts.orders_completed if facts else 0),
        lines=tuple(_line(row) for row in rows),
    )


def share_text(reviewed: int, completed: int) -> str:
    """How many of a supplier's completed orders were reviewed: without it a mean says little."""
    completed = max(completed, reviewed)  # the figures of trades follow a moment later
    return _(
        "Buyers reviewed %(reviewed)s of this supplier's %(completed)s completed orders (%(share)s)."
    ) % {
        "reviewed": format_number(reviewed),
        "completed": format_number(completed),
        "share": format_percent(reviewed * 10_000 // completed),
    }


def own_reviews(supplier_id: int) -> tuple[ReviewLine, ...]:
    """What buyers wrote to a supplier, the latest first. One statement."""
    return tuple(_line(row) for row in _shown().filter(supplier_id=supplier_id)[:100])


def desk_reviews(_actor: Actor) -> tuple[ReviewLine, ...]:
    """The latest reviews, for the moderators. One statement."""
    return tuple(_line(row) for row in _shown()[:100])


def review_of_order(order_ref: str) -> dict[int, Review]:
    """What was written about an order, by product."""
    return {row.product_id: row for row in Review.objects.filter(order_ref=order_ref)}


def _shown() -> QuerySet[Review]:
    return (
        Review.objects.filter(hidden_at__isnull=True)
        .select_related("product", "buyer")
        .order_by(F("written_at").desc(), "-pk")
    )


def _line(row: Review) -> ReviewLine:
    marks = _("goods as described %(goods)s, communication %(communication)s, on time %(on_time)s")
    return ReviewLine(
        ref=row.ref,
        product=row.product.title,
        buyer=_("Buyer in %(country)s") % {"country": country_name(row.buyer.country)},
        marks=marks % {"goods": row.goods, "communication": row.communication, "on_time": row.on_time},
        text=row.text,
        written_at=row.written_at,
        answer=row.answer,
        answered_at=row.answered_at,
    )
