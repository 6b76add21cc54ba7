"""What changes after the contract: accepting one shipment, weighing one, and changes that both sides agree."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import login_required, member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.errors import NotFound
from marketplace.core.ids import new_key
from marketplace.core.steps import done_in, key_of, step
from orders import operations as orders
from orders.queries import AddendumView, OrderPage, ShipmentView, find_order, order_page
from trade_assurance.holds import operations
from trade_assurance.holds.errors import NotYourStep
from trade_assurance.holds.forms import ChangeForm, OptionalReasonForm, WeightsForm
from trade_assurance.holds.policies import can_confirm, can_decide_for_buyer


@require_POST
@member_required()
def shipment_accept(request: CompanyRequest, ref: str, shipment_ref: str) -> HttpResponse:
    """The buyer says that the goods of one shipment are right."""
    return step(
        request,
        lambda: operations.accept_shipment(
            order_ref=ref, shipment_ref=shipment_ref, actor=request.actor, key=key_of(request), at=request.at
        ),
        done=_("Accepted. This shipment's share is released to the supplier; the rest stays held."),
        to="order",
        ref=ref,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@member_required()
def shipment_weights(request: CompanyRequest, ref: str, shipment_ref: str) -> HttpResponse:
    """The supplier brings the weight certificate of a packed shipment."""
    page, shipment = _shipment(request, ref, shipment_ref)
    if not can_confirm(request.actor, find_order(ref, request.actor)):
        raise NotYourStep
    form = WeightsForm(request.POST or None, request.FILES or None, lines=shipment.lines_measured)
    if form.is_valid() and done_in(
        form,
        lambda: operations.record_weights(
            order_ref=ref,
            shipment_ref=shipment_ref,
            measured=form.measured(),
            is_last=form.cleaned_data["is_last"],
            upload=form.cleaned_data["upload"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(request, _("Weighed. The order's page says what it came to."))
        return redirect("order", ref)
    context = {"page": page, "shipment": shipment, "form": form, "rows": form.rows()}
    return render(request, "holds/shipment_weights.html", context, status=400 if form.errors else 200)


@require_POST
@member_required()
def surplus_waive(request: CompanyRequest, ref: str, shipment_ref: str) -> HttpResponse:
    """The supplier gives what is beyond the order at the agreed price."""
    return step(
        request,
        lambda: operations.waive_top_up(
            order_ref=ref, shipment_ref=shipment_ref, actor=request.actor, key=key_of(request), at=request.at
        ),
        done=_("Nothing more is asked of the buyer. The shipment may leave."),
        to="order",
        ref=ref,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@member_required()
def addendum_new(request: CompanyRequest, ref: str) -> HttpResponse:
    """Either side proposes fewer goods or a lower price for what has not left."""
    order = find_order(ref, request.actor)
    if not (can_decide_for_buyer(request.actor, order) or can_confirm(request.actor, order)):
        raise NotYourStep
    page = order_page(ref, request.actor, request.at)
    form = ChangeForm(request.POST or None, lines=page.lines, currency=page.currency)
    if form.is_valid() and done_in(
        form,
        lambda: orders.propose_addendum(
            order_ref=ref,
            lines=form.cuts(),
            freight_off=form.freight_off(),
            note=form.cleaned_data["note"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    ):
        messages.success(
            request, _("Proposed. The other side has been told; nothing changes before they agree.")
        )
        return redirect("order", ref)
    context = {"page": page, "form": form, "rows": form.rows()}
    return render(request, "holds/addendum_new.html", context, status=400 if form.errors else 200)


@require_safe
@never_cache
@login_required
def addendum(request: CompanyRequest, ref: str, addendum_ref: str) -> HttpResponse:
    """A proposed or agreed change, old and new side by side."""
    page, one = _addendum(request, ref, addendum_ref)
    context = {
        "page": page,
        "addendum": one,
        "becomes": page.total_now - one.value,
        "key": new_key(),
        "reason_form": OptionalReasonForm(),
    }
    return render(request, "holds/addendum.html", context)


@require_safe
@never_cache
@login_required
def addendum_data(request: CompanyRequest, ref: str, addendum_ref: str) -> HttpResponse:
    """The agreed text, byte for byte as it was hashed."""
    _page, one = _addendum(request, ref, addendum_ref)
    if not one.is_agreed:
        raise NotFound
    answer = HttpResponse(one.canonical, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="addendum-{one.number}.json"'
    return answer


@require_POST
@member_required()
def addendum_accept(request: CompanyRequest, ref: str, addendum_ref: str) -> HttpResponse:
    """The other side agrees: the money follows."""
    return step(
        request,
        lambda: operations.accept_addendum(
            order_ref=ref, addendum_ref=addendum_ref, actor=request.actor, key=key_of(request), at=request.at
        ),
        done=_("Agreed. It stands beside the contract, and the money follows."),
        to="order",
        ref=ref,
    )


@require_POST
@member_required()
def addendum_decline(request: CompanyRequest, ref: str, addendum_ref: str) -> HttpResponse:
    """The other side says no."""
    _addendum(request, ref, addendum_ref)
    form = OptionalReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    return step(
        request,
        lambda: orders.decline_addendum(
            addendum_ref=addendum_ref, reason=reason, actor=request.actor, key=key_of(request), at=request.at
        ),
        done=_("Declined. The contract stays as it is."),
        to="order",
        ref=ref,
    )


@require_POST
@member_required()
def addendum_withdraw(request: CompanyRequest, ref: str, addendum_ref: str) -> HttpResponse:
    """Who proposed it takes it back."""
    _addendum(request, ref, addendum_ref)
    return step(
        request,
        lambda: orders.withdraw_addendum(
            addendum_ref=addendum_ref, actor=request.actor, key=key_of(request), at=request.at
        ),
        done=_("Withdrawn. The contract stays as it is."),
        to="order",
        ref=ref,
    )


def _shipment(request: CompanyRequest, ref: str, shipment_ref: str) -> tuple[OrderPage, ShipmentView]:
    page = order_page(ref, request.actor, request.at)
    for shipment in page.shipments:
        if shipment.ref == shipment_ref:
            return page, shipment
    raise NotFound


def _addendum(request: CompanyRequest, ref: str, addendum_ref: str) -> tuple[OrderPage, AddendumView]:
    page = order_page(ref, request.actor, request.at)
    for one in page.addenda:
        if one.ref == addendum_ref:
            return page, one
    raise NotFound
