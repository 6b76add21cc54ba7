"""Search over live products: `find(SearchSpec) -> SearchPage`.

The only face of the search: pages and the API know nothing else of it, so that another engine can take
its place. This one is PostgreSQL full text with trigrams for mistyped words.
"""

from catalog.rules.hindrances import Hindrance
from catalog.search.engine import find, how_many, newest, overview, words_beside
from catalog.search.spec import (
    LEAD_TIMES,
    PAGE_SIZE,
    Choice,
    Facets,
    Hit,
    Overview,
    SearchPage,
    SearchSpec,
    Sort,
)

__all__ = [
    "LEAD_TIMES",
    "PAGE_SIZE",
    "Choice",
    "Facets",
    "Hindrance",
    "Hit",
    "Overview",
    "SearchPage",
    "SearchSpec",
    "Sort",
    "find",
    "how_many",
    "newest",
    "overview",
    "words_beside",
]
