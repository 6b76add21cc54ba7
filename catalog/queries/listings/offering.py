"""Where, when and with which sample a listing is offered: as stored, and as a buyer reads it. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from django.utils.dates import MONTHS
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog.errors import ProductNotFound
from catalog.models import Offering, Product, SupplierMarkets
from catalog.queries.buying.lines import lead_text
from catalog.rules.markets import Markets, effective
from catalog.rules.offering import OfferingFacts, Sample, is_agricultural, next_season, season_spans
from catalog.states import ShipsTo
from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.countries import country_name
from marketplace.core.formatting import format_money, format_quantity
from marketplace.core.units import unit_symbol


@dataclass(frozen=True, slots=True)
class SampleLine:
    """The sample as a buyer reads it."""

    quantity: str
    price: str
    lead: str
    is_credited: bool


@dataclass(frozen=True, slots=True)
class OfferingLine:
    """`not_here` names the reader's country when nothing is offered to it. `season` is empty without a stated one."""

    ships: str
    not_here: str
    season: str
    season_note: str
    in_season: bool
    sample: SampleLine | None


def offering_of(product: Product) -> OfferingFacts:
    """What is stored. No statement when `offering` was joined in."""
    return facts_of_row(getattr(product, "offering", None))


def facts_of_row(row: Offering | None) -> OfferingFacts:
    """A row as facts; none states nothing."""
    if row is None:
        return OfferingFacts()
    markets = Markets(row.ships, tuple(row.countries)) if row.ships else None
    return OfferingFacts(markets, tuple(row.months), _sample(row))


def _sample(row: Offering) -> Sample | None:
    if row.sample_quantity is None or row.sample_price is None or row.sample_days is None:
        return None
    return Sample(row.sample_quantity, row.sample_price, row.sample_days, row.sample_is_credited)


def markets_of(supplier: Company) -> Markets | None:
    """The supplier's own default; None while it has said nothing. No statement when `markets` was joined in."""
    row: SupplierMarkets | None = getattr(supplier, "markets", None)
    return None if row is None else Markets(row.ships, tuple(row.countries))


def markets_for(product: Product) -> Markets:
    """Where the listing is offered. No statement when both rows were joined in."""
    return effective(offering_of(product).markets, markets_of(product.supplier))


def offering_line(product: Product, *, country: str, month: int) -> OfferingLine:
    """The offering for a reader of a country in a month; no statement when the rows were joined in."""
    facts, markets = offering_of(product), markets_for(product)
    sample = facts.sample
    return OfferingLine(
        ships=ships_text(markets),
        not_here="" if markets.serves(country) else country_name(country),
        season=season_text(facts.months),
        season_note=_season_note(facts.months, month),
        in_season=month in facts.months,
        sample=None
        if sample is None
        else SampleLine(
            quantity=format_quantity(sample.quantity, product.unit_code),
            price=format_money(sample.amount(product.currency)),
            lead=lead_text(sample.days),
            is_credited=sample.is_credited,
        ),
    )


def ships_text(markets: Markets) -> str:
    """`Everywhere except Iran and Cuba`."""
    if markets.ships == ShipsTo.EVERYWHERE:
        return _("Everywhere")
    names = ", ".join(sorted(country_name(code) for code in markets.countries))
    if markets.ships == ShipsTo.ONLY:
        return names
    return _("Everywhere except %(countries)s") % {"countries": names}


def season_text(months: Sequence[int]) -> str:
    """`November – January, June`; `all year`."""
    return _season(tuple(months), get_language() or "") if months else ""


@cache
def _season(months: tuple[int, ...], _language: str) -> str:
    if len(set(months)) == 12:
        return _("all year")
    return ", ".join(
        str(MONTHS[first]) if first == last else f"{MONTHS[first]} – {MONTHS[last]}"
        for first, last in season_spans(months)
    )


def _season_note(months: Sequence[int], month: int) -> str:
    coming = next_season(months, month)
    if coming is None:
        return _("In season now") if months else ""
    return _("Again from %(month)s") % {"month": MONTHS[coming]}


@dataclass(frozen=True, slots=True)
class OfferingEditor:
    """What surrounds the form of one listing; `supplier_ships` is what holds while it says nothing of its own."""

    ref: str
    title: str
    revision: int
    facts: OfferingFacts
    has_season: bool
    is_editable: bool
    unit_symbol: str
    currency: str
    moq: str
    supplier_ships: str


def supplier_markets(supplier_id: int) -> Markets | None:
    """Where a company offers its goods; None while it has said nothing."""
    row = SupplierMarkets.objects.filter(supplier_id=supplier_id).first()
    return None if row is None else Markets(row.ships, tuple(row.countries))


def offering_editor(ref: str, actor: Actor) -> OfferingEditor:
    """One of the company's own listings. Raises `ProductNotFound` for another's."""
    rows = Product.objects.of_supplier(actor.company_id).filter(ref=ref)
    product = rows.select_related("category", "supplier__markets", "offering").first()
    if product is None:
        raise ProductNotFound
    category_hs = product.category.hs if product.category else ()
    facts = offering_of(product)
    unit = product.unit_code
    return OfferingEditor(
        ref=product.ref,
        title=product.title,
        revision=product.revision,
        facts=facts,
        has_season=is_agricultural(product.hs_code, category_hs) or bool(facts.months),
        is_editable=product.is_editable,
        unit_symbol=unit_symbol(unit) if unit else "",
        currency=product.currency,
        moq=format_quantity(product.moq, unit) if product.moq and unit else "",
        supplier_ships=ships_text(effective(None, markets_of(product.supplier))),
    )
