"""The buyer's word that goods are right, for one shipment or for all; silence says the same when a window ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.deadlines import close_deadline, open_deadline
from marketplace.core.idempotency import remember, replayed
from marketplace.core.models import Deadline
from marketplace.core.outbox import emit
from marketplace.core.states import DeadlineState
from orders import operations as orders
from orders.models import Shipment
from orders.states import GONE, RUNNING, OrderState, ShipmentState
from trade_assurance.holds.errors import AlreadyAccepted, GoodsNotThere, NothingHeld, TradeNotFound
from trade_assurance.holds.models import Hold
from trade_assurance.holds.operations.trades.plain_releases import Acceptance, Saying, accept_plain
from trade_assurance.holds.operations.trades.releases import (
    ACCEPT_BY_SILENCE,
    ACCEPT_SHIPMENT_BY_SILENCE,
    ACCEPTED,
    ACCEPTED_BY_SILENCE,
    DELIVERED,
    PAPERS,
    finish_order_if_settled,
    goods_still_travel,
    note_all_accepted,
    release_free,
)
from trade_assurance.holds.operations.trades.trade import Trade, demand, lock_trade
from trade_assurance.holds.policies import can_decide_for_buyer
from trade_assurance.holds.rules import CANCEL_UNSHIPPED
from trade_assurance.holds.states import HoldState


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
def accept_shipment(*, order_ref: str, shipment_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """The buyer says the goods of one shipment are right: its share goes to the supplier, the rest stays held.

    What a claim has frozen of the share waits for its end. Accepts the order when this was the last of all
    that is not cancelled. Returns the shipment's reference.
    Raises `TradeNotFound`, `NotYourStep`, `NothingHeld` when the order is over, and what
    `orders.operations.accept_shipment` raises (`ShipmentNotDelivered`, `ShipmentAccepted`).
    """
    trade = lock_trade(order_ref, actor=actor)
    content = {"order": order_ref, "shipment": shipment_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="accept_shipment", content=content)) is not None:
        return first
    demand(can_decide_for_buyer(actor, trade.order))
    _accept_shipment(trade, shipment_ref, reason=ACCEPTED, actor=actor, key=key, at=at)
    remember(key=key, operation="accept_shipment", content=content, result=shipment_ref, at=at)
    return shipment_ref


@transaction.atomic
def accept_shipment_by_silence(*, shipment_ref: str, at: datetime) -> None:
    """A shipment's own inspection window has ended without a word: the same as acceptance. Run by the deadline."""
    actor = Actor.system("auto_accept")
    trade = lock_trade_of_shipment(shipment_ref)
    key = f"silence:{shipment_ref}"
    _accept_shipment(trade, shipment_ref, reason=ACCEPTED_BY_SILENCE, actor=actor, key=key, at=at)


@transaction.atomic
def shipment_moved(*, shipment_ref: str, at: datetime) -> None:
    """A shipment left, arrived or got a paper: what that releases by the contract is released.

    When it arrived as one of several, its own inspection window opens, at whose end silence accepts it.
    """
    trade = lock_trade_of_shipment(shipment_ref)
    actor = Actor.system("holds")
    shipment = trade.order.shipments.get(ref=shipment_ref)
    if trade.order.state not in RUNNING or not trade.holds:
        return
    if shipment.state == ShipmentState.DELIVERED:
        _open_own_window(trade, shipment)
    reason = PAPERS if shipment.state == ShipmentState.IN_TRANSIT else DELIVERED
    release_free(trade, reason=reason, actor=actor, at=at)
    finish_order_if_settled(trade, actor=actor, key=f"moved:{shipment_ref}", at=at)


def accept_parts(trade: Trade, shipment_refs: Sequence[str], *, actor: Actor, at: datetime) -> None:
    """Lower half: these arrived shipments of a locked trade count as accepted, as if their windows had ended."""
    for ref in shipment_refs:
        if trade.order.state in RUNNING and trade.order.accepted_at is None:
            key = f"silence:{ref}"
            # Step by step, for the caller goes on with this trade: the short way leaves its rows in memory as they were.
            accept_shipment_step_by_step(trade, ref, reason=ACCEPTED_BY_SILENCE, actor=actor, key=key, at=at)


def lock_trade_of_shipment(shipment_ref: str) -> Trade:
    """Lock the trade by a shipment's reference, for deadlines and consumers. Raises `TradeNotFound`."""
    order_ref = Shipment.objects.filter(ref=shipment_ref).values_list("order__ref", flat=True).first()
    if order_ref is None:
        raise TradeNotFound
    return lock_trade(order_ref, actor=Actor.system("holds"))


