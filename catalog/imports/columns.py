"""Which column means what: guessed from its heading, remembered by the layout of the file. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from catalog.errors import ColumnsIncomplete, ColumnTwice
from catalog.imports import fields
from catalog.imports.names import plain
from catalog.languages import listing_languages
from marketplace.core.errors import Text

_NEAR = 84
_OWN_LABEL = 101.0  # a heading of our own beats the other names of the same thing
_PRICE_AT = re.compile(r"(?:unit )?price (?:from|at|for|over) (\d{1,9})(?: .{0,12})?")
_LANGUAGE = re.compile(r"(.*\S)\s*(?::\s*|\(|\[)([a-z]{2,3})\s*[)\]]?")
_OUR_OWN = ("what to do", "outcome", "state")


@dataclass(frozen=True, slots=True)
class Layout:
    """What the person chose: a target per column (empty: left out), and what holds for rows that do not say.

    `defaults` are texts by target. `clears`: whether an empty cell empties the field of a listing.
    """

    targets: tuple[str, ...]
    defaults: Mapping[str, str]
    decimal_sign: str = "."
    clears: bool = False


def layout_key(header: Sequence[str]) -> str:
    """What makes two files of one layout: the same headings in the same order, our own remarks left out."""
    names = [plain(name) for name in header if plain(name) not in remarks()]
    return hashlib.sha256("\x1f".join(names).encode()).hexdigest()


def remarks() -> frozenset[str]:
    """Headings that we write ourselves and do not read."""
    return frozenset({*_OUR_OWN, plain(str(fields.WHAT_TO_DO))})


def guess(header: Sequence[str], attributes: Mapping[str, str]) -> tuple[str, ...]:
    """A target for each column: the nearest names first, each target once; `attributes` are labels by code."""
    targets = [""] * len(header)
    names = _names(attributes)
    scored: list[tuple[float, int, str]] = []
    for column, heading in enumerate(header):
        bare = plain(heading)
        if not bare or bare in remarks():
            continue
        if (target := _translated(heading, names)) is not None:
            scored.append((_OWN_LABEL, column, target))
            continue
        if (at := _PRICE_AT.fullmatch(bare)) and int(at.group(1)) > 6:
            scored.append((_OWN_LABEL, column, f"{fields.PRICE_AT}{int(at.group(1))}"))
            continue
        scored += [(score, column, target) for target, score in _scores(bare, names)]
    taken: set[str] = set()
    for _score, column, target in sorted(scored, key=lambda one: (-one[0], one[1])):
        if not targets[column] and target not in taken:
            targets[column] = target
            taken.add(target)
    return tuple(targets)


def _translated(heading: str, names: Sequence[tuple[str, str]]) -> str | None:
    """`Title (es)`, `title:es` → `title:es`; empty for words that nobody translates, None for any other heading."""
    found = _LANGUAGE.fullmatch(heading.strip().casefold())
    if found is None or found.group(2) not in listing_languages():
        return None
    bare = plain(found.group(1))
    field = next((target for name, target in names if name == bare), "")
    can_be = field in fields.WORDS or field.startswith(fields.ATTRIBUTE)
    return fields.translation_target(field, found.group(2)) if can_be else ""


def checked_layout(layout: Layout, header: Sequence[str], attributes: Mapping[str, str]) -> Layout:
    """The layout when it can be used. Raises `ColumnTwice`, `ColumnsIncomplete`."""
    chosen = [target for target in layout.targets if target]
    for number, target in enumerate(layout.targets):
        if target and target in layout.targets[:number]:
            raise ColumnTwice(field=f"column_{number}", label=fields.label_of(target, attributes))
    if not {"sku", fields.REFERENCE} & set(chosen):
        raise ColumnsIncomplete(field="columns")
    if len(layout.targets) != len(header):
        raise ColumnsIncomplete(field="columns")
    return layout


def _names(attributes: Mapping[str, str]) -> list[tuple[str, str]]:
    """All names with their targets; of each target our own label first."""
    ours: Iterable[tuple[str, Sequence[Text]]] = (
        (field.code, (field.label, field.code, *field.aliases)) for field in fields.fields()
    )
    facts = ((f"{fields.ATTRIBUTE}{code}", (label, code)) for code, label in attributes.items())
    return [(plain(str(name)), target) for target, names in (*ours, *facts) for name in names]


def _scores(bare: str, names: Sequence[tuple[str, str]]) -> list[tuple[str, float]]:
    best: dict[str, float] = {}
    labels = {target: name for name, target in reversed(names)}
    for name, target in names:
        exact = _OWN_LABEL if labels[target] == name else 100.0
        score = exact if name == bare else fuzz.ratio(bare, name, score_cutoff=_NEAR)
        # A number in a heading says which price it is: “unit price 2” is not nearly “unit price 1”.
        if score and re.findall(r"\d+", bare) == re.findall(r"\d+", name):
            best[target] = max(best.get(target, 0), score)
    return list(best.items())


def without_remarks(targets: Sequence[str], header: Sequence[str]) -> list[str]:
    """The targets of a layout, those of our own remarks left out."""
    return [target for target, name in zip(targets, header, strict=True) if plain(name) not in remarks()]


def fitted(targets: Sequence[str], header: Sequence[str]) -> list[str]:
    """The targets of a layout for a file of it, which may have our own remarks besides."""
    left = iter(targets)
    return ["" if plain(name) in remarks() else next(left, "") for name in header]
