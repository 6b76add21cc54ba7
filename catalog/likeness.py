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
from statistics import median
from typing import Final

from PIL import Image

# --- pictures ---------------------------------------------------------------------------------------------------

_SIDE: Final = 8
PICTURE_BITS: Final = 2 * _SIDE * _SIDE
_BAND_BITS: Final = 16
_BANDS: Final = PICTURE_BITS // _BAND_BITS
# Two pictures within this many of 128 bits, and of the same colours, are one picture. Measured on twenty drawn ones:
# resized and recompressed differ by at most 3 bits, cropped by 2 % at most 7, by 4 % at most 14 (19 of 20 within 12).
# Eight bands, each asked for with every single bit turned, find every pair within 15: pictures that differ by two
# bits in every band differ by 16 (pigeonhole).
PICTURE_THRESHOLD: Final = 12
# The mean difference of colours in 4 × 4 fields, of 255: at most 6 after cropping by 4 %, and what keeps black pepper
# and saffron, poured into one heap under one light, apart. A picture made a tenth brighter is not found again.
TONE_THRESHOLD: Final = 8
_FIELDS: Final = 4
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

    def is_like(self, other: Sketch) -> bool:
        """Whether a person would say that it is one picture."""
        if self.distance(other) > PICTURE_THRESHOLD:
            return False
        ours, theirs = bytes.fromhex(self.tones), bytes.fromhex(other.tones)
        away = sum(abs(one - two) for one, two in zip(ours, theirs, strict=True))
        return away <= TONE_THRESHOLD * len(ours)


def picture_sketch(original: bytes) -> Sketch:
    """The differences of brightness along rows and columns (64 bits each), and the colours. Raises `OSError`."""
    with Image.open(io.BytesIO(original)) as opened:
        opened.draft("RGB", (256, 256))
        picture = opened.convert("RGB")
    tones = picture.resize((_FIELDS, _FIELDS), Image.Resampling.BOX).tobytes()
    return Sketch(f"{_edges(picture):032x}", tones.hex())


def _edges(picture: Image.Image) -> int:
    """Whether each of 8 × 8 fields is darker than its right neighbour, then than the one below (Krawetz's dHash)."""
    wide = _SIDE + 1
    grey = picture.convert("L").resize((wide, wide), Image.Resampling.LANCZOS).tobytes()
    places = [row * wide + column for row in range(_SIDE) for column in range(_SIDE)]
    bits = 0
    for step in (1, wide):
        for place in places:
            bits = bits << 1 | (grey[place] < grey[place + step])
    return bits


def picture_bands(bits: str) -> list[int]:
    """The eight bands, each numbered apart so that one index holds them all."""
    return [place << _BAND_BITS | band for place, band in enumerate(_cut(bits))]


def picture_probes(bits: str) -> list[int]:
    """Every band as it is and with each single bit turned: what a picture within the threshold has in common.

    A band without any bit says nothing (every plain ground has it) and is not asked for.
    """
    probes = []
    for place, band in enumerate(_cut(bits)):
        if band:
            values = {band, *(band ^ (1 << bit) for bit in range(_BAND_BITS))} - {0}
            probes += [place << _BAND_BITS | value for value in sorted(values)]
    return probes


def _cut(bits: str) -> list[int]:
    number = int(bits, 16)
    return [number >> (_BAND_BITS * place) & 0xFFFF for place in range(_BANDS)]


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
    """How far a price is from what others ask. `wrong_unit` is the factor of units that would explain it, or None."""

    factor: float
    median: float
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
    factor = math.exp(abs(away))
    nearest = min(_WRONG_UNITS, key=lambda unit: abs(math.log(unit) - abs(away)))
    explained = abs(math.log(nearest) - abs(away)) < max(2 * spread, 0.2)
    return PriceJudgement(
        factor=factor if away > 0 else 1 / factor,
        median=math.exp(middle),
        compared=len(others),
        wrong_unit=round(nearest) if explained else None,
    )
