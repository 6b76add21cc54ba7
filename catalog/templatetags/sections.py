"""The pages of one listing and those of the company's shop, in their order, and which of them is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django import template
from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Text

register = template.Library()


@dataclass(frozen=True, slots=True)
class Section:
    """A page: the name by which its view calls it, what a person reads, and its route."""

    code: str
    label: Text
    view: str


@dataclass(frozen=True, slots=True)
class SectionBar:
    """All pages; `place` (from 1) and `here` are of the open one."""

    lines: tuple[Section, ...]
    place: int
    here: Text


LISTING: Final = (
    Section("listing", _("Listing"), "workbench_product"),
    Section("variants", _("Variants"), "workbench_variants"),
    Section("certificates", _("Certificates"), "workbench_product_certificates"),
    Section("samples-and-seasons", _("Markets, season and sample"), "workbench_offering"),
    Section("lead-times", _("Lead times"), "workbench_lead_times"),
    Section("availability", _("Stock and capacity"), "workbench_availability"),
    Section("languages", _("Languages"), "workbench_languages"),
    Section("goods-rules", _("Goods rules"), "workbench_goods_rules"),
)
PRICE_LISTS: Final = Section("price-lists", _("Price lists"), "workbench_price_lists")
SHOP: Final = (
    Section("products", _("Products"), "workbench_products"),
    Section("storefront", _("Storefront"), "workbench_storefront"),
    Section("certificates", _("Certificates"), "workbench_certificates"),
    Section("markets", _("Where we offer"), "workbench_markets"),
    Section("days-off", _("Days off"), "workbench_pauses"),
    PRICE_LISTS,
    Section("reviews", _("Reviews"), "workbench_reviews"),
)


@register.simple_tag
def listing_sections(code: str) -> SectionBar:
    """`{% listing_sections "variants" as where %}`. An unknown code raises: a page must say which it is."""
    return _bar(LISTING, code)


@register.simple_tag
def shop_pages(code: str, may_list: object) -> SectionBar:
    """`{% shop_pages "storefront" may_list as where %}`; price lists only for whoever may write them."""
    return _bar(tuple(page for page in SHOP if may_list or page != PRICE_LISTS), code)


def _bar(lines: tuple[Section, ...], code: str) -> SectionBar:
    place = [line.code for line in lines].index(code)
    return SectionBar(lines, place + 1, lines[place].label)
