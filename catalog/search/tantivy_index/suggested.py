"""Which products are proposed while somebody types, as questions from the best answers to the last resort. Pure.

Titles that say a word whole come first, by their rank; then those in which a word begins so, found by its beginning
as by any word; what says it elsewhere only where titles give too few.
"""

from __future__ import annotations

from collections.abc import Iterator

from tantivy import Occur, Query

from catalog.search.question import Question
from catalog.search.tantivy_index.best import ranked_query
from catalog.search.tantivy_index.clauses import both
from catalog.search.tantivy_index.conditions import Conditions


def suggested(conditions: Conditions, question: Question) -> Iterator[Query]:
    """One question after another; each may find again what one before found."""
    titled = conditions.in_title(question.words)
    if question.phrases or question.excluded:  # what is in quotes or excluded holds wherever it stands
        yield ranked_query(conditions, both(titled, conditions.base))
    else:
        silent = Query.const_score_query(titled, 0.0)
        if whole := conditions.whole_in_title(question.words):
            ranked = Query.boolean_query(whole)
            alone = len(question.words) == 1  # whatever says it whole begins so
            yield ranked if alone else Query.boolean_query([(Occur.Must, silent), (Occur.Must, ranked)])
        yield silent
    yield ranked_query(conditions, conditions.base)
