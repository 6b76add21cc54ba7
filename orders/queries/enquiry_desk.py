"""Reported enquiries for the moderators, and what was decided about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from marketplace.core.actors import Actor
from marketplace.core.errors import Text
from orders.models import EnquiryDecision, EnquiryReport
from orders.policies import can_judge_enquiry

_SHOWN: Final = 100
_LATEST: Final = 30


@dataclass(frozen=True, slots=True)
class EnquiryReportLine:
    """One side's open report."""

    ref: str
    title: str
    buyer: str
    supplier: str
    who: str
    reason: Text
    text: str
    at: datetime
    may_decide: bool


@dataclass(frozen=True, slots=True)
class EnquiryDecisionLine:
    """One line of the log."""

    ref: str
    title: str
    buyer: str
    supplier: str
    step: Text
    reason: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class EnquiryDesk:
    """Open reports, the longest wait first; then the latest decisions."""

    reports: tuple[EnquiryReportLine, ...]
    decisions: tuple[EnquiryDecisionLine, ...]


def enquiry_desk(actor: Actor) -> EnquiryDesk:
    """What the moderators look at. Two statements."""
    decisions = EnquiryDecision.objects.select_related("enquiry__buyer", "enquiry__supplier")
    return EnquiryDesk(
        reports=_reports(actor)[:_SHOWN],
        decisions=tuple(
            EnquiryDecisionLine(
                ref=row.enquiry.ref,
                title=row.enquiry.title,
                buyer=row.enquiry.buyer.legal_name,
                supplier=row.enquiry.supplier.legal_name,
                step=row.get_step_display(),
                reason=row.reason,
                who=row.actor_label,
                at=row.at,
            )
            for row in decisions.order_by("-at", "-pk")[:_LATEST]
        ),
    )


def open_reports_of(ref: str, actor: Actor) -> tuple[EnquiryReportLine, ...]:
    """Those of one enquiry. One statement."""
    return _reports(actor, ref)


def _reports(actor: Actor, ref: str = "") -> tuple[EnquiryReportLine, ...]:
    rows = EnquiryReport.objects.filter(decision=None)
    if ref:
        rows = rows.filter(enquiry__ref=ref)
    joined = rows.select_related("company", "enquiry__buyer", "enquiry__supplier")
    return tuple(
        EnquiryReportLine(
            ref=row.enquiry.ref,
            title=row.enquiry.title,
            buyer=row.enquiry.buyer.legal_name,
            supplier=row.enquiry.supplier.legal_name,
            who=row.company.legal_name,
            reason=row.get_reason_display(),
            text=row.text,
            at=row.reported_at,
            may_decide=can_judge_enquiry(actor, row.enquiry),
        )
        for row in joined.order_by("reported_at", "pk")[:_SHOWN]
    )
