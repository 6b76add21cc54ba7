"""Reads for sitemaps and feeds: what the public may find, piece by piece, however many there are.

A part is a range of product numbers, so that it never holds more than the limit of a file and its address stays. Pieces are asked by key: nothing is held in memory or open for long.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Exists, Max, OuterRef, QuerySet

from catalog.feeds import FeedItem, ListedPage
from catalog.models import PriceTier, Product, ProductImage, Variant
from catalog.queries.capacity.lead_times import pauses_from
from catalog.queries.capacity.stated import capacity_from
from catalog.queries.categories import Tree, category_tree
from catalog.rules.capacity import Period, read_capacity
from catalog.rules.lead_times import read_pauses
from catalog.rules.prices import Tier
from catalog.states import ListingVisibility
from marketplace.accounts.models import Company
from marketplace.core import clock
from marketplace.core.errors import NotFound

# "Sitemap file must have no more than 50,000 URLs" (sitemaps.org).
PART_SIZE = 50_000
IMAGES_A_URL = 3
NEWS_LENGTH = 40
_PIECE = 1_000
_LARGEST_PART = 2**40
# From the first part to the last one the newest change in each; one of a hidden supplier is passed over. The indexes
# `product_by_sitemap` and `product_by_supplier_sitemap` have each part's changes in order.
_PARTS = """
SELECT part, newest.updated_at
FROM generate_series(
    (SELECT min({part}) FROM catalog_product p WHERE p.state = 'live'),
    (SELECT max({part}) FROM catalog_product p WHERE p.state = 'live')
) AS part CROSS JOIN LATERAL (
    SELECT p.updated_at FROM catalog_product p
    LEFT JOIN catalog_supplierfacts s ON s.supplier_id = p.supplier_id
    WHERE p.state = 'live' AND {part} = part AND s.visibility IS DISTINCT FROM 'hidden'
    ORDER BY p.updated_at DESC LIMIT 1
) newest
ORDER BY part
"""


@dataclass(frozen=True, slots=True)
class NewsItem:
    """Something new at a supplier: a listing that came, or one that changed since."""

    ref: str
    slug: str
    title: str
    description: str
    is_new: bool
    at: datetime
    published_at: datetime
    revision: int


def listed() -> QuerySet[Product]:
    """What the public may find: live, and its supplier is not hidden from search."""
    return Product.objects.live().exclude(supplier__supplier_facts__visibility=ListingVisibility.HIDDEN)


def known_part(part: int) -> int:
    """The part itself; asked before anything is sent. Raises `NotFound` for numbers no row can have."""
    if part > _LARGEST_PART:
        raise NotFound
    return part


@dataclass(frozen=True, slots=True)
class Sold:
    """A variant with its price steps and what there is of it."""

    variant: Variant
    capacity: tuple[Period, ...]
    tiers: list[Tier]


def product_parts() -> list[tuple[int, datetime]]:
    """The parts that hold something, and when the newest change in each was. One statement, a probe for each part."""
    return _parts("id")


def listed_products(part: int) -> Iterator[ListedPage]:
    """The product pages of a part with their pictures, two statements a piece."""
    for products in _pieces(listed().only("ref", "slug", "updated_at"), part):
        images = _images(products)
        for product in products:
            yield ListedPage(
                product.ref, product.slug, product.updated_at, images.get(product.pk, ())[:IMAGES_A_URL]
            )


def listed_suppliers(part: int) -> Iterator[ListedPage]:
    """Storefronts with something to find, by number of company; the change is the newest of their listings."""
    first = _first_of(part)
    shown = Exists(listed().filter(supplier=OuterRef("pk")))
    rows = Company.objects.filter(shown, sells=True, pk__lt=first + PART_SIZE).order_by("pk")
    while piece := list(rows.filter(pk__gte=first)[:_PIECE]):
        changes = dict(
            listed()
            .filter(supplier__in=piece)
            .values_list("supplier")
            .annotate(changed_at=Max("updated_at"))
            .order_by()
        )
        for company in piece:
            if company.pk in changes:  # its last listing may have gone in between
                yield ListedPage(company.ref, "", changes[company.pk], ())
        first = piece[-1].pk + 1


def supplier_parts() -> list[tuple[int, datetime]]:
    """As `product_parts`, of companies; a storefront changes with its listings."""
    return _parts("supplier_id")


def _parts(number: str) -> list[tuple[int, datetime]]:
    with connection.cursor() as cursor:
        cursor.execute(_PARTS.format(part=f"p.{number} / {PART_SIZE}"))
        return [(part, changed_at) for part, changed_at in cursor.fetchall()]


def category_codes() -> list[str]:
    """Every category, in the tree's order."""
    return [node.code for node in category_tree().nodes]


