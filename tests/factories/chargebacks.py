"""Trades paid by card whose payers go to their bank; everything through operations, webhooks' readings and the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories.holds import DELIVERED_AT, FUNDED_AT, a_confirmed_order, pump
from tests.factories.orders import Trade
from tests.factories.rails import NAME, CardRail
from trade_assurance.holds.models import ChargebackCase, Hold
from trade_assurance.holds.operations import begin_payment
from trade_assurance.ledger.queries import balance
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments.models import Chargeback, Payment, ProviderOperation
from trade_assurance.payments.operations import (
    continue_payment,
    read_chargeback,
    record_chargeback,
    refresh_payment,
    run_operation,
)
from trade_assurance.payments.providers import sandbox_server
from trade_assurance.payments.providers.base import ChargebackFacts
from trade_assurance.payments.providers.registry import chargeback_rail

TAKEN_AT = DELIVERED_AT + (DELIVERED_AT - FUNDED_AT) / 2
TOTAL = 2_360_000


def paid_by_card(trade: Trade | None = None, *, at: datetime = FUNDED_AT) -> tuple[Trade, Payment]:
    """A confirmed order whose open milestone is paid by card: held."""
    trade = trade or a_confirmed_order()
    ref = begin_payment(
        order_ref=trade.ref, provider=NAME, return_url="/", actor=trade.buyer, key=new_key(), at=at
    )
    continue_payment(payment_ref=ref, at=at)
    refresh_payment(payment_ref=ref, at=at)
    pump(at)
    return Trade(trade.again(), trade.buyer, trade.supplier), Payment.objects.get(ref=ref)


def charge_back(
    rail: CardRail, payment: Payment, minor: int = TOTAL, *, at: datetime = TAKEN_AT, **over: Any
) -> Chargeback:
    """The payer's bank takes the money, and we have heard of it."""
    ref = rail.dispute(payment.provider_ref, Money(minor, payment.currency), **over)
    assert record_chargeback(provider=NAME, facts=rail.chargebacks[ref], at=at) is not None
    pump(at)
    return Chargeback.objects.get(provider_ref=ref)


def hear(rail: CardRail, chargeback: Chargeback, *, at: datetime = TAKEN_AT) -> Chargeback:
    """The provider is asked how it stands, and everything that follows happens."""
    read_chargeback(chargeback_ref=chargeback.ref, at=at)
    pump(at)
    return Chargeback.objects.get(pk=chargeback.pk)


def lose(rail: CardRail, chargeback: Chargeback, *, at: datetime = TAKEN_AT) -> ChargebackCase:
    """The bank decides for the payer."""
    rail.loses(chargeback.provider_ref)
    hear(rail, chargeback, at=at)
    return ChargebackCase.objects.get(ref=chargeback.ref)


def win(rail: CardRail, chargeback: Chargeback, *, at: datetime = TAKEN_AT) -> ChargebackCase:
    """The bank decides for the marketplace."""
    rail.wins(chargeback.provider_ref)
    hear(rail, chargeback, at=at)
    return ChargebackCase.objects.get(ref=chargeback.ref)


def run_all(*, at: datetime) -> None:
    """The workers ask providers everything that is to be asked, and all that follows happens."""
    for pk in ProviderOperation.objects.filter(wake_at__isnull=False).values_list("pk", flat=True):
        run_operation(operation_id=pk, at=at)
    pump(at)


def sums(trade: Trade) -> tuple[int, int, int, int]:
    """Held, released, refunded and charged back of all the trade's holds, in minor units."""
    rows = list(Hold.objects.filter(order=trade.order))
    return (
        sum(row.held_minor for row in rows),
        sum(row.released_minor for row in rows),
        sum(row.refunded_minor for row in rows),
        sum(row.charged_back_minor for row in rows),
    )


def supplier_has(trade: Trade, currency: str = "USD") -> dict[str, int]:
    """The supplier's balance, what is kept back and what is owed, in minor units."""
    ref = trade.order.supplier.ref
    return {
        "balance": balance(AccountKind.SUPPLIER_PAYABLE, ref, currency).amount_minor,
        "kept": balance(AccountKind.SUPPLIER_RESERVE, ref, currency).amount_minor,
        "owes": -balance(AccountKind.SUPPLIER_DEBT, ref, currency).amount_minor,
    }


def a_taken_payment(trade: Trade | None = None, *, at: datetime = FUNDED_AT) -> Chargeback:
    """An order paid on the sandbox's page whose payer went to their bank there: rehearsed from end to end."""
    trade = trade or a_confirmed_order()
    ref = begin_payment(
        order_ref=trade.ref, provider="sandbox", return_url="/", actor=trade.buyer, key=new_key(), at=at
    )
    continue_payment(payment_ref=ref, at=at)
    payment = Payment.objects.get(ref=ref)
    sandbox_server.act_on_page(payment.provider_ref, "pay", slow_seconds=1, at=at)
    refresh_payment(payment_ref=ref, at=at)
    pump(at)
    return sandbox_chargeback(payment, at=at)


def sandbox_chargeback(payment: Payment, *, at: datetime) -> Chargeback:
    """The payer of a sandbox payment goes to their bank."""
    found = sandbox_server.open_chargeback(payment.provider_ref, reason="product_not_received", at=at)
    facts = chargeback_rail("sandbox").fetch_chargeback(found.ref, at)
    assert isinstance(facts, ChargebackFacts)
    assert record_chargeback(provider="sandbox", facts=facts, at=at) is not None
    pump(at)
    return Chargeback.objects.get(provider_ref=found.ref)
