"""Hard goods: coils, pipes, gears, pumps, tiles, slabs, boards, cartons, panels.

Owns things with edges. Must not know which product they show.
"""

import itertools
import math
from collections.abc import Callable
from typing import Final

from PIL import Image, ImageDraw

from marketplace.demo.pictures.recipe import Colour, PictureRecipe, mix
from marketplace.demo.pictures.solid import Camera, Face, Mesh, Vector, box, extrude, paint, unit
from marketplace.demo.pictures.studio import Point, Studio, noise, overlay, wood
from marketplace.demo.pictures.vessels import label_image

STEEL: Final = "#aeb4b9"


def tube(outer: float, inner: float, length: float, *, colour: Colour, gloss: float, rings: int = 1) -> Mesh:
    """Return a hollow cylinder along z, its ends striped by `rings` layers."""
    sides = 72
    faces = []
    half = length / 2
    ring = [(math.cos(2 * math.pi * i / sides), math.sin(2 * math.pi * i / sides)) for i in range(sides + 1)]
    for (c0, s0), (c1, s1) in itertools.pairwise(ring):
        out = unit((c0 + c1, s0 + s1, 0))
        for radius, sign in ((outer, 1), (inner, -1)):
            faces.append(
                Face(
                    (
                        (radius * c0, radius * s0, -half),
                        (radius * c1, radius * s1, -half),
                        (radius * c1, radius * s1, half),
                        (radius * c0, radius * s0, half),
                    ),
                    colour if sign > 0 else mix(colour, (20, 20, 24), 0.45),
                    gloss,
                    (sign * out[0], sign * out[1], 0.0),
                )
            )
        for layer in range(rings):
            r0 = inner + (outer - inner) * layer / rings
            r1 = inner + (outer - inner) * (layer + 1) / rings
            tone = mix(colour, (20, 22, 26), 0.28 if layer % 2 else 0.06)
            for z, way in ((half, 1.0), (-half, -1.0)):
                faces.append(
                    Face(
                        (
                            (r0 * c0, r0 * s0, z),
                            (r1 * c0, r1 * s0, z),
                            (r1 * c1, r1 * s1, z),
                            (r0 * c1, r0 * s1, z),
                        ),
                        tone,
                        gloss,
                        (0.0, 0.0, way),
                    )
                )
    return Mesh(faces)


def coils(recipe: PictureRecipe, angle: int) -> Studio:
    """Draw coils (kind "wire" thin-walled, else strip) lying side by side. Colours: metal, strap."""
    studio = Studio(ground=recipe.ground, seed=recipe.seed * 10 + angle)
    metal, strap = recipe.colour(0, STEEL), recipe.colour(1, "#1d5f8a")
    camera = Camera(
        yaw=34 if angle == 0 else -28, pitch=16, distance=11, aim=1.1, zoom=3.7 if angle == 0 else 4.2
    )
    places = [(-1.5, -0.8), (1.15, 0.3)] if angle == 0 else [(0.0, 0.0)]
    for x, z in places:
        coil = tube(1.3, 0.55, 1.7, colour=metal, gloss=0.75, rings=16)
        for offset in (-0.5, 0.5):
            coil.add(tube(1.315, 1.31, 0.12, colour=strap, gloss=0.3).moved(0, 0, offset))
        paint(studio, camera, [coil.moved(x, 1.3, z)], shadow=0.6)
    return studio


def pipes(recipe: PictureRecipe, angle: int) -> Studio:
    """Draw a bundle of pipes. Colours: wall."""
    studio = Studio(ground=recipe.ground, seed=recipe.seed * 10 + angle)
    colour = recipe.colour(0, STEEL)
    camera = Camera(yaw=28 if angle == 0 else -36, pitch=14, distance=11, aim=0.95, zoom=4.0)
    stack = []
    radius = 0.36
    for row, count in enumerate((6, 5, 4, 3)):
        for column in range(count):
            x = (column - (count - 1) / 2) * radius * 2.03
            stack.append(
                tube(radius, radius * 0.82, 4.2, colour=colour, gloss=0.6).moved(
                    x, radius + row * radius * 1.74, 0
                )
            )
    paint(studio, camera, stack, shadow=0.6)
    return studio


