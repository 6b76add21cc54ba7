"""Locking a trade in the global order, and the movement of money that every other operation is made of.

The only place that changes a hold's amounts. Must not decide how much moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from marketplace.core.actors import Actor
from marketplace.core.errors import Conflict
from orders.models import Order
from orders.states import FundOn, MilestoneKind
from trade_assurance.holds.errors import NothingHeld, NotYourStep, TradeNotFound
from trade_assurance.holds.models import Hold, HoldMovement
from trade_assurance.holds.operations.payouts.supplier_money import Seen
from trade_assurance.holds.operations.trades.shares import draw
from trade_assurance.holds.policies import can_see_trade
from trade_assurance.holds.states import HoldState, MovementKind
from trade_assurance.ledger import operations as ledger
from trade_assurance.ledger.operations import EntrySpec


@dataclass(slots=True)
class Trade:
    """An order and its holds, locked in the global order (Order → Hold); `seen` is its supplier's account row."""

    order: Order
    holds: list[Hold]
    seen: Seen = field(default_factory=Seen)

    @property
    def held_minor(self) -> int:
        """What all holds hold now, in minor units."""
        return sum(hold.held_minor for hold in self.holds)

    @property
    def is_funded(self) -> bool:
        """Every milestone is paid, and nothing that goods wait for is gone again by a chargeback."""
        return bool(self.holds) and not self.awaits() and not self.order.misses.is_positive

    @property
    def is_funded_to_produce(self) -> bool:
        """Every milestone that is due on confirmation is paid and not lost, and not all of them ended without money."""
        if self.order.misses.is_positive:
            return False
        lives = any(hold.state != HoldState.LAPSED for hold in self.holds)
        return lives and not self.awaits(FundOn.CONFIRMATION)

    def awaits(self, *fund_on: str) -> list[Hold]:
        """The holds of the schedule that still wait for money, all of them or those with one of these conditions.

        A top-up concerns its own shipment alone; it holds up nothing else.
        """
        return [
            hold
            for hold in self.holds
            if hold.state == HoldState.AWAITING_FUNDS
            and hold.milestone.kind == MilestoneKind.SCHEDULED
            and (not fund_on or hold.milestone.fund_on in fund_on)
        ]

    def next_to_pay(self) -> Hold | None:
        """The first hold that waits for money, of the schedule or as a top-up."""
        return next((hold for hold in self.holds if hold.state == HoldState.AWAITING_FUNDS), None)

    def hold_with_money(self) -> Hold:
        """The first hold that holds money. Raises `NothingHeld` when none does."""
        for hold in self.holds:
            if hold.state == HoldState.HELD:
                return hold
        raise NothingHeld


def lock_trade(order_ref: str, *, actor: Actor) -> Trade:
    """Lock the order, then its holds. Raises `TradeNotFound` when the actor may not know of it."""
    # `visible_to` is a promise about the actor, not a state: it may be asked before the lock is held.
    order = (
        Order.objects.visible_to(actor)
        .filter(ref=order_ref)
        .select_related("buyer", "supplier")
        .lock()
        .first()
    )
    if order is None or not can_see_trade(actor, order):
        raise TradeNotFound
    return Trade(order, list(Hold.objects.filter(order_id=order.pk).select_related("milestone").lock()))


def lock_trade_of_hold(hold_ref: str) -> Trade:
    """The same by a hold's reference, for deadlines and consumers. Raises `TradeNotFound`."""
    order_ref = Hold.objects.filter(ref=hold_ref).values_list("order__ref", flat=True).first()
    if order_ref is None:
        raise TradeNotFound
    return lock_trade(order_ref, actor=Actor.system("holds"))


def demand(allowed: bool) -> None:  # noqa: FBT001 -- reads as a sentence: demand(can_pay(actor, order))
    """Raise `NotYourStep` unless the policy said yes."""
    if not allowed:
        raise NotYourStep


def next_key(hold: Hold) -> str:
    """The ledger key of the hold's next movement; unique because the hold is locked and counts."""
    return f"{hold.ref}:{hold.sequence + 1}"


def move(
    hold: Hold,
    *,
    kind: MovementKind,
    amount_minor: int,
    entries: Sequence[EntrySpec],
    cause: str,
    reason: str,
    actor: Actor,
    at: datetime,
    commission_minor: int = 0,
    state: HoldState | None = None,
    share_of: str | None = "",
    **fields: Any,
) -> str:
    """Book one movement and write it on the hold: steps 6 and 7 of every operation. Returns its ledger key.

    `fields` are the hold's new sums; with `state` they are written by the step itself. What leaves the hold
    leaves the shares of its shipments too: that of `share_of` first; None when the caller sees to them.
    Raises `BalanceTooLow` when the escrow account does not hold the amount, `Conflict` when the hold
    changed under us (it cannot, while locked).
    """
    key = next_key(hold)
    held_before, owed_before = hold.held_minor, hold.refund_due_minor
    # 6 book: one SQL function, which also guards that the escrow account never goes below zero.
    ledger.post(kind=kind.value, subject=hold.ref, key=key, entries=entries, happened_at=at)
    # 7 write
    HoldMovement.objects.create(
        hold=hold,
        sequence=hold.sequence + 1,
        kind=kind,
        amount_minor=amount_minor,
        commission_minor=commission_minor,
        cause=cause,
        reason=reason,
        posting_key=key,
        actor=actor.as_text,
        actor_label=actor.label,
        at=at,
    )
    write(
        hold,
        state=state,
        actor=actor,
        at=at,
        reason=reason,
        sequence=hold.sequence + 1,
        commission_minor=hold.commission_minor + commission_minor,
        **fields,
    )
    if share_of is not None and kind != MovementKind.FUNDED:
        # What was owed for cancelled goods is in no share.
        owed = max(owed_before - hold.refund_due_minor, 0)
        draw(hold, held_before - hold.held_minor - owed, shipment_ref=share_of)
    return key


def write(
    hold: Hold,
    *,
    actor: Actor,
    at: datetime,
    state: HoldState | None = None,
    reason: str = "",
    **fields: Any,
) -> None:
    """Write sums on a locked hold; a hold whose last cent leaves is settled by the same statement."""
    held = fields.get("held_minor", hold.held_minor)
    if state is None and hold.state == HoldState.HELD and held == 0:
        state = HoldState.SETTLED
    if state is not None:
        hold.move_to(state, actor=actor, at=at, reason=reason, **fields)
        return
    # INVARIANT: funded = held + released + refunded + charged back
    # (enforced by hold_funded_is_held_released_refunded_and_charged_back)
    if Hold.objects.filter(pk=hold.pk, sequence=hold.sequence).update(**fields) != 1:
        raise Conflict
    for name, value in fields.items():
        setattr(hold, name, value)
