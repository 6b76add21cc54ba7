"""What a person may be about to type: categories, products and suppliers that begin so. Reads only.

Categories come from the tree that every process keeps, products and suppliers from the engine; what is shown
of them is read from PostgreSQL, so that nothing paused is proposed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from catalog.languages import reader_language
from catalog.search.engine import SearchEngine, best_engine_answers
from catalog.search.question import Question, read_question
from catalog.words import named_words, unaccented
from marketplace.core.prepared import Prepared

MOST = 5
_LOOKED_AT = 20  # of these the ones that say it in their title come first
_SHOWN = Prepared(
    "suggested",
    """
SELECT 'product', p.ref, p.slug, coalesce(t.texts->>'title', p.title), p.id FROM catalog_product p
LEFT JOIN catalog_translation t ON t.product_id = p.id AND t.language = %s
LEFT JOIN catalog_supplierfacts s ON s.supplier_id = p.supplier_id
WHERE p.id = ANY(%s) AND p.state = 'live' AND s.visibility IS DISTINCT FROM 'hidden'
UNION ALL
SELECT 'supplier', c.ref, '', c.legal_name, c.id FROM accounts_company c
LEFT JOIN catalog_supplierfacts s ON s.supplier_id = c.id
WHERE c.id = ANY(%s) AND s.visibility IS DISTINCT FROM 'hidden'
""",
)


@dataclass(frozen=True, slots=True)
class Suggested:
    """A product or supplier to go to; `slug` is empty for a supplier."""

    ref: str
    slug: str
    name: str


def suggest(typed: str) -> tuple[tuple[Suggested, ...], tuple[Suggested, ...]]:
    """Products and suppliers whose words begin as typed, the best first; none for less than two letters."""
    question = read_question(typed)
    if len(typed.strip()) < 2 or not question.words:
        return (), ()
    products, suppliers = best_engine_answers(lambda engine: _ask(engine, question))
    if not products and not suppliers:
        return (), ()
    with connection.cursor() as cursor:
        _SHOWN.execute(cursor, [reader_language(), list(products), list(suppliers)])
        found = {(row[0], row[4]): Suggested(row[1], row[2], row[3]) for row in cursor.fetchall()}
    named = [found["product", key] for key in products if ("product", key) in found]
    named.sort(key=lambda product: -_begun(product.name, question.words))  # the rank decides among equals
    return (
        tuple(named[:MOST]),
        tuple(found["supplier", key] for key in suppliers[:MOST] if ("supplier", key) in found),
    )


def _begun(title: str, words: Sequence[str]) -> int:
    """How many of the typed words begin a word of the title."""
    begun = f" {' '.join(named_words(title))}"
    return sum(f" {unaccented(word)}" in begun for word in words)


def _ask(engine: SearchEngine, question: Question) -> tuple[Sequence[int], Sequence[int]]:
    return engine.suggest(question, _LOOKED_AT)
