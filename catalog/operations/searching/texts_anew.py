"""Makes search texts anew that were made with the words of an older release, beside a running site.

Nobody waits for it, and it waits for nobody: texts are made without a lock and written where the row is still the one
that was read. Whoever changes a listing meanwhile writes its texts with today's words anyway, and wins.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection, transaction

from catalog.data.recipe import recipe
from catalog.models import Product, SearchEntry
from catalog.operations.searching.search_texts import VECTOR, keep_words, search_texts, text_sources
from catalog.words import vocabulary

AT_ONCE: Final = 500  # listings; their rows are locked while one statement writes them, some 0.3 s
_AT_EASE: Final = 100  # so many between two looks at the feed leave a machine most of its time
_LOOK_AGAIN_SECONDS: Final = 3600.0  # a web process of the older release may go on writing for a while
# The version of a row is the transaction that wrote it: every change of a listing writes its row anew.
_OLD = """
SELECT product_id, xmin::text, texts FROM catalog_searchentry
WHERE product_id > %s AND recipe <> %s ORDER BY product_id LIMIT %s
"""
# Rows that somebody is changing, or has changed since they were read, are left to him. Without waiting nothing can go in a circle.
_UNCHANGED = """
same AS (
    SELECT e.product_id FROM catalog_searchentry e JOIN made USING (product_id)
    WHERE e.xmin = made.version::xid ORDER BY e.product_id FOR NO KEY UPDATE OF e SKIP LOCKED
)
"""
_WRITE = f"""
WITH made (product_id, version, title, names, facts, description) AS (
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
), {_UNCHANGED}
UPDATE catalog_searchentry e SET recipe = %s, texts = ARRAY[title, names, facts, description],
    vector = {VECTOR % ("title", "names", "facts", "description")}
FROM made JOIN same USING (product_id) WHERE e.product_id = made.product_id
"""  # noqa: S608 -- only our own column names are put in
_CONFIRM = f"""
WITH made (product_id, version) AS (SELECT * FROM unnest(%s::bigint[], %s::text[])), {_UNCHANGED}
UPDATE catalog_searchentry e SET recipe = %s FROM same WHERE e.product_id = same.product_id
"""  # noqa: S608 -- likewise
_NOTHING_TO_NOTE = "SELECT set_config('portolan.texts_are_the_same', %s, true)"


@dataclass(frozen=True, slots=True)
class Piece:
    """What one step has done: the last listing looked at, how many there were, and of how many the texts are others now."""

    last: int
    looked_at: int
    changed: int


@dataclass(frozen=True, slots=True)
class _Made:
    product_id: int
    version: str
    before: tuple[str, ...]
    texts: tuple[str, str, str, str]

    @property
    def is_same(self) -> bool:
        return self.before == self.texts

    @property
    def new_words(self) -> set[str]:
        """What “did you mean” may propose that the older texts did not have."""
        before = {word for text in self.before[:3] for word in text.split()}
        now = {word for text in self.texts[:3] for word in text.split()}
        return vocabulary(" ".join(now - before))


def texts_anew(*, at_once: int = AT_ONCE) -> Iterator[Piece]:
    """Make all texts anew that were made with other words than today's, piece by piece by rising id.

    Each piece commits by itself and every row says with which words it was made: killed at any moment, whoever
    comes next goes on. Of texts that come out the same only that is noted, and no index need look at them.
    """
    last = 0
    while True:
        rows = _old_rows(last, at_once)
        if not rows:
            return
        made = _made(rows)
        others = [one for one in made if not one.is_same]
        keep_words({word for one in others for word in one.new_words})
        if others:
            _write(others)
        _confirm([one for one in made if one.is_same])
        last = rows[-1][0]
        yield Piece(last, len(rows), len(others))


@dataclass
class TextsAtEase:
    """Makes older texts anew a few at a time, for a process that has something else to do."""

    _pieces: Iterator[Piece] | None = None
    _again_at: float = 0.0

    def step(self, now: float) -> None:
        """One piece, when there is one; `now` are seconds of a clock that is never set back."""
        if self._pieces is None and now >= self._again_at:
            self._pieces = texts_anew(at_once=_AT_EASE)
        if self._pieces is not None and next(self._pieces, None) is None:
            self._pieces, self._again_at = None, now + _LOOK_AGAIN_SECONDS


def _old_rows(after: int, limit: int) -> list[tuple[int, str, list[str]]]:
    with connection.cursor() as cursor:
        cursor.execute(_OLD, [after, recipe(), limit])
        found: list[tuple[int, str, list[str]]] = cursor.fetchall()
    return found


def _made(rows: Sequence[tuple[int, str, list[str]]]) -> list[_Made]:
    """The rows were read first: what changed after that is seen by their version when they are written."""
    products = Product.objects.live().filter(category__isnull=False).in_bulk([row[0] for row in rows])
    around = text_sources(list(products.values()))
    made = []
    for product_id, version, before in rows:
        if product_id in products:
            made.append(_Made(product_id, version, tuple(before), search_texts(products[product_id], around)))
    return made


def _write(made: Sequence[_Made]) -> None:
    columns = [[one.texts[place] for one in made] for place in range(4)]
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE, [[one.product_id for one in made], [one.version for one in made], *columns, recipe()]
        )


def _confirm(made: Sequence[_Made]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_NOTHING_TO_NOTE, ["on"])
        cursor.execute(_CONFIRM, [[one.product_id for one in made], [one.version for one in made], recipe()])
        cursor.execute(_NOTHING_TO_NOTE, ["off"])


def old_texts() -> int:
    """How many listings have texts made with other words than today's."""
    return SearchEntry.objects.exclude(recipe=recipe()).count()
