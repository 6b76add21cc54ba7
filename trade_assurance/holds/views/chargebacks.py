"""Chargebacks at the finance desk: the list, one case with its effect, and the evidence that is sent once."""

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
from marketplace.core.steps import done_in
from trade_assurance.holds import operations, queries
from trade_assurance.holds.age_forms import AssignmentForm
from trade_assurance.holds.forms import EvidenceForm, WriteOffForm
from trade_assurance.holds.queries.chargebacks.pages import ChargebackPage

FINANCE = "finance"


@require_safe
@never_cache
@desk_required(FINANCE)
def desk_chargebacks(request: CompanyRequest) -> HttpResponse:
    """All chargebacks; those that are not decided first."""
    open_only = request.GET.get("show") != "all"
    context = {"rows": queries.chargeback_list(open_only=open_only), "open_only": open_only}
    return render(request, "holds/desk_chargebacks.html", context)


@require_safe
@never_cache
@desk_required(FINANCE)
def desk_chargeback(request: CompanyRequest, ref: str) -> HttpResponse:
    """One chargeback: what it did, by when evidence is due, and what is sent."""
    page = queries.chargeback_page(ref, request.actor)
    return _page(request, page, _evidence_form(request, page, bound=False))


@require_POST
@desk_required(FINANCE)
def chargeback_evidence(request: CompanyRequest, ref: str) -> HttpResponse:
    """Send the evidence."""
    page = queries.chargeback_page(ref, request.actor)
    form = _evidence_form(request, page, bound=True)
    if form.is_valid() and done_in(
        form,
        lambda: operations.send_evidence(
            chargeback_ref=ref,
            note=form.cleaned_data["note"],
            documents=form.cleaned_data.get("documents", []),
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("The evidence is on its way to the payer's bank."))
        return redirect("desk_chargeback", ref)
    return _page(request, page, form)


def _evidence_form(request: CompanyRequest, page: ChargebackPage, *, bound: bool) -> EvidenceForm:
    papers = [(paper.ref, f"{paper.type_label}: {paper.name}") for paper in page.papers]
    chosen = [ref for ref, _label in papers][: operations.MOST_FILES]
    return EvidenceForm(request.POST if bound else None, papers=papers, initial={"documents": chosen})


def _may_assign(page: ChargebackPage) -> bool:
    return page.assignment is None and (page.assignable + page.to_loss).is_positive


def _page(request: CompanyRequest, page: ChargebackPage, form: EvidenceForm) -> HttpResponse:
    context = {
        "page": page,
        "form": form,
        "key": new_key(),
        "assign": AssignmentForm(waits=page.assignable) if _may_assign(page) else None,
        "write_off": WriteOffForm(left=page.unexplained) if page.unexplained.is_positive else None,
    }
    return render(request, "holds/desk_chargeback.html", context, status=400 if form.errors else 200)
