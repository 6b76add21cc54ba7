"""Standing of a supplier with its appeals, and the officers' list of strikes."""

from __future__ import annotations

from typing import TypeVar

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.access import desk_required, member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.steps import done_in
from trade_assurance.disputes import operations, queries
from trade_assurance.disputes.policies import DESK
from trade_assurance.disputes.queries import StrikeLine
from trade_assurance.disputes.strike_forms import StrikeAnswerForm, StrikeAppealForm

FormT = TypeVar("FormT")


@require_safe
@never_cache
@member_required()
def strikes(request: CompanyRequest) -> HttpResponse:
    """What counts against the company, and what it can do."""
    return _standing(request)


@require_POST
@member_required()
def strike_appeal(request: CompanyRequest, ref: str) -> HttpResponse:
    """Say why a strike is wrong."""
    queries.demand_strike(ref, request.actor)
    form = StrikeAppealForm(request.POST, strike=ref)
    if form.is_valid() and done_in(
        form,
        lambda: operations.appeal_strike(
            strike_ref=ref,
            text=form.cleaned_data["text"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Your appeal is with a dispute officer."))
        return redirect("strikes")
    return _standing(request, ref, form)


@require_safe
@never_cache
@desk_required(DESK)
def desk_strikes(request: CompanyRequest) -> HttpResponse:
    """Appeals that wait, and the latest strikes."""
    return _desk(request)


@require_POST
@desk_required(DESK)
def strike_answer(request: CompanyRequest, ref: str) -> HttpResponse:
    """Lift a strike or turn its appeal down, with reasons."""
    form = StrikeAnswerForm(request.POST, strike=ref)
    if form.is_valid() and done_in(
        form,
        lambda: operations.answer_strike(
            strike_ref=ref,
            lift=form.cleaned_data["outcome"] == "lift",
            reasons=form.cleaned_data["reasons"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Answered. The supplier has been told."))
        return redirect("desk_strikes")
    return _desk(request, ref, form)


def _standing(request: CompanyRequest, ref: str = "", sent: StrikeAppealForm | None = None) -> HttpResponse:
    page = queries.standing(request.actor, request.at)
    rows = [
        (line, _form(line, ref, sent, StrikeAppealForm(strike=line.ref)) if line.may_appeal else None)
        for line in page.lines
    ]
    if sent is not None and not any(form is sent for _line, form in rows):
        messages.error(request, " ".join(str(text) for texts in sent.errors.values() for text in texts))
    return render(request, "disputes/strikes.html", {"page": page, "rows": rows}, status=400 if sent else 200)


def _desk(request: CompanyRequest, ref: str = "", sent: StrikeAnswerForm | None = None) -> HttpResponse:
    page = queries.strikes_desk(request.actor, request.at)
    groups = [
        [
            (line, _form(line, ref, sent, StrikeAnswerForm(strike=line.ref, appealed=bool(line.appeal_text))))
            if line.may_answer
            else (line, None)
            for line in lines
        ]
        for lines in (page.appeals, page.others)
    ]
    if sent is not None and not any(form is sent for group in groups for _line, form in group):
        messages.error(request, " ".join(str(text) for texts in sent.errors.values() for text in texts))
    context = {"appeals": groups[0], "others": groups[1]}
    return render(request, "disputes/desk_strikes.html", context, status=400 if sent else 200)


def _form(line: StrikeLine, ref: str, sent: FormT | None, fresh: FormT) -> FormT:
    return sent if sent is not None and line.ref == ref else fresh
