"""Product pictures for the demo story: drawn, not photographed, and the same every time.

Owns `render` (a product), `render_place` (where a supplier works) and `render_mark` (a company's
sign). Must not know the catalogue: a recipe comes in, image bytes go out.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from marketplace.demo.pictures import crates, grains, hard, pots, sea, sewn, soft, vessels
from marketplace.demo.pictures.places import PLACES, render_mark, render_place
from marketplace.demo.pictures.recipe import PictureRecipe
from marketplace.demo.pictures.studio import HEIGHT, WIDTH, Studio

__all__ = [
    "ANGLES",
    "FAMILIES",
    "HEIGHT",
    "PLACES",
    "WIDTH",
    "PictureRecipe",
    "render",
    "render_mark",
    "render_place",
]

ANGLES: Final = 2
FAMILIES: Final[Mapping[str, Callable[[PictureRecipe, int], Studio]]] = MappingProxyType(
    {
        **grains.FAMILIES,
        **crates.FAMILIES,
        **vessels.FAMILIES,
        **pots.FAMILIES,
        **hard.FAMILIES,
        **soft.FAMILIES,
        **sewn.FAMILIES,
        **sea.FAMILIES,
    }
)


def render(recipe: PictureRecipe, *, angle: int) -> bytes:
    """Return a 1200 × 900 JPEG of the product from one of two angles; raises ValueError otherwise."""
    if recipe.family not in FAMILIES:
        raise ValueError(f"no family of pictures is called {recipe.family!r}")
    if angle not in range(ANGLES):
        raise ValueError(f"there are {ANGLES} angles, 0 and 1; not {angle}")
    return FAMILIES[recipe.family](recipe, angle).develop()
