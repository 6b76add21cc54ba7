"""Reads of the category tree, named in the reader's language."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, takewhile

from django.conf import settings

from catalog.data.everyday import called_elsewhere
from catalog.data.spellings import parts_of_compound
from catalog.languages import reader_language
from catalog.models import AttributeDefinition, Category, CategoryAttribute
from catalog.rules.listing import AttributeUse, CategoryFacts
from catalog.search.question import SMALL_WORDS
from catalog.words import named_words, unaccented


@dataclass(frozen=True, slots=True)
class CategoryNode:
    """One category for a page."""

    id: int
    code: str
    parent_code: str
    path: str
    level: int
    is_leaf: bool
    hs: tuple[str, ...]
    name: str
    words: frozenset[str]


@dataclass(frozen=True)
class Tree:
    """All categories in their order."""

    nodes: tuple[CategoryNode, ...]

    @cached_property
    def by_code(self) -> Mapping[str, CategoryNode]:
        return {node.code: node for node in self.nodes}

    @cached_property
    def _by_parent(self) -> Mapping[str, list[CategoryNode]]:
        below: dict[str, list[CategoryNode]] = {}
        for node in self.nodes:
            below.setdefault(node.parent_code, []).append(node)
        return below

    @cached_property
    def by_id(self) -> Mapping[int, CategoryNode]:
        return {node.id: node for node in self.nodes}

    @cached_property
    def _by_word(self) -> Sequence[tuple[str, int]]:
        return sorted((word, node.id) for node in self.nodes for word in node.words)

    def named(self, words: Iterable[str]) -> list[CategoryNode]:
        """The categories in whose names, in any language, something begins with each of the words."""
        begun = [self._begun(unaccented(word)) for word in words]
        found = set.intersection(*begun) if begun else set()
        return [node for node in self.nodes if node.id in found]

    def meant(self, words: Sequence[str]) -> list[CategoryNode]:
        """Those that the words name; else that they name in another word for the goods, or by a part of a German compound."""
        if found := self.named(words):
            return found
        apart = [one for word in words for part in parts_of_compound(unaccented(word)) for one in part[:1]]
        others = {*apart, *called_elsewhere(" ".join(words)).split()} - SMALL_WORDS
        known = {
            node.id for other in others for node in self.named([other]) if unaccented(other) in node.words
        }
        return [node for node in self.nodes if node.id in known]

    def _begun(self, word: str) -> set[int]:
        first = bisect_left(self._by_word, (word,))
        behind = islice(self._by_word, first, None)
        return {key for _name, key in takewhile(lambda pair: pair[0].startswith(word), behind)}

    def children(self, code: str = "") -> list[CategoryNode]:
        """The categories directly below; the roots for an empty code."""
        return list(self._by_parent.get(code, ()))

    def trail(self, code: str) -> list[CategoryNode]:
        """From the root to the category itself."""
        return [self.by_code[part] for part in self.by_code[code].path.strip("/").split("/")]

    def grouped_leaves(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """For a select field: where products may be filed, grouped by root, each with its way below the root."""
        groups = []
        for root in self.children():
            leaves = [node for node in self.nodes if node.is_leaf and node.path.startswith(root.path)]
            groups.append((root.name, [(leaf.code, self._way(leaf)) for leaf in leaves]))
        return groups

    def _way(self, leaf: CategoryNode) -> str:
        return " › ".join(node.name for node in self.trail(leaf.code)[1:]) or leaf.name


def words_of(names: Iterable[str]) -> Iterator[str]:
    """Every word of the names, for finding a category by the beginning of one."""
    for name in names:
        yield from named_words(name)


_TREES: dict[str, tuple[float, Tree]] = {}


def name_in(names: Mapping[str, str], language: str | None = None) -> str:
    """The name in the reader's language, in English when there is none."""
    return names.get(language or reader_language()) or names.get("en", "")


def category_tree() -> Tree:
    """The whole tree (some two hundred and thirty rows); read once by each process and language, and again after a while."""
    language = reader_language()
    kept = _TREES.get(language)
    if kept is None or kept[0] < time.monotonic():
        kept = (time.monotonic() + settings.CATEGORY_TREE_SECONDS, _read_tree(language))
        _TREES[language] = kept
    return kept[1]


def _read_tree(language: str) -> Tree:
    rows = Category.objects.select_related("parent").only(
        "code", "path", "level", "is_leaf", "hs", "names", "position", "parent__code"
    )
    return Tree(
        tuple(
            CategoryNode(
                id=row.pk,
                code=row.code,
                parent_code=row.parent.code if row.parent else "",
                path=row.path,
                level=row.level,
                is_leaf=row.is_leaf,
                hs=tuple(row.hs),
                name=name_in(row.names, language),
                words=frozenset(words_of(row.names.values())),
            )
            for row in rows.order_by("position")
        )
    )


def offers_inside(counts: Mapping[str, int]) -> Mapping[str, int]:
    """How many offers lie in each category or anywhere below it, from the counts of the categories they lie in."""
    inside: dict[str, int] = {}
    for path, count in counts.items():
        end = path.find("/")
        while end >= 0:
            above = path[: end + 1]
            inside[above] = inside.get(above, 0) + count
            end = path.find("/", end + 1)
    return inside


def category_facts(code: str) -> CategoryFacts | None:
    """What a listing in this category states; None when there is no such category. Two statements."""
    row = Category.objects.filter(code=code).first() if code else None
    if row is None:
        return None
    uses = CategoryAttribute.objects.filter(category=row).select_related("attribute").order_by("position")
    return CategoryFacts(
        id=row.pk,
        code=row.code,
        name=name_in(row.names),
        path=row.path,
        is_leaf=row.is_leaf,
        hs=tuple(row.hs),
        uses=tuple(attribute_use(use.attribute, required=use.required) for use in uses),
    )


def attribute_use(attribute: AttributeDefinition, *, required: bool) -> AttributeUse:
    """A fact as a category asks for it, named in the reader's language."""
    return AttributeUse(
        code=attribute.code,
        kind=attribute.kind,
        label=name_in(attribute.names),
        symbol=attribute.symbol,
        choices=tuple(
            (choice["code"], name_in(choice["names"]) if choice["names"] else choice["code"].upper())
            for choice in attribute.choices
        ),
        required=required,
    )
