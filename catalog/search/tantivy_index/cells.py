"""Which step of a price holds at a quantity, as words of the index. Pure.

Quantities are cut into cells at 1, 2, 5, 10, 20 … . In most cells a product has one price throughout, and says which
step that is: a question looks up a list instead of comparing four columns of every offer. Where a border lies inside
the cell the product says that it is not sure, and only those few are compared, so that every answer is exact.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

BORDERS: Final = sorted(digit * 10**power for power in range(2, 15) for digit in (1, 2, 5))
LAST: Final = len(BORDERS)
_UNSURE: Final = "~"


def cell_of(quantity: int) -> int:
    """The cell of a quantity: from its lower border on, up to but without its upper one."""
    return bisect_right(BORDERS, quantity)


def sure_word(cell: int, step: int, goods: str = "") -> str:
    """What a product says whose step holds all over the cell; `goods` is a dimension, where quantities are of one."""
    return f"{goods}{cell}:{step}"


def unsure_word(cell: int, goods: str = "") -> str:
    """What a product says whose price changes inside the cell."""
    return f"{goods}{cell}:{_UNSURE}"


@lru_cache(maxsize=50_000)
def words_of(thresholds: tuple[int, ...], goods: str = "") -> tuple[str, ...]:
    """One word for each cell; `thresholds` are where the second step begins, the third and so on, rising.

    Kept, for most offers begin their steps at the same round quantities.
    """
    return tuple(_words(thresholds, goods))


def _words(thresholds: Sequence[int], goods: str) -> Iterator[str]:
    at_start = 1
    for cell in range(LAST + 1):
        if cell:
            at_start = bisect_right(thresholds, BORDERS[cell - 1]) + 1
        at_end = bisect_right(thresholds, BORDERS[cell] - 1) + 1 if cell < LAST else len(thresholds) + 1
        yield sure_word(cell, at_start, goods) if at_start == at_end else unsure_word(cell, goods)
