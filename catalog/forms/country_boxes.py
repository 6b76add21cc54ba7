"""Many countries to choose from, as boxes by part of the world: `components/_country_boxes.html` lays them out.

Owns how a form hands them to its page; the field itself is an ordinary one of several choices.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from marketplace.core.regions import countries_by_region


@dataclass(frozen=True, slots=True)
class CountryBox:
    """One country, ticked or not."""

    code: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class CountryRegion:
    """A part of the world, folded unless one of its countries is chosen."""

    name: str
    boxes: tuple[CountryBox, ...]

    @property
    def chosen(self) -> int:
        """How many of its countries are ticked."""
        return sum(box.chosen for box in self.boxes)


def country_regions(chosen: Collection[str]) -> list[CountryRegion]:
    """All countries by part of the world, both by name."""
    return [
        CountryRegion(name, tuple(CountryBox(code, text, code in chosen) for code, text in countries))
        for name, countries in countries_by_region()
    ]
