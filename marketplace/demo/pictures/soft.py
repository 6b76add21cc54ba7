"""Soft goods: towels, cloth, rugs, sacks, leather bags, garments, baskets, and food in pieces.

Owns things that bend or are cut. Must not know which product they show.
"""

import itertools
import math
import random
from collections.abc import Callable
from typing import Final

from PIL import Image, ImageDraw, ImageOps

from marketplace.demo.pictures.hard import tube
from marketplace.demo.pictures.recipe import Colour, PictureRecipe, mix
from marketplace.demo.pictures.solid import Camera, Face, Mesh, Vector, box, paint, revolve, silhouette
from marketplace.demo.pictures.studio import FULL, Point, Studio, field, noise, overlay
from marketplace.demo.pictures.vessels import label_image, smooth


def weave(size: tuple[int, int], *, seed: int, contrast: float = 70) -> Image.Image:
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
            weave((900, 300), seed=index + studio.seed),
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
    studio.image = overlay(studio.image, weave(FULL, seed=recipe.seed, contrast=26), mask)
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
    for (v0, s0), (v1, s1) in itertools.pairwise(profile):
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
    studio.image = overlay(studio.image, weave(FULL, seed=recipe.seed, contrast=120), mask)
    return studio


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
    "baskets": baskets,
    "bars": bars,
}
