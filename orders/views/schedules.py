"""A supplier's payment schedules: the list with its default, and one of them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from marketplace.accounts.access import member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.ids import new_key
from marketplace.core.steps import done_in
from orders.operations import choose_default_schedule, remove_schedule_template, save_schedule_template
from orders.policies import SELLING_ROLES
from orders.queries import TemplateView, schedule_template, schedule_templates
from orders.schedule_forms import TemplateForm, deposit_and_balance, initial_rows


@require_GET
@member_required()
def schedules(request: CompanyRequest) -> HttpResponse:
    """All schedules of the company acted for, and which one its new orders begin with."""
    context = {
        "templates": schedule_templates(request.actor.company_id),
        "may_edit": request.actor.has_role(*SELLING_ROLES),
        "key": new_key(),
    }
    return render(request, "orders/schedules.html", context)


@require_http_methods(["GET", "POST"])
@member_required(*SELLING_ROLES)
def schedule_new(request: CompanyRequest) -> HttpResponse:
    """A schedule more; it begins as deposit and balance."""
    return _edit(request, TemplateForm(request.POST or None, initial=deposit_and_balance()), None)


@require_http_methods(["GET", "POST"])
@member_required(*SELLING_ROLES)
def schedule_edit(request: CompanyRequest, ref: str) -> HttpResponse:
    """Another wording or other shares; orders already placed keep theirs."""
    template = schedule_template(ref, request.actor)
    initial = {"name": template.name, **initial_rows(template.milestones)}
    return _edit(request, TemplateForm(request.POST or None, initial=initial), template)


@require_POST
@member_required(*SELLING_ROLES)
def schedule_default(request: CompanyRequest) -> HttpResponse:
    """New orders begin with this schedule, or with one payment of all."""
    choose_default_schedule(ref=request.POST.get("ref", "")[:32], actor=request.actor, at=request.at)
    messages.success(request, _("Saved. New orders begin with it; you may propose another for each."))
    return redirect("schedules")


@require_POST
@member_required(*SELLING_ROLES)
def schedule_remove(request: CompanyRequest, ref: str) -> HttpResponse:
    """Keep a schedule no longer."""
    remove_schedule_template(ref=ref, actor=request.actor, at=request.at)
    messages.success(request, _("Removed. Orders that have it keep it."))
    return redirect("schedules")


def _edit(request: CompanyRequest, form: TemplateForm, template: TemplateView | None) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        saved = done_in(
            form,
            lambda: save_schedule_template(
                ref=template.ref if template else "",
                name=form.cleaned_data["name"],
                milestones=form.milestones(),
                actor=request.actor,
                key=form.key,
                at=request.at,
            ),
        )
        if saved:
            messages.success(request, _("Saved."))
            return redirect("schedules")
    context = {"form": form, "rows": form.schedule_rows(), "template": template}
    return render(request, "orders/schedule.html", context, status=400 if form.errors else 200)
