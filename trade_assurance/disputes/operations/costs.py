"""Moves what the side that lost owes for inspections, when a decision is carried out: within the claim and what is held."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from marketplace.core.actors import Actor
from marketplace.core.money import Money
from trade_assurance.disputes.models import CostSettlement, Decision, Dispute, Inspection
from trade_assurance.disputes.operations.case import Case
from trade_assurance.disputes.rules.inspections import NO_COST, Advanced, CostPlan, cost_plan, due_between
from trade_assurance.disputes.states import InspectionState
from trade_assurance.holds.models import Hold
from trade_assurance.holds.operations import free_minor, frozen_parts, refund_free
from trade_assurance.holds.rules import FrozenPart

INSPECTION_COST = "inspection_cost"


def plan_of(
    dispute: Dispute,
    holds: Sequence[Hold],
    *,
    refund: Money,
    release: Money,
    decided_refund_minor: int,
    divided_minor: int,
    parts: Sequence[FrozenPart] | None = None,
) -> CostPlan:
    """Where the cost of this case's reported inspections would come from now. Reads; two statements at most.

    `refund` and `release` are what is carried out, `decided_refund_minor` of `divided_minor` who lost how much.
    Inspections in another currency than the trade's are owed outside, each in its own (`queries.inspections`).
    """
    advanced = [
        Advanced(row.spent_minor or 0, row.advanced_by)
        for row in Inspection.objects.filter(
            dispute=dispute, state=InspectionState.REPORTED, currency=dispute.currency
        )
    ]
    if not advanced:
        return NO_COST
    parts = frozen_parts(holds, dispute.ref) if parts is None else parts
    releasable = sum(part.releasable_minor for part in parts)
    return cost_plan(
        due_between(advanced, refund_minor=decided_refund_minor, divided_minor=divided_minor),
        refund_minor=refund.amount_minor,
        release_minor=release.amount_minor,
        room_minor=max(0, releasable - release.amount_minor),
        free_minor=free_minor(holds),
    )


def settle_costs(
    case: Case, decision: Decision, *, refund: Money, release: Money, actor: Actor, at: datetime
) -> tuple[Money, Money]:
    """The split with the inspections' cost in it; what comes out of free money is refunded here and now.

    What was planned and moved is written once per decision (`CostSettlement`). Call it before the claim's own
    money moves. Never takes more than is held.
    """
    plan = plan_of(
        case.dispute,
        case.trade.holds,
        refund=refund,
        release=release,
        decided_refund_minor=decision.refund_minor,
        divided_minor=decision.divided_minor,
    )
    if plan == NO_COST:
        return refund, release
    if plan.from_held_minor:
        refund_free(
            case.trade,
            plan.from_held_minor,
            cause=case.dispute.ref,
            reason=INSPECTION_COST,
            actor=actor,
            at=at,
        )
    CostSettlement.objects.create(
        decision=decision,
        owed_to=plan.owed_to,
        due_minor=plan.due_minor,
        from_claim_minor=plan.from_claim_minor,
        from_held_minor=plan.from_held_minor,
        outside_minor=plan.outside_minor,
        at=at,
    )
    shift = Money(plan.refund_shift_minor, refund.currency)
    return refund + shift, release - shift
