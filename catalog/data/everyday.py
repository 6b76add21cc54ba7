"""Words that name the same goods: what a listing is also found by. Reads `everyday_words.toml`; pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources


def also_called(words: str) -> str:
    """The other names of what stands in the words (spaced, in small letters), each once, with their plurals."""
    named = _others()
    found: dict[str, None] = {}
    for word in words.split():
        found.update(dict.fromkeys(named.get(word, ())))
    return " ".join(found)


@cache
def _others() -> Mapping[str, tuple[str, ...]]:
    text = resources.files("catalog.data").joinpath("everyday_words.toml").read_text(encoding="utf-8")
    others: dict[str, tuple[str, ...]] = {}
    for group in tomllib.loads(text)["groups"]:
        for word in group:
            rest = tuple(form for other in group if other != word for form in _forms(other))
            for form in _forms(word):
                others[form] = others.get(form, ()) + rest
    return others


def _forms(word: str) -> tuple[str, ...]:
    if word.endswith("s"):
        return (word,)
    if word.endswith("y") and word[-2] not in "aeiou":
        return (word, f"{word[:-1]}ies")
    return (word, f"{word}es" if word.endswith(("sh", "ch", "x")) else f"{word}s")
