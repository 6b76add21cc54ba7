"""`manage.py check_books`: prove that every account and every order adds up, or say where not."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from marketplace.core import books


class Command(BaseCommand):
    help = "Checks every account and every order; exit code 1 and a readable report when a cent is off."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line per discrepancy; exit with 1 when there is one."""
        found = books.find_discrepancies()
        for line in found:
            self.stdout.write(f"{line.part}: {line.subject}: {line.text}")
        parts = ", ".join(books.books_parts())
        if found:
            self.stderr.write(self.style.ERROR(f"{len(found)} discrepancies. Parts checked: {parts}."))
            sys.exit(1)
        self.stdout.write(self.style.SUCCESS(f"The books are clean. Parts checked: {parts}."))
