"""Numbers as people type them into a field, and as a field shows one that can be changed. Pure.

A field never shows separators of thousands, and always a point before decimals; people type what they are used to.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Final

from marketplace.core.money import exponent

_SPACES: Final = re.compile(r"[\s\u00a0\u202f'’_]")
_SIGNED: Final = re.compile(r"[+-]?[0-9.,]*[0-9][0-9.,]*")
_ARABIC: Final = str.maketrans({"٫": ".", "٬": ","})  # its signs before decimals and between thousands
_LONGEST: Final = 60
_UNIT_PRICE_DECIMALS: Final = 6


def typed_decimal(text: str) -> Decimal:
    """`2150.5`, `2150,50`, `2,150.50`, `2.150,50`, `2 150` and `2'150` are what they look like.

    One comma before exactly three digits sets thousands apart, as all our pages write them; one point is always before
    decimals. Raises `ValueError` for anything else, an exponent too.
    """
    bare = _SPACES.sub("", unicodedata.normalize("NFKC", text)).translate(_ARABIC)
    bare = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in bare)
    if len(bare) > _LONGEST or not _SIGNED.fullmatch(bare):
        raise ValueError(text)
    sign = _decimal_sign(bare)
    whole, point, decimals = bare.rpartition(sign) if sign else (bare, "", "")
    group = {".": ",", ",": "."}.get(sign) or ("," if "," in bare else ".")
    if not _is_grouped(whole, group) or (point and not decimals.isdecimal() and decimals):
        raise ValueError(text)
    try:
        return Decimal(
            f"{whole.replace(group, '') or '0'}.{decimals or '0'}" if point else whole.replace(group, "")
        )
    except InvalidOperation:
        raise ValueError(text) from None


def _decimal_sign(bare: str) -> str:
    """Which sign stands before decimals; empty for a number without."""
    points, commas = bare.count("."), bare.count(",")
    if points and commas:
        return "." if bare.rfind(".") > bare.rfind(",") else ","
    if points == 1:
        return "."
    if commas == 1:
        whole, _comma, behind = bare.partition(",")
        is_thousands = len(behind) == 3 and whole.strip("+-0") and len(whole.lstrip("+-")) <= 3
        return "" if is_thousands else ","
    return ""


def _is_grouped(whole: str, group: str) -> bool:
    """Digits alone, or groups of three (India's of two before the last)."""
    sign = re.escape(group)
    return bool(re.fullmatch(rf"[+-]?(?:[0-9]*|[0-9]{{1,3}}(?:{sign}[0-9]{{2,3}})*{sign}[0-9]{{3}})", whole))


def editable_number(number: Decimal | None) -> str:
    """A quantity or a weight for a field: `25`, not `25.000`; empty for none."""
    return "" if number is None else f"{number.normalize():f}"


def editable_price(price: Decimal | None, currency: str) -> str:
    """A price for a field: `6.40` of dollars, `640` of yen, `0.0425` where it is finer; empty for none."""
    if price is None:
        return ""
    decimals = max(exponent(currency) if currency else 0, -int(price.normalize().as_tuple().exponent))
    return f"{price:.{min(decimals, _UNIT_PRICE_DECIMALS)}f}"
