"""Postings of a trade's story, made through the one operation that books."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories import AT
from trade_assurance.ledger.operations import EntrySpec, Posting, credit, debit, post
from trade_assurance.ledger.states import AccountKind


def book(*entries: EntrySpec, kind: str = "story", subject: str = "hold_a", key: str = "") -> Posting:
    """One transaction of these entries."""
    return post(kind=kind, subject=subject, key=key or new_key(), entries=list(entries), happened_at=AT)


def fund(hold: str, money: Money, *, key: str = "") -> Posting:
    """The buyer's money comes in and is held."""
    return book(
        debit(AccountKind.PROVIDER_CLEARING, "bank_transfer", money),
        credit(AccountKind.ESCROW, hold, money),
        kind="funded",
        subject=hold,
        key=key,
    )


def release(hold: str, supplier: str, money: Money, commission: Money, *, key: str = "") -> Posting:
    """Held money becomes the supplier's, less the commission."""
    return book(
        debit(AccountKind.ESCROW, hold, money),
        credit(AccountKind.SUPPLIER_PAYABLE, supplier, money - commission),
        credit(AccountKind.COMMISSION, "platform", commission),
        kind="released",
        subject=hold,
        key=key,
    )


def tamper(sql: str, *params: Any) -> None:
    """Change rows as somebody with every right in the database could: with triggers and foreign keys off."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, params)
        cursor.execute("SET LOCAL session_replication_role = origin")


@contextmanager
def planted(sql: str, *params: Any) -> Iterator[None]:
    """The same, undone at the end."""
    with transaction.atomic():
        tamper(sql, *params)
        try:
            yield
        finally:
            transaction.set_rollback(True)
