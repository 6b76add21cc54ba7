"""XML for search engines and shopping services, written piece by piece: sitemaps and the merchant feed. Pure.

Owns the shapes and the escaping; must not touch database, settings or clock. What people wrote is cleaned of
signs that XML 1.0 forbids and escaped, so that no title can break a file for all others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Final
from xml.sax.saxutils import escape

from catalog.rules import measures, richtext
from catalog.rules.availability import Supply, announced, availability_of
from catalog.rules.capacity import Period
from catalog.rules.lead_times import Pause
from catalog.rules.prices import Tier, first_quantity, unit_price_for
from catalog.structured_data import plain
from marketplace.core.money import line_amount

_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAP: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_IMAGES: Final = "http://www.google.com/schemas/sitemap-image/1.1"
_GOOGLE: Final = "http://base.google.com/ns/1.0"
# Everything outside "Char" of XML 1.0 (fifth edition, section 2.2).
_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TITLE_LENGTH: Final = 150
_DESCRIPTION_LENGTH: Final = 5000
_MORE_IMAGES: Final = 10


@dataclass(frozen=True, slots=True)
class ListedPage:
    """One address of a sitemap: its last change and its pictures (files' references)."""

    ref: str
    slug: str
    changed_at: datetime
    images: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FeedItem:
    """A listing, or one of its several variants, as a merchant feed states it."""

    ref: str
    slug: str
    title: str
    description: str
    sku: str
    supplier: str
    category: str
    currency: str
    unit_code: str
    moq: Decimal
    order_multiple: Decimal
    lead_time_days: int
    tiers: tuple[Tier, ...]
    images: tuple[str, ...]
    variant: int = 0  # its number, where the listing offers several
    variant_name: str = ""
    capacity: tuple[Period, ...] = ()
    pauses: tuple[Pause, ...] = ()


class Addresses:
    """Absolute addresses of the site."""

    def __init__(self, site_url: str) -> None:
        self.site_url = site_url

    def page(self, path: str) -> str:
        """Of a path of ours."""
        return f"{self.site_url}{path}"

    def product(self, ref: str, slug: str) -> str:
        """Of a product's page."""
        return f"{self.site_url}/products/{ref}/{slug}/"

    def supplier(self, ref: str) -> str:
        """Of a storefront."""
        return f"{self.site_url}/suppliers/{ref}/"

    def picture(self, file_ref: str) -> str:
        """Of a product's picture, large."""
        return f"{self.site_url}/images/{file_ref}/large/"


def allowed(written: str) -> str:
    """Without the signs that no XML file may hold, not even escaped."""
    return _FORBIDDEN.sub("", written)


def text(written: str) -> str:
    """Safe between tags and in attributes."""
    return escape(allowed(written), {'"': "&quot;", "'": "&apos;"})


def sitemap_index(files: Iterable[tuple[str, datetime | None]]) -> str:
    """The file that names the others: (address, last change of what stands in it) each."""
    entries = "".join(
        f"<sitemap><loc>{text(address)}</loc>{_changed(at)}</sitemap>\n" for address, at in files
    )
    return f'{_DECLARATION}<sitemapindex xmlns="{_SITEMAP}">\n{entries}</sitemapindex>\n'


def sitemap(entries: Iterable[tuple[str, datetime | None, Iterable[str]]]) -> Iterator[str]:
    """One file: (address, last change, addresses of pictures) each."""
    yield f'{_DECLARATION}<urlset xmlns="{_SITEMAP}" xmlns:image="{_IMAGES}">\n'
    for address, changed_at, images in entries:
        pictures = "".join(
            f"<image:image><image:loc>{text(image)}</image:loc></image:image>" for image in images
        )
        yield f"<url><loc>{text(address)}</loc>{_changed(changed_at)}{pictures}</url>\n"
    yield "</urlset>\n"


def _changed(at: datetime | None) -> str:
    return f"<lastmod>{at.isoformat(timespec='seconds')}</lastmod>" if at else ""


def product_entries(
    pages: Iterable[ListedPage], addresses: Addresses
) -> Iterator[tuple[str, datetime | None, Iterable[str]]]:
    """What `sitemap` wants, of product pages."""
    for page in pages:
        pictures = [addresses.picture(ref) for ref in page.images]
        yield addresses.product(page.ref, page.slug), page.changed_at, pictures


def merchant_feed(
    items: Iterable[FeedItem], addresses: Addresses, *, title: str, at: datetime
) -> Iterator[str]:
    """RSS 2.0 with Google's product attributes (Merchant Center, "Product data specification").

    It requires a picture of every item and turns down what has none: `items` hold no listing without.
    """
    yield (
        f'{_DECLARATION}<rss version="2.0" xmlns:g="{_GOOGLE}"><channel>'
        f"<title>{text(title)}</title><link>{text(addresses.page('/'))}</link><description>{text(title)}</description>\n"
    )
    for item in items:
        attributes = "".join(
            f"<g:{name}>{text(value)}</g:{name}>" for name, value in _attributes(item, addresses, at) if value
        )
        yield f"<item>{attributes}</item>\n"
    yield "</channel></rss>\n"


def _attributes(item: FeedItem, addresses: Addresses, at: datetime) -> Iterator[tuple[str, str]]:
    """The price is that of the smallest order, as the specification asks of goods sold in bulk."""
    quantity = first_quantity(moq=item.moq, multiple=item.order_multiple)
    price = line_amount(quantity, unit_price_for(item.tiers, quantity), item.currency)
    pictures = [addresses.picture(ref) for ref in item.images]
    link = addresses.product(item.ref, item.slug)
    # The first one ever keeps the listing's name in the feed, so that a second variant loses nobody's statistics.
    yield "id", f"{item.ref}-{item.variant}" if item.variant > 1 else item.ref
    yield "item_group_id", item.ref if item.variant else ""
    yield "title", " · ".join(filter(None, (item.title, item.variant_name)))[:_TITLE_LENGTH]
    yield "description", richtext.plain_text(item.description)[:_DESCRIPTION_LENGTH]
    yield "link", f"{link}?variant={item.variant}" if item.variant else link
    for place, picture in enumerate(pictures[: _MORE_IMAGES + 1]):
        yield "additional_image_link" if place else "image_link", picture
    yield "price", f"{price.as_decimal():f} {item.currency}"
    yield from _weight(quantity, item.unit_code)
    yield from _availability(item, quantity, at)
    yield "condition", "new"
    yield "brand", item.supplier[:70]
    yield "mpn", item.sku
    yield "identifier_exists", "" if item.sku else "no"
    yield "product_type", item.category[:750]


def _weight(quantity: Decimal, unit_code: str) -> Iterator[tuple[str, str]]:
    """What the price is for, where the specification knows the unit."""
    kilograms = measures.in_unit(quantity, unit_code, "KGM")
    if kilograms:
        yield "unit_pricing_measure", f"{plain(kilograms)} kg"
        yield "unit_pricing_base_measure", "1 kg"


def _availability(item: FeedItem, quantity: Decimal, at: datetime) -> Iterator[tuple[str, str]]:
    """By the rule that the product page's structured data speak of as well (`rules.availability`)."""
    supply = Supply(item.capacity, quantity, item.unit_code, item.lead_time_days, item.pauses)
    told = announced(availability_of(supply, at.date()), item.pauses, at.date())
    yield "availability", told.shelf.value
    if told.there_on:
        # "YYYY-MM-DDThh:mmZ" is one of the two forms that the specification names.
        yield "availability_date", f"{datetime.combine(told.there_on, time(), UTC):%Y-%m-%dT%H:%MZ}"
