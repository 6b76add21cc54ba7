"""Turned bodies: bottles, jars, tins, cups, pots, drums and coils, with labels wrapped around them.

Owns round things that stand. Must not know which product they show.
"""

import math
from collections.abc import Callable, Sequence
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from marketplace.demo.pictures.recipe import Colour, PictureRecipe, mix
from marketplace.demo.pictures.solid import Camera, Face, Mesh, Vector, paint, revolve, shade, unit
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


def even(profile: Profile, *, rows: int) -> list[tuple[float, float]]:
    """Return the profile cut into pieces of equal length, so that painted bands stay straight."""
    lengths = [math.dist(a, b) for a, b in zip(profile, profile[1:], strict=False)]
    step, out, walked, index = sum(lengths) / rows, [profile[0]], 0.0, 0
    for row in range(1, rows):
        while index < len(lengths) - 1 and walked + lengths[index] < row * step:
            walked += lengths[index]
            index += 1
        share = (row * step - walked) / (lengths[index] or 1.0)
        (h0, r0), (h1, r1) = profile[index], profile[index + 1]
        out.append((h0 + (h1 - h0) * share, r0 + (r1 - r0) * share))
    return [*out, profile[-1]]


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
    words = text.upper().split("|")
    _centred(draw, words[0], (width / 2, height * 0.55), width * 0.8, height * 0.2, ink)
    draw.line((width * 0.36, height * 0.69, width * 0.64, height * 0.69), fill=mix(ground, ink, 0.7), width=3)
    if len(words) > 1:
        _centred(
            draw, words[1], (width / 2, height * 0.79), width * 0.7, height * 0.085, mix(ground, ink, 0.85)
        )
    return image


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
    low, high = (0.55, 1.62) if kind != "vial" else (0.28, 0.98)
    radius = max(r for h, r in profile if low <= h <= high) + 0.006
    for place in places:
        mesh = revolve(body, paint=_glass(glass), gloss=0.85, sides=56).add(
            revolve(top, paint=cap, gloss=0.5, sides=40)
        )
        paint(studio, camera, [mesh.moved(*place)], shadow=0.42)
        wrap(studio, camera, label, at=place, radius=radius, low=low, high=high, span=150)
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


FAMILIES: Final[dict[str, Callable[[PictureRecipe, int], Studio]]] = {
    "bottles": bottles,
    "jars": jars,
    "tins": tins,
    "cups": cups,
    "pottery": pottery,
}
