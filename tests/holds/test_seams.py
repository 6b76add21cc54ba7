"""Where the parts of a trade meet: a shipment that left a moment ago, a bank and a balance, an end before any money."""

from __future__ import annotations

from decimal import Decimal

import pytest

from marketplace.core.errors import DomainError
from marketplace.core.ids import new_key
from marketplace.core.models import Deadline
from orders.operations import unpack_shipment
from orders.rules.schedule import ScheduledMilestone
from tests.factories import AT, days
from tests.factories.chargebacks import charge_back, paid_by_card, win
from tests.factories.disputes import a_claim, usd
from tests.factories.holds import (
    FUNDED_AT,
    a_confirmed_order,
    a_funded_order,
    a_payment,
    holds_of,
    money_arrives,
    pump,
    sweep,
)
from tests.factories.orders import DEPOSIT_BALANCE, a_dispatched_shipment, a_packed_shipment
from tests.factories.rails import CardRail
from tests.factories.shipping import (
    LEFT_AT,
    PACKED_AT,
    a_delivered_part,
    a_proposal,
    accepts,
    agrees,
    sums,
    weighs,
)
from trade_assurance.disputes.operations import withdraw_claim
from trade_assurance.holds.operations import cancel_unshipped
from trade_assurance.payments.models import Payment, Refund

pytestmark = pytest.mark.django_db


def open_kinds(ref: str) -> set[str]:
    return set(Deadline.objects.filter(root=ref, state="open").values_list("kind", flat=True))


@pytest.mark.parametrize("how", ["cancelled", "agreed"])
def test_what_is_cancelled_in_the_moment_a_part_left_goes_back_in_full(how: str) -> None:
    trade = a_funded_order()
    a_dispatched_shipment(trade, at=LEFT_AT, quantity="12.5")  # nobody has been told yet
    if how == "cancelled":
        cancel_unshipped(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=LEFT_AT)
    else:
        agrees(trade, a_proposal(trade, cancel=Decimal("7.5"), at=LEFT_AT), at=LEFT_AT)
    pump(LEFT_AT)
    assert sums(trade) == (2_360_000, 1_475_000, 0, 885_000)


@pytest.mark.parametrize("schedule", [(), DEPOSIT_BALANCE])
def test_cancelling_everything_by_agreement_before_any_money_ends_the_order(
    schedule: tuple[ScheduledMilestone, ...],
) -> None:
    trade = a_confirmed_order(schedule=schedule) if schedule else a_confirmed_order()
    agrees(trade, a_proposal(trade, cancel=Decimal(20), at=FUNDED_AT), at=FUNDED_AT)
    order = trade.again()
    assert (order.state, order.cleared_to_produce_at) == ("cancelled", None)
    assert open_kinds(trade.ref) == set()


def test_clock_of_the_supplier_stands_still_for_the_bank_after_the_balance_was_paid(rail: CardRail) -> None:
    trade, payment = paid_by_card(a_confirmed_order(schedule=DEPOSIT_BALANCE))
    packed = a_packed_shipment(trade)
    pump(packed.packed_at)
    clock = Deadline.objects.get(kind="cancel_unshipped", subject=trade.ref)
    assert clock.pause_reason == "awaits_payment"
    at = packed.packed_at + days(1)
    chargeback = charge_back(rail, payment, 708_000, at=at)
    money_arrives(a_payment(trade, at=at), at=at)
    clock.refresh_from_db()
    assert (clock.paused_at is None, clock.pause_reason) == (False, "chargeback")
    win(rail, chargeback, at=at + days(3))
    clock.refresh_from_db()
    assert clock.paused_at is None


def test_order_that_ends_before_production_leaves_no_clock_open(rail: CardRail) -> None:
    two = (
        ScheduledMilestone("First", 3_000, "confirmation", None, "acceptance"),
        ScheduledMilestone("Second", 7_000, "confirmation", None, "acceptance"),
    )
    trade, _payment = paid_by_card(a_confirmed_order(schedule=two))
    sweep(AT + days(30))
    assert trade.again().state == "cancelled"
    assert open_kinds(trade.ref) == set()


def test_unpacked_shipment_does_not_keep_a_window_open_that_is_over() -> None:
    trade = a_funded_order()
    packed = a_packed_shipment(trade)
    unpack_shipment(shipment_ref=packed.ref, actor=trade.supplier, key=new_key(), at=packed.packed_at)
    first = a_delivered_part(trade, "12.5")
    second = a_delivered_part(trade)
    accepts(trade, first)
    second.refresh_from_db()
    assert second.inspection_ends_at is not None
    with pytest.raises(DomainError) as refusal:
        a_claim(trade, amount=usd(100), at=second.inspection_ends_at + days(0.01))
    assert refusal.value.code == "order_already_accepted"


@pytest.mark.parametrize("claimed", [2_407_200, 1_000_000])
def test_top_up_that_a_claim_keeps_still_is_owed_once_when_its_goods_do_not_travel(claimed: int) -> None:
    trade = a_funded_order()
    shipment = a_packed_shipment(trade)
    weighs(trade, shipment, "20.4")
    money_arrives(a_payment(trade, at=PACKED_AT), at=PACKED_AT)
    assert [row.held_minor for row in holds_of(trade)] == [2_360_000, 47_200]
    _trade, claim = a_claim(trade, amount=usd(claimed), reason="non_delivery", clause="ship_by", at=PACKED_AT)
    unpack_shipment(shipment_ref=shipment.ref, actor=trade.supplier, key=new_key(), at=PACKED_AT)
    pump(PACKED_AT)
    cancel_unshipped(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=PACKED_AT)
    pump(PACKED_AT)
    assert trade.again().topped_up_minor == 0
    withdraw_claim(dispute_ref=claim.ref, actor=trade.buyer, key=new_key(), at=PACKED_AT)
    assert [(row.held_minor, row.refunded_minor) for row in holds_of(trade)] == [
        (0, 2_360_000),
        (0, 47_200),
    ]
    assert trade.again().state == "cancelled"


def test_proposal_that_nobody_answered_has_no_clock_after_the_order_lapsed() -> None:
    trade = a_confirmed_order()
    late = AT + days(4)
    a_proposal(trade, cancel=Decimal(1), at=late)
    sweep(Deadline.objects.get(kind="fund_by", root=trade.ref).due_at)
    assert trade.again().state == "lapsed"
    assert open_kinds(trade.ref) == set()


def test_refund_is_drawn_first_from_a_payment_whose_method_still_takes_money_back() -> None:
    trade = a_confirmed_order()
    money_arrives(a_payment(trade), usd(1_360_000))
    first = Payment.objects.get(root=trade.ref)
    money_arrives(a_payment(trade))
    second = Payment.objects.exclude(pk=first.pk).get(root=trade.ref)
    Payment.objects.filter(pk=second.pk).update(refundable_until=PACKED_AT)
    agrees(trade, a_proposal(trade, cancel=Decimal(10), at=LEFT_AT), at=LEFT_AT)
    refunds = dict(Refund.objects.values_list("payment__ref", "amount_minor"))
    assert refunds == {first.ref: 1_180_000}
    agrees(trade, a_proposal(trade, cancel=Decimal(10), at=LEFT_AT), at=LEFT_AT)
    assert set(Refund.objects.values_list("payment__ref", "amount_minor")) == {
        (first.ref, 1_180_000),
        (first.ref, 180_000),
        (second.ref, 1_000_000),
    }
