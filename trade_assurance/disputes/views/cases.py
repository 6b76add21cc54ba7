"""The case's page for the two sides, with every step of theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.access import login_required, member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.ids import new_key
from marketplace.core.steps import done_in, key_of, step
from trade_assurance.disputes import operations, queries
from trade_assurance.disputes.errors import NotYourCase
from trade_assurance.disputes.forms import (
    EvidenceForm,
    MessageForm,
    OfferForm,
    RangeForm,
    SendForm,
    TextForm,
)
from trade_assurance.disputes.operations.ranges import MET
from trade_assurance.disputes.states import Side

Shown = dict[str, forms.Form]


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
def dispute_appeal(request: CompanyRequest, ref: str) -> HttpResponse:
    """A side appeals, with grounds."""
    return _text_step(
        request,
        ref,
        lambda text, key: operations.appeal(
            dispute_ref=ref, grounds=text, actor=request.actor, key=key, at=request.at
        ),
        _("Your appeal is with the desk; another officer decides. Nothing moves before."),
        "appeal_form",
    )


@require_POST
@member_required()
def appeal_withdraw(request: CompanyRequest, ref: str) -> HttpResponse:
    """The side that appealed takes it back."""
    return _step(
        request, ref, operations.withdraw_appeal, _("Withdrawn. The first decision has been carried out.")
    )


@require_POST
@member_required()
def offer_make(request: CompanyRequest, ref: str) -> HttpResponse:
    """Propose a settlement."""
    page = queries.case_page(ref, request.actor, request.at, at_desk=False)
    form = OfferForm(request.POST, claimed=page.standing)
    if form.is_valid() and done_in(
        form,
        lambda: operations.make_offer(
            dispute_ref=ref, **form.terms, actor=request.actor, key=form.key, at=request.at
        ),
    ):
        messages.success(request, _("Your offer is made; the other side has been told."))
        return redirect("dispute", ref)
    return _case(request, ref, {"offer_form": form})


@require_POST
@member_required()
def range_seal(request: CompanyRequest, ref: str) -> HttpResponse:
    """Leave a sealed range; when the two meet the case is settled."""
    page = queries.case_page(ref, request.actor, request.at, at_desk=False)
    form = RangeForm(request.POST, claimed=page.standing, buys=page.side == Side.BUYER)
    done: list[str] = []
    if form.is_valid() and done_in(
        form,
        lambda: done.append(
            operations.seal_range(
                dispute_ref=ref,
                bound=form.cleaned_data["bound"],
                actor=request.actor,
                key=form.key,
                at=request.at,
            )
        ),
    ):
        met = done[0] == MET
        text = (
            _("The two ranges met: the case is settled at the midpoint.")
            if met
            else _("Sealed. Nobody but your company ever sees it.")
        )
        messages.success(request, text)
        return redirect("dispute", ref)
    return _case(request, ref, {"range_form": form})


@require_POST
@member_required()
def range_withdraw(request: CompanyRequest, ref: str) -> HttpResponse:
    """Take the sealed range back."""
    return _step(request, ref, operations.withdraw_range, _("Withdrawn. Nobody was told."))


@require_POST
@member_required()
def promise_send(request: CompanyRequest, ref: str) -> HttpResponse:
    """The agreed goods are on their way."""
    form = SendForm(request.POST)
    if form.is_valid() and done_in(
        form,
        lambda: operations.send_promised(
            dispute_ref=ref,
            carrier=form.cleaned_data["carrier"],
            tracking_number=form.cleaned_data["tracking_number"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Noted; the other side has been told."))
        return redirect("dispute", ref)
    return _case(request, ref, {"send_form": form})


@require_POST
@member_required()
def promise_confirm(request: CompanyRequest, ref: str) -> HttpResponse:
    """The agreed goods have come."""
    return _step(request, ref, operations.confirm_promised, _("Confirmed. What was agreed happens now."))


@require_POST
@member_required()
def promise_contest(request: CompanyRequest, ref: str) -> HttpResponse:
    """What came is not what was agreed."""
    return _text_step(
        request,
        ref,
        lambda text, key: operations.contest_promised(
            dispute_ref=ref, text=text, actor=request.actor, key=key, at=request.at
        ),
        _("The case is with the dispute officer now. Submit your evidence."),
        "contest_form",
    )


@require_POST
@member_required()
def offer_accept(request: CompanyRequest, ref: str, version: int) -> HttpResponse:
    """Agree on the other side's offer."""
    return step(
        request,
        lambda: operations.accept_offer(
            dispute_ref=ref, version=version, actor=request.actor, key=key_of(request), at=request.at
        ),
        done=_("Agreed. What you agreed on happens now."),
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
def offer_withdraw(request: CompanyRequest, ref: str, version: int) -> HttpResponse:
    """Take one's own offer back."""
    return step(
        request,
        lambda: operations.withdraw_offer(
            dispute_ref=ref, version=version, actor=request.actor, key=key_of(request), at=request.at
        ),
        done=_("Withdrawn."),
        to="dispute",
        ref=ref,
    )


@require_POST
@member_required()
def dispute_message(request: CompanyRequest, ref: str) -> HttpResponse:
    """Write in the thread."""
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
        return redirect("dispute", ref)
    return _case(request, ref, {"message_form": form})


@require_POST
@member_required()
def dispute_evidence(request: CompanyRequest, ref: str) -> HttpResponse:
    """Submit evidence."""
    form = EvidenceForm(request.POST, request.FILES)
    if form.is_valid() and done_in(
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


def _text_step(
    request: CompanyRequest, ref: str, operation: Callable[[str, str], object], done: str, name: str
) -> HttpResponse:
    form = _text_form(name, request.POST)
    if form.is_valid() and done_in(form, lambda: operation(form.cleaned_data["text"], form.key)):
        messages.success(request, done)
        return redirect("dispute", ref)
    return _case(request, ref, {name: form})


def _text_form(name: str, data: Any = None) -> TextForm:
    if name == "appeal_form":
        return TextForm(
            data,
            label=_("Grounds of your appeal"),
            help_text=_(
                "What the decision overlooked or got wrong. The other side and the new officer read it."
            ),
            auto_id="appeal_%s",
        )
    return TextForm(data, label=_("What is wrong with it?"), auto_id="contest_%s")


def _case(request: CompanyRequest, ref: str, refused: Shown) -> HttpResponse:
    try:
        page = queries.case_page(ref, request.actor, request.at, at_desk=False)
    except NotYourCase:
        return redirect("desk_dispute", ref)
    shown: Shown = {
        "offer_form": OfferForm(claimed=page.standing),
        "range_form": RangeForm(claimed=page.standing, buys=page.side == Side.BUYER),
        "send_form": SendForm(),
        "appeal_form": _text_form("appeal_form"),
        "contest_form": _text_form("contest_form"),
        "message_form": MessageForm(),
        "evidence_form": EvidenceForm(),
    }
    context = {"page": page, "key": new_key(), **(shown | refused)}
    return render(request, "disputes/case.html", context, status=400 if refused else 200)
