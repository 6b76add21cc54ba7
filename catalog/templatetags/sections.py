"""The pages of one listing in the order in which a supplier fills them in, and which of them is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django import template
from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Text

register = template.Library()


@dataclass(frozen=True, slots=True)
class Section:
    """A page of the listing: the name by which its view calls it, what a person reads, and its route."""

    code: str
    label: Text
    view: str


@dataclass(frozen=True, slots=True)
class SectionBar:
    """All pages; `place` (from 1) and `here` are of the open one."""

    lines: tuple[Section, ...]
    place: int
    here: Text


SECTIONS: Final = (
    Section("listing", _("Listing"), "workbench_product"),
    Section("variants", _("Variants"), "workbench_variants"),
    Section("certificates", _("Certificates"), "workbench_product_certificates"),
    Section("samples-and-seasons", _("Markets, season and sample"), "workbench_offering"),
    Section("lead-times", _("Lead times"), "workbench_lead_times"),
    Section("availability", _("Stock and capacity"), "workbench_availability"),
    Section("languages", _("Languages"), "workbench_languages"),
    Section("goods-rules", _("Goods rules"), "workbench_goods_rules"),
)


@register.simple_tag
def listing_sections(code: str) -> SectionBar:
    """`{% listing_sections "variants" as where %}`. An unknown code raises: a page must say which it is."""
    codes = [section.code for section in SECTIONS]
    place = codes.index(code)
    return SectionBar(SECTIONS, place + 1, SECTIONS[place].label)
