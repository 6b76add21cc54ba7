"""How alike two pictures, two texts and two prices are. Pure.

Owns the sketches (perceptual hash, MinHash), their bands for an index, and the thresholds. Must not touch database,
storage or clock. Each threshold says what it was measured on.
"""

from __future__ import annotations

import hashlib
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from statistics import StatisticsError, correlation, fmean, median, pstdev, quantiles
from typing import Final

from PIL import Image, ImageChops

# --- pictures ---------------------------------------------------------------------------------------------------

_SIDE: Final = 8
PICTURE_BITS: Final = 2 * _SIDE * _SIDE
# Seven bands of 18 bits (two of the 128 are in none).
_BANDS: Final = 7
_BAND_BITS: Final = 18
# Two pictures within this many of 128 bits, and of the same colours, are one picture. The bits say only which of two
# neighbouring fields is darker, so light and contrast hardly change them. Seven bands, each asked for with every
# single bit turned, find every pair within 13: pictures that differ by two bits in every band differ by 14
# (pigeonhole). What was measured is in `docs/adr/0040` and `0059`.
PICTURE_THRESHOLD: Final = 12
# The mean difference of the colours of 4 × 4 fields, once both pictures were brought to one mean and one spread
# (`_SPREAD`): a picture made lighter or harder by a slope is the same again, a red heap and a black one are not.
TONE_THRESHOLD: Final = 9
_SPREAD: Final = 40.0
_LEAST_SPREAD: Final = 12.0
_FIELDS: Final = 4
# How far what remains of 16 × 16 fields without their blurred selves goes together, from which on it is one picture.
DETAIL_THRESHOLD: Final = 0.66
_DETAILS: Final = 16
# What is cut off each side of a picture that is kept beside it: whoever shows a part of it is found by these. Each
# leaves nine tenths of the one before, as a sketch forgives a twentieth more or less.
_CUTS: Final = (0.045, 0.087, 0.124, 0.158, 0.19)
# A border is even: along each side, within so many of 255 of the picture's corner, and at least so wide a share.
_BORDER_EVEN: Final = 24
_BORDER_FROM: Final = 0.02
_BORDER_KEPT: Final = 0.3
# A picture with fewer set bits than this in either direction is a plain ground: it is like every other plain ground.
_PLAIN_BITS: Final = 8


@dataclass(frozen=True, slots=True)
class Sketch:
    """A picture in few marks, in hexadecimal: `bits` are its edges, `tones` its colours."""

    bits: str
    tones: str

    @property
    def is_plain(self) -> bool:
        """Whether it has too little in it to be compared."""
        return int(self.bits, 16).bit_count() < _PLAIN_BITS

    def distance(self, other: Sketch) -> int:
        """In how many of the 128 bits two pictures differ."""
        return (int(self.bits, 16) ^ int(other.bits, 16)).bit_count()

    def tone_distance(self, other: Sketch) -> float:
        """How far their colours are apart when both stand in one light."""
        ours, theirs = _levelled(self.tones), _levelled(other.tones)
        return sum(abs(one - two) for one, two in zip(ours, theirs, strict=True)) / len(ours)

    def is_like(self, other: Sketch) -> bool:
        """Whether a person would say that it is one picture."""
        return self.distance(other) <= PICTURE_THRESHOLD and self.tone_distance(other) <= TONE_THRESHOLD


@dataclass(frozen=True, slots=True)
class Kinship:
    """How one picture shows another: in how many bits they differ, whether in a mirror, which share was cut off each
    side of the other, and whether an even border was taken from this or the other first."""

    bits: int
    mirrored: bool
    cut: float
    own_trimmed: bool = False
    other_trimmed: bool = False


