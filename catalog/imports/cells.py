"""One cell as it came and as it goes: kinds of value, numbers in people's own spelling, formulas made harmless.

A cell is a text, or a pair of kind and text: `n` a number, `d` a date, `b` yes or no, as a workbook says.
Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Text

Cell = str | Sequence[str]

CELL_LENGTH = 32_767  # what a spreadsheet's cell can hold
SHOWN_LENGTH = 80
# What a spreadsheet takes for the beginning of a formula (OWASP, “CSV injection”).
_RISKY = "=+-@\t\r"
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_FORCED_TEXT = re.compile(r'="([^"=]*)"')
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_CODE_AS_NUMBER = re.compile(r"[0-9]{3,4}\.[0-9]{1,2}|[0-9]+")
_SPACES = re.compile(r"[\s\u00a0\u202f'’_]")
_SIGNED = re.compile(r"[+-]?[0-9][0-9.,]*")


class CellWrong(Exception):
    """A cell cannot be read as what its column holds; `text` says what to do."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(str(text))


def text_of(cell: Cell) -> str:
    """What the cell says, trimmed, without the sign that keeps a spreadsheet from calculating it."""
    text = cell if isinstance(cell, str) else cell[1]
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip(" \n\u00a0\ufeff")
    if forced := _FORCED_TEXT.fullmatch(text):
        return forced.group(1)
    return text[1:] if _GUARDED.match(text) else text


def kind_of(cell: Cell) -> str:
    """`n`, `d`, `b`, or `t` for a text."""
    return "t" if isinstance(cell, str) else cell[0]


def is_formula(cell: Cell) -> bool:
    """Whether an unguarded text would be calculated by a spreadsheet: nobody's article is called `=cmd()`."""
    if not isinstance(cell, str):
        return False
    bare = cell.strip()
    return bare.startswith("=") and len(bare) > 1 and not _FORCED_TEXT.fullmatch(bare)


def guarded(text: str) -> str:
    """The text for a cell of a file that we write: what a spreadsheet would calculate stands behind an apostrophe.

    `text_of` takes exactly one off again; plain numbers stay numbers.
    """
    return f"'{text}" if (text and text[0] in _RISKY and not _NUMBER.fullmatch(text)) or _GUARDED.match(text) else text  # fmt: skip


def number_of(cell: Cell, decimal_sign: str) -> Decimal:
    """The number, grouped and signed as people write it. Raises `CellWrong`."""
    text = text_of(cell)
    if kind_of(cell) == "d":
        raise CellWrong(_("The spreadsheet has made a date of this. Format the column as a number and type it again."))  # fmt: skip
    if kind_of(cell) == "n":
        return _decimal(text)
    bare = _SPACES.sub("", text)
    if not _SIGNED.fullmatch(bare):
        raise CellWrong(_("Enter a number alone, without words or a currency: those have their own columns."))
    group = "," if decimal_sign == "." else "."
    whole, sign, rest = bare.partition(decimal_sign)
    grouped = re.compile(rf"[+-]?[0-9]{{1,3}}(?:[{group}][0-9]{{2,3}})*[{group}][0-9]{{3}}|[+-]?[0-9]+")
    if not grouped.fullmatch(whole) or (sign and not (rest.isascii() and rest.isdigit())):
        wanted = (
            _("with a point before decimals") if decimal_sign == "." else _("with a comma before decimals")
        )
        raise CellWrong(
            _("The numbers of this file are written %(how)s; write this one so, too.") % {"how": wanted}
        )
    return _decimal(whole.replace(group, "") + (f".{rest}" if rest else ""))


def whole_number_of(cell: Cell, decimal_sign: str) -> int:
    """A whole number. Raises `CellWrong`."""
    number = number_of(cell, decimal_sign)
    if number != number.to_integral_value():
        raise CellWrong(_("Enter a whole number."))
    return int(number)


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise CellWrong(_("Enter a number, without words.")) from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        raise CellWrong(_("This number is too large."))
    return Decimal(format(number.normalize(), "f"))


def hs_text(cell: Cell) -> str:
    """An HS code as text; a number has lost its leading zero, and a heading with a point its last one.

    A CSV file that a spreadsheet has saved holds the same numbers as texts.
    """
    text = text_of(cell)
    is_number = kind_of(cell) == "n"
    if not is_number and not _CODE_AS_NUMBER.fullmatch(text):
        return text
    whole, point, rest = text.partition(".")
    if point:
        return f"{whole.zfill(4)}.{rest.ljust(2, '0')}"
    short = {5, 7, 9} if is_number else {5, 7}  # Japan's codes of nine digits are whole, where they are text
    return whole.zfill(len(whole) + 1) if len(whole) in short else whole


def plain_text_of(cell: Cell) -> str:
    """A text for a field of words: a date comes as it stands, a formula is refused. Raises `CellWrong`."""
    if is_formula(cell):
        raise CellWrong(
            _("This is a formula. Write its result; an apostrophe before it (') keeps it as a text.")
        )
    text = text_of(cell)
    if "\x00" in text:
        raise CellWrong(_("This cell holds signs that no text has. Type it again."))
    return text


def decimal_sign_of(cells: Iterable[Cell], fallback: str) -> str:
    """Which sign stands before decimals in these numbers, by what can be nothing else; else `fallback`."""
    votes = {".": 0, ",": 0}
    for cell in cells:
        if kind_of(cell) != "t":
            continue
        bare = _SPACES.sub("", text_of(cell))
        last_point, last_comma = bare.rfind("."), bare.rfind(",")
        if min(last_point, last_comma) >= 0:
            votes["." if last_point > last_comma else ","] += 3
        elif (last := max(last_point, last_comma)) >= 0:
            sign = bare[last]
            behind = len(re.match(r"[0-9]*", bare[last + 1 :]).group())  # type: ignore[union-attr]  # an empty run matches too
            if bare.count(sign) > 1:
                votes["," if sign == "." else "."] += 2
            elif behind != 3 or bare.lstrip("+-").startswith(f"0{sign}"):
                votes[sign] += 2
    if votes["."] == votes[","]:
        return fallback
    return "." if votes["."] > votes[","] else ","


def shown(cell: Cell) -> str:
    """The value as an answer repeats it: short."""
    text = " ".join(text_of(cell).split())
    return text if len(text) <= SHOWN_LENGTH else f"{text[: SHOWN_LENGTH - 1]}…"
