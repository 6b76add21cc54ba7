"""A row of the search projection as a document of the index. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import accumulate
from typing import Any, Final

from django.db import connection
from tantivy import Document

from catalog.rules.certificates import kinds_on, next_change
from catalog.search.places import moment_in_us
from catalog.search.prices import comparable_price, is_rated
from catalog.search.spec import LEAD_TIMES
from catalog.search.tantivy_index.cells import steps_of, words_of
from catalog.search.tantivy_index.columns import NO_PRICE, band_of
from catalog.search.tantivy_index.price_steps import said_of
from catalog.search.tantivy_index.schema import (
    BASE,
    BEGUN,
    CELLS,
    LARGEST,
    LEAD_STEPS,
    NO_NUMBER,
    NONE_HELD,
    OWN,
    PRODUCT,
    RATED,
    SAMPLED,
    SAMPLED_EVERY,
    TIERS,
    UNRATED,
    WHOLE_NUMBERS,
    WHOLE_PRICES,
    WHOLE_TEXTS,
    column_at,
)
from catalog.search.tantivy_index.stems import folded, variants, with_variants
from catalog.search.tantivy_index.traits import joint_of, lead_step_of, traits_of
from catalog.states import ListingVisibility, ShipsTo
from catalog.words import indexed_words

AT_ONCE: Final = 1000
_SELECT = """
SELECT e.product_id, e.supplier_id, e.category_path, e.origin, e.incoterms_rule, e.lead_time_days, e.currency,
    e.dimension, e.unit_factor, e.moq_base, e.tier_from, e.tier_prices, e.published_at, e.texts,
    c.legal_name, c.state = 'verified', coalesce(s.visibility, 'full'), e.supplier_name,
    e.certificates, e.ships, e.countries, e.months, e.lead_from, e.lead_days, p.hs_code
FROM catalog_searchentry e
JOIN catalog_product p ON p.id = e.product_id
JOIN accounts_company c ON c.id = e.supplier_id
LEFT JOIN catalog_supplierfacts s ON s.supplier_id = e.supplier_id
"""
_SOME = _SELECT + "WHERE e.product_id = ANY(%s)"
_NEXT = _SELECT + "WHERE e.product_id > %s ORDER BY e.product_id LIMIT %s"
_OWN_STEP, _BASE_STEP = Decimal("0.001"), Decimal("0.000001")
_MIXER: Final = (
    0x9E3779B1  # an odd number near 2³² divided by the golden ratio spreads neighbours evenly (Knuth)
)
_COLUMNS: Final = {unit: [(cell, column_at(unit, cell)) for cell in cells] for unit, cells in CELLS.items()}
# Between two texts, so that no phrase begins in one and ends in the other.
_BORDER = " ‖ "


@dataclass(frozen=True, slots=True)
class Row:
    """One row as read; `is_stale` when its texts are not of today and an operation must write them anew."""

    product_id: int
    is_hidden: bool
    is_stale: bool
    columns: tuple[Any, ...]


def rows_of(product_ids: Sequence[int]) -> list[Row]:
    """The rows of these products; those that cannot be found have none."""
    with connection.cursor() as cursor:
        cursor.execute(_SOME, [list(product_ids)])
        return [_row(columns) for columns in cursor.fetchall()]


def all_rows() -> Iterator[list[Row]]:
    """Every row, some at a time by rising id: no transaction stays open meanwhile."""
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_NEXT, [last, AT_ONCE])
            some = [_row(columns) for columns in cursor.fetchall()]
        if not some:
            return
        yield some
        last = some[-1].product_id


def _row(columns: tuple[Any, ...]) -> Row:
    return Row(
        product_id=columns[0],
        is_hidden=columns[16] == ListingVisibility.HIDDEN,
        is_stale=not columns[13] or columns[14] != columns[17],
        columns=columns,
    )


def document_of(row: Row, on: date) -> Document:
    """What is indexed of a row, with the certificates that hold on a day."""
    product_id, supplier, path, origin, terms, lead, currency, dimension = row.columns[:8]
    factor, moq, tier_from, tier_prices, published, texts, company, verified, visibility = row.columns[8:17]
    title, names, facts, description = texts or ("", "", "", "")
    found = Document()
    found.add_integer("id", product_id)
    found.add_text("kind", PRODUCT)
    if is_sampled(product_id):
        found.add_text("kind", SAMPLED)
    titled, named = with_variants(title), with_variants(names)
    found.add_text("title", titled)
    found.add_text(
        "begun", " ".join(dict.fromkeys(begun for word in titled.split() for begun in _begun(word)))
    )
    found.add_text("names", named)
    found.add_text("all", f"{titled} {named} {with_variants(facts)} {with_variants(description)}")
    found.add_text("plain", _BORDER.join(_plain(text) for text in (title, names, facts, description)))
    found.add_text("supplier_name", _company_words(company))
    for name, value in (("category", path), ("origin", origin), ("terms", terms), ("dimension", dimension)):
        found.add_text(name, value)
    for end, sign in enumerate(path, 1):
        if sign == "/":
            found.add_text("inside", path[:end])
    found.add_text("standing", visibility)
    found.add_text("scale", RATED if is_rated(currency) else currency)
    found.add_text("currency", currency)
    for beginning in accumulate(row.columns[24]):
        found.add_text("hs", beginning)
    found.add_integer("supplier", supplier)
    found.add_integer("verified", int(verified))
    found.add_integer("published_us", moment_in_us(published))
    _add_stated(found, *row.columns[18:22], on=on)
    _add_prices(found, currency, dimension, factor, moq, tier_from, tier_prices)
    days = _add_lead_times(found, lead, factor, moq, *row.columns[22:24])
    traits = traits_of(terms, verified=verified, step=lead_step_of(days))
    found.add_text("traits", traits)
    found.add_text("joint", joint_of(origin, traits))
    return found


def filled(found: Document) -> Document:
    """A document that is no product with a value in every column that all products have: so none has gaps, which cost."""
    for name in WHOLE_TEXTS:
        found.add_text(name, NONE_HELD)
    for name in WHOLE_NUMBERS:
        found.add_integer(name, NO_NUMBER)
    for name in WHOLE_PRICES:
        found.add_float(name, NO_PRICE)
    return found


def _add_stated(
    found: Document,
    certificates: Sequence[str],
    ships: str,
    countries: Sequence[str],
    months: Sequence[int],
    *,
    on: date,
) -> None:
    """Certificates, markets and months; `changes_on` says on which day the certificates are others."""
    kinds = kinds_on(certificates, on)
    found.add_text("held", " ".join(kinds) or NONE_HELD)
    for kind in kinds:
        found.add_text("certificate", kind)
    if (change := next_change(certificates, on)) is not None:
        found.add_integer("changes_on", change.toordinal())
    for month in months:
        found.add_integer("month", month)
    if ships == ShipsTo.ONLY:
        found.add_text("ships", "only")
    for country in countries:
        found.add_text("ships", f"{'+' if ships == ShipsTo.ONLY else '-'}{country}")


def _add_prices(
    found: Document,
    currency: str,
    dimension: str,
    factor: Decimal,
    moq: Decimal,
    tier_from: Sequence[Decimal],
    tier_prices: Sequence[Decimal],
) -> None:
    """The steps of the price, the first of them the one that holds at the minimum order and below it."""
    found.add_integer(f"moq_{OWN}", in_own_steps(moq / factor))
    found.add_integer(f"moq_{BASE}", in_base_steps(moq))
    first = max(sum(least <= moq for least in tier_from), 1) - 1
    scale = RATED if is_rated(currency) else UNRATED
    later = tier_from[first + 1 : first + len(TIERS)]
    prices = tier_prices[first : first + 1 + len(later)]
    _add_steps(
        found, OWN, scale, "", [comparable_price(one, currency) for one in prices],
        [in_own_steps(least / factor) for least in later],
    )  # fmt: skip
    _add_steps(
        found, BASE, scale, dimension, [comparable_price(one, currency, factor) for one in prices],
        [in_base_steps(least) for least in later],
    )  # fmt: skip


def _add_steps(
    found: Document, unit: str, scale: str, goods: str, prices: Sequence[float], thresholds: Sequence[int]
) -> None:
    """Each step's price and threshold, the column of each cell, and words where no column says which step holds."""
    for tier, price in enumerate(prices, 1):
        found.add_float(f"{scale}_{unit}_{tier}", price)
    for tier, least in enumerate(thresholds, 2):
        found.add_integer(f"from_{unit}_{tier}", least)
    band = band_of(goods) if scale == RATED else None
    columns = CELLS[unit] if band is not None and band.holds(prices) else range(0)
    steps = steps_of(tuple(thresholds))
    found.add_text(f"holds_{unit}", " ".join(words_of(steps, said_of(scale, goods), columns)))
    if scale != RATED:
        found.add_float(f"{RATED}_{unit}_1", NO_PRICE)
    placed = [NO_PRICE, *(price * band.scale for price in prices)] if band else []
    for cell, field in _COLUMNS[unit]:
        found.add_float(field, placed[max(steps[cell], 0)] if columns else NO_PRICE)


