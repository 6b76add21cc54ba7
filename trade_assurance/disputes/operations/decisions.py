"""The officer's split: decided with reasons, approved by a second officer, appealed, and carried out exactly."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.idempotency import remember, replayed
from marketplace.core.money import Money
from trade_assurance.disputes.errors import (
    CasePaused,
    DecisionWaits,
    EvidenceStillOpen,
    LinesDoNotAddUp,
    ReleaseOfCancelledGoods,
    SplitIncomplete,
    SplitWrong,
    TalksOver,
)
from trade_assurance.disputes.models import ClaimLine, Decision, DecisionLine
from trade_assurance.disputes.operations.case import (
    Case,
    case_deadline,
    clean_text,
    close_deadlines,
    demand,
    demand_state,
    drop_talks,
    end_case,
    lock_case,
    tell,
)
from trade_assurance.disputes.operations.costs import settle_costs
from trade_assurance.disputes.operations.turns import demand_officer
from trade_assurance.disputes.policies import can_judge
from trade_assurance.disputes.queries.judges import waiting_decision
from trade_assurance.disputes.rules.clocks import APPEAL_END, KINDS, days_of
from trade_assurance.disputes.rules.splits import (
    LineSplit,
    after_chargeback,
    lines_fit,
    lines_of_split,
    split_of,
)
from trade_assurance.disputes.states import (
    JUDGED_STATES,
    DecisionState,
    DisputeState,
    Ending,
)
from trade_assurance.holds.operations import frozen_parts
from trade_assurance.payments.queries import needs_two_persons


@transaction.atomic
def decide(
    *,
    dispute_ref: str,
    refund: Money,
    release: Money,
    reasons: str,
    lines: Sequence[LineSplit] = (),
    actor: Actor,
    key: str,
    at: datetime,
) -> str:
    """The officer divides the claimed amount: refund to the buyer, release to the supplier, with reasons.

    What is in neither stays held and goes on with the trade (not possible once the goods were accepted).
    `lines` is the same per claimed line; without it each line bears its part. Above the operator's limit
    the decision counts only when a second officer has approved it. A first decision moves money when the
    appeal window has passed or both sides waive it; one on appeal is final and moves it at once.
    Raises `DisputeNotFound`, `NotYourCase` (not the officer in charge), `ConflictOfInterest`, `JudgedBefore`,
    `TalksOver`, `CasePaused`, `DecisionWaits`, `EvidenceStillOpen`, `SplitWrong`, `ReleaseOfCancelledGoods`,
    `SplitIncomplete`, `LinesDoNotAddUp`, `TextMissing`.
    """
    case = lock_case(dispute_ref, actor=actor)
    content = {
        "dispute": dispute_ref,
        "refund": refund,
        "release": release,
        "lines": [[line.line_id, line.refund, line.release] for line in lines],
        "reasons": reasons,
        "actor": actor.as_text,
    }
    if (first := replayed(key=key, operation="decide", content=content)) is not None:
        return first
    officer_id = demand_officer(case, actor)
    demand(can_judge(actor, case.dispute, case.order))
    _guard_decision(case, refund, release, at)
    text = clean_text(reasons, field="reasons")
    split = _line_splits(case, refund, release, lines)
    decision = Decision.objects.create(
        dispute=case.dispute,
        instance=2 if case.dispute.state == DisputeState.APPEALED else 1,
        refund_minor=refund.amount_minor,
        release_minor=release.amount_minor,
        divided_minor=case.dispute.standing.amount_minor,
        reasons=text,
        officer_id=officer_id,
        officer_label=actor.label,
        decided_at=at,
        needs_second=needs_two_persons(case.dispute.standing),
    )
    decision.log_transition("", DecisionState.PROPOSED, actor=actor, at=at, key=key)
    _write_lines(decision, split)
    if decision.needs_second:
        tell(case, "decision_proposed", actor=actor, at=at, line=False)
    else:
        put_in_force(case, decision, actor=actor, key=key, at=at)
    remember(key=key, operation="decide", content=content, result=dispute_ref, at=at)
    return dispute_ref


@transaction.atomic
def approve_decision(*, dispute_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """A second officer approves a decision above the limit: from now on it counts.

    Raises `DisputeNotFound`, `NotYourCase` (the one who decided), `ConflictOfInterest`, `JudgedBefore`,
    `TalksOver`, `CasePaused`, and what a decision itself raises if the case has changed meanwhile.
    """
    case, decision, first = _waiting(dispute_ref, actor, key, "approve_decision", {})
    if first is not None or decision is None:
        return dispute_ref
    currency = case.dispute.currency
    refund, release = Money(decision.refund_minor, currency), Money(decision.release_minor, currency)
    _guard_split(case, refund, release)
    Decision.objects.filter(pk=decision.pk).update(
        second_officer_id=actor.user_id, second_label=actor.label, second_at=at
    )
    decision.second_officer_id, decision.second_at = actor.user_id, at
    decision.second_label = actor.label
    put_in_force(case, decision, actor=actor, key=key, at=at)
    content = {"dispute": dispute_ref, "actor": actor.as_text}
    remember(key=key, operation="approve_decision", content=content, result=dispute_ref, at=at)
    return dispute_ref


@transaction.atomic
def reject_decision(*, dispute_ref: str, note: str, actor: Actor, key: str, at: datetime) -> str:
    """A second officer does not approve, with a reason: the officer in charge decides anew.

    Raises as `approve_decision`, and `TextMissing`.
    """
    case, decision, first = _waiting(dispute_ref, actor, key, "reject_decision", {"note": note})
    if first is not None or decision is None:
        return dispute_ref
    decision.move_to(
        DecisionState.REJECTED,
        actor=actor,
        at=at,
        key=key,
        second_officer_id=actor.user_id,
        second_label=actor.label,
        second_at=at,
        second_note=clean_text(note, field="note"),
    )
    tell(case, "decision_rejected", actor=actor, at=at, line=False)
    content = {"dispute": dispute_ref, "actor": actor.as_text, "note": note}
    remember(key=key, operation="reject_decision", content=content, result=dispute_ref, at=at)
    return dispute_ref


def put_in_force(case: Case, decision: Decision, *, actor: Actor, key: str, at: datetime) -> None:
    """The decision counts: the first opens the appeal window, the second is carried out at once."""
    currency = case.dispute.currency
    refund, release = Money(decision.refund_minor, currency), Money(decision.release_minor, currency)
    if decision.instance == 2:
        decision.move_to(DecisionState.IN_FORCE, actor=actor, at=at, key=key, in_force_at=at)
        for earlier in Decision.objects.filter(
            dispute=case.dispute, instance=1, state=DecisionState.IN_FORCE
        ).lock():
            earlier.move_to(DecisionState.OVERTURNED, actor=actor, at=at, key=key)
        tell(case, "appeal_decided", actor=actor, at=at, refund=refund, release=release)
        execute(case, decision, actor=actor, key=key, at=at)
        return
    appeal_until = at + timedelta(days=days_of(case.order.clocks, "appeal_days"))
    decision.move_to(
        DecisionState.IN_FORCE, actor=actor, at=at, key=key, in_force_at=at, appeal_until=appeal_until
    )
    case.dispute.move_to(DisputeState.DECIDED, actor=actor, at=at, key=key)
    close_deadlines(case.dispute, outcome="decided", at=at, kinds=KINDS)
    drop_talks(case.dispute, actor=actor, at=at)
    case_deadline(case, APPEAL_END, due_at=appeal_until, rule="appeal_days", at=at)
    tell(case, "dispute_decided", actor=actor, at=at, refund=refund, release=release)


def execute(case: Case, decision: Decision, *, actor: Actor, key: str, at: datetime) -> None:
    """Move the money exactly as decided; less only by what a chargeback or a cancellation took since.

    What the side that lost owes for inspections is taken on the way (`costs`).
    """
    dispute = case.dispute
    currency = dispute.currency
    refund, release = after_chargeback(
        refund=Money(decision.refund_minor, currency),
        release=Money(decision.release_minor, currency),
        standing=dispute.standing,
        taken=Money(decision.divided_minor, currency) - dispute.standing,
    )
    parts = frozen_parts(case.trade.holds, dispute.ref)
    release = min(release, Money(sum(part.releasable_minor for part in parts), currency))
    refund, release = settle_costs(case, decision, refund=refund, release=release, actor=actor, at=at)
    decision.executed_at = at
    decision.save(update_fields=["executed_at"])
    tell(case, "decision_executed", actor=actor, at=at, refund=refund, release=release)
    end_case(
        case,
        DisputeState.CLOSED,
        because=Ending.DECISION,
        refund=refund,
        release=release,
        actor=actor,
        key=key,
        at=at,
    )


def decision_in_force(case: Case) -> Decision:
    """The first instance's decision. Raises `TalksOver` when there is none."""
    rows = Decision.objects.filter(dispute=case.dispute, instance=1, state=DecisionState.IN_FORCE)
    decision = rows.lock().first()
    if decision is None:
        raise TalksOver(state=case.dispute.get_state_display())
    return decision


