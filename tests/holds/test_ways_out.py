"""The flows that do not close: lapse, cancellation, too much, too late, too little, part shipments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial

import pytest

from marketplace.core.actors import Actor
from marketplace.core.deadlines import open_deadlines, sweep_due
from marketplace.core.errors import DomainError
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories import AT, days
from tests.factories.accounts import a_company, a_member, owner_of
from tests.factories.holds import (
    DELIVERED_AT,
    FUNDED_AT,
    SHIPPED_AT,
    a_confirmed_order,
    a_delivered_order,
    a_funded_order,
    a_payment,
    a_shipped_order,
    an_accepted_order,
    bank_refunds_arrive,
    finance_officer,
    hold_of,
    money_arrives,
    pump,
    sweep,
)
from tests.factories.orders import Trade
from trade_assurance.holds.models import HoldMovement
from trade_assurance.holds.operations import (
    accept_delivery,
    begin_payment,
    cancel_confirmed_order,
    cancel_unshipped,
    postpone_cancellation,
    retry_refund,
)
from trade_assurance.holds.queries import finance_desk
from trade_assurance.ledger.models import Entry
from trade_assurance.ledger.queries import balance
from trade_assurance.payments.models import Refund
from trade_assurance.payments.operations import confirm_bank_refund, fail_bank_refund, record_bank_receipt
from trade_assurance.payments.operations import retry_refund as retry_at_the_payments_desk

pytestmark = pytest.mark.django_db
USD = "USD"
SHIP_BY_ENDS = AT.replace(year=2026, month=4, day=16, hour=0)


def figures(trade: Trade) -> tuple[str, int, int, int, int, int]:
    hold = hold_of(trade)
    return (
        hold.state,
        hold.funded_minor,
        hold.held_minor,
        hold.released_minor,
        hold.refunded_minor,
        hold.frozen_minor,
    )


def owed_to_buyer(trade: Trade) -> int:
    return balance("refund_payable", trade.ref, USD).amount_minor


def test_unpaid_order_lapses_after_seven_days() -> None:
    trade = a_confirmed_order()
    sweep(AT + days(8) - timedelta(seconds=1))
    assert trade.again().state == "confirmed"
    sweep(AT + days(8))
    assert trade.again().state == "lapsed"
    assert figures(trade) == ("lapsed", 0, 0, 0, 0, 0)
    assert open_deadlines(trade.ref) == []


def test_money_after_the_lapse_goes_back_by_itself() -> None:
    trade = a_confirmed_order()
    payment = a_payment(trade)
    sweep(AT + days(8))
    money_arrives(payment, at=AT + days(9))
    assert figures(trade) == ("lapsed", 0, 0, 0, 0, 0)
    assert owed_to_buyer(trade) == 2_360_000
    assert [refund.amount_minor for refund in Refund.objects.all()] == [2_360_000]
    bank_refunds_arrive(at=AT + days(10))
    assert owed_to_buyer(trade) == 0
    assert balance("provider_clearing", "bank_transfer", USD) == Money(0, USD)


def test_money_recorded_in_time_wins_over_the_lapse_that_was_quicker() -> None:
    trade = a_confirmed_order()
    payment = a_payment(trade)
    record_bank_receipt(
        payment_ref=payment.ref,
        money=payment.money,
        received_on=(AT + days(7)).date(),
        bank_reference="IN TIME",
        proof=None,
        actor=finance_officer(),
        key=new_key(),
        at=AT + days(7),
    )
    assert sweep_due(at=AT + days(8)).failed == 1
    assert trade.again().state == "confirmed"
    pump(AT + days(8))
    sweep(AT + days(9))
    assert figures(trade) == ("held", 2_360_000, 2_360_000, 0, 0, 0)
    assert Refund.objects.count() == 0


def test_short_payment_waits_and_goes_back_when_the_order_lapses() -> None:
    trade = a_confirmed_order()
    payment = a_payment(trade)
    money_arrives(payment, Money(1_000_000, USD))
    assert figures(trade) == ("awaiting_funds", 1_000_000, 1_000_000, 0, 0, 0)
    assert trade.again().cleared_to_produce_at is None
    sweep(AT + days(8))
    assert figures(trade) == ("lapsed", 1_000_000, 0, 0, 1_000_000, 0)
    assert owed_to_buyer(trade) == 1_000_000


def test_the_rest_of_a_short_payment_completes_it() -> None:
    trade = a_confirmed_order()
    payment = a_payment(trade)
    money_arrives(payment, Money(1_000_000, USD))
    money_arrives(payment, Money(1_360_000, USD))
    assert figures(trade) == ("held", 2_360_000, 2_360_000, 0, 0, 0)
    assert trade.again().cleared_to_ship_at is not None


def test_over_payment_keeps_what_is_due_and_returns_the_excess() -> None:
    trade = a_confirmed_order()
    money_arrives(a_payment(trade), Money(2_360_001, USD))
    assert figures(trade) == ("held", 2_360_000, 2_360_000, 0, 0, 0)
    assert owed_to_buyer(trade) == 1
    assert [refund.amount_minor for refund in Refund.objects.all()] == [1]


def test_two_payments_of_one_order_keep_the_first_and_return_the_second() -> None:
    trade = a_confirmed_order()
    first, second = a_payment(trade), a_payment(trade)
    money_arrives(second)
    money_arrives(first)
    assert figures(trade) == ("held", 2_360_000, 2_360_000, 0, 0, 0)
    assert [(refund.payment_id, refund.amount_minor) for refund in Refund.objects.all()] == [
        (first.pk, 2_360_000)
    ]


def test_either_side_may_step_back_before_the_money_is_there() -> None:
    for side in ("buyer", "supplier"):
        trade = a_confirmed_order()
        money_arrives(a_payment(trade), Money(5, USD))
        actor = trade.buyer if side == "buyer" else trade.supplier
        cancel_confirmed_order(order_ref=trade.ref, reason="Sorry", actor=actor, key=new_key(), at=FUNDED_AT)
        assert trade.again().state == "cancelled"
        assert figures(trade) == ("lapsed", 5, 0, 0, 5, 0)


def test_paid_order_cannot_be_cancelled_as_if_unpaid() -> None:
    trade = a_funded_order()
    refused(
        "hold_not_awaiting_payment",
        trade,
        lambda: cancel_confirmed_order(
            order_ref=trade.ref, reason="x", actor=trade.buyer, key=new_key(), at=FUNDED_AT
        ),
    )


def refused(code: str, trade: Trade, step: Callable[[], object]) -> None:
    """The step is refused with this code, and nothing moved."""
    before = (figures(trade), trade.again().state, Entry.objects.count(), HoldMovement.objects.count())
    with pytest.raises(DomainError) as caught:
        step()
    assert caught.value.code == code
    assert (
        figures(trade),
        trade.again().state,
        Entry.objects.count(),
        HoldMovement.objects.count(),
    ) == before


def test_buyer_cancels_unshipped_only_after_ship_by() -> None:
    trade = a_funded_order()

    def cancel(at: datetime) -> None:
        cancel_unshipped(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=at)

    refused("cancel_too_early", trade, lambda: cancel(SHIP_BY_ENDS - timedelta(seconds=1)))
    cancel(SHIP_BY_ENDS)
    assert figures(trade) == ("settled", 2_360_000, 0, 0, 2_360_000, 0)
    assert trade.again().state == "cancelled"
    assert open_deadlines(trade.ref) == []


def test_supplier_gives_up_at_any_time_and_the_buyer_gets_everything() -> None:
    trade = a_funded_order()
    cancel_unshipped(
        order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=FUNDED_AT, reason="No harvest"
    )
    assert figures(trade) == ("settled", 2_360_000, 0, 0, 2_360_000, 0)
    assert trade.again().state == "cancelled"


def test_never_shipped_cancels_by_itself_fourteen_days_after_ship_by() -> None:
    trade = a_funded_order()
    due = SHIP_BY_ENDS + days(14)
    sweep(due - timedelta(seconds=1))
    assert figures(trade)[2] == 2_360_000
    assert trade.again().late
    sweep(due)
    assert figures(trade) == ("settled", 2_360_000, 0, 0, 2_360_000, 0)
    assert trade.again().state == "cancelled"
    bank_refunds_arrive(at=due)
    assert owed_to_buyer(trade) == 0


def test_postponement_keeps_the_order_until_that_day() -> None:
    trade = a_funded_order()
    to = date(2026, 5, 20)
    postpone_cancellation(order_ref=trade.ref, to_date=to, actor=trade.buyer, key=new_key(), at=SHIP_BY_ENDS)
    refused(
        "cancel_too_early",
        trade,
        lambda: cancel_unshipped(
            order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=SHIP_BY_ENDS + days(20)
        ),
    )
    sweep(AT.replace(month=5, day=20, hour=23))
    assert figures(trade)[2] == 2_360_000
    sweep(AT.replace(month=5, day=21, hour=0))
    assert trade.again().state == "cancelled"


@pytest.mark.parametrize(
    ("to", "code"),
    [
        (date(2026, 4, 29), "postponement_not_later"),
        (date(2020, 1, 1), "postponement_not_later"),
        (date(2028, 1, 1), "postponement_too_far"),
    ],
)
def test_postponement_only_gives_more_time(to: date, code: str) -> None:
    trade = a_funded_order()
    refused(
        code,
        trade,
        lambda: postpone_cancellation(
            order_ref=trade.ref, to_date=to, actor=trade.buyer, key=new_key(), at=SHIP_BY_ENDS
        ),
    )


def test_part_shipment_cancels_and_refunds_only_the_rest() -> None:
    trade = a_shipped_order(quantity="12.5")
    cancel_unshipped(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=SHIP_BY_ENDS)
    pump(SHIP_BY_ENDS)
    # 7.5 of 20 t at 1,180.00
    assert figures(trade) == ("held", 2_360_000, 1_475_000, 0, 885_000, 0)
    order = trade.again()
    assert (order.state, order.cancelled_part_minor) == ("shipped", 885_000)
    refused(
        "nothing_unshipped",
        trade,
        lambda: cancel_unshipped(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=SHIP_BY_ENDS),
    )


def test_cancelling_the_rest_of_a_delivered_part_leaves_its_own_window_open() -> None:
    trade = a_delivered_order(quantity="12.5", at=SHIPPED_AT + days(3))
    assert trade.again().state == "confirmed"
    cancel_unshipped(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=SHIP_BY_ENDS)
    pump(SHIP_BY_ENDS)
    assert trade.again().state == "delivered"
    assert [line.kind for line in open_deadlines(trade.ref)] == ["accept_shipment_by_silence"]
    accept_delivery(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=SHIP_BY_ENDS)
    assert open_deadlines(trade.ref) == []
    assert figures(trade) == ("settled", 2_360_000, 0, 1_475_000, 885_000, 0)
    assert trade.again().state == "completed"


def test_acceptance_before_delivery_is_refused() -> None:
    trade = a_shipped_order()
    refused(
        "goods_not_there",
        trade,
        lambda: accept_delivery(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=SHIPPED_AT),
    )


def test_second_acceptance_is_refused_and_releases_nothing() -> None:
    trade = an_accepted_order()
    refused(
        "order_already_accepted",
        trade,
        lambda: accept_delivery(
            order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=DELIVERED_AT + days(2)
        ),
    )


def test_paid_order_cannot_be_paid_again() -> None:
    trade = a_funded_order()
    refused("hold_not_awaiting_payment", trade, lambda: a_payment(trade))


@pytest.mark.parametrize("role", ["sales", "viewer", "finance"])
def test_only_buying_roles_accept(role: str) -> None:
    trade = a_delivered_order()
    member = a_member(trade.order.buyer, role)
    refused(
        "not_your_step",
        trade,
        lambda: accept_delivery(order_ref=trade.ref, actor=member, key=new_key(), at=DELIVERED_AT),
    )


def test_strangers_know_nothing_of_a_trade() -> None:
    trade = a_delivered_order()
    stranger = owner_of(a_company())
    for actor in (stranger, Actor.anonymous()):
        refused(
            "trade_not_found",
            trade,
            partial(accept_delivery, order_ref=trade.ref, actor=actor, key=new_key(), at=DELIVERED_AT),
        )
        refused(
            "trade_not_found",
            trade,
            partial(
                begin_payment,
                order_ref=trade.ref,
                provider="sandbox",
                return_url="/",
                actor=actor,
                key=new_key(),
                at=DELIVERED_AT,
            ),
        )


def test_supplier_may_not_accept_for_the_buyer() -> None:
    trade = a_delivered_order()
    refused(
        "not_your_step",
        trade,
        lambda: accept_delivery(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=DELIVERED_AT),
    )


def test_failed_refund_is_still_owed_and_is_retried_once() -> None:
    trade = a_funded_order()
    cancel_unshipped(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=FUNDED_AT)
    failed = Refund.objects.get()
    officer = finance_officer()
    fail_bank_refund(
        refund_ref=failed.ref, reason="Account closed", actor=officer, key=new_key(), at=FUNDED_AT
    )
    pump(FUNDED_AT)
    assert owed_to_buyer(trade) == 2_360_000
    assert [line.ref for line in finance_desk().refunds_failed] == [failed.ref]
    first = retry_refund(refund_ref=failed.ref, actor=officer, at=FUNDED_AT)
    assert retry_refund(refund_ref=failed.ref, actor=officer, at=FUNDED_AT) == first
    assert finance_desk().refunds_failed == ()
    bank_refunds_arrive(at=FUNDED_AT)
    assert owed_to_buyer(trade) == 0
    refused("refund_not_failed", trade, lambda: retry_refund(refund_ref=first, actor=officer, at=FUNDED_AT))
    refused(
        "not_your_step", trade, lambda: retry_refund(refund_ref=failed.ref, actor=trade.buyer, at=FUNDED_AT)
    )


@pytest.mark.parametrize("first_desk", ["finance", "payments"])
def test_failed_refund_is_retried_once_whichever_desk_asks(first_desk: str) -> None:
    trade = a_shipped_order(a_funded_order(), quantity="8")
    cancel_unshipped(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=SHIPPED_AT)
    failed = Refund.objects.get()
    officer = finance_officer()
    fail_bank_refund(refund_ref=failed.ref, reason="Closed", actor=officer, key=new_key(), at=SHIPPED_AT)
    pump(SHIPPED_AT)
    desks: dict[str, Callable[[], object]] = {
        "finance": partial(retry_refund, refund_ref=failed.ref, actor=officer, at=SHIPPED_AT),
        "payments": partial(
            retry_at_the_payments_desk, refund_ref=failed.ref, actor=officer, key=new_key(), at=SHIPPED_AT
        ),
    }
    desks.pop(first_desk)()
    assert finance_desk().refunds_failed == ()
    (other,) = desks.values()
    refused("nothing_to_confirm", trade, other)
    assert [row.amount_minor for row in Refund.objects.exclude(state="failed")] == [failed.amount_minor]
    bank_refunds_arrive(at=SHIPPED_AT)
    assert owed_to_buyer(trade) == 0


def test_officer_of_the_supplier_neither_records_its_money_nor_refunds_it() -> None:
    trade = a_confirmed_order()
    payment = a_payment(trade)
    insider = replace(finance_officer(), member_of=frozenset({trade.order.supplier_id}))
    refused(
        "own_company_at_desk",
        trade,
        lambda: record_bank_receipt(
            payment_ref=payment.ref,
            money=payment.money,
            received_on=FUNDED_AT.date(),
            bank_reference="NOTHING CAME",
            proof=None,
            actor=insider,
            key=new_key(),
            at=FUNDED_AT,
        ),
    )
    money_arrives(payment)
    cancel_unshipped(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=FUNDED_AT)
    refund = Refund.objects.get()
    for step in (
        partial(confirm_bank_refund, reference="NOTHING LEFT", proof=None),
        partial(fail_bank_refund, reason="Never tried"),
    ):
        refused(
            "own_company_at_desk",
            trade,
            partial(step, refund_ref=refund.ref, actor=insider, key=new_key(), at=FUNDED_AT),
        )
    assert Refund.objects.get().state == "requested"
