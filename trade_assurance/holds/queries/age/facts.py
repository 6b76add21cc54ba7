"""How an order stands when its money has been with a processor for too long. Must not write."""

from __future__ import annotations

from datetime import datetime

from orders.models import Order, Shipment
from orders.queries.ship_by import waits_for_payment
from orders.states import ShipmentState
from trade_assurance.holds.age_rules import LOOK_AT_GOODS, AgeFacts
from trade_assurance.holds.models import BankMove, Freeze, Hold, MoveConsent
from trade_assurance.holds.rules import end_of_day
from trade_assurance.holds.states import MOVE_OPEN, ConsentSide


def facts_of_age(order: Order, holds: list[Hold], at: datetime) -> AgeFacts:
    """How the order stands, for the rule and for the page that foretells it."""
    looked, shipments = looked_at(order, at), list(order.shipments.all())
    arrived = [row for row in shipments if row.state == ShipmentState.DELIVERED]
    sides = set(
        MoveConsent.objects.filter(
            move__in=BankMove.objects.filter(order=order, state__in=MOVE_OPEN), withdrawn_at=None
        ).values_list("side", flat=True)
    )
    return AgeFacts(
        has_unshipped=any(line.wanted_quantity > line.shipped_quantity for line in order.lines.all()),
        late=at >= end_of_day(order.last_ship_day),
        buyer_owes=waits_for_payment(order),
        travelling=any(row.state == ShipmentState.IN_TRANSIT for row in shipments),
        looked_at=bool(looked),
        just_came=len(arrived) > len(looked),
        claimed=any(hold.frozen_minor for hold in holds),
        buyer_consents=ConsentSide.BUYER in sides,
        supplier_consents=ConsentSide.SUPPLIER in sides,
    )


def looked_at(order: Order, at: datetime) -> list[Shipment]:
    """Shipments that the buyer has had long enough and no open claim is about."""
    claimed = set(
        Freeze.objects.filter(hold__order=order, lifted_at=None).values_list("shipment_ref", flat=True)
    )
    return [
        row
        for row in order.shipments.filter(state=ShipmentState.DELIVERED).order_by("pk")
        if row.delivered_at is not None
        and row.delivered_at <= at - LOOK_AT_GOODS
        and row.ref not in claimed
        and "" not in claimed
    ]
