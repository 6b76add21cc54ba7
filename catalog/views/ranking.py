"""Why is this first? In words for everybody, in the engine's own numbers for the desk. Changes nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.forms.search import SearchForm
from catalog.queries.categories import category_tree
from catalog.queries.searching.ranking import ranking_page
from catalog.views.addresses import Address
from catalog.views.search import FILTERS, reader_country
from marketplace.accounts.access import desk_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.accounts.states import Desk
from marketplace.core.http import actor_of

# The words stand in the field; this page has one order and one look.
_UNSEEN = frozenset({"q", "sort", "view"})


@require_safe
def why(request: HttpRequest) -> HttpResponse:
    """Which words of the question each of the first offers has, and where."""
    return _page(request, numbers=False)


@require_safe
@desk_required(Desk.MODERATION)
def desk(request: CompanyRequest) -> HttpResponse:
    """The same with every part of every score."""
    return _page(request, numbers=True)


def _page(request: HttpRequest, *, numbers: bool) -> HttpResponse:
    form = SearchForm(request.GET)
    form.is_valid()
    node = category_tree().by_code.get(form.value("category") or "")
    page = ranking_page(
        form.spec(
            category_path=node.path if node else "",
            country=reader_country(request),
            buyer_id=actor_of(request).company_id,
        )
    )
    address = Address(request, form)
    kept = [pair for pair in address.kept() if pair[0] not in _UNSEEN]
    context = {
        "page": page,
        "numbers": numbers,
        "offers_url": address.elsewhere(reverse("search")),
        "kept": kept,
        "is_filtered": any(name in FILTERS for name, _value in kept),
    }
    return render(request, "catalog/ranking.html", context)
