"""What is hashed of the journal, and in which form. Pure: no database, no clock.

The same in SQL is in migration `0004`, which seals; this is what verifies. `docs/operations/verify_statement.py`
says a party's part of it once more, on its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Final

DIGEST_BYTES: Final = 32
FIRST_PREVIOUS: Final = "0" * 64
EMPTY_ROOT: Final = sha256(b"").digest()


@dataclass(frozen=True, slots=True)
class Header:
    """A transaction as it stands in the journal, without its entries."""

    id: int
    kind: str
    subject: str
    key: str
    request_hash: str
    reverses_id: int | None
    happened_at: datetime
    booked_at: datetime
    database_transaction: str


@dataclass(frozen=True, slots=True)
class Side:
    """One entry as it stands in the journal."""

    id: int
    account_kind: str
    owner: str
    currency: str
    amount_minor: int


def moment(at: datetime) -> str:
    """`2026-11-27T23:59:59.900000Z`."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def measured(text: str) -> str:
    """The text with its length in bytes before it, so that no two contents give one line."""
    return f"{len(text.encode())}:{text}"


def entry_salt(salt: bytes, entry_id: int) -> str:
    """An entry's own salt in hex: given away alone, it says nothing about the transaction's."""
    return sha256(salt + entry_id.to_bytes(8, "big", signed=True)).digest()[:16].hex()


def header_digest(salt: bytes, header: Header, entries: int) -> bytes:
    """The digest of a transaction's header, which also says how many entries there are."""
    return _of_lines(
        "portolan transaction 1",
        salt.hex(),
        header.id,
        measured(header.kind),
        measured(header.subject),
        measured(header.key),
        header.request_hash,
        "-" if header.reverses_id is None else header.reverses_id,
        moment(header.happened_at),
        moment(header.booked_at),
        header.database_transaction,
        entries,
    )


def entry_digest(salt: bytes, header: Header, side: Side) -> bytes:
    """The digest of one entry, with what its owner is shown of the transaction."""
    return _of_lines(
        "portolan entry 1",
        entry_salt(salt, side.id),
        header.id,
        side.id,
        measured(header.kind),
        measured(header.subject),
        moment(header.happened_at),
        moment(header.booked_at),
        side.account_kind,
        measured(side.owner),
        side.currency,
        side.amount_minor,
    )


def leaf(parts: bytes) -> bytes:
    """A transaction's leaf in its day's tree; `parts` are the digests of its header and its entries."""
    return sha256(b"\x02" + parts).digest()


def node(left: bytes, right: bytes) -> bytes:
    """An inner node of the tree."""
    return sha256(b"\x01" + left + right).digest()


def split(parts: bytes) -> list[bytes]:
    """The single digests of a leaf."""
    return [parts[at : at + DIGEST_BYTES] for at in range(0, len(parts), DIGEST_BYTES)]


def figures_hash(salt: str, transactions: int, entries: int, totals: str) -> str:
    """What stands in a day's root for its counts and totals."""
    return _of_lines("portolan figures 1", salt, transactions, entries, totals).hex()


def day_root(day: date, previous_root: str, merkle_root: str, figures: str) -> str:
    """A day's root: the day, the root before it, everything it seals, its figures."""
    return _of_lines("portolan day 1", day.isoformat(), previous_root, merkle_root, figures).hex()


@dataclass(slots=True)
class GrowingRoot:
    """The Merkle root of leaves that come one by one; keeps one node per level only."""

    count: int = 0
    _peaks: list[tuple[int, bytes]] = field(default_factory=list)

    def add(self, leaf_digest: bytes) -> None:
        """One more leaf."""
        size, digest = 1, leaf_digest
        while self._peaks and self._peaks[-1][0] == size:
            digest = node(self._peaks.pop()[1], digest)
            size *= 2
        self._peaks.append((size, digest))
        self.count += 1

    def root(self) -> bytes:
        """The root of all leaves so far."""
        if not self._peaks:
            return EMPTY_ROOT
        digest = self._peaks[-1][1]
        for _size, left in reversed(self._peaks[:-1]):
            digest = node(left, digest)
        return digest


class DayTree:
    """All nodes of one day's tree, to read paths from."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        self._levels: list[list[bytes]] = [list(leaves)]
        while len(self._levels[-1]) > 1:
            self._levels.append(_level_above(self._levels[-1]))

    def path(self, place: int) -> list[tuple[str, bytes]]:
        """From the leaf at `place` (from 0) up to the root: each neighbour, and whether it stands `L` or `R`."""
        path: list[tuple[str, bytes]] = []
        for level in self._levels[:-1]:
            beside = place ^ 1
            if beside < len(level):
                path.append(("L" if beside < place else "R", level[beside]))
            place //= 2
        return path


def _level_above(level: Sequence[bytes]) -> list[bytes]:
    pairs = [node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    return pairs + ([level[-1]] if len(level) % 2 else [])


def _of_lines(*lines: object) -> bytes:
    return sha256("\n".join(str(line) for line in lines).encode()).digest()
