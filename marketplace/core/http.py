"""The edge: domain errors become pages and problem JSON, requests carry an actor, a clock and an id.

The only place that knows both HTTP and `DomainError`. Must not know any app's business.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.defaults import bad_request
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.errors import DomainError, NotAllowed, NotText

logger = logging.getLogger(__name__)
View = Callable[..., HttpResponseBase]
GetResponse = Callable[[HttpRequest], HttpResponseBase]

PROBLEM_JSON = "application/problem+json"
_LONGEST_ADDRESS = 4000


class ActingRequest(HttpRequest):
    """A request as the middleware leaves it: who acts, and when."""

    actor: Actor
    at: datetime


def actor_of(request: HttpRequest) -> Actor:
    """Who acts in this request; anonymous when no middleware has said otherwise."""
    return cast(Actor, getattr(request, "actor", Actor.anonymous()))


def path_on_this_site(request: HttpRequest, address: str) -> str:
    """An address as somebody sent it, when it is one of ours and can stand in a header; empty for every other.

    A single word is none: a redirect would look for a route of that name.
    """
    plain = "/" in address and len(address) <= _LONGEST_ADDRESS and address.isprintable()
    if plain and url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return address
    return ""


class PlainTextMiddleware:
    """Refuses requests with a NUL sign, which no reference and no text has and PostgreSQL cannot keep.

    What a view reads for itself (`csrf_exempt`: messages of machines, large files) is left to that view.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\x00" in request.path_info:
            raise Http404
        if _has_nul(request.GET) or any("\x00" in value for value in request.COOKIES.values()):
            return _not_text(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, *_args: Any) -> HttpResponseBase | None:
        """A refusal for a form with the sign in it."""
        is_form = request.method == "POST" and not getattr(view, "csrf_exempt", False)
        return _not_text(request) if is_form and _has_nul(request.POST) else None


def _has_nul(sent: QueryDict) -> bool:
    return any("\x00" in text for name, values in sent.lists() for text in (name, *values))


def _not_text(request: HttpRequest) -> HttpResponse:
    """The refusal, written by nobody into the log with a traceback: nothing of ours went wrong."""
    if request.path_info.startswith("/api/"):
        return problem_response(NotText())
    return bad_request(request, NotText())


class CompressedTextMiddleware(GZipMiddleware):
    """Compresses pages and feeds, and nothing that is small already (pictures, archives).

    Django adds a random length, so that the size of a page says nothing about a secret in it (BREACH).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The answer, compressed when it is text and the browser understands it."""
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        if not (kind.startswith("text/") or kind.endswith(("json", "xml"))):
            return response
        return super().process_response(request, response)


class ClockMiddleware:
    """Reads the clock once per request, so that all of it happens at one moment (`request.at`)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        cast(ActingRequest, request).at = clock.now()
        return self.get_response(request)


class DomainErrorMiddleware:
    """Turns a domain error that no form has caught into a page that says what to do."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A page (or problem JSON where JSON was asked for); None for what is not ours."""
        if not isinstance(exception, DomainError):
            return None
        if "json" in request.headers.get("Accept", "").partition(",")[0]:
            return problem_response(exception)
        return error_page(request, exception)


def error_page(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The page for a refusal, with its HTTP status and a way on."""
    return render(
        request, "errors/domain_error.html", {"error": error, "status": error.status}, status=error.status
    )


def problem(error: DomainError) -> dict[str, object]:
    """RFC 9457 problem details with our stable `code`."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": type(error).__name__,
        "status": error.status,
        "code": error.code,
        "detail": error.text,
    }
    return body | {"field": error.field} if error.field else body


def problem_response(error: DomainError) -> JsonResponse:
    """The problem as a response."""
    return JsonResponse(problem(error), status=error.status, content_type=PROBLEM_JSON)


def api_exception_handler(exception: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every refusal is RFC 9457 problem JSON with a code."""
    if isinstance(exception, DomainError):
        return Response(problem(exception), status=exception.status, content_type=PROBLEM_JSON)
    response = drf_exception_handler(exception, context)
    if response is None:
        return None
    code = {Http404: "not_found", PermissionDenied: "not_allowed"}.get(type(exception))
    response.data = {
        "type": "about:blank",
        "title": response.status_text,
        "status": response.status_code,
        "code": code or getattr(exception, "default_code", "error"),
        "detail": response.data,
    }
    response.content_type = PROBLEM_JSON
    return response


PageView = Callable[..., HttpResponse]


def at_desk(desk: str) -> Callable[[PageView], PageView]:
    """A view for one staff desk: others are asked to sign in, or refused.

    Core cannot know second factors; an actor without one has no desks (`accounts.queries.actor_for`).
    """

    def decorate(view: PageView) -> PageView:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            actor = actor_of(request)
            if actor.is_anonymous:
                return redirect_to_login(request.get_full_path())
            if not actor.has_desk(desk):
                raise NotAllowed
            return view(request, *args, **kwargs)

        return guarded

    return decorate
