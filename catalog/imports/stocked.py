"""Stock and capacity of a variant as one cell, and back: `2026-11: 62; 2026-12: 40; stock 2026-11-20: 200`. Pure.

Amounts are what is offered in all, in the listing's unit, what orders hold of it included. What a cell does not name stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext_lazy as _

from catalog.imports.cells import CellWrong
from catalog.imports.names import plain
from catalog.rules.capacity import Period, end_of_month
from marketplace.core.units import unit_symbol

_BETWEEN: Final = re.compile(r"[;\n]")
_MONTH: Final = re.compile(r"(\d{4})-(\d{1,2})")
_DAYS: Final = re.compile(r"(\d{4}-\d{2}-\d{2})\s*(?:\.\.|–|to)\s*(\d{4}-\d{2}-\d{2})")
_STOCK: Final = re.compile(r"(?:stock|existencias|estoque|bestand)(?:\s+(\d{4}-\d{2}-\d{2}))?", re.IGNORECASE)
_AMOUNT: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([^\W\d_].*)?")


@dataclass(frozen=True, slots=True)
class StatedPeriod:
    """One part of a cell; without a `first_day`, the stock there is, or one from today."""

    first_day: date | None
    last_day: date | None
    offered: Decimal


def capacity_text(periods: Iterable[Period]) -> str:
    """The cell of what is offered; empty where nothing is limited."""
    rows = sorted(periods, key=lambda one: (one.first_day, one.last_day is None))
    return "; ".join(f"{_when(one)}: {format(one.offered.normalize(), 'f')}" for one in rows)


def periods_of_text(text: str, unit_code: str) -> tuple[StatedPeriod, ...]:
    """What a cell says. Raises `CellWrong` with the part that cannot be read."""
    parts = [part.strip() for part in _BETWEEN.split(text) if part.strip()]
    found = tuple(_part(part, unit_code) for part in parts)
    if len({(one.first_day, one.last_day) for one in found}) < len(found):
        raise CellWrong(_("The same period stands there twice."))
    return found


def _part(part: str, unit_code: str) -> StatedPeriod:
    when, colon, amount = part.rpartition(":")
    days = _days(when.strip()) if colon else None
    if days is None:
        raise CellWrong(
            _("Write a month and an amount, such as “2026-11: 62; 2026-12: 40”, or “stock: 200”; days as 2026-11-01..2026-11-15.")
        )  # fmt: skip
    return StatedPeriod(*days, _amount(amount.strip(), unit_code))


def _days(when: str) -> tuple[date | None, date | None] | None:
    """The first and the last day; None for what is no period."""
    try:
        if stock := _STOCK.fullmatch(when):
            return (date.fromisoformat(stock[1]) if stock[1] else None), None
        if month := _MONTH.fullmatch(when):
            first = date(int(month[1]), int(month[2]), 1)
            return first, end_of_month(first)
        if days := _DAYS.fullmatch(when):
            return date.fromisoformat(days[1]), date.fromisoformat(days[2])
    except (ValueError, OverflowError):  # a day that is none, or the month after the last there is
        return None
    return None


def _amount(text: str, unit_code: str) -> Decimal:
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise CellWrong(_("Write amounts as plain numbers with a decimal point, such as 1500 or 62.5."))
    symbol = unit_symbol(unit_code)
    named = {plain(word) for word in (symbol, unit_symbol(unit_code, Decimal(2)), unit_code)}
    if found[2] and plain(found[2]) not in named:
        raise CellWrong(_("This listing counts in %(unit)s.") % {"unit": symbol})
    return Decimal(found[1])


def _when(period: Period) -> str:
    first, last = period.first_day, period.last_day
    if last is None:
        return f"stock {first:%Y-%m-%d}"
    if first.day == 1 and last == end_of_month(first):
        return f"{first:%Y-%m}"
    return f"{first:%Y-%m-%d}..{last:%Y-%m-%d}"
