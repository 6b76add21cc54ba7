"""Thrown and beaten vessels: cups, vases, bowls, tagines, brass.

Owns things turned on a wheel that stand open. Must not know which product they show.
"""

import itertools
import math
from collections.abc import Callable
from typing import Final

from marketplace.demo.pictures.recipe import Colour, PictureRecipe, mix
from marketplace.demo.pictures.solid import Camera, Face, Mesh, Vector, paint, revolve
from marketplace.demo.pictures.studio import Studio
from marketplace.demo.pictures.vessels import Profile, smooth


def even(profile: Profile, *, rows: int) -> list[tuple[float, float]]:
    """Return the profile cut into pieces of equal length, so that painted bands stay straight."""
    lengths = [math.dist(a, b) for a, b in itertools.pairwise(profile)]
    step, out, walked, index = sum(lengths) / rows, [profile[0]], 0.0, 0
    for row in range(1, rows):
        while index < len(lengths) - 1 and walked + lengths[index] < row * step:
            walked += lengths[index]
            index += 1
        share = (row * step - walked) / (lengths[index] or 1.0)
        (h0, r0), (h1, r1) = profile[index], profile[index + 1]
        out.append((h0 + (h1 - h0) * share, r0 + (r1 - r0) * share))
    return [*out, profile[-1]]


def cups(recipe: PictureRecipe, angle: int) -> Studio:
    """Draw a cup and saucer with a drink, and a bowl of what it is made from. Colours: glaze, drink, trim."""
    studio = Studio(ground=recipe.ground, seed=recipe.seed * 10 + angle)
    glaze, drink, trim = recipe.colour(0, "#f2efe6"), recipe.colour(1, "#8a4a14"), recipe.colour(2, "#1f5d57")
    camera = Camera(yaw=0, pitch=30, distance=9, aim=0.6, zoom=3.8 if angle == 0 else 4.6)

    def glazed(_u: float, v: float) -> Colour:
        return trim if 0.84 < v < 0.9 or 0.955 < v < 0.985 else glaze

    saucer: Profile = smooth(
        [
            (0, 0.0),
            (0.0, 0.75),
            (0.06, 0.85),
            (0.16, 1.35),
            (0.2, 1.42),
            (0.17, 1.36),
            (0.09, 0.85),
            (0.07, 0.0),
        ],
        steps=4,
    )
    cup = smooth(
        [
            (0.08, 0.0),
            (0.08, 0.42),
            (0.16, 0.46),
            (0.3, 0.66),
            (0.7, 0.9),
            (1.18, 0.98),
            (1.2, 0.95),
            (1.02, 0.9),
        ],
        steps=5,
    )
    surface: Profile = [(1.02, 0.92), (1.02, 0.45), (1.02, 0.0)]
    places: list[Vector] = [(-1.0, 0, 0.1), (1.55, 0, -1.1)] if angle == 0 else [(0.1, 0, 0.2)]
    for x, y, z in places:
        mesh = revolve(saucer, paint=glaze, gloss=0.6).moved(x, y, z)
        paint(studio, camera, [mesh], shadow=0.5)
        handle = _handle(glaze).moved(x + 0.92, y, z)
        paint(studio, camera, [handle, revolve(cup, paint=glazed, gloss=0.7).moved(x, y, z)], shadow=0)
        paint(
            studio,
            camera,
            [
                revolve(
                    surface,
                    paint=lambda u, v: mix(
                        drink, (255, 220, 150), 0.28 * (0.5 + 0.5 * math.cos(u * 6.28 - 2.2)) * (1 - v)
                    ),
                    gloss=0.3,
                ).moved(x, y, z)
            ],
            shadow=0,
        )
    return studio


def _handle(colour: Colour) -> Mesh:
    """Return the ear of a cup: a half ring."""
    faces = []
    around, along, thick = 10, 18, 0.085
    for i in range(along):
        for j in range(around):
            corners = []
            for a, b in ((i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)):
                t, p = math.pi * (a / along - 0.5), 2 * math.pi * b / around
                reach = 0.36 + thick * math.cos(p)
                corners.append((reach * math.cos(t), 0.66 + reach * math.sin(t), thick * 1.2 * math.sin(p)))
            faces.append(Face(tuple(corners), colour, 0.6, two_sided=True))
    return Mesh(faces)


