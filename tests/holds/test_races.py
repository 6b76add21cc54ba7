"""Release against refund against claim, and everything twice: one winner, and books that add up."""

from __future__ import annotations

from functools import partial

import pytest

from marketplace.core.deadlines import sweep_due
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from marketplace.core.outbox import deliver_due
from tests.factories import AT, days
from tests.factories.disputes import (
    CLAIMED_AT,
    DECIDED_AT,
    a_claim,
    a_decided_case,
    an_escalated_case,
    claiming,
    dispute_officer,
    usd,
)
from tests.factories.holds import (
    DELIVERED_AT,
    FUNDED_AT,
    a_confirmed_order,
    a_delivered_order,
    a_funded_order,
    a_payment,
    a_requested_payout,
    an_accepted_order,
    finance_officer,
    hold_of,
    pump,
    sweep,
)
from tests.holds.races import at_once
from trade_assurance.disputes.operations import (
    accept_claim,
    accept_offer,
    decide,
    make_offer,
    take_case,
    waive_appeal,
    withdraw_claim,
)
from trade_assurance.holds.models import Payout
from trade_assurance.holds.operations import (
    accept_delivery,
    approve_payout,
    begin_payment,
    cancel_unshipped,
    reject_payout,
    request_payout,
    retry_refund,
)
from trade_assurance.ledger.queries import balance
from trade_assurance.payments.models import Payment, Refund
from trade_assurance.payments.operations import fail_bank_refund, record_bank_receipt
from trade_assurance.payments.operations import retry_refund as retry_at_the_payments_desk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
TOTAL = 2_360_000


def test_four_acceptances_release_once() -> None:
    trade = a_delivered_order()
    steps = [
        partial(accept_delivery, order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=CLAIMED_AT)
        for _ in range(4)
    ]
    assert sorted(at_once(*steps)) == ["done"] + ["order_already_accepted"] * 3
    assert hold_of(trade).released_minor == TOTAL


def test_one_key_sent_four_times_releases_once_and_answers_all() -> None:
    trade = a_delivered_order()
    step = partial(accept_delivery, order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=CLAIMED_AT)
    assert at_once(step, step, step, step) == ["done"] * 4
    assert hold_of(trade).released_minor == TOTAL


def test_acceptance_against_a_claim_of_everything_has_one_winner() -> None:
    trade = a_delivered_order()
    accepted, claimed = at_once(
        partial(accept_delivery, order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=CLAIMED_AT),
        claiming(trade, usd(TOTAL)),
    )
    hold = hold_of(trade)
    if claimed == "done":
        assert (hold.frozen_minor, hold.released_minor) == (TOTAL, 0)
    else:
        assert accepted == "done"
        assert (hold.frozen_minor, hold.released_minor) == (0, TOTAL)


def test_silence_against_acceptance_releases_once() -> None:
    trade = a_delivered_order()
    at = DELIVERED_AT + days(45)
    at_once(
        partial(accept_delivery, order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=at),
        partial(sweep_due, at=at),
        partial(sweep_due, at=at),
    )
    assert hold_of(trade).released_minor == TOTAL
    assert trade.again().state == "completed"


def test_cancellation_by_both_sides_and_the_clock_refunds_once() -> None:
    trade = a_funded_order()
    at = AT + days(80)
    at_once(
        partial(cancel_unshipped, order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=at),
        partial(cancel_unshipped, order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=at),
        partial(sweep_due, at=at),
    )
    assert hold_of(trade).refunded_minor == TOTAL
    assert balance("refund_payable", trade.ref, "USD") == Money(TOTAL, "USD")


def test_cancellation_against_a_claim_never_moves_more_than_is_held() -> None:
    trade = a_funded_order()
    at = AT + days(50)
    at_once(
        partial(cancel_unshipped, order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=at),
        claiming(trade, usd(TOTAL), at=at, reason="non_delivery", clause="ship_by"),
    )
    hold = hold_of(trade)
    assert hold.refunded_minor + hold.held_minor == TOTAL
    assert hold.refunded_minor in (0, TOTAL)


