"""The finance desk's pages of bank statements and of lines that nobody could match."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from marketplace.accounts.access import desk_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.forms import KeyedForm
from marketplace.core.ids import new_key
from marketplace.core.steps import take_step, tried_in
from trade_assurance.payments import operations, queries
from trade_assurance.payments.bank_forms import (
    AssignForm,
    LayoutForm,
    ReturnForm,
    SaidForm,
    SplitForm,
    StatementForm,
)
from trade_assurance.payments.views.desk import cursor_of

FINANCE: Final = "finance"
ROWS: Final = 4  # of the form that divides a line, at first


@require_http_methods(["GET", "POST"])
@never_cache
@desk_required(FINANCE)
def desk_statements(request: CompanyRequest) -> HttpResponse:
    """Statements, newest first; posting reads a file."""
    accounts = queries.bank_accounts()
    form = StatementForm(request.POST or None, request.FILES or None, accounts=accounts)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = tried_in(
            form,
            lambda: operations.read_statement(
                upload=data["upload"],
                account_ref=data["account"],
                actor=request.actor,
                key=form.key,
                at=request.at,
            ),
        )
        if made:
            if len(made) > 1:
                messages.success(request, _("The file holds several statements. Look at each, then take it."))
                return redirect("desk_statements")
            needs = made[0].state == "needs_layout"
            return redirect("desk_statement_layout" if needs else "desk_statement", ref=made[0].ref)
    context = {
        "listing": queries.statements(before=cursor_of(request)),
        "accounts": accounts,
        "form": form,
        "waiting": queries.lines_to_explain(),
        "suspense": queries.in_suspense(),
    }
    return render(request, "payments/desk_statements.html", context, status=400 if form.errors else 200)


@require_GET
@never_cache
@desk_required(FINANCE)
def desk_statement(request: CompanyRequest, ref: str) -> HttpResponse:
    """One statement: what its lines will be, or what they became."""
    context = {"page": queries.statement_page(ref, request.actor), "key": new_key()}
    return render(request, "payments/desk_statement.html", context)


@require_POST
@desk_required(FINANCE)
def desk_statement_take(request: CompanyRequest, ref: str) -> HttpResponse:
    """Its lines are taken."""
    form = KeyedForm(request.POST)
    if form.is_valid():
        take_step(
            request,
            lambda: operations.take_statement(
                statement_ref=ref, actor=request.actor, key=form.key, at=request.at
            ),
            _("The statement is taken."),
        )
    return redirect("desk_statement", ref=ref)


@require_POST
@desk_required(FINANCE)
def desk_statement_discard(request: CompanyRequest, ref: str) -> HttpResponse:
    """It is put aside."""
    done = _("Put aside. Nothing of it was taken.")
    take_step(
        request,
        lambda: operations.discard_statement(statement_ref=ref, actor=request.actor, at=request.at),
        done,
    )
    return redirect("desk_statements")


@require_http_methods(["GET", "POST"])
@never_cache
@desk_required(FINANCE)
def desk_statement_layout(request: CompanyRequest, ref: str) -> HttpResponse:
    """Which column of a CSV is what; remembered for the account."""
    page = queries.layout_page(ref)
    form = LayoutForm(request.POST or None, head=page.head, proposal=page.proposal)
    if form.is_valid():
        done = tried_in(
            form,
            lambda: operations.name_columns(
                statement_ref=ref, layout=form.layout, actor=request.actor, at=request.at
            ),
        )
        if done is not None:
            return redirect("desk_statement", ref=ref)
    context = {"page": page, "form": form}
    return render(request, "payments/desk_statement_layout.html", context, status=400 if form.errors else 200)


@require_GET
@never_cache
@desk_required(FINANCE)
def desk_bank_lines(request: CompanyRequest) -> HttpResponse:
    """The queue of lines that nobody could match."""
    show = request.GET.get("show", "unmatched")
    context = {
        "listing": queries.bank_lines(show=show, before=cursor_of(request)),
        "show": show,
        "suspense": queries.in_suspense(),
    }
    return render(request, "payments/desk_bank_lines.html", context)


@require_GET
@never_cache
@desk_required(FINANCE)
def desk_bank_line(request: CompanyRequest, ref: str) -> HttpResponse:
    """One line, and what can be done with it."""
    return _line_page(request, ref)


@require_POST
@desk_required(FINANCE)
def desk_bank_line_assign(request: CompanyRequest, ref: str) -> HttpResponse:
    """It is for this payment, payout, refund or batch."""
    form = AssignForm(request.POST)
    return _explained(request, ref, "assign", form, operations.assign_line, ("target", "reason"))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@desk_required(FINANCE)
def desk_bank_line_split(request: CompanyRequest, ref: str) -> HttpResponse:
    """It is for several payments."""
    line = queries.bank_line_page(ref)
    rows = _rows_asked(request)
    form = SplitForm(request.POST or None, currency=line.amount.currency, rows=rows)
    if form.is_valid():
        parts = [operations.LinePart(*part) for part in form.parts]
        done = tried_in(
            form,
            lambda: operations.split_line(
                line_ref=ref,
                parts=parts,
                reason=form.cleaned_data["reason"],
                actor=request.actor,
                key=form.key,
                at=request.at,
            ),
        )
        if done is not None:
            messages.success(request, _("Recorded."))
            return redirect("desk_bank_line", ref=ref)
    more = min(rows + ROWS, operations.MOST_PARTS)
    action = f"{reverse('desk_bank_line_split', args=[ref])}?rows={rows}"
    context = {"line": line, "form": form, "action": action, "more": more if more > rows else 0}
    return render(request, "payments/desk_bank_line_split.html", context, status=400 if form.errors else 200)


@require_POST
@desk_required(FINANCE)
def desk_bank_line_return(request: CompanyRequest, ref: str) -> HttpResponse:
    """It goes back to its sender."""
    form = ReturnForm(request.POST)
    more = {"details": form.details} if form.is_valid() else {}
    return _explained(request, ref, "back", form, operations.return_line, ("reason",), more)


@require_POST
@desk_required(FINANCE)
def desk_bank_line_fee(request: CompanyRequest, ref: str) -> HttpResponse:
    """It is the bank's own charge."""
    return _explained(request, ref, "fee", SaidForm(request.POST), operations.book_line_as_fee, ("reason",))


