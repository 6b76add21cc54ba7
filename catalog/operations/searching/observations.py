"""Sums what pages noted into rows by day, and forgets them when they are old."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction

from catalog.models import ProductViews, SearchedWords, SearchVisit

SEARCHES_KEPT: Final = timedelta(days=90)
VIEWS_KEPT: Final = timedelta(days=730)
# Rows in the order of their keys, so that two writers never wait for each other in a circle.
_SEARCHED = """
INSERT INTO catalog_searchedwords AS kept (searched_on, query, language, country, times, found)
SELECT * FROM unnest(%s::date[], %s::text[], %s::text[], %s::text[], %s::int[], %s::int[])
ORDER BY 1, 2, 3, 4
ON CONFLICT (searched_on, query, language, country)
DO UPDATE SET times = kept.times + excluded.times, found = excluded.found
"""
_VISITED = """
INSERT INTO catalog_searchvisit AS kept (visited_on, query, product_id, times)
SELECT noted.visited_on, noted.query, p.id, noted.times
FROM unnest(%s::date[], %s::text[], %s::text[], %s::int[]) AS noted (visited_on, query, ref, times)
JOIN catalog_product p ON p.ref = noted.ref ORDER BY 3, 1, 2
ON CONFLICT (product_id, visited_on, query) DO UPDATE SET times = kept.times + excluded.times
"""
_VIEWED = """
INSERT INTO catalog_productviews AS kept (viewed_on, country, product_id, views, from_search)
SELECT noted.viewed_on, noted.country, p.id, noted.views, noted.from_search
FROM unnest(%s::date[], %s::text[], %s::text[], %s::int[], %s::int[])
    AS noted (viewed_on, country, ref, views, from_search)
JOIN catalog_product p ON p.ref = noted.ref ORDER BY 3, 1, 2
ON CONFLICT (product_id, viewed_on, country)
DO UPDATE SET views = kept.views + excluded.views, from_search = kept.from_search + excluded.from_search
"""


@transaction.atomic
def record_observations(*, searches: Sequence[Sequence[Any]], views: Sequence[Sequence[Any]]) -> None:
    """Add what was noted to the sums of its day. A product that is gone is not counted.

    A search is (day, words, language, country, offers found), a view (day, product, country, words it came
    from or none).
    """
    times: Counter[tuple[Any, ...]] = Counter(tuple(search[:4]) for search in searches)
    found = {tuple(search[:4]): search[4] for search in searches}  # the last one said is kept
    _write(_SEARCHED, [(*key, number, found[key]) for key, number in times.items()])
    visits: Counter[tuple[Any, ...]] = Counter((day, words, ref) for day, ref, _c, words in views if words)
    _write(_VISITED, [(*key, number) for key, number in visits.items()])
    seen: Counter[tuple[Any, ...]] = Counter((day, country, ref) for day, ref, country, _words in views)
    came: Counter[tuple[Any, ...]] = Counter(
        (day, country, ref) for day, ref, country, words in views if words
    )
    _write(_VIEWED, [(*key, number, came[key]) for key, number in seen.items()])


@transaction.atomic
def forget_observations(*, at: datetime) -> None:
    """Keep searches for ninety days and views for two years."""
    today: date = at.date()
    SearchedWords.objects.filter(searched_on__lt=today - SEARCHES_KEPT).delete()
    SearchVisit.objects.filter(visited_on__lt=today - SEARCHES_KEPT).delete()
    ProductViews.objects.filter(viewed_on__lt=today - VIEWS_KEPT).delete()


def _write(statement: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])
