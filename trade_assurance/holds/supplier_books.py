"""The part of `check_books` about suppliers: what is kept back, what they owe, chargebacks, and payouts by parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from django.db import connection

from marketplace.core.books import Discrepancy
from marketplace.core.formatting import format_money
from marketplace.core.money import Money

PART: Final = "supplier money"

# What is kept back from a supplier, and what a supplier owes: the rows that say why against the ledger's sums.
_KEPT_AND_OWED = """
    SELECT coalesce(a.owner, r.owner), coalesce(a.currency_id, r.currency), coalesce(a.kind, r.kind),
           coalesce(r.total, 0)::bigint, coalesce(a.balance, 0)
    FROM (SELECT * FROM ta_ledger_account WHERE kind IN ('supplier_reserve', 'supplier_debt')) a
    FULL JOIN (
        SELECT 'supplier_reserve' AS kind, c.ref AS owner, k.currency,
               sum(k.amount_minor - k.taken_minor - k.returned_minor) AS total
        FROM ta_holds_keptback k JOIN accounts_company c ON c.id = k.company_id GROUP BY c.ref, k.currency
        UNION ALL
        SELECT 'supplier_debt', c.ref, d.currency, -sum(d.amount_minor - d.paid_minor - d.written_off_minor)
        FROM ta_holds_supplierdebt d JOIN accounts_company c ON c.id = d.company_id GROUP BY c.ref, d.currency
    ) r ON r.kind = a.kind AND r.owner = a.owner AND r.currency = a.currency_id
    WHERE coalesce(r.total, 0) <> coalesce(a.balance, 0)
"""
_PENDING = """
    SELECT coalesce(c.ref, a.owner), coalesce(c.currency, a.currency_id),
           CASE WHEN c.state = 'open' THEN c.amount_minor ELSE 0 END, coalesce(-a.balance, 0)
    FROM ta_holds_chargebackcase c
    FULL JOIN (SELECT * FROM ta_ledger_account WHERE kind = 'chargeback_pending') a ON a.owner = c.ref
    WHERE CASE WHEN c.state = 'open' THEN c.amount_minor ELSE 0 END <> coalesce(-a.balance, 0)
"""
_PARTS = """
    SELECT p.ref, p.currency, p.amount_minor, sum(part.amount_minor)::bigint
    FROM ta_holds_payout p JOIN ta_holds_payoutpart part ON part.payout_id = p.id
    GROUP BY p.id HAVING p.amount_minor <> sum(part.amount_minor)
"""


def discrepancies() -> Iterable[Discrepancy]:
    """Sums of suppliers' money that differ from the rows that say why, each in a sentence with both figures."""
    for ref, currency, kind, told, balance in rows_of(_KEPT_AND_OWED):
        text = f"{kind}: its rows come to {amount_of(told, currency)}, the ledger has {amount_of(balance, currency)}"
        yield Discrepancy(PART, f"company {ref}", text)
    for ref, currency, pending, balance in rows_of(_PENDING):
        text = f"{amount_of(pending, currency)} is not decided, the ledger has {amount_of(balance, currency)}"
        yield Discrepancy(PART, f"chargeback {ref}", text)
    for ref, currency, amount, parts in rows_of(_PARTS):
        text = f"{amount_of(amount, currency)}, but its parts come to {amount_of(parts, currency)}"
        yield Discrepancy(PART, f"payout {ref}", text)


def rows_of(sql: str) -> Sequence[tuple[object, ...]]:
    """What a statement finds."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def amount_of(minor: object, currency: object) -> str:
    """An amount for a sentence, also of a currency nobody knows."""
    if not currency or not isinstance(minor, int):
        return f"{minor} minor units"
    return format_money(Money(minor, str(currency)))
