"""Goods in parts: packed, weighed, accepted one shipment at a time; fewer or cheaper by agreement; a balance never paid."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from marketplace.core.money import Money
from orders.models import Addendum, Shipment
from orders.operations import (
    LineCut,
    MeasuredLine,
    PackedLine,
    decline_addendum,
    dispatch_shipment,
    prepare_shipment,
    propose_addendum,
    unpack_shipment,
    withdraw_addendum,
)
from orders.states import GONE, AddendumState, ShipmentState
from tests.factories.orders import Trade
from tests.factories.shipping import certificate
from tests.market.moves.registry import a_trade, an_amount, move
from tests.market.world import Act, World, keyed
from trade_assurance.disputes.operations import Claimed, open_claim
from trade_assurance.holds.operations import (
    accept_addendum,
    accept_shipment,
    agree_to_kept_deposit,
    cancel_unpaid,
    record_weights,
    waive_top_up,
)


def _a_shipment(world: World, data: DataObject, *states: str) -> tuple[Trade, Shipment] | None:
    found = list(Shipment.objects.filter(state__in=states).order_by("pk"))
    if not found:
        return None
    shipment = data.draw(st.sampled_from(found), label="shipment")
    return next(trade for trade in world.trades if trade.order.pk == shipment.order_id), shipment


@move
def pack(world: World, data: DataObject) -> Act | None:
    trade = a_trade(world, data)
    quantity = Decimal(data.draw(st.integers(1, 41), label="half tonnes")) / 2
    if data.draw(st.booleans(), label="all"):
        quantity = trade.again().lines.get().open_quantity
    return keyed(
        "pack",
        lambda key: prepare_shipment(
            order_ref=trade.ref,
            lines=[PackedLine(trade.line.pk, quantity)],
            transport_mode="sea",
            carrier="Sandbox",
            actor=trade.supplier,
            key=key,
            at=world.at,
        ),
    )


@move
def leave_or_unpack(world: World, data: DataObject) -> Act | None:
    found = _a_shipment(world, data, ShipmentState.PACKED)
    if found is None:
        return None
    trade, shipment = found
    if data.draw(st.sampled_from([True, True, False]), label="leaves"):
        return keyed(
            "leave",
            lambda key: dispatch_shipment(
                shipment_ref=shipment.ref,
                shipped_on=world.at.date(),
                actor=trade.supplier,
                key=key,
                at=world.at,
            ),
        )
    return keyed(
        "unpack",
        lambda key: unpack_shipment(shipment_ref=shipment.ref, actor=trade.supplier, key=key, at=world.at),
    )


@move
def weigh(world: World, data: DataObject) -> Act | None:
    found = _a_shipment(world, data, ShipmentState.PACKED)
    if found is None:
        return None
    trade, shipment = found
    row = shipment.lines.get()
    per_mille = data.draw(st.integers(-60, 60), label="per mille")
    measured = (row.quantity * (1000 + per_mille) / 1000).quantize(Decimal("0.001"))
    last = data.draw(st.booleans(), label="last")
    return keyed(
        "weigh",
        lambda key: record_weights(
            order_ref=trade.ref,
            shipment_ref=shipment.ref,
            measured=[MeasuredLine(row.line_id, measured)],
            is_last=last,
            upload=certificate(),
            actor=trade.supplier,
            key=key,
            at=world.at,
        ),
    )


@move
def waive(world: World, data: DataObject) -> Act | None:
    found = _a_shipment(world, data, ShipmentState.PACKED)
    if found is None:
        return None
    trade, shipment = found
    return keyed(
        "waive a top-up",
        lambda key: waive_top_up(
            order_ref=trade.ref, shipment_ref=shipment.ref, actor=trade.supplier, key=key, at=world.at
        ),
    )


@move
def accept_part(world: World, data: DataObject) -> Act | None:
    found = _a_shipment(world, data, ShipmentState.DELIVERED)
    if found is None:
        return None
    trade, shipment = found
    return keyed(
        "accept a shipment",
        lambda key: accept_shipment(
            order_ref=trade.ref, shipment_ref=shipment.ref, actor=trade.buyer, key=key, at=world.at
        ),
    )


@move
def claim_part(world: World, data: DataObject) -> Act | None:
    found = _a_shipment(world, data, *sorted(GONE))
    if found is None:
        return None
    trade, shipment = found
    amount = an_amount(data, shipment.goods_minor or 1, trade.order.currency)
    return keyed(
        "claim about a shipment",
        lambda key: open_claim(
            order_ref=trade.ref,
            claim=Claimed(
                reason="damage",
                clause="lines",
                amount=amount,
                statement="The bags are wet.",
                shipment_ref=shipment.ref,
            ),
            actor=trade.buyer,
            key=key,
            at=world.at,
        ),
    )


@move
def propose(world: World, data: DataObject) -> Act | None:
    trade = a_trade(world, data)
    side = data.draw(st.sampled_from([trade.buyer, trade.supplier]), label="side")
    rest = trade.again().lines.get().open_quantity
    part = data.draw(st.integers(0, 10), label="tenths cancelled")
    discount = data.draw(st.sampled_from([None, 137, 2_500]), label="discount")
    cut = LineCut(trade.line.pk, cancel=(rest * part / 10).quantize(Decimal("0.001")), discount_bps=discount)
    return keyed(
        "propose a change",
        lambda key: propose_addendum(order_ref=trade.ref, lines=[cut], actor=side, key=key, at=world.at),
    )


@move
def answer(world: World, data: DataObject) -> Act | None:
    waiting = list(Addendum.objects.filter(state=AddendumState.PROPOSED).order_by("pk"))
    if not waiting:
        return None
    row = data.draw(st.sampled_from(waiting), label="addendum")
    trade = next(trade for trade in world.trades if trade.order.pk == row.order_id)
    other, own = (trade.supplier, trade.buyer) if row.side == "buyer" else (trade.buyer, trade.supplier)
    how = data.draw(st.sampled_from(["accept"] * 4 + ["decline", "withdraw"]), label="answer")
    if how == "accept":
        return keyed(
            "accept a change",
            lambda key: accept_addendum(
                order_ref=trade.ref, addendum_ref=row.ref, actor=other, key=key, at=world.at
            ),
        )
    call, actor = {"decline": (decline_addendum, other), "withdraw": (withdraw_addendum, own)}[how]
    return keyed(f"{how} a change", lambda key: call(addendum_ref=row.ref, actor=actor, key=key, at=world.at))


@move
def end_unpaid(world: World, data: DataObject) -> Act | None:
    trade = a_trade(world, data)
    keeps = Money(
        data.draw(st.integers(0, trade.order.total_minor // 3), label="keeps"), trade.order.currency
    )
    if data.draw(st.booleans(), label="agree"):
        return keyed(
            "agree to a kept deposit",
            lambda key: agree_to_kept_deposit(order_ref=trade.ref, actor=trade.buyer, key=key, at=world.at),
        )
    return keyed(
        "cancel unpaid",
        lambda key: cancel_unpaid(
            order_ref=trade.ref,
            keeps=keeps,
            reason="The balance did not come.",
            actor=trade.supplier,
            key=key,
            at=world.at,
        ),
    )
