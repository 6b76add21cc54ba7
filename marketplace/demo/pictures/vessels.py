"""Turned bodies: bottles, jars, tins, cups, pots, drums and coils, with labels wrapped around them.

Owns round things that stand. Must not know which product they show.
"""

import math
import unicodedata
from collections.abc import Callable, Sequence
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from marketplace.demo.pictures.recipe import Colour, PictureRecipe, mix
from marketplace.demo.pictures.solid import Camera, Vector, paint, revolve, shade, unit
from marketplace.demo.pictures.studio import Studio

Profile = Sequence[tuple[float, float]]


def smooth(points: Profile, *, steps: int = 5) -> list[tuple[float, float]]:
    """Return the profile with Catmull-Rom points between its own."""
    out: list[tuple[float, float]] = []
    padded = [points[0], *points, points[-1]]
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for step in range(steps):
            t = step / steps
            h, r = (
                0.5
                * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3)
                for a, b, c, d in zip(p0, p1, p2, p3, strict=True)
            )
            out.append((h, max(0.0, r)))
    return [*out, points[-1]]


def label_image(text: str, *, ground: Colour, ink: Colour, size: tuple[int, int] = (600, 420)) -> Image.Image:
    """Return a printed label: a frame, the name in the middle, a rule and a small emblem."""
    image = Image.new("RGB", size, ground)
    draw = ImageDraw.Draw(image)
    width, height = size
    inset = height // 18
    draw.rectangle((inset, inset, width - inset, height - inset), outline=ink, width=max(2, height // 120))
    draw.rectangle(
        (inset * 1.6, inset * 1.6, width - inset * 1.6, height - inset * 1.6),
        outline=mix(ground, ink, 0.4),
        width=1,
    )
    emblem(draw, (width / 2, height * 0.27), height * 0.11, ink)
    words = _printable(text).upper().split("|")
    _centred(draw, words[0], (width / 2, height * 0.55), width * 0.8, height * 0.2, ink)
    draw.line((width * 0.36, height * 0.69, width * 0.64, height * 0.69), fill=mix(ground, ink, 0.7), width=3)
    if len(words) > 1:
        _centred(
            draw, words[1], (width / 2, height * 0.79), width * 0.7, height * 0.085, mix(ground, ink, 0.85)
        )
    return image


def _printable(text: str) -> str:
    """Return the text without accents: the font that is always there has no accented letters."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def emblem(draw: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float, ink: Colour) -> None:
    """Draw a small compass star."""
    x, y = centre
    for turn in range(8):
        reach = radius if turn % 2 == 0 else radius * 0.55
        a, b, c = (math.pi * turn / 4 + shift for shift in (-0.26, 0.0, 0.26))
        draw.polygon(
            [
                (x + math.cos(a) * radius * 0.2, y + math.sin(a) * radius * 0.2),
                (x + math.cos(b) * reach, y + math.sin(b) * reach),
                (x + math.cos(c) * radius * 0.2, y + math.sin(c) * radius * 0.2),
            ],
            fill=ink,
        )


def _centred(
    draw: ImageDraw.ImageDraw,
    text: str,
    centre: tuple[float, float],
    widest: float,
    tallest: float,
    ink: Colour,
) -> None:
    size = tallest
    font = ImageFont.load_default(size=size)
    while size > 8 and draw.textlength(text, font=font) > widest:
        size *= 0.92
        font = ImageFont.load_default(size=size)
    draw.text(centre, text, font=font, fill=ink, anchor="mm")


def wrap(
    studio: Studio,
    camera: Camera,
    texture: Image.Image,
    *,
    at: Vector,
    radius: float,
    low: float,
    high: float,
    span: float,
    gloss: float = 0.1,
) -> None:
    """Lay a texture round an upright cylinder, `span` degrees wide and facing the viewer."""
    strips = 30
    facing = math.radians(90 - camera.yaw)
    for strip in range(strips):
        a, b = (facing + math.radians(span) * (0.5 - (strip + edge) / strips) for edge in (0, 1))
        middle = (a + b) / 2
        normal = (math.cos(middle), 0.0, math.sin(middle))
        view = unit((math.sin(math.radians(camera.yaw)), 0.3, math.cos(math.radians(camera.yaw))))
        lit = shade((200, 200, 200), normal, view, gloss)[0] / 200

        def corner(angle: float, y: float) -> tuple[float, float]:
            return camera.project(
                (at[0] + radius * math.cos(angle), at[1] + y, at[2] + radius * math.sin(angle))
            )

        part = (
            texture.width * strip / strips,
            0.0,
            texture.width * (strip + 1) / strips,
            float(texture.height),
        )
        quad = [corner(a, high), corner(b, high), corner(b, low), corner(a, low)]
        studio.paste_quad(texture, quad, light=min(1.22, lit * 1.16), part=part)


def _glass(colour: Colour) -> Callable[[float, float], Colour]:
    """Return a paint for dark glass: lighter where the wall is seen edge on is left to the gloss."""

    def tone(u: float, v: float) -> Colour:
        glow = 0.07 * max(0.0, math.sin(v * math.pi)) * (0.5 + 0.5 * math.cos((u - 0.1) * 2 * math.pi))
        return mix(colour, (255, 240, 200), glow)

    return tone


BOTTLES: Final[dict[str, Profile]] = {
    "bordeaux": [
        (0, 0.0),
        (0.02, 0.5),
        (0.12, 0.54),
        (1.2, 0.54),
        (2.0, 0.54),
        (2.25, 0.46),
        (2.42, 0.24),
        (2.6, 0.185),
        (3.05, 0.18),
        (3.07, 0.21),
        (3.16, 0.21),
        (3.18, 0.16),
        (3.18, 0.0),
    ],
    "burgundy": [
        (0, 0.0),
        (0.02, 0.56),
        (0.12, 0.6),
        (1.2, 0.6),
        (1.55, 0.58),
        (1.95, 0.42),
        (2.35, 0.22),
        (2.6, 0.185),
        (3.0, 0.18),
        (3.02, 0.21),
        (3.1, 0.21),
        (3.12, 0.0),
    ],
    "oil": [
        (0, 0.0),
        (0.02, 0.46),
        (0.1, 0.5),
        (2.05, 0.5),
        (2.2, 0.44),
        (2.3, 0.26),
        (2.4, 0.2),
        (2.6, 0.19),
        (2.62, 0.24),
        (2.9, 0.24),
        (2.92, 0.2),
        (2.92, 0.0),
    ],
    "vial": [
        (0, 0.0),
        (0.02, 0.5),
        (0.08, 0.54),
        (1.15, 0.54),
        (1.32, 0.46),
        (1.42, 0.26),
        (1.5, 0.24),
        (1.52, 0.3),
        (1.82, 0.3),
        (1.84, 0.26),
        (1.84, 0.16),
        (2.3, 0.13),
        (2.36, 0.1),
        (2.38, 0.0),
    ],
}


def bottles(recipe: PictureRecipe, angle: int) -> Studio:
    """Draw bottles with labels. Colours: glass, label, ink, capsule."""
    studio = Studio(ground=recipe.ground, seed=recipe.seed * 10 + angle)
    kind = recipe.kind if recipe.kind in BOTTLES else "bordeaux"
    glass, paper = recipe.colour(0, "#1f2c1c"), recipe.colour(1, "#f1e8d3")
    ink, cap = recipe.colour(2, "#5a1420"), recipe.colour(3, "#5a1420")
    profile = smooth(BOTTLES[kind], steps=4)
    neck = 2.62 if kind == "bordeaux" else 2.5 if kind == "burgundy" else 2.58 if kind == "oil" else 1.5
    camera = Camera(yaw=0, pitch=9, distance=10, aim=1.5, zoom=4.25)
    if kind == "vial":
        camera = Camera(yaw=0, pitch=14, distance=10, aim=1.1, zoom=5.6)
    places: list[Vector] = [(-1.62, 0, -0.5), (1.62, 0, -0.55), (0, 0, 0.4)]
    if angle:
        camera = Camera(
            yaw=0,
            pitch=13,
            distance=8.2,
            aim=1.6 if kind != "vial" else 1.0,
            zoom=3.9 if kind != "vial" else 4.6,
        )
        places = [(-0.95, 0, -0.3), (0.78, 0, 0.5)]
    label = label_image(recipe.label or "Reserva|Estate bottled", ground=paper, ink=ink)
    body = [(h, r) for h, r in profile if h <= neck + 0.01]
    top = [(h, r + 0.012) for h, r in profile if h >= neck - 0.06]
    low, high = {"vial": (0.28, 0.98), "burgundy": (0.4, 1.24)}.get(kind, (0.55, 1.62))
    radius = max(r for h, r in profile if low <= h <= high) + 0.006
    for place in places:
        mesh = revolve(body, paint=_glass(glass), gloss=0.85, sides=56).add(
            revolve(top, paint=cap, gloss=0.5, sides=40)
        )
        paint(studio, camera, [mesh.moved(*place)], shadow=0.42)
        wrap(studio, camera, label, at=place, radius=radius, low=low, high=high, span=134)
        _gleam(studio, camera, place, radius, 0.2, neck * 0.78)
    return studio


def _gleam(studio: Studio, camera: Camera, at: Vector, radius: float, low: float, high: float) -> None:
    """Lay the softbox's long reflection on the left of a glass body, over its label too."""
    angle = math.radians(90 - camera.yaw + 47)
    x, z = at[0] + radius * math.cos(angle), at[2] + radius * math.sin(angle)
    (lx, ly), (hx, hy) = camera.project((x, low, z)), camera.project((x, high, z))
    width = max(6, round(abs(hy - ly) * 0.03))
    strip = Image.new("RGBA", (width, round(abs(ly - hy))), (255, 255, 255, 0))
    fade = [round(86 * math.sin(math.pi * (i + 0.5) / width) ** 0.8) for i in range(width)]
    row = Image.new("L", (width, 1))
    row.putdata(fade)
    strip.putalpha(row.resize(strip.size))
    studio.paste(strip, ((lx + hx) / 2, (ly + hy) / 2))


def jars(recipe: PictureRecipe, angle: int) -> Studio:
    """Draw jars with lids and labels. Colours: content, label, ink, lid."""
    studio = Studio(ground=recipe.ground, seed=recipe.seed * 10 + angle)
    content, paper = recipe.colour(0, "#c9811c"), recipe.colour(1, "#fbf4e2")
    ink, lid = recipe.colour(2, "#6a3a08"), recipe.colour(3, "#caa24a")
    camera = Camera(yaw=0, pitch=15, distance=9, aim=0.95, zoom=3.7 if angle == 0 else 4.3)
    profile = smooth(
        [
            (0, 0.0),
            (0.02, 0.74),
            (0.1, 0.8),
            (0.9, 0.8),
            (1.35, 0.8),
            (1.52, 0.72),
            (1.58, 0.64),
            (1.62, 0.62),
        ],
        steps=4,
    )
    top: Profile = [(1.6, 0.0), (1.6, 0.7), (1.63, 0.72), (1.9, 0.72), (1.95, 0.68), (1.95, 0.0)]
    label = label_image(recipe.label or "Miel|500 g", ground=paper, ink=ink, size=(640, 380))

    def honeyed(u: float, v: float) -> Colour:
        glow = 0.5 * (0.5 + 0.5 * math.cos((u - 0.02) * 2 * math.pi)) * (0.35 + 0.65 * (1 - v))
        return mix(content, (255, 214, 120), glow)

    places: list[Vector] = (
        [(-1.75, 0, -0.9), (1.72, 0, -0.9), (0, 0, 0.25)]
        if angle == 0
        else [(-0.95, 0, -0.35), (0.85, 0, 0.35)]
    )
    for place in places:
        mesh = revolve(profile, paint=honeyed, gloss=0.9).add(revolve(top, paint=lid, gloss=0.6))
        paint(studio, camera, [mesh.moved(*place)], shadow=0.42)
        wrap(studio, camera, label, at=place, radius=0.806, low=0.3, high=1.14, span=140)
        _gleam(studio, camera, place, 0.81, 0.15, 1.4)
    return studio


def tins(recipe: PictureRecipe, angle: int) -> Studio:
    """Draw stacked tins. Colours: label, second label, ink, metal."""
    studio = Studio(ground=recipe.ground, seed=recipe.seed * 10 + angle)
    paper, ink = recipe.colour(0, "#0f5d63"), recipe.colour(2, "#fff6e0")
    second, metal = recipe.colour(1, "#c8501e"), recipe.colour(3, "#c9ccce")
    tall = recipe.kind == "tall"
    height, radius = (1.5, 0.72) if tall else (0.86, 0.95)
    camera = Camera(yaw=0, pitch=20, distance=9.5, aim=0.95, zoom=4.5 if angle == 0 else 5.0)
    can: Profile = [
        (0, 0.0),
        (0.0, radius),
        (0.05, radius + 0.03),
        (0.1, radius),
        (height - 0.1, radius),
        (height - 0.05, radius + 0.03),
        (height, radius + 0.02),
        (height, radius - 0.05),
        (height - 0.05, radius - 0.08),
        (height - 0.04, radius * 0.6),
        (height - 0.05, radius * 0.56),
        (height - 0.05, 0.0),
    ]
    places: list[Vector] = [(-1.1, 0, -0.3), (1.1, 0, -0.3), (0, height + 0.02, -0.35), (0.05, 0, 1.25)]
    if angle:
        places = [(-0.55, 0, -0.5), (-0.5, height + 0.02, -0.5), (1.0, 0, 0.6)]
    for index, place in enumerate(places):
        ground = paper if index % 2 == 0 else second
        label = label_image(
            recipe.label or "Sardinas|en aceite de oliva",
            ground=ground,
            ink=ink,
            size=(760, 330 if not tall else 560),
        )
        paint(
            studio,
            camera,
            [revolve(can, paint=metal, gloss=0.7).moved(*place)],
            shadow=0.4 if place[1] == 0 else 0,
        )
        wrap(
            studio,
            camera,
            label,
            at=place,
            radius=radius + 0.008,
            low=0.13,
            high=height - 0.13,
            span=178,
            gloss=0.5,
        )
    return studio


FAMILIES: Final[dict[str, Callable[[PictureRecipe, int], Studio]]] = {
    "bottles": bottles,
    "jars": jars,
    "tins": tins,
}
