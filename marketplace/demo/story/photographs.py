"""Photographs that the sides of a quarrel show: drawn like the listings, of goods that are not as agreed.

Owns their recipes by name. Must not know the quarrels.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from marketplace.demo.pictures import PictureRecipe

PHOTOGRAPHS: Final[Mapping[str, tuple[PictureRecipe, int]]] = {
    "almonds-sample": (
        PictureRecipe("heap", ("#d9c19a", "#8a5a34", "#b98c58"), kind="almond", ground="slate", seed=7011),
        1,
    ),
    "almonds-tray": (
        PictureRecipe("heap", ("#caa878", "#6d4426", "#a87b4b"), kind="almond", ground="stone", seed=7012),
        0,
    ),
    "oranges-pallet-4": (
        PictureRecipe("crate", ("#8d8a4a", "#c98a2e"), kind="orange", ground="slate", seed=7021),
        0,
    ),
    "oranges-pallet-11": (
        PictureRecipe("crate", ("#a7a46a", "#b9761f"), kind="orange", ground="slate", seed=7022),
        1,
    ),
    "oranges-at-loading": (
        PictureRecipe("crate", ("#e8871e",), kind="orange", ground="paper", seed=7023),
        0,
    ),
    "jars-leaking": (
        PictureRecipe(
            "jars",
            ("#c9b67e", "#b9a878", "#4a5a2c", "#5a3a22"),
            label="Ankobra|Shea 250 g",
            ground="slate",
            seed=7031,
        ),
        1,
    ),
    "shrimp-thawed": (
        PictureRecipe("shrimp", ("#d98f78", "#e6b8a6"), ground="slate", seed=7041),
        1,
    ),
    "tagine-glaze": (
        PictureRecipe("pottery", ("#c46a34", "#6b2f18", "#e8c06a"), kind="tagine", ground="stone", seed=7061),
        0,
    ),
    "tagine-broken": (
        PictureRecipe("pottery", ("#b8562a", "#3a1f14", "#e8c06a"), kind="tagine", ground="slate", seed=7051),
        1,
    ),
}
