"""About how many offers a question matches, as if words and filters had nothing to do with each other. Reads only.

Wrong by far where they have; it only chooses between two ways to count, both exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tantivy import Searcher

from catalog.search.question import Question
from catalog.search.spec import LEAD_TIMES, SearchSpec
from catalog.search.tantivy_index.schema import PRODUCT
from catalog.search.tantivy_index.stems import variants


@dataclass(frozen=True, slots=True)
class Shares:
    """The part of the offers that each word and filter leaves by itself."""

    searcher: Searcher
    spec: SearchSpec
    question: Question

    def found(self) -> float:
        """What the words and the category leave."""
        number = float(self.searcher.doc_freq("kind", PRODUCT))
        for word in self.question.words:
            number *= self._of("all", variants(word))
        return number * self._of("inside", [self.spec.category_path] if self.spec.category_path else [])

    def left(self) -> float:
        """What the filters leave of it too."""
        spec = self.spec
        number = self.found() * self._of("origin", spec.origins) * self._of("terms", spec.incoterms)
        number *= self._of("verified", [1] if spec.verified else [])
        return number * self._of("ready", [str(spec.lead_max)] if spec.lead_max in LEAD_TIMES else [])

    def _of(self, field: str, values: Sequence[str | int]) -> float:
        """All where nothing is asked."""
        if not values:
            return 1.0
        having = sum(self.searcher.doc_freq(field, value) for value in values)
        return min(having / max(self.searcher.doc_freq("kind", PRODUCT), 1), 1.0)