def test_two_receipts_delivered_by_two_workers_fund_once_and_return_the_rest() -> None:
    trade = a_confirmed_order()
    for payment in (a_payment(trade), a_payment(trade)):
        record_bank_receipt(
            payment_ref=payment.ref,
            money=payment.money,
            received_on=FUNDED_AT.date(),
            bank_reference=payment.ref,
            proof=None,
            actor=finance_officer(),
            key=new_key(),
            at=FUNDED_AT,
        )
    at_once(*[partial(deliver_due, at=FUNDED_AT, queue="holds")] * 4)
    pump(FUNDED_AT)
    hold = hold_of(trade)
    assert (hold.funded_minor, hold.state) == (TOTAL, "held")
    assert balance("refund_payable", trade.ref, "USD") == Money(TOTAL, "USD")


def test_accepting_the_claim_against_accepting_the_offer_against_withdrawing() -> None:
    trade, dispute = a_claim()
    version = make_offer(
        dispute_ref=dispute.ref, refund=usd(100), actor=trade.supplier, key=new_key(), at=CLAIMED_AT
    )
    answers = at_once(
        partial(accept_claim, dispute_ref=dispute.ref, actor=trade.supplier, key=new_key(), at=CLAIMED_AT),
        partial(
            accept_offer,
            dispute_ref=dispute.ref,
            version=version,
            actor=trade.buyer,
            key=new_key(),
            at=CLAIMED_AT,
        ),
        partial(withdraw_claim, dispute_ref=dispute.ref, actor=trade.buyer, key=new_key(), at=CLAIMED_AT),
    )
    assert sorted(answers) == ["done", "talks_over", "talks_over"]
    refunded = {0: 450_000, 1: 100, 2: 0}[answers.index("done")]
    hold = hold_of(trade)
    assert (hold.refunded_minor, hold.frozen_minor) == (refunded, 0)


def test_decided_twice_at_once_stands_once() -> None:
    _trade, dispute = an_escalated_case()
    officer = dispute_officer()
    take_case(dispute_ref=dispute.ref, actor=officer, key=new_key(), at=DECIDED_AT)
    sweep(DECIDED_AT)
    steps = [
        partial(
            decide,
            dispute_ref=dispute.ref,
            refund=usd(refund),
            release=usd(0),
            reasons="So.",
            actor=officer,
            key=new_key(),
            at=DECIDED_AT,
        )
        for refund in (100, 200)
    ]
    assert sorted(at_once(*steps)) == ["done", "talks_over"]


def test_both_waivers_and_the_clock_at_once_carry_out_once() -> None:
    trade, dispute = a_decided_case()
    at = DECIDED_AT + days(7)
    at_once(
        partial(waive_appeal, dispute_ref=dispute.ref, actor=trade.buyer, key=new_key(), at=at),
        partial(waive_appeal, dispute_ref=dispute.ref, actor=trade.supplier, key=new_key(), at=at),
        partial(sweep_due, at=at),
    )
    hold = hold_of(trade)
    assert (hold.refunded_minor, hold.released_minor, hold.frozen_minor) == (300_000, 150_000, 0)


def test_payout_requested_twice_at_once_pays_the_balance_once() -> None:
    trade = an_accepted_order()
    a_requested_payout(trade, usd(1))
    at = DELIVERED_AT + days(3)
    steps = [
        partial(request_payout, amount=usd(2_289_199), actor=trade.supplier, key=new_key(), at=at)
        for _ in range(2)
    ]
    assert sorted(at_once(*steps)) == ["done", "payout_above_balance"]
    assert balance("payout_in_transit", trade.order.supplier.ref, "USD") == Money(2_289_200, "USD")


