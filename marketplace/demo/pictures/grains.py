"""Small round things by the thousand: beans, grains, berries, nuts, fruit; heaped, boxed or in bowls.

Owns the grains' sprites and how they pile up. Must not know which product they show.
"""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw, ImageFilter, ImageOps

from marketplace.demo.pictures.recipe import Colour, PictureRecipe, mix
from marketplace.demo.pictures.studio import FULL, Studio, field, noise, overlay

SPRITE: Final = 44


@dataclass(frozen=True, slots=True)
class Grain:
    """How one kind of grain looks: size in canvas pixels, how long and flat, its marks and gloss."""

    size: float
    long: float = 1.0
    gloss: float = 0.5
    mark: str = ""
    rough: float = 0.0
    wild: float = 0.12


GRAINS: Final[dict[str, Grain]] = {
    "cherry": Grain(size=128, gloss=1.0, mark="stem", wild=0.22),
    "coffee": Grain(size=72, long=1.36, gloss=0.22, mark="crease", wild=0.1),
    "cocoa": Grain(size=92, long=1.65, gloss=0.18, rough=0.5, mark="veins"),
    "rice": Grain(size=34, long=3.2, gloss=0.55, wild=0.06),
    "lentil": Grain(size=46, long=1.12, gloss=0.4, mark="rim"),
    "chickpea": Grain(size=68, long=1.1, gloss=0.22, rough=0.4, mark="beak"),
    "bean": Grain(size=78, long=1.7, gloss=0.7, mark="eye"),
    "pepper": Grain(size=52, gloss=0.12, rough=1.0, mark="wrinkle", wild=0.2),
    "sesame": Grain(size=30, long=1.6, gloss=0.35),
    "quinoa": Grain(size=26, gloss=0.4, mark="rim"),
    "cashew": Grain(size=108, long=1.75, gloss=0.35, mark="curl"),
    "almond": Grain(size=104, long=1.75, gloss=0.25, mark="veins", rough=0.3),
    "date": Grain(size=150, long=1.9, gloss=0.2, mark="wrinkle", rough=0.4, wild=0.2),
    "raisin": Grain(size=72, long=1.35, gloss=0.45, mark="wrinkle", rough=0.8, wild=0.3),
    "blueberry": Grain(size=104, gloss=0.35, mark="crown", rough=0.4, wild=0.18),
    "orange": Grain(size=350, gloss=0.5, mark="pores", rough=0.4, wild=0.06),
    "apple": Grain(size=350, gloss=0.9, mark="blush", wild=0.2),
    "avocado": Grain(size=330, long=1.28, gloss=0.3, mark="pores", rough=0.55, wild=0.12),
    "grape": Grain(size=128, long=1.18, gloss=0.8, mark="bloom", wild=0.1),
    "pellet": Grain(size=54, long=1.3, gloss=0.6, wild=0.04),
    "macadamia": Grain(size=124, gloss=0.8, wild=0.1),
    "saffron": Grain(size=24, long=7.0, gloss=0.25, wild=0.25),
    "tea": Grain(size=30, long=4.2, gloss=0.2, rough=0.8, wild=0.4),
}
_KEY: Final = (-0.46, -0.62, 0.64)


def sprites(
    kind: str, colours: Sequence[Colour], rng: random.Random, *, scale: float = 1.0
) -> list[Image.Image]:
    """Return a few dozen lit grains of this kind in many turns and tones, each with its small shadow."""
    grain = GRAINS[kind]
    turns = 8 if grain.long == 1.0 else 16
    made = []
    for turn in range(turns):
        angle = math.pi * 2 * turn / turns + rng.uniform(-0.15, 0.15)
        light, shape = _lit_shape(grain, angle, rng)
        for tone in range(3 if len(colours) == 1 else 2 * len(colours)):
            base = colours[tone % len(colours)]
            shift = rng.uniform(-grain.wild, grain.wild)
            base = mix(base, (255, 240, 220) if shift > 0 else (20, 8, 4), abs(shift))
            made.append(_coloured(grain, base, light, shape, scale=scale, angle=angle, rng=rng))
    return made


