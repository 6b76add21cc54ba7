"""`manage.py rebuild_search`: build the search index anew beside the present one, which answers meanwhile."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from catalog.models import SearchEntry
from catalog.operations.indexing import refresh_search
from catalog.search.tantivy_index.folder import AlreadyHeld, IndexFolder
from catalog.search.tantivy_index.writer import build_index
from marketplace.core import clock

_SAY_EVERY_SECONDS = 2.0


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
                self._total = SearchEntry.objects.count()
                built = build_index(folder, self._progress)
        except AlreadyHeld as error:
            message = "Another process builds the index already."
            raise CommandError(message) from error
        seconds = time.monotonic() - self._started
        self.stdout.write(
            self.style.SUCCESS(f"{self._total:,} products in {seconds:.0f} s; {built.name} is current.")
        )

    def _progress(self, count: int) -> None:
        now = time.monotonic()
        if now - self._said >= _SAY_EVERY_SECONDS:
            self._said = now
            share = min(100, 100 * count // max(self._total, 1))
            self.stdout.write(
                f"{count:,} of {self._total:,} ({share} %), {count / (now - self._started):,.0f} a second"
            )