def test_approval_against_rejection_has_one_winner() -> None:
    trade = an_accepted_order()
    payout = a_requested_payout(trade, usd(5_000))
    at = DELIVERED_AT + days(3)
    answers = at_once(
        partial(approve_payout, payout_ref=payout.ref, actor=finance_officer(), key=new_key(), at=at),
        partial(
            reject_payout,
            payout_ref=payout.ref,
            reason="Wrong",
            actor=finance_officer(),
            key=new_key(),
            at=at,
        ),
    )
    assert sorted(answers) == ["done", "illegal_transition"]
    assert Payout.objects.get(pk=payout.pk).state in ("approved", "rejected")


def test_two_payments_begun_and_received_at_once_fund_once_and_return_the_second() -> None:
    trade = a_confirmed_order()
    begin = partial(
        begin_payment,
        order_ref=trade.ref,
        provider="bank_transfer",
        return_url="/",
        actor=trade.buyer,
        at=FUNDED_AT,
    )
    assert at_once(partial(begin, key=new_key()), partial(begin, key=new_key())) == ["done", "done"]
    receipts = [
        partial(
            record_bank_receipt,
            payment_ref=payment.ref,
            money=payment.money,
            received_on=FUNDED_AT.date(),
            bank_reference="STMT 1",
            proof=None,
            actor=finance_officer(),
            key=new_key(),
            at=FUNDED_AT,
        )
        for payment in Payment.objects.filter(subject=hold_of(trade).ref)
    ]
    assert at_once(*receipts) == ["done", "done"]
    at_once(*[partial(deliver_due, at=FUNDED_AT, queue="holds")] * 3)
    pump(FUNDED_AT)
    assert (hold_of(trade).funded_minor, hold_of(trade).state) == (TOTAL, "held")
    assert [row.amount_minor for row in Refund.objects.all()] == [TOTAL]
    assert balance("refund_payable", trade.ref, "USD") == Money(TOTAL, "USD")


def test_one_key_begins_one_payment_however_often_it_is_pressed_at_once() -> None:
    trade = a_confirmed_order()
    step = partial(
        begin_payment,
        order_ref=trade.ref,
        provider="bank_transfer",
        return_url="/",
        actor=trade.buyer,
        key=new_key(),
        at=FUNDED_AT,
    )
    assert at_once(step, step, step) == ["done"] * 3
    assert Payment.objects.count() == 1


def test_granting_a_claim_against_acceptance_divides_exactly_what_was_held() -> None:
    trade, dispute = a_claim()
    answers = at_once(
        partial(accept_claim, dispute_ref=dispute.ref, actor=trade.supplier, key=new_key(), at=CLAIMED_AT),
        partial(accept_delivery, order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=CLAIMED_AT),
    )
    assert answers == ["done", "done"]
    hold = hold_of(trade)
    assert (hold.refunded_minor, hold.released_minor, hold.held_minor) == (450_000, TOTAL - 450_000, 0)
    assert trade.again().state == "completed"


def test_carrying_out_a_decision_against_silence_moves_each_part_once() -> None:
    trade, _dispute = a_decided_case()
    at = DELIVERED_AT + days(45)
    at_once(*[partial(sweep_due, at=at)] * 3)
    sweep(at)
    hold = hold_of(trade)
    assert (hold.refunded_minor, hold.released_minor, hold.held_minor) == (300_000, TOTAL - 300_000, 0)


def test_two_desks_retrying_one_failed_refund_at_once_send_it_once() -> None:
    trade = a_funded_order()
    cancel_unshipped(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=FUNDED_AT)
    failed = Refund.objects.get()
    officer = finance_officer()
    fail_bank_refund(refund_ref=failed.ref, reason="Closed", actor=officer, key=new_key(), at=FUNDED_AT)
    answers = at_once(
        partial(retry_refund, refund_ref=failed.ref, actor=officer, at=FUNDED_AT),
        partial(
            retry_at_the_payments_desk, refund_ref=failed.ref, actor=officer, key=new_key(), at=FUNDED_AT
        ),
    )
    assert sorted(answers) == ["done", "nothing_to_confirm"]
    assert Refund.objects.filter(retry_of=failed).count() == 1
