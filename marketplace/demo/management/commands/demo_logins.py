"""`manage.py demo_logins`: who a visitor may sign in as. Exit code 1 where the demo story is not."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from marketplace.demo.logins import as_table, demo_logins


class Command(BaseCommand):
    help = "Prints the log-ins of the demo story."

    def handle(self, *args: Any, **options: Any) -> None:
        """One line for each."""
        logins = demo_logins()
        if not logins:
            self.stderr.write("The demo story is not here.")
            sys.exit(1)
        for line in as_table(logins):
            self.stdout.write(line)