@transaction.atomic
def begin_inspection(*, order_ref: str, at: datetime) -> bool:
    """Everything that is not cancelled has arrived, in one shipment: the order's inspection window opens.

    At its end silence accepts. Several shipments have a window each (`shipment_moved`).
    False when it is open already, or the goods were accepted or refunded before this was heard of.
    """
    trade = lock_trade(order_ref, actor=Actor.system("holds"))
    order = trade.order
    if order.state == OrderState.DELIVERED:
        close_deadline(kind=CANCEL_UNSHIPPED, subject=order_ref, outcome="shipped", at=at)
    waiting = [hold for hold in trade.holds if hold.state == HoldState.HELD and hold.release_at is None]
    if order.state != OrderState.DELIVERED or order.accepted_at is not None:
        return False
    if not waiting and not goods_still_travel(trade):
        return False
    if order.inspection_ends_at is None or not _is_one_shipment(trade) or _own_windows(trade):
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


def _guard_acceptance(trade: Trade) -> None:
    if trade.order.accepted_at is not None or trade.order.state == OrderState.COMPLETED:
        raise AlreadyAccepted
    if trade.order.state != OrderState.DELIVERED:
        raise GoodsNotThere
    if trade.held_minor == 0 and not goods_still_travel(trade):
        raise NothingHeld


def _accept(trade: Trade, *, reason: str, actor: Actor, key: str, at: datetime) -> None:
    if not accept_plain([Acceptance(trade.order.pk, "", key)], Saying(reason, actor, at)):
        accept_step_by_step(trade, reason=reason, actor=actor, key=key, at=at)


def accept_step_by_step(trade: Trade, *, reason: str, actor: Actor, key: str, at: datetime) -> None:
    """The whole of an acceptance, for any trade; `accept_plain` writes the same for most of them in one go."""
    orders.accept_shipments(order=trade.order, actor=actor, key=key, at=at)
    note_all_accepted(trade, reason=reason, actor=actor, at=at)
    release_free(trade, reason=reason, actor=actor, at=at)
    finish_order_if_settled(trade, actor=actor, key=key, at=at)


def _accept_shipment(
    trade: Trade, shipment_ref: str, *, reason: str, actor: Actor, key: str, at: datetime
) -> None:
    if trade.order.state not in RUNNING or not trade.holds:
        raise NothingHeld
    acceptance = Acceptance(trade.order.pk, shipment_ref, key)
    if not shipment_ref or not accept_plain([acceptance], Saying(reason, actor, at)):
        accept_shipment_step_by_step(trade, shipment_ref, reason=reason, actor=actor, key=key, at=at)


def accept_shipment_step_by_step(
    trade: Trade, shipment_ref: str, *, reason: str, actor: Actor, key: str, at: datetime
) -> None:
    """The same for one shipment's acceptance. Raises what `orders.operations.accept_shipment` raises."""
    orders.accept_shipment(order=trade.order, shipment_ref=shipment_ref, actor=actor, at=at, key=key)
    close_deadline(kind=ACCEPT_SHIPMENT_BY_SILENCE, subject=shipment_ref, outcome=reason, at=at)
    if trade.order.accepted_at is None:
        emit(
            kind="shipment_accepted",
            subject=shipment_ref,
            root=trade.order.ref,
            payload={"reason": reason},
            actor=actor,
            at=at,
        )
    else:
        note_all_accepted(trade, reason=reason, actor=actor, at=at)
    release_free(trade, reason=reason, actor=actor, at=at)
    finish_order_if_settled(trade, actor=actor, key=key, at=at)


def _is_one_shipment(trade: Trade) -> bool:
    return trade.order.shipments.filter(state__in=GONE).count() == 1


def _own_windows(trade: Trade) -> bool:
    return Deadline.objects.filter(
        kind=ACCEPT_SHIPMENT_BY_SILENCE, root=trade.order.ref, state=DeadlineState.OPEN
    ).exists()


def _open_own_window(trade: Trade, shipment: Shipment) -> None:
    whole = trade.order.state == OrderState.DELIVERED and _is_one_shipment(trade)
    open_already = Deadline.objects.filter(kind=ACCEPT_SHIPMENT_BY_SILENCE, subject=shipment.ref).exists()
    if whole or open_already or shipment.inspection_ends_at is None or shipment.delivered_at is None:
        return
    open_deadline(
        kind=ACCEPT_SHIPMENT_BY_SILENCE,
        subject=shipment.ref,
        root=trade.order.ref,
        started_at=shipment.delivered_at,
        due_at=shipment.inspection_ends_at,
        rule=f"clocks.inspection_{shipment.transport_mode}_days",
    )
