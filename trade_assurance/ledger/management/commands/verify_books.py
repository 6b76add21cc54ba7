"""`manage.py verify_books`: prove the journal from its first entry, or name the first break."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from trade_assurance.ledger import queries


class Command(BaseCommand):
    help = (
        "Recomputes every sealed day from the journal's rows. Exit code 1 names the first day and transaction that "
        "differ. --published compares with roots kept elsewhere (the file of the public page)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """`--published roots.json`."""
        parser.add_argument("--published", metavar="FILE", help="roots.json as it was downloaded earlier")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was proved; exit with 1 at a break."""
        result = queries.verify(_published(options["published"]) if options["published"] else None)
        self.stdout.write(
            f"{result.days} days, {result.transactions} transactions, {result.entries} entries proved; "
            f"{result.unsealed} transactions not sealed yet. Last root: {result.last_root}"
        )
        if result.first_break is not None:
            self.stderr.write(self.style.ERROR(f"FIRST BREAK: {result.first_break}"))
            sys.exit(1)
        self.stdout.write(self.style.SUCCESS("Nothing was changed, removed or written in."))


def _published(name: str) -> dict[date, str]:
    try:
        days = json.loads(Path(name).read_text(encoding="utf-8"))["days"]
        return {date.fromisoformat(line["day"]): line["root"] for line in days}
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"{name} is no file of roots: {error}"
        raise CommandError(message) from error
