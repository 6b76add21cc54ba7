"""The columns of prices: what a product costs throughout a cell of quantities, one number for each product. Pure.

Prices of goods that are measured in another dimension cannot be compared, and lie in the same column: each dimension
has a band of magnitudes to itself, powers of two apart. Multiplying by a power of two loses nothing, so a range of
the column is exactly a range of prices of one dimension.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

NO_PRICE: Final = (
    math.inf
)  # every document has a value in every column: those that lack some are walked twice as slowly
_WIDE: Final = 60  # a comparable price lies between 2⁻⁶⁰ and 2⁶⁰
_PLACES: Final = {"": 0, "mass": 0, "count": 1, "volume": 2, "length": 3, "area": 4}


@dataclass(frozen=True, slots=True)
class Band:
    """Where the prices of one dimension lie in the columns; those in the product's own unit have one band together."""

    scale: float

    @property
    def low(self) -> float:
        """Below every price of the band."""
        return self.scale * 2.0**-_WIDE

    @property
    def high(self) -> float:
        """Above every price of the band."""
        return self.scale * 2.0**_WIDE

    def placed(self, price: float) -> float:
        """Where a price lies; above all others one that has no place."""
        return min(price, 2.0**_WIDE) * self.scale

    def holds(self, prices: Sequence[float]) -> bool:
        """Whether all of these have a place in it."""
        return all(2.0**-_WIDE < price < 2.0**_WIDE for price in prices)


def band_of(dimension: str) -> Band | None:
    """The band of a dimension; None for goods counted in packages, which are compared step by step."""
    place = _PLACES.get(dimension)
    return None if place is None else Band(2.0 ** (2 * _WIDE * place))
