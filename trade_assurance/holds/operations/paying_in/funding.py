"""The buyer's money comes in: begin a payment, take what arrived, give back what is too much or too late."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.idempotency import remember, replayed
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from orders import operations as orders
from trade_assurance.holds.errors import AmountNotPositive, MoreThanDue, NotAwaitingPayment
from trade_assurance.holds.models import Hold
from trade_assurance.holds.operations.paying_in.credit import choose_credit, keep_as_credit, keeps_excess
from trade_assurance.holds.operations.paying_in.taking import PAID, now_paid, remember_funding
from trade_assurance.holds.operations.trades.refunds import give_back_excess
from trade_assurance.holds.operations.trades.trade import (
    Trade,
    demand,
    lock_trade,
    lock_trade_of_hold,
    move,
    next_key,
)
from trade_assurance.holds.policies import can_pay
from trade_assurance.holds.rules import Intake, intake_of
from trade_assurance.holds.states import HoldState, MovementKind
from trade_assurance.ledger import operations as ledger
from trade_assurance.ledger.operations import EntrySpec, credit, debit
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments import operations as payments

PAID_OVER = "paid_over"
PAID_TOO_LATE = "paid_too_late"


@transaction.atomic
def begin_payment(
    *,
    order_ref: str,
    provider: str,
    return_url: str,
    amount: Money | None = None,
    keep_excess: bool = False,
    actor: Actor,
    key: str,
    at: datetime,
) -> str:
    """Start paying what the order's next milestone still waits for, by one rail. Returns the payment's reference.

    `amount` is a part of it (a card takes no more, say), by default all. Only the intent is written here; the
    provider is called after commit. Several payments may be begun: the first money that arrives is taken,
    what is too much goes back by itself, or stays the buyer's credit with `keep_excess`.
    Raises `TradeNotFound`, `NotYourStep`, `NotAwaitingPayment`, `MoreThanDue`, `AmountNotPositive`,
    `CurrencyMismatch`, `CreditOnlyByBank`, and what the rail refuses.
    """
    trade = lock_trade(order_ref, actor=actor)
    content = {
        "order": order_ref,
        "provider": provider,
        "actor": actor.as_text,
        "amount": amount,
        "keep_excess": keep_excess,
    }
    if (first := replayed(key=key, operation="begin_payment", content=content)) is not None:
        return first
    demand(can_pay(actor, trade.order))
    hold = trade.next_to_pay()
    if hold is None or not trade.order.is_running:
        raise NotAwaitingPayment
    payment = payments.start_payment(
        provider=provider,
        subject=hold.ref,
        root=order_ref,
        payer_company_id=trade.order.buyer_id,
        money=_part_of(hold, amount),
        description=f"Order {trade.order.number}",
        return_url=return_url,
        actor=actor,
        key=f"{key}:payment",
        at=at,
    )
    if keep_excess:
        choose_credit(payment, actor=actor, at=at)
    remember(key=key, operation="begin_payment", content=content, result=payment.ref, at=at)
    return payment.ref


def _part_of(hold: Hold, amount: Money | None) -> Money:
    if amount is None:
        return hold.missing
    if not amount.is_positive:
        raise AmountNotPositive(field="amount")
    if amount > hold.missing:
        raise MoreThanDue(field="amount", due=f"{hold.missing.as_decimal()} {hold.currency}")
    return amount


@transaction.atomic
def fund_hold(
    *, hold_ref: str, payment_ref: str, provider: str, money: Money, receipt: str, at: datetime
) -> Intake:
    """Money has arrived for a hold: it takes what it waits for, all else is the payer's.

    `receipt` names this arrival once and for all (the outbox delivers it once). A hold that has all its
    money becomes held: production or shipping is cleared as far as the schedule allows, both sides are told.
    What is too much, or comes for a hold that lapsed, was paid already or whose order is over, is booked as
    owed to the buyer and refunded, or kept as their credit when they chose so. Raises `TradeNotFound`, `CurrencyMismatch`.
    """
    actor = Actor.system("payment")
    trade = lock_trade_of_hold(hold_ref)
    hold = next(hold for hold in trade.holds if hold.ref == hold_ref)
    waits = hold.state == HoldState.AWAITING_FUNDS and trade.order.is_running
    intake = intake_of(
        (money - Money.zero(hold.currency)).amount_minor,
        due_minor=hold.amount_minor,
        funded_minor=hold.funded_minor,
        open_for_funds=waits,
    )
    key = _book(
        trade, hold, intake, payment_ref=payment_ref, provider=provider, receipt=receipt, actor=actor, at=at
    )
    if intake.excess_minor:
        _settle_excess(
            trade,
            hold,
            Money(intake.excess_minor, hold.currency),
            payment_ref=payment_ref,
            provider=provider,
            key=key,
            too_late=not waits,
            at=at,
        )
    if intake.taken_minor and hold.state == HoldState.HELD:
        now_paid(trade, hold, actor=actor, at=at)
    return intake


def _settle_excess(
    trade: Trade,
    hold: Hold,
    excess: Money,
    *,
    payment_ref: str,
    provider: str,
    key: str,
    too_late: bool,
    at: datetime,
) -> None:
    """What nothing is due for stays the buyer's credit when they chose so for this payment, else it goes back."""
    actor = Actor.system("payment")
    if keeps_excess(payment_ref):
        keep_as_credit(
            trade, payment_ref=payment_ref, provider=provider, money=excess, key=key, actor=actor, at=at
        )
        return
    give_back_excess(
        payment_ref=payment_ref,
        money=excess,
        key=f"{key}:excess",
        reason=PAID_TOO_LATE if too_late else PAID_OVER,
        at=at,
    )
    orders.record_event(
        order=trade.order, kind="excess_returned", params={"amount": excess}, actor=actor, at=at
    )
    emit(
        kind="payment_excess_returned",
        subject=hold.ref,
        root=trade.order.ref,
        payload={
            "amount_minor": excess.amount_minor,
            "currency": excess.currency,
            "too_late": too_late,
        },
        actor=actor,
        at=at,
    )


def _book(
    trade: Trade,
    hold: Hold,
    intake: Intake,
    *,
    payment_ref: str,
    provider: str,
    receipt: str,
    actor: Actor,
    at: datetime,
) -> str:
    arrived = Money(intake.taken_minor + intake.excess_minor, hold.currency)
    excess = Money(intake.excess_minor, hold.currency)
    entries: list[EntrySpec] = [
        debit(AccountKind.PROVIDER_CLEARING, provider, arrived),
        credit(AccountKind.ESCROW, hold.ref, Money(intake.taken_minor, hold.currency)),
        credit(AccountKind.BUYER_CREDIT, trade.order.buyer.ref, excess)
        if keeps_excess(payment_ref)
        else credit(AccountKind.REFUND_PAYABLE, trade.order.ref, excess),
    ]
    if intake.taken_minor == 0:
        key = f"excess:{receipt}"
        ledger.post(kind="excess", subject=hold.ref, key=key, entries=entries, happened_at=at)
        return key
    remember_funding(hold, payment_ref, provider, intake.taken_minor, root=trade.order.ref, at=at)
    funded = hold.funded_minor + intake.taken_minor
    complete = funded == hold.amount_minor
    key = next_key(hold)
    move(
        hold,
        kind=MovementKind.FUNDED,
        amount_minor=intake.taken_minor,
        entries=entries,
        cause=payment_ref,
        reason=PAID,
        actor=actor,
        at=at,
        state=HoldState.HELD if complete else None,
        funded_minor=funded,
        held_minor=hold.held_minor + intake.taken_minor,
        funded_at=at if complete else None,
    )
    return key
