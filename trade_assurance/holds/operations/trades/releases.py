"""Hold → what the supplier is owed: each shipment's share as its conditions come true, and the end of a trade."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from marketplace.core.actors import Actor
from marketplace.core.deadlines import close_all, close_deadline
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from orders import operations as orders
from orders.states import (
    RUNNING,
    Audience,
    MilestoneKind,
    ReleaseOn,
    ShipmentState,
)
from trade_assurance.holds.models import Freeze, Hold, ShipmentShare
from trade_assurance.holds.operations.chargebacks.exposure import secure_again
from trade_assurance.holds.operations.paying_in.unpaid import FUND_BY, REMINDER, lapse_hold, lapse_unpaid
from trade_assurance.holds.operations.payouts.supplier_money import Cause, credit_supplier
from trade_assurance.holds.operations.trades import shares
from trade_assurance.holds.operations.trades.trade import Trade, move
from trade_assurance.holds.rules import CANCEL_UNSHIPPED, MARKETPLACE, Release, release_of
from trade_assurance.holds.states import HoldState, MovementKind
from trade_assurance.ledger.operations import credit, debit
from trade_assurance.ledger.states import AccountKind

ACCEPT_BY_SILENCE = "accept_by_silence"
ACCEPT_SHIPMENT_BY_SILENCE = "accept_shipment_by_silence"
# The deadlines of a trade that belong to this app; they end with it.
OWN_DEADLINES = (
    ACCEPT_BY_SILENCE,
    ACCEPT_SHIPMENT_BY_SILENCE,
    CANCEL_UNSHIPPED,
    FUND_BY,
    REMINDER,
    "cancel_unpaid",
    "keep_deposit",
    "refund_window_ending",  # of payments: once nothing is held, nothing goes back
    "hold_age_warning",
    "hold_age_decision",
    "hold_age_cap",
)
ACCEPTED = "accepted"
ACCEPTED_BY_SILENCE = "accepted_by_silence"
DELIVERED = "delivered"
PAPERS = "papers"


def release(
    trade: Trade,
    hold: Hold,
    amount_minor: int,
    *,
    cause: str,
    reason: str,
    actor: Actor,
    at: datetime,
    out_of_freeze_minor: int = 0,
    share_of: str | None = "",
    **fields: Any,
) -> None:
    """Take `amount_minor` out of a locked hold: commission to the marketplace, the rest to the supplier's balance."""
    # 5 decide: commission is the difference of cumulative roundings, so parts bear exactly the whole's
    part = release_of(
        amount_minor,
        released_before_minor=hold.released_minor,
        commission_before_minor=hold.commission_minor,
        commission_bps=hold.commission_bps,
    )
    currency = hold.currency
    supplier = trade.order.supplier
    # Debts first, then the reserve, the rest to the balance: the one door through which a supplier is credited.
    to_supplier = credit_supplier(
        supplier,
        Money(part.to_supplier_minor, currency),
        Cause(hold.ref, trade.order.ref, actor, at),
        seen=trade.seen,
    )
    move(
        hold,
        kind=MovementKind.RELEASED,
        amount_minor=amount_minor,
        commission_minor=part.commission_minor,
        entries=[
            debit(AccountKind.ESCROW, hold.ref, Money(amount_minor, currency)),
            *to_supplier.entries,
            credit(AccountKind.COMMISSION, MARKETPLACE, Money(part.commission_minor, currency)),
        ],
        cause=cause,
        reason=reason,
        actor=actor,
        at=at,
        share_of=share_of,
        held_minor=hold.held_minor - amount_minor,
        released_minor=hold.released_minor + amount_minor,
        frozen_minor=hold.frozen_minor - out_of_freeze_minor,
        **fields,
    )
    if to_supplier.watched:
        secure_again(supplier, currency, at=at)
    # 8 effects
    _say_released(trade, amount_minor, part.commission_minor, actor=actor, at=at)
    _tell_released(trade, hold, part, cause=cause, reason=reason, actor=actor, at=at)


def release_everything_free(trade: Trade, *, reason: str, actor: Actor, at: datetime) -> None:
    """Release all that no claim has frozen, whether goods were accepted or not: a deposit that the supplier keeps."""
    for hold in trade.holds:
        free = hold.held_minor - hold.frozen_minor
        if hold.state == HoldState.HELD and free > 0:
            release(trade, hold, free, cause=trade.order.ref, reason=reason, actor=actor, at=at)


def release_free(trade: Trade, *, reason: str, actor: Actor, at: datetime) -> None:
    """Release every share that is due, is paid in, and that no claim has frozen; of an accepted order all that is free.

    Safe to repeat: what was released leaves its share. A due share whose money was frozen or not paid in is
    released by the next call after that has changed.
    """
    parts = shares.allot(trade.order, trade.holds, at=at)
    due = shares.mark_due(trade.order, trade.holds, parts, at=at)
    for hold in trade.holds:
        if hold.state != HoldState.HELD:
            continue
        rows = [row for row in due if row.hold_id == hold.pk]
        amount = _releasable(trade, hold, rows)
        if amount > 0:
            cause = trade.order.ref
            release(trade, hold, amount, cause=cause, reason=reason, actor=actor, at=at, share_of=None)
            shares.pay_out(rows, amount)


