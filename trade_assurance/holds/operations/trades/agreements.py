"""What both sides agree after the contract, and what a weight certificate settles within its tolerance.

The upper halves: they lock the trade, let `orders.operations` change the goods, and move the money that follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max

from marketplace.core.actors import Actor
from marketplace.core.formatting import format_money
from marketplace.core.idempotency import remember, replayed
from marketplace.core.money import Money
from marketplace.files.operations import upload_hashes
from orders import operations as orders
from orders.clocks import clock_days
from orders.models import Addendum, Milestone, Shipment
from orders.operations import MeasuredLine
from orders.states import FundOn, MilestoneKind, ReleaseOn, ShipmentState, SurplusState
from trade_assurance.holds.errors import TradeNotFound
from trade_assurance.holds.models import Hold
from trade_assurance.holds.operations.paying_in.due import ask_for_money
from trade_assurance.holds.operations.paying_in.unpaid import lapse_hold
from trade_assurance.holds.operations.trades import refunds
from trade_assurance.holds.operations.trades.acceptance import lock_trade_of_shipment
from trade_assurance.holds.operations.trades.reductions import goes_on, take_off
from trade_assurance.holds.operations.trades.releases import finish_order_if_settled
from trade_assurance.holds.operations.trades.trade import Trade, demand, lock_trade, write
from trade_assurance.holds.policies import can_confirm, can_decide_for_buyer
from trade_assurance.holds.states import HoldState

AGREED = "agreed"
MISSING = "missing_goods"
WAIVED = "waived"
DROPPED = "unpacked"
NOT_PAID = "not_paid"
TOP_UP_RULE = "clocks.top_up_days"
_CLOCK = Actor.system("clock")


@transaction.atomic
def accept_addendum(*, order_ref: str, addendum_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """The other side takes a proposed change: it stands beside the contract, and the money follows at once.

    What is not paid yet shrinks first, then what is held above the new total is refunded, the latest
    milestone first; what a claim keeps still goes back when it unfreezes. Ends the order when nothing remains.
    Returns the addendum's reference. Raises `TradeNotFound`, `NotYourStep`, and what
    `orders.operations.accept_addendum_terms` refuses.
    """
    trade = lock_trade(order_ref, actor=actor)
    content = {"order": order_ref, "addendum": addendum_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="accept_addendum", content=content)) is not None:
        return first
    demand(can_decide_for_buyer(actor, trade.order) or can_confirm(actor, trade.order))
    addendum = Addendum.objects.filter(order_id=trade.order.pk, ref=addendum_ref).first()
    if addendum is None:
        raise TradeNotFound
    before = trade.order.accepted_at is not None
    value = orders.accept_addendum_terms(order=trade.order, addendum=addendum, actor=actor, key=key, at=at)
    take_off(trade, value, reason=AGREED, actor=actor, at=at)
    goes_on(trade, accepted_before=before, actor=actor, at=at)
    finish_order_if_settled(trade, actor=actor, key=key, at=at)
    remember(key=key, operation="accept_addendum", content=content, result=addendum_ref, at=at)
    return addendum_ref


@transaction.atomic
def record_weights(
    *,
    order_ref: str,
    shipment_ref: str,
    measured: Sequence[MeasuredLine],
    is_last: bool,
    upload: UploadedFile[bytes] | None,
    actor: Actor,
    key: str,
    at: datetime,
) -> str:
    """The supplier brings the weight certificate of a packed shipment; within the tolerance it settles by itself.

    Less than ordered: less is due, or part of what is held goes back. More: a top-up is asked of the buyer, and
    the goods leave when it is held or given. Returns the shipment's reference.
    Raises `TradeNotFound`, `NotYourStep`, and what `orders.operations.weigh_shipment` refuses.
    """
    trade = lock_trade(order_ref, actor=actor)
    content = {
        "order": order_ref,
        "shipment": shipment_ref,
        "measured": [asdict(line) for line in measured],
        "last": is_last,
        "file": upload_hashes([upload]) if upload else "",
        "actor": actor.as_text,
    }
    if (first := replayed(key=key, operation="record_weights", content=content)) is not None:
        return first
    demand(can_confirm(actor, trade.order))
    weighed = orders.weigh_shipment(
        order=trade.order,
        shipment_ref=shipment_ref,
        measured=measured,
        is_last=is_last,
        upload=upload,
        actor=actor,
        at=at,
    )
    if weighed.short.is_positive:
        take_off(trade, weighed.short, reason=MISSING, actor=actor, at=at)
        finish_order_if_settled(trade, actor=actor, key=key, at=at)
    if weighed.surplus.is_positive:
        _ask_top_up(trade, weighed.shipment, weighed.surplus, actor=actor, key=key, at=at)
    remember(key=key, operation="record_weights", content=content, result=shipment_ref, at=at)
    return shipment_ref


@transaction.atomic
def waive_top_up(*, order_ref: str, shipment_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """The supplier gives what a shipment holds beyond the order at the agreed price; what came in part goes back.

    Raises `TradeNotFound`, `NotYourStep`, `NoSurplus` when nothing is asked or it was paid.
    """
    trade = lock_trade(order_ref, actor=actor)
    content = {"order": order_ref, "shipment": shipment_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="waive_top_up", content=content)) is not None:
        return first
    demand(can_confirm(actor, trade.order))
    orders.waive_surplus(order=trade.order, shipment_ref=shipment_ref, actor=actor, at=at)
    for hold in _top_ups(trade, shipment_ref):
        lapse_hold(trade, hold, reason=WAIVED, actor=actor, at=at)
    remember(key=key, operation="waive_top_up", content=content, result=shipment_ref, at=at)
    return shipment_ref


@transaction.atomic
def drop_surplus(*, shipment_ref: str, at: datetime) -> None:
    """A shipment that held more than ordered was unpacked: its top-up is not due any more, what was paid goes back."""
    trade = lock_trade_of_shipment(shipment_ref)
    actor = Actor.system("holds")
    end_idle_top_ups(trade, actor=actor, at=at)
    finish_order_if_settled(trade, actor=actor, key=f"dropped:{shipment_ref}", at=at)


def top_up_not_paid(trade: Trade, hold: Hold, *, at: datetime) -> None:
    """Lower half: the time to pay a top-up is over. It lapses, what came in part goes back, its shipment is unpacked.

    Neither side gains: the buyer gets no goods it did not pay, the supplier packs what was ordered.
    """
    lapse_hold(trade, hold, reason=NOT_PAID, actor=_CLOCK, at=at)
    shipment = hold.milestone.shipment
    if shipment is not None and shipment.surplus_state == SurplusState.ASKED:
        orders.surplus_not_paid(order=trade.order, shipment_ref=shipment.ref, actor=_CLOCK, at=at)


def end_idle_top_ups(trade: Trade, *, actor: Actor, at: datetime) -> None:
    """End every top-up whose shipment was unpacked. Repeated, it does nothing."""
    unpacked = set(trade.order.shipments.filter(state=ShipmentState.UNPACKED).values_list("pk", flat=True))
    for hold in trade.holds:
        if hold.milestone.shipment_id not in unpacked:
            continue
        if hold.state == HoldState.AWAITING_FUNDS:
            lapse_hold(trade, hold, reason=DROPPED, actor=actor, at=at)
        elif hold.state == HoldState.HELD and hold.refund_due_minor < hold.held_minor:
            orders.surplus_returned(order=trade.order, amount_minor=hold.amount_minor)
            _return(trade, hold, actor=actor, at=at)


def _return(trade: Trade, hold: Hold, *, actor: Actor, at: datetime) -> None:
    """What is free of a paid top-up goes back now; what a claim keeps still is owed from now on, all of it."""
    free, frozen = hold.held_minor - hold.frozen_minor, hold.frozen_minor
    if free:
        refunds.refund(
            trade,
            hold,
            free,
            cause=trade.order.ref,
            reason=DROPPED,
            actor=actor,
            at=at,
            share_of=None,
            refund_due_minor=frozen,
        )
    else:
        write(hold, actor=actor, at=at, refund_due_minor=frozen)


def _top_ups(trade: Trade, shipment_ref: str) -> list[Hold]:
    shipment = Shipment.objects.get(ref=shipment_ref)
    return [
        hold
        for hold in trade.holds
        if hold.milestone.shipment_id == shipment.pk and hold.state == HoldState.AWAITING_FUNDS
    ]


def _ask_top_up(
    trade: Trade, shipment: Shipment, money: Money, *, actor: Actor, key: str, at: datetime
) -> None:
    """One milestone more, for this shipment alone; it is paid like any other and released with the shipment.

    Not paid and not given in time, it ends by itself (`top_up_not_paid`).
    """
    order = trade.order
    last = Milestone.objects.filter(order_id=order.pk).aggregate(last=Max("position"))["last"] or 0
    milestone = Milestone.objects.create(
        order=order,
        position=last + 1,
        kind=MilestoneKind.TOP_UP,
        title=f"More than ordered: {format_money(money)}",
        share_bps=0,
        amount_minor=money.amount_minor,
        fund_on=FundOn.BEFORE_SHIPMENT,
        release_on=ReleaseOn.ACCEPTANCE,
        shipment=shipment,
    )
    hold = Hold.objects.create(
        order=order,
        milestone=milestone,
        currency=order.currency,
        amount_minor=money.amount_minor,
        commission_bps=order.commission_bps or 0,
        created_at=at,
    )
    hold.log_transition("", HoldState.AWAITING_FUNDS, actor=actor, at=at, key=key)
    trade.holds.append(hold)
    fund_by = at + timedelta(days=clock_days(order.clocks, "top_up_days"))
    ask_for_money(trade, hold, fund_by=fund_by, rule=TOP_UP_RULE, at=at)
