"""What helps somebody whose search leaves nothing: which filter took everything away, other words, categories."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse

from catalog.data.spellings import as_written, chinese_apart
from catalog.forms.search import SearchForm
from catalog.queries.categories import CategoryNode, Tree, offers_inside
from catalog.search import SearchSpec, how_many, overview, words_beside
from catalog.search.question import read_question
from catalog.views.addresses import Address
from catalog.words import asked_words

_MOST_FILTERS, _MOST_WORDS, _MOST_CATEGORIES = 6, 4, 6


@dataclass(frozen=True, slots=True)
class Way:
    """A place to go on; `count` offers are there, where that is known."""

    name: str
    label: str
    url: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class WaysOut:
    """All of them, the most helpful first; only what leads to offers."""

    filters: tuple[Way, ...] = ()
    cleared: int = 0  # offers without any filter, where there are several
    words: tuple[Way, ...] = ()
    beside: tuple[Way, ...] = ()
    categories: tuple[Way, ...] = ()


def ways_out(
    query: str,
    spec: SearchSpec,
    tree: Tree,
    node: CategoryNode | None,
    chips: Sequence[Way],
    clear_url: str,
    address: Address,
    *,
    is_category_page: bool,
) -> WaysOut:
    """Of a list that is empty; `chips` are its filters with the addresses without each, `clear_url` is without any."""
    question = read_question(query)
    here = node if is_category_page else None
    words = list(dict.fromkeys(question.ranking_words))
    return WaysOut(
        filters=_found((chip, _spec_at(chip.url, spec, tree, here)) for chip in chips[:_MOST_FILTERS]),
        cleared=how_many(_spec_at(clear_url, spec, tree, here)) if len(chips) > 1 else 0,
        words=_found(
            (Way("", as_written(word), address.asking(word)), _only(spec, word))
            for word in words[:_MOST_WORDS]
            if len(words) > 1
        ),
        beside=tuple(
            Way("", word, address.asking(word)) for word in words_beside(question.words)[:_MOST_WORDS]
        ),
        categories=_categories(query, tree),
    )


def _found(ways: Iterable[tuple[Way, SearchSpec]]) -> tuple[Way, ...]:
    counted = [Way(way.name, way.label, way.url, how_many(spec)) for way, spec in ways]
    return tuple(sorted((way for way in counted if way.count), key=lambda way: -(way.count or 0)))


def _spec_at(url: str, spec: SearchSpec, tree: Tree, here: CategoryNode | None) -> SearchSpec:
    """What the page at an address of the same list asks."""
    form = SearchForm(QueryDict(url.partition("?")[2]))
    form.is_valid()
    node = here or tree.by_code.get(form.value("category") or "")
    return form.spec(category_path=node.path if node else "", country=spec.country, buyer_id=spec.buyer_id)


def _only(spec: SearchSpec, word: str) -> SearchSpec:
    return SearchSpec(query=word, country=spec.country, buyer_id=spec.buyer_id)


def _categories(query: str, tree: Tree) -> tuple[Way, ...]:
    """The categories that a word of the question names, or where these are empty what lies above and is not."""
    words = asked_words(chinese_apart(query))
    named = tree.meant(words) or [node for word in words if len(word) > 2 for node in tree.meant([word])]
    if not named:
        return ()
    inside = offers_inside(overview().categories)
    found: dict[str, int] = {}
    for node in sorted(named, key=lambda one: not one.is_leaf):
        for above in reversed(tree.trail(node.code)):
            if count := inside.get(above.path, 0):
                found.setdefault(above.code, count)
                break
    return tuple(
        Way("", tree.by_code[code].name, reverse("category", args=[code]), count)
        for code, count in list(found.items())[:_MOST_CATEGORIES]
    )
