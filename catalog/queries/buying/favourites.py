"""Reads of a company's lists of favourites. Nobody else's are ever read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.errors import FavouriteListNotFound
from catalog.models import Favourite, FavouriteList, Product, Variant
from catalog.queries.buying.lines import lead_text, per_text
from catalog.queries.buying.offers import ProductCard, product_cards
from catalog.queries.capacity.lead_times import pauses_from
from catalog.queries.capacity.stock_lines import stock_note, stock_of
from catalog.rules.lead_times import read_pauses
from catalog.rules.prices import unit_price_for
from marketplace.core.actors import Actor
from marketplace.core.formatting import format_quantity, format_unit_price


@dataclass(frozen=True, slots=True)
class FavouriteListLine:
    """One list and how many products stand in it."""

    ref: str
    name: str
    number: int


@dataclass(frozen=True, slots=True)
class FavouriteLine:
    """One product; `is_live` says whether it is on the market now, `stock` what stands in the way of ordering it.

    Price, minimum and lead time are those of the smallest order, at the company's own prices; empty when it is not live.
    """

    ref: str
    title: str
    url: str
    supplier: str
    note: str
    added_by: str
    added_at: datetime
    is_live: bool
    stock: str
    picture_url: str
    price: str
    per: str
    moq: str
    lead: str


@dataclass(frozen=True, slots=True)
class FavouriteListPage:
    """A list with its products, newest first."""

    ref: str
    name: str
    favourites: tuple[FavouriteLine, ...]


def favourite_lists(actor: Actor) -> list[FavouriteListLine]:
    """The lists of the company acted for, by name. One statement."""
    if actor.company_id is None:
        return []
    rows = FavouriteList.objects.filter(company_id=actor.company_id).annotate(number=Count("favourites"))
    return [FavouriteListLine(row.ref, row.name, row.number) for row in rows.order_by("name", "pk")]


def favourite_list(ref: str, actor: Actor, *, today: date) -> FavouriteListPage:
    """One of them. Six statements, however many stand in it. Raises `FavouriteListNotFound` for another company's."""
    kept = FavouriteList.objects.filter(ref=ref, company_id=actor.company_id or 0).first()
    if kept is None:
        raise FavouriteListNotFound
    sold = Variant.objects.filter(product=OuterRef("product"), position__isnull=False).order_by("-position")
    rows = (
        Favourite.objects.filter(list=kept)
        .select_related("product__supplier")
        .annotate(
            stock=stock_of("product"),
            pauses=pauses_from("product__supplier", today),
            offered=Subquery(sold.values("position")[:1]),
        )
        .order_by("-added_at", "-pk")
    )
    found = list(rows)
    cards = product_cards([row.product_id for row in found], buyer_id=actor.company_id)
    lines = tuple(_line(row, cards[row.product_id], today) for row in found)
    return FavouriteListPage(kept.ref, kept.name, lines)


def chosen_products(refs: list[str]) -> list[tuple[str, str]]:
    """Reference and title of those that are on the market. One statement."""
    return list(Product.objects.live().filter(ref__in=refs).order_by("title").values_list("ref", "title"))


def _line(row: Favourite, card: ProductCard, today: date) -> FavouriteLine:
    product, extra = row.product, row.__dict__
    pauses = read_pauses(extra["pauses"])
    stock = stock_note(product, extra["stock"], variants=extra["offered"] or 1, today=today, pauses=pauses)
    moq = card.moq if product.is_live else None
    return FavouriteLine(
        ref=product.ref,
        title=card.title,
        url=reverse("product", args=[product.ref, product.slug]) if product.slug else "",
        supplier=product.supplier.legal_name,
        note=row.note,
        added_by=row.added_by,
        added_at=row.added_at,
        is_live=product.is_live,
        stock=_("sold out for now") if stock.is_sold_out else "",
        picture_url=card.image_url,
        price=format_unit_price(unit_price_for(card.tiers, moq), card.currency) if moq and card.tiers else "",
        per=per_text(card.unit_code) if moq else "",
        moq=format_quantity(moq, card.unit_code) if moq else "",
        lead=lead_text(card.days_until_ready(moq, today)) if moq else "",
    )
