"""Small solids: meshes of quads, lit and painted back to front through a simple camera.

Owns geometry, projection and shading. Must not know what the solids stand for.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from PIL import Image, ImageDraw

from marketplace.demo.pictures.recipe import Colour
from marketplace.demo.pictures.studio import FULL, Point, Studio

Vector = tuple[float, float, float]
Paint = Colour | Callable[[float, float], Colour]

LIGHT: Final[Vector] = (-0.52, 0.68, 0.52)
FILL: Final[Vector] = (0.8, 0.25, 0.55)


@dataclass(frozen=True, slots=True)
class Face:
    """A flat piece of surface with its colour and how shiny it is (0 dull, 1 polished)."""

    corners: tuple[Vector, ...]
    colour: Colour
    gloss: float = 0.15
    normal: Vector | None = None
    two_sided: bool = False


@dataclass(slots=True)
class Mesh:
    """A set of faces that moves as one."""

    faces: list[Face] = field(default_factory=list)

    def add(self, other: "Mesh") -> "Mesh":
        """Take the other mesh's faces in; returns itself."""
        self.faces.extend(other.faces)
        return self

    def moved(self, dx: float, dy: float, dz: float) -> "Mesh":
        """Return the mesh shifted."""
        return Mesh(
            [
                Face(
                    tuple((x + dx, y + dy, z + dz) for x, y, z in f.corners),
                    f.colour,
                    f.gloss,
                    f.normal,
                    f.two_sided,
                )
                for f in self.faces
            ]
        )

    def turned(self, axis: str, degrees: float) -> "Mesh":
        """Return the mesh turned about the x, y or z axis."""
        cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))

        def turn(point: Vector) -> Vector:
            x, y, z = point
            if axis == "x":
                return x, y * cos - z * sin, y * sin + z * cos
            if axis == "y":
                return x * cos + z * sin, y, z * cos - x * sin
            return x * cos - y * sin, x * sin + y * cos, z

        return Mesh(
            [
                Face(
                    tuple(turn(c) for c in f.corners),
                    f.colour,
                    f.gloss,
                    f.normal and turn(f.normal),
                    f.two_sided,
                )
                for f in self.faces
            ]
        )


def unit(vector: Vector) -> Vector:
    """Return the vector with length one."""
    length = math.sqrt(vector[0] ** 2 + vector[1] ** 2 + vector[2] ** 2) or 1.0
    return vector[0] / length, vector[1] / length, vector[2] / length


def _dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _normal(corners: Sequence[Vector]) -> Vector:
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = corners[0], corners[1], corners[2]
    ux, uy, uz, vx, vy, vz = bx - ax, by - ay, bz - az, cx - ax, cy - ay, cz - az
    if len(corners) > 3 and abs(ux) + abs(uy) + abs(uz) < 1e-9:
        dx, dy, dz = corners[3]
        ux, uy, uz, vx, vy, vz = cx - bx, cy - by, cz - bz, dx - bx, dy - by, dz - bz
    return unit((uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx))


def revolve(
    profile: Sequence[tuple[float, float]], *, paint: Paint, gloss: float = 0.3, sides: int = 64
) -> Mesh:
    """Return a body turned on the y axis; the profile is (height, radius) from bottom to top."""
    faces = []
    ring = [(math.cos(2 * math.pi * i / sides), math.sin(2 * math.pi * i / sides)) for i in range(sides + 1)]
    total = len(profile) - 1
    for step, ((low, r_low), (high, r_high)) in enumerate(itertools.pairwise(profile)):
        tilt = unit((high - low, r_low - r_high, 0.0))
        for side in range(sides):
            (c0, s0), (c1, s1) = ring[side], ring[side + 1]
            middle = ((c0 + c1) / 2, (s0 + s1) / 2)
            colour = paint(side / sides, step / total) if callable(paint) else paint
            corners = (
                (r_low * c0, low, r_low * s0),
                (r_high * c0, high, r_high * s0),
                (r_high * c1, high, r_high * s1),
                (r_low * c1, low, r_low * s1),
            )
            faces.append(
                Face(corners, colour, gloss, unit((tilt[0] * middle[0], tilt[1], tilt[0] * middle[1])))
            )
    return Mesh(faces)


def box(width: float, height: float, depth: float, *, colour: Colour, gloss: float = 0.1) -> Mesh:
    """Return a box standing on y = 0, centred on the other axes."""
    x, z = width / 2, depth / 2
    points = [(sx * x, y, sz * z) for y in (0.0, height) for sz in (-1, 1) for sx in (-1, 1)]
    sides = [(4, 6, 7, 5), (0, 1, 3, 2), (2, 3, 7, 6), (1, 0, 4, 5), (3, 1, 5, 7), (0, 2, 6, 4)]
    return Mesh([Face(tuple(points[i] for i in side), colour, gloss) for side in sides])


