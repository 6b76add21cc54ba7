"""The values of single cells that need more than a number or a name: read, and written as people write them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from catalog.imports import cells
from catalog.imports.cells import Cell, CellWrong
from catalog.imports.names import Names, reading_key
from catalog.rules import richtext
from catalog.rules.listing import AttributeUse
from catalog.states import AttributeKind, Incoterms

_YES = {"yes", "true", "1", "y", "x", "si", "sim", "oui", "ja", "हाँ", "是"}
_NO = {"no", "false", "0", "n", "nao", "non", "nein", "नहीं", "否"}


def description_text(html: str) -> str:
    """As simple marks when they say all of it, else as the HTML it is."""
    marks = richtext.as_marks(html)
    return marks if richtext.clean_html(marks) == html else html


def plain_number(number: Decimal | None) -> str:
    """`0.5`, without needless zeros; empty for none."""
    return "" if number is None else format(number.normalize(), "f")


def percent_text(basis_points: int | None) -> str:
    """Basis points as percent."""
    return "" if basis_points is None else plain_number(Decimal(basis_points).scaleb(-2))


def basis_points_of(cell: Cell, decimal_sign: str) -> int:
    """A cell of percent as basis points. Raises `CellWrong`."""
    share = cells.number_of(cell, decimal_sign).scaleb(2)
    if share != share.to_integral_value():
        raise CellWrong(_("Percent have at most two decimals."))
    return int(share)


def attribute_of(use: AttributeUse, choices: Names | None, cell: Cell, decimal_sign: str) -> str:
    """The stored value of a fact. Raises `CellWrong`."""
    if use.kind == AttributeKind.NUMBER:
        return plain_number(cells.number_of(cell, decimal_sign))
    if use.kind == AttributeKind.INTEGER:
        return str(cells.whole_number_of(cell, decimal_sign))
    text = cells.plain_text_of(cell)
    if use.kind == AttributeKind.BOOLEAN:
        word = text.strip().casefold()
        if word in _YES | _NO:
            return "true" if word in _YES else "false"
        raise CellWrong(_("Write yes or no."))
    return choices.find(text) if choices is not None else text


def attribute_text(use: AttributeUse | None, choices: Names | None, value: str) -> str:
    """A stored value as people write it in a cell."""
    if use is not None and use.kind == AttributeKind.BOOLEAN:
        return str(_("yes")) if value == "true" else str(_("no"))
    return choices.label(value) if choices is not None else value


def article_number_of(cell: Cell) -> str:
    """An article number. Raises `CellWrong` where the spreadsheet made a date of it."""
    if cells.kind_of(cell) == "d":
        raise CellWrong(
            _("The spreadsheet has made a date of this. Format the column as text and type it again.")
        )
    return cells.plain_text_of(cell)


def currency_of(cell: Cell) -> str:
    """A currency's code, as far as it is one."""
    return cells.plain_text_of(cell).strip().upper()[:12]


def incoterms_of(cell: Cell) -> str:
    """`CIF` of `CIF Hamburg`; what is no rule is left for the listing's rules to refuse."""
    word = cells.plain_text_of(cell).strip().upper()[:20]
    return word[:3] if word[:3] in Incoterms.values and not word[3:4].isalpha() else word


def as_said(said: Mapping[str, str], read: Callable[[Cell], str]) -> Callable[[Cell], str]:
    """Reads a cell's word as its company said it is to be read (codes by `reading_key`), else as everybody would."""
    return (lambda cell: said.get(reading_key(cells.text_of(cell))) or read(cell)) if said else read
