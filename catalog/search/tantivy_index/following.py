"""The one process per machine that keeps the index: follows the feed for ever, builds what is missing or broken.

Owns the loop and its patience; what it does to an index is the writer's.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NoReturn

from django.db import DatabaseError, connection

from catalog.search.tantivy_index.folder import AlreadyHeld, IndexFolder
from catalog.search.tantivy_index.panics import panics_as_errors
from catalog.search.tantivy_index.reader import OtherSchema
from catalog.search.tantivy_index.writer import IndexFollower, NotOurs, build_index

_log = logging.getLogger(__name__)
LOOK_EVERY_SECONDS: Final = 0.5  # a change is searchable within two
_AFTER_FAILURE_SECONDS: Final = 2.0


@dataclass
class Following:
    """One run of the follower. `refresh` writes stale texts anew: only an operation may. `at_ease` is done in idle moments."""

    folder: IndexFolder
    refresh: Callable[[], int]
    at_ease: Callable[[], None] = lambda: None
    _follower: IndexFollower | None = field(default=None, init=False)

    def run(self) -> None:
        """Until the process is stopped. Raises `AlreadyHeld` when another follows already."""
        with self.folder.held("writer"):
            self.run_held()

    def run_held(self) -> NoReturn:
        """The same for one who holds the lock."""
        while True:
            try:
                busy = self.step()
            except DatabaseError:
                _log.exception("the feed cannot be read; trying again")
                connection.close()
                time.sleep(_AFTER_FAILURE_SECONDS)
                continue
            if not busy:
                time.sleep(LOOK_EVERY_SECONDS)

    def step(self) -> bool:
        """Look once: open or build what is missing, apply what changed. Whether there was something to do."""
        current = self.folder.current()
        if self._follower is not None and self._follower.path != current:
            self.close()  # a rebuild brought a newer one, or a reader found this one broken
        if self._follower is None:
            self._follower = self._open()
            if self._follower is None:
                return False
        try:
            with panics_as_errors():
                count, stale = self._follower.follow()
        except ValueError:
            _log.exception("the search index cannot be written; building it anew")
            self._abandon()
            return True
        if stale:
            self.refresh()
        if not count:
            self.at_ease()
        return count > 0

    def close(self) -> None:
        """Let go of the index."""
        if self._follower is not None:
            self._follower.close()
        self._follower = None

    def _open(self) -> IndexFollower | None:
        current = self.folder.current()
        if current is not None:
            try:
                with panics_as_errors():
                    return IndexFollower(current)
            except (ValueError, NotOurs, OtherSchema, KeyError) as reason:
                _log.warning("the search index in %s cannot be used: %r", current.name, reason)
                self.folder.drop(current)
        with contextlib.suppress(AlreadyHeld), self.folder.held("building"):  # a rebuild by hand is at work
            while self.refresh():
                continue
            return IndexFollower(build_index(self.folder))
        return None

    def _abandon(self) -> None:
        broken = self._follower
        self._follower = None
        if broken is not None:
            self.folder.drop(broken.path)
