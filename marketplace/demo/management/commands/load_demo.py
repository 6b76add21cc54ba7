"""`manage.py load_demo`: tells the demo story in an empty database; `--reset` drops everything and tells it anew.

Refuses outside a local installation: the story brings people with a password that everybody knows.
"""

from __future__ import annotations

import os
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.books import find_discrepancies
from marketplace.demo.logins import is_allowed_here
from marketplace.demo.northwind.clock import ReplayFailed
from marketplace.demo.reset import drop_everything
from marketplace.demo.story import Mark, mark, tell_story
from marketplace.demo.tasks import ask_for_more_pictures


def spare_processes() -> int:
    """How many may draw while this one tells: the other processors, three at most."""
    return max(1, min((os.cpu_count() or 1) - 1, 3))


class Command(BaseCommand):
    help = "Tells the demo story in an empty database: people, products, orders in every state."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reset", action="store_true", help="drop everything and tell it anew")
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing where other people are already"
        )
        parser.add_argument("--without-pictures", action="store_true", help="quicker, for tests")

    def handle(self, *args: Any, **options: Any) -> None:
        """Tell the story, unless it is there."""
        if not is_allowed_here():
            raise CommandError(
                "The demo story is for local installations only: its people have a known password."
            )
        if not self._is_to_be_told(reset=options["reset"], if_empty=options["if_empty"]):
            return
        began = time.monotonic()
        self.stdout.write("telling the demo story")
        try:
            told = tell_story(
                now=clock.now(),
                processes=0 if options["without_pictures"] else spare_processes(),
                say=self._say,
            )
        except ReplayFailed as error:
            raise CommandError(f"The demo story broke: {error}") from error
        told_of = {f"incident {ref}" for ref in told.incidents}
        if found := [row for row in find_discrepancies() if row.subject not in told_of]:
            raise CommandError(f"The books of the demo story are off in {len(found)} places: {found[0]}")
        ask_for_more_pictures()
        seconds = time.monotonic() - began
        self.stdout.write(
            f"the demo story is told: {told.products} products, {told.orders} orders, {seconds:.0f} s"
        )

    def _is_to_be_told(self, *, reset: bool, if_empty: bool) -> bool:
        state = mark()
        if state is Mark.NONE and User.objects.exists():
            if if_empty:
                self.stdout.write("the database is in use; the demo story is not told here")
                return False
            raise CommandError(
                "This database holds people but not the demo story. It is neither filled nor emptied;"
                " choose another folder: PORTOLAN_VAR=<folder> make up"
            )
        if state is Mark.COMPLETE and not reset:
            self.stdout.write("the demo story is there")
            ask_for_more_pictures()
            return False
        if state is not Mark.NONE:
            self.stdout.write("dropping the old story" if reset else "dropping a story that was not finished")
            drop_everything()
        return True

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
