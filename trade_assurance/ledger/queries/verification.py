"""Proves the journal from its first entry on, or names the first break. Streams: memory does not grow with the books."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection, transaction

from trade_assurance.ledger import digests
from trade_assurance.ledger.digests import GrowingRoot, Header, Side

_DAYS = """
    SELECT day, previous_root, merkle_root, transactions, entries, totals, figures_salt, figures_hash, root
    FROM ta_ledger_dayroot ORDER BY day
"""
_DAY = """
    SELECT s.position, s.transaction_id, s.salt, s.parts,
           t.id, t.kind, t.subject, t.key, t.request_hash, t.reverses_id, t.happened_at, t.booked_at, t.posted_xid::text,
           e.id, coalesce(a.kind, ''), coalesce(a.owner, ''), e.currency, e.amount_minor
    FROM ta_ledger_seal s
    LEFT JOIN ta_ledger_transaction t ON t.id = s.transaction_id
    LEFT JOIN ta_ledger_entry e ON e.transaction_id = t.id
    LEFT JOIN ta_ledger_account a ON a.id = e.account_id
    WHERE s.day_id = %s ORDER BY s.position, e.id
"""
# Booked before a day was sealed and yet not in it: true only of a database transaction that was running at the
# sealing. Ten seconds of grace lie between a row's moment and its database transaction's number.
_WRITTEN_IN = """
    SELECT d.day, t.id, t.key, t.booked_at
    FROM ta_ledger_transaction t
    LEFT JOIN ta_ledger_seal s ON s.transaction_id = t.id
    JOIN ta_ledger_dayroot d ON d.day = greatest((t.booked_at AT TIME ZONE 'UTC')::date, %(first)s)
    WHERE s.day_id IS DISTINCT FROM d.day
      AND t.booked_at < d.sealed_at - interval '10 seconds'
      AND (s.day_id < d.day OR t.posted_xid < d.running_from OR t.posted_xid >= d.running_to)
    ORDER BY d.day, t.id LIMIT 1
"""
_UNSEALED = """
    SELECT count(*) FROM ta_ledger_transaction t
    WHERE NOT EXISTS (SELECT FROM ta_ledger_seal s WHERE s.transaction_id = t.id)
"""
# What is not sealed yet has the hash of its request: computed as `ta_ledger_post` does.
_UNSEALED_CHANGED = """
    SELECT t.id, t.key FROM ta_ledger_transaction t
    LEFT JOIN ta_ledger_entry e ON e.transaction_id = t.id
    LEFT JOIN ta_ledger_account a ON a.id = e.account_id
    WHERE NOT EXISTS (SELECT FROM ta_ledger_seal s WHERE s.transaction_id = t.id)
    GROUP BY t.id
    HAVING t.request_hash <> encode(sha256(convert_to(jsonb_build_array(t.kind, t.subject, t.reverses_id,
        array_agg(a.kind ORDER BY e.id), array_agg(a.owner ORDER BY e.id), array_agg(e.currency ORDER BY e.id),
        array_agg(e.amount_minor ORDER BY e.id))::text, 'UTF8')), 'hex')
    ORDER BY t.id LIMIT 1
"""
_ORPHANS = """
    SELECT e.id, e.transaction_id FROM ta_ledger_entry e
    LEFT JOIN ta_ledger_transaction t ON t.id = e.transaction_id WHERE t.id IS NULL ORDER BY e.id LIMIT 1
"""
_STRAY_SEALS = """
    SELECT s.day_id, s.transaction_id FROM ta_ledger_seal s
    LEFT JOIN ta_ledger_dayroot d ON d.day = s.day_id WHERE d.day IS NULL ORDER BY 1, 2 LIMIT 1
