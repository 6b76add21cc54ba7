"""A third party's inspection: proposed and agreed by the two sides or ordered by the officer, then reported.

Its cost follows the decision (`rules.inspections`); with an agreement of the two it lies where it was advanced.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.idempotency import remember, replayed
from marketplace.core.money import MAXIMUM_MINOR, Money
from marketplace.files.operations import upload_hashes
from trade_assurance.disputes.errors import (
    CostAboveAgreed,
    CostNotPositive,
    EvidenceClosed,
    InspectionNotFound,
    InspectionNotOpen,
    NotYourCase,
    ReportMissing,
    TalksOver,
    TooManyInspections,
)
from trade_assurance.disputes.models import Inspection
from trade_assurance.disputes.operations.case import Case, clean_text, demand, lock_case, tell
from trade_assurance.disputes.operations.evidence import Upload, store_evidence
from trade_assurance.disputes.operations.turns import demand_officer
from trade_assurance.disputes.policies import can_answer_for, can_judge
from trade_assurance.disputes.queries.judges import waiting_decision
from trade_assurance.disputes.rules.inspections import INSPECTIONS_AT_MOST
from trade_assurance.disputes.states import (
    INSPECTIONS_AWAITED,
    JUDGED_STATES,
    TALKING_STATES,
    DisputeState,
    InspectionState,
    Side,
)

INSPECTOR_LENGTH = 160


@transaction.atomic
def propose_inspection(
    *,
    dispute_ref: str,
    inspector: str,
    task: str,
    cost: Money,
    advanced_by: str,
    actor: Actor,
    key: str,
    at: datetime,
) -> str:
    """A side proposes an inspection, to be agreed by the other; the officer in charge orders one at once.

    `cost` is the most it may cost. The other side (both, when ordered) is told. Returns the inspection's reference.
    Raises `DisputeNotFound`, `NotYourCase`, `ConflictOfInterest`, `TalksOver`, `TooManyInspections`, `TextMissing`,
    `CostNotPositive`.
    """
    case = lock_case(dispute_ref, actor=actor)
    content = {
        "dispute": dispute_ref,
        "inspector": inspector,
        "task": task,
        "cost": cost,
        "advanced_by": advanced_by,
        "actor": actor.as_text,
    }
    if (first := replayed(key=key, operation="propose_inspection", content=content)) is not None:
        return first
    side = _demand_speaker(case, actor)
    if not _is_open_for(case, side):
        raise TalksOver(state=case.dispute.get_state_display())
    if Inspection.objects.filter(dispute=case.dispute).count() >= INSPECTIONS_AT_MOST:
        raise TooManyInspections(limit=INSPECTIONS_AT_MOST)
    if not cost.is_positive or cost.amount_minor > MAXIMUM_MINOR:
        raise CostNotPositive(field="cost")
    state = InspectionState.ORDERED if side == Side.OFFICER else InspectionState.PROPOSED
    inspection = Inspection.objects.create(
        dispute=case.dispute,
        proposed_by_side=side,
        proposed_by=actor.as_text,
        proposed_by_label=actor.label,
        inspector=clean_text(inspector, field="inspector")[:INSPECTOR_LENGTH],
        task=clean_text(task, field="task"),
        currency=cost.currency,
        cost_minor=cost.amount_minor,
        advanced_by=Side(advanced_by),
        state=state,
        proposed_at=at,
    )
    inspection.log_transition("", state, actor=actor, at=at, key=key)
    tell(case, f"inspection_{state.value}", actor=actor, at=at)
    remember(key=key, operation="propose_inspection", content=content, result=inspection.ref, at=at)
    return inspection.ref


@transaction.atomic
def answer_inspection(
    *, dispute_ref: str, inspection_ref: str, answer: InspectionState, actor: Actor, key: str, at: datetime
) -> str:
    """The other side agrees or declines; who proposed may withdraw. Nothing is owed before a report is filed.

    Raises `DisputeNotFound`, `InspectionNotFound`, `NotYourCase`, `TalksOver`, `InspectionNotOpen`.
    """
    case = lock_case(dispute_ref, actor=actor)
    content = {
        "dispute": dispute_ref,
        "inspection": inspection_ref,
        "answer": str(answer),
        "actor": actor.as_text,
    }
    if (first := replayed(key=key, operation="answer_inspection", content=content)) is not None:
        return first
    inspection = _locked(case, inspection_ref)
    side = _demand_speaker(case, actor)
    own = side == inspection.proposed_by_side
    demand(side != Side.OFFICER and own == (answer == InspectionState.WITHDRAWN))
    if case.dispute.state not in (*TALKING_STATES, DisputeState.APPEALED):
        raise TalksOver(state=case.dispute.get_state_display())
    if not inspection.can_move_to(answer):
        raise InspectionNotOpen(state=inspection.get_state_display())
    inspection.move_to(answer, actor=actor, at=at, key=key, answered_at=at)
    tell(case, f"inspection_{answer.value}", actor=actor, at=at)
    remember(key=key, operation="answer_inspection", content=content, result=dispute_ref, at=at)
    return dispute_ref


@transaction.atomic
def report_inspection(
    *,
    dispute_ref: str,
    inspection_ref: str,
    note: str,
    spent: Money,
    files: Sequence[Upload],
    actor: Actor,
    key: str,
    at: datetime,
) -> str:
    """File the inspector's report as evidence of its own kind, and what it cost: at most what was agreed.

    By the side that advances the cost or the officer in charge, while evidence is taken (the officer: until a decision).
    Raises `DisputeNotFound`, `InspectionNotFound`, `NotYourCase`, `ConflictOfInterest`, `EvidenceClosed`,
    `InspectionNotOpen`, `CostAboveAgreed`, `CurrencyMismatch`, `ReportMissing`, and what a bad file raises.
    """
    case = lock_case(dispute_ref, actor=actor)
    content = {
        "dispute": dispute_ref,
        "inspection": inspection_ref,
        "note": note,
        "spent": spent,
        "files": upload_hashes(files),
        "actor": actor.as_text,
    }
    if (first := replayed(key=key, operation="report_inspection", content=content)) is not None:
        return first
    inspection = _locked(case, inspection_ref)
    side = _demand_speaker(case, actor)
    demand(side in (Side.OFFICER, inspection.advanced_by))
    if not (side == Side.OFFICER and _is_open_for(case, side)) and not case.dispute.evidence_is_open(at):
        raise EvidenceClosed
    if inspection.state not in INSPECTIONS_AWAITED:
        raise InspectionNotOpen(state=inspection.get_state_display())
    if spent > inspection.cost or spent.amount_minor < 0:
        agreed = f"{inspection.cost.as_decimal()} {inspection.currency}"
        raise CostAboveAgreed(field="spent", agreed=agreed)
    if not files:
        raise ReportMissing(field="attachments")
    inspection.move_to(
        InspectionState.REPORTED,
        actor=actor,
        at=at,
        key=key,
        spent_minor=spent.amount_minor,
        reported_at=at,
    )
    text = clean_text(note, field="note")
    store_evidence(case, note=text, files=files, inspection=inspection, actor=actor, at=at)
    tell(case, "inspection_reported", actor=actor, at=at)
    remember(key=key, operation="report_inspection", content=content, result=dispute_ref, at=at)
    return dispute_ref


def _demand_speaker(case: Case, actor: Actor) -> Side:
    """The side that this person may bind, or the officer in charge. Raises `NotYourCase`, `ConflictOfInterest`."""
    side = case.side
    if side == Side.OFFICER:
        demand_officer(case, actor)
        demand(can_judge(actor, case.dispute, case.order))
        return side
    if side is None:
        raise NotYourCase
    demand(can_answer_for(side, actor, case.order))
    return side


def _is_open_for(case: Case, side: Side) -> bool:
    """The two sides while they talk or evidence is heard; the officer while there is something to decide."""
    if side == Side.OFFICER:
        return case.dispute.state in JUDGED_STATES and waiting_decision(case.dispute) is None
    return case.dispute.state in (*TALKING_STATES, DisputeState.APPEALED)


def _locked(case: Case, inspection_ref: str) -> Inspection:
    """The inspection of this very case, locked. Raises `InspectionNotFound` for one of another case too."""
    row = Inspection.objects.filter(dispute=case.dispute, ref=inspection_ref).lock().first()
    if row is None:
        raise InspectionNotFound
    return row
