"""Accepting a shipment against a claim, a cancellation, a change and the clock: money moves once, and adds up."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import pytest

from marketplace.core.deadlines import sweep_due
from marketplace.core.ids import new_key
from orders.operations import dispatch_shipment
from tests.factories import days
from tests.factories.disputes import claiming, usd
from tests.factories.holds import a_funded_order, hold_of, pump
from tests.factories.orders import Trade, a_packed_shipment
from tests.factories.shipping import ARRIVED_AT, PACKED_AT, a_delivered_part, a_proposal, sums, weighs
from tests.holds.races import at_once
from tests.plugins.sizes import size
from trade_assurance.holds.operations import (
    accept_addendum,
    accept_delivery,
    accept_shipment,
    cancel_unshipped,
    waive_top_up,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
TOTAL, PART = 2_360_000, 1_475_000
ROUNDS = range(size(1, 3, 40))


def _accept(trade: Trade, shipment_ref: str) -> partial[str]:
    return partial(
        accept_shipment,
        order_ref=trade.ref,
        shipment_ref=shipment_ref,
        actor=trade.buyer,
        key=new_key(),
        at=ARRIVED_AT,
    )


def test_four_acceptances_of_a_shipment_release_its_share_once() -> None:
    trade = a_funded_order()
    part = a_delivered_part(trade, "12.5")
    answers = at_once(*[_accept(trade, part.ref) for _ in range(4)])
    assert sorted(answers) == ["done"] + ["shipment_already_accepted"] * 3
    assert sums(trade) == (TOTAL, TOTAL - PART, PART, 0)


@pytest.mark.parametrize("_round", ROUNDS)
def test_accepting_a_shipment_against_a_claim_never_moves_frozen_money(_round: int) -> None:
    trade = a_funded_order()
    part = a_delivered_part(trade, "12.5")
    accepted, claimed = at_once(
        _accept(trade, part.ref),
        claiming(trade, usd(TOTAL), at=ARRIVED_AT),
    )
    hold = hold_of(trade)
    assert accepted == "done"
    if claimed == "done":
        assert (hold.frozen_minor, hold.released_minor) == (TOTAL, 0)
    else:
        assert (hold.frozen_minor, hold.released_minor) == (0, PART)


@pytest.mark.parametrize("_round", ROUNDS)
def test_accepting_a_shipment_against_cancelling_the_rest_ends_with_the_whole(_round: int) -> None:
    trade = a_funded_order()
    part = a_delivered_part(trade, "12.5")
    cancel = partial(
        cancel_unshipped, order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=ARRIVED_AT
    )
    assert at_once(_accept(trade, part.ref), cancel, _accept(trade, part.ref)).count("done") == 2
    pump(ARRIVED_AT)
    assert sums(trade) == (TOTAL, 0, PART, TOTAL - PART)
    assert trade.again().state == "completed"


def test_silence_against_the_buyer_on_one_shipment_and_on_all_releases_once() -> None:
    trade = a_funded_order()
    first = a_delivered_part(trade, "12.5")
    a_delivered_part(trade)
    at = ARRIVED_AT + days(45)
    at_once(
        partial(sweep_due, at=at),
        _accept(trade, first.ref),
        partial(accept_delivery, order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=at),
        partial(sweep_due, at=at),
    )
    pump(at)
    assert sums(trade) == (TOTAL, 0, TOTAL, 0)
    assert trade.again().state == "completed"


@pytest.mark.parametrize("_round", ROUNDS)
def test_agreeing_a_change_against_the_goods_leaving_has_one_price(_round: int) -> None:
    trade = a_funded_order()
    change = a_proposal(trade, unit_price=Decimal(1000))
    shipment = a_packed_shipment(trade, quantity="12.5")
    at_once(
        partial(
            accept_addendum,
            order_ref=trade.ref,
            addendum_ref=change.ref,
            actor=trade.buyer,
            key=new_key(),
            at=PACKED_AT,
        ),
        partial(
            dispatch_shipment,
            shipment_ref=shipment.ref,
            shipped_on=PACKED_AT.date(),
            actor=trade.supplier,
            key=new_key(),
            at=PACKED_AT,
        ),
    )
    pump(PACKED_AT)
    shipment.refresh_from_db()
    change.refresh_from_db()
    if change.state == "accepted":
        assert (shipment.goods_minor, sums(trade)[3]) == (1_250_000, 360_000)
    else:
        assert (shipment.goods_minor, sums(trade)[3]) == (PART, 0)


def test_change_agreed_four_times_at_once_refunds_once() -> None:
    trade = a_funded_order()
    change = a_proposal(trade, cancel=Decimal(5))
    steps = [
        partial(
            accept_addendum,
            order_ref=trade.ref,
            addendum_ref=change.ref,
            actor=trade.buyer,
            key=new_key(),
            at=PACKED_AT,
        )
        for _ in range(4)
    ]
    assert sorted(at_once(*steps)) == ["done"] + ["order_no_addendum"] * 3
    assert sums(trade) == (TOTAL, 1_770_000, 0, 590_000)


def test_surplus_waived_four_times_at_once_is_given_once() -> None:
    trade = a_funded_order()
    shipment = a_packed_shipment(trade)
    weighs(trade, shipment, "20.5")
    step = partial(
        waive_top_up, order_ref=trade.ref, shipment_ref=shipment.ref, actor=trade.supplier, at=PACKED_AT
    )
    answers = at_once(*[partial(step, key=new_key()) for _ in range(4)])
    assert sorted(answers) == ["done"] + ["shipment_no_surplus"] * 3
    assert sums(trade) == (TOTAL, TOTAL, 0, 0)
