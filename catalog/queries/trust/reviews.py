"""Reads reviews for everybody: on a product's page, on its supplier's, and all of a supplier's with filters.

A mean never stands without the number of reviews and the share of completed orders that were reviewed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Avg, Count, F, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Product, ProductTrades, Review, ReviewPicture, SupplierFacts
from catalog.queries.listings.images import Photograph, image_url, photograph
from marketplace.core.compiled import compiled
from marketplace.core.countries import country_name
from marketplace.core.formatting import format_number, format_percent

_BESIDE: Final = 5
_PAGE: Final = 20
_MOST_PRODUCTS: Final = 50
_MARK_UNIT: Final = Decimal("0.1")
STARS: Final = (5, 4, 3, 2, 1)


@dataclass(frozen=True, slots=True)
class ReviewPhoto:
    """A picture of the reviewer's, and where it is seen large."""

    ref: str
    url: str
    photo: Photograph


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One review; `buyer` is the country only: who buys where is nobody's business."""

    ref: str
    product: str
    product_url: str
    buyer: str
    stars: int
    marks: str
    text: str
    written_at: datetime
    edited_at: datetime | None
    answer: str
    answered_at: datetime | None
    answer_edited_at: datetime | None
    pictures: tuple[ReviewPhoto, ...]

    @property
    def drawn(self) -> str:
        """The mark of the goods as five stars, for the eye only."""
        return "★" * self.stars + "☆" * (5 - self.stars)


@dataclass(frozen=True, slots=True)
class ReviewsPart:
    """Reviews on a page: the latest. `mean` of the goods as described, to a tenth, and `count` are also for machines."""

    mean: Decimal
    count: int
    summary: str
    shares: tuple[str, ...]
    lines: tuple[ReviewLine, ...]
    all_url: str
    all_label: str


@dataclass(frozen=True, slots=True)
class StarLine:
    """How many reviews give so many stars; the share of the largest is for the bar."""

    stars: int
    count: int
    url: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class ProductChoice:
    """A reviewed product of the supplier, to read only its reviews."""

    title: str
    count: int
    url: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class ReviewsPage:
    """A page of a supplier's reviews, or of those of one product, or with so many stars."""

    supplier: str
    supplier_url: str
    url: str
    summary: str
    shares: tuple[str, ...]
    stars: tuple[StarLine, ...]
    products: tuple[ProductChoice, ...]
    lines: tuple[ReviewLine, ...]
    is_filtered: bool
    first_url: str
    next_url: str


def reviews_of_product(product: Product) -> ReviewsPart | None:
    """The latest of a product's reviews; None when there are none. One statement; `supplier_facts` was joined in."""
    rows = _of_product(product.pk)
    if not rows:
        return None
    first = rows[0].__dict__
    shares = [_share_of_supplier(first["reviewed_orders"], product)]
    if first["product_orders"] is not None:
        shares.append(share_of_product(first["number"], first["product_orders"]))
    return _part(rows, shares, _all_url(product.supplier.ref, product=product.ref))


def reviews_of_supplier(supplier_id: int, supplier_ref: str, completed: int) -> ReviewsPart | None:
    """The latest of all of a supplier's reviews; None when there are none. One statement."""
    rows = list(_beside(Q(supplier_id=supplier_id)))
    if not rows:
        return None
    share = share_text(rows[0].__dict__["reviewed_orders"], completed)
    return _part(rows, [share], _all_url(supplier_ref))


