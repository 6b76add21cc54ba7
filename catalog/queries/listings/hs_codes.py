"""HS codes by words for the editor, in the languages that the categories are named in. No statement of its own."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.queries.categories import category_tree
from catalog.rules.hs_finder import Found, find_codes
from catalog.words import asked_words


@dataclass(frozen=True, slots=True)
class HsSearch:
    """What was asked and what was found; `category` names the one whose headings the codes were held against."""

    words: str
    category: str
    found: tuple[Found, ...]


def hs_search(words: str, category_code: str) -> HsSearch:
    """The codes that fit these words and the chosen category.

    Words that name categories in any language (`arroz`) find the headings of those: the nomenclature is English.
    """
    tree = category_tree()
    chosen = tree.by_code.get(category_code)
    asked = set(asked_words(words))
    named = {
        heading
        for node in tree.nodes
        if node.is_leaf and asked & node.words
        for heading in node.hs
        if len(heading) >= 4  # a whole chapter would say nothing
    }
    found = find_codes(words, headings=chosen.hs if chosen else (), named=named) if asked else []
    return HsSearch(words=words, category=chosen.name if chosen else "", found=tuple(found))