def finish_order_if_settled(trade: Trade, *, actor: Actor, key: str, at: datetime) -> bool:
    """End the order when nothing is held for it any more.

    Refunded in full, or with nothing ever shipped → cancelled; any other → completed. Milestones that still
    wait for money lapse with it: nothing is held for them to be added to. An order of which nothing was
    ever held ends here only when nothing is asked for any more, and one whose money is released by papers
    or delivery alone goes on until its goods are accepted.
    """
    states = {hold.state for hold in trade.holds}
    if trade.order.is_over or HoldState.HELD in states or goods_still_travel(trade):
        return False
    if HoldState.SETTLED not in states and states != {HoldState.LAPSED}:
        return False
    lapse_unpaid(trade, reason="settled", actor=actor, at=at)
    for hold in trade.holds:
        if hold.state == HoldState.AWAITING_FUNDS:
            lapse_hold(trade, hold, reason="settled", actor=actor, at=at)
    end_clocks(trade, outcome="settled", at=at)
    if not any(hold.released_minor for hold in trade.holds) or not _anything_shipped(trade):
        orders.cancel_order(order=trade.order, actor=actor, key=key, at=at)
    else:
        orders.complete_order(order=trade.order, actor=actor, key=key, at=at)
    return True


def end_clocks(trade: Trade, *, outcome: str, at: datetime) -> None:
    """The trade is over: none of this app's clocks runs on for it."""
    close_all(root=trade.order.ref, kinds=OWN_DEADLINES, outcome=outcome, at=at)


def _anything_shipped(trade: Trade) -> bool:
    return any(line.shipped_quantity > 0 for line in trade.order.lines.all())


def note_all_accepted(trade: Trade, *, reason: str, actor: Actor, at: datetime) -> None:
    """Every shipment of what is not cancelled is accepted, so the order is: its own windows end, both sides are told."""
    close_deadline(kind=ACCEPT_BY_SILENCE, subject=trade.order.ref, outcome=reason, at=at)
    close_all(root=trade.order.ref, kinds=(ACCEPT_SHIPMENT_BY_SILENCE,), outcome=reason, at=at)
    orders.record_event(order=trade.order, kind=f"goods_{reason}", actor=actor, at=at)
    emit(
        kind="delivery_accepted",
        subject=trade.order.ref,
        root=trade.order.ref,
        payload={"reason": reason},
        actor=actor,
        at=at,
    )


def _say_released(
    trade: Trade, amount_minor: int, commission_minor: int, *, actor: Actor, at: datetime
) -> None:
    """The timeline: both sides see what was released, the supplier also the deduction."""
    currency = trade.order.currency
    orders.record_event(
        order=trade.order,
        kind="money_released",
        params={"amount": Money(amount_minor, currency)},
        actor=actor,
        at=at,
    )
    if commission_minor:
        orders.record_event(
            order=trade.order,
            kind="commission_taken",
            params={"amount": Money(commission_minor, currency)},
            audience=Audience.SUPPLIER,
            actor=actor,
            at=at,
        )


def _tell_released(
    trade: Trade, hold: Hold, part: Release, *, cause: str, reason: str, actor: Actor, at: datetime
) -> None:
    emit(
        kind="hold_released",
        subject=hold.ref,
        root=trade.order.ref,
        payload={
            "amount_minor": part.amount_minor,
            "commission_minor": part.commission_minor,
            "to_supplier_minor": part.to_supplier_minor,
            "currency": hold.currency,
            "reason": reason,
            "cause": cause,
        },
        actor=actor,
        at=at,
    )


def _releasable(trade: Trade, hold: Hold, due: Sequence[ShipmentShare]) -> int:
    """What of a hold goes to the supplier now: due shares less what claims about them keep still, and only free money."""
    free = hold.held_minor - hold.frozen_minor
    if trade.order.accepted_at is not None or free <= 0:
        return free
    return min(free, sum(max(row.left_minor - _claimed(hold, row.shipment_ref), 0) for row in due))


def _claimed(hold: Hold, shipment_ref: str) -> int:
    """What open claims about this very shipment keep still in a hold."""
    if hold.frozen_minor == 0:
        return 0
    rows = Freeze.objects.filter(hold=hold, lifted_at__isnull=True, shipment_ref=shipment_ref)
    return sum(row.standing_minor for row in rows)


def goods_still_travel(trade: Trade) -> bool:
    """Whether the money left by papers or delivery while goods are on their way or in inspection."""
    if trade.order.accepted_at is not None or trade.order.state not in RUNNING:
        return False
    by_acceptance = any(
        hold.milestone.release_on == ReleaseOn.ACCEPTANCE and hold.milestone.kind == MilestoneKind.SCHEDULED
        for hold in trade.holds
    )
    released = any(hold.released_minor for hold in trade.holds)
    in_between = trade.order.shipments.filter(state__in=[ShipmentState.IN_TRANSIT, ShipmentState.DELIVERED])
    return released and not by_acceptance and in_between.exists()