"""


_PLANS = ["enable_hashjoin", "enable_mergejoin", "enable_seqscan", "enable_bitmapscan"]


@dataclass(frozen=True, slots=True)
class Break:
    """Where the proof ends: the day, the transaction when it is known, and what differs."""

    day: date | None
    transaction_id: int | None
    what: str

    def __str__(self) -> str:
        where = [str(self.day) if self.day else "not sealed yet"]
        if self.transaction_id is not None:
            where.append(f"transaction {self.transaction_id}")
        return f"{', '.join(where)}: {self.what}"


@dataclass(frozen=True, slots=True)
class Verification:
    """What was proved up to the first break; `unsealed` transactions wait for the end of their day."""

    days: int
    transactions: int
    entries: int
    unsealed: int
    last_root: str
    first_break: Break | None


def verify(published: Mapping[date, str] | None = None) -> Verification:
    """Recompute every sealed day from the journal's rows, in order, and compare. Stops at the first break.

    `published` are roots kept outside this database, by day: whoever rewrites the journal and all its
    roots is found by them only.
    """
    with transaction.atomic():
        days = [_Day(*row) for row in _rows(_DAYS)]
        written_in = _written_in(days)
        proved = _Proved(published or {})
        for row in days:
            found = proved.day(row)
            if found is None and written_in is not None and written_in.day == row.day:
                found = written_in
            if found is not None:
                return proved.so_far(found)
        return proved.so_far(_missing_day(published or {}, days) or _outside())


@dataclass(frozen=True, slots=True)
class _Day:
    """A day's root as it is stored."""

    day: date
    previous_root: str
    merkle_root: str
    transactions: int
    entries: int
    totals: str
    figures_salt: str
    figures_hash: str
    root: str


