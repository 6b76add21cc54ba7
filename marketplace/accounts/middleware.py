"""Puts the actor on every request: who it is, for which company they act, at which desks they sit.

Reads memberships anew each time, so somebody removed from a company acts for it no more from that
moment, whatever their session says. Desks open only to staff who have a second factor and have used it
in this session (a session from before it was set up proves nothing); others are led there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode

from marketplace.accounts.models import Company, Member, User
from marketplace.accounts.queries import actor_among, has_passkey_only, has_second_factor, memberships_of
from marketplace.accounts.rules import zone_of
from marketplace.core.actors import Actor
from marketplace.core.http import ActingRequest

SESSION_COMPANY = "acting_company_id"
# A path of this site to go on to once the person's first company is there, however they came to make it.
SESSION_NEXT = "after_first_company"
STAFF_PREFIXES = ("/desk/", "/admin/")


class CompanyRequest(ActingRequest):
    """A request with the person, their memberships, and the company acted for."""

    memberships: Sequence[Member]
    acting_company: Company | None
    user: User


def memberships_in(request: HttpRequest) -> Sequence[Member]:
    """The memberships that the middleware read; none for a request that it has not seen."""
    found: Sequence[Member] = getattr(request, "memberships", ())
    return found


class ActorMiddleware:
    """Sets `request.actor` and `request.acting_company`; activates the person's language and time zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        acting = cast(CompanyRequest, request)
        acting.actor, acting.memberships, acting.acting_company = Actor.anonymous(), (), None
        if not request.user.is_authenticated:
            return self.get_response(request)
        self._identify(acting)
        if _is_staff_page(request) and _is_staff(acting.user) and not _has_proved(request):
            return _way_to_proof(acting)
        try:
            response = self.get_response(request)
        finally:
            timezone.deactivate()
        # What somebody sees who is signed in (their own prices, too) is for no cache that others share.
        response.headers.setdefault("Cache-Control", "private")
        return response

    def _identify(self, request: CompanyRequest) -> None:
        user = request.user
        request.memberships = memberships = memberships_of(user.pk)
        member = _acting_member(request, memberships)
        actor = actor_among(user, memberships, member.company_id if member else None)
        request.actor = (
            actor if not actor.desks or _has_proved(request) else replace(actor, desks=frozenset())
        )
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


def _is_staff_page(request: HttpRequest) -> bool:
    return request.path_info.startswith(STAFF_PREFIXES)


def _is_staff(user: User) -> bool:
    return user.sits_at_a_desk or user.is_staff


def _has_proved(request: HttpRequest) -> bool:
    """Whether a second factor was used in this session."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


def _way_to_proof(request: CompanyRequest) -> HttpResponseBase:
    if not has_second_factor(request.user.pk):
        return redirect("second_factor")
    name = "mfa_reauthenticate_webauthn" if has_passkey_only(request.user.pk) else "mfa_reauthenticate"
    return redirect(f"{reverse(name)}?{urlencode({'next': request.get_full_path()})}")
