"""Inspections of a case with what each side would bear, for the case page and the decision. Must not write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from marketplace.core.actors import Actor
from marketplace.core.errors import Text
from marketplace.core.money import Money
from marketplace.files.models import StoredFile
from trade_assurance.disputes.errors import DisputeNotFound
from trade_assurance.disputes.models import CostSettlement, Decision, Dispute, Evidence, Inspection
from trade_assurance.disputes.policies import can_answer_for, can_judge, side_of
from trade_assurance.disputes.queries.costs import plan_of
from trade_assurance.disputes.queries.judges import waiting_decision
from trade_assurance.disputes.queries.vault import readable_case
from trade_assurance.disputes.rules.inspections import INSPECTIONS_AT_MOST, CostPlan, bearing
from trade_assurance.disputes.states import (
    INSPECTIONS_AWAITED,
    JUDGED_STATES,
    TALKING_STATES,
    DisputeState,
    InspectionState,
    Side,
)
from trade_assurance.holds.models import Hold


@dataclass(frozen=True, slots=True)
class InspectionLine:
    """One inspection, and what the reader may do with it; `reports` are the files of it: reference and name."""

    ref: str
    inspector: str
    task: str
    cost: Money
    spent: Money | None
    advanced_by: Text
    proposed_by: str
    proposed_at: datetime
    state: str
    state_label: Text
    can_answer: bool
    can_withdraw: bool
    can_report: bool
    reports: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class InspectionsPage:
    """All inspections of a case for one reader; `orders` for the officer, who needs nobody's consent."""

    ref: str
    order_number: str
    currency: str
    side: str
    at_desk: bool
    lines: tuple[InspectionLine, ...]
    can_propose: bool

    @property
    def orders(self) -> bool:
        return self.at_desk


@dataclass(frozen=True, slots=True)
class BorneLine:
    """What each side bears of one inspection; `outside` when it was paid in another currency than the trade's."""

    inspector: str
    cost: Money
    advanced_by: Text
    buyer: Money
    supplier: Money
    outside: bool


@dataclass(frozen=True, slots=True)
class CostView:
    """The cost of all reported inspections under a split: who bears what and where it comes from."""

    lines: tuple[BorneLine, ...]
    owed_to: Text
    due: Money
    from_claim: Money
    from_held: Money
    outside: Money


def inspections_page(ref: str, actor: Actor, at: datetime) -> InspectionsPage:
    """The page. Raises `DisputeNotFound` for strangers and for officers with an interest. Four statements."""
    row = readable_case(ref, actor)
    side = side_of(actor, row.order) if row else None
    if row is None or side is None:
        raise DisputeNotFound
    reported = Prefetch(
        "reports",
        Evidence.objects.filter(file__isnull=False).select_related("file").order_by("pk"),
        to_attr="with_file",
    )
    rows = list(Inspection.objects.filter(dispute=row).prefetch_related(reported).order_by("pk"))
    speaks = _speaks(row, side, actor)
    talks = speaks and _is_open_for(row, side)
    reports = speaks and (talks if side == Side.OFFICER else row.evidence_is_open(at))
    return InspectionsPage(
        ref=row.ref,
        order_number=row.order.number,
        currency=row.currency,
        side=side,
        at_desk=side == Side.OFFICER,
        lines=tuple(_line(line, side, talks=talks, reports=reports) for line in rows),
        can_propose=talks and len(rows) < INSPECTIONS_AT_MOST,
    )


def inspection_lines(row: Dispute) -> tuple[InspectionLine, ...]:
    """Every inspection of the case as facts; one statement."""
    rows = Inspection.objects.filter(dispute=row).order_by("pk")
    return tuple(_line(line, "", talks=False, reports=False) for line in rows)


def cost_under(
    row: Dispute,
    holds: Sequence[Hold],
    *,
    refund: Money,
    release: Money,
    decided_refund_minor: int,
    divided_minor: int,
) -> tuple[CostPlan, CostView | None]:
    """What a split would do with the inspections' cost now; no view without a report. Three statements at most."""
    plan = plan_of(
        row,
        holds,
        refund=refund,
        release=release,
        decided_refund_minor=decided_refund_minor,
        divided_minor=divided_minor,
    )
    lines = _borne(row, decided_refund_minor, divided_minor)
    return plan, _view(lines, plan, row.currency) if lines else None


def settled_costs(row: Dispute, decision: Decision) -> CostView | None:
    """What was moved when the decision was carried out; two statements."""
    settled = CostSettlement.objects.filter(decision=decision).first()
    lines = _borne(row, decision.refund_minor, decision.divided_minor) if decision.executed_at else ()
    if not lines:
        return None
    if settled is None:
        return _view(lines, CostPlan("", 0, 0, 0, 0), row.currency)
    plan = CostPlan(
        settled.owed_to,
        settled.due_minor,
        settled.from_claim_minor,
        settled.from_held_minor,
        settled.outside_minor,
    )
    return _view(lines, plan, row.currency)


def _borne(row: Dispute, refund_minor: int, divided_minor: int) -> tuple[BorneLine, ...]:
    found = []
    for line in Inspection.objects.filter(dispute=row, state=InspectionState.REPORTED).order_by("pk"):
        share = bearing(line.spent_minor or 0, refund_minor=refund_minor, divided_minor=divided_minor)
        found.append(
            BorneLine(
                inspector=line.inspector,
                cost=line.counted,
                advanced_by=line.get_advanced_by_display(),
                buyer=Money(share.buyer_minor, line.currency),
                supplier=Money(share.supplier_minor, line.currency),
                outside=line.currency != row.currency,
            )
        )
    return tuple(found)


def _view(lines: tuple[BorneLine, ...], plan: CostPlan, currency: str) -> CostView:
    return CostView(
        lines=lines,
        owed_to=Side(plan.owed_to).label if plan.owed_to else "",
        due=Money(plan.due_minor, currency),
        from_claim=Money(plan.from_claim_minor, currency),
        from_held=Money(plan.from_held_minor, currency),
        outside=Money(plan.outside_minor, currency),
    )


def _speaks(row: Dispute, side: Side, actor: Actor) -> bool:
    if side == Side.OFFICER:
        return can_judge(actor, row, row.order)
    return can_answer_for(side, actor, row.order)


def _is_open_for(row: Dispute, side: Side) -> bool:
    if side == Side.OFFICER:
        return row.state in JUDGED_STATES and waiting_decision(row) is None
    return row.state in (*TALKING_STATES, DisputeState.APPEALED)


def _files(line: Inspection) -> list[StoredFile]:
    """The files of its report, where they were read with it."""
    reports: list[Evidence] = getattr(line, "with_file", [])
    return [report.file for report in reports if report.file is not None]


def _line(line: Inspection, side: str, *, talks: bool, reports: bool) -> InspectionLine:
    waits = line.state == InspectionState.PROPOSED and talks and side != Side.OFFICER
    own = line.proposed_by_side == side
    return InspectionLine(
        ref=line.ref,
        inspector=line.inspector,
        task=line.task,
        cost=line.cost,
        spent=None if line.spent_minor is None else line.counted,
        advanced_by=line.get_advanced_by_display(),
        proposed_by=line.proposed_by_label,
        proposed_at=line.proposed_at,
        state=line.state,
        state_label=line.get_state_display(),
        can_answer=waits and not own,
        can_withdraw=waits and own,
        can_report=reports and line.state in INSPECTIONS_AWAITED and side in (Side.OFFICER, line.advanced_by),
        reports=tuple((file.ref, file.name) for file in _files(line)),
    )