@dataclass(frozen=True, slots=True)
class PictureSketches:
    """A picture as it is, as in a mirror, without so much of each side (`_CUTS`), and without an even border.

    The last of `cut` is the one without its border when there are more than there are cuts.
    """

    whole: Sketch
    mirrored: Sketch
    cut: tuple[Sketch, ...]

    @property
    def trimmed(self) -> Sketch | None:
        """Without its even border; None of a picture that has none."""
        return self.cut[-1] if len(self.cut) > len(_CUTS) else None

    @property
    def asked(self) -> tuple[tuple[Sketch, bool, bool], ...]:
        """What others are compared with: each with whether it is mirrored and whether it lost its border."""
        ours = ((self.whole, False, False), (self.mirrored, True, False))
        return ours if self.trimmed is None else (*ours, (self.trimmed, False, True))

    def kinship(self, other: PictureSketches) -> Kinship | None:
        """Whether this one may be the other, mirrored or a part of it: the nearest way, or None."""
        kept = [*zip((other.whole, *other.cut), (0.0, *_CUTS), strict=False)]
        found = [
            Kinship(own.distance(theirs), mirrored, share, trimmed)
            for own, mirrored, trimmed in self.asked
            for theirs, share in kept
            if own.is_like(theirs)
        ]
        found += [
            Kinship(own.distance(other.trimmed), mirrored, 0.0, trimmed, other_trimmed=True)
            for own, mirrored, trimmed in self.asked
            if other.trimmed is not None and own.is_like(other.trimmed)
        ]
        return min(found, key=lambda one: (one.bits, one.mirrored, one.cut), default=None)


def picture_sketches(original: bytes) -> PictureSketches:
    """The differences of brightness along rows and columns (64 bits each), and the colours. Raises `OSError`."""
    picture = opened_small(original)
    bare = _trimmed(picture)
    without = (*(_without_border(picture, share) for share in _CUTS), *([bare] if bare else []))
    return PictureSketches(
        whole=_sketch(picture),
        mirrored=_sketch(picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)),
        cut=tuple(_sketch(one) for one in without),
    )


def opened_small(original: bytes) -> Image.Image:
    """In colours, its longer side 256 pixels at most. Raises `OSError`."""
    with Image.open(io.BytesIO(original)) as opened:
        opened.draft("RGB", (256, 256))
        picture = opened.convert("RGB")
    picture.thumbnail((256, 256), Image.Resampling.BOX)
    return picture


def same_in_detail(own: bytes, other: bytes, kinship: Kinship) -> bool:
    """Whether two pictures that have one sketch are also one in what a sketch leaves out. Raises `OSError`.

    Heaps of other goods under one light have the same sketch, but not the same grains.
    """
    mine, found = opened_small(own), _without_border(opened_small(other), kinship.cut)
    ours = _details((kinship.own_trimmed and _trimmed(mine)) or mine, mirrored=kinship.mirrored)
    theirs = _details((kinship.other_trimmed and _trimmed(found)) or found)
    try:
        return correlation(ours, theirs) >= DETAIL_THRESHOLD
    except StatisticsError:  # nothing stands out of an even ground
        return True


def _details(picture: Image.Image, *, mirrored: bool = False) -> list[int]:
    seen = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else picture
    return details_of(seen.convert("L").resize((_DETAILS, _DETAILS), Image.Resampling.BOX))