def _lit_shape(grain: Grain, angle: float, rng: random.Random) -> tuple[Image.Image, Image.Image]:
    """Return (light, coverage): the grain as a lit ellipsoid turned by the angle, with its marks."""
    n = SPRITE if grain.size < 200 else 84
    cos, sin = math.cos(angle), math.sin(angle)
    long, flat = 0.94, 0.94 / grain.long
    phase = rng.uniform(0, 6)
    light, cover = [], []
    for py in range(n):
        for px in range(n):
            x, y = (px + 0.5) / n * 2 - 1, (py + 0.5) / n * 2 - 1
            a, b = x * cos + y * sin, y * cos - x * sin
            if grain.mark == "curl":
                b += 0.42 * (a * a - 0.35)
            reach = (a / long) ** 2 + (b / flat) ** 2
            cover.append(max(0.0, min(1.0, (1 - reach) * n * 0.22)))
            if reach >= 1:
                light.append(0.25)
                continue
            depth = math.sqrt(1 - reach)
            na, nb, nz = a / long, b / flat, depth
            if grain.rough:
                na += grain.rough * 0.16 * math.sin(9 * a + 6 * b + phase)
                nb += grain.rough * 0.16 * math.sin(8 * b - 7 * a + 2 * phase)
            nx, ny = na * cos - nb * sin, na * sin + nb * cos
            length = math.sqrt(nx * nx + ny * ny + nz * nz)
            dot = (nx * _KEY[0] + ny * _KEY[1] + nz * _KEY[2]) / length
            value = 0.22 + 0.58 * max(0.0, dot) + 0.10 * max(0.0, nx * 0.7 + ny * 0.5)
            value += grain.gloss * 0.42 * max(0.0, dot) ** (46 if grain.gloss > 0.6 else 16)
            light.append(value * _mark(grain.mark, a / long, b / flat, depth, phase))
    shades = Image.new("L", (n, n))
    shades.putdata([max(0, min(255, round(255 * v))) for v in light])
    mask = Image.new("L", (n, n))
    mask.putdata([round(255 * v) for v in cover])
    return shades, mask


def _mark(mark: str, a: float, b: float, depth: float, phase: float) -> float:
    """Return how much a grain's own mark darkens or lightens a point of it."""
    if mark == "crease":
        if math.sin(phase * 7) < -0.2:  # this one lies on its flat side
            return 1.0
        groove = abs(b - 0.1 * math.sin(a * 2.4))
        return 0.4 + 0.6 * min(1.0, groove / 0.16) if abs(a) < 0.92 else 1.0
    if mark == "veins":
        return 1 + 0.13 * math.sin(b * 15 + 1.6 * math.sin(a * 4 + phase))
    if mark == "rim":
        return 0.82 if 0.3 < depth < 0.5 else 1.0
    if mark == "beak":
        return 0.7 if abs(b) < 0.07 and a > 0.05 else 1.0
    if mark == "eye":
        return 0.5 if (a * 3.2) ** 2 + ((b - 0.62) * 5) ** 2 < 1 else 1.0
    if mark == "wrinkle":
        return 1 + 0.2 * math.sin(a * 7 + 3 * math.sin(b * 5 + phase)) * depth
    if mark == "pores":
        return 1 + 0.05 * math.sin(a * 31 + phase) * math.sin(b * 29)
    if mark == "crown":
        ring = math.hypot(a - 0.18 * math.cos(phase), b + 0.22 * math.sin(phase))
        return 0.45 if ring < 0.2 + 0.05 * math.sin(5 * math.atan2(b, a)) else 1.06 if ring < 0.3 else 1.0
    return 1.0


