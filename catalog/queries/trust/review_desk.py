"""Reads reviews for those who act on them: their supplier, who wrote one, who reports one, the moderators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery, prefetch_related_objects

from catalog import policies
from catalog.errors import ReviewNotFound
from catalog.models import Review, ReviewDecision, ReviewReport
from catalog.queries.trust.review_appeals import may_appeal_last, with_last_decision
from catalog.queries.trust.reviews import ReviewLine, line_of, shown_with_pictures, with_pictures
from catalog.rules.reviewing import EDITABLE_FOR
from catalog.states import AppealState
from marketplace.core.actors import Actor

_SHOWN: Final = 100
_LATEST: Final = 30


@dataclass(frozen=True, slots=True)
class OwnReviewLine:
    """A review before its supplier: the answer may be written, or changed until a moment."""

    line: ReviewLine
    may_answer: bool
    answer_until: datetime | None
    may_appeal: bool
    has_appealed: bool


@dataclass(frozen=True, slots=True)
class WrittenReview:
    """A review before the company that wrote it; `hide_reason` when a moderator took it down."""

    line: ReviewLine
    order_ref: str
    supplier: str
    hidden_at: datetime | None
    hide_reason: str
    may_change: bool
    change_until: datetime
    may_appeal: bool
    has_appealed: bool


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One company's open report."""

    who: str
    reason: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReviewDecisionLine:
    """One line of a review's log."""

    step: str
    reason: str
    reports: int
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DeskReview:
    """A review before the moderators, with who wrote it of whom, the open reports and what was decided before.

    While an appeal is open (`open_appeal` is its reference) nobody decides past it.
    """

    line: ReviewLine
    supplier: str
    buyer: str
    reports: tuple[ReportLine, ...]
    decisions: tuple[ReviewDecisionLine, ...]
    hidden_at: datetime | None
    may_decide: bool
    open_appeal: str


@dataclass(frozen=True, slots=True)
class ReviewsDesk:
    """Reported ones, the longest wait first; then the latest; then what was taken down."""

    reported: tuple[DeskReview, ...]
    latest: tuple[DeskReview, ...]
    taken_down: tuple[DeskReview, ...]


def own_reviews(supplier_id: int, at: datetime) -> tuple[OwnReviewLine, ...]:
    """What buyers wrote to a supplier, the latest first. One statement."""
    rows = with_last_decision(shown_with_pictures(Q(supplier_id=supplier_id)), supplier_id)[:_SHOWN]
    return tuple(_own(row, at) for row in rows)


def reviews_written(buyer_id: int, at: datetime) -> tuple[WrittenReview, ...]:
    """What a company wrote, also what was taken down, the latest first. One statement."""
    written = with_pictures(Review.objects.filter(buyer_id=buyer_id))
    rows = with_last_decision(written, buyer_id).select_related("supplier", "product", "buyer")
    return tuple(_written(row, at) for row in rows[:_SHOWN])


def review_to_report(ref: str) -> ReviewLine:
    """A review that is shown. Raises `ReviewNotFound`."""
    row = shown_with_pictures(Q(ref=ref)).first()
    if row is None:
        raise ReviewNotFound
    return line_of(row)


def review_of_order(order_ref: str) -> dict[int, Review]:
    """What was written about an order, by product, each with its pictures. One statement."""
    rows = with_pictures(Review.objects.filter(order_ref=order_ref))
    return {row.product_id: row for row in rows}


def desk_reviews(actor: Actor) -> ReviewsDesk:
    """What the moderators look at. Nine statements: three lists, each with its reports and its log."""
    waiting = ReviewReport.objects.filter(review=OuterRef("pk"), decision=None).order_by("reported_at")
    since = Subquery(waiting.values("reported_at")[:1])
    shown = with_pictures(Review.objects.filter(hidden_at__isnull=True)).annotate(waiting_since=since)
    gone = with_pictures(Review.objects.filter(hidden_at__isnull=False))
    return ReviewsDesk(
        reported=_lines(
            shown.filter(waiting_since__isnull=False).order_by("waiting_since", "pk")[:_SHOWN], actor
        ),
        latest=_lines(shown.filter(waiting_since__isnull=True)[:_LATEST], actor),
        taken_down=_lines(gone.order_by("-hidden_at", "-pk")[:_LATEST], actor),
    )


def reported_count() -> int:
    """How many reviews wait with an open report. One statement."""
    return ReviewReport.objects.filter(decision=None).values("review").distinct().count()


def _lines(rows: QuerySet[Review], actor: Actor) -> tuple[DeskReview, ...]:
    reports = (
        ReviewReport.objects.filter(decision=None).select_related("company").order_by("reported_at", "pk")
    )
    log = ReviewDecision.objects.select_related("appeal").order_by("-at", "-pk")
    read = list(rows.select_related("product", "buyer", "supplier"))
    prefetch_related_objects(
        read, Prefetch("reports", reports, to_attr="open_reports"), Prefetch("decisions", log, to_attr="log")
    )
    return tuple(_desk(row, actor) for row in read)


def _desk(row: Review, actor: Actor) -> DeskReview:
    reports: list[ReviewReport] = row.__dict__["open_reports"]
    concerned = {row.buyer_id, *(one.company_id for one in reports)}
    log: list[ReviewDecision] = row.__dict__["log"]
    appeals = [one.appeal for one in log if hasattr(one, "appeal")]
    open_appeal = next((one.ref for one in appeals if one.state == AppealState.OPEN), "")
    return DeskReview(
        line=line_of(row),
        supplier=row.supplier.legal_name,
        buyer=row.buyer.legal_name,
        reports=tuple(
            ReportLine(one.company.legal_name, one.get_reason_display(), one.text, one.reported_at)
            for one in reports
        ),
        decisions=tuple(
            ReviewDecisionLine(one.get_step_display(), one.reason, one.reports, one.actor_label, one.at)
            for one in log
        ),
        hidden_at=row.hidden_at,
        may_decide=not open_appeal and policies.can_judge_review(actor, row.supplier_id, concerned),
        open_appeal=open_appeal,
    )


def _written(row: Review, at: datetime) -> WrittenReview:
    until = row.written_at + EDITABLE_FOR
    return WrittenReview(
        line=line_of(row),
        order_ref=row.order_ref,
        supplier=row.supplier.legal_name,
        hidden_at=row.hidden_at,
        hide_reason=row.hide_reason,
        may_change=at < until and not row.answer and row.hidden_at is None,
        change_until=until,
        may_appeal=may_appeal_last(row, is_writer=True, at=at),
        has_appealed=row.__dict__["has_appealed"],
    )


def _own(row: Review, at: datetime) -> OwnReviewLine:
    until = row.answered_at + EDITABLE_FOR if row.answered_at else None
    return OwnReviewLine(
        line_of(row),
        may_answer=until is None or at < until,
        answer_until=until,
        may_appeal=may_appeal_last(row, is_writer=False, at=at),
        has_appealed=row.__dict__["has_appealed"],
    )
