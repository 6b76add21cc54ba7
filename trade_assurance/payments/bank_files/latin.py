"""Names and texts in the characters that every bank takes (the SWIFT X set, which SEPA uses too). Pure.

What has a Latin form is written in it; a name that has none is refused rather than mutilated.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_TAKEN: Final = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
_LETTERS: Final = str.maketrans(
    {
        "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l",
        "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i", "ħ": "h", "Ħ": "H",
        "ŧ": "t", "Ŧ": "T", "ŋ": "n", "Ŋ": "N", "ə": "e", "Ə": "E", "ʻ": "'", "ʼ": "'", "’": "'", "‘": "'",
        "`": "'", "´": "'", "“": "'", "”": "'", '"': "'", "–": "-", "—": "-", "‑": "-", "_": "-", "&": "+",
        "@": "(at)", ";": ",", "[": "(", "]": ")", "{": "(", "}": ")",
    }
)  # fmt: skip


def latin(text: str, limit: int) -> str | None:
    """The text in the characters that banks take, at most `limit` long; None when letters have no Latin form."""
    spelled = unicodedata.normalize("NFKD", text.translate(_LETTERS)).translate(_LETTERS)
    bare = "".join(sign for sign in spelled if not unicodedata.combining(sign))
    if any(unicodedata.category(sign)[0] in "LN" and not sign.isascii() for sign in bare):
        return None
    clean = " ".join(_TAKEN.sub(" ", bare).split())
    # A text that begins or ends with a slash, or holds two, is a code word to some banks.
    return re.sub("/{2,}", "/", clean)[:limit].strip(" /")


def reference(ref: str) -> str:
    """One of our references as it goes to a bank: `pyo_7k3m…` becomes `pyo-7k3m…` (no underscore in the set)."""
    return ref.replace("_", "-")
