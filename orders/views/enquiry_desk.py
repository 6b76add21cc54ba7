"""Reported enquiries at the moderators' desk."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.access import desk_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.accounts.states import Desk
from marketplace.core.steps import take_step
from orders.enquiry_forms import EnquiryJudgeForm
from orders.operations.enquiry_reports import judge_enquiry
from orders.queries.enquiry_desk import enquiry_desk
from orders.states import EnquiryStep


@require_safe
@desk_required(Desk.MODERATION)
def desk_enquiries(request: CompanyRequest) -> HttpResponse:
    """What was reported and waits, and what was decided lately."""
    return render(request, "orders/desk_enquiries.html", {"page": enquiry_desk(request.actor)})


@require_POST
@desk_required(Desk.MODERATION)
def desk_enquiry_judge(request: CompanyRequest, ref: str) -> HttpResponse:
    """Nothing is wrong with it, or it is stopped; with a reason."""
    form = EnquiryJudgeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a decision and say why: it is read by those it concerns."))
        return redirect("enquiry", ref)
    operation = partial(
        judge_enquiry,
        enquiry_ref=ref,
        step=EnquiryStep(form.cleaned_data["step"]),
        reason=form.cleaned_data["reason"],
        actor=request.actor,
        at=request.at,
    )
    take_step(request, operation, _("Decided. Those it concerns are told."))
    return redirect("desk_enquiries")
