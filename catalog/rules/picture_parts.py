"""Whether one picture is a part of another, however it was cut. Pure.

`rules.likeness` compares whole pictures and what is left of them when all four sides lose the same. Here a picture is kept
by the few blobs that stand out most (Lindeberg's scale space: differences of blurred pictures, highest or lowest in place
and in scale), each with the edges around it: they stay as they are whatever is cut off elsewhere. A pair of them says how
the two pictures lie on each other, and what both show is then compared itself. Must not touch database, storage or clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot
from statistics import StatisticsError, correlation
from typing import Final

from PIL import Image, ImageChops, ImageFilter, ImageOps

from catalog.rules.likeness import (
    DETAIL_THRESHOLD,
    TONE_THRESHOLD,
    Sketch,
    details_of,
    edges_of,
    opened_small,
    tones_of,
    woven_bands,
)

# Radii of blobs in pixels of a picture of 256; each is a third larger than the one before.
_LONGER_SIDE: Final = 256
_STEP: Final = 1.32
_SIGMAS: Final = tuple(2.5 * _STEP**place for place in range(9))
# What is sketched around a blob reaches so many of its radii, and a blob is darker or lighter than its surroundings by so
# many of 255.
_REACH: Final = 5.0
_CONTRAST: Final = 6
_MOST_PARTS: Final = 12
# Differences are stored four times as large around the middle of a byte.
_GAIN: Final = 4
_MIDDLE: Final = 128
# Two of them are one part within so many of 128 bits; so many pairs are tried.
PART_THRESHOLD: Final = 24
_MOST_TRIED: Final = 4
# Five bands of 24 of the 128 bits, asked for as they are: of the pairs within 12 bits two in three meet in one.
_BANDS: Final = 5
_BAND_BITS: Final = 24
# What both pictures show must be so much of one of them, and at least so many pixels of 256 wide and high.
_SHARE: Final = 0.6
_LEAST_SIDE: Final = 24
_FIELDS: Final = 16
# With every detail the same, the colours may be those of a warmer light: a copy that was tinted by a tenth or so.
_EVERY_DETAIL: Final = 0.9
_OTHER_LIGHT: Final = 18
# The places are mended from steps of so much down to less than a hundredth; below the first likeness it is no use.
_FIRST_STEP: Final = 0.06
_LAST_STEP: Final = 0.008
_HOPEFUL: Final = 0.3

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Part:
    """A blob and the edges around it: 128 bits, its middle and half its side in pixels of a picture of 256."""

    bits: int
    x: int
    y: int
    half: float

    @property
    def as_text(self) -> str:
        """As it is stored: 39 hexadecimal digits."""
        return f"{self.bits:032x}{self.x:02x}{self.y:02x}{round(self.half * 4):03x}"


@dataclass(frozen=True, slots=True)
class PartFound:
    """How one picture lies in another: shares of the area of each that both show, and whether it is mirrored."""

    own_share: float
    other_share: float
    bits: int
    mirrored: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a pixel of the first picture lies in the second: `scale * x + right`, `scale * y + down`."""

    scale: float
    right: float
    down: float


@dataclass(frozen=True, slots=True)
class _Common:
    own: Box
    other: Box
    own_share: float
    other_share: float


def part_from(text: str) -> Part:
    """The other way round of `Part.as_text`."""
    return Part(int(text[:32], 16), int(text[32:34], 16), int(text[34:36], 16), int(text[36:], 16) / 4)


def picture_parts(original: bytes) -> tuple[Part, ...]:
    """The twelve parts that stand out most; none of an even ground. Raises `OSError`."""
    picture = _opened(original)
    return tuple(_part(picture, *blob) for blob in _blobs(picture.convert("L")))


def parts_in_mirror(original: bytes, parts: Sequence[Part]) -> tuple[Part, ...]:
    """The same parts as a mirror shows them. Raises `OSError`."""
    picture = ImageOps.mirror(_opened(original))
    return tuple(_part(picture, picture.width - 1 - part.x, part.y, part.half) for part in parts)


def part_bands(parts: Sequence[Part]) -> list[int]:
    """Five bands of each, numbered apart: what an index holds and is asked for."""
    return sorted({band for part in parts for band in woven_bands(part.bits, _BANDS, _BAND_BITS)})