def extrude(outline: Sequence[Point], depth: float, *, colour: Colour, gloss: float = 0.4) -> Mesh:
    """Return an outline (x, y; counter-clockwise) given a thickness along z, front at depth / 2."""
    half = depth / 2
    faces = [
        Face(tuple((x, y, half) for x, y in outline), colour, gloss),
        Face(tuple((x, y, -half) for x, y in reversed(outline)), colour, gloss),
    ]
    for (ax, ay), (bx, by) in zip(outline, [*outline[1:], outline[0]], strict=True):
        faces.append(Face(((ax, ay, -half), (bx, by, -half), (bx, by, half), (ax, ay, half)), colour, gloss))
    return Mesh(faces)


@dataclass(frozen=True, slots=True)
class Camera:
    """Looks at (0, `aim`, 0) from `distance`, turned by yaw and raised by pitch (degrees)."""

    yaw: float = 20
    pitch: float = 22
    distance: float = 9
    aim: float = 1.0
    zoom: float = 2.6

    def view(self, point: Vector) -> Vector:
        """Return the point in camera space (x right, y up, z towards the viewer)."""
        a, b = math.radians(self.yaw), math.radians(self.pitch)
        x, y, z = point[0], point[1] - self.aim, point[2]
        x, z = x * math.cos(a) - z * math.sin(a), x * math.sin(a) + z * math.cos(a)
        return x, y * math.cos(b) - z * math.sin(b), y * math.sin(b) + z * math.cos(b)

    def project(self, point: Vector) -> Point:
        """Return the canvas point of a point in the scene."""
        x, y, z = self.view(point)
        factor = self.zoom * FULL[1] / 2 / (self.distance - z)
        return FULL[0] / 2 + x * factor, FULL[1] * 0.53 - y * factor


def shade(colour: Colour, normal: Vector, view: Vector, gloss: float) -> Colour:
    """Return the colour under the studio's key light, fill, sky and the highlight of its gloss."""
    key = max(0.0, _dot(normal, _KEY))
    fill = max(0.0, _dot(normal, _SIDE))
    sky = 0.5 + 0.5 * normal[1]
    lit = 0.26 + 0.66 * key + 0.14 * fill + 0.17 * sky
    half = unit((_KEY[0] + view[0], _KEY[1] + view[1], _KEY[2] + view[2]))
    spot = gloss * max(0.0, _dot(normal, half)) ** (8 + 50 * gloss)
    rim = gloss * 0.35 * (1 - max(0.0, _dot(normal, view))) ** 3
    red, green, blue = (max(0, min(255, round(channel * lit + 235 * (spot + rim)))) for channel in colour)
    return red, green, blue


_KEY: Final = unit(LIGHT)
_SIDE: Final = unit(FILL)


def paint(studio: Studio, camera: Camera, meshes: Iterable[Mesh], *, shadow: float = 0.5) -> None:
    """Draw the meshes with their shadows on the floor y = 0, farthest faces first."""
    faces = [face for mesh in meshes for face in mesh.faces]
    if shadow:
        cast_shadow(studio, camera, faces, strength=shadow)
    eye = _eye(camera)
    queue = []
    for face in faces:
        count = len(face.corners)
        centre = (
            sum(c[0] for c in face.corners) / count,
            sum(c[1] for c in face.corners) / count,
            sum(c[2] for c in face.corners) / count,
        )
        view = unit((eye[0] - centre[0], eye[1] - centre[1], eye[2] - centre[2]))
        normal = face.normal or _normal(face.corners)
        facing = _dot(normal, view)
        if facing <= 0:
            if not face.two_sided:
                continue
            normal = (-normal[0], -normal[1], -normal[2])
        queue.append((camera.view(centre)[2], face, shade(face.colour, normal, view, face.gloss)))
    queue.sort(key=lambda entry: entry[0])
    draw = ImageDraw.Draw(studio.image)
    for _depth, face, colour in queue:
        draw.polygon([camera.project(corner) for corner in face.corners], fill=colour, outline=colour)


def silhouette(camera: Camera, meshes: Iterable[Mesh]) -> Image.Image:
    """Return where these meshes are seen, white on black."""
    mask = Image.new("L", FULL, 0)
    draw = ImageDraw.Draw(mask)
    for mesh in meshes:
        for face in mesh.faces:
            draw.polygon([camera.project(corner) for corner in face.corners], fill=255)
    return mask


def cast_shadow(studio: Studio, camera: Camera, faces: Sequence[Face], *, strength: float) -> None:
    """Throw the faces' shadow onto the floor: a wide soft one and a tight dark one beneath."""
    long, tight = [], []
    for face in faces:
        long.append([camera.project(_on_floor(corner, 0.62)) for corner in face.corners])
        if min(corner[1] for corner in face.corners) < 0.35:
            tight.append([camera.project(_on_floor(corner, 0.12)) for corner in face.corners])
    studio.shadow(long, blur=64, strength=strength)
    studio.shadow(tight, blur=16, strength=min(0.8, strength * 1.3))


def _on_floor(point: Vector, reach: float) -> Vector:
    fall = reach * point[1] / _KEY[1]
    return point[0] - _KEY[0] * fall, 0.0, point[2] - _KEY[2] * fall


def _eye(camera: Camera) -> Vector:
    a, b = math.radians(camera.yaw), math.radians(camera.pitch)
    flat = camera.distance * math.cos(b)
    return flat * math.sin(a), camera.aim + camera.distance * math.sin(b), flat * math.cos(a)
