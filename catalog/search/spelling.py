"""The nearest known word for a mistyped one: trigrams propose, the distance in letters decides."""

from __future__ import annotations

from django.db import connection

from catalog.words import distance, may_start

_KNOWN = """
    SELECT asked.word, catalog_unaccent(asked.word),
        EXISTS (SELECT 1 FROM catalog_searchentry e
                WHERE e.vector @@ catalog_query(ARRAY[asked.word], ARRAY[asked.starts]))
    FROM unnest(%s::text[], %s::boolean[]) AS asked (word, starts)
"""
# Trigrams miss swapped letters in short words, so words of nearly the same length and first letter join in.
_NEAR = """
    (SELECT word FROM catalog_searchword WHERE word %% %s ORDER BY similarity(word, %s) DESC, word LIMIT 12)
    UNION
    (SELECT word FROM catalog_searchword
     WHERE %s <= 7 AND word LIKE %s AND length(word) BETWEEN %s - 1 AND %s + 1 ORDER BY word LIMIT 400)
"""


def corrected_words(words: list[str]) -> list[str]:
    """The words with each unknown one replaced by the nearest known, where one is near enough."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [words, [may_start(word) for word in words]])
        return [
            word if known else _nearest(cursor, plain) or word for word, plain, known in cursor.fetchall()
        ]


def _nearest(cursor: object, plain: str) -> str:
    if len(plain) < 4 or any(sign.isdigit() for sign in plain):
        return ""
    size = len(plain)
    cursor.execute(_NEAR, [plain, plain, size, f"{plain[0]}%", size, size])  # type: ignore[attr-defined]
    allowed = 1 if size <= 5 else 2 if size <= 8 else 3
    found = [(distance(plain, word), word) for (word,) in cursor.fetchall()]  # type: ignore[attr-defined]
    near = sorted(pair for pair in found if pair[0] <= allowed)
    return near[0][1] if near else ""
