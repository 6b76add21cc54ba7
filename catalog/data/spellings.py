"""The words of the trade that ship with the marketplace: which are words at all, and how they are written. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from catalog.data.everyday import german_words, names_of_goods
from catalog.data.tree import load_tree
from catalog.words import indexed_words, unaccented, with_digraphs

_LEAST_NAME, _LEAST_REST = 4, 3  # letters of a compound's known part and of the other
_SHORT, _LONG = 2, 3  # signs of a Chinese word
_CHINESE: Final = re.compile("[\u4e00-\u9fff]{3,}")
_WORD: Final = re.compile(r"[^\s,،、:：()（）“”«»/]+")


def parts_of_compound(plain: str) -> tuple[list[str], list[str]]:
    """What a German compound may end with, the longest name of goods first, and what it may begin with likewise."""
    size = len(plain)
    ends = (plain[start:] for start in range(_LEAST_REST, size - _LEAST_NAME + 1))
    beginnings = (plain[:end] for end in range(size - _LEAST_REST, _LEAST_NAME - 1, -1))
    return [one for one in ends if one in _german()], [one for one in beginnings if one in _german()]


def as_written(word: str) -> str:
    """The word as names of categories and goods spell it: `kase` is Käse; any other as it is."""
    return _spellings().get(word, word)


def is_a_name(plain: str) -> bool:
    """Whether a word, compared as words are, names goods or a category in some language: then it is no typing error."""
    return plain in _names() or plain.removesuffix("s") in _names()


def chinese_apart(text: str) -> str:
    """The text with spaces around the Chinese words that are known: buyers type “fresh cherries” as one run of signs."""
    return (
        _CHINESE.sub(lambda run: _known_chinese().sub(r" \g<0> ", run[0]), text)
        if _CHINESE.search(text)
        else text
    )


@cache
def _known_chinese() -> re.Pattern[str]:
    """Names of two or three signs, the longest first; what stands between them is a word by itself."""
    parts = {part for word in _words() if _CHINESE.match(word * _LONG) for part in re.split("[与和及]", word)}
    return re.compile(
        "|".join(
            sorted(
                (part for part in parts if _SHORT <= len(part) <= _LONG), key=lambda part: (-len(part), part)
            )
        )
    )


@cache
def _german() -> frozenset[str]:
    return frozenset(unaccented(form) for word in german_words() for form in (word, with_digraphs(word)))


@cache
def _names() -> frozenset[str]:
    return frozenset(part for word in _words() for part in unaccented(indexed_words(word)).split())


@cache
def _spellings() -> Mapping[str, str]:
    """Words that lose something when they are compared; not those that are whole words of another language."""
    written: dict[str, str] = {}
    for word in _words():
        plain = unaccented(indexed_words(word))
        if " " not in plain:
            written.setdefault(plain, word)
    whole = {word for word in _words() if word == unaccented(word)}
    return {plain: word for plain, word in written.items() if plain != word and plain not in whole}


def _words() -> Iterator[str]:
    for name in names_of_goods():
        yield from _WORD.findall(name)
    for category in load_tree().categories:
        for name in category.name.by_language.values():
            yield from _WORD.findall(name.lower())
