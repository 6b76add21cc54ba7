"""The buyer's money comes in: begin a payment, take what arrived, give back what is too much or too late."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.deadlines import close_deadline, open_deadline
from marketplace.core.idempotency import remember, replayed
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from orders import operations as orders
from orders.clocks import clock_days
from trade_assurance.holds.errors import NotAwaitingPayment
from trade_assurance.holds.models import Funding, Hold
from trade_assurance.holds.operations.contracts import FUND_BY
from trade_assurance.holds.operations.refunds import close_payments, give_back_excess
from trade_assurance.holds.operations.releases import CANCEL_UNSHIPPED
from trade_assurance.holds.operations.trade import (
    Trade,
    demand,
    lock_trade,
    lock_trade_of_hold,
    move,
    next_key,
)
from trade_assurance.holds.policies import can_pay
from trade_assurance.holds.rules import Intake, days_after, intake_of
from trade_assurance.holds.states import HoldState, MovementKind
from trade_assurance.ledger import operations as ledger
from trade_assurance.ledger.operations import EntrySpec, credit, debit
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments import operations as payments

PAID = "paid"
PAID_OVER = "paid_over"
PAID_TOO_LATE = "paid_too_late"


@transaction.atomic
def begin_payment(
    *, order_ref: str, provider: str, return_url: str, actor: Actor, key: str, at: datetime
) -> str:
    """Start paying what the order still waits for, by one rail. Returns the payment's reference.

    Only the intent is written here; the provider is called after commit. Several payments may be begun:
    the first money that arrives is taken, the rest goes back by itself.
    Raises `TradeNotFound`, `NotYourStep`, `NotAwaitingPayment`, and what the rail refuses.
    """
    trade = lock_trade(order_ref, actor=actor)
    content = {"order": order_ref, "provider": provider, "actor": actor.as_text}
    if (first := replayed(key=key, operation="begin_payment", content=content)) is not None:
        return first
    demand(can_pay(actor, trade.order))
    hold = next((hold for hold in trade.holds if hold.state == HoldState.AWAITING_FUNDS), None)
    if hold is None or not trade.order.is_running:
        raise NotAwaitingPayment
    payment = payments.start_payment(
        provider=provider,
        subject=hold.ref,
        root=order_ref,
        payer_company_id=trade.order.buyer_id,
        money=hold.missing,
        description=f"Order {trade.order.number}",
        return_url=return_url,
        actor=actor,
        key=f"{key}:payment",
        at=at,
    )
    remember(key=key, operation="begin_payment", content=content, result=payment.ref, at=at)
    return payment.ref


@transaction.atomic
def fund_hold(
    *, hold_ref: str, payment_ref: str, provider: str, money: Money, receipt: str, at: datetime
) -> Intake:
    """Money has arrived for a hold: it takes what it waits for, all else goes back to the payer by itself.

    `receipt` names this arrival once and for all (the outbox delivers it once). A hold that has all its
    money becomes held: production and shipping are cleared, the cancellation deadline opens, both sides
    are told. Money for a hold that lapsed, was paid already or whose order is over is booked as owed to
    the buyer and refunded. Raises `TradeNotFound`, `CurrencyMismatch`.
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
        give_back_excess(
            payment_ref=payment_ref,
            money=Money(intake.excess_minor, hold.currency),
            key=f"{key}:excess",
            reason=PAID_OVER if waits else PAID_TOO_LATE,
            at=at,
        )
        excess = Money(intake.excess_minor, hold.currency)
        orders.record_event(
            order=trade.order, kind="excess_returned", params={"amount": excess}, actor=actor, at=at
        )
        emit(
            kind="payment_excess_returned",
            subject=hold.ref,
            root=trade.order.ref,
            payload={"amount_minor": intake.excess_minor, "currency": hold.currency, "too_late": not waits},
            actor=actor,
            at=at,
        )
    if intake.taken_minor and hold.state == HoldState.HELD:
        _now_held(trade, hold, actor=actor, at=at)
    return intake


def cancellation_due(trade: Trade) -> datetime:
    """When what is not shipped cancels by itself: the end of the day so many days after ship-by."""
    order = trade.order
    return days_after(order.ship_by, clock_days(order.clocks, "cancel_after_ship_by_days"))


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
    entries: list[EntrySpec] = [
        debit(AccountKind.PROVIDER_CLEARING, provider, arrived),
        credit(AccountKind.ESCROW, hold.ref, Money(intake.taken_minor, hold.currency)),
        credit(AccountKind.REFUND_PAYABLE, trade.order.ref, Money(intake.excess_minor, hold.currency)),
    ]
    if intake.taken_minor == 0:
        key = f"excess:{receipt}"
        ledger.post(kind="excess", subject=hold.ref, key=key, entries=entries, happened_at=at)
        return key
    _remember_funding(hold, payment_ref, provider, intake.taken_minor, at)
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


def _remember_funding(hold: Hold, payment_ref: str, provider: str, amount_minor: int, at: datetime) -> None:
    row, created = Funding.objects.get_or_create(
        hold=hold,
        payment_ref=payment_ref,
        defaults={"provider": provider, "amount_minor": amount_minor, "at": at},
    )
    if not created:
        row.amount_minor += amount_minor
        row.save(update_fields=["amount_minor"])


def _now_held(trade: Trade, hold: Hold, *, actor: Actor, at: datetime) -> None:
    order = trade.order
    close_deadline(kind=FUND_BY, subject=hold.ref, outcome="paid", at=at)
    close_payments(hold, reason=PAID, at=at)
    orders.record_event(order=order, kind="money_held", params={"amount": hold.due}, actor=actor, at=at)
    emit(
        kind="hold_funded",
        subject=hold.ref,
        root=order.ref,
        payload={"amount_minor": hold.amount_minor, "currency": hold.currency},
        actor=actor,
        at=at,
    )
    clear_what_is_paid(trade, actor=actor, at=at)


def clear_what_is_paid(trade: Trade, *, actor: Actor, at: datetime) -> None:
    """Let the trade go as far as its money is held: production after what is due on confirmation, shipping after all.

    Clearing production opens the deadline by which unshipped goods cancel by themselves. Nothing that is
    cleared already is cleared again.
    """
    order = trade.order
    if not trade.is_funded_to_produce:
        return
    if order.cleared_to_produce_at is None:
        orders.clear_to_produce(order=order, actor=actor, at=at)
        open_deadline(
            kind=CANCEL_UNSHIPPED,
            subject=order.ref,
            root=order.ref,
            started_at=at,
            due_at=cancellation_due(trade),
            rule="clocks.cancel_after_ship_by_days",
        )
    # INVARIANT: no goods leave while a milestone waits for its money (enforced by order_ships_only_when_paid)
    if trade.is_funded and order.cleared_to_ship_at is None:
        orders.clear_to_ship(order=order, actor=actor, at=at)
