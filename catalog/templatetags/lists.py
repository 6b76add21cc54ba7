"""Template tags for long lists of a catalogue page: offers and filters' values, filled into molds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from catalog.queries.buying.lines import OfferLine
from catalog.queries.buying.tray import TrayBar
from marketplace.core.formatting import format_number
from marketplace.core.molds import Value, fill, fill_each

if TYPE_CHECKING:
    from catalog.forms.search import SearchForm
    from catalog.views.search import ResultsPage

register = template.Library()

_YES = "yes"
_AT_FIRST = 8  # categories; the others behind a fold


class FilterValue(Protocol):
    """One value of a filter, as the search page has it."""

    @property
    def value(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def count(self) -> int: ...
    @property
    def chosen(self) -> bool: ...
    @property
    def url(self) -> str: ...


@register.simple_tag
def offer_rows(offers: Sequence[OfferLine], tray: TrayBar | None = None) -> SafeString:
    """`{% offer_rows offers tray %}`: each as `components/_offer_row.html`; with a tray one can compare and keep them."""
    return fill_each(
        "components/_offer_row.html",
        (
            {
                **_offer(o, tray),
                "picture": o.picture_url,
                "total": o.total_or_converted,
                "lead": o.lead,
            }
            for o in offers
        ),
    )


@register.simple_tag
def offer_cards(offers: Sequence[OfferLine], tray: TrayBar | None = None) -> SafeString:
    """`{% offer_cards offers tray %}`: each as `components/_offer_card.html`, the first picture at once; otherwise as `offer_rows`."""
    return fill_each(
        "components/_offer_card.html",
        ({**_offer(o, tray), **_picture(o, eager=not place)} for place, o in enumerate(offers)),
    )


def _offer(o: OfferLine, tray: TrayBar | None) -> dict[str, Value]:
    """What a row and a card say alike."""
    return {
        "ref": o.ref,
        "choosable": _YES if tray else "",
        "chosen": _YES if tray and o.ref in tray.refs else "",
        "may_keep": _YES if tray and tray.may_keep else "",
        "url": o.url,
        "title": o.title,
        "title_language": o.title_language,
        "supplier": o.supplier,
        "country": o.country,
        "price": o.price,
        "per": o.per,
        "moq": o.moq,
        "terms": o.terms,
        "verified": _YES if o.verified_at else "",
        "marks": o.marks,
        "hindrance": o.hindrance,
    }


def _picture(offer: OfferLine, *, eager: bool) -> dict[str, Value]:
    photo = offer.photo
    if photo is None:
        return {}
    return {
        "src": photo.src,
        "avif": photo.avif,
        "webp": photo.webp,
        "width": str(photo.width),
        "height": str(photo.height),
        "picture_alt": offer.picture_alt,
        "eager": _YES if eager else "",
    }


@register.simple_tag
def filter_options(options: Sequence[FilterValue], name: str, kind: str = "checkbox") -> SafeString:
    """`{% filter_options page.terms "terms" %}`: each as `components/_filter_option.html`."""
    return fill_each(
        "components/_filter_option.html",
        (
            {
                "name": name,
                "kind": kind,
                "value": option.value,
                "label": option.label,
                "count": format_number(option.count),
                "chosen": _YES if option.chosen else "",
            }
            for option in options
        ),
    )


@register.simple_tag
def filter_links(options: Sequence[FilterValue]) -> SafeString:
    """`{% filter_links page.prices %}`: each as `components/_filter_link.html`."""
    return fill_each(
        "components/_filter_link.html",
        (
            {"url": option.url, "label": option.label, "count": format_number(option.count)}
            for option in options
        ),
    )


@register.simple_tag(takes_context=True)
def results_filters(context: Context, page: ResultsPage, form: SearchForm) -> SafeString:
    """`catalog/_filters.html`: what a list of offers can be narrowed by."""
    within, ships = page.within_quantity, page.ships_here
    values: dict[str, Value] = {
        "chips": str(len(page.chips) or ""),
        "here": context["request"].path,
        "query": page.query,
        "as_cards": _yes(page.as_cards),
        "category": form.typed("category"),
        "categories": filter_links(page.categories[:_AT_FIRST]),
        "more_categories": filter_links(page.categories[_AT_FIRST:]),
        "verified": _yes(form.value("verified")),
        "verified_count": format_number(page.verified_count),
        "origins": filter_options(page.origins, "origin"),
        "more_origins": filter_options(page.more_origins, "origin"),
        "certificates": filter_options(page.certificates, "certificate"),
        "more_certificates": filter_options(page.more_certificates, "certificate"),
        "ships_here": filter_links((ships,)) if ships else "",
        "country_options": page.country_options,
        "in_season": _yes(page.in_season and page.in_season.chosen),
        "season_count": format_number(page.in_season.count) if page.in_season else "",
        "terms": filter_options(page.terms, "terms"),
        "prices": filter_links(page.prices),
        "price_max": form.typed("price_max"),
        "price_errors": form.wrong("price_max"),
        "currency": page.currency,
        "within": within.label if within else "",
        "within_url": within.url if within else "",
        "within_count": format_number(within.count) if within else "",
        "moq_max": form.typed("moq_max"),
        "moq_errors": form.wrong("moq_max"),
        "lead_max": _yes(form.value("lead_max")),
        "has_quantity": _yes(form.value("quantity")),
        "lead_times": filter_options(page.lead_times, "lead_max", "radio"),
        "clear_url": page.clear_url,
    }
    return fill("catalog/_filters.html", values)


@register.simple_tag
def results_toolbar(page: ResultsPage, form: SearchForm) -> SafeString:
    """`catalog/_toolbar.html`: at which quantity and in which order a list of offers stands."""
    values: dict[str, Value] = {
        "quantity": form.typed("quantity"),
        "quantity_errors": form.wrong("quantity"),
        "unit_options": page.unit_options,
        "currency_options": page.currency_options,
        "sorts": fill_each(
            "components/_option.html",
            ({"value": o.value, "label": o.label, "chosen": _yes(o.chosen)} for o in page.sorts),
        ),
        "rows_url": page.rows_url,
        "cards_url": page.cards_url,
        "as_cards": _yes(page.as_cards),
    }
    return fill("catalog/_toolbar.html", values)


def _yes(said: object) -> str:
    return _YES if said else ""
