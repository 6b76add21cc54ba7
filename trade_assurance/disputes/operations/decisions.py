"""The officer's part: escalation, taking the case, the decision, and carrying it out exactly."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.deadlines import open_deadline
from marketplace.core.idempotency import remember, replayed
from marketplace.core.money import Money
from orders.clocks import clock_days
from trade_assurance.disputes.errors import (
    CaseTaken,
    ConflictOfInterest,
    EscalationTooEarly,
    EvidenceStillOpen,
    NotYourCase,
    ReleaseOfCancelledGoods,
    SplitIncomplete,
    SplitWrong,
    TalksOver,
    WaivedBefore,
)
from trade_assurance.disputes.models import Decision, Dispute
from trade_assurance.disputes.operations.case import (
    APPEAL_END,
    DECISION_DUE,
    EVIDENCE_END,
    KINDS,
    NEGOTIATION_END,
    Case,
    clean_text,
    close_deadlines,
    demand,
    end_case,
    expire_offer,
    lock_case,
    tell,
)
from trade_assurance.disputes.operations.evidence import close_evidence, evidence_is_open
from trade_assurance.disputes.policies import DESK, can_answer_for, can_claim, can_judge, is_partial
from trade_assurance.disputes.rules import may_escalate_from, reminder_moments, split_of
from trade_assurance.disputes.states import DisputeState, Side

DECIDED = "decision"


@transaction.atomic
def escalate(*, dispute_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """The buyer calls the dispute officer, from the day the rules name (day 4 by default).

    Opens the days for evidence with their reminders, and the day by which the decision is due.
    Raises `DisputeNotFound`, `NotYourCase`, `TalksOver`, `EscalationTooEarly`.
    """
    case = lock_case(dispute_ref, actor=actor)
    content = {"dispute": dispute_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="escalate", content=content)) is not None:
        return first
    demand(can_claim(actor, case.order))
    if case.dispute.state != DisputeState.NEGOTIATION:
        raise TalksOver(state=case.dispute.get_state_display())
    opens = may_escalate_from(
        case.dispute.opened_at, clock_days(case.order.clocks, "negotiation_escalate_from_days")
    )
    if at < opens:
        raise EscalationTooEarly(moment=f"{opens:%Y-%m-%d %H:%M} UTC")
    _escalate(case, actor=actor, key=key, at=at)
    remember(key=key, operation="escalate", content=content, result=dispute_ref, at=at)
    return dispute_ref


@transaction.atomic
def escalate_by_clock(*, dispute_ref: str, at: datetime) -> None:
    """The two sides did not agree in time: the case goes to the dispute officer by itself."""
    actor = Actor.system("auto_escalate")
    case = lock_case(dispute_ref, actor=actor)
    _escalate(case, actor=actor, key=f"escalate:{dispute_ref}", at=at)


@transaction.atomic
def end_evidence(*, dispute_ref: str, at: datetime) -> None:
    """The days for evidence are over. By the deadline."""
    actor = Actor.system("clock")
    case = lock_case(dispute_ref, actor=actor)
    if case.dispute.state == DisputeState.ESCALATED:
        close_evidence(case, actor=actor, at=at)


@transaction.atomic
def remind_of_evidence(*, dispute_ref: str, hours: int, at: datetime) -> None:
    """Tell both sides how long evidence is still taken. By the deadline."""
    actor = Actor.system("clock")
    case = lock_case(dispute_ref, actor=actor)
    if evidence_is_open(case.dispute, at):
        tell(case, "evidence_reminder", actor=actor, at=at, line=False, hours=hours)


@transaction.atomic
def decision_is_late(*, dispute_ref: str, at: datetime) -> None:
    """The decision is overdue: the whole desk is told, the case stands on top of its queue. By the deadline."""
    actor = Actor.system("clock")
    case = lock_case(dispute_ref, actor=actor)
    if case.dispute.state == DisputeState.ESCALATED:
        tell(case, "decision_overdue", actor=actor, at=at)


@transaction.atomic
def take_case(*, dispute_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """An officer takes an escalated case. Raises `DisputeNotFound`, `NotYourCase`, `ConflictOfInterest`, `CaseTaken`."""
    case = lock_case(dispute_ref, actor=actor)
    content = {"dispute": dispute_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="take_case", content=content)) is not None:
        return first
    officer_id = _demand_officer(case, actor)
    if case.dispute.state != DisputeState.ESCALATED:
        raise TalksOver(state=case.dispute.get_state_display())
    if case.dispute.officer_id is not None:
        raise CaseTaken
    Dispute.objects.filter(pk=case.dispute.pk).update(officer_id=officer_id)
    case.dispute.officer_id = officer_id
    tell(case, "case_taken", actor=actor, at=at)
    remember(key=key, operation="take_case", content=content, result=dispute_ref, at=at)
    return dispute_ref


@transaction.atomic
def hand_back_case(*, dispute_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """The officer in charge gives the case back to the desk. Raises `DisputeNotFound`, `NotYourCase`, `TalksOver`."""
    case = lock_case(dispute_ref, actor=actor)
    content = {"dispute": dispute_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="hand_back_case", content=content)) is not None:
        return first
    demand(can_judge(actor, case.dispute, case.order))
    if case.dispute.state != DisputeState.ESCALATED:
        raise TalksOver(state=case.dispute.get_state_display())
    Dispute.objects.filter(pk=case.dispute.pk).update(officer_id=None)
    tell(case, "case_handed_back", actor=actor, at=at)
    remember(key=key, operation="hand_back_case", content=content, result=dispute_ref, at=at)
    return dispute_ref


@transaction.atomic
def decide(
    *,
    dispute_ref: str,
    refund: Money,
    release: Money,
    reasons: str,
    actor: Actor,
    key: str,
    at: datetime,
) -> str:
    """The officer divides the claimed amount: refund to the buyer, release to the supplier, with reasons.

    What is in neither stays held and goes on with the trade (not possible once the goods were accepted).
    Money moves when the appeal window has passed or both sides waive it; until then all stays frozen.
    Raises `DisputeNotFound`, `NotYourCase` (not the officer in charge), `ConflictOfInterest`, `TalksOver`,
    `EvidenceStillOpen`, `SplitWrong`, `ReleaseOfCancelledGoods`, `SplitIncomplete`, `TextMissing`.
    """
    case = lock_case(dispute_ref, actor=actor)
    content = {
        "dispute": dispute_ref,
        "refund": refund,
        "release": release,
        "reasons": reasons,
        "actor": actor.as_text,
    }
    if (first := replayed(key=key, operation="decide", content=content)) is not None:
        return first
    officer_id = _demand_officer(case, actor)
    demand(can_judge(actor, case.dispute, case.order))
    _guard_decision(case, refund, release, at)
    text = clean_text(reasons, field="reasons")
    appeal_until = at + timedelta(days=clock_days(case.order.clocks, "appeal_days"))
    Decision.objects.create(
        dispute=case.dispute,
        refund_minor=refund.amount_minor,
        release_minor=release.amount_minor,
        reasons=text,
        officer_id=officer_id,
        officer_label=actor.label,
        decided_at=at,
        appeal_until=appeal_until,
    )
    case.dispute.move_to(DisputeState.DECIDED, actor=actor, at=at, key=key)
    close_deadlines(case.dispute, outcome="decided", at=at, kinds=KINDS)
    expire_offer(case.dispute, actor=actor, at=at)
    open_deadline(
        kind=APPEAL_END,
        subject=case.dispute.ref,
        root=case.order.ref,
        started_at=at,
        due_at=appeal_until,
        rule="clocks.appeal_days",
    )
    tell(case, "dispute_decided", actor=actor, at=at, refund=refund, release=release)
    remember(key=key, operation="decide", content=content, result=dispute_ref, at=at)
    return dispute_ref


@transaction.atomic
def waive_appeal(*, dispute_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """A side accepts the decision. When both have, it is carried out at once.

    Raises `DisputeNotFound`, `NotYourCase`, `TalksOver` (nothing decided, or carried out), `WaivedBefore`.
    """
    case = lock_case(dispute_ref, actor=actor)
    content = {"dispute": dispute_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="waive_appeal", content=content)) is not None:
        return first
    side = case.side
    demand(side is not None and can_answer_for(side, actor, case.order))
    if case.dispute.state != DisputeState.DECIDED:
        raise TalksOver(state=case.dispute.get_state_display())
    decision = Decision.objects.filter(dispute=case.dispute).lock().get()
    field = "waived_by_buyer_at" if side == Side.BUYER else "waived_by_supplier_at"
    if getattr(decision, field) is not None:
        raise WaivedBefore
    setattr(decision, field, at)
    decision.save(update_fields=[field])
    tell(case, "appeal_waived", actor=actor, at=at)
    if decision.waived_by_buyer_at and decision.waived_by_supplier_at:
        _execute(case, decision, actor=actor, key=key, at=at)
    remember(key=key, operation="waive_appeal", content=content, result=dispute_ref, at=at)
    return dispute_ref


@transaction.atomic
def execute_decision(*, dispute_ref: str, at: datetime) -> None:
    """The appeal window has passed: money moves exactly as decided. By the deadline."""
    actor = Actor.system("auto_execute")
    case = lock_case(dispute_ref, actor=actor)
    decision = Decision.objects.filter(dispute=case.dispute).lock().get()
    _execute(case, decision, actor=actor, key=f"execute:{dispute_ref}", at=at)


def _escalate(case: Case, *, actor: Actor, key: str, at: datetime) -> None:
    clocks, dispute = case.order.clocks, case.dispute
    evidence_until = at + timedelta(days=clock_days(clocks, "evidence_days"))
    dispute.move_to(
        DisputeState.ESCALATED, actor=actor, at=at, key=key, escalated_at=at, evidence_until=evidence_until
    )
    close_deadlines(dispute, outcome="escalated", at=at, kinds=(NEGOTIATION_END,))
    decision_due = evidence_until + timedelta(days=clock_days(clocks, "decision_days"))
    moments = [(f"evidence_reminder_{hours}h", due) for hours, due in reminder_moments(evidence_until, at)]
    for kind, due_at, rule in [
        *[(kind, due_at, "clocks.evidence_days") for kind, due_at in moments],
        (EVIDENCE_END, evidence_until, "clocks.evidence_days"),
        (DECISION_DUE, decision_due, "clocks.decision_days"),
    ]:
        open_deadline(
            kind=kind, subject=dispute.ref, root=case.order.ref, started_at=at, due_at=due_at, rule=rule
        )
    tell(case, "dispute_escalated", actor=actor, at=at, evidence_until=evidence_until.isoformat())


def _execute(case: Case, decision: Decision, *, actor: Actor, key: str, at: datetime) -> None:
    currency = case.dispute.currency
    refund, release = Money(decision.refund_minor, currency), Money(decision.release_minor, currency)
    decision.executed_at = at
    decision.save(update_fields=["executed_at"])
    tell(case, "decision_executed", actor=actor, at=at, refund=refund, release=release)
    end_case(
        case, DisputeState.CLOSED, refund=refund, release=release, reason=DECIDED, actor=actor, key=key, at=at
    )


def _demand_officer(case: Case, actor: Actor) -> int:
    """The officer's own id, once it is sure that they belong to neither side."""
    if not actor.has_desk(DESK) or actor.user_id is None:
        raise NotYourCase
    if is_partial(actor, case.order):
        raise ConflictOfInterest
    return actor.user_id


def _guard_decision(case: Case, refund: Money, release: Money, at: datetime) -> None:
    dispute = case.dispute
    if dispute.state != DisputeState.ESCALATED:
        raise TalksOver(state=dispute.get_state_display())
    if evidence_is_open(dispute, at):
        raise EvidenceStillOpen(moment=f"{dispute.evidence_until:%Y-%m-%d %H:%M} UTC")
    claimed = f"{dispute.claimed.as_decimal()} {dispute.currency}"
    split = split_of(claimed=dispute.claimed, refund=refund, release=release)
    if split is None:
        raise SplitWrong(field="refund", claimed=claimed)
    owed = Money(case.hold.refund_due_minor, dispute.currency)
    if release > dispute.claimed - owed:
        raise ReleaseOfCancelledGoods(field="release", owed=f"{owed.as_decimal()} {dispute.currency}")
    if split.stays > owed and case.order.accepted_at is not None:
        raise SplitIncomplete(field="release", claimed=claimed)
