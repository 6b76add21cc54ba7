"""Answers to a placed order: decline, withdraw, amend, and the buyer's look at amended terms."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from marketplace.accounts.access import login_required, member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.errors import NotFound
from marketplace.core.formatting import format_money
from marketplace.core.ids import new_key
from orders.forms import AmendForm, AmendmentAnswerForm, OptionalReasonForm, ReasonForm
from orders.operations import amend_order, decline_amendment, decline_order, withdraw_order
from orders.operations.locking import demand_buyer, demand_supplier
from orders.queries import find_order, order_page, schedule_templates
from orders.views.common import answer


@require_http_methods(["GET", "POST"])
@member_required()
def order_decline(request: CompanyRequest, ref: str) -> HttpResponse:
    """The supplier says no, with a reason."""
    order = find_order(ref, request.actor)
    demand_supplier(request.actor, order)
    form = ReasonForm(request.POST or None)
    return answer(
        request,
        form,
        lambda: decline_order(
            order_ref=ref,
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
        template="orders/order_decline.html",
        context={"ref": ref, "number": order.number, "total": order.total, "other": order.buyer.legal_name},
        done=_("Declined. The buyer has been told why."),
        ref=ref,
    )


@require_http_methods(["GET", "POST"])
@member_required()
def order_withdraw(request: CompanyRequest, ref: str) -> HttpResponse:
    """The buyer takes the order back while nobody has confirmed it."""
    order = find_order(ref, request.actor)
    demand_buyer(request.actor, order)
    form = OptionalReasonForm(request.POST or None)
    return answer(
        request,
        form,
        lambda: withdraw_order(
            order_ref=ref,
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
        template="orders/order_withdraw.html",
        context={
            "ref": ref,
            "number": order.number,
            "total": order.total,
            "other": order.supplier.legal_name,
        },
        done=_("Withdrawn. The supplier has been told."),
        ref=ref,
    )


@require_http_methods(["GET", "POST"])
@member_required()
def order_amend(request: CompanyRequest, ref: str) -> HttpResponse:
    """The supplier proposes other terms."""
    page = order_page(ref, request.actor, request.at)
    demand_supplier(request.actor, find_order(ref, request.actor))
    initial = {
        "freight": page.freight.as_decimal(),
        "ship_by": page.ship_by,
        "incoterms_rule": page.incoterms_rule,
        "named_place": page.named_place,
        "quantity_tolerance": Decimal(page.tolerance_bps).scaleb(-2),
    }
    form = AmendForm(
        request.POST or None,
        lines=page.lines,
        currency=page.currency,
        templates=schedule_templates(request.actor.company_id),
        initial=initial,
    )
    return answer(
        request,
        form,
        lambda: amend_order(
            order_ref=ref,
            lines=form.changes(),
            freight_minor=form.freight_minor(),
            ship_by=form.cleaned_data["ship_by"],
            incoterms_rule=form.cleaned_data["incoterms_rule"],
            named_place=form.cleaned_data["named_place"],
            schedule=form.chosen(placed_on=page.placed_at.date(), ship_by=form.cleaned_data["ship_by"]),
            quantity_tolerance_bps=form.tolerance_bps(),
            note=form.cleaned_data["note"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
        template="orders/order_amend.html",
        context={"page": page, "rows": form.rows(), "schedule_rows": form.schedule_rows()},
        done=_("Proposed. The buyer has been asked."),
        ref=ref,
    )


@require_GET
@login_required
def order_amendment(request: CompanyRequest, ref: str) -> HttpResponse:
    """Old and new terms side by side, with the buyer's answers."""
    page = order_page(ref, request.actor, request.at)
    if page.amendment is None:
        raise NotFound(_("No amended terms wait for an answer."))
    form = AmendmentAnswerForm(initial={"version": page.amendment.version})
    context = {
        "page": page,
        "amendment": page.amendment,
        "decline_form": form,
        "accept_key": new_key(),
        "accept_label": _("Accept: %(total)s") % {"total": format_money(page.amendment.total)},
    }
    return render(request, "orders/order_amendment.html", context)


@require_POST
@member_required()
def amendment_decline(request: CompanyRequest, ref: str) -> HttpResponse:
    """The buyer says no to amended terms."""
    page = order_page(ref, request.actor, request.at)
    form = AmendmentAnswerForm(request.POST)
    return answer(
        request,
        form,
        partial(_decline_amendment, request, ref, form),
        template="orders/order_amendment_declined.html",
        context={"page": page, "amendment": page.amendment},
        done=_("Declined. The supplier may confirm the order as placed or propose other terms."),
        ref=ref,
    )


def _decline_amendment(request: CompanyRequest, ref: str, form: AmendmentAnswerForm) -> object:
    return decline_amendment(
        order_ref=ref,
        version=form.cleaned_data["version"],
        reason=form.cleaned_data["reason"],
        actor=request.actor,
        key=form.key,
        at=request.at,
    )
