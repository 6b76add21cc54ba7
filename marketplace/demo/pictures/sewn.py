"""Cut and sewn goods: leather bags and garments.

Owns things with seams. Must not know which product they show.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw, ImageFilter, ImageOps

from marketplace.demo.pictures.recipe import Colour, PictureRecipe, mix
from marketplace.demo.pictures.soft import weave
from marketplace.demo.pictures.studio import Point, Studio, field, noise, overlay

_LIGHT: Final[Colour] = (255, 236, 200)


@dataclass(frozen=True, slots=True)
class _Bag:
    """Where a bag stands, how large it is, and of what: leather and metal."""

    cx: float
    base: float
    scale: float
    leather: Colour
    metal: Colour

    @property
    def half_top(self) -> float:
        return 560 * self.scale

    @property
    def half_low(self) -> float:
        return 680 * self.scale

    @property
    def tall(self) -> float:
        return 840 * self.scale

    @property
    def top(self) -> float:
        return self.base - self.tall

    @property
    def flap_low(self) -> float:
        return self.top + self.tall * 0.56

    def body(self) -> list[Point]:
        """The outline of the body."""
        cx, top, base, half_top, half_low = self.cx, self.top, self.base, self.half_top, self.half_low
        return [
            (cx - half_top, top + 70),
            (cx - half_top + 60, top),
            (cx + half_top - 60, top),
            (cx + half_top, top + 70),
            (cx + half_low, base - 90),
            (cx + half_low - 80, base),
            (cx - half_low + 80, base),
            (cx - half_low, base - 90),
        ]

    def flap(self) -> list[Point]:
        """The outline of the flap, a little wider than the body."""
        cx, top, half_top, flap_low = self.cx, self.top, self.half_top, self.flap_low
        return [
            (cx - half_top - 14, top + 74),
            (cx - half_top + 50, top - 16),
            (cx + half_top - 50, top - 16),
            (cx + half_top + 14, top + 74),
            (cx + half_top + 40, flap_low - 150),
            (cx + half_top - 150, flap_low),
            (cx - half_top + 150, flap_low),
            (cx - half_top - 40, flap_low - 150),
        ]


def bags(recipe: PictureRecipe, angle: int) -> Studio:
    """Draw a structured leather bag: body, flap, stitching, handles, buckle. Colours: leather, metal."""
    studio = Studio(ground=recipe.ground, seed=recipe.seed * 10 + angle)
    leather, metal = recipe.colour(0, "#8a4a22"), recipe.colour(1, "#d8b25a")
    bag = _Bag(1200, 1560, 1.0 if angle == 0 else 1.14, leather, metal)
    studio.shadow_ellipse((bag.cx + 110, bag.base - 6), bag.half_low + 90, 90, blur=50, strength=0.75)
    _handle(studio, bag)
    body, flap = bag.body(), bag.flap()
    _hide(studio, body, leather, seed=1)
    studio.shadow([[(x + 10, y + 34) for x, y in flap]], blur=26, strength=0.75)
    _hide(studio, flap, mix(leather, (255, 220, 180), 0.07), seed=5)
    thread, cx, top, base = mix(leather, _LIGHT, 0.62), bag.cx, bag.top, bag.base
    _stitches(studio, [(cx + (x - cx) * 0.955, top + 30 + (y - top) * 0.93) for x, y in flap], thread)
    low = [(cx + (x - cx) * 0.965, base - 34 + (y - base) * 0.94) for x, y in body[4:]]
    _stitches(studio, low, thread, closed=False)
    _buckled_strap(studio, bag)
    return studio


def _handle(studio: Studio, bag: _Bag) -> None:
    cx, top, scale = bag.cx, bag.top, bag.scale
    curve = [
        (cx + 270 * scale * math.cos(t), top - 20 - 360 * scale * math.sin(t))
        for t in (math.pi * (1 - i / 40) for i in range(41))
    ]
    line = [(cx - 270 * scale, top + 60), *curve, (cx + 270 * scale, top + 60)]
    draw = ImageDraw.Draw(studio.image)
    for offset, tone, width in ((14, 0.75, 64), (0, 0.25, 58), (-10, -0.28, 18)):
        ink = mix(bag.leather, (16, 6, 2), tone) if tone > 0 else mix(bag.leather, (255, 226, 190), -tone)
        shifted = [(x + offset, y + offset / 2) for x, y in line]
        draw.line(shifted, fill=ink, width=round(width * scale), joint="curve")


def _buckled_strap(studio: Studio, bag: _Bag) -> None:
    cx, flap_low, metal = bag.cx, bag.flap_low, bag.metal
    left, right, start, end = cx - 70, cx + 70, flap_low - 170, flap_low + 190
    strap = [(left, start), (right, start), (right, end - 60), (cx, end), (left, end - 60)]
    _hide(studio, strap, mix(bag.leather, (20, 8, 2), 0.16), seed=9)
    draw = ImageDraw.Draw(studio.image)
    for grow, shine in (
        (10, mix(metal, (40, 26, 4), 0.6)),
        (0, metal),
        (-16, mix(metal, (255, 255, 240), 0.55)),
        (-22, mix(metal, (60, 40, 8), 0.35)),
    ):
        box = (cx - 96 - grow, flap_low - 50 - grow, cx + 96 + grow, flap_low + 62 + grow)
        draw.rounded_rectangle(box, radius=26, fill=shine)


def _hide(studio: Studio, outline: list[Point], colour: Colour, *, seed: int) -> None:
    """Fill a rounded outline with lit, grained leather and a darker burnished edge."""
    left, top = (math.floor(min(p[axis] for p in outline)) - 20 for axis in (0, 1))
    right, low = (math.ceil(max(p[axis] for p in outline)) + 20 for axis in (0, 1))
    size = (right - left, low - top)
    local = [(x - left, y - top) for x, y in outline]
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).polygon(local, fill=255)
    mask = mask.filter(ImageFilter.GaussianBlur(20)).point(
        [max(0, min(255, (v - 112) * 8)) for v in range(256)]
    )
    light = field(
        size,
        lambda u, v: (
            0.66
            - 0.34 * u * u
            - 0.3 * v
            + 0.2 * math.exp(-(((u - 0.28) / 0.16) ** 2) - ((v - 0.25) / 0.3) ** 2)
        ),
    )
    hide = ImageOps.colorize(
        light, black=mix(colour, (14, 4, 0), 0.8), mid=colour, white=mix(colour, (255, 232, 206), 0.72)
    )
    grain = noise(size, seed=studio.seed + seed, cell=5, contrast=70)
    hide = overlay(hide, Image.blend(grain, noise(size, seed=seed, cell=120, contrast=60), 0.4))
    inner = mask.filter(ImageFilter.GaussianBlur(12)).point(
        [max(0, min(255, round((v - 120) * 2.1))) for v in range(256)]
    )
    edged = Image.composite(hide, Image.new("RGB", size, mix(colour, (16, 6, 2), 0.62)), inner)
    studio.image.paste(edged, (left, top), mask)


def _stitches(studio: Studio, outline: list[Point], colour: Colour, *, closed: bool = True) -> None:
    """Sew along an outline."""
    draw = ImageDraw.Draw(studio.image)
    ends = [*outline[1:], outline[0]] if closed else outline[1:]
    for (ax, ay), (bx, by) in zip(outline, ends, strict=False):
        length = math.dist((ax, ay), (bx, by))
        count = max(1, round(length / 30))
        for i in range(count):
            a, b = (i + 0.2) / count, (i + 0.75) / count
            draw.line(
                (ax + (bx - ax) * a, ay + (by - ay) * a, ax + (bx - ax) * b, ay + (by - ay) * b),
                fill=colour,
                width=6,
            )


def shirts(recipe: PictureRecipe, angle: int) -> Studio:
    """Draw T-shirts laid flat, seen from above. Colours: one per shirt."""
    studio = Studio(ground=recipe.ground, seed=recipe.seed * 10 + angle, horizon=-0.6)
    places = [(760, 900, 0.86, -7.0), (1660, 930, 0.86, 6.0)] if angle == 0 else [(1200, 920, 1.12, 0.0)]
    outline = [
        (-170, -560),
        (-330, -500),
        (-690, -250),
        (-560, -20),
        (-400, -130),
        (-400, 600),
        (400, 600),
        (400, -130),
        (560, -20),
        (690, -250),
        (330, -500),
        (170, -560),
        (90, -490),
        (-90, -490),
    ]
    for index, (cx, cy, scale, lean) in enumerate(places):
        colour = recipe.colour(index, "#1d5f6a" if index == 0 else "#e9e2d2")
        cos, sin = math.cos(math.radians(lean)) * scale, math.sin(math.radians(lean)) * scale
        points = [(cx + x * cos - y * sin, cy + x * sin + y * cos) for x, y in outline]
        studio.shadow([[(x + 16, y + 22) for x, y in points]], blur=28, strength=0.6)
        _cloth(studio, points, colour, seed=index)
        draw = ImageDraw.Draw(studio.image)
        collar = [
            (cx + x * cos - y * sin, cy + x * sin + y * cos)
            for x, y in ((-170, -556), (-120, -470), (0, -430), (120, -470), (170, -556))
        ]
        draw.line(collar, fill=mix(colour, (20, 16, 14), 0.3), width=round(44 * scale), joint="curve")
        draw.line(collar, fill=mix(colour, (255, 255, 255), 0.08), width=round(32 * scale), joint="curve")
        for x in (-1, 1):
            seam = [
                (cx + a * cos - b * sin, cy + a * sin + b * cos)
                for a, b in ((x * 330, -490), (x * 390, -320), (x * 400, -130))
            ]
            draw.line(seam, fill=mix(colour, (20, 16, 14), 0.26), width=5, joint="curve")
        hem = [(cx + a * cos - b * sin, cy + a * sin + b * cos) for a, b in ((-396, 560), (396, 560))]
        draw.line(hem, fill=mix(colour, (20, 16, 14), 0.2), width=4)
    return studio


def _cloth(studio: Studio, outline: list[Point], colour: Colour, *, seed: int) -> None:
    """Fill an outline with softly creased jersey."""
    left, top = (math.floor(min(p[axis] for p in outline)) - 20 for axis in (0, 1))
    right, low = (math.ceil(max(p[axis] for p in outline)) + 20 for axis in (0, 1))
    size = (right - left, low - top)
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in outline], fill=255)
    mask = mask.filter(ImageFilter.GaussianBlur(9)).point(
        [max(0, min(255, (v - 112) * 8)) for v in range(256)]
    )
    phase = seed * 2.1

    def crease(u: float, v: float) -> float:
        waves = 0.07 * math.sin(u * 11 + 3 * math.sin(v * 3 + phase)) + 0.06 * math.sin(
            (u * 0.8 + v) * 9 + phase
        )
        return 0.56 - 0.12 * (u - 0.5) - 0.1 * (v - 0.5) + waves * (0.4 + abs(u - 0.5))

    cloth = ImageOps.colorize(
        field(size, crease),
        black=mix(colour, (10, 8, 10), 0.75),
        mid=colour,
        white=mix(colour, (255, 255, 255), 0.6),
    )
    cloth = overlay(cloth, weave(size, seed=seed, contrast=46))
    inner = mask.filter(ImageFilter.GaussianBlur(14)).point(
        [max(90, min(255, round((v - 70) * 1.7))) for v in range(256)]
    )
    cloth = Image.composite(cloth, Image.new("RGB", size, mix(colour, (16, 12, 12), 0.6)), inner)
    studio.image.paste(cloth, (left, top), mask)


FAMILIES: Final[dict[str, Callable[[PictureRecipe, int], Studio]]] = {"bags": bags, "shirts": shirts}
