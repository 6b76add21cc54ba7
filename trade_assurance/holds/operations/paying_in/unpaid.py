"""Milestones that nobody pays (any more): they lapse, or less becomes due. What came in part goes back.

Lower halves on a locked trade; when and why is decided by those who call.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Sum

from marketplace.core.actors import Actor
from marketplace.core.deadlines import close_deadline
from trade_assurance.holds.models import Funding, Hold
from trade_assurance.holds.operations.trades import refunds
from trade_assurance.holds.operations.trades.trade import Trade, write
from trade_assurance.holds.states import HoldState
from trade_assurance.payments.models import Payment

FUND_BY = "fund_by"
REMINDER = "payment_reminder"


def lapse_hold(trade: Trade, hold: Hold, *, reason: str, actor: Actor, at: datetime) -> None:
    """A milestone that waits for money ends: what came in part is refunded, its payments and clocks are closed."""
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
    stop_asking(hold, reason=reason, at=at)


def lapse_unpaid(trade: Trade, *, reason: str, actor: Actor, at: datetime) -> None:
    """Every milestone that still waits for money ends."""
    for hold in trade.awaits():
        lapse_hold(trade, hold, reason=reason, actor=actor, at=at)


def give_all_back(trade: Trade, *, reason: str, actor: Actor, at: datetime) -> None:
    """Nothing was produced and nothing will be: whatever came in goes back, what is awaited lapses.

    What a claim has frozen is owed and goes back as soon as it unfreezes.
    """
    for hold in trade.holds:
        if hold.state != HoldState.HELD:
            continue
        free, frozen = hold.held_minor - hold.frozen_minor, hold.frozen_minor
        if free:
            refunds.refund(
                trade,
                hold,
                free,
                cause=trade.order.ref,
                reason=reason,
                actor=actor,
                at=at,
                refund_due_minor=frozen,
            )
        elif frozen:
            write(hold, actor=actor, at=at, refund_due_minor=frozen)
    lapse_unpaid(trade, reason=reason, actor=actor, at=at)


def stop_asking(hold: Hold, *, reason: str, at: datetime) -> None:
    """Nobody waits for further money of this hold: its clocks end and its open payments are closed."""
    for kind in (FUND_BY, REMINDER):
        close_deadline(kind=kind, subject=hold.ref, outcome=reason, at=at)
    refunds.close_payments(hold, reason=reason, at=at)


def has_money_to_take(hold: Hold) -> bool:
    """Whether a payment has received money that the hold has not heard of yet."""
    if hold.state != HoldState.AWAITING_FUNDS:
        return False
    received = dict(Payment.objects.filter(subject=hold.ref).values_list("ref", "received_minor"))
    taken = Funding.objects.filter(hold=hold, payment_ref__in=received).aggregate(sum=Sum("amount_minor"))[
        "sum"
    ]
    return sum(received.values()) > (taken or 0)
