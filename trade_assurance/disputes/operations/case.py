"""Locking a case in the global order (Order → Hold → Dispute), and what every step of it shares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from marketplace.core.actors import Actor
from marketplace.core.deadlines import close_deadline, open_deadline
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from orders import operations as orders
from orders.models import Order
from orders.states import ShipmentState
from trade_assurance.disputes.errors import DisputeNotFound, NotYourCase, TalksOver, TextMissing, TextTooLong
from trade_assurance.disputes.models import Decision, Dispute, Offer, Promise, SealedRange
from trade_assurance.disputes.policies import side_of
from trade_assurance.disputes.rules.clocks import KINDS, OFFER_END
from trade_assurance.disputes.states import (
    TALKING_STATES,
    DecisionState,
    DisputeState,
    Ending,
    OfferState,
    PromiseState,
    RangeEnd,
    Side,
)
from trade_assurance.holds.operations import PartMove, Trade, lock_trade, settle_disputed

TEXT_LIMIT = 5_000


@dataclass(slots=True)
class Case:
    """A dispute with its trade, all locked, and the side the actor stands on (None for the system)."""

    trade: Trade
    dispute: Dispute
    side: Side | None

    @property
    def order(self) -> Order:
        return self.trade.order

    @property
    def goods_accepted(self) -> bool:
        """Whether the claimed goods were accepted meanwhile: then the claim alone holds the money back."""
        if self.order.accepted_at is not None:
            return True
        shipment = self.dispute.shipment
        return shipment is not None and shipment.state == ShipmentState.ACCEPTED


def lock_case(dispute_ref: str, *, actor: Actor) -> Case:
    """Lock order, holds and dispute. Raises `DisputeNotFound` when the actor may not know of it."""
    order_ref = (
        Dispute.objects.visible_to(actor).filter(ref=dispute_ref).values_list("order__ref", flat=True).first()
    )
    if order_ref is None:
        raise DisputeNotFound
    trade = lock_trade(order_ref, actor=actor)
    dispute = Dispute.objects.filter(ref=dispute_ref).select_related("shipment").lock().get()
    return Case(trade, dispute, side_of(actor, trade.order))


def demand(allowed: bool) -> None:  # noqa: FBT001 -- reads as a sentence
    """Raise `NotYourCase` unless the policy said yes."""
    if not allowed:
        raise NotYourCase


def demand_state(dispute: Dispute, states: Iterable[str]) -> None:
    """Raise `TalksOver` unless the case is in one of these states."""
    if dispute.state not in tuple(states):
        raise TalksOver(state=dispute.get_state_display())


def demand_talks(dispute: Dispute) -> None:
    """Raise `TalksOver` unless the two sides may still agree."""
    demand_state(dispute, TALKING_STATES)


def clean_text(text: str, *, field: str, needed: bool = True) -> str:
    """The text without blanks around it. Raises `TextMissing`, `TextTooLong`."""
    cleaned = text.replace("\x00", "").strip()
    if needed and not cleaned:
        raise TextMissing(field=field)
    if len(cleaned) > TEXT_LIMIT:
        raise TextTooLong(field=field, limit=TEXT_LIMIT)
    return cleaned


def end_case(
    case: Case,
    state: DisputeState,
    *,
    because: Ending,
    refund: Money,
    release: Money,
    actor: Actor,
    key: str,
    at: datetime,
) -> list[PartMove]:
    """Move the money of the claim and end the dispute; the trade goes on. Returns what moved in each hold.

    Its deadlines close; open offers, promises, sealed ranges and a decision that waits are no longer needed.
    """
    dispute = case.dispute
    dispute.move_to(
        state,
        actor=actor,
        at=at,
        key=key,
        reason=because.value,
        refund_minor=refund.amount_minor,
        ended_because=because,
        ended_at=at,
        paused_at=None,
    )
    close_deadlines(dispute, outcome=state.value, at=at)
    drop_talks(dispute, actor=actor, at=at)
    drop_decision(dispute, actor=actor, at=at)
    return settle_disputed(
        case.trade,
        subject=dispute.ref,
        refund=refund,
        release_=release,
        goods_accepted=case.goods_accepted,
        reason=because.value,
        actor=actor,
        at=at,
    )


def case_deadline(case: Case, kind: str, *, due_at: datetime, rule: str, at: datetime) -> None:
    """Open a deadline of this case."""
    open_deadline(
        kind=kind,
        subject=case.dispute.ref,
        root=case.order.ref,
        started_at=at,
        due_at=due_at,
        rule=f"clocks.{rule}",
    )


def close_deadlines(dispute: Dispute, *, outcome: str, at: datetime, kinds: tuple[str, ...] = KINDS) -> None:
    """End these deadlines of the case, as far as they are open."""
    for kind in kinds:
        close_deadline(kind=kind, subject=dispute.ref, outcome=outcome, at=at)


def standing_offer(dispute: Dispute) -> Offer | None:
    """The offer that waits for an answer; at most one (enforced by offer_open_once_per_dispute)."""
    return Offer.objects.filter(dispute=dispute, state=OfferState.OPEN).first()


def answer_offer(offer: Offer, state: OfferState, *, actor: Actor, at: datetime) -> None:
    """Take an offer off the table; its clock stops."""
    offer.move_to(state, actor=actor, at=at, answered_at=at)
    close_deadline(kind=OFFER_END, subject=offer.dispute.ref, outcome=state.value, at=at)


def open_promise(dispute: Dispute) -> Promise | None:
    """What was agreed and is still to be done; at most one (enforced by promise_one_open_per_dispute)."""
    rows = Promise.objects.filter(dispute=dispute, state__in=(PromiseState.PROMISED, PromiseState.SENT))
    return rows.select_related("offer").first()


def drop_talks(dispute: Dispute, *, actor: Actor, at: datetime) -> None:
    """What was still on the table is not any more: the open offer, the promise, both sealed ranges."""
    offer = standing_offer(dispute)
    if offer is not None:
        answer_offer(offer, OfferState.EXPIRED, actor=actor, at=at)
    promise = open_promise(dispute)
    if promise is not None:
        promise.move_to(PromiseState.DROPPED, actor=actor, at=at, ended_at=at)
    SealedRange.objects.filter(dispute=dispute, ended_at__isnull=True).update(
        ended_at=at, ended_as=RangeEnd.DROPPED
    )


def tell(case: Case, kind: str, *, actor: Actor, at: datetime, line: bool = True, **payload: object) -> None:
    """Write the event for those who are told, and (with `line`) for the order's timeline."""
    emit(
        kind=kind,
        subject=case.dispute.ref,
        root=case.order.ref,
        payload={
            "claimed_minor": case.dispute.claimed_minor,
            "currency": case.dispute.currency,
            "side": case.side.value if case.side else "",
            **{
                name: value.amount_minor if isinstance(value, Money) else value
                for name, value in payload.items()
            },
        },
        actor=actor,
        at=at,
    )
    if line:
        params: dict[str, object] = {"dispute": case.dispute.ref, "claimed": case.dispute.claimed}
        params |= {name: value for name, value in payload.items() if isinstance(value, Money)}
        orders.record_event(order=case.order, kind=kind, params=params, actor=actor, at=at)


def drop_decision(dispute: Dispute, *, actor: Actor, at: datetime) -> None:
    """A decision that waits for its second officer, or was never carried out, is no longer needed."""
    waiting = Decision.objects.filter(
        dispute=dispute,
        state__in=(DecisionState.PROPOSED, DecisionState.IN_FORCE),
        executed_at__isnull=True,
    )
    for decision in waiting.lock():
        decision.move_to(DecisionState.DROPPED, actor=actor, at=at)
