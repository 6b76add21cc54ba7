"""A word as it is found: without accents, and by its stems. The same for what is indexed and what is asked. Pure.

Stems of the Snowball family for the Latin alphabet in five languages, for Cyrillic in one; Hindi by dictionary
(simplemma), Arabic by `catalog.words`. A word with a German umlaut is also found with ae, oe or ue. Polish has
neither here: a word with Polish letters is also found by its beginning without the ending. Chinese is cut into
signs and pairs by `catalog.words`.
"""

from __future__ import annotations

from functools import lru_cache

import simplemma
from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from catalog.words import arabic_forms, with_digraphs

_KNOWN_WORDS = 200_000
_POLISH = frozenset("ąćęłńśźż")


def _analyzer(*filters: Filter) -> TextAnalyzer:
    builder = TextAnalyzerBuilder(Tokenizer.whitespace())
    for step in filters:
        builder = builder.filter(step)
    return builder.build()


_FOLD = _analyzer(Filter.lowercase(), Filter.ascii_fold())
_LATIN = [
    _analyzer(Filter.stemmer(name)) for name in ("english", "spanish", "portuguese", "french", "german")
]
_CYRILLIC = [_analyzer(Filter.stemmer("russian"))]


@lru_cache(maxsize=_KNOWN_WORDS)
def folded(word: str) -> str:
    """Without accents; empty for what is no word."""
    return "".join(_FOLD.analyze(word))


@lru_cache(maxsize=_KNOWN_WORDS)
def variants(word: str) -> tuple[str, ...]:
    """The folded word first, then its stems."""
    plain = folded(word)
    if not plain:
        return ()
    found = [plain, folded(with_digraphs(word)), *arabic_forms(plain)]
    found += ["".join(stemmer.analyze(plain)) for stemmer in _stemmers(plain)]
    if "\u0900" <= word[0] <= "\u097f":
        found.append(simplemma.lemmatize(word, lang="hi"))
    if not _POLISH.isdisjoint(word) and len(word) >= 5:
        found.append(f"pl:{plain[: max(4, len(plain) - 2)]}")
    return tuple(dict.fromkeys(stem for stem in found if stem and " " not in stem))


def with_variants(text: str) -> str:
    """A text of words with their stems beside them."""
    return " ".join([stem for word in text.split() for stem in variants(word)])


def _stemmers(plain: str) -> list[TextAnalyzer]:
    first = plain[0]
    if first.isdigit():
        return []
    if first < "\u0250":
        return _LATIN
    return _CYRILLIC if "\u0400" <= first <= "\u04ff" else []
