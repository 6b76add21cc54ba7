"""An index for a test: follows the feed before every question, so that both engines see the same rows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from catalog.search.engine import SearchEngine
from catalog.search.tantivy_index.engine import TantivyEngine
from catalog.search.tantivy_index.folder import IndexFolder
from catalog.search.tantivy_index.reader import IndexReader
from catalog.search.tantivy_index.writer import IndexFollower, build_index
from marketplace.core import clock


class IndexForTests:
    """Built when first asked for, brought up to date whenever asked again."""

    def __init__(self, root: Path) -> None:
        self.folder = IndexFolder(root)
        self.reader = IndexReader(self.folder)
        self.follower: IndexFollower | None = None

    def engine(self, day: date | None = None) -> SearchEngine:
        """The engine over everything that is in the database now, as of a day (today, when none is named)."""
        today = day or clock.now().date()
        if self.follower is None:
            self.follower = IndexFollower(build_index(self.folder, today=today))
        self.follower.follow(today)
        snapshot = self.reader.snapshot()
        assert snapshot is not None
        return TantivyEngine(snapshot)

    def close(self) -> None:
        """Let go of the files."""
        if self.follower is not None:
            self.follower.close()
