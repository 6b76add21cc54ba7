"""A table of prices as a supplier sends or pastes it: which columns, which rows, which numbers. Pure.

Rows are read here and judged in `catalog.rules.price_lists`. Must not touch database, clock or settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from catalog.errors import PriceListWrong
from catalog.imports.cells import Cell, CellWrong, decimal_sign_of, guarded, number_of, text_of
from catalog.imports.files import Row, Table
from catalog.imports.values import article_number_of

MAXIMUM_TABLE_ROWS: Final = 5_000
_ARTICLE, _QUANTITY, _PRICE = 0, 6, 7  # their places among our own headings
_OTHER_NAMES: Final = {
    _ARTICLE: {"article", "article number", "sku", "reference", "listing"},
    _QUANTITY: {"quantity", "quantity from", "from", "minimum quantity"},
    _PRICE: {"price", "unit price", "their price"},
}
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row as it came; `quantity` and `price` where they are numbers. A row may have no price: it says there is none."""

    number: int
    article: str
    quantity: Decimal | None
    price: Decimal | None
    typed: tuple[str, str, str]
    problem: str = ""

    @property
    def text(self) -> str:
        """The row as one can mend and paste it."""
        return "\t".join(map(guarded, self.typed))


def headings() -> list[str]:
    """The columns of our own file; those of article, quantity and price are read again, the others only help."""
    return [
        _("Article number"),
        _("Product"),
        _("Variant"),
        _("Unit"),
        _("Currency"),
        _("Public price"),
        _("Quantity from"),
        _("Their price"),
    ]


def read_table(table: Table) -> list[TableRow]:
    """Every row, with what cannot be read. Raises `PriceListWrong` without the columns, or with too many rows."""
    columns, rows = _columns(table)
    found: list[Row] = []
    for row in rows:
        found.append(row)
        if len(found) > MAXIMUM_TABLE_ROWS:
            raise PriceListWrong(field="rows", problem=_("At most 5,000 rows at a time."))
    numbers = [_cell(cells, columns[place]) for _number, cells in found for place in (1, 2)]
    sign = decimal_sign_of(numbers, ".")
    return [_read(number, [_cell(cells, at) for at in columns], sign) for number, cells in found]


def _columns(table: Table) -> tuple[Sequence[int], Iterator[Row]]:
    """Where article, quantity and price stand; a table of three columns needs no headings."""
    names = [name.casefold() for name in table.header]
    ours = [name.casefold() for name in headings()]
    found = []
    for place, others in _OTHER_NAMES.items():
        matching = [at for at, name in enumerate(names) if name == ours[place] or name in others]
        found += matching[:1]
    if len(found) == len(_OTHER_NAMES):
        return found, table.rows
    if len(names) in {2, 3} and not found:
        return (0, 1, 2), _with_first([guarded(name) for name in table.header], table.rows)
    problem = _("The columns “%(article)s”, “%(quantity)s” and “%(price)s” are needed.")
    labels = headings()
    named = {"article": labels[_ARTICLE], "quantity": labels[_QUANTITY], "price": labels[_PRICE]}
    raise PriceListWrong(field="rows", problem=problem % named)


def _with_first(first: list[Cell], rows: Iterator[Row]) -> Iterator[Row]:
    yield 1, first
    yield from rows


def _cell(cells: Sequence[Cell], at: int) -> Cell:
    return cells[at] if at < len(cells) else ""


def _read(number: int, cells: Sequence[Cell], sign: str) -> TableRow:
    typed = tuple(" ".join(text_of(cell).split())[:_LONGEST] for cell in cells)
    article, problem = typed[0], ""
    numbers: list[Decimal | None] = [None, None]
    try:
        article = " ".join(article_number_of(cells[0]).split())[:_LONGEST]
        numbers = [number_of(cell, sign) if text_of(cell) else None for cell in cells[1:]]
    except CellWrong as error:
        problem = str(error.text)
    quantity, price = numbers
    if not problem and not article:
        problem = _("The article number is missing.")
    if not problem and quantity is None and price is not None:
        problem = _("The quantity from which this price counts is missing.")
    plain = (typed[0], _shown(quantity, typed[1]), _shown(price, typed[2]))
    return TableRow(number, article, quantity, price, plain, problem)


def _shown(number: Decimal | None, typed: str) -> str:
    """Numbers with a point, so that what is read again is the same."""
    return typed if number is None else f"{number.normalize():f}"
