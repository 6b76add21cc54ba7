"""`manage.py replay_northwind DIR`: the Northwind traders' orders as trades of this marketplace.

Only for a database of its own: it refuses one that holds other companies. May be stopped at any moment
and run again; it continues.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.test.utils import override_settings

from marketplace.accounts.models import User
from marketplace.core.books import find_discrepancies
from marketplace.demo.northwind.clock import ReplayFailed
from marketplace.demo.northwind.data import DataError, Northwind, load
from marketplace.demo.northwind.replay import Progress, replay
from marketplace.demo.northwind.report import add_up, table

PEOPLE = "@northwind.example"
LINE_EVERY_SECONDS = 10.0


class Command(BaseCommand):
    help = "Replays the Northwind orders through the ordinary operations, with the data's own dates as the clock."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="the folder that holds the Northwind files")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay, then the table, the books, the rate and the memory."""
        try:
            data = load(options["folder"])
        except DataError as error:
            raise CommandError(str(error)) from error
        if User.objects.exclude(email__endswith=PEOPLE).exists():
            msg = "This database holds other people. Replay into one of its own: make replay-northwind DATA=DIR."
            raise CommandError(msg)
        began = time.monotonic()
        with connection.cursor() as cursor:
            # A power cut may take the last moment of the replay; the next run continues from what is there.
            cursor.execute("SET synchronous_commit TO off")
        try:
            with override_settings(NOTIFY_BY_MAIL=False, RING_BELLS=False):
                done = replay(data, say=self._say, progress=_Meter(data, began, self.stdout))
        except ReplayFailed as error:
            msg = f"stopped: {error}. What was done stays; run it again once the cause is mended."
            raise CommandError(msg) from error
        self._close(data, done, time.monotonic() - began)

    def _say(self, text: str) -> None:
        self.stdout.write(text)

    def _close(self, data: Northwind, done: Progress, seconds: float) -> None:
        self.stdout.write(f"\nThe last deadline passed on {done.at:%d %B %Y}.\n{table(add_up())}\n")
        found = find_discrepancies()
        for line in found:
            self.stdout.write(f"{line.part}: {line.subject}: {line.text}")
        if found:
            msg = f"the books are off in {len(found)} places"
            raise CommandError(msg)
        self.stdout.write(self.style.SUCCESS("The books are clean."))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        if done.steps:
            rate = f"{done.steps} steps in {seconds:.0f} s ({done.orders / seconds:.1f} orders/s)"
        else:
            rate = f"everything had been replayed before ({seconds:.0f} s to see it)"
        self.stdout.write(f"{rate}; peak memory {peak:.0f} MiB")


class _Meter:
    """One line that rewrites itself on a terminal, a plain line every ten seconds elsewhere."""

    def __init__(self, data: Northwind, began: float, out: Any) -> None:
        self.total = len(data.orders)
        self.began = began
        self.out = out
        self.live = sys.stdout.isatty()
        self.shown = 0.0

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self.shown < (0.2 if self.live else LINE_EVERY_SECONDS):
            return
        self.shown = now
        rate = progress.orders / max(now - self.began, 0.001)
        line = f"{progress.at:%Y-%m-%d}  {progress.orders:>5} of {self.total} orders  {rate:5.1f} orders/s"
        self.out.write(f"\r{line}" if self.live else line, ending="" if self.live else "\n")
        self.out.flush()