def nearest_parts(own: Sequence[Part], other: Sequence[Part]) -> list[tuple[int, Part, Part]]:
    """The pairs that are one part, with the bits in which they differ: the nearest first."""
    pairs = [((one.bits ^ two.bits).bit_count(), one, two) for one in own for two in other]
    near = [pair for pair in pairs if pair[0] <= PART_THRESHOLD]
    return sorted(near, key=lambda pair: pair[0])[:_MOST_TRIED]


def is_part(
    own: bytes, other: bytes, pairs: Sequence[tuple[int, Part, Part]], *, mirrored: bool
) -> PartFound | None:
    """Whether what both pictures show, laid on each other by one of these pairs, is one picture. Raises `OSError`.

    Most of one of the two must be there: a seal or a label that two suppliers show says nothing.
    """
    ours, theirs = _opened(own), _opened(other)
    if mirrored:
        ours = ImageOps.mirror(ours)
    ours_grey, theirs_grey = ours.convert("L"), theirs.convert("L")
    for bits, part, twin in pairs:
        place = _mended(ours_grey, theirs_grey, _first_place(part, twin, pairs), part)
        common = place and _common(ours.size, theirs.size, place)
        if common and _is_one(ours, theirs, common):
            return PartFound(common.own_share, common.other_share, bits, mirrored)
    return None


def _opened(original: bytes) -> Image.Image:
    """Its longer side 256 pixels, also of a smaller one: radii are counted in them."""
    return ImageOps.contain(opened_small(original), (_LONGER_SIDE, _LONGER_SIDE))


def _is_one(ours: Image.Image, theirs: Image.Image, common: _Common) -> bool:
    colours = [Sketch("0", tones_of(*pair)) for pair in ((ours, common.own), (theirs, common.other))]
    details = [details_of(_fields(*pair)) for pair in ((ours, common.own), (theirs, common.other))]
    away, alike = colours[0].tone_distance(colours[1]), _correlation(*details)
    return (alike >= DETAIL_THRESHOLD and away <= TONE_THRESHOLD) or (
        alike >= _EVERY_DETAIL and away <= _OTHER_LIGHT
    )


def _part(picture: Image.Image, x: int, y: int, half: float) -> Part:
    half = round(half * 4) / 4
    box = (round(x - half), round(y - half), round(x + half), round(y + half))
    return Part(edges_of(picture.crop(box)), x, y, half)


def _blobs(grey: Image.Image) -> Iterator[tuple[int, int, float]]:
    """Middle and half side of what is sketched, the strongest first; blobs in one place and of one size count once."""
    blurred = [grey.filter(ImageFilter.GaussianBlur(sigma)) for sigma in _SIGMAS]
    darker = [ImageChops.subtract(wide, fine, 1 / _GAIN, _MIDDLE) for fine, wide in pairwise(blurred)]
    lighter = [ImageOps.invert(one) for one in darker]
    found = sorted((*_peaks(darker), *_peaks(lighter)), key=lambda one: (-one[0], *one[1:]))
    kept: list[tuple[int, int, float]] = []
    for _strength, x, y, half in found:
        if not any(
            hypot(x - x2, y - y2) <= 0.35 * max(half, half2) and 0.75 < half / half2 < 1.33
            for x2, y2, half2 in kept
        ):
            kept.append((x, y, half))
    return iter(kept[:_MOST_PARTS])


def _peaks(layers: Sequence[Image.Image]) -> Iterator[tuple[int, int, int, float]]:
    """Where a layer is highest among its neighbours, in its plane and in the layers beside it."""
    spread = [layer.filter(ImageFilter.MaxFilter(3)) for layer in layers]
    values = [layer.tobytes() for layer in layers]
    for place in range(1, len(layers) - 1):
        layer = layers[place]
        around = ImageChops.lighter(spread[place - 1], spread[place + 1])
        around = ImageChops.lighter(around, layer.filter(ImageFilter.MaxFilter(5)))
        below = ImageChops.subtract(around, layer).tobytes()
        at = below.find(0)
        while at >= 0:
            low, top, high = (values[near][at] for near in (place - 1, place, place + 1))
            if top > _MIDDLE + _CONTRAST * _GAIN:
                y, x = divmod(at, layer.width)
                half = _REACH * _SIGMAS[place] * _STEP ** _between(low, top, high)
                if half <= min(x, y, layer.width - x, layer.height - y) + 0.5:
                    yield top - _MIDDLE, x, y, half
            at = below.find(0, at + 1)


