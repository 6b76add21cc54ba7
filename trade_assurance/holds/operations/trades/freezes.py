"""Amounts that a claim keeps still: spread over the order's holds, frozen alone, and moved exactly as it ends.

The upper halves are `trade_assurance.disputes.operations`; these run in their transaction, on a locked trade.
"""

from __future__ import annotations

from datetime import datetime

from marketplace.core.actors import Actor
from marketplace.core.models import Deadline
from marketplace.core.money import Money, split_minor
from marketplace.core.outbox import emit
from marketplace.core.states import DeadlineState
from orders.states import ShipmentState
from trade_assurance.holds.errors import (
    AlreadyAccepted,
    AmountAboveFree,
    AmountNotPositive,
    FrozenAlready,
    NotFrozen,
    NothingHeld,
    SplitAboveFreeze,
)
from trade_assurance.holds.models import Freeze, Hold
from trade_assurance.holds.operations.chargebacks.chargeback import freeze_for_chargebacks
from trade_assurance.holds.operations.trades import refunds
from trade_assurance.holds.operations.trades.releases import (
    ACCEPT_BY_SILENCE,
    finish_order_if_settled,
    release,
    release_free,
)
from trade_assurance.holds.operations.trades.trade import Trade, write
from trade_assurance.holds.queries.trades.frozen import part_of
from trade_assurance.holds.rules import PartMove, moves_of
from trade_assurance.holds.states import HoldState

ACCEPT_SHIPMENT_BY_SILENCE = "accept_shipment_by_silence"


def freeze(
    trade: Trade, *, subject: str, amount: Money, actor: Actor, at: datetime, shipment_ref: str = ""
) -> list[Freeze]:
    """Keep `amount` of a locked trade still for a claim, in proportion to what is free in each hold.

    So every milestone bears its share and the shares of other shipments stay whole. With `shipment_ref`
    the claim is about that shipment alone: possible until its own inspection window ends.
    Raises `NothingHeld`, `AlreadyAccepted` (accepted, or the inspection window has ended), `FrozenAlready`
    (this claim has), `AmountNotPositive`, `AmountAboveFree`, `CurrencyMismatch`.
    """
    holding = [hold for hold in trade.holds if hold.state == HoldState.HELD and hold.held_minor]
    if not holding or trade.order.is_over:
        raise NothingHeld
    if trade.order.accepted_at is not None or _window_is_over(trade, shipment_ref, at):
        raise AlreadyAccepted
    if Freeze.objects.filter(hold__in=holding, subject=subject).exists():
        raise FrozenAlready
    if not amount.is_positive:
        raise AmountNotPositive(field="amount")
    free = Money(sum(hold.free.amount_minor for hold in holding), trade.order.currency)
    if amount > free:
        raise AmountAboveFree(field="amount", free=f"{free.as_decimal()} {free.currency}")
    parts = split_minor(amount.amount_minor, [hold.free.amount_minor for hold in holding])
    return [
        _freeze(trade, hold, part, subject=subject, shipment_ref=shipment_ref, actor=actor, at=at)
        for hold, part in zip(holding, parts, strict=True)
        if part
    ]


def settle_disputed(
    trade: Trade,
    *,
    subject: str,
    refund: Money,
    release_: Money,
    goods_accepted: bool,
    reason: str,
    actor: Actor,
    at: datetime,
) -> list[PartMove]:
    """End a claim's freezes: `refund` of them to the buyer, `release_` to the supplier, the rest goes its way.

    The rest first pays what is owed for goods cancelled meanwhile; when the claimed goods were accepted
    (`goods_accepted`) it is released, otherwise it unfreezes and goes on with the trade. Ends the order when
    nothing is held any more. Returns what moved in each hold, exactly as `holds.rules.moves_of` foretells it.
    Raises `NotFrozen`, `SplitAboveFreeze`, `CurrencyMismatch`.
    """
    frozen = open_freezes(trade, subject)
    if not frozen and (refund + release_).is_positive:
        raise NotFrozen
    standing = sum(row.standing_minor for row in frozen)
    if min(refund.amount_minor, release_.amount_minor) < 0 or (refund + release_).amount_minor > standing:
        raise SplitAboveFreeze
    holds = {hold.pk: hold for hold in trade.holds}
    moves = moves_of(
        [part_of(holds[row.hold_id], row) for row in frozen],
        refund_minor=refund.amount_minor,
        release_minor=release_.amount_minor,
        goods_accepted=goods_accepted,
    )
    for row, part in zip(frozen, moves, strict=True):
        _carry_out(trade, holds[row.hold_id], row, part, reason=reason, actor=actor, at=at)
    freeze_for_chargebacks(trade, actor=actor, at=at)
    for row, part in zip(frozen, moves, strict=True):
        hold = holds[row.hold_id]
        rest = min(part.rest_released_minor, hold.held_minor - hold.frozen_minor)
        if rest:
            release(
                trade,
                hold,
                rest,
                cause=subject,
                reason=reason,
                actor=actor,
                at=at,
                share_of=row.shipment_ref,
            )
    if not trade.order.is_over:
        release_free(trade, reason=reason, actor=actor, at=at)
    finish_order_if_settled(trade, actor=actor, key=f"end:{subject}", at=at)
    return moves


