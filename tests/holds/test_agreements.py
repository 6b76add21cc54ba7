"""Fewer goods or a lower price by agreement: the contract stays, the addendum stands beside it, the money follows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from marketplace.core.errors import DomainError
from marketplace.core.ids import new_key
from marketplace.core.models import Deadline
from marketplace.core.money import Money
from orders.models import Addendum
from orders.operations import LineCut, decline_addendum, propose_addendum, withdraw_addendum
from orders.rules.terms import terms_hash
from tests.factories import days
from tests.factories.disputes import a_claim, usd
from tests.factories.holds import (
    a_deposit_paid,
    a_funded_order,
    a_payment,
    hold_of,
    holds_of,
    money_arrives,
    sweep,
)
from tests.factories.orders import DEPOSIT_BALANCE, Trade
from tests.factories.shipping import (
    ARRIVED_AT,
    PACKED_AT,
    a_delivered_part,
    a_paid_trade,
    a_proposal,
    accepts,
    agrees,
    leaves,
    sums,
)
from trade_assurance.disputes.operations import withdraw_claim
from trade_assurance.holds.operations import accept_addendum, accept_delivery, cancel_unshipped

pytestmark = pytest.mark.django_db


def amounts(trade: Trade) -> list[tuple[str, int, int, int]]:
    return [(row.state, row.amount_minor, row.held_minor, row.refunded_minor) for row in holds_of(trade)]


def test_cancelled_quantity_is_refunded_with_its_freight_and_the_contract_stays() -> None:
    trade = a_funded_order()
    contract = (trade.order.terms, trade.order.terms_hash)
    agrees(trade, a_proposal(trade, cancel=Decimal(5)))
    order = trade.again()
    assert (order.terms, order.terms_hash) == contract
    assert order.total_now == Money(1_770_000, "USD")
    assert sums(trade) == (2_360_000, 1_770_000, 0, 590_000)
    assert order.state == "confirmed"


def test_what_is_not_paid_shrinks_first_then_the_latest_milestone_is_refunded() -> None:
    trade = a_deposit_paid()
    agrees(trade, a_proposal(trade, cancel=Decimal(10)))
    assert amounts(trade) == [
        ("held", 708_000, 708_000, 0),
        ("awaiting_funds", 472_000, 0, 0),
    ]
    agrees(trade, a_proposal(trade, cancel=Decimal(8)))
    assert amounts(trade) == [("held", 708_000, 236_000, 472_000), ("lapsed", 0, 0, 0)]
    assert trade.again().cleared_to_ship_at is not None


def test_balance_paid_in_part_is_held_when_it_shrinks_to_what_came() -> None:
    trade = a_deposit_paid()
    money_arrives(a_payment(trade), usd(472_000))
    assert amounts(trade)[1] == ("awaiting_funds", 1_652_000, 472_000, 0)
    agrees(trade, a_proposal(trade, cancel=Decimal(10)))
    assert amounts(trade) == [("held", 708_000, 708_000, 0), ("held", 472_000, 472_000, 0)]
    assert trade.again().cleared_to_ship_at is not None


def test_balance_paid_in_part_goes_back_when_everything_is_cancelled() -> None:
    trade = a_deposit_paid()
    money_arrives(a_payment(trade), usd(500))
    agrees(trade, a_proposal(trade, cancel=Decimal(20)))
    assert [row[3] for row in amounts(trade)] == [708_000, 500]
    assert trade.again().state == "cancelled"


def test_lower_price_counts_for_what_has_not_left_only() -> None:
    trade = a_funded_order()
    part = a_delivered_part(trade, "10")
    agrees(trade, a_proposal(trade, unit_price=Decimal(1000)), at=ARRIVED_AT)
    assert sums(trade) == (2_360_000, 2_180_000, 0, 180_000)
    accepts(trade, part)
    assert sums(trade)[2] == 1_180_000
    rest = a_delivered_part(trade)
    assert rest.goods_minor == 1_000_000
    accepts(trade, rest)
    assert sums(trade) == (2_360_000, 0, 2_180_000, 180_000)
    assert trade.again().state == "completed"


@pytest.mark.parametrize("currency", ["USD", "JPY", "KWD"])
def test_price_quantity_and_discount_together_end_with_exactly_the_whole(currency: str) -> None:
    trade = a_paid_trade(currency, "19.997", schedule=DEPOSIT_BALANCE)
    first = a_delivered_part(trade, "6.667")
    agrees(trade, a_proposal(trade, cancel=Decimal("3.333"), discount_bps=733), at=ARRIVED_AT)
    accepts(trade, first)
    accepts(trade, a_delivered_part(trade, "4.999"))
    accepts(trade, a_delivered_part(trade))
    order = trade.again()
    due, held, released, refunded = sums(trade)
    assert (due, held) == (order.total_minor, 0)
    assert released == order.total_now.amount_minor
    assert released + refunded == order.total_minor
    assert order.state == "completed"


def test_cancelling_everything_by_agreement_ends_the_order_as_cancelled() -> None:
    trade = a_funded_order()
    agrees(trade, a_proposal(trade, by_buyer=True, cancel=Decimal(20)))
    assert sums(trade) == (2_360_000, 0, 0, 2_360_000)
    assert trade.again().state == "cancelled"


def test_cancelling_the_rest_after_an_accepted_part_completes_the_order() -> None:
    trade = a_funded_order()
    accepts(trade, a_delivered_part(trade, "15"))
    agrees(trade, a_proposal(trade, cancel=Decimal(5)), at=ARRIVED_AT + days(2))
    assert sums(trade) == (2_360_000, 0, 1_770_000, 590_000)
    assert (trade.again().state, trade.again().accepted_at is not None) == ("completed", True)


def test_frozen_money_is_owed_and_goes_back_when_it_unfreezes() -> None:
    trade = a_funded_order()
    _trade, dispute = a_claim(
        trade, amount=usd(2_000_000), reason="non_delivery", clause="ship_by", at=PACKED_AT
    )
    agrees(trade, a_proposal(trade, cancel=Decimal(10)))
    hold = hold_of(trade)
    assert (hold.refunded_minor, hold.refund_due_minor, hold.frozen_minor) == (360_000, 820_000, 2_000_000)
    withdraw_claim(dispute_ref=dispute.ref, actor=trade.buyer, key=new_key(), at=PACKED_AT)
    assert sums(trade) == (2_360_000, 1_180_000, 0, 1_180_000)


def test_addendum_has_a_hash_chained_to_the_contract_and_postgres_keeps_it() -> None:
    trade = a_funded_order()
    agrees(trade, a_proposal(trade, cancel=Decimal(1)))
    agrees(trade, a_proposal(trade, cancel=Decimal(1)))
    first, second = Addendum.objects.order_by("pk")
    assert first.terms is not None
    assert second.terms is not None
    assert (first.terms["changes"], second.terms["changes"]) == (trade.order.terms_hash, first.terms_hash)
    assert terms_hash(second.terms) == second.terms_hash
    assert second.terms["totals"] == {
        "before_minor": 2_242_000,
        "less_minor": 118_000,
        "after_minor": 2_124_000,
    }
    with pytest.raises(DatabaseError, match="addendum_is_agreed"), transaction.atomic():
        Addendum.objects.filter(pk=first.pk).update(note="something else")


def test_unanswered_proposal_expires_and_changes_nothing() -> None:
    trade = a_funded_order()
    addendum = a_proposal(trade, cancel=Decimal(5))
    sweep(PACKED_AT + days(3))
    addendum.refresh_from_db()
    assert addendum.state == "expired"
    assert _refusal(_accept, trade, addendum) == "order_no_addendum"
    assert sums(trade) == (2_360_000, 2_360_000, 0, 0)


@pytest.mark.parametrize("end", ["cancelled", "completed"])
def test_proposal_lapses_with_its_order_and_can_no_longer_be_answered(end: str) -> None:
    trade = a_funded_order()
    proposal = a_proposal(trade, at=PACKED_AT, unit_price=Decimal(1000))
    if end == "cancelled":
        cancel_unshipped(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=PACKED_AT)
    else:
        shipment = a_delivered_part(trade, at=PACKED_AT + days(1))
        accept_delivery(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=PACKED_AT + days(1))
        assert shipment.order_id == trade.order.pk
    assert trade.again().state == end
    proposal.refresh_from_db()
    assert proposal.state == "lapsed"
    assert not Deadline.objects.filter(root=trade.ref, state="open").exists()
    before = sums(trade)
    with pytest.raises(DomainError) as refused:
        agrees(trade, proposal)
    assert (refused.value.code, sums(trade)) == ("order_no_addendum", before)
    sweep(PACKED_AT + days(30))
    proposal.refresh_from_db()
    assert proposal.state == "lapsed"


def test_declined_and_withdrawn_proposals_change_nothing() -> None:
    trade = a_funded_order()
    declined = a_proposal(trade, cancel=Decimal(5))
    decline_addendum(addendum_ref=declined.ref, actor=trade.buyer, key=new_key(), at=PACKED_AT)
    withdrawn = a_proposal(trade, cancel=Decimal(5))
    withdraw_addendum(addendum_ref=withdrawn.ref, actor=trade.supplier, key=new_key(), at=PACKED_AT)
    for addendum in (declined, withdrawn):
        assert _refusal(_accept, trade, addendum) == "order_no_addendum"
    assert sums(trade) == (2_360_000, 2_360_000, 0, 0)


def test_nobody_accepts_their_own_proposal_and_only_one_waits() -> None:
    trade = a_funded_order()
    addendum = a_proposal(trade, cancel=Decimal(5))
    assert _refusal(_accept, trade, addendum, by=trade.supplier) == "order_own_proposal"
    assert _refusal(a_proposal, trade, by_buyer=True, cancel=Decimal(5)) == "order_addendum_open"
    assert sums(trade) == (2_360_000, 2_360_000, 0, 0)


def test_proposal_that_goods_have_overtaken_is_refused() -> None:
    trade = a_funded_order()
    addendum = a_proposal(trade, unit_price=Decimal(1000))
    leaves(trade, "10")
    assert _refusal(_accept, trade, addendum) == "order_addendum_outdated"
    assert sums(trade) == (2_360_000, 2_360_000, 0, 0)


@pytest.mark.parametrize(
    ("cut", "code"),
    [
        ({"unit_price": Decimal(1200)}, "order_price_not_lower"),
        ({"cancel": Decimal(21)}, "order_more_than_open"),
        ({}, "order_addendum_changes_nothing"),
    ],
)
def test_proposal_that_raises_a_price_or_cancels_too_much_is_refused(cut: dict[str, Any], code: str) -> None:
    trade = a_funded_order()
    assert _refusal(a_proposal, trade, **cut) == code
    assert not Addendum.objects.exists()


def test_freight_is_taken_off_only_as_far_as_there_is_any() -> None:
    trade = a_funded_order()
    assert (
        _refusal(
            propose_addendum,
            order_ref=trade.ref,
            lines=[LineCut(trade.line.pk, cancel=Decimal(1))],
            freight_off=usd(1),
            actor=trade.supplier,
            key=new_key(),
            at=PACKED_AT,
        )
        == "order_freight_not_there"
    )


def _accept(trade: Trade, addendum: Addendum, *, by: Any = None) -> None:
    accept_addendum(
        order_ref=trade.ref, addendum_ref=addendum.ref, actor=by or trade.buyer, key=new_key(), at=PACKED_AT
    )


def _refusal(operation: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(DomainError) as caught:
        operation(*arguments, **named)
    return str(caught.value.code)
