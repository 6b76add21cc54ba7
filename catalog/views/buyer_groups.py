"""A supplier's buyer groups: the list, one group to fill in, its end. For its owners and sales; members never see it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import operations
from catalog.forms.buyer_groups import BuyerGroupForm, initial_of
from catalog.forms.buyer_picker import WORDS, as_typed, is_finding
from catalog.policies import SELLING_ROLES
from catalog.queries.prices.buyer_groups import GroupPage, buyer_group_page, buyer_groups_of
from catalog.queries.prices.known_buyers import buyer_picker
from marketplace.accounts.access import company_id_of, member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.ids import new_key
from marketplace.core.steps import done_in, key_or_new, tried_in


@require_safe
@member_required(*SELLING_ROLES)
def buyer_groups(request: CompanyRequest) -> HttpResponse:
    """All of the company's groups."""
    rows = buyer_groups_of(company_id_of(request))
    return render(request, "catalog/workbench/buyer_groups.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(*SELLING_ROLES)
def new_buyer_group(request: CompanyRequest) -> HttpResponse:
    """A new one."""
    form = _form(request, {})
    if form.is_valid():
        made = tried_in(
            form,
            lambda: operations.create_buyer_group(
                supplier_id=company_id_of(request),
                facts=form.facts(),
                actor=request.actor,
                key=form.key,
                at=request.at,
            ),
        )
        if made is not None:
            messages.success(request, _("Saved. Price lists can name this group now."))
            return redirect("workbench_buyer_group", made.ref)
    return _editor(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(*SELLING_ROLES)
def buyer_group(request: CompanyRequest, ref: str) -> HttpResponse:
    """One group: its companies, and the lists that name it."""
    page = buyer_group_page(ref, request.actor, request.at.date())
    form = _form(request, {**initial_of(page.facts), "revision": page.revision})
    if form.is_valid() and done_in(
        form,
        lambda: operations.change_buyer_group(
            group_ref=ref,
            facts=form.facts(),
            revision=form.cleaned_data["revision"] or 0,
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Saved. Whoever came in sees the group's prices from now on."))
        return redirect("workbench_buyer_group", ref)
    return _editor(request, form, page)


@require_POST
@member_required(*SELLING_ROLES)
def dissolve(request: CompanyRequest, ref: str) -> HttpResponse:
    """Nobody is in it any more."""
    operations.dissolve_buyer_group(
        group_ref=ref, actor=request.actor, key=key_or_new(request), at=request.at
    )
    messages.success(
        request, _("Dissolved: its companies see the public prices, or those of their other lists.")
    )
    return redirect("workbench_buyer_groups")


def _form(request: CompanyRequest, initial: dict[str, Any]) -> BuyerGroupForm:
    """As sent; while companies are looked for, as typed and not judged yet."""
    if request.method == "POST" and is_finding(request.POST):
        return BuyerGroupForm(initial=as_typed(request.POST, ("members",)))
    return BuyerGroupForm(request.POST if request.method == "POST" else None, initial=initial)


def _editor(request: CompanyRequest, form: BuyerGroupForm, page: GroupPage | None) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    picker = buyer_picker(company_id_of(request), form.chosen(), request.POST.get(WORDS, ""))
    context = {"form": form, "page": page, "picker": picker, "step_key": new_key()}
    return render(request, "catalog/workbench/buyer_group.html", context, status=status)