def _between(low: int, top: int, high: int) -> float:
    """How far between two layers a peak lies: the top of a parabola through three."""
    bend = low - 2 * top + high
    return max(-0.5, min(0.5, 0.5 * (low - high) / bend)) if bend < 0 else 0.0


def _first_place(part: Part, twin: Part, pairs: Sequence[tuple[int, Part, Part]]) -> _Place:
    """By the sizes of one pair, or more exactly by the distance to a second one that agrees."""
    scale = twin.half / part.half
    for _bits, second, second_twin in pairs:
        far = hypot(second.x - part.x, second.y - part.y)
        if far <= 40:
            continue
        exact = hypot(second_twin.x - twin.x, second_twin.y - twin.y) / far
        away = hypot(
            second_twin.x - twin.x - (second.x - part.x) * exact,
            second_twin.y - twin.y - (second.y - part.y) * exact,
        )
        if 0.85 < exact / scale < 1.18 and away < 12:
            scale = exact
            break
    return _Place(scale, twin.x - scale * part.x, twin.y - scale * part.y)


def _mended(ours: Image.Image, theirs: Image.Image, place: _Place, part: Part) -> _Place | None:
    """The place near this one at which the two are most alike; None when they are not at all."""
    best, step = _alike(ours, theirs, place), _FIRST_STEP
    if best < _HOPEFUL:
        return None
    while step > _LAST_STEP:
        better = max(
            ((_alike(ours, theirs, one), one) for one in _moved(place, step, part, ours)),
            key=lambda found: found[0],
        )
        if better[0] > best + 1e-6:
            best, place = better
        else:
            step /= 2
    return place


def _moved(place: _Place, step: float, part: Part, ours: Image.Image) -> Iterator[_Place]:
    """A little larger and smaller about the part's middle, to the right and left, down and up."""
    across, down = place.scale * ours.width * step / 2, place.scale * ours.height * step / 2
    for sign in (1, -1):
        scale = place.scale * (1 + sign * step)
        grown = place.scale - scale
        yield _Place(scale, place.right + grown * part.x, place.down + grown * part.y)
        yield _Place(place.scale, place.right + sign * across, place.down)
        yield _Place(place.scale, place.right, place.down + sign * down)


def _alike(ours: Image.Image, theirs: Image.Image, place: _Place) -> float:
    common = _common(ours.size, theirs.size, place)
    if common is None:
        return -1.0
    return _correlation(_fields(ours, common.own).tobytes(), _fields(theirs, common.other).tobytes())


def _common(ours: tuple[int, int], theirs: tuple[int, int], place: _Place) -> _Common | None:
    """What both show; None when that is too little of both."""
    left, top = max(0.0, place.right), max(0.0, place.down)
    right = min(theirs[0], place.scale * ours[0] + place.right)
    bottom = min(theirs[1], place.scale * ours[1] + place.down)
    if min(right - left, bottom - top) < _LEAST_SIDE:
        return None
    own = (
        max(0.0, (left - place.right) / place.scale),
        max(0.0, (top - place.down) / place.scale),
        min(ours[0], (right - place.right) / place.scale),
        min(ours[1], (bottom - place.down) / place.scale),
    )
    own_share = (own[2] - own[0]) * (own[3] - own[1]) / (ours[0] * ours[1])
    other_share = (right - left) * (bottom - top) / (theirs[0] * theirs[1])
    if max(own_share, other_share) < _SHARE:
        return None
    return _Common(own, (left, top, right, bottom), own_share, other_share)


def _fields(picture: Image.Image, box: Box) -> Image.Image:
    return picture.convert("L").resize((_FIELDS, _FIELDS), Image.Resampling.BOX, box=box)


def _correlation(ours: Sequence[float], theirs: Sequence[float]) -> float:
    try:
        return correlation(ours, theirs)
    except StatisticsError:  # an even ground is like everything
        return -1.0
