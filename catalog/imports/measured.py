"""Numbers with words around them that say nothing new: `USD 4.20/kg` in a row in USD and kilograms. Pure.

Words that say something else than the row's own columns stay, so that the number is refused and nobody's price is read
in the wrong currency or unit.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from catalog.imports.cells import Cell, CellWrong, kind_of, text_of
from catalog.imports.names import Names, plain

_NUMBER: Final = re.compile(r"([^\d+-]*?)\s*([+-]?\d(?:[\d.,'’_\s]*\d)?)\s*(\D*)")
_BETWEEN: Final = re.compile(r"[\s/]+|(?<=[€£₹¥])|(?=[€£₹¥])")
_PER: Final = frozenset(("per", "por", "pro", "par", "je", "a", "प्रति"))
# Signs of one currency only; a dollar sign is accepted wherever the currency has one, as the row says which.
_SIGNS: Final = {"€": {"EUR"}, "£": {"GBP"}, "₹": {"INR"}, "rs": {"INR"}, "¥": {"JPY", "CNY"}}
_DOLLARS: Final = frozenset(("USD", "CAD", "AUD", "NZD", "HKD", "SGD", "MXN", "ARS", "CLP", "COP", "TWD"))
_DAYS: Final = frozenset(("day", "days", "d", "tag", "tage", "tagen", "jour", "jours", "dia", "dias", "दिन"))
Says = Callable[[str], bool]


def bare(cell: Cell, says_nothing_new: Says) -> Cell:
    """The cell without its words when each of them `says_nothing_new`; else as it came."""
    if kind_of(cell) != "t" or not (found := _NUMBER.fullmatch(text_of(cell))):
        return cell
    before, number, after = found.groups()
    words = [word.strip(".()") for word in _BETWEEN.split(f"{before} {after}")]
    return number if all(says_nothing_new(word) for word in words if word) else cell


def in_unit(unit_code: str, units: Names) -> Says:
    """Whether a word names this unit."""
    return lambda word: bool(unit_code) and _unit_of(word, units) == unit_code


def as_price(currency: str, unit_code: str, units: Names) -> Says:
    """Whether a word names the currency or the unit, or stands between them."""
    unit = in_unit(unit_code, units)

    def says(word: str) -> bool:
        small = word.casefold()
        of_currency = (
            word.upper() == currency or currency in _SIGNS.get(small, ()) or _is_dollar(word, currency)
        )
        return (bool(currency) and of_currency) or plain(word) in _PER or unit(word)

    return says


def days(word: str) -> bool:
    """Whether a word means days."""
    return plain(word) in _DAYS


def _is_dollar(word: str, currency: str) -> bool:
    return currency in _DOLLARS and word.upper() in {"$", f"{currency[:2]}$"}


def _unit_of(word: str, units: Names) -> str:
    try:
        return units.find(word)
    except CellWrong:
        return ""
