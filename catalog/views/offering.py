"""Where the company's goods are offered, and one listing's own markets, season and sample."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog import operations
from catalog.forms.offering import MarketsForm, OfferingForm, markets_initial, offering_initial
from catalog.queries.listings.bar import listing_bar
from catalog.queries.listings.offering import offering_editor, supplier_markets
from catalog.rules.markets import EVERYWHERE
from catalog.views.selling import may_change
from marketplace.accounts.access import member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.errors import NotFound
from marketplace.core.steps import done_in


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def markets(request: CompanyRequest) -> HttpResponse:
    """The default of all of the company's listings."""
    company_id = request.actor.company_id
    if company_id is None:
        raise NotFound
    may_edit = may_change(request)
    stored = supplier_markets(company_id) or EVERYWHERE
    form = MarketsForm(request.POST if request.method == "POST" else None, initial=markets_initial(stored))
    if form.is_valid() and done_in(
        form,
        lambda: operations.state_markets(
            supplier_id=company_id, markets=form.markets(), actor=request.actor, at=request.at
        ),
    ):
        messages.success(request, _("Saved."))
        return redirect("workbench_markets")
    context = {"form": form, "may_edit": may_edit}
    return render(request, "catalog/workbench/markets.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def product_section(request: CompanyRequest, ref: str) -> HttpResponse:
    """Samples, seasons and markets of one listing."""
    page = offering_editor(ref, request.actor)
    may_edit = may_change(request) and page.is_editable
    form = OfferingForm(
        request.POST if request.method == "POST" else None,
        initial={**offering_initial(page.facts, page.currency), "revision": page.revision},
        has_season=page.has_season,
    )
    if form.is_valid() and done_in(
        form,
        lambda: operations.state_offering(
            product_ref=ref,
            facts=form.facts(),
            revision=form.cleaned_data["revision"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Saved."))
        return redirect("workbench_offering", ref)
    context = {
        "page": page,
        "form": form,
        "may_edit": may_edit,
        "section": "samples-and-seasons",
        "bar": listing_bar(ref, request.actor),
    }
    return render(request, "catalog/workbench/offering.html", context, status=422 if form.errors else 200)
