"""Random trades in parts: shipped, weighed, accepted, cancelled, repriced and claimed in any order.

Whatever happens, nothing is released that was not accepted, nothing is negative, and the end is exactly the whole.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from marketplace.core.errors import DomainError
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from orders.models import Shipment
from tests.factories import AT, days
from tests.factories.disputes import a_claim
from tests.factories.holds import holds_of, pump
from tests.factories.orders import DEPOSIT_BALANCE, Trade, a_dispatched_shipment, a_packed_shipment
from tests.factories.shipping import (
    a_paid_trade,
    a_proposal,
    accepts,
    agrees,
    arrives,
    departs,
    sums,
    weighs,
)
from tests.plugins.sizes import size
from trade_assurance.disputes.models import Dispute
from trade_assurance.disputes.operations import accept_claim, withdraw_claim
from trade_assurance.holds.models import ShipmentShare
from trade_assurance.holds.operations import cancel_unshipped

pytestmark = pytest.mark.django_db
STEPS = ("ship", "slip", "arrive", "accept", "weigh", "cut", "reprice", "claim", "withdraw", "concede")
BEGIN = AT + days(10)


class Walk:
    """One trade and what may be tried on it; what is refused changes nothing and is no matter here."""

    def __init__(self, currency: str) -> None:
        self.trade = a_paid_trade(currency, "19.997", schedule=DEPOSIT_BALANCE)
        self.at: datetime = BEGIN

    def fresh(self) -> Trade:
        return Trade(self.trade.again(), self.trade.buyer, self.trade.supplier)

    def shipments(self, state: str) -> list[Shipment]:
        return list(self.trade.order.shipments.filter(state=state).order_by("pk"))

    def claims(self) -> list[Dispute]:
        return list(Dispute.objects.filter(order=self.trade.order, state="negotiation"))

    def ship(self, part: int) -> None:
        trade = self.fresh()
        rest = trade.line.open_quantity
        if rest > 0:
            quantity = max((rest * part / 10).quantize(Decimal("0.001")), Decimal("0.001"))
            departs(trade, a_packed_shipment(trade, quantity=str(quantity), at=self.at), at=self.at)

    def slip(self, part: int) -> None:
        """A part leaves, and before anybody hears of it the rest is cancelled or becomes less."""
        trade = self.fresh()
        rest = trade.line.open_quantity
        if rest > 0:
            quantity = max((rest * part / 10).quantize(Decimal("0.001")), Decimal("0.001"))
            a_dispatched_shipment(trade, quantity=str(quantity), at=self.at)
            self.cut(20 if part % 2 else part)

    def weigh(self, part: int) -> None:
        trade = self.fresh()
        if trade.line.open_quantity > 0:
            shipment = a_packed_shipment(trade, at=self.at)
            measured = (shipment.lines.get().quantity * (Decimal(100) - part) / 100).quantize(
                Decimal("0.001")
            )
            with suppress(DomainError):
                weighs(trade, shipment, str(measured), at=self.at)
            departs(trade, shipment, at=self.at)

    def arrive(self, _part: int) -> None:
        for shipment in self.shipments("in_transit")[:1]:
            arrives(self.trade, shipment, at=self.at)

    def accept(self, _part: int) -> None:
        for shipment in self.shipments("delivered")[:1]:
            accepts(self.trade, shipment, at=self.at)

    def cut(self, part: int) -> None:
        rest = self.fresh().line.open_quantity
        agrees(
            self.trade,
            a_proposal(self.trade, cancel=(rest * part / 20).quantize(Decimal("0.001")), at=self.at),
            at=self.at,
        )

    def reprice(self, part: int) -> None:
        agrees(self.trade, a_proposal(self.trade, discount_bps=part * 137, at=self.at), at=self.at)

    def claim(self, part: int) -> None:
        free = sum(hold.held_minor - hold.frozen_minor for hold in holds_of(self.trade))
        amount = Money(free * part // 10, self.trade.order.currency)
        a_claim(self.trade, amount=amount, reason="non_delivery", clause="ship_by", at=self.at)

    def withdraw(self, _part: int) -> None:
        for dispute in self.claims():
            withdraw_claim(dispute_ref=dispute.ref, actor=self.trade.buyer, key=new_key(), at=self.at)

    def concede(self, _part: int) -> None:
        for dispute in self.claims():
            accept_claim(dispute_ref=dispute.ref, actor=self.trade.supplier, key=new_key(), at=self.at)

    def step(self, name: str, part: int) -> None:
        self.at += days(1) / 24
        with suppress(DomainError):
            getattr(self, name)(part)
        pump(self.at)
        self.look()

    def look(self) -> None:
        """What holds after every step."""
        order = self.trade.again()
        _due, held, released, refunded = sums(self.trade)
        accepted = self.shipments("accepted")
        worth = sum((one.goods_minor or 0) + (one.freight_minor or 0) for one in accepted)
        assert 0 <= released <= worth
        assert held + released + refunded == sum(hold.funded_minor for hold in holds_of(self.trade))
        assert released <= order.total_now.amount_minor
        for share in ShipmentShare.objects.filter(hold__order=order):
            assert share.left_minor >= 0

    def end(self) -> None:
        """Everything is brought to its end: claims withdrawn, the rest cancelled, all that left accepted."""
        self.withdraw(0)
        with suppress(DomainError):
            cancel_unshipped(order_ref=self.trade.ref, actor=self.trade.supplier, key=new_key(), at=self.at)
        pump(self.at)
        for shipment in self.shipments("in_transit"):
            arrives(self.trade, shipment, at=self.at)
        for shipment in self.shipments("delivered"):
            if self.trade.again().is_over:  # a conceded claim took so much that nothing is held for the rest
                break
            accepts(self.trade, shipment, at=self.at)


# The last shipments arrive when a conceded claim and a cancellation have left nothing for them.
_NOTHING_LEFT = [*[("ship", 1)] * 4, ("claim", 6), ("ship", 1), ("concede", 1), ("ship", 1)]


@pytest.mark.slow
@example("USD", _NOTHING_LEFT)
@settings(max_examples=size(5, 20, 500))
@given(
    st.sampled_from(["USD", "JPY", "KWD"]),
    st.lists(st.tuples(st.sampled_from(STEPS), st.integers(1, 9)), min_size=3, max_size=9),
)
def test_any_sequence_ends_with_exactly_the_whole(currency: str, steps: list[tuple[str, int]]) -> None:
    walk = Walk(currency)
    for name, part in steps:
        walk.step(name, part)
    walk.end()
    order = walk.trade.again()
    _due, held, released, refunded = sums(walk.trade)
    conceded = sum(
        Dispute.objects.filter(order=order, state="settled").values_list("claimed_minor", flat=True)
    )
    assert held == 0
    assert released + refunded == order.total_minor
    # A claim's refund may have been for goods that were cancelled later: those are refunded once, not twice.
    assert order.total_now.amount_minor - conceded <= released <= order.total_now.amount_minor
    assert order.state == ("completed" if released else "cancelled")
