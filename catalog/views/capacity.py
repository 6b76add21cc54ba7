"""A listing's stock and capacity per period: what is stated, one period with its book, and taking one back."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from catalog import operations
from catalog.forms.capacity import CapacityForm, NewCapacityForm
from catalog.forms.refusals import RefusedForm
from catalog.policies import SELLING_ROLES
from catalog.queries.capacity_pages import capacity_page, period_page
from catalog.queries.listing_bar import listing_bar
from marketplace.accounts.access import member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.errors import NotAllowed
from marketplace.core.steps import done_in


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def product_section(request: CompanyRequest, ref: str) -> HttpResponse:
    """What a listing can be had of, by variant and period; a period more."""
    page = capacity_page(ref, request.actor, today=request.at.date())
    may_edit = _may_edit(request)
    form = NewCapacityForm(
        request.POST if request.method == "POST" else None,
        initial={"first_day": request.at.date()},
        variants=page.variants,
    )
    if request.method == "POST" and _done(
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
    return render(request, "catalog/workbench/availability.html", context, status=_status(form))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def period(request: CompanyRequest, ref: str, capacity_ref: str) -> HttpResponse:
    """One period: how much, when, and who has taken of it."""
    page = period_page(ref, capacity_ref, request.actor, today=request.at.date())
    may_edit = _may_edit(request) and not page.is_withdrawn
    form = CapacityForm(request.POST if request.method == "POST" else None, line=page.line)
    if request.method == "POST" and _done(
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
    return render(request, "catalog/workbench/capacity.html", context, status=_status(form))


@require_POST
@member_required(*SELLING_ROLES)
def withdraw(request: CompanyRequest, ref: str, capacity_ref: str) -> HttpResponse:
    """One period is offered no more."""
    operations.withdraw_capacity(capacity_ref=capacity_ref, actor=request.actor, at=request.at)
    messages.success(request, _("It is offered no more. Orders keep what they hold of it."))
    return redirect("workbench_availability", ref)


def _may_edit(request: CompanyRequest) -> bool:
    may = request.actor.has_role(*SELLING_ROLES)
    if request.method == "POST" and not may:
        raise NotAllowed
    return may


def _done(form: RefusedForm, operation: Callable[[], object]) -> bool:
    """Whether the form was right and the operation did it; what it refused stands in the form."""
    return form.is_valid() and done_in(form, operation)


def _status(form: RefusedForm) -> int:
    return 422 if form.is_bound and form.errors else 200
