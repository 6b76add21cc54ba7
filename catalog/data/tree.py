"""Reads the category tree: TOML in, frozen dataclasses out.

Owns the shape of the two files and says which row is wrong when a row is wrong.
Must not judge the words in them (that is `checks`) and must not know the database.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from typing import Any, Final

LANGUAGES: Final = ("en", "es", "pt", "fr", "de", "hi", "zh", "ar")
KINDS: Final = ("text", "number", "choice", "boolean", "integer")
MAX_LEVEL: Final = 3

_CATEGORY_KEYS: Final = {"code", "parent", "hs", "attributes", "required", "cognates", "name"}
_ATTRIBUTE_KEYS: Final = {"code", "kind", "unit", "symbol", "cognates", "name", "choices"}
_CHOICE_KEYS: Final = {"code", "cognates", "name"}


class CategoryDataError(Exception):
    """A row of the category data cannot be used; the message names the row."""


@dataclass(frozen=True, slots=True)
class Names:
    """One thing's name in every language, and which of them may rightly be the same word."""

    by_language: Mapping[str, str]
    cognates: tuple[frozenset[str], ...] = ()

    def in_language(self, language: str) -> str:
        """Return the name for a language tag ("pt-br", "zh-hans", "hi"), English when unknown."""
        primary = language.lower().split("-")[0]
        return self.by_language.get(primary) or self.by_language.get("en", "")


@dataclass(frozen=True, slots=True)
class ChoiceDefinition:
    """One allowed value of a choice attribute; without names it reads the same everywhere."""

    code: str
    name: Names | None

    def label(self, language: str) -> str:
        """Return what people read for this value."""
        return self.name.in_language(language) if self.name else self.code.upper()


@dataclass(frozen=True, slots=True)
class AttributeDefinition:
    """A fact that products of some categories state, such as moisture in per cent."""

    code: str
    kind: str
    name: Names
    unit: str = ""
    symbol: str = ""
    choices: tuple[ChoiceDefinition, ...] = ()


@dataclass(frozen=True, slots=True)
class AttributeUse:
    """That a category asks for an attribute, and whether a listing must state it."""

    code: str
    required: bool


@dataclass(frozen=True, slots=True)
class CategoryDefinition:
    """One row of the tree as written in the file."""

    code: str
    parent: str
    hs: tuple[str, ...]
    name: Names
    own_attributes: tuple[AttributeUse, ...] = ()

    @property
    def chapters(self) -> tuple[str, ...]:
        """Return the two-digit HS chapters, each once, in order."""
        return tuple(sorted({code[:2] for code in self.hs}))


@dataclass(frozen=True)
class CategoryTree:
    """All categories and attributes; answers questions that need more than one row."""

    categories: tuple[CategoryDefinition, ...]
    attributes: tuple[AttributeDefinition, ...] = field(default=())

    @cached_property
    def by_code(self) -> dict[str, CategoryDefinition]:
        """Return the categories by their code."""
        return {category.code: category for category in self.categories}

    @cached_property
    def attribute_by_code(self) -> dict[str, AttributeDefinition]:
        """Return the attribute definitions by their code."""
        return {attribute.code: attribute for attribute in self.attributes}

    @cached_property
    def parent_codes(self) -> frozenset[str]:
        """Return the codes that have children."""
        return frozenset(category.parent for category in self.categories if category.parent)

    def is_leaf(self, code: str) -> bool:
        """Say whether products may be filed here: a category without children."""
        return code not in self.parent_codes

    def ancestors(self, code: str) -> tuple[CategoryDefinition, ...]:
        """Return the path from the root to this category, itself included.

        Raises CategoryDataError when a parent is unknown or the parents form a circle.
        """
        path: list[CategoryDefinition] = []
        current = code
        while current:
            category = self.by_code.get(current)
            if category is None:
                raise CategoryDataError(f"category {code!r}: unknown parent {current!r}")
            if category in path:
                raise CategoryDataError(f"category {code!r}: its parents form a circle")
            path.append(category)
            current = category.parent
        return tuple(reversed(path))

    def level(self, code: str) -> int:
        """Return 1 for a root, 2 for its children and so on."""
        return len(self.ancestors(code))

    def attributes_of(self, code: str) -> tuple[AttributeUse, ...]:
        """Return what a listing in this category states: inherited uses first, required wins."""
        uses: dict[str, AttributeUse] = {}
        for category in self.ancestors(code):
            for use in category.own_attributes:
                known = uses.get(use.code)
                required = use.required or (known is not None and known.required)
                uses[use.code] = AttributeUse(code=use.code, required=required)
        return tuple(uses.values())

    def parents_first(self) -> Iterator[CategoryDefinition]:
        """Yield every category after its parent, so that rows can be written in one pass."""
        yield from sorted(self.categories, key=lambda category: self.level(category.code))


