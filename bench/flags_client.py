"""The other side of `bench.bench_flags`: fills a marketplace with sketched pictures and asks what a check asks.

The pictures are drawn (one thing on a light ground, as suppliers photograph); most are varied in their bits rather
than drawn anew, so that they crowd the index more than independent pictures would. Texts are random bands.
"""

from __future__ import annotations

import io
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402 -- Django first
from PIL import Image, ImageDraw  # noqa: E402

from bench.search_data import BEGIN, copy_rows, fill  # noqa: E402
from catalog.models import PictureSketch, Product  # noqa: E402
from catalog.queries.trust.alike import (  # noqa: E402
    comparable_prices,
    listings_with_words,
    pictures_alike,
    pictures_with_parts,
    sketches_of,
)
from catalog.rules.likeness import PictureSketches, Sketch, picture_bands, picture_sketches  # noqa: E402
from catalog.rules.picture_parts import Part, part_bands, part_from, picture_parts  # noqa: E402

DRAWN = 1_000
ASKED = 200
PICTURES = 5  # of each listing
_FILE = (
    "id", "ref", "kind", "subject", "name", "content_type", "size_bytes", "sha256", "path", "uploaded_by",
    "uploaded_by_label", "uploaded_at",
)  # fmt: skip
_IMAGE = ("id", "product_id", "position", "alt", "file_id", "renditions", "recipe")
_SKETCH = (
    "image_id",
    "supplier_id",
    "bits",
    "tones",
    "mirrored",
    "cut_bits",
    "cut_tones",
    "bands",
    "parts",
    "part_bands",
)


def drawn(chance: random.Random) -> bytes:
    """One thing of a few shapes on a light ground."""
    image = Image.new("RGB", (160, 120), tuple(chance.randrange(215, 256) for _ in range(3)))
    draw = ImageDraw.Draw(image)
    for _ in range(chance.randrange(3, 9)):
        x, y = chance.randrange(20, 110), chance.randrange(15, 80)
        box = (x, y, x + chance.randrange(12, 50), y + chance.randrange(12, 40))
        shape = draw.ellipse if chance.random() < 0.6 else draw.rectangle
        shape(box, fill=tuple(chance.randrange(230) for _ in range(3)))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def varied(chance: random.Random, one: PictureSketches) -> PictureSketches:
    """A picture about forty bits away: another one of the same kind of goods."""

    def turned(sketch: Sketch) -> Sketch:
        bits = int(sketch.bits, 16)
        for _ in range(chance.randrange(25, 55)):
            bits ^= 1 << chance.randrange(128)
        return Sketch(f"{bits:032x}", sketch.tones)

    return PictureSketches(turned(one.whole), turned(one.mirrored), tuple(turned(cut) for cut in one.cut))


def varied_part(chance: random.Random, part: Part) -> Part:
    """A part of another picture of the same kind of goods."""
    turned = part.bits
    for _ in range(chance.randrange(25, 55)):
        turned ^= 1 << chance.randrange(128)
    return Part(turned, part.x, part.y, part.half)


