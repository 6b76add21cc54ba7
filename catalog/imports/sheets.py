"""Writes tables: our template with drop-downs, exports, rows to mend. Row by row, never the whole in memory.

Every text goes out so that no spreadsheet calculates it (`cells.guarded`).
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Final

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name

from catalog.imports.cells import CELL_LENGTH, Cell, guarded, kind_of
from catalog.imports.fields import Field

CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TEMPLATE_ROWS = 5_000
_LISTS = "Lists"
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is written: heading, what it means, the values of its drop-down, its width in letters."""

    code: str
    label: str
    help: str = ""
    choices: Sequence[str] = ()
    width: int = 16


def columns_of(fields: Iterable[Field], choices: Mapping[str, Sequence[str]]) -> list[Column]:
    """Our columns with their drop-downs."""
    return [
        Column(one.code, str(one.label), str(one.help), choices.get(one.code, ()), one.width)
        for one in fields
    ]


class _Line:
    """What `csv` writes to; gives the line back."""

    def write(self, text: str) -> str:
        return text


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]], delimiter: str = ",") -> Iterator[str]:
    """A CSV file line by line, with the mark by which Excel knows UTF-8."""
    writer: Any = csv.writer(_Line(), delimiter=delimiter, lineterminator="\r\n")
    yield _BOM + writer.writerow([guarded(name) for name in header])
    for row in rows:
        yield writer.writerow([guarded(_said(cell)) for cell in row])


def workbook(
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    *,
    explained: bool = True,
    example: Sequence[tuple[str, str]] = (),
) -> IO[bytes]:
    """A workbook in a temporary file, at its beginning: the listings, the lists of the drop-downs, the explanation."""
    out = tempfile.TemporaryFile()  # noqa: SIM115 -- whoever asked closes it
    book = xlsxwriter.Workbook(
        out,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_calc_mode("manual")
    formats = _formats(book)
    sheet = book.add_worksheet(_("Listings")[:31])
    explanation = book.add_worksheet(_("How to fill it")[:31]) if explained else None
    lists = book.add_worksheet(_LISTS)
    lists.hide()
    _set_up(sheet, columns, formats)
    _drop_downs(sheet, lists, columns)
    for number, row in enumerate(rows, 1):
        for place, cell in enumerate(row):
            _put(sheet, number, place, cell, formats)
    if explanation is not None:
        _explain(explanation, columns, formats, example)
    book.close()
    out.seek(0)
    return out


def _formats(book: xlsxwriter.Workbook) -> dict[str, Any]:
    return {
        "head": book.add_format({"bold": True, "bg_color": "#0d4d60", "font_color": "#ffffff", "text_wrap": True, "valign": "top", "border": 1, "border_color": "#0b3644"}),
        "text": book.add_format({"num_format": "@", "valign": "top"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "bold": book.add_format({"bold": True, "valign": "top"}),
        "title": book.add_format({"bold": True, "font_size": 14}),
    }  # fmt: skip


def _set_up(sheet: Any, columns: Sequence[Column], formats: Mapping[str, Any]) -> None:
    sheet.freeze_panes(1, min(2, len(columns)))
    sheet.set_row(0, 32)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width, formats["text"])
        sheet.write_string(0, place, column.label, formats["head"])
    if columns:
        sheet.autofilter(0, 0, _TEMPLATE_ROWS, len(columns) - 1)


def _drop_downs(sheet: Any, lists: Any, columns: Sequence[Column]) -> None:
    """A list per column that has one; rows are written from the top, as `constant_memory` demands."""
    listed = [(place, column) for place, column in enumerate(columns) if column.choices]
    for number in range(max((len(column.choices) for _place, column in listed), default=0)):
        for at, (_place, column) in enumerate(listed):
            if number < len(column.choices):
                lists.write_string(number, at, column.choices[number])
    for at, (place, column) in enumerate(listed):
        name = xl_col_to_name(at)
        source = f"={_LISTS}!${name}$1:${name}${len(column.choices)}"
        sheet.data_validation(
            1, place, _TEMPLATE_ROWS, place,
            {"validate": "list", "source": source, "error_type": "warning", "error_title": column.label[:32],
             "error_message": _("This is not in the list. Other spellings are read, too, when they are clear.")},
        )  # fmt: skip


def _put(sheet: Any, number: int, place: int, cell: Cell, formats: Mapping[str, Any]) -> None:
    text = _said(cell)
    if not text:
        return
    if kind_of(cell) == "n" and len(text) <= 15:
        sheet.write_number(number, place, float(text))
    else:
        sheet.write_string(number, place, guarded(text)[:CELL_LENGTH], formats["text"])


def _said(cell: Cell) -> str:
    """The text of a cell that is ours: its apostrophes are its own."""
    return cell if isinstance(cell, str) else cell[1]


def _explain(
    sheet: Any, columns: Sequence[Column], formats: Mapping[str, Any], example: Sequence[tuple[str, str]]
) -> None:
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, _("How to fill the sheet “Listings”"), formats["title"])
    notes = (
        _(
            "One row is one listing, or one of its variants. The first row holds the headings: leave it, the order of the columns is yours."
        ),
        _(
            "Several variants of one listing stand below each other, with the same word under “Variants of one listing”. The "
            "first says all of the listing; the others only their number, their name and their prices."
        ),
        _("The article number finds the listing again: send a changed row, and the listing changes."),
        _("Columns that you delete, and cells that you leave empty, leave the listing as it is."),
        _("Prices: “Unit price 1” from the minimum order, lower ones from larger quantities, up to six."),
        _("Nothing is public before a moderator has read it. You see what each row does before it is done."),
    )
    row = 2
    for note in notes:
        sheet.write_string(row, 0, "•")
        sheet.write_string(row, 1, note, formats["wrap"])
        row += 1
    row += 1
    shown = dict(example)
    sheet.write_string(row, 0, _("Column"), formats["bold"])
    sheet.write_string(row, 1, _("What it means"), formats["bold"])
    for column in columns:
        row += 1
        text = column.help
        if column.code in shown:
            text = _("%(help)s Example: %(example)s") % {"help": text, "example": shown[column.code]}
        sheet.write_string(row, 0, column.label, formats["bold"])
        sheet.write_string(row, 1, text, formats["wrap"])
