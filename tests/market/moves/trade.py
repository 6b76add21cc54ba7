"""The goods: ordered, made, shipped in parts, received, accepted, cancelled; and the clock."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from orders.models import Shipment
from orders.operations import (
    PackedLine,
    dispatch_shipment,
    prepare_shipment,
    record_delivery,
    start_production,
)
from orders.states import ShipmentState
from tests.market.moves.registry import a_trade, move
from tests.market.world import Act, World, keyed
from trade_assurance.holds.operations import accept_delivery, cancel_confirmed_order, cancel_unshipped


@move
def another_trade(world: World, data: DataObject) -> Act | None:
    if len(world.trades) >= 3:
        return None
    return Act("another trade", partial(world.open_trade, len(world.trades)))


@move
def produce(world: World, data: DataObject) -> Act | None:
    trade = a_trade(world, data)
    return keyed(
        "start production",
        lambda key: start_production(order_ref=trade.ref, actor=trade.supplier, key=key, at=world.at),
    )


@move
def ship(world: World, data: DataObject) -> Act | None:
    trade = a_trade(world, data)
    everything = trade.line.quantity - trade.line.packed_quantity - trade.line.cancelled_quantity
    part = Decimal(data.draw(st.integers(1, 41), label="half tonnes")) / 2
    quantity = everything if data.draw(st.booleans(), label="all") else part

    def do(key: str) -> None:
        shipment = prepare_shipment(
            order_ref=trade.ref,
            lines=[PackedLine(trade.line.pk, quantity)],
            transport_mode="sea",
            carrier="Sandbox",
            actor=trade.supplier,
            key=key,
            at=world.at,
        )
        dispatch_shipment(
            shipment_ref=shipment.ref,
            shipped_on=world.at.date(),
            actor=trade.supplier,
            key=f"{key}:go",
            at=world.at,
        )

    return keyed("ship", do)


@move
def arrive(world: World, data: DataObject) -> Act | None:
    under_way = list(Shipment.objects.filter(state=ShipmentState.IN_TRANSIT).order_by("pk"))
    if not under_way:
        return None
    shipment = data.draw(st.sampled_from(under_way), label="shipment")
    trade = next(trade for trade in world.trades if trade.order.pk == shipment.order_id)
    return keyed(
        "arrive",
        lambda key: record_delivery(
            shipment_ref=shipment.ref,
            source="buyer",
            delivered_at=world.at,
            actor=trade.buyer,
            key=key,
            at=world.at,
        ),
    )


@move
def accept(world: World, data: DataObject) -> Act | None:
    trade = a_trade(world, data)
    return keyed(
        "accept",
        lambda key: accept_delivery(order_ref=trade.ref, actor=trade.buyer, key=key, at=world.at),
    )


@move
def cancel(world: World, data: DataObject) -> Act | None:
    trade = a_trade(world, data)
    side = data.draw(st.sampled_from([trade.buyer, trade.supplier]), label="side")
    return keyed(
        "cancel unshipped",
        lambda key: cancel_unshipped(order_ref=trade.ref, actor=side, key=key, at=world.at),
    )


@move
def step_back(world: World, data: DataObject) -> Act | None:
    trade = a_trade(world, data)
    return keyed(
        "cancel before payment",
        lambda key: cancel_confirmed_order(
            order_ref=trade.ref, reason="changed plans", actor=trade.buyer, key=key, at=world.at
        ),
    )


@move
def time_passes(world: World, data: DataObject) -> Act | None:
    hours = data.draw(st.sampled_from([1, 30, 24 * 4, 24 * 8, 24 * 20]))
    return Act("time passes", lambda: world.wait(hours))
