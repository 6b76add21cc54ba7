"""This process's door to the index of its machine: open when it can, closed for a while when it cannot."""

from __future__ import annotations

import contextlib
import logging
import time
from pathlib import Path
from typing import Final

from django.conf import settings

from catalog.search.tantivy_index.engine import TantivyEngine
from catalog.search.tantivy_index.folder import IndexFolder
from catalog.search.tantivy_index.reader import IndexReader, is_sound
from marketplace.core import clock

_log = logging.getLogger(__name__)
_CLOSED_SECONDS: Final = 5.0
_LAG_ASKED_SECONDS: Final = 1.0


class LocalIndex:
    """One per process. `settings.SEARCH_DIR` names the folder; none means PostgreSQL alone."""

    FAILURES = (ValueError, OSError)

    def __init__(self) -> None:
        self._reader: IndexReader | None = None
        self._folder: IndexFolder | None = None
        self._closed_until = 0.0
        self._lag_asked_at = 0.0

    def engine(self) -> TantivyEngine | None:
        """The engine over the newest commit; None while there is none, or it is broken or lags too far."""
        now = time.monotonic()
        root: Path | None = settings.SEARCH_DIR
        if root is None or now < self._closed_until:
            return None
        if self._reader is None or self._folder is None or self._folder.root != root:
            self._folder = IndexFolder(root)
            self._reader = IndexReader(self._folder)
        try:
            snapshot = self._reader.snapshot()
        except self.FAILURES as failure:
            self.give_up(failure)
            return None
        if snapshot is None:
            return None
        engine = TantivyEngine(snapshot)
        if not engine.is_of(clock.now().date()):
            return None  # the follower writes what changed at midnight anew; the fallback knows the day
        if now - self._lag_asked_at > _LAG_ASKED_SECONDS:
            if engine.lags():
                _log.warning("the search index lags behind; PostgreSQL answers meanwhile")
                self._closed_until = now + _CLOSED_SECONDS
                return None
            self._lag_asked_at = now
        return engine

    def doubt(self, failure: BaseException) -> None:
        """One question failed: was it the question, or is the index broken? Then give it up."""
        snapshot = None
        if self._reader is not None:
            self._reader.forget()  # what was open may have been left in the middle of something
            with contextlib.suppress(*self.FAILURES):
                snapshot = self._reader.snapshot()
        if snapshot is not None and is_sound(snapshot):
            _log.error("the search index could not answer a question; PostgreSQL did", exc_info=failure)
        else:
            self.give_up(failure)

    def give_up(self, failure: BaseException) -> None:
        """Leave a broken index alone for a while, and let the follower build a new one when it is beyond reading."""
        _log.error("the search index cannot be read; PostgreSQL answers meanwhile", exc_info=failure)
        self._closed_until = time.monotonic() + _CLOSED_SECONDS
        if self._reader is not None and self._folder is not None:
            self._reader.forget()
            if isinstance(failure, ValueError) and (broken := self._folder.current()) is not None:
                self._folder.drop(broken)


local_index: Final = LocalIndex()
