"""The nearest known word for a mistyped one: trigrams propose, the slips between the two decide.

What names goods or a category in some language is no typing error, though nobody offers it. A German compound that
nobody offers stands for its end: Herzkirschen are Kirschen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import connection

from catalog.data.spellings import as_written, is_a_name, parts_of_compound
from catalog.search.slips import forgiven_slips, slips

_FOLDED = "SELECT word, catalog_unaccent(word) FROM unnest(%s::text[]) AS word"
# Trigrams miss swapped letters in short words, so words of nearly the same length and first letter join in.
_NEAR = """
SELECT %s::text, near.* FROM (
    (SELECT word, similarity(word, %s) FROM catalog_searchword WHERE word %% %s ORDER BY 2 DESC, 1 LIMIT 12)
    UNION
    (SELECT word, similarity(word, %s) FROM catalog_searchword
     WHERE %s <= 7 AND word LIKE %s AND length(word) BETWEEN %s - 1 AND %s + 1 ORDER BY word LIMIT 400)
) AS near
"""
_LOOKED_AT = 5  # of the near ones: words are kept for good, and of some nothing is offered any more
_BESIDE = 0.75  # slips: so near a word comes before the end of a compound
_MORE = 1.0  # slips: so much further words are only named

Known = Callable[[list[str]], list[bool]]


@dataclass(frozen=True, slots=True)
class _Unknown:
    """A word that no offer has: as it is compared, and the words like it with their likeness (0 to 1)."""

    plain: str
    like: Sequence[tuple[str, float]]


def corrected_words(words: Sequence[str], known: Known) -> list[str]:
    """The words with each unknown one replaced by the nearest that an offer has, where one is near enough."""
    unknown = _unknown(words, known)
    return [_corrected(word, unknown[word], known) if word in unknown else word for word in words]


def words_like(words: Sequence[str], known: Known) -> list[str]:
    """Words that offers have and that look like the unknown ones, the most alike first: for the reader to choose from."""
    like = {
        other: far
        for one in _unknown(words, known).values()
        for other, far in _nearest(one, forgiven_slips(one.plain) + _MORE).items()
    }
    nearest = sorted(like, key=like.__getitem__)[:_LOOKED_AT]
    return (
        [as_written(one) for one, is_known in zip(nearest, known(nearest), strict=True) if is_known]
        if nearest
        else []
    )


def _unknown(words: Sequence[str], known: Known) -> dict[str, _Unknown]:
    """Those that no offer has and that may be mistyped. Two statements, however many words."""
    mistyped = [
        word
        for word, is_known in zip(words, known(list(words)), strict=True)
        if not is_known and _may_be_mistyped(word)
    ]
    if not mistyped:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_FOLDED, [mistyped])
        plain: dict[str, str] = dict(cursor.fetchall())
        like: dict[str, list[tuple[str, float]]] = {
            one: [] for one in plain.values() if one and not is_a_name(one)
        }
        if like:
            cursor.execute(
                " UNION ALL ".join([_NEAR] * len(like)), [part for one in like for part in _asked(one)]
            )
            for one, word, likeness in cursor.fetchall():
                like[one].append((word, likeness))
    return {word: _Unknown(plain[word], like.get(plain[word], ())) for word in mistyped}


def _asked(plain: str) -> list[str | int]:
    size = len(plain)
    return [plain, plain, plain, plain, size, f"{plain[0]}%", size, size]


def _may_be_mistyped(word: str) -> bool:
    return len(word) >= 4 and not any(sign.isdigit() for sign in word)


def _corrected(word: str, unknown: _Unknown, known: Known) -> str:
    nearest = _nearest(unknown, forgiven_slips(unknown.plain))
    beside = [one for one, far in nearest.items() if far <= _BESIDE]
    near = list(dict.fromkeys([*beside, *parts_of_compound(unknown.plain)[0], *nearest]))[:_LOOKED_AT]
    offered = [one for one, is_known in zip(near, known(near), strict=True) if is_known] if near else []
    return as_written(offered[0]) if offered else word


def _nearest(unknown: _Unknown, most: float) -> dict[str, float]:
    """The words within so many slips, with how far they are, the nearest first; of equally near ones the most alike."""
    found = sorted(
        (min(slips(unknown.plain, form) for form in _numbers(word)), -likeness, word)
        for word, likeness in unknown.like
    )
    return {word: far for far, _likeness, word in found if far <= most}


def _numbers(word: str) -> tuple[str, ...]:
    """The word, and without its plural's ending: who types one bicycle wrong may mean bicycles."""
    return (word, word[:-1]) if word.endswith("s") and len(word) > 5 else (word,)
