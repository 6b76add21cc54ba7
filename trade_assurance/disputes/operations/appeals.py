"""After a decision: accepted by both sides, appealed to another officer, or carried out when the window ends."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.idempotency import remember, replayed
from trade_assurance.disputes.errors import AppealTooLate, WaivedBefore
from trade_assurance.disputes.models import Decision
from trade_assurance.disputes.operations.case import (
    Case,
    clean_text,
    close_deadlines,
    demand,
    demand_state,
    lock_case,
    tell,
)
from trade_assurance.disputes.operations.decisions import decision_in_force, execute
from trade_assurance.disputes.operations.escalation import begin_evidence
from trade_assurance.disputes.operations.turns import end_turn
from trade_assurance.disputes.policies import can_answer_for
from trade_assurance.disputes.rules.clocks import APPEAL_END
from trade_assurance.disputes.states import DisputeState, Side


@transaction.atomic
def waive_appeal(*, dispute_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """A side accepts the decision. When both have, it is carried out at once.

    Raises `DisputeNotFound`, `NotYourCase`, `TalksOver` (nothing decided, or carried out), `WaivedBefore`.
    """
    case, decision, first = _decided(dispute_ref, actor, key, "waive_appeal", {})
    if first is not None or decision is None:
        return dispute_ref
    field = _waived_field(case)
    setattr(decision, field, at)
    decision.save(update_fields=[field])
    tell(case, "appeal_waived", actor=actor, at=at)
    if decision.waived_by_buyer_at and decision.waived_by_supplier_at:
        execute(case, decision, actor=actor, key=key, at=at)
    content = {"dispute": dispute_ref, "actor": actor.as_text}
    remember(key=key, operation="waive_appeal", content=content, result=dispute_ref, at=at)
    return dispute_ref


@transaction.atomic
def appeal(*, dispute_ref: str, grounds: str, actor: Actor, key: str, at: datetime) -> str:
    """A side appeals within the window, with grounds: another officer decides, finally. Nothing moves before.

    Both sides get the days for evidence anew; the case goes back to the desk, closed to those who decided.
    Raises `DisputeNotFound`, `NotYourCase`, `TalksOver`, `WaivedBefore` (accepted already), `AppealTooLate`,
    `TextMissing`, `TextTooLong`.
    """
    case, decision, first = _decided(dispute_ref, actor, key, "appeal", {"grounds": grounds})
    if first is not None or decision is None:
        return dispute_ref
    if decision.appeal_until is not None and at >= decision.appeal_until:
        raise AppealTooLate
    text = clean_text(grounds, field="grounds")
    close_deadlines(case.dispute, outcome="appealed", at=at, kinds=(APPEAL_END,))
    end_turn(case, at=at)
    begin_evidence(
        case,
        DisputeState.APPEALED,
        actor=actor,
        key=key,
        at=at,
        appealed_at=at,
        appealed_by_side=case.side or "",
        appeal_grounds=text,
    )
    content = {"dispute": dispute_ref, "actor": actor.as_text, "grounds": grounds}
    remember(key=key, operation="appeal", content=content, result=dispute_ref, at=at)
    return dispute_ref


@transaction.atomic
def withdraw_appeal(*, dispute_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """The side that appealed takes it back: the first decision stands and is carried out at once.

    Raises `DisputeNotFound`, `NotYourCase` (the other side), `TalksOver` (no appeal is open).
    """
    case = lock_case(dispute_ref, actor=actor)
    content = {"dispute": dispute_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="withdraw_appeal", content=content)) is not None:
        return first
    side = case.side
    demand(side is not None and can_answer_for(side, actor, case.order))
    demand_state(case.dispute, (DisputeState.APPEALED,))
    demand(case.dispute.appealed_by_side == side)
    tell(case, "appeal_withdrawn", actor=actor, at=at)
    execute(case, decision_in_force(case), actor=actor, key=key, at=at)
    remember(key=key, operation="withdraw_appeal", content=content, result=dispute_ref, at=at)
    return dispute_ref


@transaction.atomic
def execute_decision(*, dispute_ref: str, at: datetime) -> None:
    """The appeal window has passed: money moves exactly as decided. By the deadline."""
    actor = Actor.system("auto_execute")
    case = lock_case(dispute_ref, actor=actor)
    if case.dispute.state == DisputeState.DECIDED:
        execute(case, decision_in_force(case), actor=actor, key=f"execute:{dispute_ref}", at=at)


def _decided(
    dispute_ref: str, actor: Actor, key: str, operation: str, more: dict[str, object]
) -> tuple[Case, Decision | None, str | None]:
    """The decided case that this side may still accept or appeal; or the first result of a replay."""
    case = lock_case(dispute_ref, actor=actor)
    content = {"dispute": dispute_ref, "actor": actor.as_text, **more}
    if (first := replayed(key=key, operation=operation, content=content)) is not None:
        return case, None, first
    side = case.side
    demand(side is not None and can_answer_for(side, actor, case.order))
    demand_state(case.dispute, (DisputeState.DECIDED,))
    decision = decision_in_force(case)
    if getattr(decision, _waived_field(case)) is not None:
        raise WaivedBefore
    return case, decision, None


def _waived_field(case: Case) -> str:
    return "waived_by_buyer_at" if case.side == Side.BUYER else "waived_by_supplier_at"
