"""Template tags for long lists of a catalogue page: offers and filters' values, filled into molds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from django import template
from django.utils.safestring import SafeString, mark_safe

from catalog.queries.lines import OfferLine
from catalog.queries.tray import TrayBar
from marketplace.core.formatting import format_number
from marketplace.core.molds import fill

register = template.Library()

_YES = "yes"


class FilterValue(Protocol):
    """One value of a filter, as the search page has it."""

    value: str
    label: str
    count: int
    chosen: bool
    url: str


@register.simple_tag
def offer_rows(offers: Sequence[OfferLine], tray: TrayBar | None = None) -> SafeString:
    """`{% offer_rows offers tray %}`: each as `components/_offer_row.html`; with a tray one can compare and keep them."""
    choosable, may_keep = (_YES, _YES if tray.may_keep else "") if tray else ("", "")
    chosen = tray.refs if tray else ()
    return _joined(
        fill(
            "components/_offer_row.html",
            {
                "ref": o.ref,
                "choosable": choosable,
                "chosen": _YES if o.ref in chosen else "",
                "may_keep": may_keep,
                "url": o.url,
                "title": o.title,
                "title_language": o.title_language,
                "supplier": o.supplier,
                "country": o.country,
                "picture": o.picture_url,
                "price": o.price,
                "per": o.per,
                "total": o.total_or_converted,
                "moq": o.moq,
                "lead": o.lead,
                "terms": o.terms,
                "verified": _YES if o.verified_at else "",
                "marks": o.marks,
            },
        )
        for o in offers
    )


@register.filter
def has(tray: TrayBar | None, ref: str) -> bool:
    """`{{ tray|has:o.ref }}`: whether the offer is chosen."""
    return isinstance(tray, TrayBar) and ref in tray.refs  # a page without one hands over an empty text


@register.simple_tag
def filter_options(options: Sequence[FilterValue], name: str, kind: str = "checkbox") -> SafeString:
    """`{% filter_options page.terms "terms" %}`: each as `components/_filter_option.html`."""
    return _joined(
        fill(
            "components/_filter_option.html",
            {
                "name": name,
                "kind": kind,
                "value": option.value,
                "label": option.label,
                "count": format_number(option.count),
                "chosen": _YES if option.chosen else "",
            },
        )
        for option in options
    )


@register.simple_tag
def filter_links(options: Sequence[FilterValue]) -> SafeString:
    """`{% filter_links page.prices %}`: each as `components/_filter_link.html`."""
    return _joined(
        fill(
            "components/_filter_link.html",
            {"url": option.url, "label": option.label, "count": format_number(option.count)},
        )
        for option in options
    )


def _joined(filled: Iterable[SafeString]) -> SafeString:
    return mark_safe("".join(filled))  # noqa: S308 -- every part is safe already
