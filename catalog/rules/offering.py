"""To whom, when and with which sample a listing is offered: the facts' shape and whether they are right. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from django.utils.translation import gettext_lazy as _

from catalog.errors import FieldErrors
from catalog.rules import prices
from catalog.rules.listing import LEAD_TIME_MAXIMUM
from catalog.rules.markets import Markets, checked_markets
from marketplace.core.errors import Text
from marketplace.core.money import Money, exponent, line_amount
from marketplace.core.units import UNITS

MONTHS: Final = range(1, 13)
_AGRICULTURAL_CHAPTERS: Final = range(1, 25)
_PRICE_STEP: Final = Decimal(1).scaleb(-prices.PRICE_DECIMALS)


@dataclass(frozen=True, slots=True)
class Sample:
    """What a buyer may try: `price` is for the whole `quantity`, in the listing's currency and unit."""

    quantity: Decimal
    price: Decimal
    days: int
    is_credited: bool = False

    @property
    def unit_price(self) -> Decimal:
        """For one unit, as an order's line has it."""
        return (self.price / self.quantity).quantize(_PRICE_STEP, ROUND_HALF_UP)

    def amount(self, currency: str) -> Money:
        """What the sample costs, as an order's line comes to."""
        return line_amount(self.quantity, self.unit_price, currency)


@dataclass(frozen=True, slots=True)
class OfferingFacts:
    """`markets` None: as the supplier's others. `months` of harvest or availability; none: no season is stated."""

    markets: Markets | None = None
    months: tuple[int, ...] = ()
    sample: Sample | None = None


NOTHING_OFFERED: Final = OfferingFacts()


@dataclass(frozen=True, slots=True)
class ListingTerms:
    """What an offering is judged by of its listing."""

    hs_code: str
    category_hs: Sequence[str]
    unit_code: str
    currency: str
    moq: Decimal | None


def is_agricultural(hs_code: str, category_hs: Iterable[str] = ()) -> bool:
    """Whether goods have a harvest: chapters 01 to 24 of the Harmonized System, by the listing's code or its category's."""
    codes = [hs_code] if hs_code else list(category_hs)
    return bool(codes) and all(
        code[:2].isdigit() and int(code[:2]) in _AGRICULTURAL_CHAPTERS for code in codes
    )


def checked_offering(facts: OfferingFacts, terms: ListingTerms) -> OfferingFacts:
    """The facts in their clean form. Raises `FieldErrors` (`ships`, `countries`, `months`, `sample_…`)."""
    errors: dict[str, Text] = {}
    markets = None
    if facts.markets is not None:
        try:
            markets = checked_markets(facts.markets.ships, facts.markets.countries)
        except FieldErrors as wrong:
            errors |= wrong.errors
    months = tuple(sorted(set(facts.months)))
    if not set(months) <= set(MONTHS):
        errors["months"] = _("A month is a number from 1 to 12.")
    elif months and not is_agricultural(terms.hs_code, terms.category_hs):
        errors["months"] = _("Only agricultural goods (HS chapters 01 to 24) have a season here.")
    if facts.sample is not None:
        errors |= _sample_problems(facts.sample, terms)
    if errors:
        raise FieldErrors(errors)
    return replace(facts, markets=markets, months=months)


def _sample_problems(sample: Sample, terms: ListingTerms) -> dict[str, Text]:
    if not terms.unit_code or not terms.currency:
        return {"sample_quantity": _("First choose the listing's unit and currency.")}
    wrong: dict[str, Text] = {}
    quantity, price = sample.quantity, sample.price
    if not quantity.is_finite() or not 0 < quantity < prices.MAXIMUM_QUANTITY or prices.decimals_of(quantity) > prices.QUANTITY_DECIMALS:  # fmt: skip
        wrong["sample_quantity"] = _("Enter a quantity above zero with at most three decimals.")
    elif (
        terms.unit_code in UNITS and UNITS[terms.unit_code].whole and quantity != quantity.to_integral_value()
    ):
        wrong["sample_quantity"] = _("This unit is only counted: enter a whole number.")
    elif terms.moq is not None and quantity > terms.moq:
        wrong["sample_quantity"] = _("A sample is no larger than the minimum order.")
    if not price.is_finite() or not 0 < price < prices.MAXIMUM_PRICE or prices.decimals_of(price) > exponent(terms.currency):  # fmt: skip
        wrong["sample_price"] = _("Enter the price of the whole sample, with the decimals of its currency.")
    elif not wrong and sample.amount(terms.currency) != Money.round_half_up(price, terms.currency):
        wrong["sample_price"] = _("This price cannot be divided by this quantity: choose rounder ones.")
    if not 0 <= sample.days <= LEAD_TIME_MAXIMUM:
        wrong["sample_days"] = _("Between 0 (in stock) and {limit} days.").format(limit=LEAD_TIME_MAXIMUM)
    return wrong


def next_season(months: Sequence[int], month: int) -> int | None:
    """The first month of the coming season, for goods that are out of season now."""
    if not months or month in months:
        return None
    return min(months, key=lambda one: (one - month) % 12)


def season_spans(months: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Months that follow each other as first and last, across the turn of the year: Nov, Dec, Jan is one span."""
    held = set(months)
    if len(held) == len(MONTHS):
        return ((1, 12),)
    starts = [month for month in sorted(held) if _before(month) not in held]
    spans = []
    for start in starts:
        end = start
        while end % 12 + 1 in held:
            end = end % 12 + 1
        spans.append((start, end))
    return tuple(spans)


def _before(month: int) -> int:
    return (month - 2) % 12 + 1
