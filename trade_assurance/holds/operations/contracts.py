"""From agreement to the hold that waits for money; and the way out before money came.

Starts the flows that bind a contract: the lower halves are `orders.operations`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Sum

from marketplace.core.actors import Actor
from marketplace.core.deadlines import close_deadline, open_deadline
from marketplace.core.idempotency import remember, replayed
from orders import operations as orders
from orders.clocks import clock_days
from orders.models import Milestone
from orders.states import OrderState
from trade_assurance.holds.errors import MoneyNotTakenYet, NotAwaitingPayment
from trade_assurance.holds.models import Hold
from trade_assurance.holds.operations import refunds
from trade_assurance.holds.operations.trade import Trade, demand, lock_trade, lock_trade_of_hold, write
from trade_assurance.holds.policies import can_confirm, can_decide_for_buyer
from trade_assurance.holds.rules import fund_by_of
from trade_assurance.holds.states import HoldState
from trade_assurance.payments.models import Payment

FUND_BY = "fund_by"


@transaction.atomic
def confirm_order(*, order_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """The supplier takes the order as placed: terms and commission freeze, a hold per milestone awaits the money.

    Opens the deadline by which the buyer pays. Returns the order's reference.
    Raises `TradeNotFound`, `NotYourStep`, and what `orders.operations.confirm_order_terms` raises.
    """
    trade = lock_trade(order_ref, actor=actor)
    content = {"order": order_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="confirm_order", content=content)) is not None:
        return first
    demand(can_confirm(actor, trade.order))
    orders.confirm_order_terms(order=trade.order, actor=actor, key=key, at=at)
    _await_funds(trade, actor=actor, key=key, at=at)
    remember(key=key, operation="confirm_order", content=content, result=order_ref, at=at)
    return order_ref


@transaction.atomic
def accept_amendment(*, order_ref: str, version: int, actor: Actor, key: str, at: datetime) -> str:
    """The buyer takes the supplier's other terms (of exactly this version): they become the contract at once.

    Raises `TradeNotFound`, `NotYourStep`, and what `orders.operations.confirm_order_terms` raises when the
    version is no longer the one on the table.
    """
    trade = lock_trade(order_ref, actor=actor)
    content = {"order": order_ref, "version": version, "actor": actor.as_text}
    if (first := replayed(key=key, operation="accept_amendment", content=content)) is not None:
        return first
    demand(can_decide_for_buyer(actor, trade.order))
    orders.confirm_order_terms(order=trade.order, amendment_version=version, actor=actor, key=key, at=at)
    _await_funds(trade, actor=actor, key=key, at=at)
    remember(key=key, operation="accept_amendment", content=content, result=order_ref, at=at)
    return order_ref


@transaction.atomic
def lapse_unfunded(*, hold_ref: str, at: datetime) -> None:
    """The money did not come in time: the hold and the order lapse; what came in part goes back. By the deadline.

    Raises `NotAwaitingPayment`; `MoneyNotTakenYet` while money that did come waits to be taken, so that the
    deadline is tried again after it was.
    """
    actor = Actor.system("auto_lapse")
    trade = lock_trade_of_hold(hold_ref)
    if trade.is_funded:
        raise NotAwaitingPayment
    if any(_has_money_to_take(hold) for hold in trade.holds):
        raise MoneyNotTakenYet
    _end_unfunded(trade, reason=refunds.LAPSED, actor=actor, at=at)
    orders.lapse_order(order=trade.order, actor=actor, key=f"lapse:{hold_ref}", at=at, reason=FUND_BY)


@transaction.atomic
def cancel_confirmed_order(*, order_ref: str, reason: str, actor: Actor, key: str, at: datetime) -> str:
    """Either side steps back from a confirmed order before it is paid; what came in part goes back.

    Raises `TradeNotFound`, `NotYourStep`, `NotAwaitingPayment` (paid, or not confirmed, or over).
    """
    trade = lock_trade(order_ref, actor=actor)
    content = {"order": order_ref, "reason": reason, "actor": actor.as_text}
    if (first := replayed(key=key, operation="cancel_confirmed_order", content=content)) is not None:
        return first
    demand(can_decide_for_buyer(actor, trade.order) or can_confirm(actor, trade.order))
    if trade.order.state != OrderState.CONFIRMED or not trade.holds or trade.is_funded:
        raise NotAwaitingPayment
    _end_unfunded(trade, reason=refunds.CANCELLED, actor=actor, at=at)
    orders.cancel_order(order=trade.order, actor=actor, key=key, at=at, reason=reason)
    remember(key=key, operation="cancel_confirmed_order", content=content, result=order_ref, at=at)
    return order_ref


def end_charged_back(trade: Trade, *, actor: Actor, at: datetime) -> None:
    """The payer's bank took back what was paid in part, and nothing is held: the order that waits for money is off."""
    if all(hold.state != HoldState.AWAITING_FUNDS for hold in trade.holds):
        return
    _end_unfunded(trade, reason=refunds.CHARGED_BACK, actor=actor, at=at)
    orders.cancel_order(
        order=trade.order,
        actor=actor,
        key=f"charged_back:{trade.order.ref}",
        at=at,
        reason=refunds.CHARGED_BACK,
    )


def _await_funds(trade: Trade, *, actor: Actor, key: str, at: datetime) -> None:
    order = trade.order
    first_by = at + timedelta(days=clock_days(order.clocks, "funding_days"))
    for milestone in Milestone.objects.filter(order_id=order.pk).order_by("position"):
        hold = Hold.objects.create(
            order=order,
            milestone=milestone,
            currency=order.currency,
            amount_minor=milestone.amount_minor,
            commission_bps=order.commission_bps or 0,
            fund_by=fund_by_of(milestone.fund_on, milestone.fund_on_date, first_by=first_by),
            created_at=at,
        )
        hold.log_transition("", HoldState.AWAITING_FUNDS, actor=actor, at=at, key=key)
        if hold.fund_by is not None:
            open_deadline(
                kind=FUND_BY,
                subject=hold.ref,
                root=order.ref,
                started_at=at,
                due_at=hold.fund_by,
                rule="clocks.funding_days" if hold.fund_by == first_by else "contract.payment_schedule",
            )
        trade.holds.append(hold)


def _has_money_to_take(hold: Hold) -> bool:
    """Whether a payment has received money that the hold has not heard of yet."""
    received = Payment.objects.filter(subject=hold.ref).aggregate(sum=Sum("received_minor"))["sum"] or 0
    return hold.state == HoldState.AWAITING_FUNDS and received > hold.funded_minor


def _end_unfunded(trade: Trade, *, reason: str, actor: Actor, at: datetime) -> None:
    for hold in trade.holds:
        if hold.state != HoldState.AWAITING_FUNDS:
            continue
        if hold.held_minor:
            refunds.refund(
                trade,
                hold,
                hold.held_minor,
                cause=trade.order.ref,
                reason=reason,
                actor=actor,
                at=at,
                state=HoldState.LAPSED,
            )
        else:
            write(hold, state=HoldState.LAPSED, actor=actor, at=at, reason=reason)
        close_deadline(kind=FUND_BY, subject=hold.ref, outcome=reason, at=at)
        refunds.close_payments(hold, reason=reason, at=at)
