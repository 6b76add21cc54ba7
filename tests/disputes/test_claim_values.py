"""What claimed goods are worth: at the prices in force when they left, to the last minor unit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from orders.models import Order, Shipment
from tests.factories.disputes import a_claim, usd
from tests.factories.holds import a_funded_order
from tests.factories.orders import Trade
from tests.factories.shipping import ARRIVED_AT, a_paid_trade, a_proposal, agrees, arrives, leaves
from trade_assurance.disputes.claim_values import value_of_named
from trade_assurance.disputes.errors import ClaimAboveValue
from trade_assurance.disputes.models import Dispute
from trade_assurance.disputes.queries import claim_page
from trade_assurance.disputes.queries.claimable import claimable_quantities

pytestmark = pytest.mark.django_db


def bound(order: Order, shipment: Shipment | None = None, part: str = "") -> int:
    named = claimable_quantities(order, shipment)
    if part:
        named = [(line, Decimal(part)) for line, _quantity in named]
    return value_of_named(order, shipment, named).bound_minor


def corrected(trade: Trade) -> tuple[Trade, Shipment, Shipment]:
    """10 of 20 t left at the contract's price, the others at a lower one agreed in between."""
    first = leaves(trade, "10")
    agrees(trade, a_proposal(trade, unit_price=Decimal(1000)))
    second = leaves(trade)
    for shipment in (first, second):
        arrives(trade, shipment)
    return Trade(trade.again(), trade.buyer, trade.supplier), first, second


def test_each_shipment_is_worth_the_price_it_left_at() -> None:
    trade, first, second = corrected(a_funded_order())
    first, second = Shipment.objects.get(pk=first.pk), Shipment.objects.get(pk=second.pk)
    assert [bound(trade.order, one) for one in (first, second)] == [1_180_000, 1_000_000]
    assert [bound(trade.order, one, "5") for one in (first, second)] == [590_000, 500_000]
    assert bound(trade.order) == 2_180_000
    page = claim_page(trade.ref, trade.buyer, ARRIVED_AT, shipment_ref=second.ref)
    assert [line.value.amount_minor for line in page.lines] == [1_000_000]


def test_claim_above_the_price_in_force_is_refused_and_at_it_is_taken() -> None:
    trade, _first, second = corrected(a_funded_order())
    over: dict[str, Any] = {"at": ARRIVED_AT, "shipment_ref": second.ref}
    with pytest.raises(ClaimAboveValue):
        a_claim(trade, amount=usd(1_000_001), **over)
    assert not Dispute.objects.exists()
    _trade, claim = a_claim(trade, amount=usd(1_000_000), **over)
    assert claim.claimed_minor == 1_000_000


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
def test_parts_of_a_shipment_add_up_to_exactly_what_it_left_with(currency: str) -> None:
    trade = a_paid_trade(currency)
    shipment = leaves(trade, "7.123")
    shipment.refresh_from_db()
    assert shipment.goods_minor is not None
    assert bound(trade.again(), shipment) == shipment.goods_minor + (shipment.freight_minor or 0)
