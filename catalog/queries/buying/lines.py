"""Offers as lines of a list: every text in the reader's language and format, ready for the template."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.data.certificates import OTHER
from catalog.queries.listings.images import Photograph, image_url, photograph
from catalog.rules.certificates import kind_name
from catalog.rules.exchange import rates
from catalog.search import Hindrance, Hit
from marketplace.core.countries import country_names
from marketplace.core.formatting import (
    format_day,
    format_money,
    format_number,
    format_quantity,
    format_unit_price,
)
from marketplace.core.money import exponent
from marketplace.core.units import unit_symbol


@dataclass(frozen=True, slots=True)
class OfferLine:
    """One offer in rows or cards."""

    ref: str
    url: str
    title: str
    title_language: str
    supplier: str
    country: str
    origin: str
    verified_at: datetime | None
    picture_url: str
    photo: Photograph | None
    picture_alt: str
    price: str
    per: str
    converted: str
    total: str
    moq: str
    lead: str
    terms: str
    marks: tuple[str, ...]
    hindrance: str  # why it cannot be had at its lead time; mostly empty

    @property
    def total_or_converted(self) -> str:
        """The second line under the price: converted for the one who compares currencies, else the total."""
        return f"{self.converted} {self.per}" if self.converted else self.total


def offer_lines(
    hits: Sequence[Hit], *, quantity: Decimal | None = None, unit_code: str = "", convert_to: str = ""
) -> list[OfferLine]:
    """The hits for a page; links carry my quantity along, prices are shown in `convert_to` beside the original."""
    carried = {"quantity": f"{quantity:f}", **({"unit": unit_code} if unit_code else {})} if quantity else {}
    said = _Said(f"?{urlencode(carried)}" if carried else "", convert_to)
    return [_line(hit, said) for hit in hits]


class _Said:
    """What the lines of a page have in common: a name or a text that many of them say is made once."""

    def __init__(self, tail: str, convert_to: str) -> None:
        self.tail, self.convert_to = tail, convert_to
        self.countries = country_names()
        self.at_minimum = _("min. %(amount)s")
        self.per, self.quantity, self.lead = cache(per_text), cache(format_quantity), cache(lead_text)


def _line(hit: Hit, said: _Said) -> OfferLine:
    return OfferLine(
        ref=hit.ref,
        url=product_url(hit.ref, hit.slug) + said.tail,
        title=hit.title,
        title_language=hit.title_language,
        supplier=hit.supplier_name,
        country=said.countries.get(hit.supplier_country, hit.supplier_country),
        origin=said.countries.get(hit.origin, hit.origin),
        verified_at=hit.verified_at,
        picture_url=image_url(hit.image_ref, "thumb") if hit.image_ref else "",
        photo=photograph(hit.image_ref, size="medium") if hit.image_ref else None,
        picture_alt=hit.image_alt or hit.title,
        price=format_unit_price(hit.unit_price, hit.currency),
        per=_per(hit, said),
        converted=converted_price(hit.unit_price, hit.currency, said.convert_to),
        total=_total(hit, said),
        moq=said.quantity(hit.moq, hit.unit_code),
        lead=said.lead(hit.lead_time_days),
        terms=f"{hit.incoterms_rule} {hit.named_place}",
        marks=_marks(hit),
        hindrance=_hindrance(hit.hindrance, hit.unit_code) if hit.hindrance else "",
    )


def _per(hit: Hit, said: _Said) -> str:
    """`per t`, and that the price is the reader's own where it is."""
    per = said.per(hit.unit_code)
    return per if hit.public_price is None else f"{per} · {_('your price')}"


def _marks(hit: Hit) -> tuple[str, ...]:
    """That there is a choice, for the price is the first variant's; then the certificates."""
    certified = marks_of(hit.certificates) if hit.certificates else ()
    if hit.variants < 2:
        return certified
    count = ngettext("%(count)s variant", "%(count)s variants", hit.variants) % {"count": hit.variants}
    return (count, *certified)


def _hindrance(found: Hindrance, unit_code: str) -> str:
    """`sold out`, `from 1 Dec 2026`, `only 62 t left`, `not in this quantity`, `no orders until 5 Jan 2027`."""
    if found.closed_until:
        return _("no orders until %(day)s") % {"day": format_day(found.closed_until)}
    if found.is_sold_out:
        return _("sold out")
    if found.is_first_sold_out:
        return _("partly sold out")
    if found.there_on:
        return _("from %(day)s") % {"day": format_day(found.there_on)}
    if not found.left:
        return _("not in this quantity")
    return _("only %(quantity)s left") % {"quantity": format_quantity(found.left, unit_code)}


def product_url(ref: str, slug: str) -> str:
    """The address of a product, for the many of a list."""
    return _open_address("product", "REF", "SLUG").replace("REF", ref).replace("SLUG", slug)


def supplier_url(ref: str) -> str:
    """The address of a supplier, likewise."""
    return _open_address("supplier", "REF").replace("REF", ref)


@cache
def _open_address(name: str, *parts: str) -> str:
    """The address with its parts left open: filled in twenty times a page."""
    return reverse(name, args=parts)


def marks_of(kinds: Iterable[str]) -> tuple[str, ...]:
    """Certificates as small marks beside an offer, three at most; what has no common name has no mark."""
    return tuple(kind_name(kind) for kind in kinds if kind != OTHER)[:3]


def per_text(unit_code: str) -> str:
    """`per t`."""
    return _("per %(unit)s") % {"unit": unit_symbol(unit_code)}


def lead_text(days: int) -> str:
    """`21 days`, `in stock`."""
    if days == 0:
        return _("in stock")
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": format_number(days)}


def converted_price(price: Decimal, currency: str, into: str) -> str:
    """`≈ 1,095.20 EUR`, to the minor unit (two more decimals below one); empty when there is nothing to convert."""
    if not into or into == currency:
        return ""
    converted = rates().convert(price, currency, into)
    if converted is None:
        return ""
    places = exponent(into) + (2 if converted < 1 else 0)
    return f"≈ {format_unit_price(converted.quantize(Decimal(1).scaleb(-min(places, 6))), into)}"


def _total(hit: Hit, said: _Said) -> str:
    if hit.total is None:
        return ""
    if not hit.comparable or hit.below_minimum:
        return said.at_minimum % {"amount": format_money(hit.total)}
    return format_money(hit.total)
