"""Reads bank statements that come as CSV, by a layout that a person named once. Pure.

A row that cannot be read is named with its line and column; the others are read all the same.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError, Text
from marketplace.core.money import MAXIMUM_MINOR, Money
from trade_assurance.payments.bank_files.lines import (
    MAXIMUM_LINES,
    FileUnreadable,
    Problem,
    ReadLine,
    ReadStatement,
    day_span,
)

MAXIMUM_BYTES: Final = 5 * 1024 * 1024
COLUMNS: Final[Mapping[str, tuple[Text, tuple[str, ...]]]] = {
    "booked_on": (_("Day of booking"), ("buchungstag", "booking date", "date", "datum", "fecha", "data", "valuta")),
    "amount": (_("Amount (negative went out)"), ("betrag", "amount", "importe", "montant", "valor", "umsatz")),
    "credit": (_("Amount that came in"), ("credit", "haben", "gutschrift", "abono", "crédit", "deposit")),
    "debit": (_("Amount that went out"), ("debit", "soll", "belastung", "cargo", "débit", "withdrawal")),
    "currency": (_("Currency"), ("währung", "currency", "divisa", "devise", "moneda", "moeda")),
    "bank_reference": (_("The bank's reference"), ("reference", "referenz", "transaction id", "referencia", "utr")),
    "end_to_end": (_("End-to-end reference"), ("end-to-end", "end to end", "kundenreferenz", "endtoend")),
    "party_name": (_("Name of the other side"), ("begünstigter", "beguenstigter", "auftraggeber", "name", "payer")),
    "party_account": (_("Account of the other side"), ("iban", "kontonummer", "account", "cuenta", "conta")),
    "text": (_("Purpose or description"), ("verwendungszweck", "description", "purpose", "concepto", "narrat", "libell")),
}  # fmt: skip
NEEDED: Final = ("booked_on",)
DATE_FORMATS: Final[Mapping[str, str]] = {
    "%d.%m.%Y": "31.12.2026",
    "%d/%m/%Y": "31/12/2026",
    "%m/%d/%Y": "12/31/2026",
    "%Y-%m-%d": "2026-12-31",
    "%d-%m-%Y": "31-12-2026",
    "%Y/%m/%d": "2026/12/31",
    "%Y%m%d": "20261231",
    "%d.%m.%y": "31.12.26",
    "%d/%m/%y": "31/12/26",
    "%d-%b-%Y": "31-Dec-2026",
}
_MINUS: Final = str.maketrans({"−": "-", "–": "-"})
_BLANKS: Final = str.maketrans({"\u00a0": "", "\u202f": "", " ": "", "'": "", "’": ""})


@dataclass(frozen=True, slots=True)
class CsvLayout:
    """How a bank's CSV is read: which column is what (by its head), the form of dates and of decimals."""

    columns: Mapping[str, str] = field(default_factory=dict)
    date_format: str = "%d.%m.%Y"
    decimal: str = ","

    def as_row(self) -> dict[str, object]:
        """For storing on the account."""
        return asdict(self)

    @classmethod
    def from_row(cls, row: Mapping[str, object]) -> CsvLayout | None:
        """The layout that was stored; None when there is none."""
        columns = row.get("columns")
        if not isinstance(columns, Mapping) or not columns:
            return None
        return cls(dict(columns), str(row["date_format"]), str(row["decimal"]))

    def fits(self, head: Sequence[str]) -> bool:
        """Whether every column it names is in this file."""
        return all(name in head for name in self.columns.values())


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A CSV file as a table: the line its head stands in, the head, and each row with its line."""

    head_line: int
    head: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_table(content: bytes) -> CsvTable:
    """The file as a table, whatever its encoding and separator. Raises `FileUnreadable`."""
    if len(content) > MAXIMUM_BYTES:
        raise FileUnreadable(_("The file is larger than 5 MB. Ask the bank for one file per day."))
    text = _decoded(content)
    separator = max(";,\t|", key=lambda sign: _typical_count(text, sign))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        rows = [
            (reader.line_num, tuple(" ".join(cell.split()) for cell in cells))
            for cells in reader
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error as error:
        raise FileUnreadable(_("The file is not a table of text. Export it from the bank as CSV.")) from error
    width = max((len(cells) for _line, cells in rows), default=0)
    if width < 2:
        raise FileUnreadable(_("The file is not a table of text. Export it from the bank as CSV."))
    start = _head_row([cells for _line, cells in rows])
    head_line, head = rows[start]
    if len(rows) - start - 1 > MAXIMUM_LINES:
        raise FileUnreadable(_("The file has more than 2,000 rows. Ask the bank for one file per day."))
    return CsvTable(head_line, _distinct(head), tuple(rows[start + 1 :]))


def guess_layout(table: CsvTable) -> CsvLayout:
    """A first proposal by the words of the head and the look of the cells; a person corrects it."""
    columns: dict[str, str] = {}
    for name, (_label, words) in COLUMNS.items():
        found = next(
            (
                head
                for word in words
                for head in table.head
                if word in head.casefold() and head not in columns.values()
            ),
            None,
        )
        if found is not None:
            columns[name] = found
    if "amount" in columns:
        columns.pop("credit", None)
        columns.pop("debit", None)
    return CsvLayout(columns, _guess_date(table, columns), _guess_decimal(table, columns))


def read_csv(table: CsvTable, layout: CsvLayout, *, account: str, currency: str) -> ReadStatement:
    """The statement by this layout. Raises `FileUnreadable` when the layout does not fit the file."""
    if not layout.fits(table.head) or not _complete(layout):
        raise FileUnreadable(_("The columns that were named are not all in this file. Name them again."))
    lines: list[ReadLine] = []
    problems: list[Problem] = []
    for place, cells in table.rows:
        row = dict(zip(table.head, cells, strict=False))
        read = _row(
            place, {name: row.get(column, "") for name, column in layout.columns.items()}, layout, currency
        )
        if isinstance(read, Problem):
            problems.append(read)
        elif read is not None:
            lines.append(read)
    first, last = day_span(line.booked_on for line in lines)
    return ReadStatement(
        account=account,
        currency=currency,
        from_on=first,
        to_on=last,
        lines=tuple(lines),
        problems=tuple(problems),
    )


def parse_amount(text: str, decimal: str) -> Decimal:
    """`1.234,56-` with a decimal comma, `(1,234.56)` with a point: groups must be of three. Raises `ValueError`."""
    bare = text.translate(_MINUS).translate(_BLANKS).strip()
    negative = bare.startswith("-") or bare.endswith("-") or (bare.startswith("(") and bare.endswith(")"))
    bare = bare.strip("()").removeprefix("-").removesuffix("-").removeprefix("+")
    group = "." if decimal == "," else ","
    whole, _sign, fraction = bare.partition(decimal)
    if not re.fullmatch(
        rf"\d+|\d{{1,3}}(?:{re.escape(group)}\d{{3}})+|\d{{1,2}}(?:,\d{{2}})+,\d{{3}}", whole
    ):
        raise ValueError(text)
    if fraction and not re.fullmatch(r"\d+", fraction):
        raise ValueError(text)
    amount = Decimal(f"{whole.replace(group, '').replace(',', '')}.{fraction or '0'}")
    return -amount if negative else amount


def _row(place: int, cells: Mapping[str, str], layout: CsvLayout, currency: str) -> ReadLine | Problem | None:
    named = layout.columns
    booked_on = _date(cells["booked_on"], layout.date_format)
    if booked_on is None:
        advice = format_lazy(
            _("Write the day like {example}, or correct the form of dates."),
            example=DATE_FORMATS[layout.date_format],
        )
        return Problem(place, named["booked_on"], cells["booked_on"], advice)
    said = cells.get("currency", "").upper()
    if said and said != currency:
        advice = format_lazy(
            _("The account is in {currency}. Choose the account of this currency."), currency=currency
        )
        return Problem(place, named["currency"], said, advice)
    money = _money(place, cells, layout, currency)
    if isinstance(money, Problem):
        return money
    if money.is_zero:
        return None
    return ReadLine(
        place=place,
        money=money,
        booked_on=booked_on,
        bank_reference=cells.get("bank_reference", "")[:120],
        end_to_end=cells.get("end_to_end", "")[:70],
        party_name=cells.get("party_name", "")[:200],
        party_account=cells.get("party_account", "")[:64],
        text=cells.get("text", "")[:4000],
    )


def _money(place: int, cells: Mapping[str, str], layout: CsvLayout, currency: str) -> Money | Problem:
    names = ("amount",) if "amount" in layout.columns else ("credit", "debit")
    total = Decimal(0)
    if not any(cells.get(name) for name in names):
        advice = _("The row has a day, but no amount. Enter it, or delete the row if it is no booking.")
        return Problem(place, layout.columns[next(n for n in names if n in layout.columns)], "", advice)
    for name in names:
        text = cells.get(name, "")
        if not text:
            continue
        try:
            amount = parse_amount(text, layout.decimal)
            total += -abs(amount) if name == "debit" else amount
            money = Money.from_decimal(total, currency)
        except (ValueError, DomainError):
            example = "1.234,56" if layout.decimal == "," else "1,234.56"
            advice = format_lazy(
                _(
                    "Write the amount like {example} with the decimals of {currency}, or correct the decimal sign."
                ),
                example=example,
                currency=currency,
            )
            return Problem(place, layout.columns[name], text, advice)
        if abs(money.amount_minor) > MAXIMUM_MINOR:
            return Problem(place, layout.columns[name], text, _("No booking is this large. Look at the row."))
    return money


def _complete(layout: CsvLayout) -> bool:
    named = layout.columns
    return all(name in named for name in NEEDED) and bool({"amount", "credit", "debit"} & set(named))


def _date(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 -- a day has no zone
    except ValueError:
        return None


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _try(content, "utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _try(content, "cp1252")


def _try(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileUnreadable(_("The file is not text. Export it from the bank as CSV.")) from error


def _typical_count(text: str, sign: str) -> int:
    counts = sorted(line.count(sign) for line in text.splitlines()[:60] if line.strip())
    return counts[len(counts) // 2] if counts else 0


def _head_row(rows: Sequence[Sequence[str]]) -> int:
    """Banks put lines about the account above the table: its head names a day and an amount, or is the fullest."""
    for index, cells in enumerate(rows[:40]):
        named = {name for name, (_label, words) in COLUMNS.items() if _named(cells, words)}
        if "booked_on" in named and named & {"amount", "credit", "debit"}:
            return index
    return max(range(min(len(rows), 40)), key=lambda index: _filled(rows[index]))


def _named(cells: Sequence[str], words: Sequence[str]) -> bool:
    return any(word in cell.casefold() and len(cell) < 60 for cell in cells for word in words)


def _filled(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if cell)


def _distinct(head: Sequence[str]) -> tuple[str, ...]:
    names: list[str] = []
    for number, cell in enumerate(head, start=1):
        name = cell or f"#{number}"
        names.append(name if name not in names else f"{name} #{number}")
    return tuple(names)


def _column(table: CsvTable, name: str | None) -> list[str]:
    if name is None:
        return []
    index = table.head.index(name)
    return [cells[index] for _line, cells in table.rows[:50] if len(cells) > index and cells[index]]


def _guess_date(table: CsvTable, columns: Mapping[str, str]) -> str:
    cells = _column(table, columns.get("booked_on"))
    fitting = [form for form in DATE_FORMATS if cells and all(_date(cell, form) for cell in cells)]
    return fitting[0] if fitting else "%d.%m.%Y"


def _guess_decimal(table: CsvTable, columns: Mapping[str, str]) -> str:
    cells = _column(table, columns.get("amount") or columns.get("credit") or columns.get("debit"))
    marks = [cell.rstrip("-)")[-3] for cell in cells if len(cell.rstrip("-)")) > 3]
    return "," if marks.count(",") >= marks.count(".") and "," in "".join(cells) else "."
