"""A case as data: for the two sides, and for the officer with contract and timeline beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from marketplace.core.actors import Actor
from marketplace.core.errors import Text
from marketplace.core.money import Money
from orders.queries import contract_sheet
from orders.states import ShipmentState
from trade_assurance.disputes.errors import ConflictOfInterest, DisputeNotFound, NotYourCase
from trade_assurance.disputes.models import Dispute
from trade_assurance.disputes.policies import (
    can_answer_for,
    can_judge,
    can_pause,
    can_speak,
    can_take,
    is_partial,
    side_of,
)
from trade_assurance.disputes.queries.clauses import AgreedLine, ClauseText, agreed_lines, clause_text
from trade_assurance.disputes.queries.clocks import CaseClock, case_clocks
from trade_assurance.disputes.queries.inspections import InspectionLine, inspection_lines
from trade_assurance.disputes.queries.judges import first_judges, has_interest, waiting_decision
from trade_assurance.disputes.queries.judging import (
    Colleague,
    DecisionView,
    SimilarLine,
    TurnLine,
    colleagues_for,
    decisions_of,
    similar_to,
    turns_of,
)
from trade_assurance.disputes.queries.talks import (
    OfferLine,
    PromiseView,
    RangeView,
    offers_of,
    promise_of,
    range_of,
)
from trade_assurance.disputes.queries.vault import EvidenceSide, evidence_by_side
from trade_assurance.disputes.rules.clocks import days_of, may_escalate_from, pause_left
from trade_assurance.disputes.states import (
    JUDGED_STATES,
    OPEN_STATES,
    PAUSABLE_STATES,
    TALKING_STATES,
    WITHDRAWABLE_STATES,
    DisputeState,
    OfferState,
    PromiseState,
    Side,
)
from trade_assurance.holds.queries import TradePage, trade_page

_TONES = {
    DisputeState.NEGOTIATION: "waiting",
    DisputeState.ESCALATED: "info",
    DisputeState.AGREED: "accent",
    DisputeState.DECIDED: "accent",
    DisputeState.APPEALED: "info",
    DisputeState.CLOSED: "",
    DisputeState.SETTLED: "safe",
    DisputeState.WITHDRAWN: "",
    DisputeState.CHARGED_BACK: "danger",
}


@dataclass(frozen=True, slots=True)
class NamedLine:
    """A line the claim names: how much of it, what that is worth, what is claimed for it."""

    id: int
    position: int
    title: str
    unit_code: str
    quantity: Decimal
    value: Money
    claimed: Money


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
    appeal: bool = False
    withdraw_appeal: bool = False
    take: bool = False
    assign: bool = False
    hand_back: bool = False
    decide: bool = False
    second: bool = False
    pause: bool = False
    resume: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """Since when the case stands still, why, and how many days it may still do so."""

    since: datetime | None
    reason: str
    days_left: int


@dataclass(frozen=True, slots=True)
class Appeal:
    """Who asked for another officer's judgement, and on what grounds."""

    at: datetime
    by: Text
    grounds: str


@dataclass(frozen=True, slots=True)
class BesideCase:
    """What only the desk sees beside a case: cases like it, who may take it, whose it was."""

    similar: tuple[SimilarLine, ...] = ()
    colleagues: tuple[Colleague, ...] = ()
    turns: Sequence[TurnLine] = ()


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
    reason: str
    reason_label: Text
    clause_label: Text
    statement: str
    claimed: Money
    charged_back: Money
    standing: Money
    refunded: Money | None
    ending: Text
    shipment_ref: str
    shipment_number: int
    lines: tuple[NamedLine, ...]
    agreed: tuple[AgreedLine, ...]
    clause: ClauseText
    opened_at: datetime
    escalate_from: datetime
    evidence_until: datetime | None
    evidence_open: bool
    pause: Pause
    overdue_count: int
    appeal: Appeal | None
    officer_name: str
    accepted: bool
    trade: TradePage
    offers: tuple[OfferLine, ...]
    promise: PromiseView | None
    range: RangeView | None
    messages: tuple[MessageLine, ...]
    buyer_evidence: EvidenceSide
    supplier_evidence: EvidenceSide
    officer_evidence: EvidenceSide
    inspections: tuple[InspectionLine, ...]
    decisions: tuple[DecisionView, ...]
    clocks: tuple[CaseClock, ...]
    beside: BesideCase
    steps: CaseSteps

    @property
    def open_offer(self) -> OfferLine | None:
        """The offer that waits for an answer."""
        return next((offer for offer in self.offers if offer.state == OfferState.OPEN), None)

    @property
    def open_promise(self) -> PromiseView | None:
        """What was agreed and is still to be done."""
        still = self.promise is not None and self.promise.state in (PromiseState.PROMISED, PromiseState.SENT)
        return self.promise if still else None

    @property
    def decision(self) -> DecisionView | None:
        """The latest decision the reader may see."""
        return self.decisions[0] if self.decisions else None

    @property
    def waiting(self) -> DecisionView | None:
        """The decision that waits for a second officer."""
        return next((row for row in self.decisions if row.state == "proposed"), None)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


