"""The verification desk: queue, case, decision."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.access import desk_required
from marketplace.accounts.forms import RejectForm
from marketplace.accounts.middleware import CompanyRequest
from marketplace.accounts.operations import approve_verification, reject_verification
from marketplace.accounts.queries import verification_case, verification_queue
from marketplace.accounts.states import Desk
from marketplace.core.forms import KeyedForm
from marketplace.core.steps import told, tried_in


@require_safe
@desk_required(Desk.VERIFICATION)
def desk_verification(request: CompanyRequest) -> HttpResponse:
    """What waits for a decision, oldest first."""
    page = verification_queue(request.actor)
    return render(request, "accounts/desk_verification.html", {"page": page})


@require_safe
@desk_required(Desk.VERIFICATION)
def desk_verification_case(request: CompanyRequest, ref: str) -> HttpResponse:
    """One case: facts beside documents, the decision below."""
    return _case_page(request, ref, RejectForm())


@require_POST
@desk_required(Desk.VERIFICATION)
def verification_approve(request: CompanyRequest, ref: str) -> HttpResponseBase:
    """The badge is given."""
    form = KeyedForm(request.POST)
    if form.is_valid():
        company = told(
            request,
            partial(approve_verification, case_ref=ref, actor=request.actor, key=form.key, at=request.at),
        )
        if company is not None:
            messages.success(request, _("%(company)s is verified.") % {"company": company})
            return redirect("desk_verification")
    return redirect("desk_verification_case", ref=ref)


@require_POST
@desk_required(Desk.VERIFICATION)
def verification_reject(request: CompanyRequest, ref: str) -> HttpResponseBase:
    """Not accepted, with the reason that the company reads."""
    form = RejectForm(request.POST)
    if form.is_valid():
        operation = partial(
            reject_verification,
            case_ref=ref,
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        )
        company = tried_in(form, operation)
        if company is not None:
            messages.success(request, _("%(company)s is told what is missing.") % {"company": company})
            return redirect("desk_verification")
    return _case_page(request, ref, form)


def _case_page(request: CompanyRequest, ref: str, form: RejectForm) -> HttpResponse:
    page = verification_case(ref, request.actor)
    context = {"page": page, "form": form, "approve_form": KeyedForm()}
    return render(
        request, "accounts/desk_verification_case.html", context, status=400 if form.errors else 200
    )
