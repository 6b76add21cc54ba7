"""Shrimp on ice.

Owns the one animal in the demo's pictures. Must not know which product it shows.
"""

import math
import random
from collections.abc import Callable
from typing import Final

from PIL import Image, ImageDraw, ImageFilter, ImageOps

from marketplace.demo.pictures.recipe import Colour, PictureRecipe, mix
from marketplace.demo.pictures.studio import FULL, Studio, noise, overlay


def _shrimp(colour: Colour, pale: Colour, rng: random.Random) -> Image.Image:
    """Return one peeled shrimp, tail on: a tapering curl of six lit segments and a fan."""
    n = 460
    image = Image.new("RGBA", (n, n), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    steps = 90
    bend = rng.uniform(3.1, 3.9)
    spine = []
    for i in range(steps + 1):
        t = i / steps
        a = -2.4 + bend * t
        reach = 112 - 34 * t
        spine.append(
            (n / 2 + reach * math.cos(a), n / 2 + reach * math.sin(a), 78 * (1 - 0.74 * t) ** 0.85, t)
        )
    tail_x, tail_y, _r, _t = spine[-1]
    heading = -2.4 + bend + math.pi / 2
    for spread in (-0.7, -0.25, 0.25, 0.7):
        ex, ey = tail_x + 84 * math.cos(heading + spread), tail_y + 84 * math.sin(heading + spread)
        draw.line((tail_x, tail_y, ex, ey), fill=(*mix(colour, (150, 30, 10), 0.45), 255), width=30)
        draw.ellipse((ex - 15, ey - 15, ex + 15, ey + 15), fill=(*mix(colour, (120, 20, 10), 0.5), 255))
    for x, y, r, t in spine:
        segment = (t * 6) % 1
        tone = mix(pale, colour, 0.25 + 0.75 * max(0.0, 1 - segment * 3))
        draw.ellipse((x - r, y - r, x + r, y + r), fill=(*mix(tone, (90, 20, 10), 0.16), 255))
    for x, y, r, t in spine:
        segment = (t * 6) % 1
        tone = mix(pale, colour, 0.15 + 0.85 * max(0.0, 1 - segment * 3))
        draw.ellipse((x - r * 0.84 - 4, y - r * 0.84 - 6, x + r * 0.6, y + r * 0.6), fill=(*tone, 255))
    shine = Image.new("L", (n, n), 0)
    glow = ImageDraw.Draw(shine)
    glow.line([(x - r * 0.35, y - r * 0.45) for x, y, r, _ in spine[4:70]], fill=215, width=14, joint="curve")
    white = Image.new("RGBA", (n, n), (255, 252, 246, 0))
    white.putalpha(shine.filter(ImageFilter.GaussianBlur(7)))
    clipped = Image.composite(Image.alpha_composite(image, white), image, image.getchannel("A"))
    turned = clipped.rotate(rng.uniform(0, 360), Image.Resampling.BICUBIC)
    shadow = Image.new("RGBA", (n, n), (40, 50, 60, 0))
    alpha = Image.new("L", (n, n), 0)
    alpha.paste(turned.getchannel("A").point([round(v * 0.6) for v in range(256)]), (8, 14))
    shadow.putalpha(alpha.filter(ImageFilter.GaussianBlur(10)))
    return Image.alpha_composite(shadow, turned)


def _ice(rng: random.Random) -> Image.Image:
    """Return one lump of clear ice."""
    n = 150
    points = [
        (n / 2 + rng.uniform(38, 66) * math.cos(a), n / 2 + rng.uniform(34, 60) * math.sin(a))
        for a in (math.tau * k / 7 for k in range(7))
    ]
    mask = Image.new("L", (n, n), 0)
    ImageDraw.Draw(mask).polygon(points, fill=215)
    mask = mask.filter(ImageFilter.GaussianBlur(3))
    light = Image.linear_gradient("L").rotate(rng.uniform(100, 170), expand=False).resize((n, n))
    lump = ImageOps.colorize(
        light, black=(128, 160, 178), mid=(200, 220, 228), white=(255, 255, 255)
    ).convert("RGBA")
    draw = ImageDraw.Draw(lump)
    draw.polygon([points[0], points[1], points[2], (n / 2, n / 2)], fill=(255, 255, 255, 255))
    draw.polygon([points[3], points[4], points[5], (n / 2, n / 2)], fill=(176, 202, 214, 255))
    lump.putalpha(mask)
    return lump


def shrimp(recipe: PictureRecipe, angle: int) -> Studio:
    """Draw shrimp on crushed ice; the second angle is closer. Colours: shell, flesh."""
    studio = Studio(ground="ice", seed=recipe.seed * 10 + angle, horizon=-0.5)
    rng = studio.rng
    colour, pale = recipe.colour(0, "#e8886a"), recipe.colour(1, "#f6c8b0")
    lumps = [_ice(rng) for _ in range(14)]
    for _ in range(900):
        studio.paste(rng.choice(lumps), (rng.uniform(-40, FULL[0] + 40), rng.uniform(-40, FULL[1] + 40)))
    studio.image = overlay(studio.image, noise(FULL, seed=recipe.seed, cell=60, contrast=60))
    size = 1.0 if angle == 0 else 1.6
    kinds = [_shrimp(mix(colour, (255, 220, 200), rng.uniform(0, 0.2)), pale, rng) for _ in range(16)]
    kinds = [
        kind.resize((round(kind.width * size), round(kind.height * size)), Image.Resampling.BICUBIC)
        for kind in kinds
    ]
    step = 250 * size
    rows = 5 if angle == 0 else 4
    for row in range(rows):
        for column in range(8 if angle == 0 else 6):
            x = (
                1200
                + (column - (3.5 if angle == 0 else 2.5)) * step
                + (row % 2) * step * 0.4
                + rng.uniform(-40, 40)
            )
            y = 920 + (row - (rows - 1) / 2) * step * 0.94 + rng.uniform(-40, 40)
            if ((x - 1200) / 1050) ** 2 + ((y - 920) / 760) ** 2 < 1.05 or angle:
                studio.paste(rng.choice(kinds), (x, y))
    return studio


FAMILIES: Final[dict[str, Callable[[PictureRecipe, int], Studio]]] = {"shrimp": shrimp}
