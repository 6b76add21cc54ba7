"""How text becomes search words, the same for what is indexed and what is asked.

Owns the cutting into words: letters with their marks and digits; Chinese and Japanese in pairs of signs,
because they write no spaces. Accents go in PostgreSQL (`catalog_unaccent`). Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import groupby, pairwise

MAXIMUM_WORDS = 12
_FIRST_MARK = "\u0300"
MAXIMUM_LENGTH = 40
_SECOND_PLANE = 0x20000
_HS_WITH_DOTS = re.compile(r"(?<!\d)(\d{4})\.(\d{2})(?:\.(\d{2}))?(?:\.(\d{2}))?(?!\d)")
_CODE = re.compile(r"[^\W_]+(?:[-./_][^\W_]+)+")
_SIMPLE_RUN = re.compile(r"[^\W_]+")
_CJK = (("\u3040", "\u30ff"), ("\u3400", "\u4dbf"), ("\u4e00", "\u9fff"), ("\uf900", "\ufaff"))
_FIRST_CJK = _CJK[0][0]


def indexed_words(text: str) -> str:
    """The words of a text, spaced, for `to_tsvector`: of Chinese every sign and every pair."""
    words: list[str] = []
    for run in _runs(text):
        words += [*run, *_pairs(run)] if _is_cjk(run[0]) else [run[:MAXIMUM_LENGTH]]
    return " ".join(words)


def asked_words(text: str) -> list[str]:
    """The words of a question, at most twelve: of Chinese the pairs (a lone sign as itself)."""
    words: list[str] = []
    for run in _runs(text):
        words += (_pairs(run) or [run]) if _is_cjk(run[0]) else [run[:MAXIMUM_LENGTH]]
    return list(dict.fromkeys(words))[:MAXIMUM_WORDS]


def phrase_words(text: str) -> list[str]:
    """The words of a phrase in their order: of Chinese every sign by itself, as a text is indexed."""
    words: list[str] = []
    for run in _runs(text):
        words += run if _is_cjk(run[0]) else [run[:MAXIMUM_LENGTH]]
    return words[:MAXIMUM_WORDS]


def joined_codes(text: str) -> list[str]:
    """Article and model numbers as one word: `BAS-1121` is also found as `bas1121`."""
    return [
        joined
        for match in _CODE.finditer(unicodedata.normalize("NFKC", text).casefold())
        if (joined := re.sub(r"[-./_]", "", match[0])).isalnum()
        and any(sign.isdigit() for sign in joined)
        and any(sign.isalpha() for sign in joined)
        and len(joined) <= MAXIMUM_LENGTH
    ]


def may_start(word: str) -> bool:
    """Whether a word of a question also finds longer words that begin with it."""
    return not _is_cjk(word[0]) and (len(word) >= 3 or word.isdigit())


def vocabulary(text: str) -> set[str]:
    """The words worth proposing for a mistyped one: four letters or more, no digits, no Chinese pairs."""
    return {
        run
        for run in _runs(text)
        if 4 <= len(run) <= MAXIMUM_LENGTH and not _is_cjk(run[0]) and not any(sign.isdigit() for sign in run)
    }


def distance(one: str, other: str) -> int:
    """How many letters must be changed, added, left out or swapped with their neighbour (restricted Damerau)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, before_row, row = row, before, [i]
        for j, b in enumerate(other, 1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, before_row[j - 2] + 1)
            row.append(best)
        before = last
    return row[-1]


def _runs(text: str) -> list[str]:
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _HS_WITH_DOTS.sub(lambda match: "".join(part for part in match.groups() if part), text)
    if text.isascii() or max(text) < _FIRST_MARK:  # neither marks nor Chinese
        return _SIMPLE_RUN.findall(text)
    return _any_run().findall(text)


@cache
def _any_run() -> re.Pattern[str]:
    """Letters and digits with the marks that follow them; Chinese and Japanese begin a run of their own."""
    cjk = "".join(f"{low}-{high}" for low, high in _CJK)
    marks = "".join(f"{low}-{high}" for low, high in _marks())
    sign, chinese = r"[^\W_]", f"(?=[{cjk}])"
    other = f"(?![{cjk}])"
    return re.compile(
        f"{chinese}{sign}(?:{chinese}{sign}|[{marks}])*|{other}{sign}(?:{other}{sign}|[{marks}])*"
    )


def _marks() -> Iterator[tuple[str, str]]:
    """Ranges of the signs that belong to the letter before them; beyond the second plane there are only variants."""
    is_mark = [unicodedata.category(chr(code))[0] == "M" for code in range(_SECOND_PLANE)]
    for marked, codes in groupby(range(_SECOND_PLANE), key=is_mark.__getitem__):
        if marked:
            first, *rest = codes
            yield chr(first), chr(rest[-1] if rest else first)
    yield "\U000e0100", "\U000e01ef"


def _pairs(run: str) -> list[str]:
    return [a + b for a, b in pairwise(run)]


def _is_cjk(sign: str) -> bool:
    return sign >= _FIRST_CJK and any(low <= sign <= high for low, high in _CJK)
