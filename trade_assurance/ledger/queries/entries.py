"""The entries on all accounts of one kind and owner, read on from where a reader stopped. Must not write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """One entry with what its transaction says; `amount_minor` is credit positive."""

    entry_id: int
    transaction_kind: str
    subject: str
    key: str
    currency: str
    amount_minor: int
    happened_at: datetime


def entries_after(kind: str, owner: str, after: int, *, limit: int = 5000) -> list[AccountEntry]:
    """Up to `limit` entries of that kind and owner with a higher id, in order of their ids.

    Ids commit out of order: who reads on must look some way back, and know what it has seen.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT e.id, t.kind, t.subject, t.key, e.currency, e.amount_minor, t.happened_at
               FROM ta_ledger_account a
               JOIN ta_ledger_entry e ON e.account_id = a.id
               JOIN ta_ledger_transaction t ON t.id = e.transaction_id
               WHERE a.kind = %s AND a.owner = %s AND e.id > %s
               ORDER BY e.id LIMIT %s""",
            [kind, owner, after, limit],
        )
        return [AccountEntry(*row) for row in cursor.fetchall()]
