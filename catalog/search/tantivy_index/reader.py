"""Opens what the writer committed, in each process by itself: looks for a newer commit before every answer.

Owns the handles to the index; one per process, shared by its threads.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from tantivy import FieldType, Index, Order, Query, Schema, Searcher

from catalog.search.feed import Position
from catalog.search.tantivy_index.folder import IndexFolder
from catalog.search.tantivy_index.kept import KeptCounts
from catalog.search.tantivy_index.panics import panics_as_errors
from catalog.search.tantivy_index.schema import META_ID, build_schema, prepared


class OtherSchema(Exception):
    """An index whose fields are not those of this program: another version wrote it, or its version was forgotten."""


def open_index(path: Path) -> Index:
    """The index on disk. Raises `OtherSchema`, and `ValueError` or `OSError` for a broken one."""
    index = prepared(Index.open(str(path)))
    if index.schema != build_schema():
        raise OtherSchema(path.name)
    return index


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The index at one commit, compared by what it is. `position` is how far of the feed it has read."""

    schema: Schema
    searcher: Searcher
    position: Position
    has_lowered: bool
    good_until: date  # the first day on which some document no longer says which certificates hold
    counts: KeptCounts = field(default_factory=KeptCounts, compare=False)


class IndexReader:
    """The index of a folder, as new as its last commit."""

    def __init__(self, folder: IndexFolder) -> None:
        self._folder = folder
        self._lock: Final = threading.Lock()
        self._path: Path | None = None
        self._stamp: tuple[int, int] = (0, 0)
        self._index: Index | None = None
        self._snapshot: Snapshot | None = None

    def snapshot(self) -> Snapshot | None:
        """The newest commit; None while there is no index of ours. Raises `ValueError` or `OSError` for a broken one."""
        path = self._folder.current()
        if path is None:
            return None
        with self._lock, panics_as_errors():
            stat = (path / "meta.json").stat()
            stamp = (stat.st_mtime_ns, stat.st_ino)
            if path != self._path or self._index is None:
                try:
                    self._index = open_index(path)
                except OtherSchema:  # the follower builds one with ours
                    return None
                self._index.config_reader("manual", 0)
                self._path, self._snapshot = path, None
            if self._snapshot is None or stamp != self._stamp:
                self._index.reload()
                self._snapshot = _snapshot(self._index)
                self._stamp = stamp
            return self._snapshot

    def forget(self) -> None:
        """Open anew next time."""
        with self._lock:
            self._index, self._snapshot, self._path = None, None, None


def is_sound(snapshot: Snapshot) -> bool:
    """Whether the parts that questions use can be read: tells a broken index from a question that it cannot answer."""
    searcher = snapshot.searcher
    everything = Query.term_query(snapshot.schema, "kind", "product", "basic")
    columns = ("category", "origin", "held", "traits", "supplier", "verified", "lead_days")
    counted = {name: {"value_count": {"field": name}} for name in columns}
    try:
        with panics_as_errors():
            found = searcher.aggregate(everything, counted)
            hits = searcher.search(everything, 1, order_by_field="published_us").hits
            searcher.fast_field_values("id", [address for _value, address in hits])
    except (ValueError, OSError):
        return False
    return len(found) == len(columns)


def first_change(schema: Schema, searcher: Searcher) -> date:
    """The earliest day on which a document's certificates change."""
    result = searcher.search(
        Query.range_query(schema, "changes_on", FieldType.Integer, 1, None),
        1,
        count=False,
        order_by_field="changes_on",
        order=Order.Asc,
    )
    return date.fromordinal(int(result.hits[0][0])) if result.hits else date.max


def _snapshot(index: Index) -> Snapshot:
    searcher = index.searcher()
    hits = searcher.search(Query.term_query(index.schema, "id", META_ID), 1).hits
    if not hits:
        msg = "an index without its position"
        raise ValueError(msg)
    meta = json.loads(searcher.doc(hits[0][1])["meta"][0])
    return Snapshot(
        schema=index.schema,
        searcher=searcher,
        position=Position(meta["horizon"], meta["row"], meta["snapshot"]),
        has_lowered=searcher.doc_freq("standing", "lowered") > 0,
        good_until=first_change(index.schema, searcher),
    )
