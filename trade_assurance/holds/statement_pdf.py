"""A statement as a PDF for people: A4, every script a company's name may have, page numbers, how to check it.

Its fonts come with Python packages (Noto), so that it looks the same on every machine. Must not query.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, TextEmphasis
from fpdf.fonts import FontFace

from marketplace.core.fonts import static_cut
from marketplace.core.formatting import format_day, format_moment, format_money
from trade_assurance.holds.queries.payouts.statements import Statement, StatementLine

# Twenty lines to a page: what is longer, nobody reads.
LONGEST_PDF: Final = 2000
_INK, _SOFT, _LINE = (20, 32, 38), (96, 108, 114), (200, 206, 208)
_WIDTHS: Final = (38, 60, 30, 31, 21)
_MAIN: Final = ("fontpkg_noto_sans", "files/NotoSans[wdth,wght].ttf")
# A script's font is loaded only where the document has a letter of it: the Chinese one takes a second.
_SCRIPTS: Final = (
    ("arabic", r"[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff]",
     ("fontpkg_noto_sans_arabic", "files/NotoSansArabic[wdth,wght].ttf")),
    ("devanagari", r"[\u0900-\u097f\ua8e0-\ua8ff]",
     ("fontpkg_noto_sans_devanagari", "files/NotoSansDevanagari[wdth,wght].ttf")),
    ("cjk", r"[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]",
     ("noto_cjk_sans_otc", "NotoSansCJK-Regular.ttc")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Column:
    """One column of a table: its head, width in millimetres, and whether it holds figures."""

    head: str
    width: int
    figures: bool = False


class _Sheet(FPDF):
    """A4 pages with the statement's name and page number at the foot."""

    def __init__(self, foot: str) -> None:
        super().__init__(format="A4")
        self._foot = foot
        self.set_margins(15, 15)
        self.set_auto_page_break(auto=True, margin=20)

    def footer(self) -> None:
        """Called by fpdf2 at the end of every page."""
        self.set_y(-14)
        self.set_font("main", size=8)
        self.set_text_color(*_SOFT)
        self.cell(150, 5, self._foot)
        self.cell(0, 5, f"{self.page_no()} / {{nb}}", align="R")


def as_pdf(statement: Statement, lines: Iterable[StatementLine], *, made_at: datetime) -> bytes:
    """The whole statement. The caller keeps it below `LONGEST_PDF` lines."""
    told = list(lines)
    period = statement.period
    days = f"{format_day(period.first)} – {format_day(period.last)}"
    sheet = _Sheet(f"{statement.company_name} · {statement.currency} · {days}")
    _load_fonts(sheet, " ".join([statement.company_name, *(str(line.text) for line in told)]))
    sheet.add_page()
    _head(sheet, statement, days, made_at)
    _pots(sheet, statement)
    _sums(sheet, statement)
    _lines(sheet, told)
    _proof(sheet)
    return bytes(sheet.output())


def _load_fonts(sheet: FPDF, text: str) -> None:
    sheet.add_font("main", "", _font(_MAIN))
    sheet.add_font("main", "B", str(static_cut(Path(_font(_MAIN)), weight=650)))
    needed = [(name, font) for name, letters, font in _SCRIPTS if re.search(letters, text)]
    for name, font in needed:
        sheet.add_font(name, "", _font(font))
    sheet.set_fallback_fonts([name for name, _font_ in needed], exact_match=False)
    sheet.set_text_shaping(use_shaping_engine=True)
    sheet.set_font("main", size=9)


def _font(place: tuple[str, str]) -> str:
    return str(files(place[0]).joinpath(place[1]))


def _head(sheet: FPDF, statement: Statement, days: str, made_at: datetime) -> None:
    period = statement.period
    side = _("as supplier") if statement.side == "supplier" else _("as buyer")
    _text(sheet, _("Statement in %(currency)s") % {"currency": statement.currency}, size=18, bold=True)
    _text(sheet, statement.company_name, size=13)
    _text(sheet, f"{statement.company_ref} · {side}", size=9, soft=True)
    sheet.ln(2)
    _text(sheet, days, size=11, bold=True)
    bounds = {
        "zone": str(period.zone),
        "start": format_moment(period.start),
        "end": format_moment(period.end),
    }
    _text(
        sheet,
        _("Days of the time zone %(zone)s: from %(start)s up to, but not including, %(end)s.") % bounds,
        size=9,
        soft=True,
    )
    _text(sheet, _("Made on %(moment)s.") % {"moment": format_moment(made_at)}, size=9, soft=True)
    sheet.ln(3)


