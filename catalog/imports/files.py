"""Opens a table that somebody sent: which kind, which encoding, which delimiter; gives its rows one after another.

Holds one row in memory, never the table. Raises `SheetRefused` in its several forms.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from catalog.errors import (
    SheetEmpty,
    SheetIsPdf,
    SheetIsPicture,
    SheetOfOldExcel,
    SheetProtected,
    SheetQuotesOpen,
    SheetRefused,
    SheetUnreadable,
)
from catalog.imports import workbook_reader
from catalog.imports.archives import demand_small_workbook, too_large
from catalog.imports.cells import Cell, kind_of, text_of
from catalog.imports.columns import header_place
from catalog.imports.limits import LINE_LENGTH, MAXIMUM_COLUMNS, MAXIMUM_ROWS

CSV: Final = "csv"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
XLSX: Final = "xlsx"
_DELIMITERS = (",", ";", "\t", "|")
_ROWS_ABOVE = 15  # a title, an address and a date may stand above the headings
_SAMPLE = 65_536
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# What spreadsheets of the reader's language write when they do not write Unicode.
_LEGACY = {"zh": "gb18030", "ar": "cp1256"}

Row = tuple[int, list[Cell]]


@dataclass(frozen=True, slots=True)
class Table:
    """The headings, and the rows below as (row number as a spreadsheet counts, cells); empty rows are left out."""

    format: str
    delimiter: str
    header: tuple[str, ...]
    rows: Iterator[Row]


def kind_of_file(file: IO[bytes]) -> str:
    """`xlsx` or `csv`, by the first bytes. Raises the forms of `SheetRefused` that they show."""
    file.seek(0)
    start = file.read(8)
    file.seek(0)
    if start.startswith(b"PK"):
        demand_small_workbook(file)
        return XLSX
    if start == _OLE:
        raise _old_office(file)
    if start.startswith(b"%PDF"):
        raise SheetIsPdf(field="file")
    if start.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")):
        raise SheetIsPicture(field="file")
    if start.startswith((b"\x1f\x8b", b"7z", b"Rar!", b"{\\rtf")):
        raise SheetUnreadable(field="file")
    return CSV


def _old_office(file: IO[bytes]) -> SheetRefused:
    """What an OLE container is: a new workbook behind a password, one of Excel 97, or something else of its time."""
    content = file.read()
    file.seek(0)
    if "EncryptedPackage".encode("utf-16-le") in content:
        return SheetProtected(field="file")
    if any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        return SheetOfOldExcel(field="file")
    return SheetUnreadable(field="file")


@contextmanager
def open_table(file: IO[bytes], *, language: str = "en") -> Iterator[Table]:
    """The table, as long as the block lasts. Raises the forms of `SheetRefused`, also while rows are taken."""
    kind = kind_of_file(file)
    if kind == XLSX:
        with _workbook_rows(file) as raw:
            yield _table(XLSX, "", raw)
    else:
        encoding = encoding_of(file, language)
        with _text(file, encoding) as text:
            delimiter = delimiter_of(text.read(_SAMPLE))
            text.seek(0)
            yield _table(CSV, delimiter, _csv_rows(text, delimiter))


def encoding_of(file: IO[bytes], language: str) -> str:
    """By its mark, else UTF-8 when all of it is, else what spreadsheets of this language write.

    Raises `SheetUnreadable` for what is no text.
    """
    file.seek(0)
    start = file.read(1024)
    for mark, encoding in _BOMS:
        if start.startswith(mark):
            return encoding
    if start.count(0) > len(start) // 3:  # every second byte: UTF-16 without a mark
        return "utf-16-be" if start[:1] == b"\x00" else "utf-16-le"
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    encoding = "utf-8"
    while chunk := file.read(1024 * 1024):
        if b"\x00" in chunk:
            raise SheetUnreadable(field="file")
        if encoding == "utf-8":
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                encoding = _LEGACY.get(language[:2], "cp1252")
    return encoding


def delimiter_of(sample: str) -> str:
    """The sign that divides the headings, and the most rows of the sample into equally many columns.

    Headings first: of cells that hold several lines with a comma in each there may be more than there are rows.
    """
    first = sample.partition("\n")[0].strip().strip('"').lower()
    if first.startswith("sep=") and len(first) == 5:  # Excel's own remark
        return first[4]
    best, best_score = ",", (False, 0, 0)
    for delimiter in _DELIMITERS:
        try:
            rows = [
                row
                for row in itertools.islice(csv.reader(io.StringIO(sample), delimiter=delimiter), 30)
                if row
            ]
        except csv.Error:
            continue
        widths = Counter(len(row) for row in rows)
        width, times = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        score = (len(rows[0]) > 1, times, width) if width > 1 else (False, 0, 0)
        if score > best_score:
            best, best_score = delimiter, score
    return best


@contextmanager
def _text(file: IO[bytes], encoding: str) -> Iterator[IO[str]]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    try:
        yield text
    finally:
        text.detach()


def _csv_rows(text: IO[str], delimiter: str) -> Iterator[Row]:
    reader = csv.reader(_lines(text), delimiter=delimiter)
    number = 0
    try:
        for row in reader:
            number += 1
            if number == 1 and [cell.strip().lower()[:4] for cell in row[:1]] == ["sep="]:
                continue
            yield number, list(row)
    except csv.Error as error:
        raise SheetQuotesOpen(field="file", row=number + 1) from error


def _lines(text: IO[str]) -> Iterator[str]:
    """Lines of bounded length: a million columns are not taken apart to be refused."""
    while line := text.readline(LINE_LENGTH + 1):
        if len(line) > LINE_LENGTH:
            raise too_large()
        yield line.replace("\x00", "")


@contextmanager
def _workbook_rows(file: IO[bytes]) -> Iterator[Iterator[Row]]:
    """The rows that the reading process writes; it ends with the block."""
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-m", workbook_reader.__name__, str(MAXIMUM_ROWS), str(MAXIMUM_COLUMNS)]
    with tempfile.TemporaryFile() as copy:
        file.seek(0)
        shutil.copyfileobj(file, copy)
        copy.seek(0)
        with subprocess.Popen(  # noqa: S603 -- our own program, our own arguments
            command, stdin=copy, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=root
        ) as process:
            try:
                yield _from_process(process)
            finally:
                process.kill()


def _from_process(process: subprocess.Popen[bytes]) -> Iterator[Row]:
    assert process.stdout is not None  # noqa: S101 -- a pipe was asked for
    for number, line in enumerate(workbook_reader.lines_of(iter(process.stdout)), 1):
        if isinstance(line, dict):
            _demand_good_end(str(line["end"]))
            return
        yield number, line  # type: ignore[misc]  # a list of cells, as `workbook_reader` writes it
    raise too_large()  # it ended without a word: one of its limits was met


def _demand_good_end(end: str) -> None:
    if end == "password":
        raise SheetProtected(field="file")
    if end.startswith("too_"):
        raise too_large()
    if end:
        raise SheetUnreadable(field="file")


def _table(kind: str, delimiter: str, raw: Iterator[Row]) -> Table:
    filled = ((number, cells) for number, cells in raw if any(text_of(cell) for cell in cells))
    first = list(itertools.islice(filled, _ROWS_ABOVE))
    if not first:
        raise SheetEmpty(field="file")
    place = header_place([[text_of(cell) for cell in cells] for _number, cells in first])
    header = _header(first[place][1])
    rows = itertools.chain(first[place + 1 :], filled)
    return Table(kind, delimiter, header, _bounded(rows, len(header)))


def _header(cells: Sequence[Cell]) -> tuple[str, ...]:
    names = [" ".join(text_of(cell).split())[:120] for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > MAXIMUM_COLUMNS:
        raise too_large()
    return tuple(names)


def _bounded(raw: Iterator[Row], width: int) -> Iterator[Row]:
    count = 0
    for number, cells in raw:
        if len(cells) > MAXIMUM_COLUMNS and any(text_of(cell) for cell in cells[MAXIMUM_COLUMNS:]):
            raise too_large()
        kept = [_bounded_cell(cell) for cell in cells[:width]]
        if not any(text_of(cell) for cell in kept):
            continue
        count += 1
        if count > MAXIMUM_ROWS:
            raise too_large()
        yield number, kept + [""] * (width - len(kept))


def _bounded_cell(cell: Cell) -> Cell:
    # jsonb holds no lone surrogate and no NUL; what is in them would be lost in any field.
    text = text_of(cell) if kind_of(cell) != "t" else str(cell)
    clean = text.replace("\x00", "").encode("utf-8", "replace").decode()
    return clean if kind_of(cell) == "t" else [kind_of(cell), clean]
