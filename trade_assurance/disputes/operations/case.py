"""Locking a case in the global order (Order → Hold → Dispute), and what every step of it shares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from marketplace.core.actors import Actor
from marketplace.core.deadlines import close_deadline
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from orders import operations as orders
from orders.models import Order
from trade_assurance.disputes.errors import DisputeNotFound, NotYourCase, TalksOver, TextMissing, TextTooLong
from trade_assurance.disputes.models import Dispute, Offer
from trade_assurance.disputes.policies import side_of
from trade_assurance.disputes.states import TALKING_STATES, DisputeState, OfferState, Side
from trade_assurance.holds.models import Hold
from trade_assurance.holds.operations import Trade, lock_trade, settle_disputed

NEGOTIATION_END = "negotiation_end"
EVIDENCE_REMINDER_48H = "evidence_reminder_48h"
EVIDENCE_REMINDER_24H = "evidence_reminder_24h"
EVIDENCE_END = "evidence_end"
DECISION_DUE = "decision_due"
APPEAL_END = "appeal_end"
KINDS = (
    NEGOTIATION_END,
    EVIDENCE_REMINDER_48H,
    EVIDENCE_REMINDER_24H,
    EVIDENCE_END,
    DECISION_DUE,
    APPEAL_END,
)
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
    def hold(self) -> Hold:
        return next(hold for hold in self.trade.holds if hold.pk == self.dispute.hold_id)


def lock_case(dispute_ref: str, *, actor: Actor) -> Case:
    """Lock order, holds and dispute. Raises `DisputeNotFound` when the actor may not know of it."""
    order_ref = (
        Dispute.objects.visible_to(actor).filter(ref=dispute_ref).values_list("order__ref", flat=True).first()
    )
    if order_ref is None:
        raise DisputeNotFound
    trade = lock_trade(order_ref, actor=actor)
    dispute = Dispute.objects.filter(ref=dispute_ref).lock().get()
    return Case(trade, dispute, side_of(actor, trade.order))


def demand(allowed: bool) -> None:  # noqa: FBT001 -- reads as a sentence
    """Raise `NotYourCase` unless the policy said yes."""
    if not allowed:
        raise NotYourCase


def demand_talks(dispute: Dispute) -> None:
    """Raise `TalksOver` unless the two sides may still agree."""
    if dispute.state not in TALKING_STATES:
        raise TalksOver(state=dispute.get_state_display())


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
    refund: Money,
    release: Money,
    reason: str,
    actor: Actor,
    key: str,
    at: datetime,
) -> None:
    """Move the money of the claim and end the dispute: its deadlines and open offers go, the trade goes on."""
    dispute = case.dispute
    dispute.move_to(
        state, actor=actor, at=at, key=key, reason=reason, refund_minor=refund.amount_minor, ended_at=at
    )
    close_deadlines(dispute, outcome=state.value, at=at)
    expire_offer(dispute, actor=actor, at=at)
    settle_disputed(
        case.trade,
        case.hold,
        subject=dispute.ref,
        refund=refund,
        release_=release,
        reason=reason,
        actor=actor,
        at=at,
    )


def close_deadlines(dispute: Dispute, *, outcome: str, at: datetime, kinds: tuple[str, ...] = KINDS) -> None:
    """End these deadlines of the case, as far as they are open."""
    for kind in kinds:
        close_deadline(kind=kind, subject=dispute.ref, outcome=outcome, at=at)


def standing_offer(dispute: Dispute) -> Offer | None:
    """The offer that waits for an answer; at most one (enforced by offer_open_once_per_dispute)."""
    return Offer.objects.filter(dispute=dispute, state=OfferState.OPEN).first()


def answer_offer(offer: Offer, state: OfferState, *, actor: Actor, at: datetime) -> None:
    """Take an offer off the table."""
    offer.move_to(state, actor=actor, at=at, answered_at=at)


def expire_offer(dispute: Dispute, *, actor: Actor, at: datetime) -> None:
    """What was still on the table is not any more."""
    offer = standing_offer(dispute)
    if offer is not None:
        answer_offer(offer, OfferState.EXPIRED, actor=actor, at=at)


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