def load_tree() -> CategoryTree:
    """Read the tree that ships with the marketplace; raises CategoryDataError on a bad row."""
    folder = resources.files("catalog.data")
    return parse_tree(
        categories=tomllib.loads(folder.joinpath("categories.toml").read_text(encoding="utf-8")),
        attributes=tomllib.loads(folder.joinpath("attributes.toml").read_text(encoding="utf-8")),
    )


def parse_tree(*, categories: Mapping[str, Any], attributes: Mapping[str, Any]) -> CategoryTree:
    """Turn the two files' tables into a tree whose references all resolve."""
    tree = CategoryTree(
        categories=tuple(_category(row) for row in categories.get("categories", ())),
        attributes=tuple(_attribute(row) for row in attributes.get("attributes", ())),
    )
    _refuse_duplicates("category", [category.code for category in tree.categories])
    _refuse_duplicates("attribute", [attribute.code for attribute in tree.attributes])
    for category in tree.categories:
        if tree.level(category.code) > MAX_LEVEL:
            raise CategoryDataError(f"category {category.code!r}: deeper than {MAX_LEVEL} levels")
        for use in category.own_attributes:
            if use.code not in tree.attribute_by_code:
                raise CategoryDataError(f"category {category.code!r}: unknown attribute {use.code!r}")
    return tree


def _category(row: Mapping[str, Any]) -> CategoryDefinition:
    where = _where("category", row, _CATEGORY_KEYS)
    attributes = _strings(where, row, "attributes")
    required = _strings(where, row, "required")
    if stray := sorted(set(required) - set(attributes)):
        raise CategoryDataError(f"{where}: required but not among its attributes: {', '.join(stray)}")
    hs = _strings(where, row, "hs")
    if not hs:
        raise CategoryDataError(f"{where}: names no HS chapter")
    return CategoryDefinition(
        code=row["code"],
        parent=row.get("parent", ""),
        hs=hs,
        name=_names(where, row),
        own_attributes=tuple(AttributeUse(code=code, required=code in required) for code in attributes),
    )


def _attribute(row: Mapping[str, Any]) -> AttributeDefinition:
    where = _where("attribute", row, _ATTRIBUTE_KEYS)
    kind = row.get("kind", "")
    if kind not in KINDS:
        raise CategoryDataError(f"{where}: unknown kind {kind!r}")
    choices = tuple(_choice(where, choice) for choice in row.get("choices", ()))
    if (kind == "choice") != bool(choices):
        raise CategoryDataError(f"{where}: choices belong to kind 'choice', and only there")
    _refuse_duplicates(f"{where}: choice", [choice.code for choice in choices])
    return AttributeDefinition(
        code=row["code"],
        kind=kind,
        name=_names(where, row),
        unit=row.get("unit", ""),
        symbol=row.get("symbol", ""),
        choices=choices,
    )


def _choice(parent: str, row: Mapping[str, Any]) -> ChoiceDefinition:
    where = f"{parent}, {_where('choice', row, _CHOICE_KEYS)}"
    return ChoiceDefinition(code=row["code"], name=_names(where, row) if "name" in row else None)


def _where(what: str, row: Mapping[str, Any], allowed: set[str]) -> str:
    code = row.get("code")
    if not isinstance(code, str) or not code:
        raise CategoryDataError(f"{what} without a code: {dict(row)!r}")
    if stray := sorted(set(row) - allowed):
        raise CategoryDataError(f"{what} {code!r}: unknown key {', '.join(stray)}")
    return f"{what} {code!r}"


def _strings(where: str, row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    values = row.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise CategoryDataError(f"{where}: {key} must be a list of texts")
    _refuse_duplicates(f"{where}: {key}", values)
    return tuple(values)


def _names(where: str, row: Mapping[str, Any]) -> Names:
    names = row.get("name")
    if not isinstance(names, dict) or not all(isinstance(name, str) for name in names.values()):
        raise CategoryDataError(f"{where}: name must be a table of language and text")
    if stray := sorted(set(names) - set(LANGUAGES)):
        raise CategoryDataError(f"{where}: unknown language {', '.join(stray)}")
    return Names(
        by_language=names,
        cognates=tuple(frozenset(group) for group in row.get("cognates", ())),
    )


def _refuse_duplicates(what: str, codes: list[str]) -> None:
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise CategoryDataError(f"{what} twice: {', '.join(twice)}")
