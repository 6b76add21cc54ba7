"""From agreement to the hold that waits for money; and the way out before money came.

Starts the flows that bind a contract: the lower halves are `orders.operations`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.idempotency import remember, replayed
from orders import operations as orders
from orders.clocks import clock_days
from orders.models import Milestone
from orders.states import FundOn, OrderState
from trade_assurance.holds.errors import NotAwaitingPayment
from trade_assurance.holds.models import Hold
from trade_assurance.holds.operations.paying_in.due import ask_for_money, demand_no_chargeback
from trade_assurance.holds.operations.paying_in.unpaid import give_all_back, lapse_unpaid
from trade_assurance.holds.operations.trades import refunds
from trade_assurance.holds.operations.trades.releases import end_clocks
from trade_assurance.holds.operations.trades.trade import Trade, demand, lock_trade
from trade_assurance.holds.policies import can_confirm, can_decide_for_buyer
from trade_assurance.holds.rules import fund_by_of
from trade_assurance.holds.states import HoldState


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
def cancel_confirmed_order(*, order_ref: str, reason: str, actor: Actor, key: str, at: datetime) -> str:
    """Either side steps back from a confirmed order before production is paid for; what came in goes back.

    Raises `TradeNotFound`, `NotYourStep`, `BankDecidesFirst` (for the buyer), `NotAwaitingPayment` (production is paid for, or not confirmed, or over).
    """
    trade = lock_trade(order_ref, actor=actor)
    content = {"order": order_ref, "reason": reason, "actor": actor.as_text}
    if (first := replayed(key=key, operation="cancel_confirmed_order", content=content)) is not None:
        return first
    demand(can_decide_for_buyer(actor, trade.order) or can_confirm(actor, trade.order))
    produces = trade.order.cleared_to_produce_at is not None or trade.is_funded_to_produce
    if trade.order.state != OrderState.CONFIRMED or not trade.holds or produces:
        raise NotAwaitingPayment
    if can_decide_for_buyer(actor, trade.order):
        demand_no_chargeback(trade)
    give_all_back(trade, reason=refunds.CANCELLED, actor=actor, at=at)
    if not trade.held_minor:  # else a claim is open, and the order ends when it does
        end_clocks(trade, outcome=refunds.CANCELLED, at=at)
        orders.cancel_order(order=trade.order, actor=actor, key=key, at=at, reason=reason)
    remember(key=key, operation="cancel_confirmed_order", content=content, result=order_ref, at=at)
    return order_ref


def end_charged_back(trade: Trade, *, actor: Actor, at: datetime) -> None:
    """The payer's bank took back what was paid in part, and nothing is held: the order that waits for money is off."""
    if all(hold.state != HoldState.AWAITING_FUNDS for hold in trade.holds):
        return
    lapse_unpaid(trade, reason=refunds.CHARGED_BACK, actor=actor, at=at)
    end_clocks(trade, outcome=refunds.CHARGED_BACK, at=at)
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
            created_at=at,
        )
        hold.log_transition("", HoldState.AWAITING_FUNDS, actor=actor, at=at, key=key)
        trade.holds.append(hold)
        fund_by = fund_by_of(milestone.fund_on, milestone.fund_on_date, first_by=first_by)
        if fund_by is not None:
            on_date = milestone.fund_on == FundOn.DATE
            rule = "contract.payment_schedule" if on_date else "clocks.funding_days"
            ask_for_money(trade, hold, fund_by=fund_by, rule=rule, at=at)