class _Proved:
    """Counts what was proved, day after day."""

    def __init__(self, published: Mapping[date, str]) -> None:
        self._published = published
        self._days = self._transactions = self._entries = 0
        self._last_day: date | None = None
        self._last_root = digests.FIRST_PREVIOUS

    def day(self, row: _Day) -> Break | None:
        """Prove one day; what differs first, or nothing."""
        found = self._place(row) or self._contents(row) or self._root(row)
        if found is None:
            self._days, self._last_day, self._last_root = self._days + 1, row.day, row.root
        return found

    def _place(self, row: _Day) -> Break | None:
        if self._last_day is not None and row.day != self._last_day + timedelta(days=1):
            missing = self._last_day + timedelta(days=1)
            return Break(missing, None, "the day is missing: its root was removed")
        if row.previous_root != self._last_root:
            return Break(row.day, None, "it does not follow from the root of the day before")
        return None

    def _contents(self, row: _Day) -> Break | None:
        tree, entries, credited = GrowingRoot(), 0, Counter[str]()
        for sealed in _sealed(row.day):
            found = _differs(sealed, place=tree.count + 1)
            if found is not None:
                return Break(row.day, sealed.transaction_id, found)
            tree.add(digests.leaf(sealed.parts))
            entries += len(sealed.sides)
            for side in sealed.sides:
                credited[side.currency] += max(side.amount_minor, 0)
        if tree.root().hex() != row.merkle_root:
            return Break(row.day, None, _other_tree(tree.count, row.transactions))
        if (tree.count, entries, _totals(credited)) != (row.transactions, row.entries, row.totals):
            return Break(row.day, None, "its counts or totals are not those of its entries")
        self._transactions, self._entries = self._transactions + tree.count, self._entries + entries
        return None

    def _root(self, row: _Day) -> Break | None:
        figures = digests.figures_hash(row.figures_salt, row.transactions, row.entries, row.totals)
        if figures != row.figures_hash:
            return Break(row.day, None, "the hash of its figures is not that of its figures")
        if digests.day_root(row.day, row.previous_root, row.merkle_root, figures) != row.root:
            return Break(row.day, None, "its root is not the root of its contents")
        if self._published.get(row.day, row.root) != row.root:
            return Break(row.day, None, f"its root is {row.root}, published was {self._published[row.day]}")
        return None

    def so_far(self, found: Break | None) -> Verification:
        """The result."""
        unsealed = int(_rows(_UNSEALED)[0][0])
        return Verification(self._days, self._transactions, self._entries, unsealed, self._last_root, found)


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A seal with what the journal says today."""

    position: int
    transaction_id: int
    salt: bytes
    parts: bytes
    header: Header | None
    sides: tuple[Side, ...]


def _differs(sealed: _Sealed, *, place: int) -> str | None:
    if sealed.position != place:
        return f"place {place} of the day is missing: a seal was removed"
    if sealed.header is None:
        return "it was removed from the journal"
    kept = digests.split(sealed.parts)
    now = [digests.entry_digest(sealed.salt, sealed.header, side) for side in sealed.sides]
    changed = [_told(side) for side, hashed in zip(sealed.sides, now, strict=True) if hashed not in kept[1:]]
    gone = sum(hashed not in now for hashed in kept[1:])
    header_holds = digests.header_digest(sealed.salt, sealed.header, len(kept) - 1) == kept[0]
    if not header_holds:
        return f"its header is not as sealed (now {sealed.header.kind} {sealed.header.subject}, key {sealed.header.key})"
    if len(now) > len(kept) - 1:
        return f"entries were written in: {'; '.join(changed) or 'one of them twice'}"
    if len(now) < len(kept) - 1:
        rest = f"; and not as sealed: {'; '.join(changed)}" if changed else ""
        return f"{gone} of its {len(kept) - 1} entries removed{rest}"
    if changed:
        return f"not as sealed: {'; '.join(changed)}"
    return None if now == kept[1:] else "its entries stand in another order"


def _told(side: Side) -> str:
    return f"entry {side.id} ({side.account_kind} {side.owner}, now {side.amount_minor} {side.currency})"


def _other_tree(found: int, sealed: int) -> str:
    if found != sealed:
        return f"it sealed {sealed} transactions, {found} are left"
    return "its seals were changed together with what they seal, or stand in another order"


def _totals(credited: Mapping[str, int]) -> str:
    return "\n".join(f"{currency} {credited[currency]}" for currency in sorted(credited))


def _sealed(day: date) -> Iterator[_Sealed]:
    with _streamed(_DAY, [day]) as rows:
        for _position, group in groupby(rows, key=itemgetter(0)):
            lines = list(group)
            position, transaction_id, salt, parts, *rest = lines[0]
            yield _Sealed(
                position=position,
                transaction_id=transaction_id,
                salt=bytes(salt),
                parts=bytes(parts),
                header=None if rest[0] is None else Header(*rest[:9]),
                sides=tuple(Side(*line[13:]) for line in lines if line[13] is not None),
            )


def _written_in(days: list[_Day]) -> Break | None:
    for day, transaction_id, key, booked_at in _rows(_WRITTEN_IN, {"first": days[0].day}) if days else []:
        text = f"says it was booked at {digests.moment(booked_at)} (key {key}), but was written in after the day was sealed"
        return Break(day, transaction_id, text)
    return None


def _missing_day(published: Mapping[date, str], days: list[_Day]) -> Break | None:
    missing = sorted(set(published) - {row.day for row in days})
    return (
        Break(missing[0], None, "a root was published for this day, but it is not here") if missing else None
    )


def _outside() -> Break | None:
    """What no day covers: seals and entries that hang in the air, and what is not sealed yet."""
    for day, transaction_id in _rows(_STRAY_SEALS):
        return Break(day, transaction_id, "sealed by a day that has no root")
    for entry_id, transaction_id in _rows(_ORPHANS):
        return Break(None, transaction_id, f"entry {entry_id} belongs to a transaction that is not there")
    for transaction_id, key in _rows(_UNSEALED_CHANGED):
        return Break(None, transaction_id, f"its entries are not those it was booked with (key {key})")
    return None


def _rows(sql: str, params: object = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)  # type: ignore[arg-type]  # whatever the driver takes
        return list(cursor.fetchall())


@contextmanager
def _streamed(sql: str, params: list[object]) -> Iterator[Iterator[tuple[Any, ...]]]:
    """A cursor of the server's: rows come in batches.

    Planned as look-ups along the day's places, in the order they are wanted: joins by hash would read the whole
    journal anew for each day and sort it on disk.
    """
    connection.ensure_connection()
    with connection.connection.cursor(name="verify_books") as cursor:
        cursor.itersize = 5000
        _rows("SELECT set_config(name, 'off', true) FROM unnest(%s) AS name", [_PLANS])
        cursor.execute(sql, params)
        _rows("SELECT set_config(name, 'on', true) FROM unnest(%s) AS name", [_PLANS])
        yield iter(cursor)
