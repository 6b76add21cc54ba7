"""Arrival of a shipment: said by the buyer, an officer or the carrier, or presumed by the clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.deadlines import close_deadline, open_deadline
from marketplace.core.errors import NotAllowed
from marketplace.core.idempotency import remember, replayed
from orders.clocks import clock_days
from orders.errors import DateInFuture, DeliveredBeforeShipped, ShipmentNotInTransit
from orders.models import Order, OrderLine, Shipment
from orders.operations.events import record_event, tell
from orders.operations.locking import demand_buyer, demand_no_part, lock_shipment
from orders.operations.progress import advance
from orders.policies import OFFICER_DESK
from orders.rules.progress import Arrival, inspection_ends_at
from orders.states import DeliverySource, ShipmentState

CLOCK = Actor.system("clock")
# Clocks of carriers and people differ a little, and a day begins earlier in the east.
_TOLERANCE = timedelta(hours=14)


@transaction.atomic
def record_delivery(
    *, shipment_ref: str, source: str, delivered_at: datetime, actor: Actor, key: str, at: datetime
) -> Shipment:
    """A shipment arrived: in transit → delivered, with who says so.

    Consequences: its arrival deadlines end, its own inspection window opens (the app above keeps that
    deadline), `shipment_delivered` is told; when all that is not cancelled
    is delivered the order becomes delivered.
    Raises `NotFound`; `OrderNotYours` for a buyer without a buying role; `NotAllowed` for an officer
    without the desk and `OfficerInvolved` for one of a company of the trade; `ShipmentNotInTransit`;
    `DeliveredBeforeShipped`; `DateInFuture`.
    """
    order, shipment = lock_shipment(shipment_ref, actor)
    # By the day: "today" sent twice comes with two moments and is the same report.
    content = {"shipment": shipment_ref, "source": source, "day": delivered_at.date()}
    if replayed(key=key, operation="orders.record_delivery", content=content) is not None:
        return shipment
    _authorise(source, actor, order)
    if source != DeliverySource.BUYER and source != DeliverySource.OFFICER:
        delivered_at = min(delivered_at, at)
    elif delivered_at > at + _TOLERANCE:
        raise DateInFuture(field="delivered_at")
    arrive(order, shipment, source, min(delivered_at, at), actor=actor, key=key, at=at)
    remember(key=key, operation="orders.record_delivery", content=content, result=shipment.ref, at=at)
    return shipment


def arrive(
    order: Order,
    shipment: Shipment,
    source: str,
    delivered_at: datetime,
    *,
    actor: Actor,
    key: str,
    at: datetime,
) -> None:
    """The common part of every report of arrival; the order is locked."""
    if shipment.state != ShipmentState.IN_TRANSIT or shipment.shipped_on is None:
        raise ShipmentNotInTransit(state=shipment.get_state_display())
    if (delivered_at + _TOLERANCE).date() < shipment.shipped_on:
        raise DeliveredBeforeShipped(field="delivered_at", day=shipment.shipped_on)
    shipment.move_to(
        ShipmentState.DELIVERED,
        actor=actor,
        at=at,
        key=key,
        delivered_at=delivered_at,
        delivery_source=source,
        unproven_at=None,
        inspection_ends_at=inspection_ends_at(
            [Arrival(shipment.transport_mode, delivered_at)], order.clocks, at
        ),
    )
    changed = []
    for row in shipment.lines.select_related("line"):
        row.line.delivered_quantity += row.quantity
        changed.append(row.line)
    OrderLine.objects.bulk_update(changed, ["delivered_quantity"])
    for kind in ("arrival_check", "presume_delivery"):
        close_deadline(kind=kind, subject=shipment.ref, outcome="delivered", at=at)
    tell(order, "shipment_delivered", subject=shipment.ref, actor=actor, at=at, source=source)
    advance(order, actor=actor, at=at, key=key)


def ask_for_arrival(shipment_ref: str, at: datetime) -> None:
    """By the clock: nobody has reported arrival, so the buyer is asked; presumption follows."""
    order, shipment = lock_shipment(shipment_ref, CLOCK)
    if shipment.state != ShipmentState.IN_TRANSIT:
        return
    due = at + timedelta(days=clock_days(order.clocks, "arrival_presume_days"))
    open_deadline(
        kind="presume_delivery",
        subject=shipment.ref,
        root=order.ref,
        started_at=at,
        due_at=due,
        rule="clocks.arrival_presume_days",
        details={"tracked": shipment.tracked_at is not None},
    )
    record_event(order=order, kind="arrival_unknown", actor=CLOCK, at=at, params={"shipment": shipment.ref})
    tell(order, "arrival_unknown", subject=shipment.ref, actor=CLOCK, at=at, due_at=due.isoformat())


def presume_delivery(shipment_ref: str, at: datetime) -> None:
    """By the clock: delivered when the carrier itself has reported the goods, else a matter for an officer.

    A tracking number alone proves nothing: the supplier typed it. Only a signed event of the carrier does.
    """
    order, shipment = lock_shipment(shipment_ref, CLOCK)
    if shipment.state != ShipmentState.IN_TRANSIT:
        return
    if shipment.tracked_at is not None:
        arrive(order, shipment, DeliverySource.PRESUMED, at, actor=CLOCK, key="", at=at)
        return
    shipment.unproven_at = at
    shipment.save(update_fields=["unproven_at"])
    record_event(order=order, kind="delivery_unproven", actor=CLOCK, at=at, params={"shipment": shipment.ref})
    tell(order, "delivery_unproven", subject=shipment.ref, actor=CLOCK, at=at)


def _authorise(source: str, actor: Actor, order: Order) -> None:
    if source == DeliverySource.BUYER:
        demand_buyer(actor, order)
    elif source == DeliverySource.OFFICER:
        if not actor.has_desk(OFFICER_DESK):
            raise NotAllowed
        demand_no_part(actor, order)
    elif source not in DeliverySource.values or not actor.is_system:
        raise NotAllowed