def case_page(ref: str, actor: Actor, at: datetime, *, at_desk: bool) -> CasePage:
    """The case for a side (or at the desk). Raises `DisputeNotFound`, `NotYourCase`, `ConflictOfInterest`."""
    row = _visible(ref, actor)
    side = _side(row, actor, at_desk=at_desk)
    trade = trade_page(row.order.ref, actor, at)
    sheet = contract_sheet(row.order.ref, actor)
    lines = _named(row)
    positions = [line.position for line in lines]
    evidence = evidence_by_side(row)
    return CasePage(
        ref=row.ref,
        order_ref=row.order.ref,
        order_number=row.order.number,
        state=row.state,
        state_label=row.get_state_display(),
        tone=_TONES[DisputeState(row.state)],
        side=side,
        reason=row.reason,
        reason_label=row.get_reason_display(),
        clause_label=row.get_clause_display(),
        statement=row.statement,
        claimed=row.claimed,
        charged_back=Money(row.charged_back_minor, row.currency),
        standing=row.standing,
        refunded=None if row.refund_minor is None else Money(row.refund_minor, row.currency),
        ending=row.get_ended_because_display() if row.ended_because else "",
        shipment_ref=row.shipment.ref if row.shipment else "",
        shipment_number=_shipment_number(row, trade),
        lines=lines,
        agreed=agreed_lines(sheet, positions),
        clause=clause_text(sheet, row.clause, positions),
        opened_at=row.opened_at,
        escalate_from=_escalate_from(row),
        evidence_until=row.evidence_until,
        evidence_open=row.evidence_is_open(at),
        pause=_pause(row),
        overdue_count=row.overdue_count,
        appeal=_appeal(row),
        officer_name=row.officer.name if row.officer else "",
        accepted=_accepted(row),
        trade=trade,
        offers=offers_of(row, side, actor),
        promise=promise_of(row, side, actor),
        range=range_of(row, side, actor),
        messages=_messages(row, actor),
        buyer_evidence=evidence[Side.BUYER],
        supplier_evidence=evidence[Side.SUPPLIER],
        officer_evidence=evidence[Side.OFFICER],
        inspections=inspection_lines(row),
        decisions=(decisions := decisions_of(row, for_officers=at_desk)),
        clocks=case_clocks(row.ref, trade.order.deadlines),
        beside=_beside(row, actor) if at_desk else BesideCase(),
        steps=_officer_steps(row, actor, at) if at_desk else _side_steps(row, side, decisions, actor, at),
    )


def _visible(ref: str, actor: Actor) -> Dispute:
    joined = Dispute.objects.visible_to(actor).select_related("order", "officer", "shipment")
    row = joined.filter(ref=ref).first()
    if row is None:
        raise DisputeNotFound
    return row


def _pause(row: Dispute) -> Pause:
    left = pause_left(days_of(row.order.clocks, "pause_days"), row.paused_seconds)
    return Pause(row.paused_at, row.pause_reason, left.days)


def _appeal(row: Dispute) -> Appeal | None:
    if row.appealed_at is None:
        return None
    by = row.get_appealed_by_side_display() if row.appealed_by_side else ""
    return Appeal(row.appealed_at, by, row.appeal_grounds)


