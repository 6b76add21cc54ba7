"""Why is this first? In words for everybody, in the engine's own numbers for the desk. Changes nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog.forms.search import QUERY_LENGTH
from catalog.queries.searching.ranking import ranking_page
from marketplace.accounts.access import desk_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.accounts.states import Desk


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
    query = request.GET.get("q", "")[:QUERY_LENGTH]
    return render(request, "catalog/ranking.html", {"page": ranking_page(query), "numbers": numbers})
