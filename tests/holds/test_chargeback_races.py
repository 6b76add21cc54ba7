"""A chargeback against release, refund, payout and itself, on two connections: the books add up whoever was first."""

from __future__ import annotations

from functools import partial

import pytest

from marketplace.core.ids import new_key
from marketplace.core.money import Money
from marketplace.core.outbox import deliver_due
from tests.factories import days
from tests.factories.chargebacks import TAKEN_AT, TOTAL, hear, paid_by_card, run_all, sums, supplier_has
from tests.factories.holds import a_delivered_order, an_accepted_order, hold_of, pump
from tests.factories.rails import NAME, CardRail
from tests.holds.races import at_once
from trade_assurance.holds.models import PayoutAccount
from trade_assurance.holds.operations import accept_delivery, cancel_unshipped, request_payout
from trade_assurance.ledger.models import Transaction
from trade_assurance.payments.models import Chargeback
from trade_assurance.payments.operations import record_chargeback

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
LATER = TAKEN_AT + days(5)


def test_one_chargeback_told_four_times_at_once_is_booked_once(rail: CardRail) -> None:
    trade, payment = paid_by_card()
    ref = rail.dispute(payment.provider_ref, Money(TOTAL, "USD"))
    tell = partial(record_chargeback, provider=NAME, facts=rail.chargebacks[ref], at=TAKEN_AT)
    at_once(tell, tell, tell, tell)
    pump(TAKEN_AT)
    assert Chargeback.objects.count() == 1
    assert Transaction.objects.filter(kind="chargeback_taken").count() == 1
    assert hold_of(trade).frozen_minor == TOTAL


def test_chargeback_against_release_costs_the_hold_or_the_supplier_once(rail: CardRail) -> None:
    trade, payment = paid_by_card()
    trade = a_delivered_order(trade)
    ref = rail.dispute(payment.provider_ref, Money(TOTAL, "USD"))
    record_chargeback(provider=NAME, facts=rail.chargebacks[ref], at=TAKEN_AT)
    at_once(
        partial(accept_delivery, order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=TAKEN_AT),
        partial(deliver_due, at=TAKEN_AT),
        partial(deliver_due, at=TAKEN_AT),
    )
    pump(LATER)
    hold = hold_of(trade)
    kept = supplier_has(trade)["kept"]
    assert hold.frozen_minor + kept + (hold.commission_minor if kept else 0) == TOTAL
    rail.loses(ref)
    hear(rail, Chargeback.objects.get(), at=LATER)
    assert sums(trade) == (0, 0, 0, TOTAL)
    assert supplier_has(trade) == {"balance": 0, "kept": 0, "owes": 0}


def test_chargeback_against_refund_gives_the_buyer_the_money_once(rail: CardRail) -> None:
    trade, payment = paid_by_card()
    ref = rail.dispute(payment.provider_ref, Money(TOTAL, "USD"))
    at_once(
        partial(
            cancel_unshipped,
            order_ref=trade.ref,
            actor=trade.supplier,
            key=new_key(),
            at=TAKEN_AT,
            reason="No ship.",
        ),
        partial(record_chargeback, provider=NAME, facts=rail.chargebacks[ref], at=TAKEN_AT),
    )
    pump(LATER)
    run_all(at=LATER)
    rail.loses(ref)
    hear(rail, Chargeback.objects.get(), at=LATER)
    run_all(at=LATER)
    assert rail.calls == []
    held, released, refunded, charged_back = sums(trade)
    assert (held, released, refunded + charged_back) == (0, 0, TOTAL)


def test_chargeback_against_payout_never_pays_what_is_kept(rail: CardRail) -> None:
    trade, payment = paid_by_card()
    trade = an_accepted_order(a_delivered_order(trade))
    had = supplier_has(trade)["balance"]
    PayoutAccount.objects.create(
        company=trade.order.supplier, currency="USD", provider=NAME, changed_at=TAKEN_AT, changed_by="x"
    )
    ref = rail.dispute(payment.provider_ref, Money(TOTAL, "USD"))
    record_chargeback(provider=NAME, facts=rail.chargebacks[ref], at=TAKEN_AT)
    asked, *_rest = at_once(
        partial(request_payout, amount=Money(had, "USD"), actor=trade.supplier, key=new_key(), at=TAKEN_AT),
        partial(deliver_due, at=TAKEN_AT),
    )
    pump(LATER)
    rail.loses(ref)
    hear(rail, Chargeback.objects.get(), at=LATER)
    after = supplier_has(trade)
    assert after["kept"] == 0
    assert after["owes"] == (had if asked == "done" else 0)
    assert sums(trade) == (0, 0, 0, TOTAL)
