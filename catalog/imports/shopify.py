"""Shopify's product CSV as rows of our layout: one row per variant, those of a handle below each other. Pure.

Shopify writes several rows per handle: the first has the product, further ones a variant, a picture, or both.
A handle becomes one listing; several variants of it are named by their options, and the first row says the rest
but the weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from catalog.imports import fields
from catalog.imports.cells import Cell, text_of

_MARKS = {"handle", "title", "variant price"}
_DEFAULT_OPTION = "default title"
TARGETS = (
    "sku",
    "title",
    fields.VARIANT,
    fields.LISTING,
    "category_code",
    "description",
    fields.tier_price(1),
    "net_weight_kg",
    fields.IMAGES,
)
# What every shop there has, proposed for all rows: goods that are sold one by one.
DEFAULTS = {"unit_code": "C62", "moq": "1"}


@dataclass(slots=True)
class _Handle:
    """The rows of one product, as they come."""

    first: dict[str, str]
    variants: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)


def is_shopify(header: Sequence[str]) -> bool:
    """Whether these are the headings of Shopify's export."""
    return {name.strip().lower() for name in header} >= _MARKS


def header() -> tuple[str, ...]:
    """Our headings for what Shopify says."""
    return tuple(fields.label_of(target, {}) for target in TARGETS)


def rows(head: Sequence[str], raw: Iterator[tuple[int, list[Cell]]]) -> Iterator[tuple[int, list[Cell]]]:
    """One row per variant, numbered as its own row in the file. Holds one handle at a time."""
    names = [name.strip().lower() for name in head]
    current: _Handle | None = None
    handle = ""
    for number, cells in raw:
        said = {name: text_of(cell) for name, cell in zip(names, cells, strict=False)}
        if current is None or (said.get("handle") and said["handle"] != handle):
            if current is not None:
                yield from _listings(current)
            handle, current = said.get("handle", ""), _Handle(said)
        if said.get("variant price"):
            current.variants.append((number, said))
        for column in ("image src", "variant image"):
            if (picture := _file_name(said.get(column, ""))) and picture not in current.pictures:
                current.pictures.append(picture)
    if current is not None:
        yield from _listings(current)


def _listings(handle: _Handle) -> Iterator[tuple[int, list[Cell]]]:
    several = len(handle.variants) > 1
    for place, (number, variant) in enumerate(handle.variants, 1):
        options = [
            value
            for key in ("option1 value", "option2 value", "option3 value")
            if (value := variant.get(key, "")) and value.lower() != _DEFAULT_OPTION
        ]
        name = handle.first.get("handle", "")
        stated = {
            "sku": variant.get("variant sku") or (f"{name}-{place}" if several else name),
            fields.VARIANT: (" / ".join(options) or str(place)) if several else "",
            fields.LISTING: name if several else "",
            fields.tier_price(1): variant.get("variant price", ""),
            "net_weight_kg": _kilograms(variant.get("variant grams", "")),
        }
        if place == 1:
            stated |= _product(handle)
        yield number, [stated.get(target, "") for target in TARGETS]


def _product(handle: _Handle) -> dict[str, str]:
    """What the first row says of the whole listing."""
    first = handle.first
    return {
        "title": first.get("title", ""),
        "category_code": first.get("type") or first.get("product category", "").rpartition(" > ")[2],
        "description": first.get("body (html)", ""),
        fields.IMAGES: " | ".join(handle.pictures),
    }


def _file_name(address: str) -> str:
    """The picture's file name; what stands behind an address is never fetched."""
    return unquote(urlsplit(address).path.rpartition("/")[2]) if address else ""


def _kilograms(grams: str) -> str:
    if not grams.isascii() or not grams.isdigit() or int(grams) == 0 or len(grams) > 10:
        return ""
    whole, rest = divmod(int(grams), 1000)
    return f"{whole}.{rest:03}".rstrip("0").rstrip(".")
