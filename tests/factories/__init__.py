"""Reach a state through operations only. `AT` is the moment every story begins at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

AT: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def days(number: float) -> timedelta:
    """`AT + days(3)`."""
    return timedelta(days=number)