def _waiting(
    dispute_ref: str, actor: Actor, key: str, operation: str, more: dict[str, object]
) -> tuple[Case, Decision | None, str | None]:
    """The locked case and the decision that waits for this second officer; or the first result of a replay."""
    case = lock_case(dispute_ref, actor=actor)
    content = {"dispute": dispute_ref, "actor": actor.as_text, **more}
    if (first := replayed(key=key, operation=operation, content=content)) is not None:
        return case, None, first
    officer_id = demand_officer(case, actor)
    demand_state(case.dispute, JUDGED_STATES)
    if case.dispute.is_paused:
        raise CasePaused
    decision = waiting_decision(case.dispute)
    if decision is None:
        raise TalksOver(state=case.dispute.get_state_display())
    demand(decision.officer_id != officer_id)
    return case, decision, None


def _write_lines(decision: Decision, split: Sequence[LineSplit]) -> None:
    DecisionLine.objects.bulk_create(
        DecisionLine(
            decision=decision,
            claim_line_id=line.line_id,
            refund_minor=line.refund.amount_minor,
            release_minor=line.release.amount_minor,
        )
        for line in split
    )


def _guard_decision(case: Case, refund: Money, release: Money, at: datetime) -> None:
    dispute = case.dispute
    demand_state(dispute, JUDGED_STATES)
    if dispute.is_paused:
        raise CasePaused
    if waiting_decision(dispute) is not None:
        raise DecisionWaits
    if dispute.evidence_is_open(at):
        raise EvidenceStillOpen(moment=f"{dispute.evidence_until:%Y-%m-%d %H:%M} UTC")
    _guard_split(case, refund, release)


def _guard_split(case: Case, refund: Money, release: Money) -> None:
    standing = case.dispute.standing
    claimed = f"{standing.as_decimal()} {standing.currency}"
    split = split_of(claimed=standing, refund=refund, release=release)
    if split is None:
        raise SplitWrong(field="refund", claimed=claimed)
    parts = frozen_parts(case.trade.holds, case.dispute.ref)
    owed = Money(sum(part.frozen_minor - part.releasable_minor for part in parts), standing.currency)
    if release > standing - owed:
        raise ReleaseOfCancelledGoods(field="release", owed=f"{owed.as_decimal()} {standing.currency}")
    if split.stays > owed and case.goods_accepted:
        raise SplitIncomplete(field="release", claimed=claimed)


def _line_splits(
    case: Case, refund: Money, release: Money, lines: Sequence[LineSplit]
) -> Sequence[LineSplit]:
    rows = ClaimLine.objects.filter(dispute=case.dispute).order_by("position")
    parts = list(rows.values_list("pk", "claimed_minor"))
    if not lines:
        return lines_of_split(refund, release, parts)
    if not lines_fit(lines, parts, refund, release):
        raise LinesDoNotAddUp(field="refund")
    return lines
