"""The finance desk's pages of batches and of the marketplace's own accounts."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from marketplace.accounts.access import desk_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.formatting import format_money
from marketplace.core.forms import KeyedForm
from marketplace.core.ids import new_key
from marketplace.core.steps import take_step, told, tried_in
from trade_assurance.payments import operations, queries
from trade_assurance.payments.bank_forms import (
    BankAccountForm,
    BatchForm,
    OutcomeForm,
    RefundDestinationForm,
    SaidForm,
)
from trade_assurance.payments.queries.batches import BatchesPage, BatchPage

FINANCE = "finance"
_TYPES = {"pain001": "application/xml", "csv": "text/csv; charset=utf-8"}


@require_http_methods(["GET", "POST"])
@never_cache
@desk_required(FINANCE)
def desk_batches(request: CompanyRequest) -> HttpResponse:
    """Transfers that wait for a bank, and batches; posting makes a batch of those chosen."""
    page = queries.batches_page(request.actor)
    refused = None
    if request.method == "POST":
        form = _batch_form(request, page)
        made = None
        if form.is_valid():
            data = form.cleaned_data
            made = tried_in(
                form,
                lambda: operations.create_batch(
                    account_ref=data["account"],
                    operation_ids=data["transfers"],
                    execute_on=data["execute_on"],
                    actor=request.actor,
                    key=form.key,
                    at=request.at,
                ),
            )
        if made is not None:
            messages.success(request, _("The batch is made."))
            return redirect("desk_batch", ref=made.ref)
        refused = form
    context = {"page": page, "refused": refused, "key": new_key(), "today": request.at.date()}
    return render(request, "payments/desk_batches.html", context, status=400 if refused else 200)


@require_GET
@never_cache
@desk_required(FINANCE)
def desk_batch(request: CompanyRequest, ref: str) -> HttpResponse:
    """One batch: what it pays, who approved it, and what became of each transfer."""
    return _batch_page(request, ref)


@require_POST
@desk_required(FINANCE)
def desk_batch_approval(request: CompanyRequest, ref: str) -> HttpResponse:
    """Another officer's yes."""
    form = KeyedForm(request.POST)
    if form.is_valid():
        take_step(
            request,
            lambda: operations.approve_batch(batch_ref=ref, actor=request.actor, key=form.key, at=request.at),
            _("Your approval is recorded."),
        )
    return redirect("desk_batch", ref=ref)


