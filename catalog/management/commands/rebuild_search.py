"""`manage.py rebuild_search`: texts made with older words anew, then the search index beside the present one, which answers meanwhile.

Killed at any moment it is begun again: every row says with which words its texts were made.
"""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from catalog.data.recipe import recipe
from catalog.models import SearchEntry
from catalog.operations.indexing import refresh_search, write_texts_anew
from catalog.search.tantivy_index.folder import AlreadyHeld, IndexFolder
from catalog.search.tantivy_index.writer import build_index
from marketplace.core import clock

_SAY_EVERY_SECONDS = 2.0
_TEXTS_AT_ONCE = 200  # locked together, so that somebody who edits one of them waits for a moment only


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
                self._write_texts_anew()
                self._total = SearchEntry.objects.count()
                built = build_index(folder, self._progress)
        except AlreadyHeld as error:
            message = "Another process builds the index already."
            raise CommandError(message) from error
        seconds = time.monotonic() - self._started
        self.stdout.write(
            self.style.SUCCESS(f"{self._total:,} products in {seconds:.0f} s; {built.name} is current.")
        )

    def _write_texts_anew(self) -> None:
        self._total = SearchEntry.objects.exclude(recipe=recipe()).count()
        begun, last, count = time.monotonic(), 0, 0
        while last := write_texts_anew(after=last, limit=_TEXTS_AT_ONCE):
            count = min(count + _TEXTS_AT_ONCE, self._total)
            self._progress(count, "texts written anew")
        if self._total:
            self.stdout.write(
                f"{self._total:,} listings have the words of this release ({time.monotonic() - begun:.0f} s)."
            )
        self._started = self._said = time.monotonic()

    def _progress(self, count: int, what: str = "indexed") -> None:
        now = time.monotonic()
        if now - self._said >= _SAY_EVERY_SECONDS:
            self._said = now
            share = min(100, 100 * count // max(self._total, 1))
            self.stdout.write(
                f"{what}: {count:,} of {self._total:,} ({share} %), {count / (now - self._started):,.0f} a second"
            )
