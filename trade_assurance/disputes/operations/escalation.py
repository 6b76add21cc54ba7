"""The way to the officer: by hand, by the clock, the days for evidence, and what an overdue decision brings."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.idempotency import remember, replayed
from trade_assurance.disputes.errors import CasePaused, EscalationTooEarly
from trade_assurance.disputes.models import Dispute
from trade_assurance.disputes.operations.case import (
    Case,
    case_deadline,
    close_deadlines,
    demand,
    demand_state,
    lock_case,
    tell,
)
from trade_assurance.disputes.operations.evidence import close_evidence
from trade_assurance.disputes.operations.turns import end_turn
from trade_assurance.disputes.policies import can_claim
from trade_assurance.disputes.queries.judges import waiting_decision
from trade_assurance.disputes.rules.clocks import (
    DECISION_DUE,
    EVIDENCE_END,
    NEGOTIATION_END,
    days_of,
    may_escalate_from,
    reminder_moments,
)
from trade_assurance.disputes.states import JUDGED_STATES, DisputeState


@transaction.atomic
def escalate(*, dispute_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """The buyer calls the dispute officer, from the day the rules name (day 4 by default).

    Opens the days for evidence with their reminders, and the day by which the decision is due.
    Raises `DisputeNotFound`, `NotYourCase`, `TalksOver`, `EscalationTooEarly`, `CasePaused`.
    """
    case = lock_case(dispute_ref, actor=actor)
    content = {"dispute": dispute_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="escalate", content=content)) is not None:
        return first
    demand(can_claim(actor, case.order))
    demand_state(case.dispute, (DisputeState.NEGOTIATION,))
    if case.dispute.is_paused:
        raise CasePaused
    days = days_of(case.order.clocks, "negotiation_escalate_from_days")
    opens = may_escalate_from(case.dispute.opened_at, days)
    if at < opens:
        raise EscalationTooEarly(moment=f"{opens:%Y-%m-%d %H:%M} UTC")
    begin_evidence(case, DisputeState.ESCALATED, actor=actor, key=key, at=at, escalated_at=at)
    remember(key=key, operation="escalate", content=content, result=dispute_ref, at=at)
    return dispute_ref


@transaction.atomic
def escalate_by_clock(*, dispute_ref: str, at: datetime) -> None:
    """The two sides did not agree in time: the case goes to the dispute officer by itself."""
    actor = Actor.system("auto_escalate")
    case = lock_case(dispute_ref, actor=actor)
    if case.dispute.state == DisputeState.NEGOTIATION:
        key = f"escalate:{dispute_ref}"
        begin_evidence(case, DisputeState.ESCALATED, actor=actor, key=key, at=at, escalated_at=at)


@transaction.atomic
def end_evidence(*, dispute_ref: str, at: datetime) -> None:
    """The days for evidence are over. By the deadline."""
    actor = Actor.system("clock")
    case = lock_case(dispute_ref, actor=actor)
    if case.dispute.state in JUDGED_STATES:
        close_evidence(case, actor=actor, at=at)


@transaction.atomic
def remind_of_evidence(*, dispute_ref: str, hours: int, at: datetime) -> None:
    """Tell both sides how long evidence is still taken. By the deadline."""
    actor = Actor.system("clock")
    case = lock_case(dispute_ref, actor=actor)
    if case.dispute.evidence_is_open(at):
        tell(case, "evidence_reminder", actor=actor, at=at, line=False, hours=hours)


@transaction.atomic
def decision_is_late(*, dispute_ref: str, at: datetime) -> None:
    """The decision is overdue: the officer loses the case to the desk, everybody is told, and it counts again.

    A decision that waits for its second officer stays; then the whole desk is asked to approve it. The next
    deadline opens at once, so that a case can never be forgotten; the amount stays frozen. By the deadline.
    """
    actor = Actor.system("clock")
    case = lock_case(dispute_ref, actor=actor)
    dispute = case.dispute
    if dispute.state not in JUDGED_STATES:
        return
    Dispute.objects.filter(pk=dispute.pk).update(overdue_count=dispute.overdue_count + 1)
    dispute.overdue_count += 1
    if waiting_decision(dispute) is None:
        end_turn(case, at=at)
    due_at = at + timedelta(days=days_of(case.order.clocks, "overdue_days"))
    case_deadline(case, DECISION_DUE, due_at=due_at, rule="overdue_days", at=at)
    tell(case, "decision_overdue", actor=actor, at=at)


def begin_evidence(
    case: Case, state: DisputeState, *, actor: Actor, key: str, at: datetime, **fields: Any
) -> None:
    """Move the case before an officer (again): days for evidence with reminders, and the day of the decision."""
    clocks, dispute = case.order.clocks, case.dispute
    evidence_until = at + timedelta(days=days_of(clocks, "evidence_days"))
    dispute.move_to(
        state,
        actor=actor,
        at=at,
        key=key,
        evidence_until=evidence_until,
        buyer_rests_at=None,
        supplier_rests_at=None,
        **fields,
    )
    close_deadlines(dispute, outcome=state.value, at=at, kinds=(NEGOTIATION_END,))
    for hours, due_at in reminder_moments(evidence_until, at):
        case_deadline(case, f"evidence_reminder_{hours}h", due_at=due_at, rule="evidence_days", at=at)
    case_deadline(case, EVIDENCE_END, due_at=evidence_until, rule="evidence_days", at=at)
    decision_due = evidence_until + timedelta(days=days_of(clocks, "decision_days"))
    case_deadline(case, DECISION_DUE, due_at=decision_due, rule="decision_days", at=at)
    kind = "dispute_appealed" if state == DisputeState.APPEALED else "dispute_escalated"
    tell(case, kind, actor=actor, at=at, evidence_until=evidence_until.isoformat())
