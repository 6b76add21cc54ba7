"""The heads of public pages: canonical address, OpenGraph and JSON-LD, of pages that were read already. No statement."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog import structured_data
from catalog.queries.buying.product_page import ProductPage
from catalog.queries.listings.images import image_url
from catalog.queries.suppliers.facts import SupplierLine, SupplierPage
from catalog.structured_data import DESCRIPTION_LENGTH, PageHead, Sold, Thing, Tiers


def product_head(page: ProductPage) -> PageHead:
    """A product: what it is, its prices, who sells it, where it stands. Nothing but the address of what is not public."""
    url = _absolute(page.url)
    images = [_absolute(image_url(picture.ref, "large")) for picture in page.pictures]
    things: list[Thing] = []
    if page.machine.is_listed and page.machine.offered:
        seller = _organization(page.supplier)
        product = structured_data.product(
            url=url,
            name=page.title,
            description=page.machine.summary,
            images=images,
            sku=page.machine.offered[0].sku,
            category=page.category,
            origin=page.machine.origin,
            hs_code=page.machine.hs_code,
            facts=[(fact.label, fact.value) for fact in page.specification],
            seller=seller,
            tiers=Tiers(page.machine.currency, page.machine.unit_code, _sold(page, url)),
            rating=(page.reviews.mean, page.reviews.count) if page.reviews else None,
        )
        trail = structured_data.breadcrumbs(_trail(page.crumbs, page.title, url))
        shown = structured_data.item_page(url=url, name=page.title, language=page.wording.language)
        things = [shown, product, *_samples(page, url, seller), seller, trail]
    return PageHead(
        url=url,
        title=page.title,
        description=page.machine.summary[:DESCRIPTION_LENGTH],
        kind="product",
        image=images[0] if images else _mark(),
        data=structured_data.script_of(things) if things else "",
        languages=offered_languages(),
        indexed=page.machine.is_listed,
    )


def _sold(page: ProductPage, url: str) -> tuple[Sold, ...]:
    """Every variant; of several each has its own address, and the page's canonical one stays the product's."""
    if len(page.machine.offered) == 1:
        return (Sold(page.machine.offered[0].tiers, url, page.machine.told[0]),)
    return tuple(
        Sold(one.tiers, f"{url}?variant={one.number}", told, sku=one.sku, name=one.name)
        for one, told in zip(page.machine.offered, page.machine.told, strict=True)
    )


def _samples(page: ProductPage, url: str, seller: Thing) -> list[Thing]:
    """The sample, where there is one: beside the product's prices, never among them."""
    sample = page.machine.sample
    if sample is None:
        return []
    return [
        structured_data.sample_offer(
            url=url,
            name=_("Sample: %(title)s") % {"title": page.title},
            quantity=sample.quantity,
            unit_code=page.machine.unit_code,
            amount=sample.amount,
            days=sample.days,
            told=sample.told,
            seller=seller,
        )
    ]


def supplier_head(page: SupplierPage) -> PageHead:
    """A storefront, with the address of its news."""
    line = page.line
    url = _absolute(line.url)
    shown = page.storefront
    images = [_absolute(image_url(picture.ref, "large")) for picture in shown.pictures]
    said = structured_data.Stated(
        people=shown.people,
        markets=shown.market_codes,
        images=tuple(images),
        certificates=tuple((one.label, one.number, one.issuer, one.valid_until) for one in page.certificates),
    )
    organization = _organization(
        line,
        website=page.website,
        about=shown.summary or page.about,
        founded_year=page.founded_year,
        stated=said,
        rating=(page.reviews.mean, page.reviews.count) if page.reviews else None,
    )
    things = [organization, structured_data.breadcrumbs(_trail((), line.name, url))]
    return PageHead(
        url=url,
        title=line.name,
        description=" ".join((shown.summary or page.about).split())[:DESCRIPTION_LENGTH]
        or f"{line.name}, {line.country}",
        kind="profile",
        image=images[0] if images else _mark(),
        data=structured_data.script_of(things) if page.is_listed else "",
        languages=offered_languages(),
        news_url=reverse("supplier_news", args=[line.ref]) if page.is_listed else "",
        indexed=page.is_listed,
    )


def category_head(code: str, name: str, crumbs: Sequence[tuple[str, str]]) -> PageHead:
    """A category's own address, whatever filters, order or page are in the present one."""
    url = _absolute(reverse("category", args=[code]))
    trail = structured_data.breadcrumbs(_trail(crumbs, name, url))
    return PageHead(
        url=url,
        title=name,
        description=_("%(category)s from those who grow or make it, paid through Trade Assurance.")
        % {"category": name},
        image=_mark(),
        data=structured_data.script_of([trail]),
        languages=offered_languages(),
    )


def plain_head(path: str, title: str, description: str) -> PageHead:
    """A page that is nobody's: the front page, the list of categories, how the money is protected."""
    return PageHead(
        url=_absolute(path),
        title=title,
        description=description,
        image=_mark(),
        languages=offered_languages(),
    )


def offered_languages() -> tuple[str, ...]:
    """The languages whose pages exist: the source's, and those with compiled translations."""
    found = {
        path.parent.parent.name.replace("_", "-").lower()
        for place in settings.LOCALE_PATHS
        for path in Path(place).glob("*/LC_MESSAGES/django.mo")
    }
    return tuple(code for code, _name in settings.LANGUAGES if code in found | {settings.LANGUAGE_CODE})


def _organization(
    line: SupplierLine,
    *,
    website: str = "",
    about: str = "",
    founded_year: int | None = None,
    stated: structured_data.Stated | None = None,
    rating: tuple[Decimal, int] | None = None,
) -> Thing:
    return structured_data.organization(
        url=_absolute(line.url),
        name=line.name,
        country=line.country_code,
        city=line.city,
        region=line.region,
        website=website,
        about=" ".join(about.split()),
        founded_year=founded_year,
        stated=stated or structured_data.Stated(),
        rating=rating,
    )


def _trail(crumbs: Sequence[tuple[str, str]], here: str, url: str) -> list[tuple[str, str]]:
    return [
        (_("Home"), _absolute(reverse("home"))),
        *((name, _absolute(path)) for name, path in crumbs),
        (here, url),
    ]


def _mark() -> str:
    """The picture of a page that has none of its own: OpenGraph wants one of every page."""
    return _absolute(static("share.png"))


def _absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"
