"""What a statement file says, whatever its form; and what one of its rows is recognised by. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from marketplace.core.errors import Text
from marketplace.core.money import Money

MAXIMUM_LINES: Final = 2_000


@dataclass(frozen=True, slots=True)
class Problem:
    """One place of the file that could not be read: where, what stands there, and what to do."""

    line: int
    column: str
    found: str
    advice: Text

    def as_row(self) -> dict[str, object]:
        """For storing beside the statement."""
        return {
            "line": self.line,
            "column": self.column,
            "found": self.found[:200],
            "advice": str(self.advice),
        }


class FileUnreadable(ValueError):
    """The file as a whole is not a statement that can be read; `advice` says what to do."""

    def __init__(self, advice: Text) -> None:
        super().__init__(str(advice))
        self.advice = advice


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One booking. `money` is signed; `place` the line of the file it stands in."""

    place: int
    money: Money
    booked_on: date
    bank_reference: str = ""
    end_to_end: str = ""
    batch_reference: str = ""
    party_name: str = ""
    party_account: str = ""
    party_bank: str = ""
    text: str = ""
    is_reversal: bool = False


@dataclass(frozen=True, slots=True)
class ReadStatement:
    """One statement of one account and currency."""

    account: str
    currency: str
    number: str = ""
    from_on: date | None = None
    to_on: date | None = None
    opening: Money | None = None
    closing: Money | None = None
    lines: tuple[ReadLine, ...] = ()
    problems: tuple[Problem, ...] = ()
    not_booked: int = field(default=0)


def fingerprints(lines: Sequence[ReadLine]) -> list[str]:
    """What each line is recognised by when another file brings it again.

    With the bank's own reference that, the day and the amount; without one everything it says, and which of
    several alike of this file it is, so that two equal transfers of one day are two.
    """
    seen: Counter[str] = Counter()
    found = []
    for line in lines:
        own = _own(line)
        seen[own] += 1
        found.append(hashlib.sha256(f"{own}|{seen[own]}".encode()).hexdigest())
    return found


def day_span(days: Iterable[date]) -> tuple[date | None, date | None]:
    """The first and the last day."""
    every = sorted(days)
    return (every[0], every[-1]) if every else (None, None)


def _own(line: ReadLine) -> str:
    key = [line.booked_on.isoformat(), str(line.money.amount_minor), line.money.currency]
    if reference := "".join(line.bank_reference.split()).upper():
        return "|".join(["ref", reference, *key])
    said = (line.end_to_end, line.party_name, line.party_account, line.text)
    return "|".join(["content", *key, *(" ".join(part.split()).casefold() for part in said)])
