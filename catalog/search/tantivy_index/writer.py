"""Writes the index: builds it whole, and follows the feed. One writer per machine (`folder` holds the lock).

How far the feed was read is a document of the index, committed with what was read: killed at any moment, the
writer goes on from its last commit and loses nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Final

from tantivy import Document, FieldType, Index, Occur, Query, Schema, Searcher

from catalog.search.feed import Position, changes_since, database_identity, is_whole_since, present_position
from catalog.search.tantivy_index.documents import AT_ONCE, all_rows, document_of, filled, rows_of
from catalog.search.tantivy_index.folder import IndexFolder
from catalog.search.tantivy_index.reader import open_index
from catalog.search.tantivy_index.schema import META_ID, build_schema, prepared
from marketplace.core import clock

MOST_CHANGED: Final = 10_000  # certificates that end at one midnight, looked at in one step
_HEAP_BYTES: Final = 64_000_000
_BUILDING_HEAP_BYTES: Final = 192_000_000


class NotOurs(Exception):
    """An index of another database, or one left so far behind that the feed no longer tells what is missing."""


class IndexFollower:
    """The writer of one index, at a place of the feed."""

    def __init__(self, path: Path) -> None:
        """Open the index at its last commit. Raises `NotOurs`, `OtherSchema`, and `ValueError` for one that is broken."""
        self.path = path
        self._index = open_index(path)
        self.position = read_position(self._index)
        self._applied: frozenset[int] = frozenset()
        self._day: date | None = None
        self._writer = self._index.writer(_HEAP_BYTES, 1)

    def follow(self, today: date | None = None) -> tuple[int, bool]:
        """Bring the index up to date, with the certificates that hold today, and commit. How many products were looked at, and whether texts are stale."""
        changes = changes_since(self.position, self._applied)
        today = today or clock.now().date()
        changed = self._changed_by(today)
        wanted = sorted({*changes.product_ids, *changed})
        stale = False
        for first in range(0, len(wanted), AT_ONCE):
            stale |= self._replace(wanted[first : first + AT_ONCE], today)
        caught_up = bool(self._applied) and not changes.rows  # once more, so that nothing is read twice
        if wanted or caught_up:
            self._writer.delete_documents_by_term("id", META_ID)
            self._writer.add_document(_meta(changes.position))
            self._writer.commit()
        # Without a commit the index on disk keeps its older place: read again after a restart, never missed.
        self.position, self._applied = changes.position, changes.rows
        if len(changed) < MOST_CHANGED:
            self._day = today
        return len(wanted), stale

    def close(self) -> None:
        """Let go of the index's own lock."""
        self._writer.wait_merging_threads()

    def _changed_by(self, today: date) -> list[int]:
        """The products whose certificates are others since midnight; asked once a day, and until all are written."""
        if self._day == today:
            return []
        self._index.reload()
        return products_changed_by(self._index.schema, self._index.searcher(), today)

    def _replace(self, product_ids: Sequence[int], today: date) -> bool:
        rows = [row for row in rows_of(product_ids) if not row.is_hidden]
        for product_id in product_ids:
            self._writer.delete_documents_by_term("id", product_id)
        for row in rows:
            self._writer.add_document(document_of(row, today))
        return any(row.is_stale for row in rows)


def build_index(
    folder: IndexFolder,
    progress: Callable[[int], None] = lambda _count: None,
    *,
    today: date | None = None,
) -> Path:
    """Build a new generation of everything that can be found, and let readers open it. The caller holds `building`.

    What changes meanwhile is in the feed: the follower of the new index goes on from where this began.
    """
    start = present_position()
    path = folder.new_generation()
    index = prepared(Index(build_schema(), path=str(path)))
    writer = index.writer(_BUILDING_HEAP_BYTES, 1)
    count, day = 0, today or clock.now().date()
    for rows in all_rows():
        for row in rows:
            if not row.is_hidden:
                writer.add_document(document_of(row, day))
        count += len(rows)
        progress(count)
    writer.add_document(_meta(start))
    writer.commit()
    writer.wait_merging_threads()
    folder.make_current(path)
    return path


def read_position(index: Index) -> Position:
    """How far the index has read. Raises `NotOurs` when it cannot go on from there."""
    searcher = index.searcher()
    only_meta = Query.boolean_query([(Occur.Must, Query.term_query(index.schema, "id", META_ID))])
    hits = searcher.search(only_meta, 1).hits
    if not hits:
        raise NotOurs(str(index))
    meta = json.loads(searcher.doc(hits[0][1])["meta"][0])
    position = Position(meta["horizon"], meta["row"], meta["snapshot"])
    if meta["database"] != database_identity() or not is_whole_since(position):
        raise NotOurs(meta["database"])
    return position


def products_changed_by(schema: Schema, searcher: Searcher, day: date) -> list[int]:
    """Products of which a document says other certificates than hold on the day; so many at once at most."""
    changed = Query.range_query(schema, "changes_on", FieldType.Integer, None, day.toordinal())
    hits = searcher.search(changed, MOST_CHANGED, count=False).hits
    return [int(value or 0) for value in searcher.fast_field_values("id", [at for _score, at in hits])]


def _meta(position: Position) -> Document:
    meta = {"database": database_identity(), **asdict(position)}
    found = Document()
    found.add_integer("id", META_ID)
    found.add_text("meta", json.dumps(meta))
    return filled(found)
