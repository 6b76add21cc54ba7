"""Trades with money: confirmed, funded, shipped, delivered, accepted. Reached through operations and the outbox only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any

from marketplace.core.actors import Actor
from marketplace.core.deadlines import sweep_due
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from marketplace.core.outbox import deliver_due
from orders.operations import record_delivery
from tests.factories import AT, days
from tests.factories.accounts import staff
from tests.factories.orders import DEPOSIT_BALANCE, Trade, a_dispatched_shipment, a_placed_order
from tests.factories.remembered import remembered
from trade_assurance.holds.models import Hold, Payout
from trade_assurance.holds.operations import (
    BankDetails,
    accept_delivery,
    approve_payout,
    begin_payment,
    confirm_order,
    request_payout,
    set_payout_account,
)
from trade_assurance.payments.models import Payment, Refund
from trade_assurance.payments.operations import approve_bank_refund, confirm_bank_refund, record_bank_receipt

_number = count(1)
FUNDED_AT = AT + days(2)
SHIPPED_AT = AT + days(11)
DELIVERED_AT = AT + days(40)
BANK = BankDetails("Kaveri Exports Pvt Ltd", "State Bank of India", "00000011112222", "SBININBB104")


def finance_officer(name: str = "Fin Officer") -> Actor:
    """Somebody at the finance desk, new each time."""
    return staff("finance", name=name)


def pump(at: datetime) -> None:
    """Deliver everything that waits in the outbox; a failing consumer fails the test."""
    while True:
        result = deliver_due(at=at)
        assert result.failed == 0
        if result.delivered == 0:
            return


def sweep(at: datetime) -> None:
    """Let everything due happen and be told; a failing handler fails the test."""
    while True:
        result = sweep_due(at=at)
        assert result.failed == 0
        pump(at)
        if result.done + result.skipped == 0:
            return


def hold_of(trade: Trade) -> Hold:
    """The trade's one hold, as it is in the database now."""
    return Hold.objects.get(order=trade.order)


def holds_of(trade: Trade) -> list[Hold]:
    """The trade's holds in the order of their milestones, as they are in the database now."""
    return list(Hold.objects.filter(order=trade.order).order_by("milestone__position"))


@remembered
def a_confirmed_order(trade: Trade | None = None, *, at: datetime = AT + days(1), **over: Any) -> Trade:
    """Confirmed by the supplier; a hold awaits 23,600.00 USD (20 t of rice, no freight)."""
    trade = trade or a_placed_order(**over)
    confirm_order(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=at)
    pump(at)
    return Trade(trade.again(), trade.buyer, trade.supplier)


def a_payment(trade: Trade, *, provider: str = "bank_transfer", at: datetime = FUNDED_AT) -> Payment:
    """The buyer has begun to pay what is missing."""
    ref = begin_payment(
        order_ref=trade.ref, provider=provider, return_url="/", actor=trade.buyer, key=new_key(), at=at
    )
    return Payment.objects.get(ref=ref)


def money_arrives(payment: Payment, amount: Money | None = None, *, at: datetime = FUNDED_AT) -> None:
    """An officer records a transfer (of all that was asked by default), and holds hear of it."""
    record_bank_receipt(
        payment_ref=payment.ref,
        money=payment.money if amount is None else amount,
        received_on=at.date(),
        bank_reference=f"BANK-{next(_number)}",
        proof=None,
        actor=finance_officer(),
        key=new_key(),
        at=at,
    )
    pump(at)


@remembered
def a_funded_order(trade: Trade | None = None, *, at: datetime = FUNDED_AT, **over: Any) -> Trade:
    """Confirmed and paid by bank transfer, every milestone: everything is held, the supplier may produce and ship."""
    trade = trade or a_confirmed_order(**over)
    while Hold.objects.filter(order=trade.order, state="awaiting_funds").exists():
        money_arrives(a_payment(trade, at=at), at=at)
    return Trade(trade.again(), trade.buyer, trade.supplier)


@remembered
def a_deposit_paid(trade: Trade | None = None, *, at: datetime = FUNDED_AT, **over: Any) -> Trade:
    """Confirmed with 30 % now and 70 % before shipment, and the first 30 % paid: the supplier may produce, not ship."""
    trade = trade or a_confirmed_order(**{"schedule": DEPOSIT_BALANCE, **over})
    money_arrives(a_payment(trade, at=at), at=at)
    return Trade(trade.again(), trade.buyer, trade.supplier)


@remembered
def a_shipped_order(
    trade: Trade | None = None, *, at: datetime = SHIPPED_AT, quantity: str = "", **over: Any
) -> Trade:
    """Funded, and everything (or `quantity` of the first line) has left."""
    trade = trade or a_funded_order(**over)
    a_dispatched_shipment(trade, at=at, quantity=quantity)
    pump(at)
    return Trade(trade.again(), trade.buyer, trade.supplier)


@remembered
def a_delivered_order(
    trade: Trade | None = None,
    *,
    at: datetime = DELIVERED_AT,
    shipped_at: datetime = SHIPPED_AT,
    quantity: str = "",
    **over: Any,
) -> Trade:
    """Funded, shipped, and the buyer says it has arrived: the inspection window is open."""
    trade = trade or a_funded_order(**over)
    shipment = a_dispatched_shipment(trade, at=shipped_at, quantity=quantity)
    pump(shipped_at)
    record_delivery(
        shipment_ref=shipment.ref, source="buyer", delivered_at=at, actor=trade.buyer, key=new_key(), at=at
    )
    pump(at)
    return Trade(trade.again(), trade.buyer, trade.supplier)


@remembered
def an_accepted_order(
    trade: Trade | None = None, *, at: datetime = DELIVERED_AT + days(1), **over: Any
) -> Trade:
    """Delivered and accepted: released less commission, completed."""
    trade = trade or a_delivered_order(**over)
    accept_delivery(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=at)
    pump(at)
    return Trade(trade.again(), trade.buyer, trade.supplier)


def bank_refunds_arrive(*, at: datetime) -> None:
    """An officer confirms every refund that waits for a transfer, with a second one where the amount asks for it."""
    for ref in list(Refund.objects.exclude(state__in=["confirmed", "failed"]).values_list("ref", flat=True)):
        confirm_bank_refund(
            refund_ref=ref,
            reference=f"RF-{next(_number)}",
            proof=None,
            actor=finance_officer(),
            key=new_key(),
            at=at,
        )
        if Refund.objects.get(ref=ref).state == "requested":  # above the limit
            approve_bank_refund(refund_ref=ref, actor=finance_officer(), key=new_key(), at=at)
    pump(at)


def a_payout_account(
    trade: Trade, *, currency: str = "USD", provider: str = "bank_transfer", at: datetime = AT
) -> None:
    """The supplier says where its money goes."""
    set_payout_account(currency=currency, provider=provider, details=BANK, actor=trade.supplier, at=at)


def a_requested_payout(trade: Trade, amount: Money, *, at: datetime = DELIVERED_AT + days(2)) -> Payout:
    """The supplier asks for part of its balance."""
    a_payout_account(trade, currency=amount.currency, at=at)
    ref = request_payout(amount=amount, actor=trade.supplier, key=new_key(), at=at)
    pump(at)
    return Payout.objects.get(ref=ref)


def approve_fully(payout: Payout, *, at: datetime, officer: Callable[[], Actor] = finance_officer) -> Payout:
    """As many officers as are needed say yes."""
    for _turn in range(payout.approvals_needed):
        approve_payout(payout_ref=payout.ref, actor=officer(), key=new_key(), at=at)
    pump(at)
    return Payout.objects.get(pk=payout.pk)