def _coloured(
    grain: Grain,
    base: Colour,
    light: Image.Image,
    shape: Image.Image,
    *,
    scale: float,
    angle: float,
    rng: random.Random,
) -> Image.Image:
    target = max(8, round(grain.size * scale * max(1.0, grain.long**0.5)))
    tinted = ImageOps.colorize(
        light,
        black=mix(base, (8, 2, 6), 0.86),
        mid=base,
        white=mix(base, (255, 255, 250), 0.9),
        midpoint=round(168 + 34 * grain.gloss),
    )
    if grain.mark == "blush":
        other = ImageOps.colorize(
            light, black=(40, 30, 0), mid=(214, 184, 80), white=(255, 252, 230), midpoint=140
        )
        blush = Image.new("L", light.size, 0)
        n = light.width
        off = (n * 0.5 + math.cos(angle) * n * 0.36, n * 0.5 + math.sin(angle) * n * 0.36)
        ImageDraw.Draw(blush).ellipse(
            (off[0] - n * 0.3, off[1] - n * 0.3, off[0] + n * 0.3, off[1] + n * 0.3), fill=190
        )
        tinted = Image.composite(other, tinted, blush.filter(ImageFilter.GaussianBlur(n * 0.12)))
    body = tinted.resize((target, target), Image.Resampling.BICUBIC)
    cover = shape.resize((target, target), Image.Resampling.BICUBIC)
    margin = max(3, target // 5)
    size = target + 2 * margin
    sprite = Image.new("RGBA", (size, size), (*mix(base, (12, 4, 6), 0.88), 0))
    halo = Image.new("L", (size, size), 0)
    halo.paste(
        cover.point([round(v * 0.62) for v in range(256)]), (margin + target // 22, margin + target // 12)
    )
    sprite.putalpha(halo.filter(ImageFilter.GaussianBlur(max(2, target / 15))))
    top = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    top.paste(body, (margin, margin))
    alpha = Image.new("L", (size, size), 0)
    alpha.paste(cover, (margin, margin))
    top.putalpha(alpha)
    sprite = Image.alpha_composite(sprite, top)
    return _with_stem(sprite, rng) if grain.mark == "stem" else sprite


def _with_stem(sprite: Image.Image, rng: random.Random) -> Image.Image:
    """Give roughly half of the cherries their dimple and green stem."""
    if rng.random() < 0.72:
        return sprite
    big = Image.new("RGBA", (sprite.width * 2, sprite.height * 2), (0, 0, 0, 0))
    big.paste(sprite, (sprite.width // 2, sprite.height // 2))
    draw = ImageDraw.Draw(big)
    x, y = big.width / 2 + rng.uniform(-12, 12), big.height / 2 - sprite.height * 0.2
    draw.ellipse((x - 15, y - 6, x + 15, y + 9), fill=(60, 4, 14, 190))
    lean, bow = rng.uniform(-0.6, 0.6), rng.uniform(-26, 26)
    points = [
        (x + lean * t * 120 + bow * math.sin(t * math.pi), y - t * 118) for t in (i / 12 for i in range(13))
    ]
    draw.line([(px + 3, py + 2) for px, py in points], fill=(46, 62, 22, 255), width=10, joint="curve")
    draw.line(points, fill=(112, 140, 58, 255), width=7, joint="curve")
    end = points[-1]
    draw.ellipse((end[0] - 7, end[1] - 5, end[0] + 7, end[1] + 5), fill=(104, 92, 44, 255))
    return big


def pile(
    studio: Studio,
    made: Sequence[Image.Image],
    *,
    centre: tuple[float, float],
    radius: tuple[float, float],
    height: float,
    spacing: float,
    base: Colour,
    bumpy: float = 0.5,
) -> None:
    """Heap grains on an ellipse: back to front, lower ones in the shade of the upper."""
    rng = studio.rng
    cx, cy = centre
    rx, ry = radius
    crown = ry * 0.25 + height
    mound = [
        (cx + math.cos(t) * rx, cy + math.sin(t) * (ry if math.sin(t) > 0 else crown))
        for t in (2 * math.pi * i / 90 for i in range(90))
    ]
    ImageDraw.Draw(studio.image).polygon(mound, fill=mix(base, (10, 4, 2), 0.5 if spacing < 40 else 0.72))
    step = spacing * 0.68
    wobble = spacing * 0.62 * bumpy
    rows = max(3, round((ry + crown) / step))
    for row in range(rows + 1):
        y = cy - crown + row * (ry + crown) / rows
        v = (y - cy) / (ry if y > cy else crown)
        half = rx * math.sqrt(max(0.0, 1 - v * v)) ** (1.0 if y > cy else 1.12)
        count = max(1, round(2 * half / spacing))
        for column in sorted(range(count), key=lambda _column: rng.random()):
            x = cx + ((column + 0.5 + 0.5 * (row % 2) - 0.25) / count * 2 - 1) * half
            studio.paste(
                rng.choice(made), (x + rng.uniform(-wobble, wobble), y + rng.uniform(-wobble, wobble))
            )


def _carpet(studio: Studio, made: Sequence[Image.Image], *, spacing: float, base: Colour) -> None:
    """Fill the frame with a heap seen from close by, rising in the middle."""
    rng = studio.rng
    ImageDraw.Draw(studio.image).polygon(
        [(0, 560), (700, 330), (1300, 300), (1900, 380), (FULL[0], 560), (FULL[0], FULL[1]), (0, FULL[1])],
        fill=mix(base, (10, 4, 2), 0.5 if spacing < 40 else 0.72),
    )
    rows = round(2160 / (spacing * 0.5))
    for row in range(rows):
        v = (row + 0.5) / rows * 2 - 1
        half = math.sqrt(1 - v * v)
        count = max(1, round(3800 * half / spacing))
        for column in range(count):
            u = ((column + rng.random()) / count * 2 - 1) * half
            lift = (1 - (u * u + v * v)) ** 0.75 * 420 if u * u + v * v < 1 else 0
            x, y = 1200 + u * 1900, 1150 + v * 1080 - lift
            if -200 < x < FULL[0] + 200 and y < FULL[1] + 200:
                studio.paste(
                    rng.choice(made),
                    (x + rng.uniform(-0.1, 0.1) * spacing, y + rng.uniform(-0.1, 0.1) * spacing),
                )


def colours_of(recipe: PictureRecipe, default: str) -> list[Colour]:
    return [recipe.colour(i, default) for i in range(max(1, len(recipe.colours)))]


def heap(recipe: PictureRecipe, angle: int) -> Studio:
    """Draw a generous heap of loose grains; the second angle is a close look into them."""
    studio = Studio(ground=recipe.ground, seed=recipe.seed * 10 + angle)
    kind = recipe.kind if recipe.kind in GRAINS else "bean"
    colours = colours_of(recipe, "#a46a3c")
    grain = GRAINS[kind]
    close = 1.8 if angle else 1.2
    made = sprites(kind, colours, studio.rng, scale=close)
    spacing = grain.size * close * 0.62 * max(0.8, grain.long**0.2)
    if angle:
        _carpet(studio, made, spacing=spacing, base=colours[0])
        _volume(studio)
        _scoop_light(studio)
        return studio
    studio.shadow_ellipse((1310, 1310), 1050, 280, blur=90, strength=0.55)
    pile(studio, made, centre=(1200, 1230), radius=(1040, 300), height=430, spacing=spacing, base=colours[0])
    _volume(studio)
    for _ in range(round(26 * min(1, 60 / grain.size) + 4)):
        t = studio.rng.uniform(-0.2, math.pi + 0.2)
        reach = studio.rng.uniform(1.02, 1.22)
        studio.paste(
            studio.rng.choice(made), (1200 + math.cos(t) * 1040 * reach, 1240 + math.sin(t) * 290 * reach)
        )
    return studio


def _volume(studio: Studio) -> None:
    """Let the light fall off across a heap, from its upper left to its lower right."""
    fall = field(FULL, lambda u, v: max(0.2, min(0.62, 0.98 - 0.42 * u - 0.5 * max(0.0, v - 0.2))), grid=40)
    studio.image = overlay(studio.image, fall)


def _scoop_light(studio: Studio) -> None:
    """Let the far edge of a close-up fall out of focus."""
    blurred = (
        studio.image.reduce(4).filter(ImageFilter.GaussianBlur(3)).resize(FULL, Image.Resampling.BICUBIC)
    )
    ramp = Image.linear_gradient("L").resize(FULL)
    studio.image = Image.composite(
        blurred, studio.image, ramp.point([max(0, min(255, round(255 - v * 2.6))) for v in range(256)])
    )


def bowls(recipe: PictureRecipe, angle: int) -> Studio:
    """Draw bowls filled with powder or grains, one colour each."""
    studio = Studio(ground=recipe.ground, seed=recipe.seed * 10 + angle, horizon=0.2)
    colours = colours_of(recipe, "#c8641e")
    places = [(640, 640, 330), (1330, 560, 300), (1900, 800, 320), (1060, 1190, 420)]
    if angle:
        places = [(900, 760, 470), (1760, 1080, 400), (1700, 470, 280)]
    for index, (x, y, radius) in enumerate(places):
        colour = colours[index % len(colours)]
        studio.shadow_ellipse(
            (x + 60, y + radius * 0.5), radius * 1.02, radius * 0.62, blur=50, strength=0.65
        )
        _bowl(studio, x, y, radius, recipe.colour(9, "#f3ece0") if index % 2 else (70, 78, 84))
        if recipe.kind in GRAINS:
            made = sprites(recipe.kind, [colour], studio.rng, scale=radius / 400)
            size = GRAINS[recipe.kind].size * radius / 400
            pile(
                studio,
                made,
                centre=(x, y - radius * 0.02),
                radius=(radius * 0.8, radius * 0.5),
                height=radius * 0.34,
                spacing=size * 0.66,
                base=colour,
            )
        else:
            _powder(studio, x, y, radius, colour)
    return studio


def _bowl(studio: Studio, x: float, y: float, radius: float, colour: Colour) -> None:
    """Draw a thrown bowl seen from above the table, its inside in shade."""
    size = (round(radius * 2.2), round(radius * 1.9))
    cx, cy = size[0] / 2, radius * 0.72
    layer = Image.new("RGBA", size, (0, 0, 0, 0))
    ramp = ImageOps.colorize(
        Image.linear_gradient("L").rotate(90).resize(size),
        black=mix(colour, (255, 255, 255), 0.3),
        mid=colour,
        white=mix(colour, (12, 10, 10), 0.62),
        midpoint=96,
    )
    body = Image.new("L", size, 0)
    draw = ImageDraw.Draw(body)
    outline = [
        (cx + radius * math.cos(t), cy + radius * 0.62 * math.sin(t))
        for t in (math.pi * i / 60 for i in range(61))
    ]
    foot = [
        (cx + radius * 0.5 * math.cos(t), cy + radius * 0.78 + radius * 0.26 * math.sin(t))
        for t in (math.pi * i / 60 for i in range(61))
    ]
    draw.polygon([outline[-1], *reversed(foot), outline[0]], fill=255)
    draw.ellipse((cx - radius, cy - radius * 0.62, cx + radius, cy + radius * 0.62), fill=255)
    draw.polygon([*outline, *reversed(foot)], fill=255)
    layer.paste(ramp, (0, 0), body)
    rim = ImageDraw.Draw(layer)
    rim.ellipse(
        (cx - radius, cy - radius * 0.62, cx + radius, cy + radius * 0.62),
        fill=mix(colour, (255, 255, 255), 0.35),
    )
    r = radius * 0.94
    rim.ellipse((cx - r, cy - r * 0.62, cx + r, cy + r * 0.62), fill=mix(colour, (16, 10, 8), 0.55))
    studio.image.paste(layer, (round(x - cx), round(y - cy)), layer)


def _powder(studio: Studio, x: float, y: float, radius: float, colour: Colour) -> None:
    """Heap a fine powder in a bowl: a soft lit dome with grain."""
    rx, ry, lift = radius * 0.9, radius * 0.56, radius * 0.14
    n = 90
    light, cover = [], []
    rng = studio.rng
    phase = rng.uniform(0, 6)
    for py in range(n):
        for px in range(n):
            u, v = (px + 0.5) / n * 2 - 1, (py + 0.5) / n * 2 - 1
            reach = u * u + v * v
            ripple = 0.05 * math.sin(u * 9 + phase + 4 * v) + 0.04 * math.sin(v * 13 - u * 5)
            peak = math.hypot(u + 0.05, v + 0.22)
            value = 0.78 - 0.36 * u * min(1, peak * 2.2) - 0.3 * peak + ripple
            light.append(max(0, min(255, round(255 * value))))
            cover.append(max(0, min(255, round((1 - reach) * 255 * 16))))
    shades = Image.new("L", (n, n))
    shades.putdata(light)
    mask = Image.new("L", (n, n))
    mask.putdata(cover)
    size = (round(rx * 2), round(ry * 2 + lift))
    body = ImageOps.colorize(
        shades.resize(size, Image.Resampling.BICUBIC),
        black=mix(colour, (30, 6, 0), 0.7),
        mid=colour,
        white=mix(colour, (255, 246, 214), 0.62),
    )
    body = overlay(body, noise(size, seed=round(x + y), cell=3, contrast=110))
    studio.image.paste(
        body, (round(x - rx), round(y - ry - lift)), mask.resize(size, Image.Resampling.BICUBIC)
    )


FAMILIES: Final[dict[str, Callable[[PictureRecipe, int], Studio]]] = {
    "heap": heap,
    "bowls": bowls,
}
