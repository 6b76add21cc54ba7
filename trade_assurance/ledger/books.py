"""The ledger's part of `check_books`: what PostgreSQL guards, looked at again from outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import connection

from marketplace.core.books import Discrepancy
from marketplace.core.formatting import format_money
from marketplace.core.money import Money

_PART = "ledger"
_CURRENCIES = """
    SELECT currency, sum(amount_minor)::bigint FROM ta_ledger_entry GROUP BY currency HAVING sum(amount_minor) <> 0
"""
_TRANSACTIONS = """
    SELECT t.id, t.key, coalesce(e.currency, ''), coalesce(sum(e.amount_minor), 0)::bigint, count(e.id),
           coalesce(string_agg(concat_ws(' ', e.id, a.kind, a.owner, e.amount_minor), '; ' ORDER BY e.id), 'none')
    FROM ta_ledger_transaction t
    LEFT JOIN ta_ledger_entry e ON e.transaction_id = t.id
    LEFT JOIN ta_ledger_account a ON a.id = e.account_id
    GROUP BY t.id, t.key, e.currency HAVING coalesce(sum(e.amount_minor), 0) <> 0 OR count(e.id) < 2
"""
_ORPHANS = """
    SELECT e.id, e.transaction_id, e.account_id, e.currency, e.amount_minor, t.id IS NULL
    FROM ta_ledger_entry e
    LEFT JOIN ta_ledger_transaction t ON t.id = e.transaction_id
    LEFT JOIN ta_ledger_account a ON a.id = e.account_id AND a.currency_id = e.currency
    WHERE t.id IS NULL OR a.id IS NULL ORDER BY e.id
"""
_ACCOUNTS = """
    SELECT a.kind, a.owner, a.currency_id, ta_ledger_balance(a.id), coalesce(e.total, 0)::bigint
    FROM ta_ledger_account a
    LEFT JOIN (SELECT account_id, sum(amount_minor) AS total FROM ta_ledger_entry GROUP BY account_id) e
           ON e.account_id = a.id
    WHERE ta_ledger_balance(a.id) <> coalesce(e.total, 0)
       OR (a.min_balance IS NOT NULL AND coalesce(e.total, 0) < a.min_balance)
"""


def discrepancies() -> Iterable[Discrepancy]:
    """Currencies and transactions that do not sum to zero; balances that are not the sum of their entries."""
    with connection.cursor() as cursor:
        cursor.execute(_CURRENCIES)
        for currency, total in cursor.fetchall():
            text = f"all entries in {currency} sum to {_amount(total, currency)}, not to zero"
            yield Discrepancy(_PART, currency, text)
        cursor.execute(_TRANSACTIONS)
        yield from _transactions(cursor.fetchall())
        cursor.execute(_ORPHANS)
        for pk, transaction_id, account_id, currency, amount, no_transaction in cursor.fetchall():
            missing = (
                f"transaction {transaction_id}" if no_transaction else f"account {account_id} in {currency}"
            )
            text = f"{_amount(amount, currency)} belongs to {missing}, which is not there"
            yield Discrepancy(_PART, f"entry {pk}", text)
        cursor.execute(_ACCOUNTS)
        for kind, owner, currency, balance, total in cursor.fetchall():
            text = f"balance {_amount(balance, currency)}, but its entries sum to {_amount(total, currency)}"
            yield Discrepancy(_PART, f"account {kind} {owner}", text)


def _transactions(rows: list[tuple[int, str, str, int, int, str]]) -> Iterator[Discrepancy]:
    for pk, key, currency, total, count, entries in rows:
        if count < 2:
            text = f"has {count} entries in {currency or 'any currency'}; a transaction has two or more"
        else:
            text = f"sums to {_amount(total, currency)}, not to zero (entries: {entries})"
        yield Discrepancy(_PART, f"transaction {pk} ({key})", text)


def _amount(minor: int, currency: str) -> str:
    return format_money(Money(minor, currency))
