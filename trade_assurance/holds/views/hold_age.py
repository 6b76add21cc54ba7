"""Money that a processor holds no longer: both sides' consent, the move an officer records, what an officer decides."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import desk_required, member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.ids import new_key
from marketplace.core.steps import done_in, key_of, step
from trade_assurance.holds import operations
from trade_assurance.holds.age_forms import AgeDecisionForm, AssignmentForm, ConsentForm, MoveForm
from trade_assurance.holds.queries.age import pages as queries
from trade_assurance.holds.queries.chargebacks.pages import chargeback_page
from trade_assurance.holds.states import AgeOutcome

FINANCE = "finance"
DISPUTES = "disputes"


@require_POST
@member_required()
def move_consent(request: CompanyRequest, ref: str, provider: str) -> HttpResponse:
    """A side consents, in the words it has read."""
    form = ConsentForm(request.POST)
    form.is_valid()
    return step(
        request,
        lambda: operations.give_consent(
            order_ref=ref,
            provider=provider,
            typed_name=form.cleaned_data.get("typed_name", ""),
            read_hash=form.cleaned_data.get("read_hash", ""),
            actor=request.actor,
            key=key_of(request),
            at=request.at,
        ),
        done=_(
            "Your consent is recorded with its full text. You can take it back until the money has moved."
        ),
        to="order",
        ref=ref,
    )


@require_POST
@member_required()
def move_withdraw(request: CompanyRequest, ref: str, provider: str) -> HttpResponse:
    """A side takes its consent back."""
    return step(
        request,
        lambda: operations.withdraw_consent(
            order_ref=ref, provider=provider, actor=request.actor, key=key_of(request), at=request.at
        ),
        done=_("Your consent is taken back. The money does not move."),
        to="order",
        ref=ref,
    )


@require_safe
@never_cache
@desk_required(FINANCE, DISPUTES)
def desk_held_long(request: CompanyRequest) -> HttpResponse:
    """Holds of 75 days and more, and moves to make."""
    return render(request, "holds/desk_held_long.html", {"page": queries.held_long(request.at)})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@desk_required(FINANCE, DISPUTES)
def desk_old_hold(request: CompanyRequest, ref: str) -> HttpResponse:
    """One hold whose time is nearly over; POST decides about it."""
    page = queries.old_hold_page(ref, request.actor, request.at)
    form = AgeDecisionForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and done_in(
        form,
        lambda: operations.decide_age(
            hold_ref=ref,
            outcome=AgeOutcome(form.cleaned_data["outcome"]),
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Recorded. Above the limit it waits for a second officer."))
        return redirect("desk_held_long")
    context = {"page": page, "form": form, "key": new_key()}
    return render(request, "holds/desk_old_hold.html", context, status=400 if form.errors else 200)


@require_POST
@desk_required(FINANCE, DISPUTES)
def age_decision_approve(request: CompanyRequest, ref: str) -> HttpResponse:
    """The second officer's yes."""
    queries.old_hold_page(ref, request.actor, request.at)
    return step(
        request,
        lambda: operations.approve_age_decision(
            hold_ref=ref, actor=request.actor, key=key_of(request), at=request.at
        ),
        done=_("Carried out. Both sides have been told."),
        to="desk_old_hold",
        ref=ref,
    )


@require_POST
@desk_required(FINANCE, DISPUTES)
def age_decision_refuse(request: CompanyRequest, ref: str) -> HttpResponse:
    """An officer's no."""
    queries.old_hold_page(ref, request.actor, request.at)
    return step(
        request,
        lambda: operations.refuse_age_decision(
            hold_ref=ref, actor=request.actor, key=key_of(request), at=request.at
        ),
        done=_("Turned down. It can be decided anew."),
        to="desk_old_hold",
        ref=ref,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@desk_required(FINANCE)
def desk_move(request: CompanyRequest, ref: str) -> HttpResponse:
    """A move both sides consent to; POST records that the money has arrived at the bank."""
    page = queries.move_page(ref, request.actor)
    posted = request.method == "POST"
    form = MoveForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        amount=page.amount,
        withdrawal=page.withdrawals[0][0] if page.withdrawals else "",
    )
    if form.is_valid() and done_in(
        form,
        lambda: operations.confirm_move(
            move_ref=ref,
            amount=form.cleaned_data["amount"],
            withdrawal_ref=form.cleaned_data["withdrawal_ref"],
            bank_reference=form.cleaned_data["bank_reference"],
            proof=form.cleaned_data["proof"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Recorded. The money is held at the bank; both sides have been told."))
        return redirect("desk_move", ref)
    return render(
        request, "holds/desk_move.html", {"page": page, "form": form}, status=400 if form.errors else 200
    )


@require_POST
@desk_required(FINANCE)
def suspense_assign(request: CompanyRequest, ref: str) -> HttpResponse:
    """Say whose is what came back of a chargeback."""
    page = chargeback_page(ref, request.actor)
    form = AssignmentForm(request.POST, waits=page.assignable)
    if not form.is_valid():
        messages.error(request, _("Say how much each side gets, and why."))
        return redirect("desk_chargeback", ref)
    return step(
        request,
        lambda: operations.assign_suspense(
            chargeback_ref=ref,
            to_supplier=form.cleaned_data["to_supplier"],
            to_buyer=form.cleaned_data["to_buyer"],
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
        done=_("Recorded. Above the limit it waits for a second officer."),
        to="desk_chargeback",
        ref=ref,
    )


@require_POST
@desk_required(FINANCE)
def suspense_approve(request: CompanyRequest, ref: str) -> HttpResponse:
    """The second officer's yes."""
    chargeback_page(ref, request.actor)
    return step(
        request,
        lambda: operations.approve_assignment(
            chargeback_ref=ref, actor=request.actor, key=key_of(request), at=request.at
        ),
        done=_("Assigned and booked."),
        to="desk_chargeback",
        ref=ref,
    )


@require_POST
@desk_required(FINANCE)
def suspense_refuse(request: CompanyRequest, ref: str) -> HttpResponse:
    """An officer's no."""
    chargeback_page(ref, request.actor)
    return step(
        request,
        lambda: operations.refuse_assignment(
            chargeback_ref=ref, actor=request.actor, key=key_of(request), at=request.at
        ),
        done=_("Turned down. It can be assigned anew."),
        to="desk_chargeback",
        ref=ref,
    )


@require_POST
@member_required("owner", "finance")
def payout_withdraw(request: CompanyRequest, ref: str) -> HttpResponse:
    """The supplier takes a waiting payout back."""
    return step(
        request,
        lambda: operations.withdraw_payout(
            payout_ref=ref, actor=request.actor, key=key_of(request), at=request.at
        ),
        done=_("Taken back. The money is in your balance."),
        to="payout",
        ref=ref,
    )
