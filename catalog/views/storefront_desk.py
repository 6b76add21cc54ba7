"""The moderators' look at storefronts: what changed since the last look, and the two answers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalog import operations
from catalog.forms.moderation import DecisionForm, ReasonForm
from catalog.queries.suppliers.storefronts import storefront_case, storefronts_to_read
from marketplace.accounts.access import desk_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.accounts.states import Desk
from marketplace.core.errors import Rejected
from marketplace.core.ids import new_key
from marketplace.core.transactions import retrying


@require_safe
@desk_required(Desk.MODERATION)
def storefronts(request: CompanyRequest) -> HttpResponse:
    """Storefronts whose words or pictures changed, and those that are hidden."""
    return render(request, "catalog/moderation/storefronts.html", {"rows": storefronts_to_read()})


@require_safe
@desk_required(Desk.MODERATION)
def storefront_to_read(request: CompanyRequest, ref: str) -> HttpResponse:
    """One storefront with its changes."""
    return _case(request, ref, ReasonForm())


@require_POST
@desk_required(Desk.MODERATION)
def confirm(request: CompanyRequest, ref: str) -> HttpResponse:
    """What changed may stay; a hidden one is shown again."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return redirect("desk_storefront", ref)
    retrying(
        lambda: operations.confirm_storefront(
            supplier_ref=ref,
            revision=form.cleaned_data["revision"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        )
    )
    messages.success(request, _("Noted: buyers see the storefront as it is."))
    return redirect("desk_storefronts")


@require_POST
@desk_required(Desk.MODERATION)
def hide(request: CompanyRequest, ref: str) -> HttpResponse:
    """The supplier's words and pictures are kept from buyers, with a reason."""
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            retrying(
                lambda: operations.hide_storefront(
                    supplier_ref=ref,
                    reason=form.cleaned_data["reason"],
                    actor=request.actor,
                    key=form.key,
                    at=request.at,
                )
            )
        except Rejected as error:
            form.add_error("reason", error.text)
        else:
            messages.success(request, _("Hidden: the supplier is told the reason."))
            return redirect("desk_storefronts")
    return _case(request, ref, form, status=422)


def _case(request: CompanyRequest, ref: str, form: ReasonForm, *, status: int = 200) -> HttpResponse:
    context = {"page": storefront_case(ref, request.actor), "reason_form": form, "step_key": new_key()}
    return render(request, "catalog/moderation/storefront.html", context, status=status)
