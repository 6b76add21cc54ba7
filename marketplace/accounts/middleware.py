"""Puts the actor on every request: who it is, for which company they act, at which desks they sit.

Reads memberships anew each time, so somebody removed from a company acts for it no more from that
moment, whatever their session says. Staff without a second factor are led to setting one up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone, translation

from marketplace.accounts.models import Company, Member, User
from marketplace.accounts.queries import actor_among, memberships_of
from marketplace.accounts.rules import zone_of
from marketplace.core.actors import Actor
from marketplace.core.http import ActingRequest

SESSION_COMPANY = "acting_company_id"
DESK_PREFIX = "/desk/"


class CompanyRequest(ActingRequest):
    """A request with the company acted for, and the person."""

    acting_company: Company | None
    user: User


class ActorMiddleware:
    """Sets `request.actor` and `request.acting_company`; activates the person's language and time zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        acting = cast(CompanyRequest, request)
        acting.actor, acting.acting_company = Actor.anonymous(), None
        if not request.user.is_authenticated:
            return self.get_response(request)
        self._identify(acting)
        if (
            request.path_info.startswith(DESK_PREFIX)
            and acting.user.sits_at_a_desk
            and not acting.actor.desks
        ):
            return redirect("second_factor")
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()

    def _identify(self, request: CompanyRequest) -> None:
        user = request.user
        memberships = memberships_of(user.pk)
        member = _acting_member(request, memberships)
        request.actor = actor_among(user, memberships, member.company_id if member else None)
        request.acting_company = member.company if member else None
        translation.activate(user.language)
        request.LANGUAGE_CODE = translation.get_language() or user.language
        timezone.activate(zone_of(user.time_zone))


def _acting_member(request: HttpRequest, memberships: list[Member]) -> Member | None:
    """The company of the session, as long as the person belongs to it; else the one they chose last."""
    chosen = request.session.get(SESSION_COMPANY)
    for member in memberships:
        if member.company_id == chosen:
            return member
    if chosen is not None:
        del request.session[SESSION_COMPANY]
    return memberships[0] if memberships else None
