"""Where suppliers work, and the marks they sign with.

Owns calm landscapes in layers (harbour, field, orchard, vineyard, workshop) and company marks.
Must not know any company.
"""

import io
import math
import random
from collections.abc import Callable
from typing import Final

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from marketplace.demo.pictures.recipe import Colour, mix
from marketplace.demo.pictures.studio import field, noise, overlay

SIZE: Final = (2400, 1350)
DAWN: Final[tuple[Colour, Colour]] = ((86, 128, 150), (246, 214, 176))
MARKS: Final[tuple[tuple[Colour, Colour], ...]] = (
    ((22, 82, 86), (240, 232, 214)),
    ((126, 46, 34), (246, 226, 190)),
    ((38, 58, 96), (226, 232, 240)),
    ((92, 98, 42), (244, 238, 206)),
    ((150, 96, 28), (252, 240, 214)),
    ((70, 44, 76), (240, 226, 236)),
)


def render_place(kind: str, *, seed: int) -> bytes:
    """Return a 1200 × 675 JPEG of such a place; raises KeyError for an unknown kind."""
    rng = random.Random(seed)
    image = _sky(seed)
    image = PLACES[kind](image, rng)
    final = image.reduce(2)
    out = io.BytesIO()
    overlay(final, noise(final.size, seed=seed, contrast=12)).save(out, "JPEG", quality=88)
    return out.getvalue()


def render_mark(name: str, *, seed: int) -> bytes:
    """Return a 320 × 320 PNG: the initials in a ring of rays, in one of six pairs of colours."""
    ground, ink = MARKS[seed % len(MARKS)]
    size = 1280
    image = Image.new("RGB", (size, size), ground)
    draw = ImageDraw.Draw(image)
    centre = size / 2
    rays = (24, 32, 40)[seed % 3]
    for ray in range(rays):
        a = math.tau * ray / rays
        near, far = 0.39 * size, (0.455 if ray % 2 else 0.425) * size
        draw.line(
            (
                centre + near * math.cos(a),
                centre + near * math.sin(a),
                centre + far * math.cos(a),
                centre + far * math.sin(a),
            ),
            fill=mix(ground, ink, 0.75),
            width=14,
        )
    draw.ellipse(
        (centre - 0.36 * size, centre - 0.36 * size, centre + 0.36 * size, centre + 0.36 * size),
        outline=ink,
        width=14,
    )
    initials = "".join(word[0] for word in name.split() if word[0].isalpha())[:2].upper()
    draw.text((centre, centre), initials, font=ImageFont.load_default(size=430), fill=ink, anchor="mm")
    out = io.BytesIO()
    image.reduce(4).save(out, "PNG", optimize=True)
    return out.getvalue()


def _sky(seed: int) -> Image.Image:
    image = Image.new("RGB", SIZE, DAWN[0])
    image.paste(DAWN[1], (0, 0, *SIZE), field(SIZE, lambda _u, v: min(1.0, v * 1.7) ** 1.2))
    cloud = noise((9, 34), seed=seed + 5, contrast=150).resize(SIZE, Image.Resampling.BICUBIC)
    streaks = noise((30, 110), seed=seed + 6, contrast=110).resize(SIZE, Image.Resampling.BICUBIC)
    soft = Image.blend(cloud, streaks, 0.35)
    mask = soft.point([max(0, min(120, (v - 134) * 3)) for v in range(256)])
    image.paste((255, 246, 234), (0, 0, *SIZE), mask)
    glow = field(SIZE, lambda u, v: 0.85 * math.exp(-(((u - 0.7) / 0.2) ** 2) - ((v - 0.46) / 0.2) ** 2))
    image.paste((255, 240, 208), (0, 0, *SIZE), glow)
    return image


def _ridge(image: Image.Image, rng: random.Random, *, base: float, rise: float, colour: Colour) -> None:
    """Draw one range of hills with haze gathering at its foot."""
    phases = [rng.uniform(0, 6) for _ in range(5)]
    points: list[tuple[float, float]] = [(0, SIZE[1])]
    for x in range(0, SIZE[0] + 20, 20):
        u = x / SIZE[0]
        height = sum(math.sin(u * (3 + 4 * k) + phase) / (1 + 1.3 * k) for k, phase in enumerate(phases))
        points.append((x, base - rise * (0.5 + 0.35 * height)))
    points.append((SIZE[0], SIZE[1]))
    mask = Image.new("L", SIZE, 0)
    ImageDraw.Draw(mask).polygon(points, fill=255)
    layer = Image.new("RGB", SIZE, colour)
    haze = field(SIZE, lambda _u, v: max(0.0, min(0.6, (v * SIZE[1] - base + rise) / (rise * 2.4))), grid=64)
    layer.paste(mix(colour, DAWN[1], 0.6), (0, 0, *SIZE), haze)
    image.paste(layer, (0, 0), mask)


