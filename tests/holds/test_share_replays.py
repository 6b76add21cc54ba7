"""Each new step twice with one key: the first result and nothing more; the key for something else is refused."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from marketplace.core.ids import new_key
from orders.operations import LineCut, MeasuredLine, decline_addendum, propose_addendum, withdraw_addendum
from tests.factories.holds import a_funded_order
from tests.factories.orders import a_packed_shipment
from tests.factories.shipping import (
    ARRIVED_AT,
    PACKED_AT,
    a_delivered_part,
    a_proposal,
    certificate,
    sums,
    weighs,
)
from tests.holds.test_replays import happens_once
from trade_assurance.holds.operations import accept_addendum, accept_shipment, record_weights, waive_top_up

pytestmark = pytest.mark.django_db


def test_accept_shipment() -> None:
    trade = a_funded_order()
    first, second = a_delivered_part(trade, "12.5"), a_delivered_part(trade, "5")
    step = partial(
        accept_shipment,
        order_ref=trade.ref,
        shipment_ref=first.ref,
        actor=trade.buyer,
        key=new_key(),
        at=ARRIVED_AT,
    )
    assert happens_once(step, shipment_ref=second.ref) == first.ref
    assert sums(trade) == (2_360_000, 885_000, 1_475_000, 0)


def test_accept_addendum() -> None:
    trade = a_funded_order()
    change = a_proposal(trade, cancel=Decimal(5))
    step = partial(
        accept_addendum,
        order_ref=trade.ref,
        addendum_ref=change.ref,
        actor=trade.buyer,
        key=new_key(),
        at=PACKED_AT,
    )
    assert happens_once(step, addendum_ref="add_other") == change.ref
    assert sums(trade) == (2_360_000, 1_770_000, 0, 590_000)


def test_propose_decline_and_withdraw_addendum() -> None:
    trade = a_funded_order()
    propose = partial(
        propose_addendum,
        order_ref=trade.ref,
        lines=[LineCut(trade.line.pk, cancel=Decimal(5))],
        actor=trade.supplier,
        key=new_key(),
        at=PACKED_AT,
    )
    change = happens_once(propose, note="otherwise")
    decline = partial(
        decline_addendum, addendum_ref=change.ref, actor=trade.buyer, key=new_key(), at=PACKED_AT
    )
    happens_once(decline, reason="otherwise")
    again = a_proposal(trade, cancel=Decimal(5))
    withdraw = partial(
        withdraw_addendum, addendum_ref=again.ref, actor=trade.supplier, key=new_key(), at=PACKED_AT
    )
    happens_once(withdraw, addendum_ref=change.ref)
    assert sums(trade) == (2_360_000, 2_360_000, 0, 0)


@pytest.mark.parametrize(("measured", "refunded"), [("19.6", 47_200), ("20.5", 0)])
def test_record_weights(measured: str, refunded: int) -> None:
    trade = a_funded_order()
    shipment = a_packed_shipment(trade)

    def step(**other: Any) -> str:
        weights: dict[str, Any] = {
            "order_ref": trade.ref,
            "shipment_ref": shipment.ref,
            "measured": [MeasuredLine(trade.line.pk, Decimal(measured))],
            "is_last": True,
            "upload": certificate(),
            "actor": trade.supplier,
            "key": key,
            "at": PACKED_AT,
        }
        return record_weights(**(weights | other))

    key = new_key()
    assert happens_once(step, is_last=False) == shipment.ref
    assert sums(trade)[3] == refunded


def test_waive_top_up() -> None:
    trade = a_funded_order()
    shipment = a_packed_shipment(trade)
    weighs(trade, shipment, "20.5")
    step = partial(
        waive_top_up,
        order_ref=trade.ref,
        shipment_ref=shipment.ref,
        actor=trade.supplier,
        key=new_key(),
        at=PACKED_AT,
    )
    assert happens_once(step, shipment_ref="shp_other") == shipment.ref
