"""The studio: ground and backdrop, light, soft shadows, grain, and the finished JPEG.

Owns the frame every product stands in. Must not know any product.
"""

import io
import math
import random
from collections.abc import Callable, Sequence
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from marketplace.demo.pictures.recipe import Colour, mix

WIDTH: Final = 1200
HEIGHT: Final = 900
SCALE: Final = 2  # drawn at twice the size, then reduced: smooth edges without tricks
FULL: Final = (WIDTH * SCALE, HEIGHT * SCALE)
Point = tuple[float, float]

GROUNDS: Final[dict[str, tuple[Colour, Colour, Colour]]] = {
    # wall, floor, light pool
    "paper": ((226, 219, 206), (241, 236, 226), (255, 252, 245)),
    "sage": ((188, 200, 188), (214, 222, 209), (238, 243, 232)),
    "sea": ((166, 190, 196), (201, 217, 219), (232, 241, 240)),
    "slate": ((74, 82, 90), (104, 112, 118), (150, 157, 160)),
    "sand": ((219, 196, 164), (234, 216, 189), (250, 238, 217)),
    "rose": ((222, 196, 186), (236, 217, 208), (250, 238, 231)),
    "wood": ((214, 203, 186), (168, 120, 78), (246, 236, 218)),
    "dark_wood": ((96, 86, 76), (98, 66, 44), (170, 146, 120)),
    "stone": ((196, 196, 192), (206, 203, 197), (240, 239, 235)),
    "ice": ((190, 207, 214), (222, 234, 238), (246, 251, 252)),
}


def field(size: tuple[int, int], fn: Callable[[float, float], float], *, grid: int = 64) -> Image.Image:
    """Return a smooth grey image: `fn(u, v)` in 0..1 sampled coarsely and enlarged softly."""
    width, height = size
    rows = max(4, round(grid * height / max(width, 1))) if width >= height else grid
    columns = grid if width >= height else max(4, round(grid * width / max(height, 1)))
    small = Image.new("L", (columns, rows))
    small.putdata(
        [
            max(0, min(255, round(255 * fn((x + 0.5) / columns, (y + 0.5) / rows))))
            for y in range(rows)
            for x in range(columns)
        ]
    )
    return small.resize(size, Image.Resampling.BICUBIC)


def noise(size: tuple[int, int], *, seed: int, cell: float = 1.0, contrast: float = 40) -> Image.Image:
    """Return grey noise around 128, the same for the same seed; `cell` is the grain's size."""
    small = (max(2, round(size[0] / cell)), max(2, round(size[1] / cell)))
    rng = random.Random(seed)
    raw = Image.frombytes("L", small, rng.randbytes(small[0] * small[1]))
    half = contrast / 255
    raw = raw.point([round(128 + (value - 128) * half) for value in range(256)])
    return raw if small == size else raw.resize(size, Image.Resampling.BICUBIC)


def overlay(image: Image.Image, grey: Image.Image, mask: Image.Image | None = None) -> Image.Image:
    """Return the image lightened and darkened by grey around 128 (where the mask allows)."""
    layer = Image.merge("RGB", (grey, grey, grey))
    blended = ImageChops.overlay(image.convert("RGB"), layer)
    return blended if mask is None else Image.composite(blended, image.convert("RGB"), mask)


