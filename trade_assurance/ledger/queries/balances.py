"""Reads of the books: balances, statements, trial balance. Must not write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from marketplace.core.money import Money
from trade_assurance.ledger.states import ACCOUNT_RULES


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry of an account with the balance after it."""

    at: datetime
    transaction_id: int
    transaction_kind: str
    subject: str
    account_kind: str
    amount: Money
    balance_after: Money


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One entry of the transactions of a subject."""

    transaction_id: int
    transaction_kind: str
    at: datetime
    account_kind: str
    owner: str
    amount: Money


@dataclass(frozen=True, slots=True)
class TrialLine:
    """The sum of all accounts of a kind in a currency."""

    account_kind: str
    currency: str
    total: Money


def balance(kind: str, owner: str, currency: str) -> Money:
    """The account's balance, credit positive; zero when nothing was ever booked on it."""
    return next(
        (money for money in balances(kind, owner) if money.currency == currency), Money.zero(currency)
    )


def balances(kind: str, owner: str) -> list[Money]:
    """The owner's balances of that kind, one per currency, sorted by currency."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT ta_ledger_balance(id), currency_id FROM ta_ledger_account
               WHERE kind = %s AND owner = %s ORDER BY currency_id""",
            [kind, owner],
        )
        return [Money(int(amount), currency) for amount, currency in cursor.fetchall()]


def balances_of(kind: str, owners: Sequence[str]) -> dict[tuple[str, str], Money]:
    """Many owners' balances of one kind in one statement, by (owner, currency); absent means never booked."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT owner, currency_id, ta_ledger_balance(id) FROM ta_ledger_account
               WHERE kind = %s AND owner = ANY(%s)""",
            [kind, list(owners)],
        )
        return {
            (owner, currency): Money(int(amount), currency) for owner, currency, amount in cursor.fetchall()
        }


def statement(
    owner: str,
    currency: str,
    *,
    kinds: Sequence[str] = tuple(ACCOUNT_RULES),
    before: int | None = None,
    limit: int = 100,
) -> list[StatementLine]:
    """The owner's entries in one currency, newest first, each with its account's balance after it.

    `before` is the transaction id to go on from (exclusive), for the next page.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT * FROM (
                   SELECT t.happened_at, t.id, t.kind, t.subject, a.kind, e.amount_minor,
                          sum(e.amount_minor) OVER (PARTITION BY e.account_id ORDER BY e.id)::bigint, e.id AS entry_id
                   FROM ta_ledger_account a
                   JOIN ta_ledger_entry e ON e.account_id = a.id
                   JOIN ta_ledger_transaction t ON t.id = e.transaction_id
                   WHERE a.owner = %(owner)s AND a.currency_id = %(currency)s AND a.kind = ANY(%(kinds)s)
               ) lines
               WHERE %(before)s::bigint IS NULL OR lines.id < %(before)s
               ORDER BY entry_id DESC LIMIT %(limit)s""",
            {
                "owner": owner,
                "currency": currency,
                "kinds": [str(kind) for kind in kinds],
                "before": before,
                "limit": limit,
            },
        )
        return [
            StatementLine(at, pk, kind, subject, account, Money(amount, currency), Money(after, currency))
            for at, pk, kind, subject, account, amount, after, _ in cursor.fetchall()
        ]


def entries_of(subject: str) -> list[EntryLine]:
    """Every entry of every transaction about the subject, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT t.id, t.kind, t.happened_at, a.kind, a.owner, e.amount_minor, e.currency
               FROM ta_ledger_transaction t
               JOIN ta_ledger_entry e ON e.transaction_id = t.id
               JOIN ta_ledger_account a ON a.id = e.account_id
               WHERE t.subject = %s ORDER BY t.id, e.id""",
            [subject],
        )
        return [
            EntryLine(pk, kind, at, account, owner, Money(amount, currency))
            for pk, kind, at, account, owner, amount, currency in cursor.fetchall()
        ]


def trial_balance() -> list[TrialLine]:
    """Per currency and kind of account the sum of its accounts; the lines of a currency add up to zero."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT kind, currency_id, sum(ta_ledger_balance(id))::bigint FROM ta_ledger_account
               GROUP BY kind, currency_id ORDER BY currency_id, kind"""
        )
        return [
            TrialLine(kind, currency, Money(total, currency)) for kind, currency, total in cursor.fetchall()
        ]
