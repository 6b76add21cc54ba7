"""Reads the feed of changes: which products an index must look at again, with nothing missed. Reads only.

A follower keeps one number: the oldest transaction that was still open when it last looked. Whatever
committed since then, however late and in whatever order, has that number or a higher one. Rows read twice do
no harm, because a row only says *look again*.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

_HORIZON = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
# One statement, so that the horizon and the rows belong to one snapshot.
_CHANGES = f"""
SELECT pg_current_snapshot()::text, ({_HORIZON}), c.id, c.product_id FROM (SELECT 1) AS always
LEFT JOIN catalog_searchchange c ON c.transaction_id >= %s
ORDER BY c.id
"""  # noqa: S608 -- nothing from outside is put in
_PRESENT = f"""
SELECT ({_HORIZON}), coalesce(max(id), 0), pg_current_snapshot()::text FROM catalog_searchchange
"""  # noqa: S608 -- likewise
_IDENTITY = """
SELECT (SELECT system_identifier FROM pg_control_system())::text || ' ' || oid::text
FROM pg_database WHERE datname = current_database()
"""
# A row with a lower number than one that was read may have become visible later: what the follower could see
# when it looked is said by its snapshot, not by numbers. What the asking transaction itself has changed is not asked for.
_WAITS = """
SELECT EXISTS (
    SELECT 1 FROM catalog_searchchange
    WHERE transaction_id >= %s AND noted_at < clock_timestamp() - make_interval(secs => %s)
        AND (id > %s OR NOT pg_visible_in_snapshot(transaction_id::text::xid8, %s::pg_snapshot)
            AND transaction_id IS DISTINCT FROM pg_current_xact_id_if_assigned()::text::bigint)
)
"""


@dataclass(frozen=True, slots=True)
class Position:
    """How far an index has read: every change of a transaction before `horizon`, and rows up to `row`, if `snapshot` saw them."""

    horizon: int
    row: int
    snapshot: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened since a position. `product_ids` are to be looked at again."""

    position: Position
    rows: frozenset[int]
    product_ids: tuple[int, ...]


def present_position() -> Position:
    """Where a reader begins who reads everything as it is now. Ask before reading."""
    with connection.cursor() as cursor:
        cursor.execute(_PRESENT)
        return Position(*cursor.fetchone())


def changes_since(position: Position, applied: frozenset[int] = frozenset()) -> Changes:
    """What committed since the position, but for the rows in `applied`, which this follower has seen.

    A transaction that stays open holds the horizon back; what others commit meanwhile is read at once.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES, [position.horizon])
        found = cursor.fetchall()
    snapshot, horizon = str(found[0][0]), int(found[0][1])
    rows = {row: product_id for *_, row, product_id in found if row is not None}
    fresh = {product_id for row, product_id in rows.items() if row not in applied}
    newest = max([position.row, *rows])
    return Changes(Position(horizon, newest, snapshot), frozenset(rows), tuple(sorted(fresh)))


def is_whole_since(position: Position) -> bool:
    """Whether nothing after the position was forgotten yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(kept_from) FROM catalog_searchfeed")
        [kept_from] = cursor.fetchone()
    return kept_from is None or position.horizon >= kept_from


def waits(position: Position, seconds: float) -> bool:
    """Whether a change has waited longer than this for a follower at the position, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITS, [position.horizon, seconds, position.row, position.snapshot])
        return bool(cursor.fetchone()[0])


def database_identity() -> str:
    """What tells this database from another with other transaction numbers, such as one restored elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute(_IDENTITY)
        return str(cursor.fetchone()[0])
