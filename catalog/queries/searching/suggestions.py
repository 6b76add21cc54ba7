"""What stands under the search box while a person types."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from catalog.data.spellings import chinese_apart
from catalog.queries.buying.lines import product_url, supplier_url
from catalog.queries.categories import category_tree
from catalog.search.suggesting import suggest
from catalog.words import asked_words

MOST_CATEGORIES = 4
LONGEST = 80


@dataclass(frozen=True, slots=True)
class SuggestedLink:
    """A place to go."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Places by kind; `search_url` asks for all that was typed."""

    typed: str
    search_url: str
    categories: tuple[SuggestedLink, ...]
    products: tuple[SuggestedLink, ...]
    suppliers: tuple[SuggestedLink, ...]


def suggestions(typed: str) -> Suggestions:
    """Categories whose name (in any language) begins with the words, products and suppliers. One statement."""
    typed = typed.strip()[:LONGEST]
    products, suppliers = suggest(typed)
    return Suggestions(
        typed=typed,
        search_url=f"{reverse('search')}?{urlencode({'q': typed})}",
        categories=_categories(typed),
        products=tuple(SuggestedLink(p.name, product_url(p.ref, p.slug)) for p in products),
        suppliers=tuple(SuggestedLink(s.name, supplier_url(s.ref)) for s in suppliers),
    )


def _categories(typed: str) -> tuple[SuggestedLink, ...]:
    words = asked_words(chinese_apart(typed))
    if len(typed) < 2 or not words:
        return ()
    found = category_tree().meant(words)
    found.sort(key=lambda node: (not node.is_leaf, node.name))
    return tuple(
        SuggestedLink(node.name, reverse("category", args=[node.code])) for node in found[:MOST_CATEGORIES]
    )