def supplier_reviews(
    *, supplier: Any, product_ref: str = "", stars: int | None = None, after: str = ""
) -> ReviewsPage:
    """All reviews of a supplier (`accounts.Company` with `supplier_facts`), filtered, twenty to a page. Four statements.

    `after` is the reference of the last one on the page before; one that is gone begins at the first.
    """
    shown = Review.objects.filter(supplier=supplier, hidden_at__isnull=True)
    here = shown.filter(product__ref=product_ref) if product_ref else shown
    totals = shown.aggregate(orders=Count("order_ref", distinct=True))
    counts = dict(here.order_by().values_list("goods").annotate(n=Count("pk")))
    facts: SupplierFacts | None = getattr(supplier, "supplier_facts", None)
    shares = [share_text(totals["orders"], facts.orders_completed if facts else 0)]
    rows = list(_page_of(here.filter(goods=stars) if stars else here, after))
    asked = {"product": product_ref, "stars": str(stars or "")}
    return ReviewsPage(
        supplier=supplier.legal_name,
        supplier_url=reverse("supplier", args=[supplier.ref]),
        url=_all_url(supplier.ref),
        summary=_summary_of(counts),
        shares=tuple(shares),
        stars=tuple(
            StarLine(
                mark,
                counts.get(mark, 0),
                _all_url(supplier.ref, **asked | {"stars": "" if mark == stars else str(mark)}),
                mark == stars,
            )
            for mark in STARS
        ),
        products=_products(shown, supplier.ref, asked),
        lines=tuple(line_of(row) for row in rows[:_PAGE]),
        is_filtered=bool(product_ref or stars),
        first_url=_all_url(supplier.ref, **asked) if after else "",
        next_url=_all_url(supplier.ref, **asked, after=rows[_PAGE - 1].ref) if len(rows) > _PAGE else "",
    )


@compiled
def _of_product(product_id: int) -> QuerySet[Review, Review]:
    trades = ProductTrades.objects.filter(pk=OuterRef("product")).values("orders_completed")
    return _beside(Q(product_id=product_id)).annotate(product_orders=Subquery(trades))


def share_text(reviewed: int, completed: int) -> str:
    """How many of a supplier's completed orders were reviewed: without it a mean says little."""
    words = ngettext(
        "Buyers reviewed %(reviewed)s of this supplier's %(completed)s completed order (%(share)s).",
        "Buyers reviewed %(reviewed)s of this supplier's %(completed)s completed orders (%(share)s).",
        completed,
    )
    return words % _share_words(reviewed, completed)


def share_of_product(reviewed: int, completed: int) -> str:
    """The same of the completed orders that held one product."""
    words = ngettext(
        "Buyers reviewed %(reviewed)s of %(completed)s completed order with this product (%(share)s).",
        "Buyers reviewed %(reviewed)s of %(completed)s completed orders with this product (%(share)s).",
        completed,
    )
    return words % _share_words(reviewed, completed)


def shown_with_pictures(condition: Q) -> QuerySet[Review]:
    """What everybody sees, the latest first, with each review's pictures in the same statement."""
    return with_pictures(Review.objects.filter(condition, hidden_at__isnull=True))


def with_pictures(rows: QuerySet[Review]) -> QuerySet[Review]:
    """The latest first, with product, buyer and pictures, in one statement."""
    pictures = ReviewPicture.objects.filter(review=OuterRef("pk")).order_by("position")
    made = JSONObject(ref="file__ref", renditions="renditions")
    return (
        rows.select_related("product", "buyer")
        .annotate(photos=ArraySubquery(pictures.values(made=made)))
        .order_by(F("written_at").desc(), "-pk")
    )


def line_of(row: Review) -> ReviewLine:
    """A stored review as people read it."""
    marks = _("goods as described %(goods)s, communication %(communication)s, on time %(on_time)s")
    return ReviewLine(
        ref=row.ref,
        product=row.product.title,
        product_url=reverse("product", args=[row.product.ref, row.product.slug])
        if row.product.is_live
        else "",
        buyer=_("Buyer in %(country)s") % {"country": country_name(row.buyer.country)},
        stars=row.goods,
        marks=marks % {"goods": row.goods, "communication": row.communication, "on_time": row.on_time},
        text=row.text,
        written_at=row.written_at,
        edited_at=row.edited_at,
        answer=row.answer,
        answered_at=row.answered_at,
        answer_edited_at=row.answer_edited_at,
        pictures=tuple(_photo(one["ref"], one["renditions"]) for one in row.__dict__["photos"]),
    )