def gear(teeth: int, radius: float, thickness: float, *, colour: Colour) -> Mesh:
    """Return a spur gear facing z, with a bore and a hub."""
    outline: list[Point] = []
    for tooth in range(teeth):
        for share, reach in ((0.0, 0.86), (0.22, 0.86), (0.34, 1.0), (0.56, 1.0), (0.68, 0.86)):
            t = 2 * math.pi * (tooth + share) / teeth
            outline.append((radius * reach * math.cos(t), radius * reach * math.sin(t)))
    rim = extrude(outline, thickness, colour=colour, gloss=0.75)
    rim.faces = rim.faces[2:]
    half = thickness / 2
    bore = radius * 0.24
    count = len(outline)
    for z, way in ((half, 1.0), (-half, -1.0)):
        for i, (x, y) in enumerate(outline):
            nx, ny = outline[(i + 1) % count]
            for inner, outer, tone, depth in (
                (0.24, 0.5, 0.0, 1.12),
                (0.5, 0.72, 0.24, 0.75),
                (0.72, 0.0, 0.02, 1.0),
            ):
                a0, a1 = math.atan2(y, x), math.atan2(ny, nx)
                r0, r1 = radius * inner, radius * outer
                far = (
                    ((x, y, z), (nx, ny, z))
                    if not outer
                    else (
                        (r1 * math.cos(a0), r1 * math.sin(a0), z * depth),
                        (r1 * math.cos(a1), r1 * math.sin(a1), z * depth),
                    )
                )
                near = (
                    (r0 * math.cos(a1), r0 * math.sin(a1), z * depth),
                    (r0 * math.cos(a0), r0 * math.sin(a0), z * depth),
                )
                faces = Face((*far, *near), mix(colour, (16, 18, 22), tone), 0.6, (0.0, 0.0, way))
                rim.faces.append(faces)
    return rim.add(tube(bore * 1.02, bore, thickness * 1.1, colour=mix(colour, (20, 20, 24), 0.5), gloss=0.5))


def gears(recipe: PictureRecipe, angle: int) -> Studio:
    """Draw machined gears standing and lying. Colours: steel, brass."""
    studio = Studio(ground=recipe.ground, seed=recipe.seed * 10 + angle)
    steel, brass = recipe.colour(0, "#a8afb6"), recipe.colour(1, "#c8a052")
    camera = Camera(yaw=-18 if angle == 0 else 26, pitch=24, distance=10, aim=0.95, zoom=3.9)
    paint(
        studio,
        camera,
        [gear(30, 1.5, 0.5, colour=steel).turned("z", 4).turned("x", -12).moved(-0.7, 1.48, -0.6)],
        shadow=0.6,
    )
    paint(
        studio,
        camera,
        [gear(18, 0.9, 0.42, colour=brass).turned("x", -90).moved(1.65, 0.24, 0.4)],
        shadow=0.6,
    )
    paint(
        studio,
        camera,
        [gear(14, 0.62, 0.4, colour=steel).turned("x", -90).moved(0.55, 0.23, 1.5)],
        shadow=0.6,
    )
    if angle:
        paint(
            studio,
            camera,
            [gear(22, 0.8, 0.3, colour=steel).turned("x", -90).moved(-1.6, 0.2, 1.3)],
            shadow=0.6,
        )
    return studio