def _add_lead_times(
    found: Document,
    days: int,
    factor: Decimal,
    moq: Decimal,
    lead_from: Sequence[Decimal],
    lead_days: Sequence[int],
) -> int:
    """The lead time at the minimum order, and what takes its place from which quantity on: few listings say so."""
    first = sum(least <= moq for least in lead_from)
    own = lead_days[first - 1] if first else days
    found.add_integer("lead_days", own)
    for within in LEAD_TIMES[lead_step_of(own) :]:
        found.add_text("ready", str(within))
    for step, least, longer in zip(LEAD_STEPS, lead_from[first:], lead_days[first:], strict=False):
        found.add_text("lead_step", str(step))
        found.add_integer(f"lead_from_{OWN}_{step}", in_own_steps(least / factor))
        found.add_integer(f"lead_from_{BASE}_{step}", in_base_steps(least))
        found.add_integer(f"lead_days_{step}", longer)
    return own


def is_sampled(product_id: int) -> bool:
    """Whether a listing is one of those by which shares of all are estimated: one in 64, whatever its neighbours are."""
    mixed = product_id * _MIXER % 2**32
    return mixed < 2**32 // SAMPLED_EVERY


def in_own_steps(quantity: Decimal) -> int:
    """A quantity in thousandths of the product's unit: as fine as one can be asked or listed."""
    return min(int(quantity.quantize(_OWN_STEP) / _OWN_STEP), LARGEST)


def in_base_steps(quantity: Decimal) -> int:
    """A quantity in millionths of the base unit: as fine as quantities in different units are compared."""
    return min(int(quantity.quantize(_BASE_STEP) / _BASE_STEP), LARGEST)


@lru_cache(maxsize=200_000)
def _begun(word: str) -> tuple[str, ...]:
    return tuple(word[:end] for end in BEGUN if end <= len(word))


def _plain(text: str) -> str:
    return " ".join(map(folded, text.split()))


@lru_cache(maxsize=20_000)
def _company_words(name: str) -> str:
    words = indexed_words(name).split()
    return " ".join(dict.fromkeys(stem for word in words for stem in variants(word)))
