"""Clearance by the money's app, the supplier's start of production, and its clock while it waits for money."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.deadlines import open_deadline, pause_deadline, resume_deadline
from marketplace.core.formatting import format_money
from marketplace.core.idempotency import remember, replayed
from marketplace.core.money import Money
from orders.errors import HeldMoneyLost, NotCleared, NothingLost, NotRunning
from orders.models import Order
from orders.operations.events import record_event, tell
from orders.operations.locking import demand_supplier, lock_order
from orders.queries.ship_by import ship_by_clock
from orders.rules.progress import end_of_day
from orders.states import AWAITS_PAYMENT, SHIPPABLE, OrderState


def clear_to_produce(*, order: Order, actor: Actor, at: datetime) -> Order:
    """Lower half (caller holds the lock): the first money is held, the supplier may begin.

    Consequences: the deadline `ship_by` begins (the end of the contract's day, UTC). Clearing twice
    keeps the first moment. Raises `NotRunning` when the order is not confirmed or is over.
    """
    _demand_shippable(order)
    if order.cleared_to_produce_at is None:
        order.cleared_to_produce_at = at
        order.save(update_fields=["cleared_to_produce_at"])
        open_deadline(
            kind="ship_by",
            subject=order.ref,
            root=order.ref,
            started_at=at,
            due_at=end_of_day(order.last_ship_day),
            rule="contract.ship_by",
        )
        record_event(order=order, kind="cleared_to_produce", actor=actor, at=at)
    return order


def clear_to_ship(*, order: Order, actor: Actor, at: datetime) -> Order:
    """Lower half (caller holds the lock): everything due before shipping is held; shipments may leave.

    Raises `NotRunning`, `NotCleared` when production was never cleared. Clearing twice keeps the first moment.
    """
    _demand_shippable(order)
    if order.cleared_to_produce_at is None:
        raise NotCleared
    if order.cleared_to_ship_at is None:
        order.cleared_to_ship_at = at
        order.save(update_fields=["cleared_to_ship_at"])
        if order.cleared_to_produce_at != at:
            record_event(order=order, kind="cleared_to_ship", actor=actor, at=at)
    return order


def note_lost_money(*, order: Order, amount: Money, actor: Actor, at: datetime) -> None:
    """Lower half (caller holds the lock): so much of what was held for goods that have not left is gone for good.

    Nothing is begun and nothing leaves until the supplier says that it goes on without it.
    """
    order.lost_minor += amount.amount_minor
    order.save(update_fields=["lost_minor"])
    record_event(order=order, kind="held_money_lost", params={"amount": amount}, actor=actor, at=at)


def accept_lost_money(*, order: Order, actor: Actor, at: datetime) -> Money:
    """Lower half (caller holds the lock): the supplier goes on for what is still held. Returns what it does without.

    Raises `NothingLost` when nothing is missing, `NotRunning` when nothing may be shipped any more.
    """
    _demand_shippable(order)
    misses = order.misses
    if not misses.is_positive:
        raise NothingLost
    order.lost_accepted_minor = order.lost_minor
    order.save(update_fields=["lost_accepted_minor"])
    record_event(order=order, kind="goes_on_without_lost", params={"amount": misses}, actor=actor, at=at)
    return misses


def demand_all_held(order: Order) -> None:
    """Raise `HeldMoneyLost` while the supplier has not said that it goes on without what is gone."""
    if order.misses.is_positive:
        raise HeldMoneyLost(amount=format_money(order.misses))


@transaction.atomic
def start_production(*, order_ref: str, actor: Actor, key: str, at: datetime) -> Order:
    """The supplier begins: confirmed → in production; `production_started` is told.

    Raises `NotFound`, `OrderNotYours`, `NotCleared` while the buyer's money is not held, `HeldMoneyLost`,
    `IllegalTransition` when production has begun or the order is over.
    """
    order = lock_order(order_ref, actor)
    content = {"order": order_ref}
    if replayed(key=key, operation="orders.start_production", content=content) is not None:
        return order
    demand_supplier(actor, order)
    if order.state == OrderState.CONFIRMED and order.cleared_to_produce_at is None:
        raise NotCleared
    demand_all_held(order)
    order.move_to(OrderState.IN_PRODUCTION, actor=actor, at=at, key=key)
    tell(order, "production_started", actor=actor, at=at)
    remember(key=key, operation="orders.start_production", content=content, result=order.ref, at=at)
    return order


def stop_ship_by(*, order: Order, actor: Actor, at: datetime) -> None:
    """Lower half: the supplier waits for the buyer's money, so its ship-by clock stands still.

    A clock that has run out stays out: who was late before stays late. Twice is the same as once.
    """
    if order.awaits_payment_since is None:
        order.awaits_payment_since = at
        order.save(update_fields=["awaits_payment_since"])
    deadline = ship_by_clock(order)
    if deadline is None or deadline.paused_at is not None or deadline.due_at <= at:
        return
    pause_deadline(kind="ship_by", subject=order.ref, reason=AWAITS_PAYMENT, actor=actor, at=at)
    record_event(order=order, kind="supplier_waits", actor=actor, at=at)


def resume_ship_by(*, order: Order, actor: Actor, at: datetime) -> int:
    """Lower half: the money is there; the supplier gets back every day it waited, a day begun counting as one.

    Consequences: the ship-by clock runs again, `ship_by_extended_to` is written. Returns the days given back;
    0 when the clock did not stand still for a payment.
    """
    if order.awaits_payment_since is not None:
        order.awaits_payment_since = None
        order.save(update_fields=["awaits_payment_since"])
    deadline = ship_by_clock(order)
    if deadline is None or deadline.paused_at is None or deadline.pause_reason != AWAITS_PAYMENT:
        return 0
    before = deadline.due_at
    resumed = resume_deadline(
        kind="ship_by", subject=order.ref, reason=AWAITS_PAYMENT, actor=actor, at=at, whole_days=True
    )
    days = (resumed.due_at - before).days
    if days:
        order.ship_by_extended_to = order.last_ship_day + timedelta(days=days)
        order.save(update_fields=["ship_by_extended_to"])
        record_event(
            order=order,
            kind="ship_by_extended",
            actor=actor,
            at=at,
            params={"to": order.last_ship_day, "days": days},
        )
    return days


def _demand_shippable(order: Order) -> None:
    if order.state not in SHIPPABLE:
        raise NotRunning(state=order.get_state_display())
