"""A case as data: for the two sides, and for the officer with contract and timeline beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplace.core.actors import Actor
from marketplace.core.errors import Text
from marketplace.core.money import BASIS_POINTS, Money
from orders.clocks import clock_days
from orders.queries import ContractSheet, NextLine, contract_sheet
from trade_assurance.disputes.errors import ConflictOfInterest, DisputeNotFound, NotYourCase
from trade_assurance.disputes.models import Decision, Dispute
from trade_assurance.disputes.operations.evidence import evidence_is_open
from trade_assurance.disputes.policies import (
    can_answer_for,
    can_judge,
    can_speak,
    can_take,
    is_partial,
    side_of,
)
from trade_assurance.disputes.rules import may_escalate_from
from trade_assurance.disputes.states import TALKING_STATES, DisputeState, OfferState, Side
from trade_assurance.holds.queries import TradePage, trade_page

SIMILAR_SHOWN = 5
_TONES = {
    DisputeState.NEGOTIATION: "waiting",
    DisputeState.ESCALATED: "info",
    DisputeState.DECIDED: "accent",
    DisputeState.CLOSED: "",
    DisputeState.SETTLED: "safe",
    DisputeState.WITHDRAWN: "",
}


@dataclass(frozen=True, slots=True)
class OfferLine:
    """One rung of the ladder."""

    version: int
    side_label: Text
    by_side: str
    refund: Money
    note: str
    state: str
    state_label: Text
    by: str
    at: datetime
    can_answer: bool


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message of the thread."""

    name: str
    side_label: Text
    text: str
    at: datetime
    mine: bool
    officer: bool


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A note or a file of one side."""

    by_side: str
    note: str
    by: str
    at: datetime
    file_ref: str
    file_name: str
    file_size: int
    sha256: str
    is_picture: bool


@dataclass(frozen=True, slots=True)
class DecisionView:
    """The officer's split with its window."""

    refund: Money
    release: Money
    stays: Money
    reasons: str
    officer: str
    decided_at: datetime
    appeal_until: datetime
    waived_by_buyer_at: datetime | None
    waived_by_supplier_at: datetime | None
    executed_at: datetime | None


