"""A case's clocks stand still for a written reason, for so long and no longer. Undisputed money does not wait."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.deadlines import close_deadline, pause_deadline, resume_deadline
from marketplace.core.errors import Conflict
from marketplace.core.idempotency import remember, replayed
from marketplace.core.models import Deadline
from marketplace.core.states import DeadlineState
from trade_assurance.disputes.errors import NotPaused, PausedAlready, PauseTooLong
from trade_assurance.disputes.models import Dispute
from trade_assurance.disputes.operations.case import (
    Case,
    case_deadline,
    clean_text,
    demand,
    demand_state,
    lock_case,
    tell,
)
from trade_assurance.disputes.policies import can_pause
from trade_assurance.disputes.rules.clocks import EVIDENCE_END, PAUSE_END, PAUSED_KINDS, days_of, pause_left
from trade_assurance.disputes.states import PAUSABLE_STATES


@transaction.atomic
def pause_case(*, dispute_ref: str, reason: str, days: int, actor: Actor, key: str, at: datetime) -> str:
    """The officer in charge stops the clocks of evidence and decision for at most `days`, with a reason.

    While the two sides still negotiate any officer of neither company stops the clock of the talks the same way; they
    go on talking, and the case is not escalated meanwhile, by nobody. Both sides are told; the reason and the moments stay in each deadline's history. All pauses of a case
    together last no longer than the operator's setting (14 days). What is not disputed goes on.
    Raises `DisputeNotFound`, `NotYourCase`, `TalksOver`, `PausedAlready`, `PauseTooLong`, `TextMissing`.
    """
    case = lock_case(dispute_ref, actor=actor)
    content = {"dispute": dispute_ref, "reason": reason, "days": days, "actor": actor.as_text}
    if (first := replayed(key=key, operation="pause_case", content=content)) is not None:
        return first
    demand(can_pause(actor, case.dispute, case.order))
    demand_state(case.dispute, PAUSABLE_STATES)
    if case.dispute.is_paused:
        raise PausedAlready
    why = clean_text(reason, field="reason")
    left = pause_left(days_of(case.order.clocks, "pause_days"), case.dispute.paused_seconds)
    if not timedelta(0) < timedelta(days=days) <= left:
        raise PauseTooLong(field="days", days=left.days)
    for kind in PAUSED_KINDS:
        with suppress(Conflict):  # that clock has ended already
            pause_deadline(kind=kind, subject=dispute_ref, reason=why, actor=actor, at=at)
    _write(case.dispute, paused_at=at, pause_reason=why)
    until = at + timedelta(days=days)
    case_deadline(case, PAUSE_END, due_at=until, rule="pause_days", at=at)
    tell(case, "case_paused", actor=actor, at=at, reason=why, until=until.isoformat())
    remember(key=key, operation="pause_case", content=content, result=dispute_ref, at=at)
    return dispute_ref


@transaction.atomic
def resume_case(*, dispute_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """Who may pause the case lets its clocks run again; each moment moves by as long as it stood still.

    Raises `DisputeNotFound`, `NotYourCase`, `NotPaused`.
    """
    case = lock_case(dispute_ref, actor=actor)
    content = {"dispute": dispute_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="resume_case", content=content)) is not None:
        return first
    demand(can_pause(actor, case.dispute, case.order))
    if not case.dispute.is_paused:
        raise NotPaused
    close_deadline(kind=PAUSE_END, subject=dispute_ref, outcome="resumed", at=at)
    resume(case, reason="resumed", actor=actor, at=at)
    remember(key=key, operation="resume_case", content=content, result=dispute_ref, at=at)
    return dispute_ref


@transaction.atomic
def pause_is_over(*, dispute_ref: str, at: datetime) -> None:
    """The pause has lasted as long as was said: the clocks run again. By the deadline."""
    actor = Actor.system("clock")
    case = lock_case(dispute_ref, actor=actor)
    if case.dispute.is_paused:
        resume(case, reason="pause_days", actor=actor, at=at)


def resume(case: Case, *, reason: str, actor: Actor, at: datetime) -> None:
    """Let every paused clock of a locked case run on, and the evidence days with them."""
    dispute = case.dispute
    for kind in PAUSED_KINDS:
        with suppress(Conflict):  # that clock had ended before the pause
            resume_deadline(kind=kind, subject=dispute.ref, reason=reason, actor=actor, at=at)
    stood_still = at - (dispute.paused_at or at)
    fields: dict[str, object] = {
        "paused_at": None,
        "pause_reason": "",
        "paused_seconds": dispute.paused_seconds + -(-stood_still // timedelta(seconds=1)),
    }
    ends = Deadline.objects.filter(kind=EVIDENCE_END, subject=dispute.ref, state=DeadlineState.OPEN)
    if (evidence_until := ends.values_list("due_at", flat=True).first()) is not None:
        fields["evidence_until"] = evidence_until
    _write(dispute, **fields)
    tell(case, "case_resumed", actor=actor, at=at)


def _write(dispute: Dispute, **fields: object) -> None:
    Dispute.objects.filter(pk=dispute.pk).update(**fields)
    for name, value in fields.items():
        setattr(dispute, name, value)
