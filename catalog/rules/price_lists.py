"""A price list as its supplier states it, judged. Pure; must not touch database, clock or settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from catalog.errors import PriceListWrong, TiersWrong
from catalog.rules.prices import Tier, check_tiers

MAXIMUM_PRICES = 5_000
MAXIMUM_BUYERS = 500
MAXIMUM_SHARE_BPS = 9_000


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One price: of an article number or a listing's reference, from a quantity on."""

    article: str
    min_quantity: Decimal
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class PriceListFacts:
    """Everything a list says. `buyers` are references of companies, `groups` of buyer groups; `valid_until` is the last day.

    `prices` None: those that the list has stay.
    """

    name: str
    valid_from: date
    valid_until: date | None = None
    percent_off_bps: int = 0
    buyers: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    prices: tuple[PriceRow, ...] | None = None


@dataclass(frozen=True, slots=True)
class PricesSaid:
    """Steps, and the articles that they are all the steps of: one that has none here has no price of its own any more.

    `all_others_out`: what is not named here has none either.
    """

    rows: tuple[PriceRow, ...]
    articles: tuple[str, ...]
    all_others_out: bool = False


@dataclass(frozen=True, slots=True)
class Sellable:
    """What one can price: a variant with its listing's minimum and multiple."""

    variant_id: int
    currency: str
    moq: Decimal | None
    multiple: Decimal | None


def checked_price_list(facts: PriceListFacts) -> PriceListFacts:
    """The same, tidied. Raises `PriceListWrong` at the field at fault."""
    name = " ".join(facts.name.split())[:120]
    if not name:
        raise PriceListWrong(field="name", problem=_("Give the list a name: only your company reads it."))
    if facts.valid_until is not None and facts.valid_until < facts.valid_from:
        raise PriceListWrong(field="valid_until", problem=_("This day is before the first one."))
    if not 0 <= facts.percent_off_bps <= MAXIMUM_SHARE_BPS:
        raise PriceListWrong(field="percent_off", problem=_("At most 90 % can come off."))
    buyers = tuple(dict.fromkeys(facts.buyers))
    groups = tuple(dict.fromkeys(facts.groups))
    if not buyers and not groups:
        raise PriceListWrong(field="buyers", problem=_("Name at least one buyer or group."))
    if len(buyers) > MAXIMUM_BUYERS or len(facts.prices or ()) > MAXIMUM_PRICES:
        field = "buyers" if len(buyers) > MAXIMUM_BUYERS else "prices"
        raise PriceListWrong(field=field, problem=_("This is more than one list holds: make several."))
    return replace(facts, name=name, buyers=buyers, groups=groups)


@dataclass(frozen=True, slots=True)
class Judged:
    """Rows judged: the steps of each variant they name, and what is wrong with which row, counted from 0."""

    steps: Mapping[int, tuple[Tier, ...]]
    problems: Mapping[int, str]


def article_of(sku: str, product_ref: str, number: int) -> str:
    """How a list names a variant: its article number, else its listing's reference, with its number after the first."""
    return sku or (product_ref if number == 1 else f"{product_ref}/{number}")


def judged_prices(rows: Sequence[PriceRow], sellable: Mapping[str, Sellable]) -> Judged:
    """Every row answered, by the rules of public prices; their order does not count.

    But a list may begin above the minimum order: below its first step everybody's price counts.
    """
    problems: dict[int, str] = {}
    by_variant: dict[int, list[int]] = {}
    named: dict[int, str] = {}
    for place, row in enumerate(rows):
        one = sellable.get(row.article)
        if one is None:
            text = _("“%(article)s” is neither an article number nor a listing of yours.")
            problems[place] = text % {"article": row.article}
        elif named.setdefault(one.variant_id, row.article) != row.article:
            text = _("“%(article)s” is priced twice, by its article number and by its reference.")
            problems[place] = text % {"article": row.article}
        else:
            by_variant.setdefault(one.variant_id, []).append(place)
    steps: dict[int, tuple[Tier, ...]] = {}
    for variant_id, places in by_variant.items():
        places.sort(key=lambda place: rows[place].min_quantity)
        tiers, wrong = _steps([rows[place] for place in places], sellable[rows[places[0]].article])
        problems |= {places[at]: text for at, text in wrong}
        steps[variant_id] = tiers
    return Judged(steps, problems)


def _steps(rows: Sequence[PriceRow], one: Sellable) -> tuple[tuple[Tier, ...], list[tuple[int, str]]]:
    steps = [Tier(row.min_quantity, row.unit_price) for row in rows]
    first = max(steps[0].min_quantity, one.moq or steps[0].min_quantity)
    try:
        return tuple(check_tiers(steps, moq=first, multiple=one.multiple)), []
    except TiersWrong as error:
        return (), [(row, str(text)) for row, text in error.rows]
