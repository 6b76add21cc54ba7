"""Judges a half-typed price grid: which rows do not fit and how to mend them, and what results at every border. Pure.

`catalog.rules.prices.check_tiers` is the judge; this says what to type instead. Must not touch database or clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from django.utils.translation import gettext as _

from catalog.errors import TiersWrong
from catalog.rules.prices import Tier, check_tiers, first_quantity, nearest_quantities, tier_for
from marketplace.core.errors import Text
from marketplace.core.formatting import format_number
from marketplace.core.money import MAXIMUM_MINOR, Money, line_amount


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with a row, counted from 1 as on the page, and how to mend it."""

    row: int
    text: str
    mend: str


@dataclass(frozen=True, slots=True)
class BorderPrice:
    """What a quantity costs: the smallest order, and each border with the last quantity before it."""

    quantity: Decimal
    unit_price: Decimal
    amount: Money
    is_border: bool


def grid_problems(
    tiers: Sequence[Tier | None], *, moq: Decimal | None, multiple: Decimal | None
) -> list[RowProblem]:
    """Every row that does not fit, in order; empty when the grid holds together."""
    try:
        check_tiers(tiers, moq=moq, multiple=multiple)
    except TiersWrong as wrong:
        return [_problem(tiers, row, text, moq, multiple) for row, text in wrong.rows]
    return []


def border_prices(
    tiers: Sequence[Tier], *, moq: Decimal, multiple: Decimal, currency: str
) -> list[BorderPrice]:
    """The price at the smallest order, just below each border and at it; for a grid without problems."""
    first = first_quantity(moq=moq, multiple=multiple)
    quantities = {first: False}
    for tier in tiers[1:]:
        below = (tier.min_quantity / multiple).to_integral_value(ROUND_FLOOR) * multiple
        below = below - multiple if below == tier.min_quantity else below
        if below > first:
            quantities.setdefault(below, False)
        quantities[tier.min_quantity] = True
    prices = []
    for quantity in sorted(quantities):
        unit_price = tier_for(tiers, quantity).unit_price
        amount = line_amount(quantity, unit_price, currency)
        if amount.amount_minor <= MAXIMUM_MINOR:
            prices.append(BorderPrice(quantity, unit_price, amount, quantities[quantity]))
    return prices


def _problem(
    tiers: Sequence[Tier | None], row: int, text: Text, moq: Decimal | None, multiple: Decimal | None
) -> RowProblem:
    tier = tiers[row]
    above = [one for one in tiers[:row] if one is not None]
    mend = _mend(tier, above[-1], multiple) if tier and above else _first_mend(tier, moq)
    return RowProblem(row + 1, str(text), mend)


def _first_mend(tier: Tier | None, moq: Decimal | None) -> str:
    if tier is None or moq is None or tier.min_quantity == moq or tier.unit_price <= 0:
        return ""
    return _("Write %(quantity)s as the quantity of this row.") % {"quantity": format_number(moq)}


def _mend(tier: Tier, above: Tier, multiple: Decimal | None) -> str:
    if tier.min_quantity <= 0 or tier.unit_price <= 0:
        return ""
    if tier.min_quantity <= above.min_quantity:
        return _("Write more than %(quantity)s, or put the rows in order.") % {
            "quantity": format_number(above.min_quantity)
        }
    if tier.unit_price >= above.unit_price:
        return _("Write less than %(price)s, or empty this row.") % {"price": format_number(above.unit_price)}
    if multiple is None or multiple <= 0 or tier.min_quantity % multiple == 0:
        return ""
    lower, upper = nearest_quantities(tier.min_quantity, moq=multiple, multiple=multiple)
    if lower <= above.min_quantity:
        return _("Write %(upper)s.") % {"upper": format_number(upper)}
    return _("Write %(lower)s or %(upper)s.") % {"lower": format_number(lower), "upper": format_number(upper)}
