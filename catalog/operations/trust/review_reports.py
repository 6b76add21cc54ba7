"""Writes reports about reviews, and what moderators decide about a review: it stands, it goes, it is shown again.

A report changes nothing by itself, however many there are: the moderators are told once, and the first decision
answers all that are open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from catalog import policies
from catalog.errors import ReasonMissing, ReviewNotFound
from catalog.errors.trust import AppealOpen, NothingToDecide, OwnReviewReported, ReviewJudged, TooManyReports
from catalog.models import Review, ReviewAppeal, ReviewDecision, ReviewReport
from catalog.operations.trust.moderation import demand_reason
from catalog.operations.trust.reviews import fitting
from catalog.rules.reviewing import REPORTS_A_DAY
from catalog.states import AppealState, ReportReason, ReviewStep
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed
from marketplace.core.idempotency import lock_key
from marketplace.core.outbox import emit

_A_DAY: Final = timedelta(days=1)


@transaction.atomic
def report_review(
    *, review_ref: str, reason: ReportReason, text: str = "", actor: Actor, at: datetime
) -> ReviewReport:
    """A company says why a review should not stand; the same company again gets its open report back.

    The moderators are told of the first that is open. Raises `ReviewNotFound`, `NotAllowed` for who acts for no
    company and for viewers, `OwnReviewReported`, `ReasonMissing` for another reason without words, `ReviewTooLong`, `ReviewJudged`
    while a moderator has kept just these words, `TooManyReports`.
    """
    company_id = actor.company_id
    if company_id is None or not policies.can_report(actor):
        raise NotAllowed
    words = fitting(text)
    if reason == ReportReason.OTHER and not words:
        raise ReasonMissing(field="text")
    lock_key(f"review_reports:{company_id}")
    review = Review.objects.filter(ref=review_ref, hidden_at__isnull=True).lock().first()
    if review is None:
        raise ReviewNotFound
    if review.buyer_id == company_id:
        raise OwnReviewReported
    waiting = list(ReviewReport.objects.filter(review=review, decision=None))
    # INVARIANT: one open report of a company (enforced by review_reported_once_by_a_company)
    if mine := [row for row in waiting if row.company_id == company_id]:
        return mine[0]
    _demand_unjudged(review)
    recent = ReviewReport.objects.filter(company_id=company_id, reported_at__gt=at - _A_DAY)
    if recent.count() >= REPORTS_A_DAY:
        raise TooManyReports(limit=REPORTS_A_DAY)
    report = ReviewReport.objects.create(
        review=review,
        company_id=company_id,
        reason=reason,
        text=words,
        reported_by=actor.as_text,
        reported_by_label=actor.label,
        reported_at=at,
    )
    if not waiting:
        payload = {"title": review.product.title, "reason": str(reason)}
        emit(kind="review_reported", subject=review.ref, actor=actor, at=at, payload=payload)
    return report


@transaction.atomic
def judge_review(
    *, review_ref: str, step: ReviewStep, reason: str, actor: Actor, at: datetime
) -> ReviewDecision:
    """A moderator keeps a reported review, takes one down with its answer, or shows it again. Logged.

    A review that is taken down is not shown and does not count. Its buyer, its supplier and whoever reported it are
    told the reason. Raises `ReviewNotFound`, `NotAllowed` (also for a moderator who belongs to either side or to who
    reported it), `ReasonMissing`, `NothingToDecide`, `AppealOpen`.
    """
    review = Review.objects.filter(ref=review_ref).lock().first()
    if review is None:
        raise ReviewNotFound
    reports = open_reports(review)
    if not policies.can_judge_review(actor, review.supplier_id, concerned_by(review, reports)):
        raise NotAllowed
    demand_no_review_appeal(review)
    note = demand_reason(reason)
    hidden = review.hidden_at is not None
    if hidden != (step == ReviewStep.RESTORED) or (step == ReviewStep.KEPT and not reports):
        raise NothingToDecide
    if step != ReviewStep.KEPT:
        show_or_hide(review, note, gone=step == ReviewStep.TAKEN_DOWN, actor=actor, at=at)
    decision = log_review_decision(review, step, note, reports, actor=actor, at=at)
    payload = told_of(review, reports) | {"step": str(step), "reason": note}
    emit(kind="review_judged", subject=review.ref, actor=actor, at=at, payload=payload)
    return decision


def open_reports(review: Review) -> list[ReviewReport]:
    """Those that no decision has answered, locked. The caller holds the review's lock."""
    return list(ReviewReport.objects.filter(review=review, decision=None).lock())


def concerned_by(review: Review, reports: Iterable[ReviewReport]) -> set[int]:
    """The companies, besides the supplier, whose people do not decide about a review."""
    return {review.buyer_id, *(row.company_id for row in reports)}


def log_review_decision(
    review: Review,
    step: ReviewStep,
    note: str,
    reports: Sequence[ReviewReport],
    *,
    actor: Actor,
    at: datetime,
) -> ReviewDecision:
    """Append a line to the log; it answers these reports."""
    decision = ReviewDecision.objects.create(
        review=review,
        step=step,
        reason=note,
        reports=len(reports),
        actor=actor.as_text,
        actor_label=actor.label,
        at=at,
    )
    ReviewReport.objects.filter(pk__in=[row.pk for row in reports]).update(decision=decision)
    return decision


def told_of(review: Review, reports: Iterable[ReviewReport]) -> dict[str, object]:
    """Whom an event about a decision concerns, and what about."""
    return {
        "title": review.product.title,
        "buyer_id": review.buyer_id,
        "supplier_id": review.supplier_id,
        "supplier": review.supplier.ref,
        "reporters": sorted({row.company_id for row in reports}),
    }


def demand_no_review_appeal(review: Review) -> None:
    """Raise `AppealOpen` while another moderator decides about the review. The caller holds its lock."""
    if ReviewAppeal.objects.filter(review=review, state=AppealState.OPEN).exists():
        raise AppealOpen


def show_or_hide(review: Review, note: str, *, gone: bool, actor: Actor, at: datetime) -> None:
    """Take a review down with a reason, or show it again."""
    review.hidden_at = at if gone else None
    review.hidden_by, review.hide_reason = (actor.as_text, note) if gone else ("", "")
    review.save(update_fields=["hidden_at", "hidden_by", "hide_reason"])


def _demand_unjudged(review: Review) -> None:
    """Raise `ReviewJudged` when the last decision was about the words that stand now."""
    last = ReviewDecision.objects.filter(review=review).order_by("-at", "-pk").first()
    if last is None:
        return
    changes = [moment for moment in (review.edited_at, review.answered_at, review.answer_edited_at) if moment]
    if not changes or max(changes) <= last.at:
        raise ReviewJudged