@require_POST
@desk_required(FINANCE)
def desk_bank_line_note(request: CompanyRequest, ref: str) -> HttpResponse:
    """It is left with a note."""
    return _explained(request, ref, "note", SaidForm(request.POST), operations.note_line, ("reason",))


@require_POST
@desk_required(FINANCE)
def desk_bank_line_take(request: CompanyRequest, ref: str) -> HttpResponse:
    """It was no repetition."""
    form = SaidForm(request.POST)
    return _explained(request, ref, "anyway", form, operations.take_repeated_line, ("reason",))


def _explained(
    request: CompanyRequest,
    ref: str,
    name: str,
    form: KeyedForm,
    operation: Callable[..., object],
    fields: tuple[str, ...],
    more: Mapping[str, object] | None = None,
) -> HttpResponse:
    if form.is_valid():
        said: dict[str, Any] = {field: form.cleaned_data[field] for field in fields} | dict(more or {})
        done = tried_in(
            form,
            lambda: operation(line_ref=ref, actor=request.actor, key=form.key, at=request.at, **said),
        )
        if done is not None:
            messages.success(request, _("Recorded."))
            return redirect("desk_bank_lines")
    return _line_page(request, ref, {name: form})


def _line_page(
    request: CompanyRequest, ref: str, refused: Mapping[str, forms.Form] | None = None
) -> HttpResponse:
    line = queries.bank_line_page(ref)
    named = request.GET.get("for", "")[:40] or line.named
    came_from = {
        "holder": line.party_name,
        "account_number": line.party_account,
        "bank_code": line.party_bank,
    }
    shown: dict[str, forms.Form] = {
        "assign": AssignForm(auto_id="id_assign_%s", initial={"target": named}),
        "back": ReturnForm(auto_id="id_back_%s", initial=came_from),
        "fee": SaidForm(auto_id="id_fee_%s"),
        "note": SaidForm(auto_id="id_note_%s"),
        "anyway": SaidForm(auto_id="id_anyway_%s"),
    }
    context = {
        "line": line,
        "likely": queries.likely_payments(line) if line.may_explain else (),
        "forms": shown | dict(refused or {}),
    }
    return render(request, "payments/desk_bank_line.html", context, status=400 if refused else 200)


def _rows_asked(request: CompanyRequest) -> int:
    """How many rows the form has: as many as the address asks for, in bounds; nonsense is the usual number."""
    text = request.GET.get("rows", "")
    asked = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else ROWS
    return min(max(asked, 2), operations.MOST_PARTS)
