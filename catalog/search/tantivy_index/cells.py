"""Which step of a price holds at a quantity, cell by cell. Pure.

Quantities are cut into cells at 1, 2, 5, 10, 20 … . In most cells a product has one price throughout: for the cells
that people ask about it lies in a column of its own, so that a question reads one number of each offer; in the others
the product says by a word which step holds. Where a border lies inside the cell the product says that it is not sure,
and only those few are compared by their thresholds, so that every answer is exact.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

BORDERS: Final = sorted(digit * 10**power for power in range(2, 15) for digit in (1, 2, 5))
LAST: Final = len(BORDERS)
NOT_SURE: Final = 0  # in place of a step; where it changes once, the step before with a minus
_UNSURE: Final = "~"


def cell_of(quantity: int) -> int:
    """The cell of a quantity: from its lower border on, up to but without its upper one."""
    return bisect_right(BORDERS, quantity)


def sure_word(cell: int, step: int, goods: str = "") -> str:
    """What a product says whose step holds all over the cell; `goods` is a dimension, where quantities are of one."""
    return f"{goods}{cell}:{step}"


def unsure_word(cell: int, goods: str = "", before: int = NOT_SURE) -> str:
    """What a product says whose price changes inside the cell: once, from the step before to the next, or oftener."""
    return f"{goods}{cell}:{_UNSURE}{before or ''}"


@lru_cache(maxsize=50_000)
def steps_of(thresholds: tuple[int, ...]) -> tuple[int, ...]:
    """The step that holds in each cell, one with a minus where only the next one follows in it, or `NOT_SURE`; `thresholds` are where the second step begins, the third and so on, rising.

    Kept, for most offers begin their steps at the same round quantities.
    """
    return tuple(_steps(thresholds))


@lru_cache(maxsize=50_000)
def words_of(steps: tuple[int, ...], goods: str = "", columns: range = range(0)) -> tuple[str, ...]:
    """One word for each cell; none for cells with a column of their own where the step is sure."""
    return tuple(
        sure_word(cell, step, goods) if step > 0 else unsure_word(cell, goods, -step)
        for cell, step in enumerate(steps)
        if step <= 0 or cell not in columns
    )


def _steps(thresholds: tuple[int, ...]) -> Iterator[int]:
    at_start = 1
    for cell in range(LAST + 1):
        if cell:
            at_start = bisect_right(thresholds, BORDERS[cell - 1]) + 1
        at_end = bisect_right(thresholds, BORDERS[cell] - 1) + 1 if cell < LAST else len(thresholds) + 1
        yield at_start if at_start == at_end else -at_start if at_end == at_start + 1 else NOT_SURE