def wood(size: tuple[int, int], *, seed: int, colour: Colour, planks: int = 5) -> Image.Image:
    """Return horizontal boards with long grain, knots of tone and dark joints."""
    rng = random.Random(seed)
    width, height = size
    small = (max(2, width // 40), max(2, height // 3))
    grain = noise(small, seed=seed + 1, contrast=150).resize(size, Image.Resampling.BICUBIC)
    broad = noise((max(2, width // 220), max(2, height // 26)), seed=seed + 2, contrast=110)
    grain = Image.blend(grain, broad.resize(size, Image.Resampling.BICUBIC), 0.5)
    board = ImageOps.colorize(
        grain, black=mix(colour, (20, 10, 4), 0.55), white=mix(colour, (255, 240, 214), 0.45), mid=colour
    )
    draw = ImageDraw.Draw(board)
    step = height / planks
    tone = Image.new("L", size, 128)
    tone_draw = ImageDraw.Draw(tone)
    for plank in range(planks):
        top = round(plank * step)
        tone_draw.rectangle((0, top, width, round(top + step)), fill=128 + rng.randint(-16, 16))
        if plank:
            draw.line((0, top, width, top), fill=mix(colour, (10, 6, 2), 0.75), width=max(2, height // 160))
    return overlay(board, tone)


def perspective(source: tuple[float, float, float, float], quad: Sequence[Point]) -> list[float]:
    """Return Pillow's eight coefficients that map the quad back onto this part of the source."""
    left, top, right, bottom = source
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(quad, corners, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for pivot in range(8):
        best = max(range(pivot, 8), key=lambda row: abs(rows[row][pivot]))
        rows[pivot], rows[best] = rows[best], rows[pivot]
        for row in range(8):
            if row != pivot and rows[row][pivot]:
                factor = rows[row][pivot] / rows[pivot][pivot]
                rows[row] = [a - factor * b for a, b in zip(rows[row], rows[pivot], strict=True)]
    return [rows[row][8] / rows[row][row] for row in range(8)]


class Studio:
    """One picture in the making: a canvas twice the final size, with the ground already lit."""

    def __init__(self, *, ground: str, seed: int, horizon: float = 0.42) -> None:
        self.rng = random.Random(seed)
        self.seed = seed
        self.ground = ground if ground in GROUNDS else "paper"
        self.image = self._backdrop(horizon)

    def _backdrop(self, horizon: float) -> Image.Image:
        wall, floor, pool = GROUNDS[self.ground]
        size = FULL

        def floor_share(_u: float, v: float) -> float:
            return 1 / (1 + math.exp(-(v - horizon) * 26))

        def pool_share(u: float, v: float) -> float:
            return 0.85 * math.exp(-(((u - 0.44) / 0.42) ** 2) - ((v - 0.5) / 0.42) ** 2)

        base = Image.new("RGB", size, wall)
        if self.ground.endswith("wood"):
            surface = self._table(floor, horizon)
            edge = field(size, lambda _u, v: 1 / (1 + math.exp(-(v - horizon) * 220)), grid=256)
            base.paste(surface, (0, 0), edge)
            light = field(size, lambda u, v: 0.42 * pool_share(u, v))
        else:
            base.paste(floor, (0, 0, *size), field(size, floor_share))
            if self.ground == "stone":
                speckle = Image.blend(
                    noise(size, seed=self.seed, cell=5, contrast=46),
                    noise(size, seed=self.seed + 1, cell=90, contrast=90),
                    0.5,
                )
                base = overlay(base, speckle)
            light = field(size, pool_share)
        base.paste(pool, (0, 0, *size), light)
        corner = field(size, lambda u, v: 0.36 * min(1, ((u - 0.46) ** 2 + (v - 0.5) ** 2) * 1.9) ** 1.3)
        base.paste(mix(wall, (24, 20, 16), 0.7), (0, 0, *size), corner)
        return base

    def _table(self, colour: Colour, horizon: float) -> Image.Image:
        texture = wood((1600, 900), seed=self.seed + 40, colour=colour, planks=7)
        top = horizon * FULL[1]
        quad = [
            (-300.0, top),
            (FULL[0] + 300.0, top),
            (FULL[0] + 1700.0, FULL[1] + 60.0),
            (-1700.0, FULL[1] + 60.0),
        ]
        return texture.transform(
            FULL,
            Image.Transform.PERSPECTIVE,
            perspective((0, 0, *texture.size), quad),
            Image.Resampling.BICUBIC,
        )

    def shadow(self, polygons: Sequence[Sequence[Point]], *, blur: float, strength: float) -> None:
        """Darken the canvas under polygons given in canvas points, with a soft edge."""
        quarter = (FULL[0] // 4, FULL[1] // 4)
        mask = Image.new("L", quarter, 0)
        draw = ImageDraw.Draw(mask)
        for polygon in polygons:
            draw.polygon([(x / 4, y / 4) for x, y in polygon], fill=255)
        self._darken(mask, blur=blur, strength=strength)

    def shadow_ellipse(self, centre: Point, rx: float, ry: float, *, blur: float, strength: float) -> None:
        """Darken an ellipse around a canvas point."""
        mask = Image.new("L", (FULL[0] // 4, FULL[1] // 4), 0)
        x, y = centre
        box = ((x - rx) / 4, (y - ry) / 4, (x + rx) / 4, (y + ry) / 4)
        ImageDraw.Draw(mask).ellipse(box, fill=255)
        self._darken(mask, blur=blur, strength=strength)

    def _darken(self, mask: Image.Image, *, blur: float, strength: float) -> None:
        soft = mask.filter(ImageFilter.GaussianBlur(blur / 4)).point(
            [round(v * strength) for v in range(256)]
        )
        tone = mix(GROUNDS[self.ground][0], (26, 20, 18), 0.86)
        self.image.paste(tone, (0, 0, *FULL), soft.resize(FULL, Image.Resampling.BILINEAR))

    def paste_quad(
        self,
        texture: Image.Image,
        quad: Sequence[Point],
        *,
        light: float = 1.0,
        part: tuple[float, float, float, float] | None = None,
    ) -> None:
        """Lay a texture (or a part of it) into four canvas points, clockwise, dimmed by `light`."""
        left, top = (math.floor(min(p[axis] for p in quad)) - 2 for axis in (0, 1))
        right, bottom = (math.ceil(max(p[axis] for p in quad)) + 2 for axis in (0, 1))
        size = (right - left, bottom - top)
        local = [(x - left, y - top) for x, y in quad]
        mask = Image.new("L", size, 0)
        ImageDraw.Draw(mask).polygon(local, fill=255)
        warped = texture.transform(
            size,
            Image.Transform.PERSPECTIVE,
            perspective(part or (0, 0, *texture.size), local),
            Image.Resampling.BICUBIC,
        )
        alpha = warped.getchannel("A") if warped.mode == "RGBA" else None
        rgb = warped.convert("RGB")
        if light != 1.0:
            rgb = rgb.point([min(255, round(v * light)) for v in range(256)] * 3)
        self.image.paste(rgb, (left, top), mask if alpha is None else ImageChops.multiply(mask, alpha))

    def paste(self, sprite: Image.Image, centre: Point) -> None:
        """Put an RGBA sprite with its centre on a canvas point."""
        x, y = round(centre[0] - sprite.width / 2), round(centre[1] - sprite.height / 2)
        self.image.paste(sprite, (x, y), sprite)

    def develop(self, *, quality: int = 88) -> bytes:
        """Reduce to the final size, add a breath of film grain, and return JPEG bytes."""
        final = self.image.reduce(SCALE)
        final = overlay(final, noise(final.size, seed=self.seed + 99, contrast=9))
        out = io.BytesIO()
        final.save(out, "JPEG", quality=quality, optimize=False, progressive=False)
        return out.getvalue()
