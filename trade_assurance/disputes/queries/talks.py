"""What lies between the two sides, for a page: the ladder of offers, what was promised, one's own sealed range."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from marketplace.core.actors import Actor
from marketplace.core.errors import Text
from marketplace.core.formatting import format_money
from marketplace.core.money import Money
from trade_assurance.disputes.models import Dispute, Offer, Promise, SealedRange
from trade_assurance.disputes.offer_lines import OFFER_LINES
from trade_assurance.disputes.policies import can_answer_for
from trade_assurance.disputes.rules.offers import RANGES_PER_SIDE, receiver_of, sender_of
from trade_assurance.disputes.states import (
    TALKING_STATES,
    DisputeState,
    OfferKind,
    OfferState,
    PromiseState,
    Side,
)


@dataclass(frozen=True, slots=True)
class OfferLine:
    """One rung of the ladder, with what exactly it says."""

    version: int
    side_label: Text
    by_side: str
    kind: str
    kind_label: Text
    line: str
    refund: Money
    discount: Money
    pays: Money
    return_paid_by: Text
    due_on: date | None
    note: str
    state: str
    state_label: Text
    by: str
    at: datetime
    expires_at: datetime | None
    can_answer: bool
    can_withdraw: bool


@dataclass(frozen=True, slots=True)
class PromiseView:
    """What was agreed under a condition, and whose turn it is."""

    kind: str
    kind_label: Text
    state: str
    state_label: Text
    refund: Money
    due_at: datetime
    carrier: str
    tracking_number: str
    sent_at: datetime | None
    contested_because: str
    can_send: bool
    can_confirm: bool


@dataclass(frozen=True, slots=True)
class RangeView:
    """One's own sealed range. Of the other side's only that there was one ever: never the amount, to nobody."""

    mine: Money | None
    left: int
    limit: int
    other_sealed: bool
    can_seal: bool


def offers_of(row: Dispute, side: str, actor: Actor) -> tuple[OfferLine, ...]:
    """The ladder; one statement."""
    talking = side != Side.OFFICER and row.state in TALKING_STATES
    binds = talking and can_answer_for(Side(side), actor, row.order)
    return tuple(_offer(offer, row, side, binds=binds) for offer in row.offers.order_by("version"))


def promise_of(row: Dispute, side: str, actor: Actor) -> PromiseView | None:
    """The latest promise of the case; one statement."""
    promise = Promise.objects.filter(dispute=row).select_related("offer").order_by("-pk").first()
    if promise is None:
        return None
    offer = promise.offer
    binds = (
        side != Side.OFFICER
        and row.state == DisputeState.AGREED
        and can_answer_for(Side(side), actor, row.order)
    )
    return PromiseView(
        kind=offer.kind,
        kind_label=offer.get_kind_display(),
        state=promise.state,
        state_label=promise.get_state_display(),
        refund=offer.refund(row.currency),
        due_at=promise.due_at,
        carrier=promise.carrier,
        tracking_number=promise.tracking_number,
        sent_at=promise.sent_at,
        contested_because=promise.contested_because,
        can_send=binds and promise.state == PromiseState.PROMISED and side == sender_of(offer.kind),
        can_confirm=binds and promise.state == PromiseState.SENT and side == receiver_of(offer.kind),
    )


def range_of(row: Dispute, side: str, actor: Actor) -> RangeView | None:
    """The reader's own sealed range; None for officers, who never see any. One statement."""
    if side not in (Side.BUYER, Side.SUPPLIER):
        return None
    rows = list(SealedRange.objects.filter(dispute=row).order_by("pk").values_list("side", "ended_at"))
    used = sum(1 for owner, _ended in rows if owner == side)
    binds = can_answer_for(Side(side), actor, row.order)
    mine: int | None = None
    if binds:
        own = SealedRange.objects.filter(dispute=row, side=side, ended_at__isnull=True)
        mine = own.values_list("bound_minor", flat=True).first()
    return RangeView(
        mine=None if mine is None else Money(mine, row.currency),
        left=max(0, RANGES_PER_SIDE - used),
        limit=RANGES_PER_SIDE,
        other_sealed=any(owner != side for owner, _ended in rows),
        can_seal=binds and row.state in TALKING_STATES,
    )


def _offer(offer: Offer, row: Dispute, side: str, *, binds: bool) -> OfferLine:
    refund = offer.refund(row.currency)
    discount = Money(offer.discount_minor, row.currency)
    is_open = offer.state == OfferState.OPEN
    names = {"refund": format_money(refund), "discount": format_money(discount)}
    return OfferLine(
        version=offer.version,
        side_label=offer.get_by_side_display(),
        by_side=offer.by_side,
        kind=offer.kind,
        kind_label=offer.get_kind_display(),
        line=str(OFFER_LINES[OfferKind(offer.kind)]) % names,
        refund=refund,
        discount=discount,
        pays=row.standing - min(refund, row.standing),
        return_paid_by=offer.get_return_paid_by_display() if offer.return_paid_by else "",
        due_on=offer.due_on,
        note=offer.note,
        state=offer.state,
        state_label=offer.get_state_display(),
        by=offer.made_by_label,
        at=offer.made_at,
        expires_at=offer.expires_at if is_open else None,
        can_answer=binds and is_open and offer.by_side != side,
        can_withdraw=binds and is_open and offer.by_side == side,
    )
