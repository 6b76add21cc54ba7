"""The officers' desk: the queue, the case with contract, timeline, thread and evidence side by side, the decision."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import desk_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.ids import new_key
from trade_assurance.disputes import operations, queries
from trade_assurance.disputes.forms import DecisionForm, MessageForm
from trade_assurance.disputes.policies import DESK
from trade_assurance.disputes.rules import DecisionEffect, decision_effect
from trade_assurance.disputes.views.common import key_of, step, tried


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
    return _page(request, ref, MessageForm())


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
    if form.is_valid() and tried(
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
    return _page(request, ref, form)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@desk_required(DESK)
def case_decide(request: CompanyRequest, ref: str) -> HttpResponse:
    """The decision in two steps: the form, then what it will do, to be confirmed once."""
    page = queries.case_page(ref, request.actor, request.at, at_desk=True)
    form = DecisionForm(request.POST or None, claimed=page.claimed)
    effect: DecisionEffect | None = None
    if form.is_valid():
        refund, release = form.cleaned_data["refund"], form.cleaned_data["release"]
        effect = decision_effect(
            claimed=page.claimed,
            refund=refund,
            release=release,
            trade_accepted=page.accepted,
            released_before=page.trade.money.released,
            commission_before=page.trade.money.commission,
            commission_bps=page.trade.money.commission_bps,
        )
        if effect is None:
            form.add_error("refund", _("Refund and release must come to what was claimed, and no more."))
        elif "confirmed" in request.POST and tried(
            form,
            lambda: operations.decide(
                dispute_ref=ref,
                refund=refund,
                release=release,
                reasons=form.cleaned_data["reasons"],
                actor=request.actor,
                key=form.key,
                at=request.at,
            ),
        ):
            messages.success(request, _("Decided. Both sides have been told; the appeal window is open."))
            return redirect("desk_dispute", ref)
    context = {"page": page, "form": form, "effect": effect if not form.errors else None}
    return render(request, "disputes/decide.html", context, status=400 if form.errors else 200)


def _page(request: CompanyRequest, ref: str, form: MessageForm) -> HttpResponse:
    context = {
        "page": queries.case_page(ref, request.actor, request.at, at_desk=True),
        "key": new_key(),
        "message_form": form,
    }
    return render(request, "disputes/desk_case.html", context, status=400 if form.errors else 200)
