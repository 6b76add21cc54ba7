"""Claiming, and the case's page with every step of the two sides."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import login_required, member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.ids import new_key
from trade_assurance.disputes import operations, queries
from trade_assurance.disputes.errors import NotYourCase
from trade_assurance.disputes.forms import ClaimForm, EvidenceForm, MessageForm, OfferForm
from trade_assurance.disputes.views.common import key_of, step, tried

Shown = dict[str, forms.Form]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@member_required()
def dispute_open(request: CompanyRequest, ref: str) -> HttpResponse:
    """The buyer claims an amount of what is held."""
    page = queries.claim_page(ref, request.actor, request.at)
    form = ClaimForm(request.POST or None, request.FILES or None, claimable=page.claimable)
    opened: list[str] = []
    if form.is_valid() and tried(
        form,
        lambda: opened.append(
            operations.open_claim(
                order_ref=ref,
                reason=form.cleaned_data["reason"],
                clause=form.cleaned_data["clause"],
                amount=form.cleaned_data["amount"],
                statement=form.cleaned_data["statement"],
                files=form.uploads,
                actor=request.actor,
                key=form.key,
                at=request.at,
            )
        ),
    ):
        messages.success(
            request, _("Your claim is open. Only its amount is frozen; the supplier has been told.")
        )
        return redirect("dispute", opened[0])
    status = 400 if form.errors else 200
    return render(request, "disputes/claim.html", {"page": page, "form": form}, status=status)


@require_safe
@never_cache
@login_required
def dispute(request: CompanyRequest, ref: str) -> HttpResponse:
    """The case, for the two sides; officers are led to their desk's page."""
    return _case(request, ref, {})


@require_POST
@member_required()
def dispute_accept(request: CompanyRequest, ref: str) -> HttpResponse:
    """The supplier grants the whole claim."""
    return _step(
        request, ref, operations.accept_claim, _("Granted. The claimed amount is refunded to the buyer.")
    )


@require_POST
@member_required()
def dispute_withdraw(request: CompanyRequest, ref: str) -> HttpResponse:
    """The buyer withdraws the claim."""
    return _step(request, ref, operations.withdraw_claim, _("Withdrawn. The amount is free again."))


@require_POST
@member_required()
def dispute_escalate(request: CompanyRequest, ref: str) -> HttpResponse:
    """The buyer calls the officer."""
    return _step(
        request, ref, operations.escalate, _("A dispute officer has been called. Submit your evidence now.")
    )


@require_POST
@member_required()
def dispute_rest(request: CompanyRequest, ref: str) -> HttpResponse:
    """A side has nothing to add."""
    return _step(request, ref, operations.rest_case, _("Noted: you have nothing to add."))


@require_POST
@member_required()
def dispute_waive(request: CompanyRequest, ref: str) -> HttpResponse:
    """A side accepts the decision."""
    return _step(request, ref, operations.waive_appeal, _("You accept the decision."))


@require_POST
@member_required()
def offer_make(request: CompanyRequest, ref: str) -> HttpResponse:
    """Propose a settlement."""
    page = queries.case_page(ref, request.actor, request.at, at_desk=False)
    form = OfferForm(request.POST, claimed=page.claimed)
    if form.is_valid() and tried(
        form,
        lambda: operations.make_offer(
            dispute_ref=ref,
            refund=form.cleaned_data["refund"],
            note=form.cleaned_data["note"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Your offer is made; the other side has been told."))
        return redirect("dispute", ref)
    return _case(request, ref, {"offer_form": form})


@require_POST
@member_required()
def offer_accept(request: CompanyRequest, ref: str, version: int) -> HttpResponse:
    """Agree on the other side's offer."""
    return step(
        request,
        lambda: operations.accept_offer(
            dispute_ref=ref, version=version, actor=request.actor, key=key_of(request), at=request.at
        ),
        done=_("Agreed. The money moves now."),
        to="dispute",
        ref=ref,
    )


@require_POST
@member_required()
def offer_decline(request: CompanyRequest, ref: str, version: int) -> HttpResponse:
    """Say no to the other side's offer."""
    return step(
        request,
        lambda: operations.decline_offer(
            dispute_ref=ref, version=version, actor=request.actor, key=key_of(request), at=request.at
        ),
        done=_("Declined. You may make an offer of your own."),
        to="dispute",
        ref=ref,
    )


@require_POST
@member_required()
def dispute_message(request: CompanyRequest, ref: str) -> HttpResponse:
    """Write in the thread."""
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
        return redirect("dispute", ref)
    return _case(request, ref, {"message_form": form})


@require_POST
@member_required()
def dispute_evidence(request: CompanyRequest, ref: str) -> HttpResponse:
    """Submit evidence."""
    form = EvidenceForm(request.POST, request.FILES)
    if form.is_valid() and tried(
        form,
        lambda: operations.submit_evidence(
            dispute_ref=ref,
            note=form.cleaned_data["note"],
            files=form.uploads,
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Your evidence is in the case."))
        return redirect("dispute", ref)
    return _case(request, ref, {"evidence_form": form})


def _step(request: CompanyRequest, ref: str, operation: Callable[..., object], done: str) -> HttpResponse:
    return step(
        request,
        lambda: operation(dispute_ref=ref, actor=request.actor, key=key_of(request), at=request.at),
        done=done,
        to="dispute",
        ref=ref,
    )


def _case(request: CompanyRequest, ref: str, refused: Shown) -> HttpResponse:
    try:
        page = queries.case_page(ref, request.actor, request.at, at_desk=False)
    except NotYourCase:
        return redirect("desk_dispute", ref)
    shown: Shown = {
        "offer_form": OfferForm(claimed=page.claimed),
        "message_form": MessageForm(),
        "evidence_form": EvidenceForm(),
    }
    context = {"page": page, "key": new_key(), **(shown | refused)}
    return render(request, "disputes/case.html", context, status=400 if refused else 200)
