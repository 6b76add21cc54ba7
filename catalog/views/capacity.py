"""A listing's stock and capacity per period: what is stated, one period with its book, and taking one back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from catalog import operations
from catalog.forms.capacity import CapacityForm, NewCapacityForm
from catalog.policies import SELLING_ROLES
from catalog.queries.capacity.pages import capacity_page, period_page
from catalog.queries.listings.bar import listing_bar
from catalog.views.selling import carried_out, may_change
from marketplace.accounts.access import member_required
from marketplace.accounts.middleware import CompanyRequest


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def product_section(request: CompanyRequest, ref: str) -> HttpResponse:
    """What a listing can be had of, by variant and period; a period more."""
    page = capacity_page(ref, request.actor, today=request.at.date())
    may_edit = may_change(request)
    form = NewCapacityForm(
        request.POST if request.method == "POST" else None,
        initial={"first_day": request.at.date()},
        variants=page.variants,
    )
    if carried_out(
        form,
        lambda: operations.add_capacity(
            product_ref=ref,
            variant=form.cleaned_data["variant"],
            first_day=form.days()[0],
            last_day=form.days()[1],
            offered=form.amount(),
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Saved. Buyers see it on the product's page at once."))
        return redirect("workbench_availability", ref)
    bar = listing_bar(ref, request.actor)
    context = {"page": page, "form": form, "may_edit": may_edit, "bar": bar}
    return render(request, "catalog/workbench/availability.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def period(request: CompanyRequest, ref: str, capacity_ref: str) -> HttpResponse:
    """One period: how much, when, and who has taken of it."""
    page = period_page(ref, capacity_ref, request.actor, today=request.at.date())
    may_edit = may_change(request) and not page.is_withdrawn
    form = CapacityForm(request.POST if request.method == "POST" else None, line=page.line)
    if carried_out(
        form,
        lambda: operations.change_capacity(
            capacity_ref=capacity_ref,
            first_day=form.days()[0],
            last_day=form.days()[1],
            offered=form.amount(),
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Saved. Buyers see it on the product's page at once."))
        return redirect("workbench_availability", ref)
    context = {"page": page, "form": form, "may_edit": may_edit}
    return render(request, "catalog/workbench/capacity.html", context, status=422 if form.errors else 200)


@require_POST
@member_required(*SELLING_ROLES)
def withdraw(request: CompanyRequest, ref: str, capacity_ref: str) -> HttpResponse:
    """One period is offered no more."""
    operations.withdraw_capacity(capacity_ref=capacity_ref, actor=request.actor, at=request.at)
    messages.success(request, _("It is offered no more. Orders keep what they hold of it."))
    return redirect("workbench_availability", ref)
