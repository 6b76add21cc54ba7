"""The nearest known word for a mistyped one: trigrams propose, the slips between the two decide.

What names goods or a category in some language is no typing error, though nobody offers it. A German compound that
nobody offers stands for its end: Herzkirschen are Kirschen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection

from catalog.data.spellings import as_written, is_a_name, parts_of_compound
from catalog.search.slips import forgiven_slips, slips

# Trigrams miss swapped letters in short words, so words of nearly the same length and first letter join in.
_NEAR = """
    (SELECT word, similarity(word, %s) FROM catalog_searchword WHERE word %% %s ORDER BY 2 DESC, 1 LIMIT 12)
    UNION
    (SELECT word, similarity(word, %s) FROM catalog_searchword
     WHERE %s <= 7 AND word LIKE %s AND length(word) BETWEEN %s - 1 AND %s + 1 ORDER BY word LIMIT 400)
"""
_LOOKED_AT = 5  # of the near ones: words are kept for good, and of some nothing is offered any more
_BESIDE = 0.75  # slips: so near a word comes before the end of a compound
_MORE = 1.0  # slips: so much further words are only named


def corrected_words(words: Sequence[str], known: Callable[[list[str]], list[bool]]) -> list[str]:
    """The words with each unknown one replaced by the nearest that an offer has, where one is near enough."""
    with connection.cursor() as cursor:
        return [
            word if is_known else _corrected(cursor, word, known)
            for word, is_known in zip(words, known(list(words)), strict=True)
        ]


def words_like(words: Sequence[str], known: Callable[[list[str]], list[bool]]) -> list[str]:
    """Words that offers have and that look like the unknown ones, the most alike first: for the reader to choose from."""
    with connection.cursor() as cursor:
        like = {
            one: far
            for word, is_known in zip(words, known(list(words)), strict=True)
            if not is_known and _may_be_mistyped(word) and not is_a_name(plain := _folded(cursor, word))
            for one, far in _nearest(cursor, plain, _MORE).items()
        }
    nearest = sorted(like, key=like.__getitem__)[:_LOOKED_AT]
    return (
        [as_written(one) for one, is_known in zip(nearest, known(nearest), strict=True) if is_known]
        if nearest
        else []
    )


def _may_be_mistyped(word: str) -> bool:
    return len(word) >= 4 and not any(sign.isdigit() for sign in word)


def _folded(cursor: Any, word: str) -> str:
    cursor.execute("SELECT catalog_unaccent(%s)", [word])
    return str(cursor.fetchone()[0])


def _corrected(cursor: Any, word: str, known: Callable[[list[str]], list[bool]]) -> str:
    if not _may_be_mistyped(word):
        return word
    plain = _folded(cursor, word)
    nearest = {} if is_a_name(plain) else _nearest(cursor, plain)
    beside = [one for one, far in nearest.items() if far <= _BESIDE]
    near = list(dict.fromkeys([*beside, *parts_of_compound(plain)[0], *nearest]))[:_LOOKED_AT]
    offered = [one for one, is_known in zip(near, known(near), strict=True) if is_known] if near else []
    return as_written(offered[0]) if offered else word


def _nearest(cursor: Any, plain: str, more: float = 0.0) -> dict[str, float]:
    """The words near enough, with how far they are, the nearest first; of equally near ones the most alike."""
    size = len(plain)
    cursor.execute(_NEAR, [plain, plain, plain, size, f"{plain[0]}%", size, size])
    most = forgiven_slips(plain) + more
    found = sorted(
        (min(slips(plain, form) for form in _numbers(word)), -likeness, word)
        for word, likeness in cursor.fetchall()
    )
    return {word: far for far, _likeness, word in found if far <= most}


def _numbers(word: str) -> tuple[str, ...]:
    """The word, and without its plural's ending: who types one bicycle wrong may mean bicycles."""
    return (word, word[:-1]) if word.endswith("s") and len(word) > 5 else (word,)