def _beside(row: Dispute, actor: Actor) -> BesideCase:
    return BesideCase(similar_to(row), colleagues_for(row, actor.user_id), turns_of(row))


def _side(row: Dispute, actor: Actor, *, at_desk: bool) -> str:
    side = side_of(actor, row.order)
    if at_desk:
        if is_partial(actor, row.order) or has_interest(row.order, actor.user_id or 0):
            raise ConflictOfInterest
        return Side.OFFICER
    if side not in (Side.BUYER, Side.SUPPLIER):
        raise NotYourCase
    return side


def _accepted(row: Dispute) -> bool:
    """Whether the claimed goods were accepted: then the whole claim has to be divided."""
    if row.order.accepted_at is not None:
        return True
    return row.shipment is not None and row.shipment.state == ShipmentState.ACCEPTED


def _named(row: Dispute) -> tuple[NamedLine, ...]:
    return tuple(
        NamedLine(
            line.pk,
            line.position,
            line.title,
            line.unit_code,
            line.quantity,
            Money(line.value_minor, row.currency),
            Money(line.claimed_minor, row.currency),
        )
        for line in row.lines.order_by("position")
    )


def _shipment_number(row: Dispute, trade: TradePage) -> int:
    """The shipment's number on the order's page; 0 for a claim about the order."""
    if row.shipment is None:
        return 0
    return next((view.ordinal for view in trade.order.shipments if view.ref == row.shipment.ref), 0)


def _escalate_from(row: Dispute) -> datetime:
    return may_escalate_from(row.opened_at, days_of(row.order.clocks, "negotiation_escalate_from_days"))


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


def _officer_steps(row: Dispute, actor: Actor, at: datetime) -> CaseSteps:
    order = row.order
    mine, judged = can_judge(actor, row, order), row.state in JUDGED_STATES
    barred = row.state == DisputeState.APPEALED and actor.user_id in first_judges(row)
    free = judged and can_take(actor, order) and not barred
    waiting = waiting_decision(row) if judged else None
    pauses = can_pause(actor, row, order)
    return CaseSteps(
        speak=mine and row.is_open,
        take=free and row.officer_id is None,
        assign=free and (mine or row.officer_id is None),
        hand_back=judged and mine,
        decide=judged and mine and waiting is None and not row.is_paused and not row.evidence_is_open(at),
        second=free and waiting is not None and not row.is_paused and waiting.officer_id != actor.user_id,
        pause=row.state in PAUSABLE_STATES and pauses and not row.is_paused and waiting is None,
        resume=pauses and row.is_paused,
    )


def _side_steps(
    row: Dispute, side: str, decisions: Sequence[DecisionView], actor: Actor, at: datetime
) -> CaseSteps:
    order = row.order
    binds = can_answer_for(Side(side), actor, order)
    talking = row.state in TALKING_STATES
    buys = binds and side == Side.BUYER
    rested = row.buyer_rests_at if side == Side.BUYER else row.supplier_rests_at
    first = decisions[0] if decisions else None
    waived = first and (first.waived_by_buyer_at if side == Side.BUYER else first.waived_by_supplier_at)
    open_to_appeal = row.state == DisputeState.DECIDED and binds and not waived
    return CaseSteps(
        grant=talking and binds and side == Side.SUPPLIER,
        offer=talking and binds,
        withdraw=buys and row.state in WITHDRAWABLE_STATES,
        speak=row.is_open and can_speak(actor, row, order),
        evidence=row.evidence_is_open(at) and can_speak(actor, row, order),
        rest=row.state in JUDGED_STATES and row.evidence_is_open(at) and binds and rested is None,
        escalate=row.state == DisputeState.NEGOTIATION
        and buys
        and not row.is_paused
        and at >= _escalate_from(row),
        waive=open_to_appeal,
        appeal=open_to_appeal
        and first is not None
        and first.appeal_until is not None
        and at < first.appeal_until,
        withdraw_appeal=row.state == DisputeState.APPEALED and binds and row.appealed_by_side == side,
    )
