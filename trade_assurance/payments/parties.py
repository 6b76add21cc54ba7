"""Which companies a payment concerns besides the one that pays: asked of the app above, which knows the trade.

An officer who belongs to any of them handles none of its money. Must not know what a trade is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

Finder: TypeAlias = Callable[[str], frozenset[int]]

_finders: Final[dict[str, Finder]] = {}


def register_parties(name: str, finder: Finder) -> None:
    """Make known who knows the companies behind a `root`; called from `ready()` of the app above."""
    _finders[name] = finder


def companies_behind(root: str) -> frozenset[int]:
    """Ids of all companies that a root (an order's reference) is about; empty when nobody above knows it."""
    return frozenset().union(*(find(root) for find in _finders.values()))
