"""How text becomes search words, the same for what is indexed and what is asked.

Owns the cutting into words: letters with their marks and digits; Chinese and Japanese in pairs of signs,
because they write no spaces. Of Arabic and Hindi only what people leave out or write in two ways is made one here;
accents go in PostgreSQL (`catalog_unaccent`). Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import groupby, pairwise

MAXIMUM_WORDS = 12
_FIRST_MARK, _LAST_ACCENT = "\u0300", "\u036f"
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
MAXIMUM_LENGTH = 40
_SECOND_PLANE = 0x20000
_HS_WITH_DOTS = re.compile(r"(?<!\d)(\d{4})\.(\d{2})(?:\.(\d{2}))?(?:\.(\d{2}))?(?!\d)")
_CODE = re.compile(r"[^\W_]+(?:[-./_][^\W_]+)+")
_SIMPLE_RUN = re.compile(r"[^\W_]+")
_CJK = (("\u3040", "\u30ff"), ("\u3400", "\u4dbf"), ("\u4e00", "\u9fff"), ("\uf900", "\ufaff"))
_FIRST_CJK = _CJK[0][0]
_FIRST_ARABIC, _LAST_ARABIC = "\u0621", "\u064a"
_FIRST_FORGIVEN = "\u0610"
# One spelling for what is written in several: vowel signs and tatweel left out, alef with or without hamza, taa marbuta
# as haa, yaa with or without dots, Persian letters; the nukta and the moon-dot of Hindi; joiners; digits of the East.
_FORGIVEN = {
    **dict.fromkeys([*range(0x610, 0x61B), 0x640, *range(0x64B, 0x660), 0x670, *range(0x6D6, 0x6DD), 0x93C, 0x200C, 0x200D]),
    **dict.fromkeys([0x622, 0x623, 0x625, 0x671], "\u0627"),
    **dict.fromkeys([0x629, 0x6C0, 0x6C1, 0x6D5], "\u0647"),
    **dict.fromkeys([0x626, 0x649, 0x6CC], "\u064a"),
    0x624: "\u0648",
    0x6A9: "\u0643",
    0x901: "\u0902",
    **{first + digit: str(digit) for first in (0x660, 0x6F0, 0x966) for digit in range(10)},
}  # fmt: skip
# The article, also behind and, so, in, as, to; `catalog_arabic` in PostgreSQL has the same three.
_ARTICLE = re.compile(r"^(?:[وفبك]?ال(?=[ء-ي]{2})|لل(?=[ء-ي]{2}))")
_AND = re.compile(r"^و(?=[ء-ي]{3})")
_ENDING = re.compile(r"([ء-ي]{3})(?:ي?(?:ات|ه)|ي)$")


def indexed_words(text: str) -> str:
    """The words of a text, spaced, for `to_tsvector`: of Chinese every sign and every pair."""
    words: list[str] = []
    for run in _runs(text):
        words += [*run, *_pairs(run)] if _is_cjk(run[0]) else [run[:MAXIMUM_LENGTH]]
    return " ".join(words)


def asked_words(text: str) -> list[str]:
    """The words of a question, at most twelve: of Chinese the pairs (a lone sign as itself), of Arabic without article."""
    words: list[str] = []
    for run in _runs(text):
        words += (_pairs(run) or [run]) if _is_cjk(run[0]) else [_without_article(run[:MAXIMUM_LENGTH])]
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


def forgiven(text: str) -> str:
    """The text in the one spelling that words of Arabic and Hindi are compared in, with digits as ours."""
    return text if text.isascii() or max(text) < _FIRST_FORGIVEN else text.translate(_FORGIVEN)


def arabic_forms(word: str) -> tuple[str, ...]:
    """An Arabic word without article or “and”, and that without its ending; none for a word of another script.

    Light stemming (Larkey, Ballesteros and Connell, 2007) without the endings that many names of goods have by nature.
    """
    if not _FIRST_ARABIC <= word[0] <= _LAST_ARABIC:
        return ()
    bare = _without_article(word)
    if bare == word:
        bare = _AND.sub("", word)
    return (bare, _ENDING.sub(r"\1", bare))


def unaccented(word: str) -> str:
    """Without the accents of Latin, Greek and Cyrillic letters, for what PostgreSQL is not asked about."""
    if word.isascii():
        return word
    parts = unicodedata.normalize("NFKD", word)
    return unicodedata.normalize(
        "NFC", "".join(sign for sign in parts if not _FIRST_MARK <= sign <= _LAST_ACCENT)
    )


def named_words(name: str) -> Iterator[str]:
    """The words of a name in every form by whose beginning it is found; what is asked is compared `unaccented`."""
    for word in indexed_words(name).split():
        yield unaccented(word)
        if not word.isascii():
            yield unaccented(with_digraphs(word))
            yield from arabic_forms(word)


def with_digraphs(word: str) -> str:
    """With ae, oe and ue for German umlauts, as keyboards without them write."""
    return word.translate(_UMLAUTS)


def _without_article(word: str) -> str:
    return _ARTICLE.sub("", word) if word[0] >= _FIRST_ARABIC else word


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


def _runs(text: str) -> list[str]:
    text = forgiven(unicodedata.normalize("NFKC", text).casefold())
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
