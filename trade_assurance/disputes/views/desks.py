"""The officers' desk: the queue, the case with contract, timeline, thread and evidence side by side, the decision."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import desk_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.ids import new_key
from marketplace.core.steps import done_in, key_of, step
from trade_assurance.disputes import operations, queries
from trade_assurance.disputes.decision_form import DecisionForm
from trade_assurance.disputes.forms import AssignForm, MessageForm, PauseForm, TextForm
from trade_assurance.disputes.policies import DESK


@require_safe
@never_cache
@desk_required(DESK)
def desk_disputes(request: CompanyRequest) -> HttpResponse:
    """The queue by deadline and amount."""
    return render(request, "disputes/desk.html", {"page": queries.desk(request.actor, request.at)})


@require_safe
@never_cache
@desk_required(DESK)
def desk_dispute(request: CompanyRequest, ref: str) -> HttpResponse:
    """One case for the officer."""
    return _page(request, ref, {})


@require_POST
@desk_required(DESK)
def case_take(request: CompanyRequest, ref: str) -> HttpResponse:
    """Take the case."""
    return step(
        request,
        lambda: operations.take_case(
            dispute_ref=ref, actor=request.actor, key=key_of(request), at=request.at
        ),
        done=_("The case is yours."),
        to="desk_dispute",
        ref=ref,
    )


@require_POST
@desk_required(DESK)
def case_hand_back(request: CompanyRequest, ref: str) -> HttpResponse:
    """Give the case back to the desk."""
    return step(
        request,
        lambda: operations.hand_back_case(
            dispute_ref=ref, actor=request.actor, key=key_of(request), at=request.at
        ),
        done=_("The case is back in the queue."),
        to="desk_dispute",
        ref=ref,
    )


@require_POST
@desk_required(DESK)
def case_message(request: CompanyRequest, ref: str) -> HttpResponse:
    """Write in the thread; both sides read it."""
    form = MessageForm(request.POST)
    if form.is_valid() and done_in(
        form,
        lambda: operations.post_message(
            dispute_ref=ref,
            text=form.cleaned_data["text"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        return redirect("desk_dispute", ref)
    return _page(request, ref, {"message_form": form})


@require_POST
@desk_required(DESK)
def case_assign(request: CompanyRequest, ref: str) -> HttpResponse:
    """Give the case to a colleague."""
    page = queries.case_page(ref, request.actor, request.at, at_desk=True)
    form = AssignForm(request.POST, colleagues=page.beside.colleagues)
    if form.is_valid() and done_in(
        form,
        lambda: operations.assign_case(
            dispute_ref=ref,
            officer_id=form.cleaned_data["officer"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Given to your colleague, who has been told."))
        return redirect("desk_dispute", ref)
    return _page(request, ref, {"assign_form": form})


@require_POST
@desk_required(DESK)
def case_pause(request: CompanyRequest, ref: str) -> HttpResponse:
    """Let the case's clocks stand still."""
    form = PauseForm(request.POST)
    if form.is_valid() and done_in(
        form,
        lambda: operations.pause_case(
            dispute_ref=ref,
            reason=form.cleaned_data["reason"],
            days=form.cleaned_data["days"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("The clocks stand still; both sides have been told why."))
        return redirect("desk_dispute", ref)
    return _page(request, ref, {"pause_form": form})


@require_POST
@desk_required(DESK)
def case_resume(request: CompanyRequest, ref: str) -> HttpResponse:
    """Let the case's clocks run again."""
    return step(
        request,
        lambda: operations.resume_case(
            dispute_ref=ref, actor=request.actor, key=key_of(request), at=request.at
        ),
        done=_("The clocks run again."),
        to="desk_dispute",
        ref=ref,
    )


@require_POST
@desk_required(DESK)
def decision_approve(request: CompanyRequest, ref: str) -> HttpResponse:
    """A second officer approves the decision: it counts."""
    return step(
        request,
        lambda: operations.approve_decision(
            dispute_ref=ref, actor=request.actor, key=key_of(request), at=request.at
        ),
        done=_("Approved. The decision counts from now on; both sides have been told."),
        to="desk_dispute",
        ref=ref,
    )


@require_POST
@desk_required(DESK)
def decision_reject(request: CompanyRequest, ref: str) -> HttpResponse:
    """A second officer sends the decision back, with a reason."""
    form = _refusal(request.POST)
    if form.is_valid() and done_in(
        form,
        lambda: operations.reject_decision(
            dispute_ref=ref,
            note=form.cleaned_data["text"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Sent back; the officer in charge decides anew."))
        return redirect("desk_dispute", ref)
    return _page(request, ref, {"refusal_form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@desk_required(DESK)
def case_decide(request: CompanyRequest, ref: str) -> HttpResponse:
    """The decision in two steps: the form, then exactly what it will do, to be confirmed once."""
    page = queries.case_page(ref, request.actor, request.at, at_desk=True)
    form = DecisionForm(request.POST or None, claimed=page.standing, lines=page.lines)
    effect = None
    if form.is_valid():
        effect = queries.effect_of(page, refund=form.refund, release=form.release)
        if effect is None:
            form.add_error(None, _("Refund and release must come to what was claimed, and no more."))
        elif "confirmed" in request.POST and done_in(form, lambda: _decide(request, ref, form)):
            messages.success(request, _("Decided. The case says what happens next."))
            return redirect("desk_dispute", ref)
    context = {
        "page": page,
        "form": form,
        "effect": effect if not form.errors else None,
        "needs_second": queries.needs_two_persons(page.standing),
    }
    return render(request, "disputes/decide.html", context, status=400 if form.errors else 200)


def _decide(request: CompanyRequest, ref: str, form: DecisionForm) -> str:
    return operations.decide(
        dispute_ref=ref,
        refund=form.refund,
        release=form.release,
        lines=form.splits,
        reasons=form.cleaned_data["reasons"],
        actor=request.actor,
        key=form.key,
        at=request.at,
    )


def _refusal(data: Any = None) -> TextForm:
    return TextForm(data, label=_("Why not?"), auto_id="refusal_%s")


def _page(request: CompanyRequest, ref: str, refused: dict[str, forms.Form]) -> HttpResponse:
    page = queries.case_page(ref, request.actor, request.at, at_desk=True)
    shown: dict[str, forms.Form] = {
        "message_form": MessageForm(),
        "assign_form": AssignForm(colleagues=page.beside.colleagues),
        "pause_form": PauseForm(initial={"days": min(7, page.pause.days_left)}),
        "refusal_form": _refusal(),
    }
    waits = page.waiting
    effect = queries.effect_of(page, refund=waits.refund, release=waits.release) if waits else None
    context = {"page": page, "key": new_key(), "effect": effect, **(shown | refused)}
    return render(request, "disputes/desk_case.html", context, status=400 if refused else 200)
