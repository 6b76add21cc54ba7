"""Addresses that machines ask: robots.txt, sitemaps, the merchant feed, a supplier's news. Open to everybody."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.feeds import Addresses, allowed, merchant_feed, product_entries, sitemap, sitemap_index
from catalog.queries.searching import machine
from catalog.rules import richtext
from marketplace.core import clock
from marketplace.core.operator_settings import value_of

_XML = "application/xml; charset=utf-8"
# Whoever is signed in or looks for words finds nothing there for a search engine.
_CLOSED = (
    "/accounts/", "/admin/", "/api/", "/cart/", "/checkout/", "/companies/", "/company/", "/compare/", "/desk/",
    "/favourites/", "/files/", "/home/", "/notifications/", "/orders/", "/reviews/", "/searches/", "/search/", "/workbench/",
)  # fmt: skip
# The same offers in other selections and orders, without end; a category's own address and the sitemaps hold them all.
_NARROWED = ("/categories/*?", "/suppliers/*?")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What a crawler may ask, and where the list of pages is."""
    closed = "".join(f"Disallow: {path}\n" for path in (*_CLOSED, *_NARROWED))
    sitemaps = f"{settings.SITE_URL}{reverse('sitemap_index')}"
    return HttpResponse(
        f"User-agent: *\n{closed}\nSitemap: {sitemaps}\n", content_type="text/plain; charset=utf-8"
    )


@require_safe
def sitemap_files(request: HttpRequest) -> HttpResponse:
    """The sitemap that names the others, with the last change in each."""
    files = [
        (reverse("sitemap_pages"), None),
        *((reverse("sitemap_suppliers", args=[part]), at) for part, at in machine.supplier_parts()),
        *((reverse("sitemap_products", args=[part]), at) for part, at in machine.product_parts()),
    ]
    addresses = _addresses()
    return HttpResponse(sitemap_index((addresses.page(name), at) for name, at in files), content_type=_XML)


@require_safe
def sitemap_pages(request: HttpRequest) -> StreamingHttpResponse:
    """The front page, the protection, and every category."""
    addresses = _addresses()
    paths = [reverse("home"), reverse("categories"), reverse("protection")]
    paths += [reverse("category", args=[code]) for code in machine.category_codes()]
    return _xml(sitemap((addresses.page(path), None, ()) for path in paths))


@require_safe
def sitemap_products(request: HttpRequest, part: int) -> StreamingHttpResponse:
    """The product pages of one part, with their pictures."""
    return _xml(sitemap(product_entries(machine.listed_products(machine.known_part(part)), _addresses())))


@require_safe
def sitemap_suppliers(request: HttpRequest, part: int) -> StreamingHttpResponse:
    """The storefronts of one part."""
    addresses = _addresses()
    pages = machine.listed_suppliers(machine.known_part(part))
    return _xml(sitemap((addresses.supplier(page.ref), page.changed_at, ()) for page in pages))


@require_safe
def merchant_products(request: HttpRequest, part: int) -> StreamingHttpResponse:
    """Everything on the market for shopping services, in parts."""
    title = str(value_of("site.operator_name"))
    return _xml(
        merchant_feed(
            machine.feed_of_part(machine.known_part(part)), _addresses(), title=title, at=clock.now()
        )
    )


@require_safe
def merchant_supplier(request: HttpRequest, ref: str) -> StreamingHttpResponse:
    """One supplier's listings for its own account at a shopping service."""
    items = machine.feed_of_supplier(ref)
    title = str(value_of("site.operator_name"))
    return _xml(merchant_feed(items, _addresses(), title=title, at=clock.now()))


@require_safe
def supplier_news(request: HttpRequest, ref: str) -> HttpResponse:
    """New and changed listings of a supplier, as an Atom feed."""
    company, news = machine.supplier_news(ref)
    addresses = _addresses()
    feed = Atom1Feed(
        title=allowed(company.legal_name),
        link=addresses.supplier(company.ref),
        description="",
        feed_url=addresses.page(request.path),
        feed_guid=addresses.supplier(company.ref),
        author_name=allowed(company.legal_name),  # RFC 4287, 4.1.1: a feed has an author
    )
    for item in news:
        link = addresses.product(item.ref, item.slug)
        title = _("New: %(title)s") if item.is_new else _("Changed: %(title)s")
        feed.add_item(
            title=allowed(title % {"title": item.title}),
            link=link,
            description=escape(allowed(richtext.plain_text(item.description)[:500])),
            unique_id=f"{link}#r{item.revision}",
            pubdate=item.published_at,
            updateddate=item.at,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


def _addresses() -> Addresses:
    return Addresses(settings.SITE_URL)


def _xml(pieces: Iterator[str]) -> StreamingHttpResponse:
    return StreamingHttpResponse(pieces, content_type=_XML)
