"""The end of an order whose money did not come: it lapses before production, and after it the supplier may cancel.

What becomes of a deposit then is ADR 0008: never the buyer's by silence, never the supplier's without the
buyer having had the time to object. Starts these flows; the clocks themselves are `due`'s.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.deadlines import close_deadline, open_deadline
from marketplace.core.idempotency import remember, replayed
from marketplace.core.models import Deadline
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from marketplace.core.states import DeadlineState
from orders import operations as orders
from orders.clocks import clock_days
from orders.states import MilestoneKind
from trade_assurance.holds.errors import (
    ClaimDecidesFirst,
    KeepsTooMuch,
    MoneyNotTakenYet,
    NotAwaitingPayment,
    NothingKept,
    NothingOverdue,
)
from trade_assurance.holds.models import Hold
from trade_assurance.holds.operations.paying_in.due import CANCEL_UNPAID, note_overdue, overdue_holds
from trade_assurance.holds.operations.paying_in.unpaid import (
    FUND_BY,
    give_all_back,
    has_money_to_take,
    lapse_unpaid,
)
from trade_assurance.holds.operations.trades import refunds
from trade_assurance.holds.operations.trades.agreements import top_up_not_paid
from trade_assurance.holds.operations.trades.releases import (
    end_clocks,
    finish_order_if_settled,
    release_everything_free,
)
from trade_assurance.holds.operations.trades.trade import Trade, demand, lock_trade, lock_trade_of_hold
from trade_assurance.holds.policies import can_decide_for_buyer, can_give_up
from trade_assurance.holds.rules import CANCEL_UNSHIPPED
from trade_assurance.holds.states import HoldState

KEEP_DEPOSIT = "keep_deposit"
DEPOSIT_KEPT = "deposit_kept"
UNPAID = "unpaid"
_AGAIN = timedelta(days=1)
_ANSWER_RULE = "clocks.deposit_answer_days"


@transaction.atomic
def funding_time_is_over(*, hold_ref: str, at: datetime) -> None:
    """A milestone was not paid in time. By the deadline.

    Before production is paid for, the trade is off: what came in goes back, and the order lapses (or is
    cancelled when a milestone of it had been held). Later both sides are told, and the supplier may cancel. A top-up
    lapses and its shipment is unpacked; nothing else is touched.
    Raises `NotAwaitingPayment`; `MoneyNotTakenYet` while money that did come waits to be taken, so that the
    deadline is tried again after it was.
    """
    trade = lock_trade_of_hold(hold_ref)
    hold = next(hold for hold in trade.holds if hold.ref == hold_ref)
    if hold.state != HoldState.AWAITING_FUNDS:
        raise NotAwaitingPayment
    if any(has_money_to_take(hold) for hold in trade.holds):
        raise MoneyNotTakenYet
    if hold.milestone.kind == MilestoneKind.TOP_UP:
        top_up_not_paid(trade, hold, at=at)
        return
    if trade.order.cleared_to_produce_at is not None:
        note_overdue(trade, hold, at=at)
        return
    actor = Actor.system("auto_lapse")
    was_held = any(hold.state == HoldState.HELD for hold in trade.holds)
    give_all_back(trade, reason=refunds.LAPSED, actor=actor, at=at)
    key = f"lapse:{hold_ref}"
    if trade.held_minor:
        return  # a claim is open: the order ends when it does
    end_clocks(trade, outcome=refunds.LAPSED, at=at)
    if was_held:
        orders.cancel_order(order=trade.order, actor=actor, key=key, at=at, reason=FUND_BY)
    else:
        orders.lapse_order(order=trade.order, actor=actor, key=key, at=at, reason=FUND_BY)


@transaction.atomic
def cancel_unpaid(*, order_ref: str, keeps: Money, reason: str, actor: Actor, key: str, at: datetime) -> str:
    """The supplier cancels because a payment is overdue, and says how much of what is held it keeps for its loss.

    Nothing has been shipped. What was paid of the overdue milestones and all above `keeps` goes back at once;
    `keeps` stays held until the buyer agrees, a claim about it ends, or the time to answer is over.
    Raises `TradeNotFound`, `NotYourStep`, `NothingOverdue`, `KeepsTooMuch`, `CurrencyMismatch`,
    `ClaimDecidesFirst` while a claim is open, which decides about the money first, and `MoneyNotTakenYet` when a
    payment has arrived that is not taken yet.
    """
    trade = lock_trade(order_ref, actor=actor)
    content = {"order": order_ref, "keeps": keeps, "reason": reason, "actor": actor.as_text}
    if (first := replayed(key=key, operation="cancel_unpaid", content=content)) is not None:
        return first
    demand(can_give_up(actor, trade.order))
    _guard_cancelling(trade, keeps, at)
    _cancel(trade, keeps_minor=keeps.amount_minor, why=reason, actor=actor, key=key, at=at)
    remember(key=key, operation="cancel_unpaid", content=content, result=order_ref, at=at)
    return order_ref


@transaction.atomic
def cancel_unpaid_by_clock(*, order_ref: str, at: datetime) -> None:
    """Nobody acted: the order ends as if the supplier had cancelled and kept what is held. By the deadline.

    The buyer's silence is no reason to give the deposit back; it has its time to object all the same.
    While a claim is open it waits for its end, looked at once a day. Raises `MoneyNotTakenYet` while money
    that did come waits to be taken.
    """
    actor = Actor.system("unpaid")  # not "auto_cancel": the supplier did nothing wrong and gets no strike
    trade = lock_trade(order_ref, actor=actor)
    if any(has_money_to_take(hold) for hold in trade.holds):
        raise MoneyNotTakenYet
    if _claim_is_open(trade):
        _open_clock(CANCEL_UNPAID, trade, at, at + _AGAIN, rule="clocks.cancel_unpaid_days")
    elif overdue_holds(trade, at):
        keeps = may_keep(trade).amount_minor
        _cancel(trade, keeps_minor=keeps, why="", actor=actor, key=f"unpaid:{order_ref}", at=at)


@transaction.atomic
def agree_to_kept_deposit(*, order_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """The buyer agrees to what the supplier keeps: it is released at once and the order ends.

    Raises `TradeNotFound`, `NotYourStep`, `NothingKept`.
    """
    trade = lock_trade(order_ref, actor=actor)
    content = {"order": order_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="agree_to_kept_deposit", content=content)) is not None:
        return first
    demand(can_decide_for_buyer(actor, trade.order))
    if kept_until(order_ref) is None:
        raise NothingKept
    _settle(trade, actor=actor, key=key, at=at)
    remember(key=key, operation="agree_to_kept_deposit", content=content, result=order_ref, at=at)
    return order_ref


@transaction.atomic
def release_kept_deposit(*, order_ref: str, at: datetime) -> None:
    """The buyer's time to object is over: what no claim has frozen is released. By the deadline.

    While a claim is open the rest waits for its end, looked at once a day.
    """
    actor = Actor.system("auto_release")
    trade = lock_trade(order_ref, actor=actor)
    if trade.held_minor:
        _settle(trade, actor=actor, key=f"kept:{order_ref}:{at.isoformat()}", at=at)


def may_keep(trade: Trade) -> Money:
    """At most what is held and no claim has frozen, of milestones that were paid."""
    free = sum(hold.held_minor - hold.frozen_minor for hold in _paid(trade))
    return Money(free, trade.order.currency)


def kept_until(order_ref: str) -> Deadline | None:
    """The open deadline at which what the supplier keeps is released."""
    return Deadline.objects.filter(kind=KEEP_DEPOSIT, subject=order_ref, state=DeadlineState.OPEN).first()


def _guard_cancelling(trade: Trade, keeps: Money, at: datetime) -> None:
    if not overdue_holds(trade, at) or not trade.order.is_running:
        raise NothingOverdue
    if any(has_money_to_take(hold) for hold in trade.holds):
        raise MoneyNotTakenYet
    if _claim_is_open(trade):
        raise ClaimDecidesFirst
    most = may_keep(trade)
    if not Money.zero(most.currency) <= keeps <= most:
        raise KeepsTooMuch(field="keeps", most=f"{most.as_decimal()} {most.currency}")


def _paid(trade: Trade) -> list[Hold]:
    return [hold for hold in trade.holds if hold.state == HoldState.HELD]


def _cancel(trade: Trade, *, keeps_minor: int, why: str, actor: Actor, key: str, at: datetime) -> None:
    order = trade.order
    orders.cancel_unshipped_lines(order=order, actor=actor, key=key, at=at, reason=why)
    for kind in (CANCEL_UNPAID, CANCEL_UNSHIPPED):
        close_deadline(kind=kind, subject=order.ref, outcome=UNPAID, at=at)
    lapse_unpaid(trade, reason=UNPAID, actor=actor, at=at)
    _give_back_above(trade, keeps_minor, actor=actor, at=at)
    kept = Money(trade.held_minor, order.currency)
    emit(
        kind="order_unpaid_cancelled",
        subject=order.ref,
        root=order.ref,
        payload={"amount_minor": kept.amount_minor, "currency": kept.currency, "reason": why},
        actor=actor,
        at=at,
    )
    if kept.is_zero:
        finish_order_if_settled(trade, actor=actor, key=key, at=at)
        return
    orders.record_event(order=order, kind="deposit_claimed", params={"amount": kept}, actor=actor, at=at)
    answer_by = at + timedelta(days=clock_days(order.clocks, "deposit_answer_days"))
    _open_clock(KEEP_DEPOSIT, trade, at, answer_by, rule=_ANSWER_RULE)


def _give_back_above(trade: Trade, keeps_minor: int, *, actor: Actor, at: datetime) -> None:
    """Refund what is free above `keeps_minor`, the last milestone first."""
    over = max(0, may_keep(trade).amount_minor - keeps_minor)
    for hold in reversed(_paid(trade)):
        part = min(over, hold.held_minor - hold.frozen_minor)
        if part:
            over -= part
            refunds.refund(
                trade, hold, part, cause=trade.order.ref, reason=refunds.CANCELLED, actor=actor, at=at
            )


def _settle(trade: Trade, *, actor: Actor, key: str, at: datetime) -> None:
    order = trade.order
    free = may_keep(trade)
    close_deadline(kind=KEEP_DEPOSIT, subject=order.ref, outcome=DEPOSIT_KEPT, at=at)
    release_everything_free(trade, reason=DEPOSIT_KEPT, actor=actor, at=at)
    if free.is_positive:
        emit(
            kind="deposit_kept",
            subject=order.ref,
            root=order.ref,
            payload={"amount_minor": free.amount_minor, "currency": free.currency},
            actor=actor,
            at=at,
        )
    if not finish_order_if_settled(trade, actor=actor, key=key, at=at) and trade.held_minor:
        _open_clock(KEEP_DEPOSIT, trade, at, at + _AGAIN, rule=_ANSWER_RULE)


def _claim_is_open(trade: Trade) -> bool:
    return any(hold.frozen_minor for hold in trade.holds)


def _open_clock(kind: str, trade: Trade, at: datetime, due_at: datetime, *, rule: str) -> None:
    ref = trade.order.ref
    open_deadline(kind=kind, subject=ref, root=ref, started_at=at, due_at=due_at, rule=rule)
