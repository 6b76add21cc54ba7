"""A process of its own that reads a workbook from its standard input and writes one JSON line per row.

Owns nothing but its limits: whatever a workbook does to whoever opens it (a sheet of a billion empty cells, a
text repeated a million times), it does to this process, which then ends. Knows no Django. The last line says
how it went: `{"end": ""}`, or why the workbook cannot be read.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import python_calamine as calamine

MEMORY_BYTES = 1_200_000_000
CPU_SECONDS = 60


def main(rows_limit: int, columns_limit: int) -> None:
    """Write the first visible sheet that holds anything."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    end = "unreadable"
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read())) as book:
            end = _write(book, rows_limit, columns_limit)
    except calamine.PasswordError:
        end = "password"
    except (calamine.CalamineError, calamine.ZipError, calamine.XmlError, OSError, ValueError):
        end = "unreadable"
    except MemoryError:
        end = "too_large"
    _say({"end": end})


def _write(book: calamine.CalamineWorkbook, rows_limit: int, columns_limit: int) -> str:
    sheet = _sheet(book)
    if sheet is None:
        return ""
    if sheet.height > rows_limit + 1:
        return "too_many_rows"
    if sheet.width > columns_limit:
        return "too_many_columns"
    spans = _spans(sheet)
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells = [_cell(value) for value in row]
        for column, text in spans.get(number, {}).items():
            if column < len(cells) and cells[column] == "":
                cells[column] = _cell(text)
        _say(cells)
    return ""


def _sheet(book: calamine.CalamineWorkbook) -> calamine.CalamineSheet | None:
    for index, about in enumerate(book.sheets_metadata):
        if (
            about.typ == calamine.SheetTypeEnum.WorkSheet
            and about.visible == calamine.SheetVisibleEnum.Visible
        ):
            sheet = book.get_sheet_by_index(index)
            if sheet.height:
                return sheet
    return None


def _spans(sheet: calamine.CalamineSheet) -> dict[int, dict[int, object]]:
    """What merged cells below one another say, by row from 1: the value stands in the first only and means all."""
    left = (sheet.start or (0, 0))[1]  # rows are padded at the top, not at the left
    ranges = {start: end for start, end in sheet.merged_cell_ranges or [] if start[1] == end[1]}
    if not ranges:
        return {}
    found: dict[int, dict[int, object]] = {}
    tops = {start[0] for start in ranges}
    for number, row in enumerate(sheet.iter_rows()):
        for start in [place for place in ranges if place[0] == number] if number in tops else ():
            column = start[1] - left
            last = min(ranges[start][0], number + sheet.height)
            for below in range(number + 1, last + 1) if 0 <= column < len(row) else ():
                found.setdefault(below + 1, {})[column] = row[column]
    return found


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return ["b", "true" if value else "false"]
    if isinstance(value, int | float):
        return ["n", f"{value:.15g}"]
    if isinstance(value, datetime):
        return ["d", value.date().isoformat() if value.time() == time() else value.isoformat(" ")]
    if isinstance(value, date | time):
        return ["d", value.isoformat()]
    return ["d", str(value)] if isinstance(value, timedelta) else value


def _say(line: object) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=True, separators=(",", ":")) + "\n")


def lines_of(output: Iterator[bytes]) -> Iterator[object]:
    """What the process wrote, for whoever started it; a line cut short by its end is left out."""
    for line in output:
        if line.endswith(b"\n"):
            yield json.loads(line)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
