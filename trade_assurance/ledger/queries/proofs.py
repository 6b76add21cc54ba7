"""What a party needs to check that an entry of its own is sealed: salt, neighbours, the way up to the day's root."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from trade_assurance.ledger import digests
from trade_assurance.ledger.digests import DayTree

# Trees kept at a time: lines come by time, so that neighbouring lines are of the same or the next day.
_KEPT_TREES = 3


@dataclass(frozen=True, slots=True)
class Proof:
    """One entry's way to the root of its day. `place` is the entry's place among `parts` (the header is 0)."""

    day: date
    salt: str
    place: int
    parts: tuple[str, ...]
    path: tuple[str, ...]


class Prover:
    """Makes the proofs of many entries; reads each sealed day once."""

    def __init__(self) -> None:
        self._trees: dict[date, DayTree] = {}

    def proofs(self, wanted: Iterable[tuple[int, int]]) -> dict[int, Proof]:
        """By entry, for pairs of (transaction, entry). What no day has sealed yet has none; one statement and one per day."""
        entries: dict[int, list[int]] = {}
        for transaction_id, entry_id in wanted:
            entries.setdefault(transaction_id, []).append(entry_id)
        found: dict[int, Proof] = {}
        for transaction_id, day, position, salt, parts, ids in _seals(list(entries)):
            path = tuple(side + hashed.hex() for side, hashed in self._tree(day).path(position - 1))
            for entry_id in entries[transaction_id]:
                found[entry_id] = Proof(
                    day=day,
                    salt=digests.entry_salt(bytes(salt), entry_id),
                    place=ids.index(entry_id) + 1,
                    parts=tuple(part.hex() for part in digests.split(bytes(parts))),
                    path=path,
                )
        return found

    def _tree(self, day: date) -> DayTree:
        if day not in self._trees:
            while len(self._trees) >= _KEPT_TREES:
                del self._trees[min(self._trees)]
            self._trees[day] = DayTree(_leaves(day))
        return self._trees[day]


def _seals(transaction_ids: list[int]) -> list[tuple[Any, ...]]:
    if not transaction_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT s.transaction_id, s.day_id, s.position, s.salt, s.parts, array_agg(e.id ORDER BY e.id)
               FROM ta_ledger_seal s JOIN ta_ledger_entry e ON e.transaction_id = s.transaction_id
               WHERE s.transaction_id = ANY(%s)
               GROUP BY s.transaction_id ORDER BY s.day_id, s.position""",
            [transaction_ids],
        )
        return list(cursor.fetchall())


def _leaves(day: date) -> list[bytes]:
    with connection.cursor() as cursor:
        cursor.execute(
            r"SELECT sha256('\x02'::bytea || parts) FROM ta_ledger_seal WHERE day_id = %s ORDER BY position",
            [day],
        )
        return [bytes(leaf) for (leaf,) in cursor.fetchall()]
