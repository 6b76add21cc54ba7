"""Where a page begins: the sort value and the product at its edge, in an address. Forged ones are refused."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from catalog.search.spec import Sort

_LONGEST = 200
POSTGRES, INDEX = "", "i"  # an engine's sort values mean nothing to another: its cursors begin anew there
EVERY = "e"  # but these (`places.py`)
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Edge:
    """The last row before the page (or the first after it when `backwards`)."""

    sort: Sort
    value: str
    product_id: int
    backwards: bool
    engine: str = POSTGRES


def encode(edge: Edge) -> str:
    """Short and safe in an address."""
    text = json.dumps(
        [edge.engine + edge.sort.value, edge.value, edge.product_id, int(edge.backwards)],
        separators=(",", ":"),
    )
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, sort: Sort, engine: str = POSTGRES) -> Edge | None:
    """The edge; None for a cursor of another order or one that nobody of ours made: the list begins anew."""
    if not cursor or len(cursor) > _LONGEST:
        return None
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        kind, value, product_id, backwards = json.loads(raw)
    except (binascii.Error, ValueError, TypeError, RecursionError):
        return None
    if kind != engine + sort.value or not isinstance(value, str) or isinstance(product_id, bool):
        return None
    if (
        not isinstance(product_id, int)
        or not 0 <= product_id <= _LARGEST_ID
        or not _is_value(sort, value, engine)
    ):
        return None
    return Edge(sort, value, product_id, bool(backwards), engine)


def _is_moment(text: str) -> bool:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return False
    offset = moment.utcoffset()
    # PostgreSQL knows no zone further off than this; years at the ends of the calendar would overflow.
    return offset is not None and abs(offset) <= timedelta(hours=15) and 1900 <= moment.year <= 2999


def _is_value(sort: Sort, value: str, engine: str) -> bool:
    if sort is Sort.NEWEST and engine == POSTGRES:
        return _is_moment(value)
    try:
        number = Decimal(value)
    except InvalidOperation:
        return False
    return not number.is_nan() and (number.is_infinite() or abs(number.adjusted()) < 30)