def pumps(recipe: PictureRecipe, angle: int) -> Studio:
    """Draw a close-coupled pump: finned motor, volute, flanges, on a base. Colours: paint, steel."""
    studio = Studio(ground=recipe.ground, seed=recipe.seed * 10 + angle)
    coat, steel = recipe.colour(0, "#1d5f8a"), recipe.colour(1, "#9aa2a8")
    camera = Camera(yaw=-38 if angle == 0 else 40, pitch=20, distance=11, aim=1.15, zoom=4.3)
    motor = Mesh()
    for fin in range(13):
        motor.add(
            tube(0.78 if fin % 2 == 0 else 0.68, 0.1, 0.17, colour=coat, gloss=0.35).moved(
                0, 0, -1.75 + fin * 0.165
            )
        )
    motor.add(tube(0.72, 0.05, 0.28, colour=mix(coat, (20, 20, 24), 0.4), gloss=0.3).moved(0, 0, -2.0))
    motor.add(box(0.55, 0.4, 0.7, colour=coat, gloss=0.35).moved(0, 0.7, -0.9))
    volute = tube(1.0, 0.42, 0.62, colour=coat, gloss=0.4, rings=2).moved(0, 0, 0.75)
    neck = tube(0.34, 0.24, 0.5, colour=coat, gloss=0.4).moved(0, 0, 1.25)
    flange = _flange(steel).moved(0, 0, 1.52)
    outlet = tube(0.3, 0.2, 0.9, colour=coat, gloss=0.4).turned("x", 90).moved(0, 1.2, 0.75)
    outflange = _flange(steel).turned("x", -90).moved(0, 1.68, 0.75)
    base = box(1.9, 0.16, 4.2, colour=mix(steel, (30, 32, 36), 0.4), gloss=0.3)
    feet = [box(1.2, 0.6, 0.3, colour=coat, gloss=0.3).moved(0, 0.1, z) for z in (-1.4, -0.3, 0.75)]
    rise = 1.16
    paint(studio, camera, [base, *feet], shadow=0.55)
    parts = [motor, volute, outlet, neck, flange, outflange]
    merged = [part.moved(0, rise, 0) for part in parts]
    paint(studio, camera, merged, shadow=0.28)
    return studio


def _flange(colour: Colour) -> Mesh:
    """Return a flange facing z with its ring of bolts."""
    disc = tube(0.52, 0.24, 0.14, colour=colour, gloss=0.6)
    for bolt in range(8):
        t = 2 * math.pi * bolt / 8
        disc.add(
            tube(0.06, 0.001, 0.1, colour=mix(colour, (20, 20, 24), 0.5), gloss=0.5).moved(
                0.39 * math.cos(t), 0.39 * math.sin(t), 0.12
            )
        )
    return disc


def _tile_face(recipe: PictureRecipe, index: int, size: int = 300) -> Image.Image:
    """Return one tile: a star and corner petals in the recipe's colours, or plain stone."""
    ground, first, second = (
        recipe.colour(0, "#f1ebdd"),
        recipe.colour(1, "#1f4f8a"),
        recipe.colour(2, "#d0972c"),
    )
    if recipe.kind in ("marble", "granite"):
        return stone(size, recipe, seed=recipe.seed * 31 + index)
    image = Image.new("RGB", (size, size), ground)
    draw = ImageDraw.Draw(image)
    half = size / 2
    for cx, cy in ((0, 0), (size, 0), (size, size), (0, size)):
        draw.ellipse((cx - half * 0.62, cy - half * 0.62, cx + half * 0.62, cy + half * 0.62), fill=first)
        draw.ellipse((cx - half * 0.44, cy - half * 0.44, cx + half * 0.44, cy + half * 0.44), fill=ground)
        draw.ellipse((cx - half * 0.26, cy - half * 0.26, cx + half * 0.26, cy + half * 0.26), fill=second)
    star = [
        (
            half + half * (0.62 if k % 2 == 0 else 0.26) * math.cos(k * math.pi / 8),
            half + half * (0.62 if k % 2 == 0 else 0.26) * math.sin(k * math.pi / 8),
        )
        for k in range(16)
    ]
    draw.polygon(star, fill=first)
    draw.ellipse((half * 0.8, half * 0.8, half * 1.2, half * 1.2), fill=second)
    draw.rectangle((0, 0, size - 1, size - 1), outline=mix(ground, (90, 80, 70), 0.45), width=4)
    return image