def _pots(sheet: FPDF, statement: Statement) -> None:
    columns = (
        _Column(_("Account"), 60),
        _Column(_("Opening"), 40, figures=True),
        _Column(_("Movements"), 40, figures=True),
        _Column(_("Closing"), 40, figures=True),
    )
    rows = [
        (str(pot.name), format_money(pot.opening), format_money(pot.moved), format_money(pot.closing))
        for pot in statement.pots
    ]
    total = (
        _("Together"),
        format_money(statement.opening),
        format_money(statement.moved),
        format_money(statement.closing),
    )
    _table(sheet, columns, [*rows, total], last_is_total=True)


def _sums(sheet: FPDF, statement: Statement) -> None:
    if not statement.sums:
        return
    columns = (
        _Column(_("Movements of the period"), 84),
        _Column(_("Account"), 40),
        _Column(_("Lines"), 14, figures=True),
        _Column(_("Amount"), 42, figures=True),
    )
    rows = [
        (str(line.text), str(line.pot), str(line.lines), format_money(line.amount)) for line in statement.sums
    ]
    _table(sheet, columns, rows)


def _lines(sheet: FPDF, lines: Sequence[StatementLine]) -> None:
    if not lines:
        _text(sheet, _("Nothing moved in this period."), size=10)
        return
    heads = (_("When"), _("What"), _("Amount"), _("Balance"), _("Sealed"))
    columns = [_Column(head, width, head in heads[2:4]) for head, width in zip(heads, _WIDTHS, strict=True)]
    _table(sheet, columns, [_cells(line) for line in lines], size=8)


def _cells(line: StatementLine) -> tuple[str, ...]:
    what = [str(line.text)]
    if line.order_number:
        what.append(_("Order %(number)s") % {"number": line.order_number})
    if line.gross is not None and line.commission is not None:
        amounts = {"gross": format_money(line.gross), "commission": format_money(line.commission)}
        what.append(_("%(gross)s less commission %(commission)s") % amounts)
    what.append(
        _("No. %(transaction)s/%(entry)s")
        % {
            "transaction": line.entry.transaction_id,
            "entry": line.entry.entry_id,
        }
    )
    sealed = f"{line.proof.day:%Y-%m-%d}" if line.proof else "–"
    moment = format_moment(line.entry.happened_at)
    return moment, "\n".join(what), format_money(line.amount), format_money(line.balance), sealed


def _proof(sheet: FPDF) -> None:
    sheet.ln(2)
    _text(
        sheet,
        _(
            "Every line is sealed at the end of its day (UTC). Download this statement as JSON or CSV to check it "
            "against the roots that the marketplace publishes, with the script on its page “Proof of the books”. "
            "A dash means that the day was not sealed yet when this was made."
        ),
        size=8,
        soft=True,
    )


def _table(
    sheet: FPDF,
    columns: Sequence[_Column],
    rows: Sequence[Sequence[str]],
    *,
    size: int = 9,
    last_is_total: bool = False,
) -> None:
    sheet.set_font("main", size=size)
    sheet.set_text_color(*_INK)
    sheet.set_draw_color(*_LINE)
    head = FontFace(emphasis=TextEmphasis.B, color=_SOFT)
    options: dict[str, Any] = {
        "col_widths": tuple(column.width for column in columns),
        "width": sum(column.width for column in columns),
        "align": "L",
        "text_align": tuple("RIGHT" if column.figures else "LEFT" for column in columns),
        "borders_layout": TableBordersLayout.HORIZONTAL_LINES,
        "headings_style": head,
        "line_height": size * 0.5,
        "padding": (1.2, 1.2, 1.2, 1.2),
        "v_align": "T",
    }
    with sheet.table(**options) as table:
        table.row([column.head for column in columns])
        for number, cells in enumerate(rows, 1):
            strong = FontFace(emphasis=TextEmphasis.B) if last_is_total and number == len(rows) else None
            table.row([unicodedata.normalize("NFC", cell) for cell in cells], style=strong)
    sheet.ln(5)


def _text(sheet: FPDF, text: str, *, size: int, bold: bool = False, soft: bool = False) -> None:
    sheet.set_font("main", "B" if bold else "", size)
    sheet.set_text_color(*(_SOFT if soft else _INK))
    sheet.multi_cell(0, size * 0.55, text, new_x="LMARGIN", new_y="NEXT")
