"""The two sides talk: offers as a ladder, agreement at once, and the case's own thread."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from marketplace.core.actors import Actor
from marketplace.core.idempotency import remember, replayed
from marketplace.core.money import Money
from trade_assurance.disputes.errors import NotYourCase, OfferGone, OfferOutOfRange, OwnOffer, TalksOver
from trade_assurance.disputes.models import CaseMessage, Offer
from trade_assurance.disputes.operations.case import (
    Case,
    answer_offer,
    clean_text,
    demand,
    demand_talks,
    end_case,
    lock_case,
    standing_offer,
    tell,
)
from trade_assurance.disputes.policies import can_answer_for, can_speak
from trade_assurance.disputes.rules import agreed_split
from trade_assurance.disputes.states import DisputeState, OfferState, Side

CLAIM_ACCEPTED = "claim_accepted"
OFFER_ACCEPTED = "offer_accepted"


@transaction.atomic
def accept_claim(*, dispute_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """The supplier grants the whole claim: it is refunded at once.

    Raises `DisputeNotFound`, `NotYourCase` (not the supplier's owner or sales), `TalksOver`.
    """
    case = lock_case(dispute_ref, actor=actor)
    content = {"dispute": dispute_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="accept_claim", content=content)) is not None:
        return first
    demand(can_answer_for(Side.SUPPLIER, actor, case.order))
    demand_talks(case.dispute)
    _agree(case, case.dispute.claimed, reason=CLAIM_ACCEPTED, actor=actor, key=key, at=at)
    remember(key=key, operation="accept_claim", content=content, result=dispute_ref, at=at)
    return dispute_ref


@transaction.atomic
def make_offer(
    *, dispute_ref: str, refund: Money, note: str = "", actor: Actor, key: str, at: datetime
) -> int:
    """Propose to refund `refund` of the claimed amount. Returns the offer's version.

    The latest word counts: an open offer of the same side is replaced, one of the other side is declined
    by this counter-offer. Raises `DisputeNotFound`, `NotYourCase`, `TalksOver`, `OfferOutOfRange`.
    """
    case = lock_case(dispute_ref, actor=actor)
    content = {"dispute": dispute_ref, "refund": refund, "note": note, "actor": actor.as_text}
    if (first := replayed(key=key, operation="make_offer", content=content)) is not None:
        return int(first)
    side = _own_side(case, actor)
    demand_talks(case.dispute)
    claimed = case.dispute.claimed
    if not refund.is_positive or refund > claimed:
        raise OfferOutOfRange(field="refund", claimed=f"{claimed.as_decimal()} {claimed.currency}")
    text = clean_text(note, field="note", needed=False)
    standing = standing_offer(case.dispute)
    if standing is not None:
        state = OfferState.SUPERSEDED if standing.by_side == side else OfferState.DECLINED
        answer_offer(standing, state, actor=actor, at=at)
    latest = Offer.objects.filter(dispute=case.dispute).aggregate(latest=Max("version"))["latest"] or 0
    offer = Offer.objects.create(
        dispute=case.dispute,
        version=latest + 1,
        by_side=side,
        refund_minor=refund.amount_minor,
        note=text,
        made_by=actor.as_text,
        made_by_label=actor.label,
        made_at=at,
    )
    offer.log_transition("", OfferState.OPEN, actor=actor, at=at, key=key)
    tell(case, "offer_made", actor=actor, at=at, refund=refund)
    remember(key=key, operation="make_offer", content=content, result=str(offer.version), at=at)
    return offer.version


@transaction.atomic
def accept_offer(*, dispute_ref: str, version: int, actor: Actor, key: str, at: datetime) -> str:
    """Agree on exactly this offer of the other side: the money moves at once.

    Raises `DisputeNotFound`, `NotYourCase`, `TalksOver`, `OfferGone`, `OwnOffer`.
    """
    case, offer, first = _open_offer(dispute_ref, version, actor, key, "accept_offer")
    if first is not None or offer is None:
        return dispute_ref
    answer_offer(offer, OfferState.ACCEPTED, actor=actor, at=at)
    _agree(case, offer.refund(case.dispute.currency), reason=OFFER_ACCEPTED, actor=actor, key=key, at=at)
    content = {"dispute": dispute_ref, "version": version, "actor": actor.as_text}
    remember(key=key, operation="accept_offer", content=content, result=dispute_ref, at=at)
    return dispute_ref


@transaction.atomic
def decline_offer(*, dispute_ref: str, version: int, actor: Actor, key: str, at: datetime) -> str:
    """Say no to this offer of the other side; the talks go on.

    Raises `DisputeNotFound`, `NotYourCase`, `TalksOver`, `OfferGone`, `OwnOffer`.
    """
    case, offer, first = _open_offer(dispute_ref, version, actor, key, "decline_offer")
    if first is not None or offer is None:
        return dispute_ref
    answer_offer(offer, OfferState.DECLINED, actor=actor, at=at)
    tell(case, "offer_declined", actor=actor, at=at, refund=offer.refund(case.dispute.currency))
    content = {"dispute": dispute_ref, "version": version, "actor": actor.as_text}
    remember(key=key, operation="decline_offer", content=content, result=dispute_ref, at=at)
    return dispute_ref


@transaction.atomic
def post_message(*, dispute_ref: str, text: str, actor: Actor, key: str, at: datetime) -> str:
    """Write in the case's thread: both sides and the officer in charge read it, while the case is open.

    Raises `DisputeNotFound`, `NotYourCase`, `TalksOver`, `TextMissing`, `TextTooLong`.
    """
    case = lock_case(dispute_ref, actor=actor)
    content = {"dispute": dispute_ref, "text": text, "actor": actor.as_text}
    if (first := replayed(key=key, operation="post_message", content=content)) is not None:
        return first
    demand(can_speak(actor, case.dispute, case.order))
    if not case.dispute.is_open:
        raise TalksOver(state=case.dispute.get_state_display())
    CaseMessage.objects.create(
        dispute=case.dispute,
        by_side=case.side or Side.OFFICER,
        author=actor.as_text,
        author_label=actor.label,
        text=clean_text(text, field="text"),
        at=at,
    )
    tell(case, "case_message", actor=actor, at=at, line=False)
    remember(key=key, operation="post_message", content=content, result=dispute_ref, at=at)
    return dispute_ref


def _own_side(case: Case, actor: Actor) -> Side:
    side = case.side
    if side is None or not can_answer_for(side, actor, case.order):
        raise NotYourCase
    return side


def _open_offer(
    dispute_ref: str, version: int, actor: Actor, key: str, operation: str
) -> tuple[Case, Offer | None, str | None]:
    """The case and the other side's open offer of that version; or the first result of a replay."""
    case = lock_case(dispute_ref, actor=actor)
    content = {"dispute": dispute_ref, "version": version, "actor": actor.as_text}
    if (first := replayed(key=key, operation=operation, content=content)) is not None:
        return case, None, first
    side = _own_side(case, actor)
    demand_talks(case.dispute)
    offer = Offer.objects.filter(dispute=case.dispute, version=version).first()
    if offer is None or offer.state != OfferState.OPEN:
        raise OfferGone
    if offer.by_side == side:
        raise OwnOffer
    return case, offer, None


def _agree(case: Case, refund: Money, *, reason: str, actor: Actor, key: str, at: datetime) -> None:
    split = agreed_split(
        claimed=case.dispute.claimed,
        refund=refund,
        owed=Money(case.hold.refund_due_minor, case.dispute.currency),
        trade_accepted=case.order.accepted_at is not None,
    )
    tell(case, "dispute_settled", actor=actor, at=at, refund=refund)
    end_case(
        case,
        DisputeState.SETTLED,
        refund=split.refund,
        release=split.release,
        reason=reason,
        actor=actor,
        key=key,
        at=at,
    )
