"""Where a list stands that is walked to its end, the newest first: the same place for every engine, in an address.

An engine may take over from another between two pages, so a place is what both can find: the moment a listing
became live and its number. Forged ones are none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from catalog.search.cursors import EVERY, Edge, decode, encode
from catalog.search.spec import Sort

_MOMENT_ZERO: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_LAST_YEAR: Final = 2999
_LATEST_US: Final = (datetime(_LAST_YEAR, 1, 1, tzinfo=UTC) - _MOMENT_ZERO) // _MICROSECOND


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """One listing's place: later ones and, of the same moment, higher numbers come first."""

    published_us: int
    product_id: int

    @property
    def published_at(self) -> datetime:
        """The moment itself."""
        return _MOMENT_ZERO + self.published_us * _MICROSECOND


@dataclass(frozen=True, slots=True)
class Stretch:
    """So many listings beyond a place, or from the beginning; `backwards` those before it, the nearest first."""

    size: int
    beyond: Place | None = None
    backwards: bool = False


def place_of(published_at: datetime, product_id: int) -> Place:
    """Of a listing that is live."""
    return Place(moment_in_us(published_at), product_id)


def moment_in_us(moment: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (moment - _MOMENT_ZERO) // _MICROSECOND


def written(place: Place, *, backwards: bool) -> str:
    """Short and safe in an address."""
    return encode(Edge(Sort.NEWEST, str(place.published_us), place.product_id, backwards, EVERY))


def read(cursor: str) -> tuple[Place, bool] | None:
    """The place, and whether what is before it is asked for; None for what nobody of ours wrote."""
    edge = decode(cursor, Sort.NEWEST, EVERY)
    if edge is None or not edge.value.isdecimal() or int(edge.value) > _LATEST_US:
        return None
    return Place(int(edge.value), edge.product_id), edge.backwards