@require_POST
@desk_required(FINANCE)
def desk_batch_export(request: CompanyRequest, ref: str) -> HttpResponse:
    """The file for the bank; a second time only when the form says that this is known."""
    form = request.POST.get("form", "pain001")
    made = told(
        request,
        lambda: operations.export_batch(
            batch_ref=ref,
            form=form,
            again=request.POST.get("again") == "yes",
            actor=request.actor,
            at=request.at,
        ),
    )
    if made is None:
        return redirect("desk_batch", ref=ref)
    response = HttpResponse(made.content, content_type=_TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{made.name}"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@desk_required(FINANCE)
def desk_batch_cancellation(request: CompanyRequest, ref: str) -> HttpResponse:
    """A batch that was not exported is given up."""
    return _given_up(
        request, ref, operations.cancel_batch, _("Cancelled. Its transfers wait for another batch.")
    )


@require_POST
@desk_required(FINANCE)
def desk_batch_rejection(request: CompanyRequest, ref: str) -> HttpResponse:
    """The bank refused the whole file."""
    done = _("Recorded. Its transfers wait for a batch that two officers approve.")
    return _given_up(request, ref, operations.reject_batch, done)


@require_POST
@desk_required(FINANCE)
def desk_batch_withdrawal(request: CompanyRequest, ref: str, line_id: int) -> HttpResponse:
    """One transfer is taken out."""
    form = SaidForm(request.POST)
    if form.is_valid():
        take_step(
            request,
            lambda: operations.withdraw_line(
                batch_ref=ref,
                line_id=line_id,
                reason=form.cleaned_data["reason"],
                actor=request.actor,
                at=request.at,
            ),
            _("Taken out. It waits for another batch."),
        )
    else:
        messages.error(request, _("Say why."))
    return redirect("desk_batch", ref=ref)


@require_POST
@desk_required(FINANCE)
def desk_batch_outcome(request: CompanyRequest, ref: str) -> HttpResponse:
    """What became of some of its transfers."""
    page = queries.batch_page(ref, request.actor)
    form = OutcomeForm(request.POST, request.FILES, choices=_choices(page))
    if form.is_valid():
        data = form.cleaned_data
        done = tried_in(
            form,
            lambda: operations.record_outcomes(
                batch_ref=ref,
                line_ids=data["lines"],
                paid=data["outcome"] == "paid",
                reference=data["bank_reference"],
                reason=data["reason"],
                proof=data["proof"],
                actor=request.actor,
                key=form.key,
                at=request.at,
            ),
        )
        if done is not None:
            messages.success(request, _("Recorded."))
            return redirect("desk_batch", ref=ref)
    return _batch_page(request, ref, form)


@require_http_methods(["GET", "POST"])
@never_cache
@desk_required(FINANCE)
def desk_bank_accounts(request: CompanyRequest) -> HttpResponse:
    """The marketplace's own accounts; posting enters another."""
    form = BankAccountForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        made = tried_in(
            form,
            lambda: operations.add_bank_account(
                currency=data["currency"],
                details=form.details,
                country=data["country"],
                actor=request.actor,
                at=request.at,
            ),
        )
        if made is not None:
            messages.success(request, _("The account is entered."))
            return redirect("desk_bank_accounts")
    context = {"accounts": queries.bank_accounts(), "form": form}
    return render(request, "payments/desk_bank_accounts.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@never_cache
@desk_required(FINANCE)
def desk_refund_destination(request: CompanyRequest, ref: str) -> HttpResponse:
    """To which account a refund by bank goes."""
    line = queries.refund(ref)
    form = RefundDestinationForm(request.POST or None)
    if form.is_valid():
        done = tried_in(
            form,
            lambda: operations.set_refund_destination(
                refund_ref=ref, details=form.details, actor=request.actor, at=request.at
            ),
        )
        if done is not None:
            messages.success(request, _("Saved. Two officers approve the batch it goes in."))
            return redirect("desk_batches")
    context = {"line": line, "form": form}
    return render(
        request, "payments/desk_refund_destination.html", context, status=400 if form.errors else 200
    )


def _batch_form(request: CompanyRequest, page: BatchesPage) -> BatchForm:
    accounts = [account for group in page.groups for account in group.accounts]
    ids = [line.id for group in page.groups for line in group.lines]
    return BatchForm(request.POST, accounts=accounts, ids=ids)


def _batch_page(request: CompanyRequest, ref: str, form: OutcomeForm | None = None) -> HttpResponse:
    page = queries.batch_page(ref, request.actor)
    outcome = form or OutcomeForm(choices=_choices(page))
    context = {"page": page, "outcome": outcome, "said": SaidForm(), "key": new_key()}
    return render(request, "payments/desk_batch.html", context, status=400 if form is not None else 200)


def _choices(page: BatchPage) -> list[tuple[int, str]]:
    return [(line.id, f"{line.to}, {format_money(line.amount)} ({line.subject})") for line in page.waiting]


def _given_up(request: CompanyRequest, ref: str, operation: object, done: str) -> HttpResponse:
    form = SaidForm(request.POST)
    if form.is_valid() and callable(operation):
        take_step(
            request,
            lambda: operation(
                batch_ref=ref,
                reason=form.cleaned_data["reason"],
                actor=request.actor,
                key=form.key,
                at=request.at,
            ),
            done,
        )
    else:
        messages.error(request, _("Say why."))
    return redirect("desk_batch", ref=ref)