def stone(size: int, recipe: PictureRecipe, *, seed: int) -> Image.Image:
    """Return polished stone: veined marble or speckled granite."""
    ground, vein = recipe.colour(0, "#ece8e1"), recipe.colour(1, "#8a8f92")
    if recipe.kind == "granite":
        image = overlay(
            Image.new("RGB", (size, size), ground), noise((size, size), seed=seed, cell=3, contrast=170)
        )
        return overlay(image, noise((size, size), seed=seed + 1, cell=12, contrast=120))
    cloud = noise((size, size), seed=seed, cell=size / 5, contrast=140)
    fine = noise((size, size), seed=seed + 1, cell=size / 22, contrast=120)
    field_ = Image.blend(cloud, fine, 0.3)
    veins = field_.point([max(0, 200 - round(abs(v - 128) * 26)) for v in range(256)])
    broad = field_.point([max(0, 60 - round(abs(v - 150) * 4)) for v in range(256)])
    image = Image.new("RGB", (size, size), ground)
    image.paste(mix(ground, vein, 0.6), (0, 0, size, size), broad)
    image.paste(vein, (0, 0, size, size), veins)
    return image


def tiles(recipe: PictureRecipe, angle: int) -> Studio:
    """Draw tiles: a laid field seen from above, with a stack standing on it."""
    studio = Studio(ground=recipe.ground, seed=recipe.seed * 10 + angle, horizon=0.3)
    camera = Camera(
        yaw=-24 if angle == 0 else 30, pitch=42 if angle == 0 else 30, distance=10, aim=0.1, zoom=3.7
    )
    sheet = Image.new("RGB", (1500, 1200), mix(recipe.colour(0, "#f1ebdd"), (120, 110, 100), 0.4))
    for row in range(4):
        for column in range(5):
            sheet.paste(_tile_face(recipe, row * 5 + column, 294), (column * 300 + 3, row * 300 + 3))
    slab = box(5.0, 0.1, 4.0, colour=mix(recipe.colour(0, "#f1ebdd"), (110, 90, 70), 0.25), gloss=0.2)
    paint(studio, camera, [slab], shadow=0.5)
    top: list[Vector] = [(-2.5, 0.1, -2.0), (2.5, 0.1, -2.0), (2.5, 0.1, 2.0), (-2.5, 0.1, 2.0)]
    studio.paste_quad(sheet, [camera.project(c) for c in top])
    _sheen(studio, camera, top)
    side = 1.25
    glaze = mix(recipe.colour(1, "#1f4f8a"), (255, 255, 255), 0.06)
    for index in range(4):
        y = 0.12 + index * 0.13
        turn = studio.rng.uniform(-9, 9)
        tile = (
            box(side, 0.11, side, colour=mix(recipe.colour(0, "#f1ebdd"), (176, 104, 60), 0.5), gloss=0.2)
            .turned("y", turn)
            .moved(1.2, y, 0.9)
        )
        paint(studio, camera, [tile], shadow=0.35 if index == 0 else 0)
        corners = [tile.faces[0].corners[i] for i in (0, 1, 2, 3)]
        face = Image.new("RGB", (300, 300), glaze)
        ImageDraw.Draw(face).rectangle((0, 0, 299, 299), outline=mix(glaze, (255, 255, 255), 0.4), width=5)
        studio.paste_quad(face, [camera.project(c) for c in corners])
    return studio


