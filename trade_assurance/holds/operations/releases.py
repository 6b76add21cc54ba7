"""Hold → what the supplier is owed. Acceptance by the buyer or by silence, and the end of a trade."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.deadlines import close_all, close_deadline, open_deadline
from marketplace.core.idempotency import remember, replayed
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from orders import operations as orders
from orders.states import Audience, OrderState
from trade_assurance.holds.errors import AlreadyAccepted, GoodsNotThere, NothingHeld
from trade_assurance.holds.models import Hold
from trade_assurance.holds.operations.exposure import secure_again
from trade_assurance.holds.operations.supplier_money import Cause, credit_supplier
from trade_assurance.holds.operations.trade import Trade, demand, lock_trade, move
from trade_assurance.holds.operations.unpaid import FUND_BY, REMINDER, lapse_unpaid
from trade_assurance.holds.policies import can_decide_for_buyer
from trade_assurance.holds.rules import release_of
from trade_assurance.holds.states import HoldState, MovementKind
from trade_assurance.ledger.operations import credit, debit
from trade_assurance.ledger.states import AccountKind

ACCEPT_BY_SILENCE = "accept_by_silence"
CANCEL_UNSHIPPED = "cancel_unshipped"
# The deadlines of a trade that belong to this app; they end with it.
OWN_DEADLINES = (
    ACCEPT_BY_SILENCE,
    CANCEL_UNSHIPPED,
    FUND_BY,
    REMINDER,
    "cancel_unpaid",
    "keep_deposit",
    "refund_window_ending",  # of payments: once nothing is held, nothing goes back
)
MARKETPLACE = "marketplace"
ACCEPTED = "accepted"
ACCEPTED_BY_SILENCE = "accepted_by_silence"


@transaction.atomic
def accept_delivery(*, order_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """The buyer says the goods are right: everything not frozen goes to the supplier, less commission.

    Accepts all shipments, closes the inspection deadline, releases, and ends the order when nothing is
    held any more (a frozen amount keeps it open until its dispute ends). Returns the order's reference.
    Raises `TradeNotFound`, `NotYourStep` (not the buyer's owner or purchasing), `GoodsNotThere`,
    `AlreadyAccepted`, `NothingHeld`; `KeyReused` for a key used for something else.
    """
    # 1 lock, in the global order: Order → Hold
    trade = lock_trade(order_ref, actor=actor)
    # 2 replay
    content = {"order": order_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="accept_delivery", content=content)) is not None:
        return first
    # 3 authorise, on the locked row
    demand(can_decide_for_buyer(actor, trade.order))
    # 4 guard
    _guard_acceptance(trade)
    # 5 decide, 6 book, 7 write, 8 effects
    _accept(trade, reason=ACCEPTED, actor=actor, key=key, at=at)
    remember(key=key, operation="accept_delivery", content=content, result=order_ref, at=at)
    return order_ref


@transaction.atomic
def accept_by_silence(*, order_ref: str, at: datetime) -> None:
    """The inspection window has ended without a word: the same as acceptance. Run by the deadline."""
    actor = Actor.system("auto_accept")
    trade = lock_trade(order_ref, actor=actor)
    _guard_acceptance(trade)
    _accept(trade, reason=ACCEPTED_BY_SILENCE, actor=actor, key=f"silence:{order_ref}", at=at)


@transaction.atomic
def begin_inspection(*, order_ref: str, at: datetime) -> bool:
    """Everything that is not cancelled has arrived: the inspection window opens, at whose end silence accepts.

    False when it is open already, or the goods were accepted or refunded before this was heard of.
    """
    trade = lock_trade(order_ref, actor=Actor.system("holds"))
    order = trade.order
    if order.state == OrderState.DELIVERED:
        close_deadline(kind=CANCEL_UNSHIPPED, subject=order_ref, outcome="shipped", at=at)
    waiting = [hold for hold in trade.holds if hold.state == HoldState.HELD and hold.release_at is None]
    if order.state != OrderState.DELIVERED or order.accepted_at is not None or not waiting:
        return False
    if order.inspection_ends_at is None:
        return False
    open_deadline(
        kind=ACCEPT_BY_SILENCE,
        subject=order.ref,
        root=order.ref,
        started_at=order.delivered_at or at,
        due_at=order.inspection_ends_at,
        rule=f"clocks.inspection_{order.transport_mode}_days",
    )
    Hold.objects.filter(pk__in=[hold.pk for hold in waiting]).update(release_at=order.inspection_ends_at)
    return True


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
        supplier, Money(part.to_supplier_minor, currency), Cause(hold.ref, trade.order.ref, actor, at)
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
        held_minor=hold.held_minor - amount_minor,
        released_minor=hold.released_minor + amount_minor,
        frozen_minor=hold.frozen_minor - out_of_freeze_minor,
        **fields,
    )
    if to_supplier.watched:
        secure_again(supplier, currency, at=at)
    # 8 effects
    _say_released(trade, amount_minor, part.commission_minor, actor=actor, at=at)
    emit(
        kind="hold_released",
        subject=hold.ref,
        root=trade.order.ref,
        payload={
            "amount_minor": amount_minor,
            "commission_minor": part.commission_minor,
            "to_supplier_minor": part.to_supplier_minor,
            "currency": currency,
            "reason": reason,
            "cause": cause,
        },
        actor=actor,
        at=at,
    )


def release_free(trade: Trade, *, reason: str, actor: Actor, at: datetime) -> None:
    """Release everything of the trade that no dispute has frozen."""
    for hold in trade.holds:
        free = hold.held_minor - hold.frozen_minor
        if hold.state == HoldState.HELD and free > 0:
            release(trade, hold, free, cause=trade.order.ref, reason=reason, actor=actor, at=at)


def finish_order_if_settled(trade: Trade, *, actor: Actor, key: str, at: datetime) -> bool:
    """End the order when nothing is held for it any more.

    Refunded in full, or with nothing ever shipped → cancelled; any other → completed. Milestones that still
    wait for money lapse with it: nothing is held for them to be added to. An order of which nothing was
    ever held does not end here.
    """
    if trade.order.is_over or any(hold.state == HoldState.HELD for hold in trade.holds):
        return False
    if not any(hold.state == HoldState.SETTLED for hold in trade.holds):
        return False
    lapse_unpaid(trade, reason="settled", actor=actor, at=at)
    close_all(root=trade.order.ref, kinds=OWN_DEADLINES, outcome="settled", at=at)
    if not any(hold.released_minor for hold in trade.holds) or not _anything_shipped(trade):
        orders.cancel_order(order=trade.order, actor=actor, key=key, at=at)
    else:
        orders.complete_order(order=trade.order, actor=actor, key=key, at=at)
    return True


def _anything_shipped(trade: Trade) -> bool:
    return any(line.shipped_quantity > 0 for line in trade.order.lines.all())


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


def _guard_acceptance(trade: Trade) -> None:
    if trade.order.accepted_at is not None or trade.order.state == OrderState.COMPLETED:
        raise AlreadyAccepted
    if trade.order.state != OrderState.DELIVERED:
        raise GoodsNotThere
    if trade.held_minor == 0:
        raise NothingHeld


def _accept(trade: Trade, *, reason: str, actor: Actor, key: str, at: datetime) -> None:
    orders.accept_shipments(order=trade.order, actor=actor, key=key, at=at)
    orders.record_event(order=trade.order, kind=f"goods_{reason}", actor=actor, at=at)
    close_deadline(kind=ACCEPT_BY_SILENCE, subject=trade.order.ref, outcome=reason, at=at)
    release_free(trade, reason=reason, actor=actor, at=at)
    emit(
        kind="delivery_accepted",
        subject=trade.order.ref,
        root=trade.order.ref,
        payload={"reason": reason},
        actor=actor,
        at=at,
    )
    finish_order_if_settled(trade, actor=actor, key=key, at=at)
