"""Papers of the story as small real PDFs: extracts, bills of lading, lists, certificates, reports.

Owns their layout. The names are the story's; every paper says that it belongs to a demonstration.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from fpdf import FPDF

_INK = (28, 42, 46)
_SOFT = (104, 116, 118)
_RULE = (196, 190, 176)
_LETTERS = str.maketrans({"đ": "d", "Đ": "D", "ı": "i", "ş": "s", "Ş": "S", "ğ": "g", "Ğ": "G", "İ": "I"})
_SIGNS = str.maketrans({"–": "-", "—": "-", "’": "'", "“": '"', "”": '"', "−": "-", "…": "...", "≤": "<="})


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on a paper: who issued it, facts in pairs, an optional table, a closing remark."""

    title: str
    issuer: str
    number: str
    at: datetime
    facts: Mapping[str, str]
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    remark: str = ""


def draw(paper: Paper) -> bytes:
    """The paper as a PDF of one page."""
    pdf = FPDF(format="A4")
    pdf.set_creation_date(paper.at)
    pdf.set_title(_latin(paper.title))
    pdf.set_margin(20)
    pdf.set_auto_page_break(auto=True, margin=20)
    pdf.add_page()
    _heading(pdf, paper)
    for name, value in paper.facts.items():
        _fact(pdf, name, value)
    if paper.rows:
        _table(pdf, paper.head, paper.rows)
    if paper.remark:
        pdf.ln(5)
        pdf.set_font("Helvetica", size=10)
        pdf.multi_cell(0, 5.2, _latin(paper.remark), new_x="LMARGIN", new_y="NEXT")
    _seal(pdf, paper)
    return bytes(pdf.output())


def as_upload(paper: Paper, name: str) -> SimpleUploadedFile:
    """The paper as a browser would send it."""
    return SimpleUploadedFile(name, draw(paper), content_type="application/pdf")


def picture_upload(name: str, content: bytes) -> SimpleUploadedFile:
    """A photograph as a browser would send it."""
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


def _heading(pdf: FPDF, paper: Paper) -> None:
    pdf.set_text_color(*_SOFT)
    pdf.set_font("Helvetica", size=9)
    pdf.cell(110, 6, _latin(paper.issuer))
    pdf.cell(0, 6, _latin(f"No. {paper.number}"), align="R", new_x="LMARGIN", new_y="NEXT")
    pdf.set_text_color(*_INK)
    pdf.set_font("Helvetica", style="B", size=18)
    pdf.cell(0, 12, _latin(paper.title), new_x="LMARGIN", new_y="NEXT")
    pdf.set_draw_color(*_RULE)
    pdf.line(20, pdf.get_y() + 1, 190, pdf.get_y() + 1)
    pdf.ln(6)


def _fact(pdf: FPDF, name: str, value: str) -> None:
    pdf.set_font("Helvetica", size=9)
    pdf.set_text_color(*_SOFT)
    pdf.cell(46, 6, _latin(name))
    pdf.set_text_color(*_INK)
    pdf.set_font("Helvetica", size=10)
    pdf.multi_cell(0, 6, _latin(value), new_x="LMARGIN", new_y="NEXT")


def _table(pdf: FPDF, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    pdf.ln(4)
    widths = (
        [170 / len(head)] * len(head) if len(head) < 3 else [70, *([100 / (len(head) - 1)] * (len(head) - 1))]
    )
    for number, row in enumerate([head, *rows]):
        pdf.set_font("Helvetica", style="" if number else "B", size=9)
        for column, (width, text) in enumerate(zip(widths, row, strict=True)):
            pdf.cell(width, 6.4, _fitting(pdf, _latin(text), width), border="B", align="R" if column else "L")
        pdf.ln()


def _seal(pdf: FPDF, paper: Paper) -> None:
    pdf.ln(14)
    pdf.set_font("Helvetica", style="I", size=10)
    pdf.cell(0, 6, _latin(f"Issued on {paper.at:%d %B %Y}, {paper.issuer}"), new_x="LMARGIN", new_y="NEXT")
    pdf.set_text_color(*_SOFT)
    pdf.set_font("Helvetica", size=8)
    pdf.cell(0, 6, "A paper of the demonstration story: names and figures are invented.")


def _fitting(pdf: FPDF, text: str, width: float) -> str:
    while text and pdf.get_string_width(text) > width - 2:
        text = text[:-1]
    return text


def _latin(text: str) -> str:
    """The text in the letters that every PDF reader has built in; what has none is left out."""
    plain = text.translate(_LETTERS).translate(_SIGNS)
    kept = []
    for char in plain:
        try:
            char.encode("latin-1")
            kept.append(char)
        except UnicodeEncodeError:
            kept.append(unicodedata.normalize("NFKD", char).encode("latin-1", "ignore").decode("latin-1"))
    return "".join(kept)
