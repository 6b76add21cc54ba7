"""How many statements a trade's steps cost: the replay of thousands of orders leans on it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.core.ids import new_key
from marketplace.core.outbox import deliver_due
from tests.factories import AT, days
from tests.factories.holds import (
    DELIVERED_AT,
    FUNDED_AT,
    a_confirmed_order,
    a_delivered_order,
    a_payment,
    finance_officer,
)
from tests.factories.orders import a_placed_order
from trade_assurance.holds.operations import accept_delivery, confirm_order
from trade_assurance.payments.operations import record_bank_receipt

pytestmark = pytest.mark.django_db
MOST = 40


def test_confirming_costs_few_statements() -> None:
    trade = a_placed_order()
    with CaptureQueriesContext(connection) as seen:
        confirm_order(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=AT + days(1))
    assert len(seen) < MOST, [q["sql"][:110] for q in seen]


def test_funding_costs_few_statements() -> None:
    trade = a_confirmed_order()
    payment = a_payment(trade)
    record_bank_receipt(
        payment_ref=payment.ref,
        money=payment.money,
        received_on=FUNDED_AT.date(),
        bank_reference="BANK-1",
        proof=None,
        actor=finance_officer(),
        key=new_key(),
        at=FUNDED_AT,
    )
    with CaptureQueriesContext(connection) as seen:
        assert deliver_due(at=FUNDED_AT, queue="holds", limit=1).delivered == 1
    assert len(seen) < MOST, [q["sql"][:110] for q in seen]


def test_accepting_costs_few_statements() -> None:
    trade = a_delivered_order()
    with CaptureQueriesContext(connection) as seen:
        accept_delivery(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=DELIVERED_AT)
    assert len(seen) < MOST, [q["sql"][:110] for q in seen]
