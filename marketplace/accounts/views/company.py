"""A company's own pages: creating it, its profile, its team, its verification."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import login_required, member_required
from marketplace.accounts.forms import CompanyForm, InviteForm, RoleForm, VerificationForm
from marketplace.accounts.middleware import SESSION_COMPANY, SESSION_NEXT, CompanyRequest
from marketplace.accounts.models import Company
from marketplace.accounts.operations import (
    accept_invitation,
    change_role,
    create_company,
    edit_company,
    invite_member,
    remove_member,
    submit_verification,
    withdraw_invitation,
)
from marketplace.accounts.queries import (
    company_card,
    invitation_page,
    invitations_for,
    team_page,
    verification_page,
)
from marketplace.accounts.states import Role
from marketplace.core.errors import NotAllowed, NotFound
from marketplace.core.http import ActingRequest, actor_of
from marketplace.core.ids import new_key
from marketplace.core.steps import done_in, take_step, tried_in


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def company_new(request: CompanyRequest) -> HttpResponseBase:
    """A person's first page after sign-up: invitations that wait, or a company of their own."""
    form = CompanyForm(request.POST or None)
    if form.is_valid():
        operation = partial(
            create_company, facts=form.facts, actor=request.actor, key=form.key, at=request.at
        )
        company = tried_in(form, operation)
        if company is not None:
            request.session[SESSION_COMPANY] = company.pk
            messages.success(request, _("%(company)s is created. You act for it now.") % {"company": company})
            return redirect(request.session.pop(SESSION_NEXT, reverse("company")))
    context = {
        "form": form,
        "invitations": invitations_for(request.actor, request.at),
        "is_first": not request.actor.member_of,
    }
    return render(request, "accounts/company_new.html", context, status=400 if form.errors else 200)


@require_safe
@member_required()
def company(request: CompanyRequest) -> HttpResponse:
    """The company's profile as its members see it."""
    acting = _acting(request)
    context = {
        "company": acting,
        "card": company_card(acting.pk),
        "may_edit": request.actor.has_role(Role.OWNER),
    }
    return render(request, "accounts/company.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Role.OWNER)
def company_edit(request: CompanyRequest) -> HttpResponseBase:
    """Owners change what the company says of itself."""
    acting = _acting(request)
    form = CompanyForm(request.POST or None, company=acting)
    if form.is_valid():
        operation = partial(
            edit_company,
            company_id=acting.pk,
            facts=form.facts,
            actor=request.actor,
            key=form.key,
            at=request.at,
        )
        if done_in(form, operation):
            messages.success(request, _("The company profile is saved."))
            return redirect("company")
    context = {"form": form, "is_verified": acting.is_verified}
    return render(request, "accounts/company_edit.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def team(request: CompanyRequest) -> HttpResponseBase:
    """Members and invitations; owners invite with the form on the page."""
    acting = _acting(request)
    _demand_owner_to_post(request)
    form = InviteForm(request.POST or None)
    if form.is_valid():
        operation = partial(
            invite_member,
            company_id=acting.pk,
            email=form.cleaned_data["email"],
            role=form.cleaned_data["role"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        )
        invitation = tried_in(form, operation)
        if invitation is not None:
            messages.success(
                request, _("An invitation is on its way to %(email)s.") % {"email": invitation.email}
            )
            return redirect("team")
    page = team_page(acting.pk, acting.legal_name, request.actor, request.at)
    context = {"page": page, "form": form, "roles": Role.choices, "key": new_key()}
    return render(request, "accounts/team.html", context, status=400 if form.errors else 200)


@require_POST
@member_required(Role.OWNER)
def invitation_withdraw(request: CompanyRequest, ref: str) -> HttpResponseBase:
    """Owners take an invitation back."""
    acting = _acting(request)
    withdraw_invitation(company_id=acting.pk, invitation_ref=ref, actor=request.actor, at=request.at)
    messages.success(request, _("The invitation is withdrawn; its link no longer works."))
    return redirect("team")


@require_POST
@member_required(Role.OWNER)
def member_role(request: CompanyRequest, member_id: int) -> HttpResponseBase:
    """Owners give a member another role."""
    acting = _acting(request)
    form = RoleForm(request.POST)
    role = form.cleaned_data["role"] if form.is_valid() else ""
    return _team_step(
        request,
        lambda: change_role(
            company_id=acting.pk,
            member_id=member_id,
            role=role,
            actor=request.actor,
            key=new_key(),
            at=request.at,
        ),
        _("The role is changed."),
    )


@require_POST
@member_required()
def member_remove(request: CompanyRequest, member_id: int) -> HttpResponseBase:
    """Owners remove a member; anybody may leave."""
    acting = _acting(request)
    return _team_step(
        request,
        lambda: remove_member(
            company_id=acting.pk, member_id=member_id, actor=request.actor, key=new_key(), at=request.at
        ),
        _("The membership has ended."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def verification(request: CompanyRequest) -> HttpResponseBase:
    """How far the verification is; owners send documents."""
    acting = _acting(request)
    _demand_owner_to_post(request)
    form = VerificationForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        operation = partial(
            submit_verification,
            company_id=acting.pk,
            documents=form.cleaned_data["documents"],
            note=form.cleaned_data["note"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        )
        if done_in(form, operation):
            messages.success(request, _("Your documents are at the verification desk."))
            return redirect("verification")
    page = verification_page(acting, request.actor, request.at)
    return render(
        request,
        "accounts/verification.html",
        {"page": page, "form": form},
        status=400 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, ref: str) -> HttpResponseBase:
    """What an invitation offers, for whoever holds its link; accepting needs the address it was sent to."""
    if request.method == "POST":
        return _accept(request, ref)
    page = invitation_page(ref, actor_of(request), cast(ActingRequest, request).at)
    return render(request, "accounts/invitation.html", {"page": page, "key": new_key()})


@login_required
def _accept(request: CompanyRequest, ref: str) -> HttpResponseBase:
    member = accept_invitation(invitation_ref=ref, actor=request.actor, key=new_key(), at=request.at)
    request.session[SESSION_COMPANY] = member.company_id
    messages.success(
        request,
        _("You belong to %(company)s now and act for it.") % {"company": member.company.legal_name},
    )
    return redirect("company")


def _team_step(request: CompanyRequest, step: Callable[[], object], done: str) -> HttpResponseBase:
    take_step(request, step, done)
    return redirect("team")


def _demand_owner_to_post(request: CompanyRequest) -> None:
    if request.method == "POST" and not request.actor.has_role(Role.OWNER):
        raise NotAllowed


def _acting(request: CompanyRequest) -> Company:
    if request.acting_company is None:
        raise NotFound
    return request.acting_company
