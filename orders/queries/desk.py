"""What dispute officers look at besides cases: goods nobody has seen arrive, and carriers' events to review."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from orders.models import CarrierEvent, Shipment
from orders.states import CarrierOutcome, ShipmentState

LIMIT = 100


@dataclass(frozen=True, slots=True)
class UnprovenLine:
    """A shipment on whose delivery an officer must decide."""

    order_ref: str
    order_number: str
    shipment_ref: str
    buyer_name: str
    supplier_name: str
    carrier: str
    tracking_number: str
    shipped_on: date | None
    promised_arrival_on: date | None
    since: datetime


@dataclass(frozen=True, slots=True)
class CarrierEventLine:
    """A carrier's event that could not be applied."""

    carrier: str
    event_id: str
    tracking_number: str
    status: str
    received_at: datetime
    note: str


def unproven_shipments() -> list[UnprovenLine]:
    """Shipments in transit whose arrival nobody has proven, oldest first; for the disputes desk only."""
    rows = Shipment.objects.filter(state=ShipmentState.IN_TRANSIT, unproven_at__isnull=False)
    return [
        UnprovenLine(
            order_ref=row.order.ref,
            order_number=row.order.number,
            shipment_ref=row.ref,
            buyer_name=row.order.buyer.legal_name,
            supplier_name=row.order.supplier.legal_name,
            carrier=row.carrier,
            tracking_number=row.tracking_number,
            shipped_on=row.shipped_on,
            promised_arrival_on=row.promised_arrival_on,
            since=row.unproven_at,
        )
        for row in rows.select_related("order__buyer", "order__supplier").order_by("unproven_at", "pk")[
            :LIMIT
        ]
        if row.unproven_at is not None
    ]


def carrier_events_to_review() -> list[CarrierEventLine]:
    """The latest carrier events kept for review; for the disputes desk only."""
    rows = CarrierEvent.objects.filter(outcome=CarrierOutcome.REVIEW).order_by("-received_at", "-pk")[:LIMIT]
    return [
        CarrierEventLine(
            row.carrier_code, row.event_id, row.tracking_number, row.status, row.received_at, row.note
        )
        for row in rows
    ]
