"""Shipments that travel with the sandbox carrier, for its rehearsal page."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.core.actors import Actor
from marketplace.core.errors import Text
from orders.models import Order, Shipment
from orders.states import ShipmentState

SANDBOX_CODE = "sandbox"
_LIMIT = 50


@dataclass(frozen=True, slots=True)
class SandboxShipment:
    """A shipment the sandbox carrier could report on."""

    ref: str
    order_ref: str
    order_number: str
    tracking_number: str
    state: str
    state_label: Text


def sandbox_shipments(actor: Actor) -> list[SandboxShipment]:
    """Packed or travelling shipments of orders the reader may know of, newest first."""
    rows = Shipment.objects.filter(
        carrier_code=SANDBOX_CODE,
        state__in=(ShipmentState.PACKED, ShipmentState.IN_TRANSIT),
        order__in=Order.objects.visible_to(actor),
    ).exclude(tracking_number="")
    return [
        SandboxShipment(
            row.ref, row.order.ref, row.order.number, row.tracking_number, row.state, row.get_state_display()
        )
        for row in rows.select_related("order").order_by("-pk")[:_LIMIT]
    ]
