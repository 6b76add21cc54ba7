"""`manage.py rebuild_search`: texts made with older words anew, then the search index beside the present one, which answers meanwhile.

Killed at any moment it is begun again: every row says with which words its texts were made.
"""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from catalog.models import SearchEntry
from catalog.operations.searching.indexing import refresh_search
from catalog.operations.searching.texts_anew import old_texts, texts_anew
from catalog.search.tantivy_index.folder import AlreadyHeld, IndexFolder
from catalog.search.tantivy_index.writer import build_index
from marketplace.core import clock

_SAY_EVERY_SECONDS = 2.0
_TRIES = 3  # what somebody was changing at the very moment is looked at once more
_PAUSE_SECONDS = 1.0  # between them


class Command(BaseCommand):
    help = "Builds the search index anew without stopping the site; the follower goes on with the new one."

    def handle(self, *args: Any, **options: Any) -> None:
        """Build, saying how far it is; the last step is one rename."""
        if settings.SEARCH_DIR is None:
            message = "SEARCH_DIR is not set: PostgreSQL alone answers, there is no index to build."
            raise CommandError(message)
        folder = IndexFolder(settings.SEARCH_DIR)
        self._started = self._said = time.monotonic()
        try:
            with folder.held("building"):
                while refresh_search(at=clock.now()):
                    continue
                for _try in range(_TRIES):
                    if not self._write_texts_anew():
                        break
                    time.sleep(_PAUSE_SECONDS if old_texts() else 0)
                if left := old_texts():
                    self.stdout.write(
                        f"{left:,} listings were being changed meanwhile and keep their old texts: run this again."
                    )
                self._total = SearchEntry.objects.count()
                built = build_index(folder, self._progress)
        except AlreadyHeld as error:
            message = "Another process builds the index already."
            raise CommandError(message) from error
        seconds = time.monotonic() - self._started
        self.stdout.write(
            self.style.SUCCESS(f"{self._total:,} products in {seconds:.0f} s; {built.name} is current.")
        )

    def _write_texts_anew(self) -> int:
        self._total = old_texts()
        count = changed = 0
        for piece in texts_anew() if self._total else ():
            count, changed = count + piece.looked_at, changed + piece.changed
            self._progress(count, "texts made anew")
        if count:
            seconds = time.monotonic() - self._started
            self.stdout.write(
                f"{count:,} listings have the words of this release, {changed:,} of them others than before ({seconds:.0f} s)."
            )
        self._started = self._said = time.monotonic()
        return count

    def _progress(self, count: int, what: str = "indexed") -> None:
        now = time.monotonic()
        if now - self._said >= _SAY_EVERY_SECONDS:
            self._said = now
            share = min(100, 100 * count // max(self._total, 1))
            self.stdout.write(
                f"{what}: {count:,} of {self._total:,} ({share} %), {count / (now - self._started):,.0f} a second"
            )
