"""Wooden crates full of fruit.

Owns the crate and how fruit lies in it. Must not know which fruit.
"""

import math
import random
from collections.abc import Callable, Sequence
from typing import Final

from marketplace.demo.pictures.grains import GRAINS, colours_of, sprites
from marketplace.demo.pictures.recipe import Colour, PictureRecipe, mix
from marketplace.demo.pictures.solid import Camera, Mesh, box, paint
from marketplace.demo.pictures.studio import Studio


def crate(recipe: PictureRecipe, angle: int) -> Studio:
    """Draw a wooden crate full of fruit, tilted towards the viewer."""
    studio = Studio(ground=recipe.ground, seed=recipe.seed * 10 + angle, horizon=0.34)
    colours = colours_of(recipe, "#d9641e")
    kind = recipe.kind if recipe.kind in GRAINS else "orange"
    camera = Camera(
        yaw=-24 if angle == 0 else 16, pitch=34 if angle == 0 else 48, distance=9, aim=0.75, zoom=3.3
    )
    pine = recipe.colour(9, "#d9b27c")
    width, depth, wall = 4.6, 3.1, 1.25
    inside = box(width, 0.9, depth, colour=mix(colours[0], (20, 10, 4), 0.75))
    paint(studio, camera, [inside], shadow=0.6)
    back = [_slats(width, depth, wall, pine, side) for side in ("back", _far_side(camera))]
    paint(studio, camera, back, shadow=0)
    _fill(studio, camera, kind, colours, width - 0.3, depth - 0.3)
    front = [_slats(width, depth, wall, pine, side) for side in (_near_side(camera), "front")]
    paint(studio, camera, front, shadow=0)
    return studio


def _far_side(camera: Camera) -> str:
    return "left" if camera.yaw > 0 else "right"


def _near_side(camera: Camera) -> str:
    return "right" if camera.yaw > 0 else "left"


def _slats(width: float, depth: float, height: float, colour: Colour, side: str) -> Mesh:
    """Return one wall of a crate: three boards with gaps and two corner posts."""
    along = width if side in ("front", "back") else depth
    wall = Mesh()
    for index in range(3):
        tone = mix(colour, (90, 56, 24), 0.1 * ((index * 7) % 3))
        wall.add(_planks(along, height / 3 - 0.07, tone).moved(0, index * height / 3 + 0.02, 0))
    if side == "front":
        for x in (-1, 1):
            wall.add(
                box(0.2, height, 0.09, colour=mix(colour, (90, 56, 24), 0.12)).moved(
                    x * (along / 2 - 0.12), 0, 0.07
                )
            )
        return wall.moved(0, 0, depth / 2)
    if side == "back":
        return wall.moved(0, 0, -depth / 2)
    return wall.turned("y", 90).moved(width / 2 if side == "right" else -width / 2, 0, 0)


def _planks(along: float, high: float, colour: Colour) -> Mesh:
    """Return a board cut into short pieces of slightly different tone, so that it reads as grain."""
    rng = random.Random(round(along * 1000 + high * 77 + sum(colour)))
    board = Mesh()
    layers = 5
    for layer in range(layers):
        tone = mix(colour, (96, 58, 24), rng.uniform(0, 0.22))
        board.add(box(along, high / layers, 0.08, colour=tone).moved(0, layer * high / layers, 0))
    return board


def _fill(
    studio: Studio, camera: Camera, kind: str, colours: Sequence[Colour], width: float, depth: float
) -> None:
    """Lay fruit in the crate in rows from the back, heaped in the middle."""
    near, far = camera.project((0, 1.0, 0)), camera.project((1, 1.0, 0))
    scale = math.dist(near, far) / 400
    made = sprites(kind, colours, studio.rng, scale=scale)
    size = GRAINS[kind].size * scale / math.dist(near, far)
    rng = studio.rng
    spots = []
    for layer in range(3):
        rows = max(2, round(depth / (size * 0.78)))
        columns = max(2, round(width / (size * 0.86)))
        for row in range(rows):
            for column in range(columns):
                u = (column + 0.5 + 0.5 * ((row + layer) % 2) - 0.25) / columns * 2 - 1
                v = (row + 0.5) / rows * 2 - 1
                if layer and max(abs(u), abs(v)) > 1.05 - 0.22 * layer:
                    continue
                lift = 0.95 + layer * size * 0.34 + 0.2 * max(0.0, 1 - u * u) * max(0.0, 1 - v * v)
                spots.append(
                    (
                        layer,
                        v + rng.uniform(-0.06, 0.06),
                        (u * width / 2 * 0.97 + rng.uniform(-0.06, 0.06), lift, v * depth / 2 * 0.96),
                    )
                )
    spots.sort(key=lambda spot: spot[1] + spot[0] * 0.12)
    for _layer, _v, place in spots:
        studio.paste(rng.choice(made), camera.project(place))


FAMILIES: Final[dict[str, Callable[[PictureRecipe, int], Studio]]] = {"crate": crate}