def _sheen(studio: Studio, camera: Camera, corners: list[Vector]) -> None:
    """Lay the window's soft reflection over a glazed or polished plane."""
    glow = Image.new("RGBA", (60, 60), (255, 255, 255, 0))
    alpha = Image.new("L", (60, 60))
    alpha.putdata(
        [
            round(110 * math.exp(-(((x - 18) / 15) ** 2) - ((y - 16) / 12) ** 2))
            for y in range(60)
            for x in range(60)
        ]
    )
    glow.putalpha(alpha)
    studio.paste_quad(glow.resize((600, 600), Image.Resampling.BICUBIC), [camera.project(c) for c in corners])


def slabs(recipe: PictureRecipe, angle: int) -> Studio:
    """Draw polished slabs of stone leaning in a row. Kind: marble or granite."""
    studio = Studio(ground=recipe.ground, seed=recipe.seed * 10 + angle)
    camera = Camera(yaw=-22 if angle == 0 else 24, pitch=12, distance=11, aim=1.25, zoom=4.0)
    colour = recipe.colour(0, "#ece8e1")
    for index in range(4):
        z = -1.1 + index * 0.42
        width, height = 3.9 - index * 0.22, 2.75 - index * 0.2
        slab = (
            box(width, height, 0.12, colour=colour, gloss=0.3)
            .turned("x", -8)
            .moved(-0.25 + index * 0.2, 0.02, z)
        )
        paint(studio, camera, [slab], shadow=0.5)
        face = slab.faces[2].corners
        quad = [camera.project(face[i]) for i in (3, 2, 1, 0)]
        studio.paste_quad(stone(700, recipe, seed=recipe.seed * 7 + index), quad)
        studio.paste_quad(_streak(), quad)
    return studio


def _streak() -> Image.Image:
    streak = Image.new("RGBA", (400, 300), (255, 255, 255, 0))
    alpha = Image.new("L", (80, 60))
    alpha.putdata(
        [round(70 * math.exp(-(((x + y * 0.7 - 40) / 12) ** 2))) for y in range(60) for x in range(80)]
    )
    streak.putalpha(alpha.resize((400, 300), Image.Resampling.BICUBIC))
    return streak


def boards(recipe: PictureRecipe, angle: int) -> Studio:
    """Draw a stack of sawn boards with visible grain. Colours: wood."""
    studio = Studio(ground=recipe.ground, seed=recipe.seed * 10 + angle)
    colour = recipe.colour(0, "#a8703c")
    camera = Camera(yaw=-32 if angle == 0 else 34, pitch=22, distance=11, aim=0.8, zoom=4.1)
    for layer in range(5):
        for piece in range(3):
            turn = studio.rng.uniform(-1.4, 1.4)
            plank = box(4.6, 0.26, 0.78, colour=colour, gloss=0.05).turned("y", turn)
            plank = plank.moved(studio.rng.uniform(-0.12, 0.12), layer * 0.3, -0.86 + piece * 0.84)
            paint(studio, camera, [plank], shadow=0.5 if layer == 0 else 0.0)
            _grain(studio, camera, plank, colour, seed=recipe.seed * 50 + layer * 3 + piece)
    return studio


def _grain(studio: Studio, camera: Camera, plank: Mesh, colour: Colour, *, seed: int) -> None:
    """Put grain on a board's top, front and the end that is seen."""
    texture = wood((700, 120), seed=seed, colour=colour, planks=1)
    rings = overlay(
        Image.new("RGB", (120, 60), mix(colour, (255, 226, 180), 0.25)),
        noise((120, 60), seed=seed, cell=9, contrast=120),
    )
    end = plank.faces[4] if camera.yaw > 0 else plank.faces[5]
    for face, light, image in (
        (plank.faces[2], 0.78, texture),
        (end, 0.92 if camera.yaw < 0 else 0.6, rings),
        (plank.faces[0], 1.06, texture),
    ):
        corners = face.corners
        order = (
            (3, 2, 1, 0)
            if face is plank.faces[2]
            else (0, 3, 2, 1)
            if face is plank.faces[0]
            else (0, 1, 2, 3)
        )
        order = (1, 2, 3, 0) if face is plank.faces[0] else order
        studio.paste_quad(image, [camera.project(corners[i]) for i in order], light=light)


