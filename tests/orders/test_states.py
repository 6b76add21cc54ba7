"""The tables of steps, written out again as literals; everything else is refused and changes nothing."""

from __future__ import annotations

import itertools

import pytest

from orders.models import Amendment, Order, Shipment
from orders.states import AmendmentState, OrderState, ShipmentState

ORDER_STEPS = {
    ("placed", "confirmed"),
    ("placed", "declined"),
    ("placed", "lapsed"),
    ("placed", "cancelled"),
    ("confirmed", "in_production"),
    ("confirmed", "shipped"),
    ("confirmed", "delivered"),
    ("confirmed", "completed"),
    ("confirmed", "lapsed"),
    ("confirmed", "cancelled"),
    ("in_production", "shipped"),
    ("in_production", "delivered"),
    ("in_production", "completed"),
    ("in_production", "cancelled"),
    ("shipped", "delivered"),
    ("shipped", "completed"),
    ("shipped", "cancelled"),
    ("delivered", "completed"),
    ("delivered", "cancelled"),
}
SHIPMENT_STEPS = {
    ("packed", "in_transit"),
    ("packed", "unpacked"),
    ("in_transit", "delivered"),
    ("delivered", "accepted"),
}
AMENDMENT_STEPS = {("proposed", "accepted"), ("proposed", "declined"), ("proposed", "superseded")}


@pytest.mark.parametrize(("before", "after"), list(itertools.product(OrderState.values, repeat=2)))
def test_order_table_has_exactly_the_legal_steps(before: str, after: str) -> None:
    assert Order(state=before).can_move_to(after) is ((before, after) in ORDER_STEPS)


@pytest.mark.parametrize(("before", "after"), list(itertools.product(ShipmentState.values, repeat=2)))
def test_shipment_table_has_exactly_the_legal_steps(before: str, after: str) -> None:
    assert Shipment(state=before).can_move_to(after) is ((before, after) in SHIPMENT_STEPS)


@pytest.mark.parametrize(("before", "after"), list(itertools.product(AmendmentState.values, repeat=2)))
def test_amendment_table_has_exactly_the_legal_steps(before: str, after: str) -> None:
    assert Amendment(state=before).can_move_to(after) is ((before, after) in AMENDMENT_STEPS)