def details_of(grey: Image.Image) -> list[int]:
    """What 16 × 16 grey fields have beyond their blurred selves."""
    half = (_DETAILS // 2, _DETAILS // 2)
    blurred = grey.resize(half, Image.Resampling.BOX).resize(grey.size, Image.Resampling.BICUBIC)
    return [one - two for one, two in zip(grey.tobytes(), blurred.tobytes(), strict=True)]


def _sketch(picture: Image.Image) -> Sketch:
    return Sketch(f"{edges_of(picture):032x}", tones_of(picture))


def tones_of(picture: Image.Image, box: tuple[float, float, float, float] | None = None) -> str:
    """The mean colours of 4 × 4 fields, of a part when a box is given, in hexadecimal."""
    return picture.resize((_FIELDS, _FIELDS), Image.Resampling.BOX, box=box).tobytes().hex()


def _without_border(picture: Image.Image, share: float) -> Image.Image:
    wide, high = picture.size
    away, down = round(wide * share), round(high * share)
    return picture.crop((away, down, wide - away, high - down))


def _trimmed(picture: Image.Image) -> Image.Image | None:
    """Without the even border of the colour of its corner; None when it has none, or little else."""
    ground = Image.new("RGB", picture.size, picture.getpixel((0, 0)))
    away = (
        ImageChops.difference(picture, ground).convert("L").point(lambda value: 255 * (value > _BORDER_EVEN))
    )
    box = away.getbbox()
    if box is None:
        return None
    wide, high = picture.size
    left, top, right, bottom = box
    margins = (left / wide, top / high, 1 - right / wide, 1 - bottom / high)
    inside = (right - left) * (bottom - top) / (wide * high)
    return picture.crop(box) if max(margins) >= _BORDER_FROM and inside >= _BORDER_KEPT else None


def mirrored_tones(tones: str) -> str:
    """The same colours in a mirror: three bytes a field, four fields a row."""
    fields = [tones[place : place + 6] for place in range(0, len(tones), 6)]
    rows = [fields[place : place + _FIELDS] for place in range(0, len(fields), _FIELDS)]
    return "".join("".join(reversed(row)) for row in rows)


def _levelled(tones: str) -> list[float]:
    """The colours at one mean and one spread; a nearly even ground keeps its small differences small."""
    values = bytes.fromhex(tones)
    middle = fmean(values)
    spread = max(pstdev(values, middle), _LEAST_SPREAD)
    return [(value - middle) * _SPREAD / spread for value in values]


def edges_of(picture: Image.Image) -> int:
    """Whether each of 8 × 8 fields is darker than its right neighbour, then than the one below (Krawetz's dHash)."""
    wide = _SIDE + 1
    grey = picture.convert("L").resize((wide, wide), Image.Resampling.LANCZOS).tobytes()
    places = [row * wide + column for row in range(_SIDE) for column in range(_SIDE)]
    bits = 0
    for step in (1, wide):
        for place in places:
            bits = bits << 1 | (grey[place] < grey[place + step])
    return bits


def picture_bands(*bits: str) -> list[int]:
    """The seven bands of each, numbered apart so that one index holds them all."""
    return sorted({band for one in bits for band in woven_bands(int(one, 16), _BANDS, _BAND_BITS)})


def picture_probes(bits: str) -> list[int]:
    """Every band as it is and with each single bit turned: what a picture within the threshold has in common.

    A band without any bit says nothing (every plain ground has it) and is not asked for.
    """
    probes = []
    for numbered in woven_bands(int(bits, 16), _BANDS, _BAND_BITS):
        place, band = numbered >> _BAND_BITS, numbered & ((1 << _BAND_BITS) - 1)
        if band:
            values = {band, *(band ^ (1 << bit) for bit in range(_BAND_BITS))} - {0}
            probes += [place << _BAND_BITS | value for value in sorted(values)]
    return probes


def woven_bands(bits: int, bands: int, size: int) -> list[int]:
    """Every so manieth bit in one band, each numbered above its bits.

    Neighbouring bits of a picture go together: bands of neighbours are all ones or all noughts in too many pictures (of
    the pairs of 148 pictures 2.7 % shared a band of 24 neighbouring bits, 0.1 % one of woven bits).
    """
    return [
        place << size | sum((bits >> (place + bands * step) & 1) << step for step in range(size))
        for place in range(bands)
    ]


# --- texts ------------------------------------------------------------------------------------------------------

_WORD = re.compile(r"\w+", re.UNICODE)
_SHINGLE_WORDS: Final = 4
_ROWS: Final = 3
_TEXT_BANDS: Final = 16
_PRIME: Final = (1 << 61) - 1
# A share of common four-word runs from which one text is called a copy of the other, and the shortest text that is
# judged at all: two packings described in one sentence are alike without anybody having copied.
TEXT_THRESHOLD: Final = 0.6
SHORTEST_TEXT: Final = 25


def shingles(text: str) -> frozenset[str]:
    """The runs of four words of a text, in small letters; none of a text that is too short to judge."""
    words = _WORD.findall(text.casefold())
    if len(words) < SHORTEST_TEXT:
        return frozenset()
    return frozenset(
        " ".join(words[place : place + _SHINGLE_WORDS]) for place in range(len(words) - _SHINGLE_WORDS + 1)
    )


def text_bands(parts: frozenset[str]) -> list[int]:
    """Sixteen bands of three minima each: texts that share 60 % meet in one of them in 98 of 100 cases."""
    if not parts:
        return []
    hashes = [_hash(part) for part in parts]
    minima = [min((a * one + b) % _PRIME for one in hashes) for a, b in _permutations()]
    return [
        _hash(f"{place}:{minima[place * _ROWS : (place + 1) * _ROWS]}") >> 1 for place in range(_TEXT_BANDS)
    ]


def likeness(parts: frozenset[str], others: frozenset[str]) -> float:
    """The share of runs that both have of those that either has."""
    whole = len(parts | others)
    return len(parts & others) / whole if whole else 0.0


def common_run(parts: frozenset[str], text: str) -> str:
    """The longest passage of `text` all of whose runs are in `parts`: what a moderator is shown."""
    words = _WORD.findall(text)
    folded = [word.casefold() for word in words]
    best, start = (0, 0), None
    for place in range(len(words) - _SHINGLE_WORDS + 1):
        inside = " ".join(folded[place : place + _SHINGLE_WORDS]) in parts
        if not inside:
            start = None
            continue
        start = place if start is None else start
        best = max(best, (place + _SHINGLE_WORDS - start, -start))
    length, begin = best
    return " ".join(words[-begin : -begin + length]) if length else ""


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())


