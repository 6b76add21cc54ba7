"""An order's shipments for pages: goods, papers, worth, and what the reader may do with each. Must not write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from marketplace.core.actors import Actor
from marketplace.core.errors import Text
from marketplace.core.money import Money
from orders.models import Order, Shipment
from orders.policies import can_act_as_supplier, can_report_arrival
from orders.queries.parts import (
    DocumentView,
    PackedView,
    ShipmentSteps,
    ShipmentView,
)
from orders.rules.terms import required_documents
from orders.states import (
    RUNNING,
    DocumentType,
    ShipmentState,
    SurplusState,
)


def shipments_of(order: Order) -> list[Shipment]:
    return list(order.shipments.order_by("pk").prefetch_related("lines__line", "documents__file"))


def shipment_view(order: Order, row: Shipment, number: int, actor: Actor) -> ShipmentView:
    documents = tuple(_documents(row))
    return ShipmentView(
        ref=row.ref,
        ordinal=number,
        state=row.state,
        state_label=row.get_state_display(),
        transport_mode=row.transport_mode,
        mode_label=row.get_transport_mode_display(),
        carrier=row.carrier,
        tracking_number=row.tracking_number,
        packed_at=row.packed_at,
        shipped_on=row.shipped_on,
        promised_arrival_on=row.promised_arrival_on,
        late=row.late,
        tracked=row.tracked_at is not None,
        unproven_at=row.unproven_at,
        delivered_at=row.delivered_at,
        source_label=row.get_delivery_source_display(),
        lines=_packed(row),
        documents=documents,
        missing_documents=_missing(row.transport_mode, documents),
        may=_shipment_steps(order, row, actor),
        weighed_at=row.weighed_at,
        inspection_ends_at=row.inspection_ends_at,
        accepted_at=row.accepted_at,
        worth=_worth(order, row),
        surplus=Money(row.surplus_minor, order.currency) if row.surplus_state else None,
        surplus_state=row.surplus_state,
        surplus_label=row.get_surplus_state_display(),
    )


def _shipment_steps(order: Order, row: Shipment, actor: Actor) -> ShipmentSteps:
    sells = can_act_as_supplier(actor, order)
    packs = sells and row.state == ShipmentState.PACKED
    may_leave = order.cleared_to_ship_at is not None and order.misses.is_zero
    return ShipmentSteps(
        dispatch=packs and may_leave and row.surplus_state != SurplusState.ASKED,
        unpack=packs,
        attach=sells and order.state in RUNNING and row.state != ShipmentState.UNPACKED,
        record_delivery=row.state == ShipmentState.IN_TRANSIT and can_report_arrival(actor, order),
        weigh=packs and row.weighed_at is None and order.tolerance_bps > 0,
    )


def _packed(row: Shipment) -> tuple[PackedView, ...]:
    return tuple(
        PackedView(
            packed.line_id,
            packed.line.full_title,
            packed.line.unit_code,
            packed.quantity,
            packed.declared_quantity,
            packed.over_quantity,
        )
        for packed in row.lines.all()
    )


def _worth(order: Order, row: Shipment) -> Money | None:
    """What the shipment is worth, once it has left."""
    if row.goods_minor is None or row.freight_minor is None:
        return None
    paid = row.surplus_minor if row.surplus_state == SurplusState.PAID else 0
    return Money(row.goods_minor + row.freight_minor + paid, order.currency)


def _documents(row: Shipment) -> Iterable[DocumentView]:
    for document in row.documents.all():
        yield DocumentView(
            document_type=document.document_type,
            type_label=DocumentType(document.document_type).label,
            file_ref=document.file.ref,
            name=document.file.name,
            size_bytes=document.file.size_bytes,
            sha256=document.file.sha256,
            attached_at=document.attached_at,
        )


def _missing(mode: str, documents: Sequence[DocumentView]) -> tuple[Text, ...]:
    present = {document.document_type for document in documents}
    return tuple(DocumentType(kind).label for kind in required_documents(mode) if kind not in present)
