"""New offers for the searches people keep: asks the search that pages ask, and hands over what answers.

Called by the daily task. Reads with `find`, writes through `operations.searching.saved_searches`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from django.http import QueryDict

from catalog.forms.search import SearchForm
from catalog.operations.searching.saved_searches import tell_of_offers
from catalog.queries.categories import Tree, category_tree
from catalog.queries.searching.saved_searches import SearchToLook, searches_to_look
from catalog.search import SearchSpec, Sort, find
from marketplace.core.actors import Actor

NEWEST_LOOKED_AT: Final = 50
_ACTOR: Final = Actor.system("saved_searches")
# A place in the list, its order and its look are no part of the question.
_NOT_ASKED: Final = ("cursor", "sort", "view")


def kept_address(form: SearchForm, category_code: str = "") -> str:
    """The question of a results page in its shortest form: known fields that are right, in a fixed order.

    Call `is_valid()` first. `category_code` is the category whose own page it is.
    """
    kept = QueryDict(mutable=True)
    asked = form.data if isinstance(form.data, QueryDict) else QueryDict()
    for name in form.fields:
        values = [value for value in asked.getlist(name) if value]
        if name not in _NOT_ASKED and name not in form.errors and values:
            kept.setlist(name, [form.value("q")] if name == "q" else sorted(set(values)))
    if category_code:
        kept["category"] = category_code
    return kept.urlencode()


def look_for_new_offers(*, at: datetime) -> int:
    """Tell everybody who keeps a search of what is new to it; how many offers were told."""
    tree, told, after = category_tree(), 0, 0
    while piece := searches_to_look(after_id=after):
        for search in piece:
            found = [hit.product_id for hit in find(_question(search, tree)).hits]
            told += tell_of_offers(search_id=search.id, product_ids=found, actor=_ACTOR, at=at)
        after = piece[-1].id
    return told


def _question(search: SearchToLook, tree: Tree) -> SearchSpec:
    form = SearchForm(QueryDict(search.address))
    form.is_valid()
    node = tree.by_code.get(form.value("category") or "")
    spec = form.spec(category_path=node.path if node else "", buyer_id=search.company_id)
    return replace(spec, sort=Sort.NEWEST, cursor="", limit=NEWEST_LOOKED_AT, counted=False)
