"""Words that name the same goods: what a listing is also found by. Reads `everyday_words.toml` and `goods_words.toml`; pure."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any, Final

from catalog.words import arabic_forms, indexed_words

_AMBIGUOUS: Final = "*"
_ACCENTED_ENDS: Final = {"ão": "ões", "al": "ais", "ol": "óis", "el": "éis"}  # of Portuguese


def also_called(words: str) -> str:
    """The other English names of what stands in the words (cut by `indexed_words`), each once, with their plurals."""
    return _called(words, _english())


def called_elsewhere(words: str, *languages: str) -> str:
    """What the goods that the words name are called in these languages (in all, when none is named), each name once."""
    return _called(words, _goods(languages))


def names_of_goods() -> Iterator[str]:
    """Every name of every goods, as it is written."""
    for row, _forms_of in _rows():
        for names in row.values():
            yield from (name.lstrip(_AMBIGUOUS) for name in names)


def german_words() -> frozenset[str]:
    """The German names of goods, as words are cut, that mean nothing else: what the end of a compound may be."""
    return frozenset(
        word
        for goods in _read("goods_words.toml")["goods"]
        for name in goods["de"]
        if not name.startswith(_AMBIGUOUS)
        for word in indexed_words(name).split()
    )


def _called(words: str, others: Mapping[str, tuple[str, ...]]) -> str:
    found: dict[str, None] = {}
    for said in _said(words.split()):
        found.update(dict.fromkeys(others.get(said, ())))
    return " ".join(found)


def _said(words: Sequence[str]) -> Iterator[str]:
    """Each word, Arabic ones without article too, and each two that stand side by side."""
    for word in words:
        yield word
        yield from arabic_forms(word)[:1]
    for one, other in pairwise(words):
        yield f"{one} {other}"


@cache
def _english() -> Mapping[str, tuple[str, ...]]:
    others: dict[str, tuple[str, ...]] = {}
    for group in _read("everyday_words.toml")["groups"]:
        for word in group:
            rest = tuple(form for other in group if other != word for form in _forms("en", other))
            for form in _forms("en", word):
                others[form] = others.get(form, ()) + rest
    return others


@cache
def _goods(languages: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    others: dict[str, tuple[str, ...]] = {}
    for row, forms_of in _rows():
        named = [(word, language) for language, words in row.items() for word in words]
        every = tuple(
            form
            for word, language in named
            if not languages or language in languages
            for form in forms_of(language, word.lstrip(_AMBIGUOUS))
        )
        for word, language in named:
            if not word.startswith(_AMBIGUOUS):
                for form in forms_of(language, word):
                    others[_as_cut(form)] = others.get(_as_cut(form), ()) + every
    return others


def _rows() -> Iterator[tuple[Mapping[str, Sequence[str]], Callable[[str, str], tuple[str, ...]]]]:
    """Each row of names, and how more forms of a name are made: of goods plurals, of kinds none."""
    read = _read("goods_words.toml")
    yield from ((row, _forms) for row in read["goods"])
    yield from ((row, _as_it_is) for row in read["kinds"])


def _as_it_is(_language: str, word: str) -> tuple[str, ...]:
    return (word,)


def _as_cut(form: str) -> str:
    """As the words of a text come; of Chinese the whole, which is a word when it has two signs."""
    cut = indexed_words(form)
    return form if len(form) == 2 and len(cut) > len(form) + 1 else cut


@cache
def _read(name: str) -> Mapping[str, Any]:
    return tomllib.loads(resources.files("catalog.data").joinpath(name).read_text(encoding="utf-8"))


def _forms(language: str, word: str) -> tuple[str, ...]:
    """The word and its plural, where a rule makes one; German, Hindi and Arabic ones stand in the file."""
    if language not in {"en", "es", "pt", "fr"} or word.endswith(("s", "x")):
        return (word,)
    if " " in word and language != "en":
        return (word,)
    return (word, _plural(language, word))


def _plural(language: str, word: str) -> str:
    if language == "fr":
        return f"{word}x" if word.endswith("eau") else f"{word}s"
    if language == "en":
        if word.endswith("y") and word[-2] not in "aeiou":
            return f"{word[:-1]}ies"
        return f"{word}es" if word.endswith(("sh", "ch", "mato", "tato")) else f"{word}s"
    if language == "pt" and (ending := _ACCENTED_ENDS.get(word[-2:])):
        return f"{word[:-2]}{ending}"
    if language == "pt" and word.endswith("m"):
        return f"{word[:-1]}ns"
    if word[-1] in "aeiouáéíóú":
        return f"{word}s"
    return f"{word[:-1]}ces" if word.endswith("z") and language == "es" else f"{_unstressed(word)}es"


def _unstressed(word: str) -> str:
    """Spanish “limón” is “limones”: the accent of the last syllable goes."""
    return word[:-2] + {"á": "a", "é": "e", "í": "i", "ó": "o", "ú": "u"}.get(word[-2], word[-2]) + word[-1]
