"""Price lists in the workbench: for owners and sales of the supplier."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import operations
from catalog.forms.buyer_picker import WORDS, as_typed, is_finding
from catalog.forms.price_lists import PriceListForm, initial_of
from catalog.policies import SELLING_ROLES
from catalog.queries.prices.buyer_groups import buyer_groups_of
from catalog.queries.prices.grid import copied_prices, list_to_price
from catalog.queries.prices.known_buyers import buyer_picker
from catalog.queries.prices.lists import PriceListPage, price_list_page, price_lists_of
from marketplace.accounts.access import company_id_of, member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.ids import new_key
from marketplace.core.steps import done_in, key_or_new, tried_in


@require_safe
@member_required(*SELLING_ROLES)
def price_lists(request: CompanyRequest) -> HttpResponse:
    """All of the company's lists."""
    rows = price_lists_of(company_id_of(request), request.at.date())
    return render(request, "catalog/workbench/price_lists.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(*SELLING_ROLES)
def new_price_list(request: CompanyRequest) -> HttpResponse:
    """A new one; `copy` in the address is a list to begin from, its prices too."""
    initial: dict[str, Any] = {"valid_from": request.at.date()}
    prices = None
    if copied := request.GET.get("copy", "")[:32]:
        facts = price_list_page(copied, request.actor, request.at.date()).facts
        initial |= initial_of(facts) | {"valid_from": request.at.date(), "valid_until": None}
        prices = copied_prices(list_to_price(copied, request.actor))
    form = _form(request, initial)
    if form.is_valid():
        made = tried_in(
            form,
            lambda: operations.create_price_list(
                supplier_id=company_id_of(request),
                facts=replace(form.facts(), prices=prices),
                actor=request.actor,
                key=form.key,
                at=request.at,
            ),
        )
        if made is not None:
            messages.success(
                request, _("Saved. Now type their prices; the buyers see them from the first day on.")
            )
            return redirect("workbench_private_prices", made.ref)
    return _editor(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(*SELLING_ROLES)
def price_list(request: CompanyRequest, ref: str) -> HttpResponse:
    """One list: its days, its buyers, its prices beside the public ones."""
    page = price_list_page(ref, request.actor, request.at.date())
    form = _form(request, {**initial_of(page.facts), "revision": page.revision})
    if form.is_valid() and done_in(
        form,
        lambda: operations.change_price_list(
            price_list_ref=ref,
            facts=form.facts(),
            revision=form.cleaned_data["revision"] or 0,
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Saved."))
        return redirect("workbench_price_list", ref)
    return _editor(request, form, page)


@require_POST
@member_required(*SELLING_ROLES)
def end(request: CompanyRequest, ref: str) -> HttpResponse:
    """Its buyers pay the public prices from now on."""
    operations.end_price_list(price_list_ref=ref, actor=request.actor, key=key_or_new(request), at=request.at)
    messages.success(request, _("Ended: its buyers see the public prices again."))
    return redirect("workbench_price_lists")


def _form(request: CompanyRequest, initial: dict[str, Any]) -> PriceListForm:
    """As sent; while buyers are looked for, as typed and not judged yet."""
    groups = buyer_groups_of(company_id_of(request))
    if request.method == "POST" and is_finding(request.POST):
        return PriceListForm(initial=as_typed(request.POST, ("buyers", "groups")), groups=groups)
    posted = request.POST if request.method == "POST" else None
    return PriceListForm(posted, initial=initial, groups=groups)


def _editor(request: CompanyRequest, form: PriceListForm, page: PriceListPage | None) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    picker = buyer_picker(company_id_of(request), form.chosen(), request.POST.get(WORDS, ""))
    context = {"form": form, "page": page, "picker": picker, "step_key": new_key()}
    return render(request, "catalog/workbench/price_list.html", context, status=status)