def _harbour(image: Image.Image, rng: random.Random) -> Image.Image:
    """Water, a moored ship with containers, and gantry cranes."""
    _ridge(image, rng, base=760, rise=190, colour=(112, 138, 150))
    draw = ImageDraw.Draw(image)
    horizon = 800
    for y in range(horizon, SIZE[1]):
        t = (y - horizon) / (SIZE[1] - horizon)
        draw.line((0, y, SIZE[0], y), fill=mix((196, 198, 186), (34, 84, 98), min(1, t * 1.5)))
    for _ in range(420):
        y = horizon + (SIZE[1] - horizon) * rng.random() ** 1.6
        width = 20 + (y - horizon) * 0.5 * rng.random()
        x = rng.gauss(1640, 420)
        draw.line(
            (x, y, x + width, y), fill=mix((255, 236, 206), (60, 110, 120), rng.random() * 0.7), width=3
        )
    steel: Colour = (52, 62, 72)
    for x in (300, 760):
        for leg in (0, 190):
            draw.line((x + leg, 820, x + leg, 330), fill=steel, width=20)
        draw.line((x - 60, 470, x + 620, 470), fill=steel, width=24)
        draw.line((x + 95, 250, x + 600, 466), fill=steel, width=8)
        draw.line((x + 95, 250, x - 50, 466), fill=steel, width=8)
        draw.polygon([(x + 60, 330), (x + 95, 240), (x + 130, 330)], fill=steel)
        draw.line((x, 820, x + 190, 480), fill=mix(steel, (255, 255, 255), 0.15), width=8)
        draw.line((x + 420, 470, x + 420, 560), fill=steel, width=5)
    palette: list[Colour] = [
        (158, 62, 44),
        (38, 92, 112),
        (212, 160, 64),
        (92, 112, 72),
        (196, 190, 178),
        (74, 60, 84),
    ]
    for row in range(4):
        for column in range(13 - (row == 3) * 4):
            x, y = 780 + column * 96, 700 - row * 52
            draw.rectangle((x, y, x + 92, y + 49), fill=mix(palette[rng.randrange(6)], (255, 240, 220), 0.1))
            for rib in range(8, 92, 12):
                draw.line((x + rib, y + 5, x + rib, y + 44), fill=(70, 60, 56), width=1)
    draw.polygon([(690, 748), (2190, 748), (2110, 900), (790, 900)], fill=(36, 58, 74))
    draw.polygon([(770, 866), (2130, 866), (2110, 900), (790, 900)], fill=(142, 52, 40))
    draw.rectangle((2030, 560, 2150, 748), fill=(236, 230, 218))
    for y in range(580, 740, 36):
        for x in range(2044, 2140, 26):
            draw.rectangle((x, y, x + 14, y + 14), fill=(70, 92, 104))
    reflection = (
        image.crop((0, 740, SIZE[0], 900)).transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize((SIZE[0], 260))
    )
    image.paste(
        reflection.filter(ImageFilter.GaussianBlur(9)),
        (0, 900),
        Image.linear_gradient("L")
        .transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        .resize((SIZE[0], 260))
        .point([round(v * 0.5) for v in range(256)]),
    )
    return image


def _rows(
    image: Image.Image, rng: random.Random, *, soil: Colour, leaf: Colour, tall: float, tree: bool
) -> Image.Image:
    """Rows of a crop that run to a vanishing point, with leaves lit from the right."""
    _ridge(image, rng, base=690, rise=330, colour=(122, 144, 154))
    _ridge(image, rng, base=740, rise=160, colour=(98, 124, 110))
    draw = ImageDraw.Draw(image)
    horizon = 730
    for y in range(horizon, SIZE[1]):
        t = (y - horizon) / (SIZE[1] - horizon)
        draw.line((0, y, SIZE[0], y), fill=mix(mix(soil, DAWN[1], 0.5), mix(soil, (30, 16, 8), 0.15), t))
    vanish = 1350
    steps = 46
    for step in range(steps):
        t = ((step + 1) / steps) ** 2.1
        y = horizon + 14 + (SIZE[1] + 120 - horizon) * t
        for row in range(-9, 10):
            x = vanish + (row + 0.5) * (26 + 720 * t) + rng.uniform(-1, 1) * 22 * t
            reach = (10 + 150 * t) * tall
            if not -reach < x < SIZE[0] + reach:
                continue
            far = mix(leaf, DAWN[1], 0.5 * (1 - t))
            if tree:
                draw.line(
                    (x, y, x, y - reach),
                    fill=mix((74, 54, 36), DAWN[1], 0.4 * (1 - t)),
                    width=max(2, round(16 * t)),
                )
            lift = reach * (1.25 if tree else 0.5)
            draw.ellipse(
                (x - reach * 0.5, y - 6 * t, x + reach * 0.9, y + 16 * t), fill=mix(soil, (24, 14, 8), 0.45)
            )
            for blob in range(5 if t < 0.2 else 11):
                bx, by = x + rng.gauss(0, reach * 0.3), y - lift + rng.gauss(0, reach * 0.22)
                r = reach * rng.uniform(0.16, 0.32)
                lit = 0.34 * max(-0.6, min(1, (bx - x) / reach - (by - y + lift) / reach))
                tone = mix(far, (250, 226, 140), lit) if lit > 0 else mix(far, (16, 30, 20), -lit * 1.4)
                draw.ellipse((bx - r, by - r, bx + r, by + r), fill=tone)
                del blob
    return image