def cartons(recipe: PictureRecipe, angle: int) -> Studio:
    """Draw shipping cartons with tape and a printed mark. Colours: board, ink."""
    studio = Studio(ground=recipe.ground, seed=recipe.seed * 10 + angle)
    board, ink = recipe.colour(0, "#c39a66"), recipe.colour(1, "#3a2a1c")
    camera = Camera(yaw=-30 if angle == 0 else 28, pitch=20, distance=11, aim=1.05, zoom=4.0)
    places = [
        (-1.2, 0, -0.6, 1.9, 1.25),
        (0.95, 0, -0.5, 1.9, 1.25),
        (-0.2, 1.25, -0.55, 1.7, 1.05),
        (0.45, 0, 1.3, 1.5, 0.95),
    ]
    if angle:
        places = [(-0.7, 0, -0.4, 2.2, 1.5), (1.2, 0, 0.75, 1.6, 1.05)]
    mark = label_image(recipe.label or "Export|Made with care", ground=board, ink=ink, size=(520, 360))
    for x, y, z, width, height in places:
        carton = box(width, height, width * 0.78, colour=board, gloss=0.04).moved(x, y, z)
        paint(studio, camera, [carton], shadow=0.5 if y == 0 else 0)
        front = carton.faces[2].corners
        face = overlay(mark, noise(mark.size, seed=recipe.seed, cell=2, contrast=26))
        studio.paste_quad(face, [camera.project(front[i]) for i in (3, 2, 1, 0)], light=0.93)
        tape: list[Vector] = [
            (x - width / 2, y + height, z - 0.12),
            (x + width / 2, y + height, z - 0.12),
            (x + width / 2, y + height, z + 0.12),
            (x - width / 2, y + height, z + 0.12),
        ]
        studio.paste_quad(
            Image.new("RGB", (40, 8), mix(board, (255, 240, 210), 0.35)), [camera.project(c) for c in tape]
        )
    return studio


def panels(recipe: PictureRecipe, angle: int) -> Studio:
    """Draw photovoltaic panels on a stand. Colours: cell, frame."""
    studio = Studio(ground=recipe.ground, seed=recipe.seed * 10 + angle)
    cell, frame = recipe.colour(0, "#16264e"), recipe.colour(1, "#c4c9cc")
    face = Image.new("RGB", (720, 1080), frame)
    draw = ImageDraw.Draw(face)
    for row in range(10):
        for column in range(6):
            x, y = 30 + column * 111, 30 + row * 103
            draw.rectangle(
                (x, y, x + 104, y + 96), fill=mix(cell, (90, 120, 190), 0.06 * ((row * 3 + column * 5) % 4))
            )
            for line in (26, 52, 78):
                draw.line((x + line, y, x + line, y + 96), fill=mix(cell, (200, 210, 220), 0.45), width=2)
    camera = Camera(yaw=-30 if angle == 0 else 24, pitch=14, distance=11, aim=1.35, zoom=4.0)
    for index in range(2 if angle == 0 else 1):
        panel = (
            box(2.1, 3.0, 0.12, colour=frame, gloss=0.5)
            .turned("x", -16)
            .moved(-1.05 + index * 2.2 if angle == 0 else 0, 0.02, -0.4)
        )
        paint(studio, camera, [panel], shadow=0.55)
        quad = [camera.project(panel.faces[2].corners[i]) for i in (3, 2, 1, 0)]
        studio.paste_quad(face, quad)
        studio.paste_quad(_streak(), quad)
    return studio


FAMILIES: Final[dict[str, Callable[[PictureRecipe, int], Studio]]] = {
    "coils": coils,
    "pipes": pipes,
    "gears": gears,
    "pumps": pumps,
    "tiles": tiles,
    "slabs": slabs,
    "boards": boards,
    "cartons": cartons,
    "panels": panels,
}
