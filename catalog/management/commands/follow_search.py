"""`manage.py follow_search`: keep this machine's search index up to date. One per machine; `make up` starts it."""

from __future__ import annotations

import signal
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog.operations.searching.indexing import refresh_search
from catalog.operations.searching.texts_anew import TextsAtEase
from catalog.search.tantivy_index.folder import AlreadyHeld, IndexFolder
from catalog.search.tantivy_index.following import Following
from marketplace.core import clock


class Command(BaseCommand):
    help = "Follows the feed of changes and keeps the search index of this machine; ends only when stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--once` for scripts."""
        parser.add_argument("--once", action="store_true", help="bring the index up to date and end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Follow for ever, or once."""
        if settings.SEARCH_DIR is None:
            message = "SEARCH_DIR is not set: PostgreSQL alone answers, there is no index to keep."
            raise CommandError(message)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        folder = IndexFolder(settings.SEARCH_DIR)
        texts = TextsAtEase()
        following = Following(
            folder, lambda: refresh_search(at=clock.now()), lambda: texts.step(time.monotonic())
        )
        try:
            if options["once"]:
                with folder.held("writer"):
                    while following.step():
                        pass
                    following.close()
            else:
                following.run()
        except AlreadyHeld as error:
            message = "Another process follows the feed on this machine already."
            raise CommandError(message) from error