@cache
def _permutations() -> tuple[tuple[int, int], ...]:
    """Fixed for ever: stored bands must stay comparable."""
    return tuple(
        (_hash(f"a{place}") % (_PRIME - 1) + 1, _hash(f"b{place}") % _PRIME)
        for place in range(_TEXT_BANDS * _ROWS)
    )


# --- prices -----------------------------------------------------------------------------------------------------

FEWEST_PRICES: Final = 8
# So many times the median, and so many robust deviations away from it: both, so that a market with wide prices
# flags nothing and one with narrow prices does not flag a premium quality.
PRICE_FACTOR: Final = 5.0
_DEVIATIONS: Final = 3.5
# Makes the median absolute deviation of a normal distribution its standard deviation.
_NORMAL: Final = 1.4826
_WRONG_UNITS: Final = (10.0, 12.0, 100.0, 1000.0)


@dataclass(frozen=True, slots=True)
class PriceJudgement:
    """How far a price is from what others ask, of which `low` and `high` are the middle half.

    `wrong_unit` is the factor of units that would explain it, or None.
    """

    factor: float
    median: float
    low: float
    high: float
    compared: int
    wrong_unit: int | None


def price_judgement(price: float, others: Sequence[float]) -> PriceJudgement | None:
    """What is odd about a price beside comparable ones; None when nothing is, or too few are there to say."""
    if len(others) < FEWEST_PRICES or price <= 0:
        return None
    logs = [math.log(one) for one in others if one > 0]
    middle = median(logs)
    spread = max(_NORMAL * median(abs(one - middle) for one in logs), 0.1)
    away = math.log(price) - middle
    if abs(away) < math.log(PRICE_FACTOR) or abs(away) < _DEVIATIONS * spread:
        return None
    low, _middle, high = quantiles(logs, n=4)
    factor = math.exp(abs(away))
    nearest = min(_WRONG_UNITS, key=lambda unit: abs(math.log(unit) - abs(away)))
    explained = abs(math.log(nearest) - abs(away)) < max(2 * spread, 0.2)
    return PriceJudgement(
        factor=factor if away > 0 else 1 / factor,
        median=math.exp(middle),
        low=math.exp(low),
        high=math.exp(high),
        compared=len(others),
        wrong_unit=round(nearest) if explained else None,
    )
