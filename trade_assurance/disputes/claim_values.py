"""What the goods of a claim are worth: at the prices in force, not at those the contract began with. Reads, writes nothing.

A shipment is worth what was fixed as it left; of an order counts what its lines cost after every agreed correction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from marketplace.core.money import line_amount, split_minor
from orders.models import Order, OrderLine, Shipment, ShipmentLine
from orders.states import AddendumState, ShipmentState, SurplusState
from trade_assurance.disputes.rules.claims import AffectedLine, ClaimValue, value_of

Named = Sequence[tuple[OrderLine, Decimal]]


def value_of_named(order: Order, shipment: Shipment | None, named: Named) -> ClaimValue:
    """What these quantities are worth, of a shipment or of the whole order, with their share of the freight."""
    if shipment is not None and shipment.goods_minor is not None:
        return _of_shipment(order, shipment, named)
    lines = list(order.lines.all())
    return value_of(
        [AffectedLine(_in_force(line), line.quantity, quantity) for line, quantity in named],
        goods_minor=sum(_in_force(line) for line in lines),
        freight_minor=order.freight_minor - order.reduced_freight_minor,
    )


def _of_shipment(order: Order, shipment: Shipment, named: Named) -> ClaimValue:
    """The shipment's fixed worth, divided over its lines by the prices they left at; all of it comes to exactly that."""
    rows = list(shipment.lines.select_related("line").order_by("line__position"))
    paid_for = shipment.surplus_minor if shipment.surplus_state == SurplusState.PAID else 0
    goods = (shipment.goods_minor or 0) + paid_for
    left_at = _left_at(shipment) if any(row.line.lower_unit_price is not None for row in rows) else None
    weights = [_weight(order, row, left_at) for row in rows]
    worth = split_minor(goods, weights if any(weights) else [1] * len(rows))
    whole = {row.line_id: (part, row.quantity) for row, part in zip(rows, worth, strict=True)}
    return value_of(
        [AffectedLine(*whole[line.pk], quantity) for line, quantity in named if line.pk in whole],
        goods_minor=goods,
        freight_minor=shipment.freight_minor or 0,
    )


def _in_force(line: OrderLine) -> int:
    return line.amount_minor - line.price_cut_minor


def _left_at(shipment: Shipment) -> datetime | None:
    return shipment.transitions.filter(to_state=ShipmentState.IN_TRANSIT).values_list("at", flat=True).first()


def _weight(order: Order, row: ShipmentLine, left_at: datetime | None) -> int:
    """A line's goods in the shipment, at the lower price when that was agreed before they left."""
    line = row.line
    agreed = order.addenda.filter(state=AddendumState.ACCEPTED, answered_at__lte=left_at) if left_at else None
    lower = agreed is not None and agreed.exists()
    price, discount = (
        (line.price_now, line.discount_now_bps) if lower else (line.unit_price, line.discount_bps)
    )
    return line_amount(row.quantity, price, order.currency, discount_bps=discount).amount_minor
