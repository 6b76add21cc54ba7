"""What carriers report about shipments. The door (`orders.webhooks`) has checked the signature before.

Every event is kept as it came, once; what cannot be matched is kept for review, never guessed. Events
may come late, twice or out of order: a shipment only ever moves forward.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime

from marketplace.core.actors import Actor
from marketplace.core.errors import DomainError
from marketplace.core.idempotency import lock_key
from orders.errors import BadTrackingNumber, CarrierEventChanged
from orders.models import CarrierEvent, Order, Shipment
from orders.operations.delivery import arrive
from orders.operations.events import record_event
from orders.operations.locking import lock_shipment
from orders.operations.shipping import depart
from orders.rules.texts import clean_tracking_number
from orders.states import CarrierOutcome, CarrierStatus, DeliverySource, ShipmentState

BODY_LIMIT = 64 * 1024
_EVENT_ID_LIMIT = 120
# Carriers' clocks differ a little from ours.
_AHEAD = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class CarrierReport:
    """The part of an event we understand; `problem` says why the rest needs a person."""

    tracking_number: str = ""
    status: str = ""
    occurred_at: datetime | None = None
    problem: str = ""


@transaction.atomic
def record_carrier_event(*, carrier_code: str, event_id: str, body: bytes, at: datetime) -> CarrierEvent:
    """Keep a carrier's signed event and apply it to the shipment it names.

    `picked_up` and `in_transit` let a packed shipment leave and are the carrier's own proof that it has
    the goods; `delivered` delivers it. The same event again returns the first row and changes nothing.
    An unknown tracking number, one that fits several trades, or a step the order does not allow keeps
    the event for review. Raises `CarrierEventChanged` for a known id with another body.
    """
    lock_key(f"carrier:{carrier_code}:{hashlib.sha256(event_id.encode()).hexdigest()}")
    digest = hashlib.sha256(body).hexdigest()
    # INVARIANT: an event counts once (enforced by carrier_event_once)
    known = CarrierEvent.objects.filter(
        carrier_code=carrier_code, event_id=event_id[:_EVENT_ID_LIMIT]
    ).first()
    if known is not None:
        if known.body_sha256 != digest:
            raise CarrierEventChanged
        return known
    report = read_report(body, at)
    outcome, note = _apply(carrier_code, report, at)
    return CarrierEvent.objects.create(
        carrier_code=carrier_code,
        event_id=event_id[:_EVENT_ID_LIMIT],
        body=body.decode("utf-8", "replace").replace("\x00", "\ufffd"),
        body_sha256=digest,
        tracking_number=report.tracking_number,
        status=report.status,
        occurred_at=report.occurred_at,
        received_at=at,
        outcome=outcome,
        note=note,
    )


def read_report(body: bytes, at: datetime) -> CarrierReport:
    """What the body says; a `problem` in words instead of an exception for whatever we do not understand."""
    try:
        data: Any = json.loads(body)
    except (ValueError, RecursionError):
        return CarrierReport(problem="The body is not JSON.")
    if not isinstance(data, dict):
        return CarrierReport(problem="The body is not an object.")
    tracking, status = data.get("tracking_number"), data.get("status")
    if not isinstance(tracking, str) or not isinstance(status, str):
        return CarrierReport(problem="tracking_number and status must be text.")
    try:
        number = clean_tracking_number(tracking)
    except BadTrackingNumber:
        return CarrierReport(problem="The tracking number has characters none has.")
    moment = _moment(data.get("occurred_at"))
    if moment is None:
        return CarrierReport(number, status[:16], problem="occurred_at is not a moment with a time zone.")
    if moment > at + _AHEAD:
        return CarrierReport(number, status[:16], moment, "occurred_at has not come yet.")
    if status not in CarrierStatus.values:
        return CarrierReport(number, status[:16], moment, "An unknown status.")
    return CarrierReport(number, status, min(moment, at))


def _moment(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        moment = parse_datetime(text)
        return None if moment is None or moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _apply(carrier_code: str, report: CarrierReport, at: datetime) -> tuple[CarrierOutcome, str]:
    if report.problem or report.occurred_at is None:
        return CarrierOutcome.REVIEW, report.problem
    if not report.tracking_number:
        return CarrierOutcome.REVIEW, "No tracking number."
    matches = list(_matches(carrier_code, report.tracking_number))
    if not matches:
        return CarrierOutcome.REVIEW, "No shipment has this tracking number."
    if len({(shipment.order.buyer_id, shipment.order.supplier_id) for shipment in matches}) > 1:
        return CarrierOutcome.REVIEW, "Shipments of several trades have this tracking number."
    actor = Actor.system(f"carrier:{carrier_code}")
    try:
        with transaction.atomic():
            changed = [_apply_to(shipment.ref, report, actor, at) for shipment in matches]
    except DomainError as error:
        return CarrierOutcome.REVIEW, f"{error.code}: {error.text}"
    return (CarrierOutcome.APPLIED, "") if any(changed) else (CarrierOutcome.KNOWN, "")


def _matches(carrier_code: str, tracking_number: str) -> list[Shipment]:
    rows = Shipment.objects.filter(carrier_code=carrier_code, tracking_number=tracking_number)
    # In one order for every event, so that two events about the same orders cannot lock them crosswise.
    return list(rows.exclude(state=ShipmentState.UNPACKED).select_related("order").order_by("order_id", "pk"))


def _apply_to(shipment_ref: str, report: CarrierReport, actor: Actor, at: datetime) -> bool:
    order, shipment = lock_shipment(shipment_ref, actor)
    occurred_at = report.occurred_at or at
    changed = _note_tracking(shipment, occurred_at)
    if shipment.state == ShipmentState.PACKED:
        shipped_on = max(occurred_at.date(), shipment.packed_at.date())
        depart(order, shipment, shipped_on, None, actor=actor, key="", at=at)
        changed = True
    if report.status == CarrierStatus.DELIVERED and shipment.state == ShipmentState.IN_TRANSIT:
        arrive(order, shipment, DeliverySource.CARRIER, occurred_at, actor=actor, key="", at=at)
        changed = True
    if changed:
        _tell_timeline(order, shipment, report, actor, at)
    return changed


def _note_tracking(shipment: Shipment, occurred_at: datetime) -> bool:
    if shipment.tracked_at is not None:
        return False
    shipment.tracked_at = occurred_at
    shipment.save(update_fields=["tracked_at"])
    return True


def _tell_timeline(
    order: Order, shipment: Shipment, report: CarrierReport, actor: Actor, at: datetime
) -> None:
    record_event(
        order=order,
        kind=f"carrier_{report.status}",
        actor=actor,
        at=at,
        params={
            "shipment": shipment.ref,
            "tracking": report.tracking_number,
            "occurred": report.occurred_at or at,
        },
    )
