"""The answers that end a placed order: the supplier declines, the buyer withdraws."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.deadlines import close_all
from marketplace.core.idempotency import remember, replayed
from marketplace.core.models import Deadline
from marketplace.core.states import DeadlineState
from orders.errors import AnswerTooLate, NotPlaced
from orders.models import Order
from orders.operations.capacity import settle_capacity
from orders.operations.events import tell
from orders.operations.locking import demand_buyer, demand_supplier, lock_order
from orders.rules.texts import clean_note
from orders.states import AmendmentState, OrderState

ANSWER_DEADLINES = ("order_answer", "amendment_answer")


@transaction.atomic
def decline_order(*, order_ref: str, reason: str, actor: Actor, key: str, at: datetime) -> Order:
    """The supplier does not take the order: placed → declined, with a reason the buyer reads.

    Consequences: open answers end, what it held of stock and capacity goes back, `order_declined` is told. Raises `NotFound`, `OrderNotYours`,
    `NotPlaced` when it was answered or has lapsed meanwhile, `MissingText` without a reason.
    """
    order = lock_order(order_ref, actor)
    content = {"order": order_ref, "reason": reason}
    if replayed(key=key, operation="orders.decline_order", content=content) is not None:
        return order
    demand_supplier(actor, order)
    demand_placed(order, at)
    why = clean_note(reason, field="reason", needed=True)
    end_answers(order, outcome="declined", actor=actor, at=at)
    order.move_to(OrderState.DECLINED, actor=actor, at=at, key=key, reason=why, ended_at=at)
    settle_capacity(order, actor=actor, at=at)
    tell(order, "order_declined", actor=actor, at=at, reason=why)
    remember(key=key, operation="orders.decline_order", content=content, result=order.ref, at=at)
    return order


@transaction.atomic
def withdraw_order(*, order_ref: str, reason: str = "", actor: Actor, key: str, at: datetime) -> Order:
    """The buyer takes a placed order back: placed → cancelled. Nothing was paid, nothing is owed.

    Consequences: open answers end, what it held of stock and capacity goes back, `order_cancelled` is told. Raises `NotFound`, `OrderNotYours`,
    `NotPlaced` when the supplier was quicker.
    """
    order = lock_order(order_ref, actor)
    content = {"order": order_ref, "reason": reason}
    if replayed(key=key, operation="orders.withdraw_order", content=content) is not None:
        return order
    demand_buyer(actor, order)
    demand_placed(order, at)
    why = clean_note(reason, field="reason")
    end_answers(order, outcome="withdrawn", actor=actor, at=at)
    order.move_to(OrderState.CANCELLED, actor=actor, at=at, key=key, reason=why, ended_at=at)
    settle_capacity(order, actor=actor, at=at)
    tell(order, "order_cancelled", actor=actor, at=at, reason=why, withdrawn=True)
    remember(key=key, operation="orders.withdraw_order", content=content, result=order.ref, at=at)
    return order


def demand_placed(order: Order, at: datetime) -> None:
    """Raises `NotPlaced` when the order was answered, `AnswerTooLate` when the time to answer is over.

    A deadline that is due counts as passed even when no sweep has come by yet.
    """
    if order.state != OrderState.PLACED:
        raise NotPlaced(state=order.get_state_display())
    due = (
        Deadline.objects.filter(
            kind__in=ANSWER_DEADLINES,
            subject=order.ref,
            state=DeadlineState.OPEN,
            paused_at__isnull=True,
        )
        .values_list("due_at", flat=True)
        .first()
    )
    if due is not None and due <= at:
        raise AnswerTooLate(due=f"{due:%Y-%m-%d %H:%M} UTC")


def end_answers(order: Order, *, outcome: str, actor: Actor, at: datetime) -> None:
    """Close whatever waits for an answer: the deadlines, and amended terms still on the table."""
    close_all(root=order.ref, kinds=ANSWER_DEADLINES, outcome=outcome, at=at)
    amendment = order.amendments.filter(state=AmendmentState.PROPOSED).first()
    if amendment is not None:
        amendment.move_to(AmendmentState.SUPERSEDED, actor=actor, at=at)
