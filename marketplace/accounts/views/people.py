"""A person's own pages: profile, language, the way to a second factor, the company acted for."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import login_required
from marketplace.accounts.forms import ChooseCompanyForm, ProfileForm
from marketplace.accounts.middleware import SESSION_COMPANY, CompanyRequest
from marketplace.accounts.operations import choose_company, edit_profile, remember_language
from marketplace.accounts.queries import company_choices, has_second_factor, invitations_for
from marketplace.core.errors import NotFound
from marketplace.core.http import actor_of, path_on_this_site
from marketplace.core.steps import tried_in


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def profile(request: CompanyRequest) -> HttpResponse:
    """Name, language, time zone; and where password, addresses and second factor are."""
    user = request.user
    form = ProfileForm(
        request.POST or None,
        initial={"name": user.name, "language": user.language, "time_zone": user.time_zone},
    )
    if form.is_valid():
        data: dict[str, Any] = form.cleaned_data
        changed = tried_in(form, partial(edit_profile, actor=request.actor, **data))
        if changed is not None:
            with translation.override(changed.language):
                messages.success(request, _("Your profile is saved."))
            return redirect("profile")
    context = {"form": form, "email": user.email, "has_second_factor": has_second_factor(user.pk)}
    return render(request, "accounts/profile.html", context, status=400 if form.errors else 200)


@require_safe
@login_required
def second_factor(request: CompanyRequest) -> HttpResponseBase:
    """Why staff need a second factor, and the way to it; onwards for those who have one."""
    if has_second_factor(request.user.pk) or not request.user.sits_at_a_desk:
        return redirect("mfa_index")
    return render(request, "accounts/second_factor.html")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def company_choose(request: CompanyRequest) -> HttpResponseBase:
    """The companies a person belongs to; choosing one makes the session act for it."""
    if request.method == "POST":
        form = ChooseCompanyForm(request.POST)
        if not form.is_valid():
            raise NotFound
        member = choose_company(
            company_id=form.cleaned_data["company_id"], actor=request.actor, at=request.at
        )
        request.session[SESSION_COMPANY] = member.company_id
        messages.success(request, _("You now act for %(company)s.") % {"company": member.company.legal_name})
        return redirect(_next_path(request, fallback=settings.LOGIN_REDIRECT_URL))
    context = {
        "choices": company_choices(request.memberships),
        "acting_id": request.actor.company_id,
        "invitations": invitations_for(request.actor, request.at),
        "next": _next_path(request, fallback=""),
    }
    return render(request, "accounts/company_choose.html", context)


@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """The switch in the footer: a cookie for everybody, remembered for those who are signed in."""
    response = redirect(_next_path(request, fallback="/"))
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES) or not check_for_language(language):
        return response
    actor = actor_of(request)
    if not actor.is_anonymous:
        remember_language(language=language, actor=actor)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, max_age=365 * 24 * 3600, samesite="Lax", httponly=True
    )
    return response


def _next_path(request: HttpRequest, *, fallback: str) -> str:
    """Where to go on: only within this site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return path_on_this_site(request, wanted) or fallback
