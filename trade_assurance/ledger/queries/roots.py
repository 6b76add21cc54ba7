"""The published side of the sealed days. Shows no count and no total: those are the marketplace's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from trade_assurance.ledger.models import DayRoot

_PUBLIC = ("day", "root", "previous_root", "merkle_root", "figures_hash", "sealed_at")


@dataclass(frozen=True, slots=True)
class DayLine:
    """One sealed day as everybody may see it: all that is needed to compute its root."""

    day: date
    root: str
    previous_root: str
    merkle_root: str
    figures_hash: str
    sealed_at: datetime

    def as_published(self) -> dict[str, str]:
        """The same for a file."""
        return {
            "day": self.day.isoformat(),
            "root": self.root,
            "previous_root": self.previous_root,
            "merkle_root": self.merkle_root,
            "figures_hash": self.figures_hash,
        }


def days_before(before: date | None, limit: int) -> list[DayLine]:
    """Up to `limit` sealed days, newest first, from the day before `before` on; one statement."""
    rows = DayRoot.objects.order_by("-day")
    if before is not None:
        rows = rows.filter(day__lt=before)
    return [DayLine(*values) for values in rows.values_list(*_PUBLIC)[:limit]]


def every_day() -> Iterator[DayLine]:
    """All sealed days, the first one first, streamed."""
    for values in DayRoot.objects.order_by("day").values_list(*_PUBLIC).iterator(chunk_size=1000):
        yield DayLine(*values)
