"""Tables that people send, and those that nobody should: read rightly or refused with a word, never a crash."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter

from catalog.errors import (
    PicturesRefused,
    SheetEmpty,
    SheetIsPdf,
    SheetIsPicture,
    SheetOfNumbers,
    SheetOfOldExcel,
    SheetOpenDocument,
    SheetProtected,
    SheetQuotesOpen,
    SheetRefused,
    SheetTooLarge,
    SheetUnreadable,
)
from catalog.imports import archives, cells, limits
from catalog.imports.cells import CellWrong, decimal_sign_of, guarded, hs_text, number_of, text_of
from catalog.imports.files import open_table


def read(content: bytes, language: str = "en") -> tuple[tuple[str, ...], list[tuple[int, list[Any]]]]:
    with open_table(io.BytesIO(content), language=language) as table:
        return table.header, list(table.rows)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def an_archive(name: str, content: str = "x") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, content)
    return out.getvalue()


def a_workbook(rows: Iterable[Any], *, merged: str = "") -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            if isinstance(value, datetime):
                sheet.write_datetime(number, place, value.replace(tzinfo=None), day)
            elif value != "":
                sheet.write(number, place, value)
    if merged:
        sheet.merge_range(merged, "for all")
    book.close()
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "language"),
    [
        ("Título;Precio\nAceituna;1,5\n".encode(), "es"),
        ("Título;Precio\nAceituna;1,5\n".encode("utf-8-sig"), "es"),
        ("Título;Precio\nAceituna;1,5\n".encode("cp1252"), "es"),
        ("Título\tPrecio\r\nAceituna\t1,5\r\n".encode("utf-16"), "es"),
        ("Título\tPrecio\r\nAceituna\t1,5\r\n".encode("utf-16-le"), "es"),
        ("sep=;\nTítulo;Precio\nAceituna;1,5\n".encode(), "es"),
        ("\n\nTítulo|Precio\n\nAceituna|1,5\n;\n".encode(), "es"),
    ],
)
def test_encodings_delimiters_and_marks_are_guessed(content: bytes, language: str) -> None:
    header, rows = read(content, language)
    assert (header, next(row for _number, row in rows)) == (("Título", "Precio"), ["Aceituna", "1,5"])


def test_titles_and_merged_groups_above_the_headings_are_not_the_headings() -> None:
    table = b"Item no.;Name;Unit;MOQ;Price\nCH-1;Cherries;kg;500;4,2\n"
    for above in (b"FRUTAS DEL SUR, S.A.;;;;\nValid until 31.12.2026;;;;\n\n", b"Product;;;Prices;\n"):
        header, rows = read(above + table)
        assert header == ("Item no.", "Name", "Unit", "MOQ", "Price")
        assert rows == [(above.count(b"\n") + 2, ["CH-1", "Cherries", "kg", "500", "4,2"])]
    assert read(b"What;Which\nsku;title;unit\n")[0] == ("sku", "title", "unit")
    assert read(b"sku;title\nname;unit;price\n")[0] == ("sku", "title")


def test_other_alphabets_of_old_spreadsheets_are_read_in_their_language() -> None:
    assert read("名称,价\n大米,5\n".encode("gb18030"), "zh-hans")[0] == ("名称", "价")
    assert read("اسم,سعر\nأرز,5\n".encode("cp1256"), "ar")[0] == ("اسم", "سعر")


def test_lines_inside_cells_stay_and_rows_are_numbered_as_a_spreadsheet_does() -> None:
    _header, rows = read(b'sku,text\n1,"two\nlines"\n\n2,one\n')
    assert rows == [(2, ["1", "two\nlines"]), (4, ["2", "one"])]


def test_a_workbook_gives_numbers_dates_and_merged_cells_as_they_are_meant() -> None:
    rows = [
        ["sku", "n", "d", "c"],
        ["A", 1.1 + 2.2, datetime(2026, 5, 3, tzinfo=UTC), ""],
        ["=cmd()", 80929, True, ""],
    ]
    header, found = read(a_workbook(rows, merged="D2:D3"))
    assert header == ("sku", "n", "d", "c")
    assert found == [
        (2, ["A", ["n", "3.3"], ["d", "2026-05-03"], "for all"]),
        (3, [["n", "0"], ["n", "80929"], ["b", "true"], "for all"]),
    ]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", SheetEmpty),
        (b"\n\n,,\n", SheetEmpty),
        (b"sku,title\nA\x00B,C\n" * 9, SheetUnreadable),
        (b"%PDF-1.7", SheetIsPdf),
        (b"\xff\xd8\xff\xe0 a photograph", SheetIsPicture),
        (OLE + "Workbook".encode("utf-16-le"), SheetOfOldExcel),
        (OLE + "EncryptionInfo EncryptedPackage".encode("utf-16-le"), SheetProtected),
        (OLE + "WordDocument".encode("utf-16-le"), SheetUnreadable),
        (an_archive("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), SheetOpenDocument),
        (an_archive("Index/Document.iwa"), SheetOfNumbers),
        (an_archive("sacks.JPG"), SheetIsPicture),
        (an_archive("word/document.xml"), SheetUnreadable),
        (b"PK\x03\x04 no archive", SheetUnreadable),
        (b"," * 1_200_000 + b"\n1\n", SheetTooLarge),  # a million columns
        (b"sku" + b",x" * 300 + b"\n1\n", SheetTooLarge),
        (b"sku\n" + b"1\n" * (limits.MAXIMUM_ROWS + 1), SheetTooLarge),
        (b'sku,title\n1,"open\n' + b"2,more\n" * 40_000, SheetQuotesOpen),
    ],
)
def test_what_is_no_table_or_too_large_a_one_is_refused(content: bytes, error: type[SheetRefused]) -> None:
    with pytest.raises(error):
        read(content)


def test_a_workbook_of_a_billion_empty_cells_ends_the_reader_and_not_us() -> None:
    """A dense table of XFD1048576 would be 400 GB; whoever reads it dies of its limit."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write(0, 0, "sku")
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    with pytest.raises(SheetTooLarge):
        read(out.getvalue())


