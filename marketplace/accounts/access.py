"""Guards for views: signed in, acting for a company in a role, sitting at a desk.

Anonymous people are asked to sign in, people without a company are led to creating one, a wrong role
or desk is `NotAllowed`. What belongs to others is `NotFound`, which is the queries' part.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlsplit

from allauth.core.internal.ratelimit import get_ip
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed, NotFound
from marketplace.core.http import actor_of, path_on_this_site

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
ActingView = Callable[Concatenate[CompanyRequest, P], HttpResponseBase]
Refusal = Callable[[HttpRequest, Actor], HttpResponseBase | None]


def within_allowance(request: HttpRequest, thing: str, *, most: int, seconds: int) -> bool:
    """Count one more `thing` of this network address; whether that is within `most` per time.

    For what strangers may leave with us. The address is the one that allauth's limits go by; a cache that was
    emptied begins anew.
    """
    key = f"allowance:{thing}:{get_ip(request)}"
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key) <= most
    except ValueError:  # it ended in between
        return True


def login_required(view: ActingView[P]) -> View[P]:
    """For anybody who is signed in, with or without a company."""
    return _guarded(view, lambda _request, _actor: None)


def member_required(*roles: str) -> Callable[[ActingView[P]], View[P]]:
    """For people who act for a company, in one of these roles when any are named."""

    def refuse(_request: HttpRequest, actor: Actor) -> HttpResponseBase | None:
        if actor.company_id is None:
            return redirect("company_new")
        if roles and not actor.has_role(*roles):
            raise NotAllowed
        return None

    return lambda view: _guarded(view, refuse)


def company_id_of(request: CompanyRequest) -> int:
    """The company acted for, in a view that `member_required` guards. Raises `NotFound` where there is none."""
    if request.actor.company_id is None:
        raise NotFound
    return request.actor.company_id


def desk_required(*desks: str) -> Callable[[ActingView[P]], View[P]]:
    """For staff who sit at one of these desks and have a second factor."""

    def refuse(request: HttpRequest, actor: Actor) -> HttpResponseBase | None:
        if any(actor.has_desk(desk) for desk in desks):
            return None
        user = cast(CompanyRequest, request).user
        if set(user.desks) & set(desks):  # seated, but this session has not shown a second factor
            return redirect("second_factor")
        raise NotAllowed

    return lambda view: _guarded(view, refuse)


def _mind_what_was_typed(request: HttpRequest) -> None:
    """A form sent after its session ended: the browser has what was typed, so say where. Not of what a script sends."""
    if request.method == "POST" and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate":
        messages.warning(
            request,
            _(
                "You were signed out, so nothing was saved. Sign in, then go back in your browser until you see the "
                "form: what you typed still stands there."
            ),
        )


def _here(request: HttpRequest) -> str:
    """Where somebody goes on after signing in: the page, or for a press on it the page with the button."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    came_from = urlsplit(path_on_this_site(request, request.headers.get("Referer", "")))
    return f"{came_from.path}?{came_from.query}".rstrip("?") or request.get_full_path()


def _guarded(view: ActingView[P], refuse: Refusal) -> View[P]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        actor = actor_of(request)
        if actor.is_anonymous:
            _mind_what_was_typed(request)
            return redirect_to_login(_here(request))
        refusal = refuse(request, actor)
        if refusal is not None:
            return refusal
        return view(cast(CompanyRequest, request), *args, **kwargs)

    return cast(View[P], guarded)