POTS: Final[dict[str, Profile]] = {
    "vase": [
        (0, 0.0),
        (0, 0.55),
        (0.1, 0.6),
        (0.7, 0.98),
        (1.25, 1.05),
        (1.8, 0.78),
        (2.2, 0.42),
        (2.5, 0.4),
        (2.75, 0.58),
        (2.8, 0.55),
        (2.5, 0.34),
    ],
    "tagine": [
        (0, 0.0),
        (0, 1.0),
        (0.1, 1.15),
        (0.42, 1.42),
        (0.5, 1.45),
        (0.52, 1.34),
        (0.6, 1.3),
        (1.0, 0.86),
        (1.6, 0.42),
        (2.0, 0.2),
        (2.1, 0.2),
        (2.25, 0.28),
        (2.38, 0.24),
        (2.42, 0.0),
    ],
    "bowl": [
        (0, 0.0),
        (0, 0.5),
        (0.1, 0.52),
        (0.3, 0.85),
        (0.7, 1.25),
        (1.0, 1.42),
        (1.03, 1.4),
        (0.7, 1.15),
        (0.3, 0.7),
        (0.22, 0.0),
    ],
    "brass": [
        (0, 0.0),
        (0, 0.62),
        (0.08, 0.66),
        (0.16, 0.4),
        (0.3, 0.34),
        (0.6, 0.72),
        (1.0, 1.0),
        (1.4, 0.92),
        (1.75, 0.5),
        (1.95, 0.36),
        (2.2, 0.36),
        (2.35, 0.6),
        (2.38, 0.56),
        (2.2, 0.3),
    ],
}


def pottery(recipe: PictureRecipe, angle: int) -> Studio:
    """Draw thrown pots with painted bands. Colours: body, band, second band."""
    studio = Studio(ground=recipe.ground, seed=recipe.seed * 10 + angle)
    body, band, second = recipe.colour(0, "#e8ddc6"), recipe.colour(1, "#1f4f8a"), recipe.colour(2, "#c8641e")
    kind = recipe.kind if recipe.kind in POTS else "vase"
    gloss = 0.95 if kind == "brass" else 0.55

    def painted(u: float, v: float) -> Colour:
        if kind == "brass":
            return mix(body, (60, 36, 8), 0.12 + 0.12 * (0.5 + 0.5 * math.sin(v * 46)))
        if 0.3 < v < 0.335 or 0.6 < v < 0.63:
            return band
        if 0.335 <= v <= 0.6:
            wave = (u * 16 + (v - 0.335) * 6) % 1, (u * 16 - (v - 0.335) * 6) % 1
            if min(wave) < 0.16:
                return band
            return second if abs(wave[0] - 0.55) < 0.12 and abs(wave[1] - 0.55) < 0.2 else body
        return band if v > 0.9 else body

    camera = Camera(
        yaw=0, pitch=16 if angle == 0 else 24, distance=9.5, aim=1.15, zoom=4.1 if angle == 0 else 4.7
    )
    places = [(-1.35, -0.7, 0.78), (0.75, 0.35, 1.0)] if angle == 0 else [(0.0, 0.0, 1.0)]
    if kind in ("bowl", "tagine"):
        camera = Camera(
            yaw=0, pitch=24 if angle == 0 else 34, distance=10, aim=0.75, zoom=4.2 if angle == 0 else 5.0
        )
    for x, z, scale in places:
        profile = [(h * scale, r * scale) for h, r in even(smooth(POTS[kind], steps=6), rows=58)]
        paint(
            studio,
            camera,
            [revolve(profile, paint=painted, gloss=gloss, sides=112).moved(x, 0, z)],
            shadow=0.5,
        )
    return studio


FAMILIES: Final[dict[str, Callable[[PictureRecipe, int], Studio]]] = {"cups": cups, "pottery": pottery}
