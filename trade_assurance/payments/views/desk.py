"""The finance desk's pages: bank transfers to record, refunds to make, operations, reviews."""

from __future__ import annotations

from typing import TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from marketplace.accounts.access import desk_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.formatting import format_money
from marketplace.core.forms import KeyedForm
from marketplace.core.ids import new_key
from marketplace.core.steps import done_in
from marketplace.core.transactions import retrying
from trade_assurance.payments import operations, queries
from trade_assurance.payments.forms import BankReceiptForm, BankRefundForm, FailureForm, ReviewForm

FINANCE = "finance"
T = TypeVar("T")


@require_GET
@never_cache
@desk_required(FINANCE)
def desk_transfers(request: CompanyRequest) -> HttpResponse:
    """Bank transfers that are expected, or that ended; found by reference or payer."""
    waiting, search = _waiting(request), request.GET.get("q", "")
    listing = queries.transfers(waiting=waiting, search=search, before=cursor_of(request))
    context = {"listing": listing, "waiting": waiting, "search": search}
    return render(request, "payments/desk_transfers.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@desk_required(FINANCE)
def desk_transfer(request: CompanyRequest, ref: str) -> HttpResponse:
    """One bank transfer: what is expected, what arrived, and the form to record more."""
    line, receipts = queries.transfer(ref)
    form = BankReceiptForm(request.POST or None, request.FILES or None, missing=line.missing)
    if request.method == "POST" and form.is_valid() and _recorded(request, ref, form):
        amount = format_money(form.cleaned_data["amount"])
        messages.success(request, _("%(amount)s recorded.") % {"amount": amount})
        return redirect("desk_transfers")
    context = {"line": line, "receipts": receipts, "form": form}
    return render(request, "payments/desk_transfer.html", context, status=400 if form.errors else 200)


@require_GET
@never_cache
@desk_required(FINANCE)
def desk_refunds(request: CompanyRequest) -> HttpResponse:
    """Refunds under way, or ended."""
    waiting = _waiting(request)
    context = {"listing": queries.refunds(waiting=waiting, before=cursor_of(request)), "waiting": waiting}
    return render(request, "payments/desk_refunds.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@desk_required(FINANCE)
def desk_refund(request: CompanyRequest, ref: str) -> HttpResponse:
    """One refund; posting confirms the transfer that was made."""
    line = queries.refund(ref)
    form = BankRefundForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and _confirmed(request, ref, form):
        return _after_word(request, ref)
    return _refund_page(request, line, form, FailureForm())


@require_POST
@desk_required(FINANCE)
def desk_refund_failed(request: CompanyRequest, ref: str) -> HttpResponse:
    """The transfer back could not be made."""
    line = queries.refund(ref)
    form = FailureForm(request.POST)
    if form.is_valid() and _failed(request, ref, form):
        messages.success(request, _("Recorded as failed: the money can be refunded again."))
        return redirect("desk_refunds")
    return _refund_page(request, line, BankRefundForm(), form)


@require_POST
@desk_required(FINANCE)
def desk_refund_approve(request: CompanyRequest, ref: str) -> HttpResponse:
    """The second officer's yes to a large transfer back."""
    line = queries.refund(ref)
    form = KeyedForm(request.POST)
    if form.is_valid() and done_in(
        form,
        lambda: operations.approve_bank_refund(
            refund_ref=ref, actor=request.actor, key=form.key, at=request.at
        ),
    ):
        return _after_word(request, ref)
    return _refund_page(request, line, BankRefundForm(), FailureForm(), refused=form)


@require_POST
@desk_required(FINANCE)
def desk_refund_refuse(request: CompanyRequest, ref: str) -> HttpResponse:
    """An officer's no to it."""
    line = queries.refund(ref)
    form = FailureForm(request.POST)
    if form.is_valid() and done_in(
        form,
        lambda: operations.refuse_bank_refund(
            refund_ref=ref,
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Turned down: the refund waits as before."))
        return redirect("desk_refund", ref=ref)
    return _refund_page(request, line, BankRefundForm(), FailureForm(), refused=form)


@require_POST
@desk_required(FINANCE)
def desk_refund_again(request: CompanyRequest, ref: str) -> HttpResponse:
    """A refund that failed goes on its way once more, by the same rail or by bank transfer."""
    form = KeyedForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Reload the page and send the form again."))
        return redirect("desk_refund", ref=ref)
    refund = retrying(
        lambda: operations.retry_refund(
            refund_ref=ref,
            actor=request.actor,
            key=form.key,
            at=request.at,
            by_bank="by_bank" in request.POST,
        )
    )
    messages.success(request, _("The refund goes on its way once more."))
    return redirect("desk_refund", ref=refund.ref)


@require_GET
@never_cache
@desk_required(FINANCE)
def desk_reviews(request: CompanyRequest) -> HttpResponse:
    """What providers said that differs from our books."""
    return _reviews_page(request, None)


@require_POST
@desk_required(FINANCE)
def desk_review_resolved(request: CompanyRequest, item_id: int) -> HttpResponse:
    """An officer says what it was."""
    form = ReviewForm(request.POST)
    if form.is_valid() and done_in(
        form,
        lambda: operations.resolve_review(
            item_id=item_id, note=form.cleaned_data["note"], actor=request.actor, at=request.at
        ),
    ):
        messages.success(request, _("Resolved."))
        return redirect("desk_reviews")
    return _reviews_page(request, (item_id, form))


def _recorded(request: CompanyRequest, ref: str, form: BankReceiptForm) -> bool:
    data = form.cleaned_data
    return done_in(
        form,
        lambda: operations.record_bank_receipt(
            payment_ref=ref,
            money=data["amount"],
            received_on=data["received_on"],
            bank_reference=data["bank_reference"],
            sender=data["sender"],
            proof=data["proof"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    )


def _confirmed(request: CompanyRequest, ref: str, form: BankRefundForm) -> bool:
    data = form.cleaned_data
    return done_in(
        form,
        lambda: operations.confirm_bank_refund(
            refund_ref=ref,
            reference=data["bank_reference"],
            proof=data["proof"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    )


def _failed(request: CompanyRequest, ref: str, form: FailureForm) -> bool:
    return done_in(
        form,
        lambda: operations.fail_bank_refund(
            refund_ref=ref,
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    )


def _after_word(request: CompanyRequest, ref: str) -> HttpResponse:
    """Confirmed, or waiting for the second officer now."""
    if queries.refund(ref).confirmation is not None:
        messages.success(request, _("Recorded. Another officer has to confirm it."))
        return redirect("desk_refund", ref=ref)
    messages.success(request, _("The refund is confirmed."))
    return redirect("desk_refunds")


def _refund_page(
    request: CompanyRequest,
    line: queries.RefundLine,
    form: BankRefundForm,
    failure: FailureForm,
    refused: KeyedForm | None = None,
) -> HttpResponse:
    waiting = line.confirmation
    context = {
        "line": line,
        "form": form,
        "failure": failure,
        "refused": refused,
        "refusal": refused if isinstance(refused, FailureForm) else FailureForm(auto_id="id_refusal_%s"),
        "is_own": waiting is not None and waiting.by_user_id == request.actor.user_id,
        "key": new_key(),
    }
    errors = form.errors or failure.errors or (refused is not None and refused.errors)
    status = 400 if errors else 200
    return render(request, "payments/desk_refund.html", context, status=status)


def _reviews_page(request: HttpRequest, refused: tuple[int, ReviewForm] | None) -> HttpResponse:
    waiting = _waiting(request)
    listing = queries.reviews(waiting=waiting, before=cursor_of(request))
    rows = [
        (
            line,
            refused[1]
            if refused and refused[0] == line.id
            else ReviewForm(prefix=None, auto_id=f"id_{line.id}_%s"),
        )
        for line in listing.lines
    ]
    context = {"listing": listing, "rows": rows, "waiting": waiting}
    return render(request, "payments/desk_reviews.html", context, status=400 if refused else 200)


def _waiting(request: HttpRequest) -> bool:
    return request.GET.get("show") != "ended"


def cursor_of(request: HttpRequest) -> int | None:
    """The cursor of the address; nonsense begins at the beginning."""
    text = request.GET.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
