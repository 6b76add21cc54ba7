"""The price grid while it is typed, in the reader's words and formats. No statement."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from catalog.queries.buying.lines import per_text
from catalog.rules.listing import ListingFacts
from catalog.rules.tier_grid import RowProblem, border_prices, grid_problems
from marketplace.core.formatting import format_money, format_quantity, format_unit_price
from marketplace.core.money import currency_codes
from marketplace.core.units import UNITS


@dataclass(frozen=True, slots=True)
class PriceLine:
    """What a quantity costs."""

    quantity: str
    unit_price: str
    amount: str
    is_border: bool


@dataclass(frozen=True, slots=True)
class TierCheck:
    """What is wrong with the grid, or what results from it; `hint` when something is missing to say so."""

    problems: tuple[RowProblem, ...]
    prices: tuple[PriceLine, ...]
    per: str
    hint: str


def tier_check(
    facts: ListingFacts, *, half_rows: Collection[int] = (), wrong_rows: Collection[int] = ()
) -> TierCheck:
    """The check of what is typed; `half_rows` have one of their two numbers, `wrong_rows` one that is none (from 1)."""
    unreadable = [
        RowProblem(row, _("This is no number."), _("Write digits, such as 25 or 1180.50."))
        for row in wrong_rows
    ]
    half = [
        RowProblem(row, _("One of the two numbers is missing."), _("Fill in both, or empty the row."))
        for row in half_rows
    ]
    moq = facts.moq if _positive(facts.moq) else None
    multiple = facts.order_multiple if _positive(facts.order_multiple) else None
    problems = sorted(
        [*unreadable, *half, *grid_problems(facts.tiers, moq=moq, multiple=multiple)], key=lambda one: one.row
    )
    tiers = [tier for tier in facts.tiers if tier is not None]
    if problems or not tiers:
        return TierCheck(tuple(problems), (), "", "")
    unit, currency = facts.unit_code, facts.currency
    if moq is None or multiple is None or unit not in UNITS or currency not in currency_codes():
        hint = _("State unit, currency, minimum order and steps to see what buyers pay at each quantity.")
        return TierCheck((), (), "", hint)
    lines = [
        PriceLine(
            quantity=format_quantity(price.quantity, unit),
            unit_price=format_unit_price(price.unit_price, currency),
            amount=format_money(price.amount),
            is_border=price.is_border,
        )
        for price in border_prices(tiers, moq=moq, multiple=multiple, currency=currency)
    ]
    return TierCheck((), tuple(lines), per_text(unit), "")


def _positive(number: Decimal | None) -> bool:
    return number is not None and number.is_finite() and number > 0
