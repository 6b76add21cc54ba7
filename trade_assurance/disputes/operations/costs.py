"""Moves what the side that lost owes for inspections, when a decision is carried out: within the claim and what is held."""

from __future__ import annotations

from datetime import datetime

from marketplace.core.actors import Actor
from marketplace.core.money import Money
from trade_assurance.disputes.models import CostSettlement, Decision
from trade_assurance.disputes.operations.case import Case
from trade_assurance.disputes.queries.costs import plan_of
from trade_assurance.disputes.rules.inspections import NO_COST
from trade_assurance.holds.operations import refund_free

INSPECTION_COST = "inspection_cost"


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