@dataclass(frozen=True, slots=True)
class SimilarLine:
    """How a case on the same ground ended: the share of the claim that was refunded, in basis points."""

    ref: str
    order_number: str
    state_label: Text
    claimed: Money
    refunded: Money
    share_bps: int
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class CaseSteps:
    """What the reader may do now."""

    grant: bool = False
    offer: bool = False
    withdraw: bool = False
    speak: bool = False
    evidence: bool = False
    rest: bool = False
    escalate: bool = False
    waive: bool = False
    take: bool = False
    hand_back: bool = False
    decide: bool = False


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything of one case."""

    ref: str
    order_ref: str
    order_number: str
    state: str
    state_label: Text
    tone: str
    side: str
    reason_label: Text
    clause: str
    clause_label: Text
    statement: str
    claimed: Money
    refunded: Money | None
    opened_at: datetime
    opened_by: str
    escalate_from: datetime
    evidence_until: datetime | None
    evidence_open: bool
    officer_name: str
    trade: TradePage
    contract: ContractSheet | None
    offers: tuple[OfferLine, ...]
    messages: tuple[MessageLine, ...]
    buyer_evidence: tuple[EvidenceLine, ...]
    supplier_evidence: tuple[EvidenceLine, ...]
    decision: DecisionView | None
    deadlines: tuple[NextLine, ...]
    similar: tuple[SimilarLine, ...]
    steps: CaseSteps

    @property
    def open_offer(self) -> OfferLine | None:
        """The offer that waits for an answer."""
        return next((offer for offer in self.offers if offer.state == OfferState.OPEN), None)

    @property
    def is_open(self) -> bool:
        return self.state in (*TALKING_STATES, DisputeState.DECIDED)

    @property
    def accepted(self) -> bool:
        """Whether the goods were accepted: then the whole claim has to be divided."""
        return self.trade.order.accepted_at is not None


def case_page(ref: str, actor: Actor, at: datetime, *, at_desk: bool) -> CasePage:
    """The case for a side (or at the desk). Raises `DisputeNotFound`, `NotYourCase`, `ConflictOfInterest`."""
    row = Dispute.objects.visible_to(actor).filter(ref=ref).select_related("order", "officer", "hold").first()
    if row is None:
        raise DisputeNotFound
    side = _side(row, actor, at_desk=at_desk)
    trade = trade_page(row.order.ref, actor, at)
    decision = Decision.objects.filter(dispute=row).first()
    evidence = _evidence(row)
    return CasePage(
        ref=row.ref,
        order_ref=row.order.ref,
        order_number=row.order.number,
        state=row.state,
        state_label=row.get_state_display(),
        tone=_TONES[DisputeState(row.state)],
        side=side,
        reason_label=row.get_reason_display(),
        clause=row.clause,
        clause_label=row.get_clause_display(),
        statement=row.statement,
        claimed=row.claimed,
        refunded=None if row.refund_minor is None else Money(row.refund_minor, row.currency),
        opened_at=row.opened_at,
        opened_by=trade.order.buyer.name,
        escalate_from=_escalate_from(row),
        evidence_until=row.evidence_until,
        evidence_open=evidence_is_open(row, at),
        officer_name=row.officer.name if row.officer else "",
        trade=trade,
        contract=contract_sheet(row.order.ref, actor) if at_desk else None,
        offers=_offers(
            row, side, may_answer=side != Side.OFFICER and can_answer_for(Side(side), actor, row.order)
        ),
        messages=_messages(row, actor),
        buyer_evidence=tuple(line for line in evidence if line.by_side == Side.BUYER),
        supplier_evidence=tuple(line for line in evidence if line.by_side == Side.SUPPLIER),
        decision=_decision(row, decision) if decision else None,
        deadlines=tuple(line for line in trade.order.deadlines if line.subject == row.ref),
        similar=_similar(row) if at_desk else (),
        steps=_steps(row, side, decision, actor, at),
    )


def _side(row: Dispute, actor: Actor, *, at_desk: bool) -> str:
    side = side_of(actor, row.order)
    if at_desk:
        if is_partial(actor, row.order):
            raise ConflictOfInterest
        return Side.OFFICER
    if side not in (Side.BUYER, Side.SUPPLIER):
        raise NotYourCase
    return side


def _escalate_from(row: Dispute) -> datetime:
    return may_escalate_from(row.opened_at, clock_days(row.order.clocks, "negotiation_escalate_from_days"))


def _offers(row: Dispute, side: str, *, may_answer: bool) -> tuple[OfferLine, ...]:
    return tuple(
        OfferLine(
            version=offer.version,
            side_label=offer.get_by_side_display(),
            by_side=offer.by_side,
            refund=offer.refund(row.currency),
            note=offer.note,
            state=offer.state,
            state_label=offer.get_state_display(),
            by=offer.made_by_label,
            at=offer.made_at,
            can_answer=may_answer
            and offer.state == OfferState.OPEN
            and offer.by_side != side
            and row.state in TALKING_STATES,
        )
        for offer in row.offers.order_by("version")
    )


def _messages(row: Dispute, actor: Actor) -> tuple[MessageLine, ...]:
    return tuple(
        MessageLine(
            name=message.author_label,
            side_label=message.get_by_side_display(),
            text=message.text,
            at=message.at,
            mine=message.author == actor.as_text,
            officer=message.by_side == Side.OFFICER,
        )
        for message in row.messages.order_by("pk")
    )


def _evidence(row: Dispute) -> Sequence[EvidenceLine]:
    return [
        EvidenceLine(
            by_side=item.by_side,
            note=item.note,
            by=item.submitted_by_label,
            at=item.at,
            file_ref=item.file.ref if item.file else "",
            file_name=item.file.name if item.file else "",
            file_size=item.file.size_bytes if item.file else 0,
            sha256=item.file.sha256 if item.file else "",
            is_picture=bool(item.file and item.file.content_type.startswith("image/")),
        )
        for item in row.evidence.select_related("file").order_by("pk")
    ]


def _similar(row: Dispute) -> tuple[SimilarLine, ...]:
    """The latest ended cases with the same reason, so that like is decided alike; one statement."""
    rows = Dispute.objects.filter(
        reason=row.reason, state__in=[DisputeState.CLOSED, DisputeState.SETTLED], refund_minor__isnull=False
    )
    return tuple(
        SimilarLine(
            ref=other.ref,
            order_number=other.order.number,
            state_label=other.get_state_display(),
            claimed=other.claimed,
            refunded=Money(other.refund_minor or 0, other.currency),
            share_bps=(other.refund_minor or 0) * BASIS_POINTS // other.claimed_minor,
            ended_at=other.ended_at,
        )
        for other in rows.select_related("order").order_by("-ended_at")[:SIMILAR_SHOWN]
        if other.ended_at is not None
    )


def _decision(row: Dispute, decision: Decision) -> DecisionView:
    refund, release = Money(decision.refund_minor, row.currency), Money(decision.release_minor, row.currency)
    return DecisionView(
        refund=refund,
        release=release,
        stays=row.claimed - refund - release,
        reasons=decision.reasons,
        officer=decision.officer_label,
        decided_at=decision.decided_at,
        appeal_until=decision.appeal_until,
        waived_by_buyer_at=decision.waived_by_buyer_at,
        waived_by_supplier_at=decision.waived_by_supplier_at,
        executed_at=decision.executed_at,
    )


def _steps(row: Dispute, side: str, decision: Decision | None, actor: Actor, at: datetime) -> CaseSteps:
    order = row.order
    if side == Side.OFFICER:
        mine = can_judge(actor, row, order)
        escalated = row.state == DisputeState.ESCALATED
        return CaseSteps(
            speak=mine and row.is_open,
            take=escalated and row.officer_id is None and can_take(actor, order),
            hand_back=escalated and mine,
            decide=escalated and mine and not evidence_is_open(row, at),
        )
    binds = can_answer_for(Side(side), actor, order)
    talking = row.state in TALKING_STATES
    buys = binds and side == Side.BUYER
    rested = row.buyer_rests_at if side == Side.BUYER else row.supplier_rests_at
    waived = decision and (
        decision.waived_by_buyer_at if side == Side.BUYER else decision.waived_by_supplier_at
    )
    return CaseSteps(
        grant=talking and binds and side == Side.SUPPLIER,
        offer=talking and binds,
        withdraw=talking and buys,
        speak=row.is_open and can_speak(actor, row, order),
        evidence=evidence_is_open(row, at) and can_speak(actor, row, order),
        rest=row.state == DisputeState.ESCALATED and evidence_is_open(row, at) and binds and rested is None,
        escalate=row.state == DisputeState.NEGOTIATION and buys and at >= _escalate_from(row),
        waive=row.state == DisputeState.DECIDED and binds and not waived,
    )
