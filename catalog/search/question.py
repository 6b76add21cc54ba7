"""What a person typed, taken apart: words, phrases in quotes, and what must not occur. Pure.

One reading for every engine: `basmati "long grain" -parboiled 1006.30` asks for the words basmati and
100630, for the phrase, and for nothing that has parboiled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from catalog.data.spellings import chinese_apart
from catalog.rules import hs
from catalog.words import MAXIMUM_WORDS, asked_words, forgiven, phrase_words

# A minus counts only where a word begins: `long-grain` is two words, `- rice` is nothing.
_PARTS = re.compile(r'(?P<minus>(?<!\S)[-−])?(?:["“”„«](?P<phrase>[^"“”„«»]*)["“”»]|(?P<words>[^\s"“”„«»]+))')

# An HS code as people write it: 1006 30, 10.06.30, 1006-30-90, HS code 1006.30, and 809.29 as a spreadsheet leaves
# it. Only what the nomenclature has.
_HS_CODE = re.compile(
    r"(?<![\w.-])(?P<said>(?:hsn?|hts|cn)(?:\s*code)?[\s:#]*)?"
    r"(?P<code>\d{2}[ .-]?\d{2}[ .-]?\d{2}(?:[ .-]?\d{2}){0,2}|\d{3}\.\d{2})(?![\w-])",
    re.ASCII | re.IGNORECASE,
)

# Words that join others and name nothing, in the languages of the categories. None that names goods in another
# of them: “or” is gold in French.
SMALL_WORDS = frozenset(
    [
        "for",
        "of",
        "the",
        "and",
        "with",
        "from",
        "de",
        "del",
        "la",
        "el",
        "los",
        "las",
        "para",
        "con",
        "y",
        "du",
        "des",
        "le",
        "les",
        "pour",
        "avec",
        "et",
        "da",
        "do",
        "das",
        "dos",
        "com",
        "der",
        "und",
        "für",
        "fuer",
        "mit",
        "von",
        "aus",
        "का",
        "की",
        "के",
        "को",
        "और",
        "में",
        "से",
        "लिए",
        "من",
        "في",
        "مع",
        "علي",
        "الي",
    ]
)


@dataclass(frozen=True, slots=True)
class Question:
    """What must occur and what must not; a phrase is its words in order, one sign of Chinese each."""

    words: tuple[str, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[tuple[str, ...], ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.words or self.phrases or self.excluded)

    @property
    def ranking_words(self) -> list[str]:
        """What decides which offer answers best: every word asked for, in quotes or not."""
        return [*self.words, *(word for phrase in self.phrases for word in phrase)]

    def with_words(self, words: list[str]) -> Question:
        """The same with other words outside the quotes."""
        return Question(tuple(words), self.phrases, self.excluded)

    def text(self) -> str:
        """As a person would type it."""
        quoted = [f'"{" ".join(phrase)}"' for phrase in self.phrases]
        minus = [f'-"{" ".join(e)}"' if len(e) > 1 else f"-{e[0]}" for e in self.excluded]
        return " ".join([*self.words, *quoted, *minus])


def read_question(typed: str) -> Question:
    """The question in a text; of endless ones the first twelve words, phrases and exclusions."""
    words: list[str] = []
    phrases: list[tuple[str, ...]] = []
    excluded: list[tuple[str, ...]] = []
    for part in _PARTS.finditer(_HS_CODE.sub(_joined_code, forgiven(typed))):
        quoted, bare = part["phrase"], part["words"]
        found = tuple(phrase_words(bare if quoted is None else quoted))
        if not found:
            continue
        if part["minus"]:
            excluded.append(found)
        elif quoted is not None:
            phrases.append(found)
        else:
            words += asked_words(chinese_apart(bare))
    saying = [word for word in words if word not in SMALL_WORDS]
    if saying or phrases:
        words = saying  # “apples for juice” need not say “for”
    return Question(
        tuple(dict.fromkeys(words))[:MAXIMUM_WORDS],
        tuple(dict.fromkeys(phrases))[:MAXIMUM_WORDS],
        tuple(dict.fromkeys(excluded))[:MAXIMUM_WORDS],
    )


def _joined_code(written: re.Match[str]) -> str:
    """The code in one piece, as listings are indexed; numbers that are no code stay as they were typed."""
    code = hs.normalised(written["code"])
    code = f"0{code}" if len(code) % 2 else code
    return code if hs.exists(code) else written[0]
