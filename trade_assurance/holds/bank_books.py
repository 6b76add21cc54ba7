"""The bank's part of `check_books`: what waits in suspense is exactly what its lines of statements say."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from marketplace.core.books import Discrepancy
from marketplace.core.formatting import format_money
from marketplace.core.money import Money

PART = "bank lines"
# A line whose news is still on its way to the books is left out: it is booked within moments.
_SUSPENSE = """
    WITH booked AS (
        SELECT t.subject AS ref, e.currency, sum(e.amount_minor)::bigint AS amount
        FROM ta_ledger_account a
        JOIN ta_ledger_entry e ON e.account_id = a.id
        JOIN ta_ledger_transaction t ON t.id = e.transaction_id
        WHERE a.kind = 'suspense' AND t.kind LIKE 'bank_line_%%' GROUP BY t.subject, e.currency
    ), said AS (
        SELECT ref, currency,
               CASE WHEN state IN ('unmatched', 'noted', 'returning') THEN amount_minor ELSE 0 END AS amount
        FROM ta_payments_bankstatementline
    )
    SELECT coalesce(said.ref, booked.ref), coalesce(said.currency, booked.currency),
           coalesce(said.amount, 0), coalesce(booked.amount, 0)
    FROM said FULL JOIN booked ON booked.ref = said.ref AND booked.currency = said.currency
    WHERE coalesce(said.amount, 0) <> coalesce(booked.amount, 0)
      AND NOT EXISTS (
          SELECT 1 FROM core_outboxevent v JOIN core_outboxdelivery d ON d.event_id = v.id
          WHERE v.kind = 'bank_suspense_moved' AND v.subject = coalesce(said.ref, booked.ref)
            AND d.delivered_at IS NULL)
"""


def discrepancies() -> Iterable[Discrepancy]:
    """Lines whose money in suspense is not what the ledger has there for them."""
    with connection.cursor() as cursor:
        cursor.execute(_SUSPENSE, [])
        rows = cursor.fetchall()
    for ref, currency, said, booked in rows:
        text = (
            f"{format_money(Money(said, currency))} of it is unexplained, the ledger has "
            f"{format_money(Money(booked, currency))} in suspense"
        )
        yield Discrepancy(PART, f"bank line {ref}", text)
