"""The frame of `check_books`: every app that keeps money registers a part that looks for discrepancies."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One thing that does not add up: which part found it, on what, and a sentence with both figures."""

    part: str
    subject: str
    text: str | Promise


BooksPart = Callable[[], Iterable[Discrepancy]]
_parts: dict[str, BooksPart] = {}


def register_books_part(name: str, part: BooksPart) -> None:
    """Make a part known; called from `ready()`."""
    _parts[name] = part


def books_parts() -> tuple[str, ...]:
    """Names of all parts, in the order they run."""
    return tuple(_parts)


def find_discrepancies(*only: str) -> list[Discrepancy]:
    """Everything that does not add up, of all parts or of these; empty when the books are clean."""
    return [found for name, part in _parts.items() if not only or name in only for found in part()]
