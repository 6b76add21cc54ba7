"""A listing's lead times by quantity, and the days the company is away."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from catalog import operations
from catalog.forms.lead_times import LeadTimesForm, PauseForm
from catalog.policies import SELLING_ROLES
from catalog.queries.capacity.lead_times import lead_times_editor, pauses_of
from catalog.queries.listings.bar import listing_bar
from catalog.views.selling import carried_out, may_change
from marketplace.accounts.access import member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.errors import NotFound


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def product_section(request: CompanyRequest, ref: str) -> HttpResponse:
    """From which quantity on one listing's goods take longer."""
    page = lead_times_editor(ref, request.actor)
    may_edit = may_change(request) and page.is_editable
    form = LeadTimesForm(
        request.POST if request.method == "POST" else None,
        initial={"revision": page.revision},
        steps=page.steps,
    )
    if carried_out(
        form,
        lambda: operations.state_lead_times(
            product_ref=ref,
            steps=form.steps(),
            revision=form.cleaned_data["revision"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Saved."))
        return redirect("workbench_lead_times", ref)
    context = {
        "page": page,
        "form": form,
        "may_edit": may_edit,
        "section": "lead-times",
        "bar": listing_bar(ref, request.actor),
    }
    return render(request, "catalog/workbench/lead_times.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def pauses(request: CompanyRequest) -> HttpResponse:
    """The company's days off: those that come, and a new one."""
    company_id = request.actor.company_id
    if company_id is None:
        raise NotFound
    may_edit = may_change(request)
    form = PauseForm(request.POST if request.method == "POST" else None)
    if carried_out(
        form,
        lambda: operations.add_pause(
            supplier_id=company_id, pause=form.pause(), actor=request.actor, key=form.key, at=request.at
        ),
    ):
        messages.success(request, _("Saved. Buyers see it on your products."))
        return redirect("workbench_pauses")
    rows = pauses_of(company_id, request.at.date())
    context = {"rows": rows, "form": form, "may_edit": may_edit}
    return render(request, "catalog/workbench/pauses.html", context, status=422 if form.errors else 200)


@require_POST
@member_required(*SELLING_ROLES)
def end(request: CompanyRequest, ref: str) -> HttpResponse:
    """One pause counts no more."""
    operations.end_pause(pause_ref=ref, actor=request.actor, at=request.at)
    messages.success(request, _("It counts no more."))
    return redirect("workbench_pauses")
