"""What the reader searched last: shown when the search field is entered, on a page of its own, and forgotten on request.

Of who is signed in it stands in the database, of a stranger in a cookie of their browser and nowhere else.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from catalog.observing import countable_words, is_robot, searched_before
from catalog.operations.searching.recent_searches import (
    forget_recent_search,
    forget_recent_searches,
    remember_search,
)
from catalog.queries.searching.recent_searches import recent_searches
from catalog.recent import plain_words, read_recent, recent_text, with_search
from marketplace.core.http import actor_of

COOKIE: Final = "searched"
_KEPT_SECONDS: Final = 30 * 24 * 3600


def strangers_searches(request: HttpRequest) -> tuple[str, ...]:
    """What this browser remembers of nobody in particular; nothing while somebody is signed in. No statement."""
    return read_recent(request.COOKIES.get(COOKIE, "")) if actor_of(request).user_id is None else ()


def note_recent(request: HttpRequest, response: HttpResponse, typed: str, at: datetime) -> None:
    """A person searched these words: theirs alone. Filters and pages of one search are no other search; programs have none."""
    if is_robot(request) or countable_words(typed) == searched_before(request) != "":
        return
    actor = actor_of(request)
    if actor.user_id is None:
        _remember(response, with_search(strangers_searches(request), plain_words(typed)))
    else:
        remember_search(words=typed, actor=actor, at=at)


@require_http_methods(["GET", "HEAD", "POST"])
def recent(request: HttpRequest) -> HttpResponse:
    """The reader's last searches; a POST forgets one or all of them."""
    if request.method != "POST":
        context = {"searches": recent_of(request)}
        return _private(render(request, "catalog/recent_searches.html", context))
    left = _forgotten(request)
    by_script = request.headers.get("HX-Request")
    response = suggested(request, left) if by_script else redirect("recent_searches")
    if actor_of(request).user_id is None:
        _remember(response, left)
    return response


def recent_of(request: HttpRequest) -> tuple[str, ...]:
    """The reader's last searches, wherever they are kept."""
    return strangers_searches(request) or recent_searches(actor_of(request))


def suggested(request: HttpRequest, searches: tuple[str, ...]) -> HttpResponse:
    """What stands under the search field while nothing is typed."""
    return _private(render(request, "catalog/_recent_suggestions.html", {"searches": searches}))


def _forgotten(request: HttpRequest) -> tuple[str, ...]:
    actor, words = actor_of(request), request.POST.get("forget", "").replace("\x00", "")
    every = request.POST.get("step") == "all"
    if actor.user_id is None:
        return () if every else tuple(other for other in strangers_searches(request) if other != words)
    if every:
        forget_recent_searches(actor=actor)
    else:
        forget_recent_search(words=words, actor=actor)
    return recent_searches(actor)


def _remember(response: HttpResponse, searches: tuple[str, ...]) -> None:
    text = recent_text(searches)
    if not text:
        response.delete_cookie(COOKIE, samesite="Lax")
        return
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(COOKIE, text, max_age=_KEPT_SECONDS, httponly=True, samesite="Lax", secure=secure)


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response