def test_a_workbook_that_unpacks_to_gigabytes_is_refused_unread() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _megabyte in range(301):
                sheet.write(b"<row/>" * 174_763)
    with pytest.raises(SheetTooLarge):
        read(bomb.getvalue())


@pytest.mark.parametrize("is_large", [False, True])
def test_an_archive_with_a_directory_of_millions_is_not_listed(
    is_large: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it says so in the record of large archives only, which Python believes more than the other."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(2_001):
            archive.writestr(f"xl/{number}", b"")
    content = out.getvalue()
    plain, end = content[:-22], content[-22:]
    if is_large:
        size, start = struct.unpack("<2L", end[12:20])
        record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 2_001, 2_001, size, start)
        plain += record + struct.pack("<4sLQL", b"PK\x06\x07", 0, len(plain), 1)
        end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 46, 0, 0)
        with zipfile.ZipFile(io.BytesIO(plain + end)) as archive:
            assert len(archive.infolist()) == 2_001
    monkeypatch.delattr(zipfile, "ZipFile")
    with pytest.raises(SheetUnreadable):
        archives.demand_small_workbook(io.BytesIO(plain + end))


@pytest.mark.parametrize(
    ("cell", "sign", "number"),
    [
        ("1,234.5", ".", "1234.5"),
        ("1.234,5", ",", "1234.5"),
        ("1 234,5", ",", "1234.5"),
        ("1\u202f234,5", ",", "1234.5"),
        ("1'234.50", ".", "1234.5"),
        ("1,00,000", ".", "100000"),
        ("1.234", ",", "1234"),
        ("1.234", ".", "1.234"),
        (["n", "1E-7"], ",", "0.0000001"),
        (["n", "1.5"], ",", "1.5"),
    ],
)
def test_numbers_are_read_as_people_write_them(cell: Any, sign: str, number: str) -> None:
    assert number_of(cell, sign) == Decimal(number)


@pytest.mark.parametrize(
    ("cell", "sign"),
    [
        ("1,5", "."),
        ("1.5", ","),
        ("12 kg", "."),
        ("USD 12", "."),
        ("1.2.3", "."),
        ("1,23,4", "."),
        ("٣", "."),
        ("NaN", "."),
        ("1e5", "."),
        (["d", "2026-05-03"], "."),
        (["n", "1E+30"], "."),
        ("-", "."),
        ("5.", "."),
    ],
)
def test_what_is_no_number_in_this_file_says_so(cell: Any, sign: str) -> None:
    with pytest.raises(CellWrong):
        number_of(cell, sign)


def test_the_decimal_sign_is_what_the_numbers_can_mean() -> None:
    assert decimal_sign_of(["1.234", "5,5"], ".") == ","
    assert decimal_sign_of(["1,234", "5.5"], ",") == "."
    assert decimal_sign_of(["1,234,567"], ",") == "."
    assert decimal_sign_of(["1,234"], ",") == ","
    assert decimal_sign_of([["n", "1.5"], "12"], ",") == ","


def test_hs_codes_get_back_what_a_spreadsheet_took_from_them() -> None:
    assert hs_text(["n", "80929"]) == "080929"
    assert hs_text(["n", "1006.3"]) == "1006.30"
    assert hs_text(["n", "809.29"]) == "0809.29"
    assert [hs_text(text) for text in ("80929", "809.29", "809.2", "8092900", "080929000")] == [
        "080929", "0809.29", "0809.20", "08092900", "080929000",
    ]  # fmt: skip
    assert hs_text("1006.30") == "1006.30"


@pytest.mark.parametrize(
    "text", ["=cmd()", "+1 a", "-x", "@SUM", "\tx", "'=x", "''=x", "'it", "-5", "plain", "- list"]
)
def test_what_a_spreadsheet_would_calculate_goes_out_harmless_and_comes_back_as_it_was(text: str) -> None:
    out = guarded(text)
    assert text_of(out) == text
    assert out[0] not in "=@\t"
    assert out[0] not in "+-" or text == "-5"
    assert not cells.is_formula(out)


def test_a_formula_is_no_text_and_a_forced_text_is_one() -> None:
    assert cells.is_formula("=cmd|' /C calc'!A0")
    with pytest.raises(CellWrong):
        cells.plain_text_of("=1+1")
    assert cells.plain_text_of('="00123"') == "00123"


@pytest.mark.parametrize("password", [True, False])
def test_pictures_come_in_a_plain_archive(password: bool) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.jpg" if password else "a.txt", b"x")
    content = bytearray(out.getvalue())
    if password:
        content[content.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(PicturesRefused):
        archives.demand_pictures(io.BytesIO(bytes(content)))
