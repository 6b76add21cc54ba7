"""The nearest known word for a mistyped one: trigrams propose, the distance in letters decides."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import connection

from catalog.words import distance

# Trigrams miss swapped letters in short words, so words of nearly the same length and first letter join in.
_NEAR = """
    (SELECT word FROM catalog_searchword WHERE word %% %s ORDER BY similarity(word, %s) DESC, word LIMIT 12)
    UNION
    (SELECT word FROM catalog_searchword
     WHERE %s <= 7 AND word LIKE %s AND length(word) BETWEEN %s - 1 AND %s + 1 ORDER BY word LIMIT 400)
"""


def corrected_words(words: Sequence[str], known: Sequence[bool]) -> list[str]:
    """The words with each unknown one replaced by the nearest known, where one is near enough."""
    with connection.cursor() as cursor:
        return [
            word if is_known else _corrected(cursor, word)
            for word, is_known in zip(words, known, strict=True)
        ]


def _corrected(cursor: Any, word: str) -> str:
    if len(word) < 4 or any(sign.isdigit() for sign in word):
        return word
    cursor.execute("SELECT catalog_unaccent(%s)", [word])
    return _nearest(cursor, cursor.fetchone()[0]) or word


def _nearest(cursor: Any, plain: str) -> str:
    size = len(plain)
    cursor.execute(_NEAR, [plain, plain, size, f"{plain[0]}%", size, size])
    allowed = 1 if size <= 5 else 2 if size <= 8 else 3
    found = [(min(map(partial(distance, plain), _numbers(word))), word) for (word,) in cursor.fetchall()]
    near = sorted(pair for pair in found if pair[0] <= allowed)
    return near[0][1] if near else ""


def _numbers(word: str) -> tuple[str, ...]:
    """The word, and without its plural's ending: who types one bicycle wrong may mean bicycles."""
    return (word, word[:-1]) if word.endswith("s") and len(word) > 5 else (word,)
