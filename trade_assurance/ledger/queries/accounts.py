"""Entries of many accounts over time: what statements are made of. Whose accounts they are, the caller says.

A period is `start` (included) to `end` (not), by the moment a movement happened; inside one moment entries follow
their number. Sums and lines use the same order, so opening + lines = closing at any boundary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db import connection

_MINE = """
    WITH mine AS (
        SELECT a.id, a.kind, a.owner FROM unnest(%(kinds)s::text[], %(owners)s::text[]) AS asked(kind, owner)
        JOIN ta_ledger_account a ON a.kind = asked.kind AND a.owner = asked.owner
        WHERE a.currency_id = %(currency)s)
"""
_SUMS = """
    SELECT mine.kind, t.kind,
           coalesce(sum(e.amount_minor) FILTER (WHERE t.happened_at < %(start)s), 0)::bigint,
           coalesce(sum(e.amount_minor) FILTER (WHERE t.happened_at >= %(start)s), 0)::bigint,
           count(*) FILTER (WHERE t.happened_at >= %(start)s),
           coalesce(sum(e.amount_minor) FILTER (WHERE (t.happened_at, e.id) <= (%(after_at)s, %(after_id)s)), 0)::bigint
    FROM mine
    JOIN ta_ledger_entry e ON e.account_id = mine.id
    JOIN ta_ledger_transaction t ON t.id = e.transaction_id
    WHERE t.happened_at < %(end)s
    GROUP BY mine.kind, t.kind ORDER BY mine.kind, t.kind
"""
_LINES = """
    SELECT t.happened_at, e.id, t.id, t.kind, t.subject, t.booked_at, mine.kind, mine.owner, e.amount_minor,
           s.day_id, d.gross, d.commission
    FROM mine
    JOIN ta_ledger_entry e ON e.account_id = mine.id
    JOIN ta_ledger_transaction t ON t.id = e.transaction_id
    LEFT JOIN ta_ledger_seal s ON s.transaction_id = t.id
    LEFT JOIN LATERAL (
        SELECT -sum(x.amount_minor) FILTER (WHERE xa.kind = 'escrow')::bigint AS gross,
               sum(x.amount_minor) FILTER (WHERE xa.kind = 'commission')::bigint AS commission
        FROM ta_ledger_entry x JOIN ta_ledger_account xa ON xa.id = x.account_id
        WHERE x.transaction_id = t.id) d ON mine.kind = 'supplier_payable' AND t.kind = 'released'
    WHERE t.happened_at >= %(start)s AND t.happened_at < %(end)s
      AND (t.happened_at, e.id) > (%(after_at)s, %(after_id)s)
    ORDER BY t.happened_at, e.id LIMIT %(limit)s
"""
# Entries of one trade: on its own accounts, and on its parties' accounts where its movements touch them.
_TRADE = """
    SELECT * FROM (
        SELECT t.happened_at, e.id, t.id AS transaction_id, t.kind, t.subject, t.booked_at, a.kind AS account_kind,
               a.owner, e.amount_minor, e.currency
        FROM unnest(%(own_kinds)s::text[], %(own_owners)s::text[]) AS asked(kind, owner)
        JOIN ta_ledger_account a ON a.kind = asked.kind AND a.owner = asked.owner
        JOIN ta_ledger_entry e ON e.account_id = a.id
        JOIN ta_ledger_transaction t ON t.id = e.transaction_id
        UNION
        SELECT t.happened_at, e.id, t.id, t.kind, t.subject, t.booked_at, a.kind, a.owner, e.amount_minor, e.currency
        FROM ta_ledger_transaction t
        JOIN ta_ledger_entry e ON e.transaction_id = t.id
        JOIN ta_ledger_account a ON a.id = e.account_id
        JOIN unnest(%(kinds)s::text[], %(owners)s::text[]) AS asked(kind, owner)
          ON a.kind = asked.kind AND a.owner = asked.owner
        WHERE t.subject = ANY(%(subjects)s)
    ) lines ORDER BY happened_at, id
"""
BEGINNING: Final = datetime(1, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Pot:
    """One account that belongs to a statement: kind and owner."""

    kind: str
    owner: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the order of lines: after this entry."""

    at: datetime = BEGINNING
    entry_id: int = 0


@dataclass(frozen=True, slots=True)
class KindSum:
    """What one kind of movement did to one kind of account, in minor units; `up_to_place` from the very beginning."""

    account_kind: str
    transaction_kind: str
    opening: int
    moved: int
    lines: int
    up_to_place: int


@dataclass(frozen=True, slots=True)
class PotEntry:
    """One entry, with its transaction. `gross` and `commission` only on releases to a supplier."""

    happened_at: datetime
    entry_id: int
    transaction_id: int
    transaction_kind: str
    subject: str
    booked_at: datetime
    account_kind: str
    owner: str
    amount_minor: int
    sealed_on: Any
    gross: int | None
    commission: int | None

    @property
    def place(self) -> Place:
        """To go on after it."""
        return Place(self.happened_at, self.entry_id)


@dataclass(frozen=True, slots=True)
class TradeEntry:
    """One entry of a trade's ledger."""

    happened_at: datetime
    entry_id: int
    transaction_id: int
    transaction_kind: str
    subject: str
    booked_at: datetime
    account_kind: str
    owner: str
    amount_minor: int
    currency: str


def currencies_of(pots: Sequence[Pot]) -> list[str]:
    """The currencies in which any of the accounts was ever booked on; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT a.currency_id FROM unnest(%s::text[], %s::text[]) AS asked(kind, owner)
               JOIN ta_ledger_account a ON a.kind = asked.kind AND a.owner = asked.owner ORDER BY 1""",
            [[pot.kind for pot in pots], [pot.owner for pot in pots]],
        )
        return [currency for (currency,) in cursor.fetchall()]


def sums_of(
    pots: Sequence[Pot], currency: str, start: datetime, end: datetime, after: Place | None = None
) -> list[KindSum]:
    """Opening and movements by kind of account and of movement; one statement, so they are of one moment."""
    asked = _asked(pots, currency, start, end, after or Place())
    return [KindSum(*row) for row in _rows(_MINE + _SUMS, asked)]


def lines_of(
    pots: Sequence[Pot],
    currency: str,
    start: datetime,
    end: datetime,
    *,
    after: Place | None = None,
    limit: int,
) -> list[PotEntry]:
    """Up to `limit` entries of the period behind `after`, oldest first; one statement."""
    asked = _asked(pots, currency, start, end, after or Place()) | {"limit": limit}
    return [PotEntry(*row) for row in _rows(_MINE + _LINES, asked)]


def entries_of_trade(own: Sequence[Pot], subjects: Sequence[str], parties: Sequence[Pot]) -> list[TradeEntry]:
    """Every entry on `own` accounts, and on `parties` accounts by movements about `subjects`; oldest first."""
    asked = {
        "own_kinds": [pot.kind for pot in own],
        "own_owners": [pot.owner for pot in own],
        "kinds": [pot.kind for pot in parties],
        "owners": [pot.owner for pot in parties],
        "subjects": list(subjects),
    }
    return [TradeEntry(*row) for row in _rows(_TRADE, asked)]


def _asked(
    pots: Sequence[Pot], currency: str, start: datetime, end: datetime, after: Place
) -> dict[str, Any]:
    return {
        "kinds": [str(pot.kind) for pot in pots],
        "owners": [pot.owner for pot in pots],
        "currency": currency,
        "start": start,
        "end": end,
        "after_at": after.at,
        "after_id": after.entry_id,
    }


def _rows(sql: str, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())
