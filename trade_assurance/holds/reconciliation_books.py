"""The reconciliation's part of `check_books`: open differences with providers, and our copies against the ledger."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from marketplace.core.books import Discrepancy
from marketplace.core.formatting import format_money
from marketplace.core.money import Money
from trade_assurance.holds.models import Incident
from trade_assurance.holds.states import INCIDENT_WAITING

PART = "reconciliation"
_COPIES = """
    SELECT b.posting_key, b.currency, b.amount_minor, coalesce(-e.amount_minor, 0)
    FROM ta_holds_bookedmovement b LEFT JOIN ta_ledger_entry e ON e.id = b.entry_id
    WHERE e.id IS NULL OR e.amount_minor <> -b.amount_minor OR e.currency <> b.currency
"""


def discrepancies() -> Iterable[Discrepancy]:
    """Differences nobody has settled yet, and entries that are not what they were when they were compared."""
    waiting = Incident.objects.filter(state__in=INCIDENT_WAITING).order_by("pk")
    for incident in waiting:
        text = (
            f"{incident.name}: our books say {_money(incident.booked_minor, incident.currency)}, "
            f"{incident.provider} says {_money(incident.found_minor, incident.currency)}"
        )
        yield Discrepancy(PART, f"incident {incident.ref}", text)
    with connection.cursor() as cursor:
        cursor.execute(_COPIES)
        for key, currency, copied, entry in cursor.fetchall():
            text = f"was compared as {_money(copied, currency)}, the ledger says {_money(entry, currency)}"
            yield Discrepancy(PART, f"posting {key}", text)


def _money(minor: int, currency: str) -> str:
    return format_money(Money(minor, currency))