def _field(image: Image.Image, rng: random.Random) -> Image.Image:
    return _rows(image, rng, soil=(140, 96, 62), leaf=(96, 124, 56), tall=0.7, tree=False)


def _orchard(image: Image.Image, rng: random.Random) -> Image.Image:
    return _rows(image, rng, soil=(128, 118, 72), leaf=(70, 104, 58), tall=1.35, tree=True)


def _vineyard(image: Image.Image, rng: random.Random) -> Image.Image:
    return _rows(image, rng, soil=(166, 126, 88), leaf=(104, 118, 44), tall=0.95, tree=False)


def _workshop(image: Image.Image, rng: random.Random) -> Image.Image:
    """A row of saw-tooth halls with warm windows, a chimney, a yard."""
    _ridge(image, rng, base=760, rise=260, colour=(118, 136, 142))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 940, SIZE[0], SIZE[1]), fill=(156, 138, 114))
    for y in range(940, SIZE[1]):
        draw.line((0, y, SIZE[0], y), fill=mix((186, 166, 138), (112, 96, 80), (y - 940) / 410))
    wall: Colour = (168, 96, 68)
    draw.rectangle((2060, 330, 2140, 940), fill=(140, 78, 58))
    for hall in range(6):
        x = 130 + hall * 318
        tone = mix(wall, (250, 220, 180), 0.05 * (hall % 3))
        draw.polygon(
            [(x, 940), (x, 640), (x + 250, 500), (x + 250, 640), (x + 318, 640), (x + 318, 940)], fill=tone
        )
        draw.polygon([(x, 640), (x + 250, 500), (x + 250, 516), (x, 658)], fill=(78, 66, 62))
        draw.polygon([(x + 250, 516), (x + 268, 528), (x + 268, 640), (x + 250, 640)], fill=(196, 214, 216))
        for window in range(3):
            wx = x + 34 + window * 92
            draw.rectangle((wx, 720, wx + 58, 850), fill=(58, 50, 48))
            draw.rectangle(
                (wx + 5, 725, wx + 53, 845), fill=mix((255, 214, 140), (120, 140, 150), rng.random() * 0.5)
            )
            draw.line((wx + 29, 725, wx + 29, 845), fill=(58, 50, 48), width=5)
            draw.line((wx, 785, wx + 58, 785), fill=(58, 50, 48), width=5)
    draw.rectangle((0, 934, SIZE[0], 950), fill=(92, 80, 70))
    for pallet in range(7):
        x, y = 260 + pallet * 290 + rng.randint(-40, 40), 1090 + rng.randint(0, 110)
        high = rng.randint(80, 170)
        draw.ellipse((x - 20, y - 14, x + 210, y + 34), fill=(104, 90, 74))
        draw.rectangle(
            (x, y - high, x + 150, y + 8), fill=mix((196, 154, 102), (255, 255, 255), 0.06 * (pallet % 3))
        )
        draw.polygon(
            [(x + 150, y + 8), (x + 186, y - 14), (x + 186, y - high - 20), (x + 150, y - high)],
            fill=(140, 106, 66),
        )
        draw.polygon(
            [(x, y - high), (x + 36, y - high - 20), (x + 186, y - high - 20), (x + 150, y - high)],
            fill=(222, 186, 134),
        )
    return image


PLACES: Final[dict[str, Callable[[Image.Image, random.Random], Image.Image]]] = {
    "harbour": _harbour,
    "field": _field,
    "orchard": _orchard,
    "vineyard": _vineyard,
    "workshop": _workshop,
}
