"""The vault's pages: one file large between its neighbours, its previews, and inspections by third parties."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.access import login_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.ids import new_key
from marketplace.core.steps import done_in, key_of, step
from trade_assurance.disputes import operations, queries
from trade_assurance.disputes.queries.inspections import InspectionLine, InspectionsPage
from trade_assurance.disputes.states import InspectionState
from trade_assurance.disputes.vault_forms import InspectionForm, ReportForm

# Whatever the content is, a browser that shows it after all may run nothing of it.
_SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"


@require_safe
@never_cache
@login_required
def evidence_file(request: CompanyRequest, ref: str, file_ref: str) -> HttpResponse:
    """One file of the case, large: picture, or what there is to know of a PDF."""
    return render(
        request, "disputes/evidence.html", {"page": queries.evidence_view(ref, file_ref, request.actor)}
    )


@require_safe
@login_required
def evidence_picture(request: CompanyRequest, ref: str, file_ref: str, size: str) -> HttpResponse:
    """A preview of the case's file: encoded anew, never the original."""
    path = queries.preview_path(ref, file_ref, size, request.actor)
    try:
        with default_storage.open(path, "rb") as stored:
            response = HttpResponse(stored.read(), content_type="image/webp")
    except FileNotFoundError as error:
        raise Http404 from error
    response["Content-Security-Policy"] = _SANDBOX
    response["Cache-Control"] = "private, no-store"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
@never_cache
@login_required
def inspections(request: CompanyRequest, ref: str) -> HttpResponse:
    """All inspections of the case, and the form for another."""
    return _page(request, ref, {})


@require_POST
@login_required
def inspection_propose(request: CompanyRequest, ref: str) -> HttpResponse:
    """A side proposes an inspection; the officer orders one."""
    page = queries.inspections_page(ref, request.actor, request.at)
    form = InspectionForm(request.POST, currency=page.currency)
    if form.is_valid() and done_in(form, lambda: _propose(request, ref, form)):
        done = (
            _("Ordered; both sides have been told.")
            if page.orders
            else _("Proposed; the other side has been told.")
        )
        messages.success(request, done)
        return redirect("inspections", ref)
    return _page(request, ref, {"form": form})


@require_POST
@login_required
def inspection_agree(request: CompanyRequest, ref: str, inspection_ref: str) -> HttpResponse:
    """The other side agrees."""
    return _answer(
        request, ref, inspection_ref, InspectionState.AGREED, _("Agreed. The inspector may go ahead.")
    )


@require_POST
@login_required
def inspection_decline(request: CompanyRequest, ref: str, inspection_ref: str) -> HttpResponse:
    """The other side declines."""
    return _answer(
        request, ref, inspection_ref, InspectionState.DECLINED, _("Declined; the other side has been told.")
    )


@require_POST
@login_required
def inspection_withdraw(request: CompanyRequest, ref: str, inspection_ref: str) -> HttpResponse:
    """Who proposed takes it back."""
    return _answer(request, ref, inspection_ref, InspectionState.WITHDRAWN, _("Withdrawn."))


@require_POST
@login_required
def inspection_report(request: CompanyRequest, ref: str, inspection_ref: str) -> HttpResponse:
    """File the inspector's report with what it cost."""
    page = queries.inspections_page(ref, request.actor, request.at)
    line = next((line for line in page.lines if line.ref == inspection_ref), None)
    if line is None:
        raise Http404
    form = ReportForm(request.POST, request.FILES, cost=line.cost, ref=line.ref)
    if form.is_valid() and done_in(form, lambda: _report(request, ref, line, form)):
        messages.success(request, _("Filed: the report is evidence of this case now."))
        return redirect("inspections", ref)
    return _page(request, ref, {inspection_ref: form})


def _propose(request: CompanyRequest, ref: str, form: InspectionForm) -> str:
    data = form.cleaned_data
    return operations.propose_inspection(
        dispute_ref=ref,
        inspector=data["inspector"],
        task=data["task"],
        cost=data["cost"],
        advanced_by=data["advanced_by"],
        actor=request.actor,
        key=form.key,
        at=request.at,
    )


def _report(request: CompanyRequest, ref: str, line: InspectionLine, form: ReportForm) -> str:
    return operations.report_inspection(
        dispute_ref=ref,
        inspection_ref=line.ref,
        note=form.cleaned_data["note"],
        spent=form.cleaned_data["spent"],
        files=form.uploads,
        actor=request.actor,
        key=form.key,
        at=request.at,
    )


def _answer(
    request: CompanyRequest, ref: str, inspection_ref: str, answer: InspectionState, done: str
) -> HttpResponse:
    return step(
        request,
        lambda: operations.answer_inspection(
            dispute_ref=ref,
            inspection_ref=inspection_ref,
            answer=answer,
            actor=request.actor,
            key=key_of(request),
            at=request.at,
        ),
        done=done,
        to="inspections",
        ref=ref,
    )


def _page(request: CompanyRequest, ref: str, refused: dict[str, forms.Form]) -> HttpResponse:
    page = queries.inspections_page(ref, request.actor, request.at)
    context: dict[str, Any] = {
        "page": page,
        "key": new_key(),
        "lines": [(line, _report_form(line, refused)) for line in page.lines],
        "form": refused.get("form") or _proposal(page),
    }
    return render(request, "disputes/inspections.html", context, status=400 if refused else 200)


def _report_form(line: InspectionLine, refused: dict[str, forms.Form]) -> forms.Form | None:
    return (refused.get(line.ref) or ReportForm(cost=line.cost, ref=line.ref)) if line.can_report else None


def _proposal(page: InspectionsPage) -> forms.Form | None:
    return InspectionForm(currency=page.currency) if page.can_propose else None
