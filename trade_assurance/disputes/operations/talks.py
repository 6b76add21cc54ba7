"""The two sides talk: the claim granted, offers as a ladder, and the case's own thread."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max

from marketplace.core.actors import Actor
from marketplace.core.idempotency import remember, replayed
from marketplace.core.money import Money
from trade_assurance.disputes.errors import (
    NotYourCase,
    OfferDayWrong,
    OfferGone,
    OfferOutOfRange,
    OfferPayerMissing,
    OwnOffer,
    TalksOver,
    UnknownReason,
)
from trade_assurance.disputes.models import CaseMessage, Offer
from trade_assurance.disputes.operations.agreements import agree, carry_out_offer
from trade_assurance.disputes.operations.case import (
    Case,
    answer_offer,
    case_deadline,
    clean_text,
    demand,
    demand_talks,
    lock_case,
    standing_offer,
    tell,
)
from trade_assurance.disputes.policies import can_answer_for, can_speak
from trade_assurance.disputes.rules.clocks import OFFER_END, days_of
from trade_assurance.disputes.rules.offers import OFFER_AT_MOST_DAYS, OfferTerms, fault_of
from trade_assurance.disputes.states import Ending, OfferKind, OfferState, Side


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
    agree(case, case.dispute.standing, because=Ending.GRANTED, actor=actor, key=key, at=at)
    remember(key=key, operation="accept_claim", content=content, result=dispute_ref, at=at)
    return dispute_ref


@transaction.atomic
def make_offer(
    *,
    dispute_ref: str,
    refund: Money,
    kind: str = OfferKind.REFUND_AMOUNT,
    discount: Money | None = None,
    return_paid_by: str = "",
    due_on: date | None = None,
    valid_days: int | None = None,
    note: str = "",
    actor: Actor,
    key: str,
    at: datetime,
) -> int:
    """Propose how to settle; see `states.OfferKind`. Returns the offer's version on the ladder.

    The latest word counts: an open offer of the same side is replaced, one of the other side is declined by
    this counter-offer. It runs out after `valid_days` (the operator's default otherwise), as a deadline.
    Raises `DisputeNotFound`, `NotYourCase`, `TalksOver`, `UnknownReason` (no such kind), `OfferOutOfRange`,
    `OfferPayerMissing`, `OfferDayWrong`.
    """
    case = lock_case(dispute_ref, actor=actor)
    terms = OfferTerms(
        kind, refund, Money.zero(refund.currency) if discount is None else discount, return_paid_by, due_on
    )
    content = {
        "dispute": dispute_ref,
        "terms": [terms.kind, terms.refund, terms.discount, terms.return_paid_by, terms.due_on],
        "valid_days": valid_days,
        "note": note,
        "actor": actor.as_text,
    }
    if (first := replayed(key=key, operation="make_offer", content=content)) is not None:
        return int(first)
    side = _own_side(case, actor)
    demand_talks(case.dispute)
    days = days_of(case.order.clocks, "offer_days") if valid_days is None else valid_days
    _guard_terms(case, terms, days, at.date())
    text = clean_text(note, field="note", needed=False)
    standing = standing_offer(case.dispute)
    if standing is not None:
        state = OfferState.SUPERSEDED if standing.by_side == side else OfferState.DECLINED
        answer_offer(standing, state, actor=actor, at=at)
    offer = _write_offer(
        case, terms, side=side, note=text, expires_at=at + timedelta(days=days), actor=actor, at=at
    )
    offer.log_transition("", OfferState.OPEN, actor=actor, at=at, key=key)
    case_deadline(case, OFFER_END, due_at=at + timedelta(days=days), rule="offer_days", at=at)
    tell(case, "offer_made", actor=actor, at=at, refund=refund, offer=kind, discount=terms.discount)
    remember(key=key, operation="make_offer", content=content, result=str(offer.version), at=at)
    return offer.version


@transaction.atomic
def accept_offer(*, dispute_ref: str, version: int, actor: Actor, key: str, at: datetime) -> str:
    """Agree on exactly this offer of the other side: the money moves at once, or when its condition is met.

    Raises `DisputeNotFound`, `NotYourCase`, `TalksOver`, `OfferGone` (also when it has run out), `OwnOffer`.
    """
    case, offer, first = _open_offer(dispute_ref, version, actor, key, at, "accept_offer")
    if first is not None or offer is None:
        return dispute_ref
    answer_offer(offer, OfferState.ACCEPTED, actor=actor, at=at)
    carry_out_offer(case, offer, actor=actor, key=key, at=at)
    content = {"dispute": dispute_ref, "version": version, "actor": actor.as_text}
    remember(key=key, operation="accept_offer", content=content, result=dispute_ref, at=at)
    return dispute_ref


@transaction.atomic
def decline_offer(*, dispute_ref: str, version: int, actor: Actor, key: str, at: datetime) -> str:
    """Say no to this offer of the other side; the talks go on.

    Raises `DisputeNotFound`, `NotYourCase`, `TalksOver`, `OfferGone`, `OwnOffer`.
    """
    case, offer, first = _open_offer(dispute_ref, version, actor, key, at, "decline_offer")
    if first is not None or offer is None:
        return dispute_ref
    answer_offer(offer, OfferState.DECLINED, actor=actor, at=at)
    tell(case, "offer_declined", actor=actor, at=at, refund=offer.refund(case.dispute.currency))
    content = {"dispute": dispute_ref, "version": version, "actor": actor.as_text}
    remember(key=key, operation="decline_offer", content=content, result=dispute_ref, at=at)
    return dispute_ref


@transaction.atomic
def withdraw_offer(*, dispute_ref: str, version: int, actor: Actor, key: str, at: datetime) -> str:
    """Take one's own offer back before it is answered.

    Raises `DisputeNotFound`, `NotYourCase` (the other side's), `TalksOver`, `OfferGone`.
    """
    case = lock_case(dispute_ref, actor=actor)
    content = {"dispute": dispute_ref, "version": version, "actor": actor.as_text}
    if (first := replayed(key=key, operation="withdraw_offer", content=content)) is not None:
        return first
    side = _own_side(case, actor)
    demand_talks(case.dispute)
    offer = Offer.objects.filter(dispute=case.dispute, version=version).first()
    if offer is None or offer.state != OfferState.OPEN:
        raise OfferGone
    demand(offer.by_side == side)
    answer_offer(offer, OfferState.WITHDRAWN, actor=actor, at=at)
    tell(case, "offer_withdrawn", actor=actor, at=at, refund=offer.refund(case.dispute.currency))
    remember(key=key, operation="withdraw_offer", content=content, result=dispute_ref, at=at)
    return dispute_ref


@transaction.atomic
def lapse_offer(*, dispute_ref: str, at: datetime) -> None:
    """Nobody answered the offer in time: it is off the table. By the deadline."""
    actor = Actor.system("clock")
    case = lock_case(dispute_ref, actor=actor)
    offer = standing_offer(case.dispute)
    if offer is not None:
        answer_offer(offer, OfferState.LAPSED, actor=actor, at=at)
        tell(case, "offer_lapsed", actor=actor, at=at, refund=offer.refund(case.dispute.currency))


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


def _guard_terms(case: Case, terms: OfferTerms, days: int, today: date) -> None:
    standing = case.dispute.standing
    if not 1 <= days <= OFFER_AT_MOST_DAYS:
        raise OfferDayWrong(field="valid_days")
    fault = fault_of(terms, standing=standing, today=today)
    if fault is None:
        return
    if fault.code == "kind":
        raise UnknownReason(field="kind")
    if fault.code == "payer":
        raise OfferPayerMissing(field="return_paid_by")
    if fault.code == "day":
        raise OfferDayWrong(field="due_on")
    raise OfferOutOfRange(field=fault.field, claimed=f"{standing.as_decimal()} {standing.currency}")


def _write_offer(
    case: Case, terms: OfferTerms, *, side: Side, note: str, expires_at: datetime, actor: Actor, at: datetime
) -> Offer:
    latest = Offer.objects.filter(dispute=case.dispute).aggregate(latest=Max("version"))["latest"] or 0
    return Offer.objects.create(
        dispute=case.dispute,
        version=latest + 1,
        by_side=side,
        kind=terms.kind,
        refund_minor=terms.refund.amount_minor,
        discount_minor=terms.discount.amount_minor,
        return_paid_by=terms.return_paid_by if terms.kind == OfferKind.RETURN_AND_REFUND else "",
        due_on=terms.due_on,
        note=note,
        made_by=actor.as_text,
        made_by_label=actor.label,
        made_at=at,
        expires_at=expires_at,
    )


def _open_offer(
    dispute_ref: str, version: int, actor: Actor, key: str, at: datetime, operation: str
) -> tuple[Case, Offer | None, str | None]:
    """The case and the other side's open offer of that version; or the first result of a replay.

    An offer whose time is over counts as gone even when no sweep has come by yet.
    """
    case = lock_case(dispute_ref, actor=actor)
    content = {"dispute": dispute_ref, "version": version, "actor": actor.as_text}
    if (first := replayed(key=key, operation=operation, content=content)) is not None:
        return case, None, first
    side = _own_side(case, actor)
    demand_talks(case.dispute)
    offer = Offer.objects.filter(dispute=case.dispute, version=version).first()
    if offer is None or offer.state != OfferState.OPEN:
        raise OfferGone
    if offer.expires_at is not None and offer.expires_at <= at:
        raise OfferGone
    if offer.by_side == side:
        raise OwnOffer
    return case, offer, None