def sketched(listings: int) -> None:
    """Pictures with their sketches for every listing; every thousandth is a near copy of that of another listing."""
    chance = random.Random(40)
    pictures = listings * PICTURES
    files = [drawn(chance) for _ in range(min(DRAWN, pictures))]
    base, base_parts = [picture_sketches(one) for one in files], [picture_parts(one) for one in files]
    kept = [base[n] if n < len(base) else varied(chance, base[n % len(base)]) for n in range(pictures)]
    parts = [
        base_parts[n] if n < len(base) else [varied_part(chance, part) for part in base_parts[n % len(base)]]
        for n in range(pictures)
    ]
    for n in range(1_000, pictures, 1_000):
        parts[n] = parts[n - 1][: len(parts[n - 1]) // 2]
        whole = kept[n - 1].whole
        bits = int(whole.bits, 16) ^ (1 << n % 128) ^ (1 << n % 61) ^ (1 << n % 17)
        kept[n] = PictureSketches(Sketch(f"{bits:032x}", whole.tones), kept[n - 1].mirrored, kept[n - 1].cut)
    numbers = range(1, pictures + 1)
    copy_rows("files_storedfile", _FILE, (
        (n, f"fil_{n:026d}", "product_image", str(n), "p.jpg", "image/jpeg", 1, f"{n:064x}", f"p/{n}", "bench", "", BEGIN)
        for n in numbers
    ))  # fmt: skip
    copy_rows("catalog_productimage", _IMAGE, (
        (n, _listing(n), (n - 1) % PICTURES + 1, "", n, "{}", 0) for n in numbers
    ))  # fmt: skip
    owner = dict(Product.objects.values_list("pk", "supplier_id"))
    copy_rows("catalog_picturesketch", _SKETCH, (
        (
            n, owner[_listing(n)], one.whole.bits, one.whole.tones, one.mirrored.bits,
            _array(cut.bits for cut in one.cut), _array(cut.tones for cut in one.cut),
            _array(picture_bands(one.whole.bits, *(cut.bits for cut in one.cut))),
            _array(part.as_text for part in parts[n - 1]), _array(part_bands(parts[n - 1])),
        )
        for n, one in enumerate(kept, 1)
    ))  # fmt: skip
    copy_rows("catalog_textsketch", ("product_id", "supplier_id", "bands"), (
        (n, owner[n], _array(chance.getrandbits(62) for _ in range(16))) for n in range(1, listings + 1)
    ))  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _listing(picture: int) -> int:
    return (picture - 1) // PICTURES + 1


def _array(values: Any) -> str:
    return "{" + ",".join(str(value) for value in values) + "}"


def timed(calls: Sequence[Callable[[], Any]]) -> tuple[list[Any], str]:
    """What the calls gave, and their times."""
    found, times = [], []
    for call in calls:
        started = time.perf_counter()
        found.append(call())
        times.append((time.perf_counter() - started) * 1000)
    times.sort()
    return found, f"median {statistics.median(times):.1f} ms, p95 {times[int(len(times) * 0.95)]:.1f} ms"


def measured(listings: int) -> Iterator[str]:
    """The three questions of a check, asked for some listings; and what a scan of all sketches would take."""
    chance = random.Random(41)
    asked = chance.sample(range(1, listings + 1), min(ASKED, listings))
    pictures = listings * PICTURES
    rows = list(PictureSketch.objects.filter(pk__in=asked))
    own = [(_kept(row), row.supplier_id) for row in rows]
    timed([partial(pictures_alike, *one) for one in own[:20]])
    found, words = timed([partial(pictures_alike, *one) for one in own])
    yield f"pictures like one, {pictures:,} sketches: {words}; {sum(map(len, found))} found for {len(own)}"
    copies = range(1_001, pictures + 1, 1_000)
    kept = {r.pk: r for r in PictureSketch.objects.filter(pk__in=copies)}
    near, words = timed([partial(pictures_alike, _kept(row), row.supplier_id) for row in kept.values()])
    hits = sum(any(one.image_id == pk - 1 for one in some) for pk, some in zip(kept, near, strict=True))
    yield f"planted near copies found: {hits} of {len(kept)} ({words})"
    by_parts = [([part_from(one) for one in row.parts], row.supplier_id, pk - 1) for pk, row in kept.items()]
    near, words = timed(
        [partial(pictures_with_parts, part_bands(own), company) for own, company, _of in by_parts]
    )
    hits = sum(
        any(one.image_id == of for one in some) for some, (*_own, of) in zip(near, by_parts, strict=True)
    )
    yield f"planted halves found by their parts: {hits} of {len(kept)} ({words}); {sum(map(len, near))} candidates"
    with connection.cursor() as cursor:
        started = time.perf_counter()
        cursor.execute(
            "SELECT count(*) FROM catalog_picturesketch WHERE bit_count(('x' || bits)::bit(128) # ('x' || %s)::bit(128)) <= 12",
            [rows[0].bits],
        )
        yield f"a scan of every whole picture, without mirror and cuts: {(time.perf_counter() - started) * 1000:.0f} ms"
    some = list(Product.objects.filter(pk__in=asked).select_related("category"))
    _found, words = timed(
        [partial(listings_with_words, [chance.getrandbits(62) for _ in range(16)], 1) for _ in asked]
    )
    yield f"texts that share a band: {words}"
    _found, words = timed([partial(comparable_prices, product) for product in some])
    yield f"prices of the same subheading or category: {words}"


def _kept(row: PictureSketch) -> PictureSketches:
    return sketches_of(row.bits, row.tones, row.mirrored, row.cut_bits, row.cut_tones)


def main() -> None:
    """Fill, then measure."""
    listings = int(sys.argv[1])
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    started = time.perf_counter()
    fill(listings, vectors=False)
    sketched(listings)
    print(f"filled in {time.perf_counter() - started:.0f} s", flush=True)
    for line in measured(listings):
        print(line, flush=True)


if __name__ == "__main__":
    main()
