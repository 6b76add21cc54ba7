"""Soft goods: towels, cloth, rugs, sacks, leather bags, garments, baskets, and food in pieces.

Owns things that bend or are cut. Must not know which product they show.
"""

import math
import random
from collections.abc import Callable
from typing import Final

from PIL import Image, ImageDraw, ImageFilter, ImageOps

from marketplace.demo.pictures.hard import tube
from marketplace.demo.pictures.recipe import Colour, PictureRecipe, mix
from marketplace.demo.pictures.solid import Camera, Face, Mesh, Vector, box, paint, revolve, silhouette
from marketplace.demo.pictures.studio import FULL, Point, Studio, field, noise, overlay
from marketplace.demo.pictures.vessels import label_image, smooth


def _weave(size: tuple[int, int], *, seed: int, contrast: float = 70) -> Image.Image:
    """Return the grey texture of cloth: two directions of thread."""
    across = noise((max(2, size[0] // 26), max(2, size[1] // 2)), seed=seed, contrast=contrast).resize(size)
    down = noise((max(2, size[0] // 2), max(2, size[1] // 26)), seed=seed + 1, contrast=contrast).resize(size)
    return Image.blend(across, down, 0.5)


def towels(recipe: PictureRecipe, angle: int) -> Studio:
    """Draw a stack of folded cloth, one colour per piece."""
    studio = Studio(ground=recipe.ground, seed=recipe.seed * 10 + angle)
    colours = [recipe.colour(i, "#e9dfcb") for i in range(max(3, len(recipe.colours)))]
    count, thick = (6, 215) if angle == 0 else (4, 300)
    left, right = (540, 1860) if angle == 0 else (330, 2070)
    bottom = 1560
    studio.shadow_ellipse(
        ((left + right) / 2 + 90, bottom - 10), (right - left) / 2 + 60, 90, blur=60, strength=0.7
    )
    for index in range(count):
        colour = colours[index % len(colours)]
        jitter = studio.rng.uniform(-22, 22)
        _fold(
            studio,
            (left + jitter, bottom - (index + 1) * thick + 14, right + jitter, bottom - index * thick + 8),
            colour,
            index,
            top=index == count - 1,
        )
    return studio


def _fold(
    studio: Studio, frame: tuple[float, float, float, float], colour: Colour, index: int, *, top: bool
) -> None:
    """Draw one folded piece: two rounded layers, a hem with a border, lint on its surface."""
    x0, y0, x1, y1 = (round(v) for v in frame)
    size = (x1 - x0, y1 - y0)
    if top:
        depth = round(size[1] * 0.62)
        sheet = overlay(
            Image.new("RGB", (900, 300), mix(colour, (255, 255, 255), 0.14)),
            _weave((900, 300), seed=index + studio.seed),
        )
        quad = [
            (x0 + 150.0, y0 - depth),
            (x1 - 150.0, y0 - depth),
            (x1 - 16.0, y0 + size[1] * 0.3),
            (x0 + 16.0, y0 + size[1] * 0.3),
        ]
        studio.paste_quad(sheet, quad)
    layers = 2
    each = size[1] / layers
    for layer in range(layers):
        lo = round(layer * each)
        part = (size[0], round(each))
        light = field(
            part,
            lambda u, v: 0.30 + 0.48 * math.sin(math.pi * min(1, v * 0.9 + 0.12)) ** 0.8 * (1.06 - 0.38 * u),
            grid=48,
        )
        cloth = ImageOps.colorize(
            light,
            black=mix(colour, (24, 14, 12), 0.72),
            mid=mix(colour, (60, 40, 34), 0.16),
            white=mix(colour, (255, 255, 255), 0.4),
        )
        cloth = overlay(cloth, noise(part, seed=studio.seed + index * 5 + layer, cell=3, contrast=80))
        draw = ImageDraw.Draw(cloth)
        if layer == 0:
            for line in (0.30, 0.36, 0.62, 0.68):
                draw.line(
                    (0, part[1] * line, part[0], part[1] * line),
                    fill=mix(colour, (255, 255, 255), 0.32),
                    width=5,
                )
        mask = Image.new("L", part, 0)
        ImageDraw.Draw(mask).rounded_rectangle(
            (0, 0, part[0] - 1, part[1] - 1), radius=part[1] // 2, fill=255
        )
        studio.image.paste(cloth, (x0, y0 + lo), mask)


def rolls(recipe: PictureRecipe, angle: int) -> Studio:
    """Draw rolls of fabric lying in a row, one colour each."""
    studio = Studio(ground=recipe.ground, seed=recipe.seed * 10 + angle)
    colours = [recipe.colour(i, "#b8472a") for i in range(max(3, len(recipe.colours)))]
    camera = Camera(yaw=32 if angle == 0 else -30, pitch=22, distance=11, aim=0.8, zoom=4.0)
    stack = [(-1.25, 0.0), (0.0, 0.0), (1.25, 0.0), (-0.62, 1.02), (0.62, 1.02)]
    for index, (x, y) in enumerate(stack):
        colour = colours[index % len(colours)]
        roll = tube(0.6, 0.14, 4.0, colour=colour, gloss=0.06, rings=12).add(
            tube(0.15, 0.1, 4.3, colour=(176, 140, 96), gloss=0.05)
        )
        paint(studio, camera, [roll.moved(x, 0.6 + y, 0)], shadow=0.5 if y == 0 else 0)
    mask = field(FULL, lambda _u, v: 0.5 if 0.25 < v < 0.85 else 0.0, grid=24)
    studio.image = overlay(studio.image, _weave(FULL, seed=recipe.seed, contrast=26), mask)
    return studio


def rug_face(recipe: PictureRecipe, size: tuple[int, int] = (900, 1350)) -> Image.Image:
    """Return a knotted rug's face: borders, a field of diamonds, a medallion, knots and abrash."""
    ground, border = recipe.colour(0, "#8e2a22"), recipe.colour(1, "#1f2f52")
    cream, accent = recipe.colour(2, "#e7d6b4"), recipe.colour(3, "#c98a2e")
    width, height = size
    face = Image.new("RGB", size, border)
    draw = ImageDraw.Draw(face)
    for inset, colour in ((24, cream), (34, border), (110, accent), (120, cream), (128, ground)):
        draw.rectangle((inset, inset, width - inset, height - inset), fill=colour)
    for step in range(0, 2 * (width + height), 76):
        x, y = _along(step, width, height, 72)
        draw.polygon([(x, y - 26), (x + 26, y), (x, y + 26), (x - 26, y)], fill=accent)
        draw.polygon([(x, y - 12), (x + 12, y), (x, y + 12), (x - 12, y)], fill=cream)
    for row in range(190, height - 160, 92):
        for column in range(190, width - 160, 92):
            draw.polygon(
                [(column, row - 22), (column + 22, row), (column, row + 22), (column - 22, row)],
                outline=accent,
                width=5,
            )
            draw.rectangle((column - 5, row - 5, column + 5, row + 5), fill=cream)
    cx, cy = width / 2, height / 2
    for reach, colour in (
        (300, border),
        (262, cream),
        (246, ground),
        (170, accent),
        (150, border),
        (84, cream),
        (52, ground),
    ):
        steps = 14
        points = []
        for k in range(4 * steps):
            t = k / steps
            side, share = int(t), t - int(t)
            bump = 16 if k % 2 else 0
            corners = [(0, -1.25), (1, 0), (0, 1.25), (-1, 0), (0, -1.25)]
            x = corners[side][0] + (corners[side + 1][0] - corners[side][0]) * share
            y = corners[side][1] + (corners[side + 1][1] - corners[side][1]) * share
            points.append((cx + x * (reach + bump), cy + y * (reach + bump)))
        draw.polygon(points, fill=colour)
    abrash = noise((3, 40), seed=recipe.seed, contrast=46).resize(size, Image.Resampling.BICUBIC)
    return overlay(overlay(face, abrash), noise(size, seed=recipe.seed + 3, cell=3, contrast=70))


def _along(step: int, width: int, height: int, inset: int) -> Point:
    """Return a point this far along the border's middle line."""
    w, h = width - 2 * inset, height - 2 * inset
    step %= 2 * (w + h)
    if step < w:
        return inset + step, inset
    if step < w + h:
        return width - inset, inset + step - w
    if step < 2 * w + h:
        return width - inset - (step - w - h), height - inset
    return inset, height - inset - (step - 2 * w - h)


def rugs(recipe: PictureRecipe, angle: int) -> Studio:
    """Draw a rug on the floor with a second one rolled beside it. Colours: field, border, cream, accent."""
    studio = Studio(ground=recipe.ground, seed=recipe.seed * 10 + angle, horizon=0.22)
    camera = Camera(
        yaw=-28 if angle == 0 else 12, pitch=40 if angle == 0 else 62, distance=10, aim=0.1, zoom=3.5
    )
    face = rug_face(recipe)
    quad: list[Vector] = [(-2.7, 0.03, -1.9), (2.7, 0.03, -1.9), (2.7, 0.03, 1.9), (-2.7, 0.03, 1.9)]
    studio.shadow([[camera.project((x, 0, z)) for x, _y, z in quad]], blur=26, strength=0.7)
    fringe = mix(recipe.colour(2, "#e7d6b4"), (120, 100, 70), 0.15)
    draw = ImageDraw.Draw(studio.image)
    for step in range(110):
        z = -1.88 + 3.76 * step / 109
        for side in (-1, 1):
            draw.line(
                (
                    camera.project((side * 2.68, 0.02, z)),
                    camera.project(
                        (side * (2.86 + 0.02 * (step % 3)), 0, z + studio.rng.uniform(-0.03, 0.03))
                    ),
                ),
                fill=fringe,
                width=6,
            )
    studio.paste_quad(face.rotate(90, expand=True), [camera.project(c) for c in quad])
    if angle == 0:
        roll = tube(0.4, 0.06, 3.6, colour=recipe.colour(1, "#1f2f52"), gloss=0.03, rings=9).turned("y", 90)
        for band in (-1.4, -0.9, 0.0, 0.9, 1.4):
            roll.add(
                tube(0.405, 0.4, 0.16, colour=recipe.colour(3, "#c98a2e"), gloss=0.03)
                .turned("y", 90)
                .moved(band, 0, 0)
            )
        paint(studio, camera, [roll.turned("y", -6).moved(0.2, 0.42, -1.35)], shadow=0.5)
    return studio


def _pillow(width: float, height: float, depth: float, *, colour: Colour, seed: int) -> Mesh:
    """Return a filled sack standing on its base: swollen sides, gathered top corners."""
    rng = random.Random(seed)
    rows, sides = 34, 60
    phase = rng.uniform(0, 6)
    profile = []
    for row in range(rows + 1):
        v = row / rows
        swell = 1 - 0.16 * (2 * v - 1) ** 4 - (0.3 * max(0.0, v - 0.86) / 0.14)
        profile.append((v, swell))
    faces = []
    for (v0, s0), (v1, s1) in zip(profile, profile[1:], strict=False):
        for side in range(sides):
            corners = []
            for v, s, k in ((v0, s0, side), (v1, s1, side), (v1, s1, side + 1), (v0, s0, side + 1)):
                t = 2 * math.pi * k / sides
                c, n = math.cos(t), math.sin(t)
                fold = (
                    1
                    + 0.035 * math.sin(5 * t + phase + 3 * v) * (0.4 + v)
                    + 0.05 * math.sin(11 * t + 2 * phase) * max(0.0, v - 0.75)
                )
                x = math.copysign(abs(c) ** 0.55, c) * width / 2 * s * fold
                flat = 1 - 0.85 * max(0.0, v - 0.6) ** 1.5
                z = math.copysign(abs(n) ** 0.7, n) * depth / 2 * s * fold * flat
                corners.append((x, v * height, z))
            faces.append(Face(tuple(corners), colour, 0.02))
    return Mesh(faces)


def sacks(recipe: PictureRecipe, angle: int) -> Studio:
    """Draw filled sacks with a printed mark. Colours: cloth, ink."""
    studio = Studio(ground=recipe.ground, seed=recipe.seed * 10 + angle)
    cloth, ink = recipe.colour(0, "#c2a06c"), recipe.colour(1, "#2f3a2a")
    camera = Camera(yaw=0, pitch=10, distance=10, aim=1.3, zoom=3.9 if angle == 0 else 4.4)
    places: list[Vector] = (
        [(-1.6, 0, -0.8), (1.6, 0, -0.8), (0.0, 0, 0.35)] if angle == 0 else [(-0.9, 0, -0.5), (0.85, 0, 0.3)]
    )
    stood = []
    mark = label_image(recipe.label or "Export|60 kg net", ground=cloth, ink=ink, size=(560, 520))
    stencil = ImageOps.invert(ImageOps.autocontrast(mark.convert("L"))).point(
        [min(225, round(v * 1.1)) for v in range(256)]
    )
    printed = Image.new("RGBA", mark.size, (*ink, 0))
    printed.putalpha(stencil)
    for index, (x, y, z) in enumerate(places):
        sack = (
            _pillow(1.85, 2.5, 1.05, colour=cloth, seed=recipe.seed + index)
            .turned("y", studio.rng.uniform(-7, 7))
            .moved(x, y, z)
        )
        stood.append(sack)
        paint(studio, camera, [sack], shadow=0.5)
        front = z + 0.54
        quad: list[Vector] = [
            (x - 0.62, 1.85, front),
            (x + 0.62, 1.85, front),
            (x + 0.62, 0.65, front),
            (x - 0.62, 0.65, front),
        ]
        studio.paste_quad(printed, [camera.project(c) for c in quad])
    mask = silhouette(camera, stood).point([round(v * 0.9) for v in range(256)])
    studio.image = overlay(studio.image, _weave(FULL, seed=recipe.seed, contrast=120), mask)
    return studio


def bags(recipe: PictureRecipe, angle: int) -> Studio:
    """Draw a structured leather bag: body, flap, stitching, handles, buckle. Colours: leather, metal."""
    studio = Studio(ground=recipe.ground, seed=recipe.seed * 10 + angle)
    leather, metal = recipe.colour(0, "#8a4a22"), recipe.colour(1, "#d8b25a")
    scale = 1.0 if angle == 0 else 1.14
    cx, base = 1200, 1560
    half_top, half_low, tall = 560 * scale, 680 * scale, 840 * scale
    studio.shadow_ellipse((cx + 110, base - 6), half_low + 90, 90, blur=50, strength=0.75)
    top = base - tall
    handle = (
        [(cx - 270 * scale, top + 60)]
        + [
            (cx + 270 * scale * math.cos(t), top - 20 - 360 * scale * math.sin(t))
            for t in (math.pi * (1 - i / 40) for i in range(41))
        ]
        + [(cx + 270 * scale, top + 60)]
    )
    draw = ImageDraw.Draw(studio.image)
    for offset, tone, width in ((14, 0.75, 64), (0, 0.25, 58), (-10, -0.28, 18)):
        ink = mix(leather, (16, 6, 2), tone) if tone > 0 else mix(leather, (255, 226, 190), -tone)
        draw.line(
            [(x + offset, y + offset / 2) for x, y in handle],
            fill=ink,
            width=round(width * scale),
            joint="curve",
        )
    body = [
        (cx - half_top, top + 70),
        (cx - half_top + 60, top),
        (cx + half_top - 60, top),
        (cx + half_top, top + 70),
        (cx + half_low, base - 90),
        (cx + half_low - 80, base),
        (cx - half_low + 80, base),
        (cx - half_low, base - 90),
    ]
    _hide(studio, body, leather, seed=1)
    flap_low = top + tall * 0.56
    flap = [
        (cx - half_top - 14, top + 74),
        (cx - half_top + 50, top - 16),
        (cx + half_top - 50, top - 16),
        (cx + half_top + 14, top + 74),
        (cx + half_top + 40, flap_low - 150),
        (cx + half_top - 150, flap_low),
        (cx - half_top + 150, flap_low),
        (cx - half_top - 40, flap_low - 150),
    ]
    studio.shadow([[(x + 10, y + 34) for x, y in flap]], blur=26, strength=0.75)
    _hide(studio, flap, mix(leather, (255, 220, 180), 0.07), seed=5)
    _stitches(
        studio,
        [(cx + (x - cx) * 0.955, top + 30 + (y - top) * 0.93) for x, y in flap],
        mix(leather, (255, 236, 200), 0.62),
    )
    _stitches(
        studio,
        [(cx + (x - cx) * 0.965, base - 34 + (y - base) * 0.94) for x, y in body[4:]],
        mix(leather, (255, 236, 200), 0.62),
        closed=False,
    )
    strap = (cx - 70, flap_low - 170, cx + 70, flap_low + 190)
    _hide(
        studio,
        [
            (strap[0], strap[1]),
            (strap[2], strap[1]),
            (strap[2], strap[3] - 60),
            (cx, strap[3]),
            (strap[0], strap[3] - 60),
        ],
        mix(leather, (20, 8, 2), 0.16),
        seed=9,
    )
    draw = ImageDraw.Draw(studio.image)
    for grow, tone in (
        (10, mix(metal, (40, 26, 4), 0.6)),
        (0, metal),
        (-16, mix(metal, (255, 255, 240), 0.55)),
        (-22, mix(metal, (60, 40, 8), 0.35)),
    ):
        draw.rounded_rectangle(
            (cx - 96 - grow, flap_low - 50 - grow, cx + 96 + grow, flap_low + 62 + grow), radius=26, fill=tone
        )
    return studio


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
    cloth = overlay(cloth, _weave(size, seed=seed, contrast=46))
    inner = mask.filter(ImageFilter.GaussianBlur(14)).point(
        [max(90, min(255, round((v - 70) * 1.7))) for v in range(256)]
    )
    cloth = Image.composite(cloth, Image.new("RGB", size, mix(colour, (16, 12, 12), 0.6)), inner)
    studio.image.paste(cloth, (left, top), mask)


def baskets(recipe: PictureRecipe, angle: int) -> Studio:
    """Draw woven baskets. Colours: straw, band."""
    studio = Studio(ground=recipe.ground, seed=recipe.seed * 10 + angle)
    straw, band = recipe.colour(0, "#cfa766"), recipe.colour(1, "#7a3a22")

    def woven(u: float, v: float) -> Colour:
        cell = (int(u * 60) + int(v * 26)) % 2
        tone = mix(straw, (70, 40, 12), 0.3 if cell else 0.02)
        return mix(band, (20, 10, 6), 0.25 if cell else 0) if 0.36 < v < 0.5 or 0.62 < v < 0.68 else tone

    shape = smooth(
        [
            (0, 0.0),
            (0.0, 0.8),
            (0.1, 0.9),
            (0.8, 1.12),
            (1.35, 1.15),
            (1.5, 1.1),
            (1.52, 1.02),
            (1.3, 1.0),
            (0.3, 0.8),
            (0.28, 0.0),
        ],
        steps=4,
    )
    camera = Camera(yaw=0, pitch=24, distance=10, aim=0.75, zoom=4.2 if angle == 0 else 5.0)
    for x, z, scale in [(-1.3, -0.6, 0.82), (0.85, 0.3, 1.0)] if angle == 0 else [(0.0, 0.2, 1.0)]:
        mesh = revolve([(h * scale, r * scale) for h, r in shape], paint=woven, gloss=0.08, sides=60)
        paint(studio, camera, [mesh.moved(x, 0, z)], shadow=0.5)
    return studio


def bars(recipe: PictureRecipe, angle: int) -> Studio:
    """Draw cut blocks (soap, chocolate, cheese) stacked crosswise. Colours: one per block."""
    studio = Studio(ground=recipe.ground, seed=recipe.seed * 10 + angle)
    camera = Camera(yaw=-28 if angle == 0 else 30, pitch=26, distance=10, aim=0.6, zoom=4.3)
    layers = 4 if angle == 0 else 3
    for layer in range(layers):
        for piece in range(3 if layer < layers - 1 else 1):
            colour = recipe.colour((layer + piece) % max(1, len(recipe.colours)), "#4a2614")
            block = box(0.86, 0.36, 2.9, colour=colour, gloss=0.22)
            lid = box(0.74, 0.03, 2.76, colour=mix(colour, (255, 240, 220), 0.06), gloss=0.25).moved(
                0, 0.36, 0
            )
            if recipe.kind == "chocolate":
                for square in range(4):
                    lid.add(
                        box(0.62, 0.07, 0.58, colour=colour, gloss=0.35).moved(0, 0.38, -1.02 + square * 0.68)
                    )
            bar = (
                block.add(lid)
                .moved((piece - 1) * 0.96 if layer < layers - 1 else 0.1, 0, 0)
                .turned("y", 90 * (layer % 2) + studio.rng.uniform(-2, 2))
            )
            paint(studio, camera, [bar.moved(0, layer * 0.41, 0)], shadow=0.45 if layer == 0 else 0.0)
    return studio


FAMILIES: Final[dict[str, Callable[[PictureRecipe, int], Studio]]] = {
    "towels": towels,
    "rolls": rolls,
    "rugs": rugs,
    "sacks": sacks,
    "bags": bags,
    "shirts": shirts,
    "baskets": baskets,
    "bars": bars,
}