def open_freezes(trade: Trade, subject: str) -> list[Freeze]:
    """The claim's freezes that still stand, in the order of the milestones."""
    rows = Freeze.objects.filter(hold__in=trade.holds, subject=subject, lifted_at__isnull=True)
    return list(rows.order_by("hold_id"))


def claimed_minor(hold: Hold, shipment_ref: str) -> int:
    """What claims about a shipment keep still in this hold or took out of it: not part of its share any more."""
    rows = Freeze.objects.filter(hold=hold, shipment_ref=shipment_ref)
    return sum(row.standing_minor + row.taken_minor + row.refunded_minor + row.released_minor for row in rows)


def _freeze(
    trade: Trade,
    hold: Hold,
    amount_minor: int,
    *,
    subject: str,
    shipment_ref: str,
    actor: Actor,
    at: datetime,
) -> Freeze:
    write(hold, actor=actor, at=at, frozen_minor=hold.frozen_minor + amount_minor)
    row = Freeze.objects.create(
        hold=hold, subject=subject, shipment_ref=shipment_ref, amount_minor=amount_minor, frozen_at=at
    )
    emit(
        kind="hold_frozen",
        subject=hold.ref,
        root=trade.order.ref,
        payload={"amount_minor": amount_minor, "currency": hold.currency, "dispute": subject},
        actor=actor,
        at=at,
    )
    return row


def _carry_out(
    trade: Trade, hold: Hold, row: Freeze, part: PartMove, *, reason: str, actor: Actor, at: datetime
) -> None:
    Freeze.objects.filter(pk=row.pk).update(
        lifted_at=at, refunded_minor=part.refund_minor, released_minor=part.release_minor
    )
    if part.refund_minor:
        left = hold.held_minor - part.refund_minor
        refunds.refund(
            trade,
            hold,
            part.refund_minor,
            cause=row.subject,
            reason=reason,
            actor=actor,
            at=at,
            out_of_freeze_minor=part.refund_minor,
            share_of=row.shipment_ref,
            refund_due_minor=min(hold.refund_due_minor, left),
        )
    if part.release_minor:
        left = hold.held_minor - part.release_minor
        release(
            trade,
            hold,
            part.release_minor,
            cause=row.subject,
            reason=reason,
            actor=actor,
            at=at,
            out_of_freeze_minor=part.release_minor,
            share_of=row.shipment_ref,
            refund_due_minor=min(hold.refund_due_minor, left),
        )
    _let_go(trade, hold, part, actor=actor, at=at)


def _let_go(trade: Trade, hold: Hold, part: PartMove, *, actor: Actor, at: datetime) -> None:
    """Unfreeze the rest; of it, what is owed for cancelled goods goes back to the buyer now."""
    if part.owed_minor:
        refunds.refund(
            trade,
            hold,
            part.owed_minor,
            cause=trade.order.ref,
            reason="cancelled_unshipped",
            actor=actor,
            at=at,
            out_of_freeze_minor=part.owed_minor,
            refund_due_minor=hold.refund_due_minor - part.owed_minor,
        )
    rest = part.stays_minor + part.rest_released_minor
    if rest:
        write(hold, actor=actor, at=at, frozen_minor=hold.frozen_minor - rest)


def _window_is_over(trade: Trade, shipment_ref: str, at: datetime) -> bool:
    """A deadline that is due counts as passed even when no sweep has come by yet."""
    passed = set(
        Deadline.objects.filter(
            kind__in=(ACCEPT_BY_SILENCE, ACCEPT_SHIPMENT_BY_SILENCE),
            root=trade.order.ref,
            state=DeadlineState.OPEN,
            paused_at__isnull=True,
            due_at__lte=at,
        ).values_list("subject", flat=True)
    )
    if trade.order.ref in passed:
        return True
    packed = trade.order.shipments.exclude(state=ShipmentState.UNPACKED)
    shipments = dict(packed.values_list("ref", "state"))
    over = {ref for ref, state in shipments.items() if ref in passed or state == ShipmentState.ACCEPTED}
    if shipment_ref:
        return shipment_ref in over
    unsent = any(line.wanted_quantity > line.packed_quantity for line in trade.order.lines.all())
    return bool(shipments) and not unsent and over == set(shipments)
