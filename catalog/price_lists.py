"""A price list as its supplier states it, judged. Pure; must not touch database, clock or settings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from catalog.errors import PriceListWrong, TiersWrong
from catalog.rules import Tier, check_tiers

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
    """Everything a list says. `buyers` are references of companies, `groups` of buyer groups; `valid_until` is the last day."""

    name: str
    valid_from: date
    valid_until: date | None = None
    percent_off_bps: int = 0
    buyers: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    prices: tuple[PriceRow, ...] = ()


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
    if not facts.percent_off_bps and not facts.prices:
        raise PriceListWrong(
            field="prices", problem=_("Name prices, or a share that comes off all of yours.")
        )
    buyers = tuple(dict.fromkeys(facts.buyers))
    groups = tuple(dict.fromkeys(facts.groups))
    if not buyers and not groups:
        raise PriceListWrong(field="buyers", problem=_("Name at least one buyer or group."))
    if len(buyers) > MAXIMUM_BUYERS or len(facts.prices) > MAXIMUM_PRICES:
        field = "buyers" if len(buyers) > MAXIMUM_BUYERS else "prices"
        raise PriceListWrong(field=field, problem=_("This is more than one list holds: make several."))
    return replace(facts, name=name, buyers=buyers, groups=groups)


def checked_prices(rows: Iterable[PriceRow], sellable: Sellable) -> list[Tier]:
    """The steps of one article, by the rules of public ones, but that they may begin above the minimum order: below
    the first one everybody's price counts. Raises `PriceListWrong` with its name and the reason.
    """
    listed = sorted(rows, key=lambda row: row.min_quantity)
    steps: Sequence[Tier] = [Tier(row.min_quantity, row.unit_price) for row in listed]
    try:
        first = max(steps[0].min_quantity, sellable.moq or steps[0].min_quantity)
        return check_tiers(steps, moq=first, multiple=sellable.multiple)
    except TiersWrong as error:
        raise PriceListWrong(field="prices", problem=f"{listed[0].article}: {error.rows[0][1]}") from error
