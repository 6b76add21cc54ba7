"""Trades that go in several shipments, are weighed, or change by agreement after the contract. Operations only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from marketplace.core.ids import new_key
from orders.models import Addendum, Shipment
from orders.operations import (
    LineCut,
    MeasuredLine,
    attach_document,
    dispatch_shipment,
    propose_addendum,
    record_delivery,
)
from tests.factories import AT, days
from tests.factories.accounts import a_company
from tests.factories.catalog import a_live_product, tiers
from tests.factories.files import a_pdf
from tests.factories.holds import a_confirmed_order, a_funded_order, pump
from tests.factories.orders import Trade, a_packed_shipment, a_placed_order
from trade_assurance.holds.models import Hold, ShipmentShare
from trade_assurance.holds.operations import accept_addendum, accept_shipment, record_weights

PACKED_AT = AT + days(10)
LEFT_AT = AT + days(11)
ARRIVED_AT = AT + days(40)
# Prices whose parts never come out even, in currencies with two, no and three decimals.
PRICES: Mapping[str, str] = {"USD": "1180.37", "JPY": "117", "KWD": "361.457"}


def certificate(name: str = "weights.pdf") -> SimpleUploadedFile:
    """A weight certificate as a file that somebody uploads."""
    return a_pdf(name, text=name)


def rice_in(currency: str, quantity: str = "20", **over: Any) -> Trade:
    """Placed: rice by the tonne at an uneven price in this currency."""
    supplier = a_company("Kaveri Exports", at=AT)
    product = a_live_product(
        supplier,
        at=AT,
        currency=currency,
        tiers=tiers((1, PRICES[currency])),
        moq=Decimal(1),
        order_multiple=Decimal("0.001"),
    )
    return a_placed_order(products=[(product, quantity)], **over)


def a_paid_trade(currency: str = "USD", quantity: str = "20", **over: Any) -> Trade:
    """The same, confirmed and every milestone held."""
    return a_funded_order(a_confirmed_order(rice_in(currency, quantity, **over)))


def leaves(trade: Trade, quantity: str = "", *, at: datetime = LEFT_AT) -> Shipment:
    """A part (or all that is open) is packed and has left."""
    shipment = a_packed_shipment(Trade(trade.again(), trade.buyer, trade.supplier), quantity=quantity, at=at)
    return departs(trade, shipment, at=at)


def departs(trade: Trade, shipment: Shipment, *, at: datetime = LEFT_AT) -> Shipment:
    """A packed shipment has left."""
    shipment = dispatch_shipment(
        shipment_ref=shipment.ref, shipped_on=at.date(), actor=trade.supplier, key=new_key(), at=at
    )
    pump(at)
    return shipment


def arrives(trade: Trade, shipment: Shipment, *, at: datetime = ARRIVED_AT) -> Shipment:
    """The buyer says that it has arrived."""
    shipment = record_delivery(
        shipment_ref=shipment.ref, source="buyer", delivered_at=at, actor=trade.buyer, key=new_key(), at=at
    )
    pump(at)
    return shipment


def a_delivered_part(trade: Trade, quantity: str = "", *, at: datetime = ARRIVED_AT) -> Shipment:
    """A part (or all that is open) that has arrived."""
    return arrives(trade, leaves(trade, quantity), at=at)


def accepts(trade: Trade, shipment: Shipment, *, at: datetime = ARRIVED_AT + days(1)) -> None:
    """The buyer accepts one shipment."""
    accept_shipment(order_ref=trade.ref, shipment_ref=shipment.ref, actor=trade.buyer, key=new_key(), at=at)
    pump(at)


def attaches(trade: Trade, shipment: Shipment, *kinds: str, at: datetime = LEFT_AT) -> None:
    """The supplier attaches papers."""
    for kind in kinds:
        attach_document(
            shipment_ref=shipment.ref,
            document_type=kind,
            upload=certificate(f"{kind}.pdf"),
            actor=trade.supplier,
            key=new_key(),
            at=at,
        )
    pump(at)


def weighs(
    trade: Trade, shipment: Shipment, quantity: str, *, is_last: bool = True, at: datetime = PACKED_AT
) -> None:
    """The supplier brings the certificate for the first line."""
    record_weights(
        order_ref=trade.ref,
        shipment_ref=shipment.ref,
        measured=[MeasuredLine(trade.line.pk, Decimal(quantity))],
        is_last=is_last,
        upload=certificate(),
        actor=trade.supplier,
        key=new_key(),
        at=at,
    )
    pump(at)


def a_proposal(trade: Trade, *, at: datetime = PACKED_AT, by_buyer: bool = False, **cut: Any) -> Addendum:
    """One side proposes a change of the first line; `cut` are the fields of `LineCut`."""
    return propose_addendum(
        order_ref=trade.ref,
        lines=[LineCut(trade.line.pk, **cut)],
        actor=trade.buyer if by_buyer else trade.supplier,
        key=new_key(),
        at=at,
    )


def agrees(trade: Trade, addendum: Addendum, *, at: datetime = PACKED_AT) -> None:
    """The other side takes it."""
    accept_addendum(
        order_ref=trade.ref,
        addendum_ref=addendum.ref,
        actor=trade.supplier if addendum.side == "buyer" else trade.buyer,
        key=new_key(),
        at=at,
    )
    pump(at)


def sums(trade: Trade) -> tuple[int, int, int, int]:
    """Of all milestones together: due, held, released, refunded."""
    rows = Hold.objects.filter(order=trade.order).exclude(state="lapsed")
    return (
        sum(row.amount_minor for row in rows),
        sum(row.held_minor for row in rows),
        sum(row.released_minor for row in rows),
        sum(row.refunded_minor for row in rows),
    )


def share_of(shipment: Shipment) -> int:
    """What a shipment was allotted, over all milestones."""
    return sum(ShipmentShare.objects.filter(shipment_ref=shipment.ref).values_list("amount_minor", flat=True))
