"""Which column means what: guessed from its heading, remembered by the layout of the file. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from catalog.errors import ColumnsIncomplete, ColumnTwice
from catalog.imports import fields
from catalog.imports.headings import ADDED, MANY_MEANINGS, OTHER_NAMES, SHORT
from catalog.imports.names import plain
from catalog.languages import listing_languages
from marketplace.core.errors import Text

_NEAR = 84
_LONGEST_HEADING = 60
_OWN_LABEL = 101.0  # a heading of our own beats the other names of the same thing
_EXACT, _WRITTEN_OUT, _WITHOUT_UNIT = 100.0, 98.0, 96.0
_SURE = 95.0  # from here on nobody need look at it; what follows is guessed and shown as such
_MANY, _NEARLY = 94.0, 93.0
_PRICE_AT = re.compile(r"(?:unit )?price (?:from|at|for|over) (\d{1,9})(?: .{0,12})?")
_LANGUAGE = re.compile(r"(.*\S)\s*(?::\s*|\(|\[)([a-z]{2,3})\s*[)\]]?")
_NUMBERS = re.compile(r"\d+")
_ARTICLE_IN_FRENCH = ("référence", "réf")  # without its accents it is our own “Reference”
_OUR_OWN = ("what to do", "outcome", "state")


@dataclass(frozen=True, slots=True)
class _Name:
    """One name of a meaning: bare, with its short forms written out, and whether it is our own label."""

    text: str
    full: str
    target: str
    is_label: bool


Names = tuple[_Name, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """What the person chose: a target per column (empty: left out), and what holds for rows that do not say.

    `defaults` are texts by target. `clears`: whether an empty cell empties the field of a listing. `readings` are codes by
    target and word (`names.reading_key`): what the person's own words for units, countries and the like mean.
    """

    targets: tuple[str, ...]
    defaults: Mapping[str, str]
    decimal_sign: str = "."
    clears: bool = False
    readings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


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
    scored = [
        (score, column, target)
        for column, heading in enumerate(header)
        for target, score in _meanings(heading, names).items()
    ]
    taken: set[str] = set()
    for _score, column, target in sorted(scored, key=lambda one: (-one[0], one[1])):
        if not targets[column] and target not in taken:
            targets[column] = target
            taken.add(target)
    return tuple(targets)


def header_place(rows: Sequence[Sequence[str]]) -> int:
    """Which of the first rows of a table holds its headings: the first, unless it names next to nothing and a later one does.

    Above the headings may stand the company's name, a date, or a row of merged cells over several columns each.
    """
    names = _names({})
    if _known(rows[0], names) > 1:
        return 0
    return next((place for place, row in enumerate(rows) if place and _known(row, names) > 2), 0)


def _known(row: Sequence[str], names: Names) -> int:
    """How many different meanings the cells name plainly."""
    scores = (_meanings(cell, names) for cell in row if cell and len(cell) <= _LONGEST_HEADING)
    sure = {target for found in scores for target, score in found.items() if score >= _SURE}
    return len(sure)


def doubtful(header: Sequence[str], targets: Sequence[str], attributes: Mapping[str, str]) -> frozenset[int]:
    """The columns (from 0) whose heading does not plainly say what was guessed: somebody should look at them."""
    names = _names(attributes)
    unsure: set[int] = set()
    for column, (heading, target) in enumerate(zip(header, targets, strict=True)):
        own = tuple(name for name in names if name.target == target)  # a price or a translation has none
        if target and _meanings(heading, own or names).get(target, 0) < _SURE:
            unsure.add(column)
    return frozenset(unsure)


def _meanings(heading: str, names: Names) -> dict[str, float]:
    """What a heading may mean, each with how near it is; nothing for our own remarks."""
    bare = plain(heading)
    if not bare or bare in remarks():
        return {}
    if heading.strip(" .").casefold() in _ARTICLE_IN_FRENCH:
        return {"sku": _MANY}
    if (target := _translated(heading, names)) is not None:
        return {target: _OWN_LABEL} if target else {}
    if (at := _PRICE_AT.fullmatch(bare)) and int(at.group(1)) > 6:
        return {f"{fields.PRICE_AT}{int(at.group(1))}": _OWN_LABEL}
    return _scores(bare, names)


def _translated(heading: str, names: Names) -> str | None:
    """`Title (es)`, `title:es` → `title:es`; empty for words that nobody translates, None for any other heading."""
    found = _LANGUAGE.fullmatch(heading.strip().casefold())
    if found is None or found.group(2) not in listing_languages():
        return None
    bare = plain(found.group(1))
    field = next((name.target for name in names if name.text == bare), "")
    can_be = field in fields.TRANSLATED or field.startswith(fields.ATTRIBUTE)
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


def _names(attributes: Mapping[str, str]) -> Names:
    """All names with their targets; of each target our own label first."""
    ours: Iterable[tuple[str, Sequence[Text]]] = (
        (field.code, (field.label, field.code, *field.aliases, *OTHER_NAMES.get(field.code, ())))
        for field in fields.fields()
    )
    facts = ((f"{fields.ATTRIBUTE}{code}", (label, code)) for code, label in attributes.items())
    return tuple(
        _Name(text, _written_out(text), target, is_label=not place)
        for target, names in (*ours, *facts)
        for place, text in enumerate(plain(str(name)) for name in names)
    )


def _written_out(bare: str) -> str:
    """`min order qty` → `minimum order quantity`."""
    return " ".join(SHORT.get(word, word) for word in bare.split())


def _without_units(full: str) -> str:
    """`net weight kg` → `net weight`; a heading that is nothing but a unit stays."""
    words = full.split()
    while len(words) > 1 and words[-1] in ADDED:
        words.pop()
    return " ".join(words)


def _scores(bare: str, names: Names) -> dict[str, float]:
    best: dict[str, float] = {}
    full = _written_out(bare)
    core = _without_units(full)
    for name in names:
        score = _nearness(bare, full, core, name)
        # A number in a heading says which price it is: “unit price 2” is not nearly “unit price 1”.
        if score > best.get(name.target, 0) and _NUMBERS.findall(bare) == _NUMBERS.findall(name.text):
            best[name.target] = score
    return best


def _nearness(bare: str, full: str, core: str, name: _Name) -> float:
    """0 to 101: the same, the same once written out, the same without its unit, or spelt nearly so."""
    if name.is_label and bare == name.text:
        return _OWN_LABEL
    many = full in MANY_MEANINGS or core in MANY_MEANINGS
    if bare == name.text:
        return _MANY if many else _EXACT
    if full == name.full:
        return _MANY if many else _WRITTEN_OUT
    if core == name.full:
        return _MANY - 1 if many else _WITHOUT_UNIT
    spelt = fuzz.ratio(full, name.full, score_cutoff=_NEAR)
    return min(max(spelt, fuzz.token_sort_ratio(core, name.full, score_cutoff=_NEAR)), _NEARLY)


def without_remarks(targets: Sequence[str], header: Sequence[str]) -> list[str]:
    """The targets of a layout, those of our own remarks left out."""
    return [target for target, name in zip(targets, header, strict=True) if plain(name) not in remarks()]


def fitted(targets: Sequence[str], header: Sequence[str]) -> list[str]:
    """The targets of a layout for a file of it, which may have our own remarks besides."""
    left = iter(targets)
    return ["" if plain(name) in remarks() else next(left, "") for name in header]
