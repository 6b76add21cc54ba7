"""The finance desk: payouts to approve, to send and to confirm. Transfers and refunds are the payments app's."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.access import desk_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.ids import new_key
from marketplace.core.steps import done_in, key_of, step, take_step
from trade_assurance.holds import operations, queries
from trade_assurance.holds.forms import ReasonForm, TransferForm
from trade_assurance.payments.operations import confirm_bank_payout, fail_bank_payout

FINANCE = "finance"


@require_safe
@never_cache
@desk_required(FINANCE)
def desk_finance(request: CompanyRequest) -> HttpResponse:
    """What waits for a finance officer."""
    return render(request, "holds/desk_finance.html", {"page": queries.finance_desk()})


@require_safe
@never_cache
@desk_required(FINANCE)
def desk_payout(request: CompanyRequest, ref: str) -> HttpResponse:
    """One payout: to whom, how much, who said yes."""
    return _page(request, ref, ReasonForm(), TransferForm())


@require_POST
@desk_required(FINANCE)
def payout_approve(request: CompanyRequest, ref: str) -> HttpResponse:
    """A yes."""
    return step(
        request,
        lambda: operations.approve_payout(
            payout_ref=ref, actor=request.actor, key=key_of(request), at=request.at
        ),
        done=_("Your approval is recorded."),
        to="desk_payout",
        ref=ref,
    )


@require_POST
@desk_required(FINANCE)
def payout_reject(request: CompanyRequest, ref: str) -> HttpResponse:
    """A no, with a reason."""
    form = ReasonForm(request.POST)
    if form.is_valid() and done_in(
        form,
        lambda: operations.reject_payout(
            payout_ref=ref,
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Rejected. The money is back in the supplier's balance."))
        return redirect("desk_finance")
    return _page(request, ref, form, TransferForm())


@require_POST
@desk_required(FINANCE)
def payout_confirm(request: CompanyRequest, ref: str) -> HttpResponse:
    """The officer has made the transfer."""
    form = TransferForm(request.POST, request.FILES)
    queries.payout_page(ref, request.actor, at_desk=True)
    if form.is_valid() and done_in(
        form,
        lambda: confirm_bank_payout(
            subject=ref,
            reference=form.cleaned_data["reference"],
            proof=form.cleaned_data["proof"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Confirmed. The supplier is told that the money is on its way."))
        return redirect("desk_finance")
    return _page(request, ref, ReasonForm(), form)


@require_POST
@desk_required(FINANCE)
def payout_fail(request: CompanyRequest, ref: str) -> HttpResponse:
    """The transfer could not be made, or came back."""
    form = ReasonForm(request.POST)
    queries.payout_page(ref, request.actor, at_desk=True)
    if form.is_valid() and done_in(
        form,
        lambda: fail_bank_payout(
            subject=ref,
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Recorded as failed. The money goes back to the supplier's balance."))
        return redirect("desk_finance")
    return _page(request, ref, form, TransferForm())


@require_POST
@desk_required(FINANCE)
def refund_retry(request: CompanyRequest, ref: str) -> HttpResponse:
    """A refund that failed is asked for once more."""
    take_step(
        request,
        lambda: operations.retry_refund(refund_ref=ref, actor=request.actor, at=request.at),
        _("The refund is on its way again."),
    )
    return redirect("desk_finance")


def _page(request: CompanyRequest, ref: str, reason: ReasonForm, transfer: TransferForm) -> HttpResponse:
    context = {
        "page": queries.payout_page(ref, request.actor, at_desk=True),
        "key": new_key(),
        "reason_form": reason,
        "transfer_form": transfer,
    }
    status = 400 if reason.errors or transfer.errors else 200
    return render(request, "holds/desk_payout.html", context, status=status)
