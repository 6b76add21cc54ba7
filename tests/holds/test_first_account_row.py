"""The first account row of a supplier is made while two trades of theirs are under way: nobody waits in a circle."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event

import pytest
from django.db import connection, transaction

from marketplace.core.actors import Actor
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories import days
from tests.factories.chargebacks import TAKEN_AT, paid_by_card
from tests.factories.holds import (
    DELIVERED_AT,
    a_confirmed_order,
    a_delivered_order,
    finance_officer,
    hold_of,
    pump,
)
from tests.factories.orders import DEPOSIT_BALANCE, a_placed_order
from tests.factories.rails import NAME, CardRail
from tests.holds.races import at_once
from tests.plugins.sizes import size
from trade_assurance.holds.models import ChargebackCase, SupplierAccount
from trade_assurance.holds.operations import chargeback_taken, lock_trade, set_reserve
from trade_assurance.holds.operations.payouts.supplier_money import account_for
from trade_assurance.holds.operations.trades.releases import release
from trade_assurance.ledger import operations as ledger
from trade_assurance.ledger.models import Transaction
from trade_assurance.ledger.operations import credit, debit
from trade_assurance.ledger.states import AccountKind

pytestmark = [pytest.mark.django_db(transaction=True)]
USD = "USD"
AT = DELIVERED_AT + days(1)
SYSTEM = Actor.system("test")


def waits_for_a_lock() -> bool:
    """Whether some other connection stands still for a lock now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return bool(cursor.fetchone()[0])


def test_release_in_parts_never_waits_for_a_row_that_was_made_in_between() -> None:
    trade = a_delivered_order(schedule=DEPOSIT_BALANCE)
    supplier, officer = trade.order.supplier, finance_officer()
    credited, locked = Event(), Event()

    def in_two_parts() -> None:
        """Releases one milestone, then another, in one transaction."""
        try:
            with transaction.atomic():
                found = lock_trade(trade.ref, actor=SYSTEM)
                first, second = found.holds
                release(found, first, 1_000, cause="x", reason="accepted", actor=SYSTEM, at=AT)
                credited.set()
                assert locked.wait(20)
                deadline = time.monotonic() + 20
                while not waits_for_a_lock():  # the other one needs the supplier's balance, which is ours now
                    assert time.monotonic() < deadline
                    time.sleep(0.02)
                release(found, second, 2_000, cause="x", reason="accepted", actor=SYSTEM, at=AT)
        finally:
            connection.close()

    def keeps_back() -> None:
        """An officer makes the row; then somebody else locks it and wants the balance."""
        try:
            assert credited.wait(20)
            set_reserve(
                company_ref=supplier.ref,
                bps=0,
                days=30,
                from_at=AT,
                reason="New",
                actor=officer,
                key=new_key(),
                at=AT,
            )
            with transaction.atomic():
                account_for(supplier.pk)
                locked.set()
                balance = (AccountKind.SUPPLIER_PAYABLE, supplier.ref, Money(1, USD))
                ledger.post(
                    kind="kept_back",
                    subject="x",
                    key="kept:x",
                    entries=[
                        debit(*balance),
                        credit(AccountKind.SUPPLIER_PAYABLE, supplier.ref, Money(1, USD)),
                    ],
                    happened_at=AT,
                )
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        steps = [pool.submit(step) for step in (in_two_parts, keeps_back)]
        for step in steps:
            step.result(timeout=60)
    assert sum(hold.released_minor for hold in trade.order.holds.all()) == 3_000


def test_first_chargebacks_of_two_trades_at_once_make_one_row_and_both_are_booked(rail: CardRail) -> None:
    del rail
    for number in range(size(1, 2, 20)):
        first, payment = paid_by_card(a_confirmed_order(a_placed_order()))
        other = a_placed_order(buyer=first.order.buyer, supplier=first.order.supplier)
        second, other_payment = paid_by_card(a_confirmed_order(other))
        steps = [
            partial(
                chargeback_taken,
                ref=f"cbk_{number}_{trade.ref[-6:]}",
                payment_ref=row.ref,
                provider=NAME,
                money=Money(1_000, USD),
                turn=1,
                order_ref=trade.ref,
                at=TAKEN_AT,
            )
            for trade, row in ((first, payment), (second, other_payment))
        ]
        assert at_once(*steps) == ["done", "done"]
        pump(TAKEN_AT)
        assert SupplierAccount.objects.filter(company=first.order.supplier).count() == 1
        assert [hold_of(trade).frozen_minor for trade in (first, second)] == [1_000, 1_000]
    assert Transaction.objects.filter(kind="chargeback_taken").count() == ChargebackCase.objects.count()
