"""The nightly look at all books: what does not add up is told to the finance desk. Changes nothing."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.books import find_discrepancies
from marketplace.core.outbox import emit
from trade_assurance.ledger import queries as ledger

BOOKS_DO_NOT_ADD_UP = "books_do_not_add_up"


def look_at_books(*, at: datetime) -> list[str]:
    """Every discrepancy and the first break of the sealed journal, in sentences; told once when there are any."""
    found = [f"{line.part}: {line.subject}: {line.text}" for line in find_discrepancies()]
    first_break = ledger.verify().first_break
    if first_break is not None:
        found.append(f"journal: {first_break}")
    if found:
        with transaction.atomic():
            emit(
                kind=BOOKS_DO_NOT_ADD_UP,
                subject=at.date().isoformat(),
                payload={"number": len(found), "first": found[0][:500]},
                actor=Actor.system("nightly_books"),
                at=at,
            )
    return found
