"""Several milestones of one order: each paid for itself, and no goods leave before the last of them is."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from orders.errors import NotCleared
from orders.models import Order
from tests.factories import AT, days
from tests.factories.holds import a_confirmed_order, a_deposit_paid, a_funded_order, holds_of
from tests.factories.orders import DEPOSIT_BALANCE, a_dispatched_shipment
from trade_assurance.holds.models import Hold

pytestmark = pytest.mark.django_db


def test_confirm_opens_one_hold_per_milestone_that_sum_to_the_total() -> None:
    trade = a_confirmed_order(schedule=DEPOSIT_BALANCE)
    deposit, balance = holds_of(trade)
    assert (deposit.amount_minor, balance.amount_minor) == (708_000, 1_652_000)
    assert (deposit.fund_by, balance.fund_by) == (AT + days(8), None)
    assert trade.order.terms is not None
    assert [row["amount_minor"] for row in trade.order.terms["payment_schedule"]] == [708_000, 1_652_000]


def test_deposit_clears_production_and_not_shipping() -> None:
    trade = a_deposit_paid()
    assert [hold.state for hold in holds_of(trade)] == ["held", "awaiting_funds"]
    assert trade.order.cleared_to_produce_at is not None
    assert trade.order.cleared_to_ship_at is None
    with pytest.raises(NotCleared):
        a_dispatched_shipment(trade)
    assert trade.again().cleared_to_ship_at is None


def test_balance_clears_shipping() -> None:
    trade = a_funded_order(schedule=DEPOSIT_BALANCE)
    assert [hold.state for hold in holds_of(trade)] == ["held", "held"]
    assert trade.order.cleared_to_ship_at is not None


def test_database_refuses_clearance_while_a_milestone_waits() -> None:
    trade = a_deposit_paid()
    with pytest.raises(DatabaseError, match="a milestone waits"), transaction.atomic():
        Order.objects.filter(pk=trade.order.pk).update(cleared_to_ship_at=AT)
    assert trade.again().cleared_to_ship_at is None


@pytest.mark.planted_errors
def test_database_lets_what_is_due_shrink_only_before_it_is_paid() -> None:
    deposit, balance = holds_of(a_deposit_paid())
    for pk, amount in [(deposit.pk, 707_999), (balance.pk, 1_652_001), (balance.pk, -1)]:
        with pytest.raises(DatabaseError), transaction.atomic():
            Hold.objects.filter(pk=pk).update(amount_minor=amount)
    assert [hold.amount_minor for hold in (deposit, balance)] == [708_000, 1_652_000]
    Hold.objects.filter(pk=balance.pk).update(amount_minor=1_000_000)
    balance.refresh_from_db()
    assert balance.amount_minor == 1_000_000