def _beside(condition: Q) -> QuerySet[Review]:
    """The few that stand on a page, with the mean and number of all of them and the supplier's reviewed orders."""
    orders = Review.objects.filter(supplier=OuterRef("supplier"), hidden_at__isnull=True).order_by()
    reviewed = orders.values("supplier").annotate(n=Count("order_ref", distinct=True)).values("n")
    return shown_with_pictures(condition).annotate(
        number=Window(Count("pk")), mean=Window(Avg("goods")), reviewed_orders=Subquery(reviewed)
    )[:_BESIDE]


def _part(rows: Sequence[Review], shares: Sequence[str], all_url: str) -> ReviewsPart:
    first = rows[0].__dict__
    count: int = first["number"]
    mean = Decimal(first["mean"]).quantize(_MARK_UNIT, ROUND_HALF_UP)
    label = _("All %(count)s reviews") % {"count": format_number(count)}
    return ReviewsPart(
        mean=mean,
        count=count,
        summary=_summary(mean, count),
        shares=tuple(shares),
        lines=tuple(line_of(row) for row in rows),
        all_url=all_url,
        all_label=label if count > len(rows) else "",
    )


def _summary(mean: Decimal, count: int) -> str:
    words = ngettext("%(mean)s of 5 from %(count)s review", "%(mean)s of 5 from %(count)s reviews", count)
    return words % {"mean": format_number(mean), "count": format_number(count)}


def _summary_of(counts: dict[int, int]) -> str:
    number = sum(counts.values())
    if not number:
        return ""
    whole = sum(mark * count for mark, count in counts.items())
    return _summary((Decimal(whole) / number).quantize(_MARK_UNIT, ROUND_HALF_UP), number)


def _share_of_supplier(reviewed: int, product: Product) -> str:
    facts: SupplierFacts | None = getattr(product.supplier, "supplier_facts", None)
    return share_text(reviewed, facts.orders_completed if facts else 0)


def _share_words(reviewed: int, completed: int) -> dict[str, str]:
    completed = max(completed, reviewed)  # the figures of trades follow a moment later
    return {
        "reviewed": format_number(reviewed),
        "completed": format_number(completed),
        "share": format_percent(reviewed * 10_000 // completed if completed else 0),
    }


def _page_of(rows: QuerySet[Review], after: str) -> QuerySet[Review]:
    """The reviews behind one, and one more than a page holds."""
    last = Review.objects.filter(ref=after).values_list("written_at", "pk").first() if after else None
    if last is not None:
        moment, pk = last
        rows = rows.filter(Q(written_at__lt=moment) | Q(written_at=moment, pk__lt=pk))
    return with_pictures(rows)[: _PAGE + 1]


def _products(shown: QuerySet[Review], supplier_ref: str, asked: dict[str, str]) -> tuple[ProductChoice, ...]:
    counted = (
        shown.order_by()
        .values("product__ref", "product__title")
        .annotate(n=Count("pk"))
        .order_by("-n", "product__ref")
    )
    found = [(row["product__ref"], row["product__title"], row["n"]) for row in counted[:_MOST_PRODUCTS]]
    return tuple(
        ProductChoice(
            title=title,
            count=count,
            url=_all_url(supplier_ref, **asked | {"product": "" if ref == asked["product"] else ref}),
            chosen=ref == asked["product"],
        )
        for ref, title, count in found
    )


def _all_url(supplier_ref: str, **asked: str) -> str:
    query = urlencode({name: value for name, value in asked.items() if value})
    address = reverse("supplier_reviews", args=[supplier_ref])
    return f"{address}?{query}" if query else address


def _photo(file_ref: str, renditions: dict[str, Any]) -> ReviewPhoto:
    return ReviewPhoto(
        ref=file_ref,
        url=image_url(file_ref, "large"),
        photo=photograph(file_ref, renditions, size="card"),
    )
