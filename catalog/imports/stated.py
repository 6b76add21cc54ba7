"""Markets, season and sample of a listing as cells of a row, and back. Pure.

What a cell says in the words of our own export leaves the fact as it is; what is empty too, unless the file clears.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final, TypeVar

from django.utils.translation import gettext_lazy as _

from catalog.imports import cells, fields
from catalog.imports.cells import Cell, CellWrong
from catalog.imports.names import Names, plain
from catalog.rules.markets import EVERYWHERE, Markets
from catalog.rules.offering import OfferingFacts, Sample
from catalog.states import ShipsTo
from marketplace.core.errors import Text

_BETWEEN = re.compile(r"[,;|\n]")
# The first word of a cell in the languages of the marketplace; a list without one is a list of the only countries.
_EVERYWHERE: Final = {"everywhere", "worldwide", "all countries", "en todas partes", "em todo o mundo", "partout", "todo el mundo"}  # fmt: skip
_ONLY: Final = {"only", "solo", "apenas", "so", "seulement", "uniquement"}
_EXCEPT: Final = {"except", "all except", "everywhere except", "excepto", "todos excepto", "exceto", "sauf", "partout sauf"}  # fmt: skip
_YES: Final = {"yes", "true", "1", "y", "si", "sim", "oui", "ja"}
_NO: Final = {"no", "false", "0", "n", "nao", "non", "nein"}


def stated_cells(offering: OfferingFacts) -> dict[str, str]:
    """The facts by column; what is not stated has none."""
    sample = offering.sample
    row = {
        fields.SHIPS_TO: "" if offering.markets is None else markets_text(offering.markets),
        fields.MONTHS: ", ".join(map(str, offering.months)),
    }
    if sample is not None:
        row |= {
            fields.SAMPLE_QUANTITY: format(sample.quantity.normalize(), "f"),
            fields.SAMPLE_PRICE: format(sample.price.normalize(), "f"),
            fields.SAMPLE_DAYS: str(sample.days),
            fields.SAMPLE_CREDITED: str(_("yes")) if sample.is_credited else str(_("no")),
        }
    return {target: text for target, text in row.items() if text}


def markets_text(markets: Markets) -> str:
    """`everywhere`, `only: DE, FR`, `except: CU`: English, so that a file reads the same for everybody."""
    if markets.ships == ShipsTo.EVERYWHERE:
        return "everywhere"
    word = "only" if markets.ships == ShipsTo.ONLY else "except"
    return f"{word}: {', '.join(markets.countries)}"


def markets_of_text(text: str, countries: Names) -> Markets:
    """What a cell says. Raises `CellWrong` with the name that no country has."""
    head, colon, tail = text.partition(":")
    word = plain(head)
    if not colon and word in _EVERYWHERE:
        return EVERYWHERE
    if colon and word not in _ONLY | _EXCEPT:
        raise CellWrong(_("Write “everywhere”, “only: Germany, France” or “except: Cuba”."))
    names = [name.strip() for name in _BETWEEN.split(tail if colon else text) if name.strip()]
    codes = tuple(sorted({countries.find(name) for name in names}))
    return Markets(ShipsTo.EXCEPT if word in _EXCEPT and colon else ShipsTo.ONLY, codes)


def months_of_text(text: str) -> tuple[int, ...]:
    """`11, 12, 1` or `11-1`. Raises `CellWrong`."""
    months: set[int] = set()
    for part in (part.strip() for part in _BETWEEN.split(text)):
        first, dash, last = part.partition("-")
        if not all(word.strip().isascii() and word.strip().isdigit() for word in (first, last or first)):
            raise CellWrong(_("Write the months as numbers, such as 11, 12, 1."))
        month, end = int(first), int(last or first)
        if not (1 <= month <= 12 and 1 <= end <= 12) or (dash and not last):
            raise CellWrong(_("A month is a number from 1 to 12."))
        while month != end:
            months.add(month)
            month = month % 12 + 1
        months.add(end)
    return tuple(sorted(months))


Value = TypeVar("Value")


class StatedReading:
    """Reads the columns of one row; `wrong` notes a cell that cannot be read."""

    def __init__(
        self,
        raw: Callable[[str], Cell],
        is_cleared: Callable[[str], bool],
        wrong: Callable[[str, Text], None],
        *,
        countries: Names,
        decimal_sign: str,
    ) -> None:
        self._raw, self._is_cleared, self._wrong = raw, is_cleared, wrong
        self._countries, self._sign = countries, decimal_sign

    def offering(self, base: OfferingFacts) -> OfferingFacts:
        """The row over what the listing says."""
        before = stated_cells(base)
        said = {target: self._raw(target) for target in fields.STATED}
        changed = {
            target
            for target, cell in said.items()
            if cells.text_of(cell).strip() != before.get(target, "")
            and (cells.text_of(cell).strip() or self._is_cleared(target))
        }
        if not changed:
            return base
        facts = base
        if fields.SHIPS_TO in changed:
            facts = replace(facts, markets=self._read(fields.SHIPS_TO, said, self._markets, facts.markets))
        if fields.MONTHS in changed:
            none: tuple[int, ...] = ()
            months = self._read(fields.MONTHS, said, _months, none)
            facts = replace(facts, months=months or ())
        if changed & set(fields.SAMPLE):
            facts = replace(facts, sample=self._sample(said, before, base.sample))
        return facts

    def _sample(self, said: dict[str, Cell], before: dict[str, str], base: Sample | None) -> Sample | None:
        cell = {target: said[target] if self._says(said, target) else before.get(target, "") for target in fields.SAMPLE}  # fmt: skip
        if not cells.text_of(cell[fields.SAMPLE_QUANTITY]) and not cells.text_of(cell[fields.SAMPLE_PRICE]):
            return None
        quantity = self._read(fields.SAMPLE_QUANTITY, cell, self._number, None)
        price = self._read(fields.SAMPLE_PRICE, cell, self._number, None)
        days = self._read(fields.SAMPLE_DAYS, cell, self._whole, 0)
        credited = self._read(fields.SAMPLE_CREDITED, cell, _yes_or_no, False)  # noqa: FBT003 -- what an empty cell means
        if quantity is None or price is None:
            return base
        return Sample(quantity, price, days or 0, bool(credited))

    def _says(self, said: dict[str, Cell], target: str) -> bool:
        return bool(cells.text_of(said[target]).strip()) or self._is_cleared(target)

    def _read(
        self, target: str, said: dict[str, Cell], read: Callable[[Cell], Value], empty: Value | None
    ) -> Value | None:
        cell = said[target]
        if not cells.text_of(cell).strip():
            missing = target in (fields.SAMPLE_QUANTITY, fields.SAMPLE_PRICE)
            if missing:
                self._wrong(target, _("A sample has a quantity and a price."))
            return None if target == fields.SHIPS_TO else empty
        try:
            return read(cell)
        except CellWrong as refused:
            self._wrong(target, refused.text)
            return empty

    def _markets(self, cell: Cell) -> Markets:
        return markets_of_text(cells.plain_text_of(cell), self._countries)

    def _number(self, cell: Cell) -> Decimal:
        return cells.number_of(cell, self._sign)

    def _whole(self, cell: Cell) -> int:
        return cells.whole_number_of(cell, self._sign)


def _months(cell: Cell) -> tuple[int, ...]:
    return months_of_text(cells.text_of(cell))


def _yes_or_no(cell: Cell) -> bool:
    word = plain(cells.text_of(cell))
    if word in _YES | {plain(str(_("yes")))}:
        return True
    if word in _NO | {plain(str(_("no")))}:
        return False
    raise CellWrong(_("Write yes or no."))


def column_of(name: str) -> str:
    """The column to which a refusal of `offering.checked_offering` belongs."""
    return {"ships": fields.SHIPS_TO, "countries": fields.SHIPS_TO, "months": fields.MONTHS}.get(name, name)


def changed_columns(before: OfferingFacts, after: OfferingFacts) -> Sequence[str]:
    """The columns in which two offerings differ, for the page."""
    old, new = stated_cells(before), stated_cells(after)
    return [target for target in fields.STATED if old.get(target) != new.get(target)]