def feed_of_part(part: int) -> Iterator[FeedItem]:
    """The listings of a part that have a picture, each variant an item of its own, three statements a piece and one for the tree."""
    return _feed(listed(), part)


def feed_of_supplier(ref: str) -> Iterator[FeedItem]:
    """One supplier's listings. Raises `NotFound` for a company that has nothing to find."""
    return _feed(listed().filter(supplier=_shown_supplier(ref)), None)


def supplier_news(ref: str) -> tuple[Company, list[NewsItem]]:
    """The supplier and what is new there, newest first. Two statements. Raises as `feed_of_supplier`."""
    company = _shown_supplier(ref)
    rows = (
        listed()
        .filter(supplier=company)
        .annotate(changed_at=Max("changes__at"))
        .order_by("-updated_at", "-pk")[:NEWS_LENGTH]
    )
    return company, [_news(row, row.changed_at) for row in rows]


def _news(product: Product, changed_at: datetime | None) -> NewsItem:
    published_at = product.published_at or product.created_at
    is_new = changed_at is None or changed_at <= published_at
    return NewsItem(
        ref=product.ref,
        slug=product.slug,
        title=product.title,
        description=product.description,
        is_new=is_new,
        at=published_at if is_new or changed_at is None else changed_at,
        published_at=published_at,
        revision=product.revision,
    )


def _shown_supplier(ref: str) -> Company:
    company = Company.objects.filter(
        Exists(listed().filter(supplier=OuterRef("pk"))), ref=ref, sells=True
    ).first()
    if company is None:
        raise NotFound
    return company


def _feed(rows: QuerySet[Product], part: int | None) -> Iterator[FeedItem]:
    tree = category_tree()
    dated = rows.annotate(pauses=pauses_from("supplier", clock.now().date()))
    for products in _pieces(dated.select_related("supplier", "category"), part):
        images, sold = _images(products), _sold(products)
        for product in products:
            variants = list(sold.get(product.pk, {}).values())
            # INVARIANT: a live product is complete (enforced by product_is_complete_once_submitted)
            if not (product.moq and product.order_multiple and product.category):
                continue
            if (
                product.pk not in images
            ):  # shopping services take nothing without a picture; the checklist says so
                continue
            for sold_one in variants:
                several = len(variants) > 1
                yield _feed_item(product, tree, sold_one, images[product.pk], several=several)


def _feed_item(
    product: Product, tree: Tree, sold: Sold, images: tuple[str, ...], *, several: bool
) -> FeedItem:
    trail = tree.trail(product.category.code) if product.category else []
    return FeedItem(
        ref=product.ref,
        slug=product.slug,
        title=product.title,
        description=product.description,
        sku=sold.variant.sku,
        supplier=product.supplier.legal_name,
        category=" > ".join(node.name for node in trail),
        currency=product.currency,
        unit_code=product.unit_code,
        moq=product.moq or Decimal(0),
        order_multiple=product.order_multiple or Decimal(0),
        lead_time_days=product.lead_time_days or 0,
        tiers=tuple(sold.tiers),
        images=images,
        variant=sold.variant.number if several else 0,
        variant_name=sold.variant.name if several else "",
        capacity=sold.capacity,
        pauses=read_pauses(product.__dict__["pauses"]),
    )


def _pieces(rows: QuerySet[Product], part: int | None) -> Iterator[list[Product]]:
    first = 0 if part is None else _first_of(part)
    if part is not None:
        rows = rows.filter(pk__lt=first + PART_SIZE)
    rows = rows.order_by("pk")
    while piece := list(rows.filter(pk__gte=first)[:_PIECE]):
        yield piece
        first = piece[-1].pk + 1


def _first_of(part: int) -> int:
    return part * PART_SIZE


def _images(products: list[Product]) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = {}
    rows = ProductImage.objects.filter(product__in=products).order_by("product", "position")
    for product_id, ref in rows.values_list("product_id", "file__ref"):
        found.setdefault(product_id, []).append(ref)
    return {product_id: tuple(refs) for product_id, refs in found.items()}


def _sold(products: list[Product]) -> dict[int, dict[int, Sold]]:
    """The variants on offer of each product, in their order, with their price steps and what there is of them."""
    found: dict[int, dict[int, Sold]] = {}
    rows = PriceTier.objects.filter(variant__product__in=products, variant__position__isnull=False)
    dated = rows.annotate(capacity=capacity_from("variant"))
    for row in dated.select_related("variant").order_by(
        "variant__product", "variant__position", "min_quantity"
    ):
        of_product = found.setdefault(row.variant.product_id, {})
        if row.variant_id not in of_product:
            of_product[row.variant_id] = Sold(row.variant, read_capacity(row.__dict__["capacity"]), [])
        of_product[row.variant_id].tiers.append(Tier(row.min_quantity, row.unit_price))
    return found
