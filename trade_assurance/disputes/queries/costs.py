"""Where the cost of a case's inspections would come from. Must not write."""

from __future__ import annotations

from collections.abc import Sequence

from marketplace.core.money import Money
from trade_assurance.disputes.models import Dispute, Inspection
from trade_assurance.disputes.rules.inspections import NO_COST, Advanced, CostPlan, cost_plan, due_between
from trade_assurance.disputes.states import InspectionState
from trade_assurance.holds.models import Hold
from trade_assurance.holds.queries.trades.frozen import free_minor, frozen_parts
from trade_assurance.holds.rules import FrozenPart


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
