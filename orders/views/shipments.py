"""The supplier's shipments and everybody's word on arrival."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from marketplace.accounts.access import login_required, member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.errors import NotAllowed, NotFound
from marketplace.core.steps import key_of
from orders.forms import DeliveryForm, DispatchForm, DocumentForm, ShipmentForm
from orders.operations import (
    attach_document,
    dispatch_shipment,
    prepare_shipment,
    record_delivery,
    start_production,
    unpack_shipment,
)
from orders.operations.locking import demand_supplier
from orders.policies import can_report_arrival
from orders.queries import OrderPage, ShipmentView, find_order, order_page
from orders.states import DeliverySource
from orders.views.common import answer, step
from orders.webhooks import carrier_secrets


@require_POST
@member_required()
def production_start(request: CompanyRequest, ref: str) -> HttpResponse:
    """The supplier has begun."""
    return step(
        request,
        start_production,
        done=_("Production started. The buyer has been told."),
        ref=ref,
        order_ref=ref,
        actor=request.actor,
        key=key_of(request),
        at=request.at,
    )


@require_http_methods(["GET", "POST"])
@member_required()
def shipment_new(request: CompanyRequest, ref: str) -> HttpResponse:
    """Pack goods that leave together."""
    demand_supplier(request.actor, find_order(ref, request.actor))
    page = order_page(ref, request.actor, request.at)
    form = ShipmentForm(
        request.POST or None, lines=page.lines, initial={"transport_mode": page.transport_mode}
    )
    return answer(
        request,
        form,
        lambda: prepare_shipment(
            order_ref=ref,
            lines=form.packed(),
            transport_mode=form.cleaned_data["transport_mode"],
            carrier=form.cleaned_data["carrier"],
            tracking_number=form.cleaned_data["tracking_number"],
            promised_arrival_on=form.cleaned_data["promised_arrival_on"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
        template="orders/shipment_new.html",
        context={"page": page, "rows": form.rows(), "carriers": sorted(carrier_secrets())},
        done=_("Packed. Attach the papers, then say when it leaves."),
        ref=ref,
    )


@require_http_methods(["GET", "POST"])
@member_required()
def shipment_dispatch(request: CompanyRequest, ref: str, shipment_ref: str) -> HttpResponse:
    """Say that the goods have left."""
    page, shipment = _shipment(request, ref, shipment_ref)
    demand_supplier(request.actor, find_order(ref, request.actor))
    initial = {
        "shipped_on": _today(request.at),
        "promised_arrival_on": shipment.promised_arrival_on,
    }
    form = DispatchForm(request.POST or None, initial=initial)
    return answer(
        request,
        form,
        lambda: dispatch_shipment(
            shipment_ref=shipment_ref,
            shipped_on=form.cleaned_data["shipped_on"],
            promised_arrival_on=form.cleaned_data["promised_arrival_on"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
        template="orders/shipment_dispatch.html",
        context={"page": page, "shipment": shipment},
        done=_("On its way. The buyer has been told."),
        ref=ref,
    )


@require_POST
@member_required()
def shipment_unpack(request: CompanyRequest, ref: str, shipment_ref: str) -> HttpResponse:
    """Undo a packing mistake."""
    _shipment(request, ref, shipment_ref)
    return step(
        request,
        unpack_shipment,
        done=_("Unpacked. Its goods are to be shipped again."),
        ref=ref,
        shipment_ref=shipment_ref,
        actor=request.actor,
        key=key_of(request),
        at=request.at,
    )


@require_http_methods(["GET", "POST"])
@member_required()
def shipment_document(request: CompanyRequest, ref: str, shipment_ref: str) -> HttpResponse:
    """Attach a paper."""
    page, shipment = _shipment(request, ref, shipment_ref)
    demand_supplier(request.actor, find_order(ref, request.actor))
    form = DocumentForm(request.POST or None, request.FILES or None)
    return answer(
        request,
        form,
        lambda: attach_document(
            shipment_ref=shipment_ref,
            document_type=form.cleaned_data["document_type"],
            upload=form.cleaned_data["upload"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
        template="orders/shipment_document.html",
        context={"page": page, "shipment": shipment},
        done=_("Attached. Both sides can read it."),
        ref=ref,
    )


@require_http_methods(["GET", "POST"])
@login_required
def shipment_deliver(request: CompanyRequest, ref: str, shipment_ref: str) -> HttpResponse:
    """The buyer, or a dispute officer, says that a shipment arrived."""
    page, shipment = _shipment(request, ref, shipment_ref)
    if not can_report_arrival(request.actor, find_order(ref, request.actor)):
        raise NotAllowed
    source = DeliverySource.BUYER if page.side == "buyer" else DeliverySource.OFFICER
    form = DeliveryForm(request.POST or None, initial={"delivered_on": _today(request.at)})
    return answer(
        request,
        form,
        lambda: record_delivery(
            shipment_ref=shipment_ref,
            source=source,
            delivered_at=_moment_of(form.cleaned_data["delivered_on"], request.at),
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
        template="orders/shipment_deliver.html",
        context={"page": page, "shipment": shipment},
        done=_("Thank you. The arrival is recorded."),
        ref=ref,
    )


def _shipment(request: CompanyRequest, ref: str, shipment_ref: str) -> tuple[OrderPage, ShipmentView]:
    page = order_page(ref, request.actor, request.at)
    for shipment in page.shipments:
        if shipment.ref == shipment_ref:
            return page, shipment
    raise NotFound


def _today(at: datetime) -> date:
    """The day it is for the reader."""
    return at.astimezone(timezone.get_current_timezone()).date()


def _moment_of(day: date, at: datetime) -> datetime:
    """Today means now; any other day its noon."""
    if day == _today(at):
        return at
    return datetime.combine(day, time(12), tzinfo=UTC)
