"""Appeals about reviews as the side that may lodge one sees them. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog import policies
from catalog.errors import ReviewNotFound
from catalog.models import Review, ReviewAppeal, ReviewDecision, ReviewReport
from catalog.queries.trust.appeals import Appealed, AppealLine, appeal_line
from catalog.queries.trust.reviews import ReviewLine, line_of, with_pictures
from catalog.rules.reviewing import APPEALED_WITHIN, LastDecision, may_appeal
from catalog.states import ReviewStep
from marketplace.core.actors import Actor
from marketplace.core.querysets import LockableQuerySet


@dataclass(frozen=True, slots=True)
class ReviewAppealPage:
    """A side's page: the decision that may be appealed against, and what the company appealed last.

    `line` is the review, unless the company may not read it any more.
    """

    ref: str
    title: str
    line: ReviewLine | None
    may_appeal: bool
    may_lodge: bool
    decision: str
    reason: str
    until: datetime | None
    appeal: AppealLine | None
    back_url: str


def review_decision_to_appeal(review: Review, actor: Actor, at: datetime) -> ReviewDecision | None:
    """The last decision, when it went against the company acted for, not appealed yet and not long ago. Two statements.

    A supplier appeals against a review that stays when it had reported it; who else reported it has lost nothing.
    """
    last = (
        ReviewDecision.objects.filter(review=review).select_related("appeal").order_by("-at", "-pk").first()
    )
    if last is None:
        return None
    is_writer, is_supplier = actor.acts_for(review.buyer_id), actor.acts_for(review.supplier_id)
    own = ReviewReport.objects.filter(decision=last, company_id=review.supplier_id)
    said = LastDecision(
        last.step,
        last.at,
        is_appealed=hasattr(last, "appeal"),
        answers_own_report=last.step == ReviewStep.KEPT and is_supplier and own.exists(),
    )
    return last if may_appeal(said, is_writer=is_writer, at=at) else None


def review_appeal_page(ref: str, actor: Actor, at: datetime) -> ReviewAppealPage:
    """Of a review by or about the company acted for. Raises `ReviewNotFound` for another's. Four statements."""
    row = with_pictures(Review.objects.filter(ref=ref)).first()
    if row is None or not (actor.acts_for(row.buyer_id) or actor.acts_for(row.supplier_id)):
        raise ReviewNotFound
    decision = review_decision_to_appeal(row, actor, at)
    lodged = (
        review_appeals().filter(review=row, company_id=actor.company_id or 0).order_by("-lodged_at").first()
    )
    is_writer = actor.acts_for(row.buyer_id)
    return ReviewAppealPage(
        ref=row.ref,
        title=row.product.title,
        line=line_of(row) if row.hidden_at is None or is_writer else None,
        may_appeal=decision is not None,
        may_lodge=decision is not None
        and policies.can_appeal_review(actor, decision.step, row.buyer_id, row.supplier_id),
        decision=decision.get_step_display() if decision else "",
        reason=decision.reason if decision else "",
        until=decision.at + APPEALED_WITHIN if decision else None,
        appeal=review_appeal_line(lodged, actor, at) if lodged else None,
        back_url=reverse("reviews_written" if is_writer else "workbench_reviews"),
    )


def review_appeals() -> LockableQuerySet[ReviewAppeal]:
    """Appeals with what `review_appeal_line` reads, in three statements."""
    reports = ReviewReport.objects.only("company_id", "decision_id", "review_id")
    return ReviewAppeal.objects.select_related(
        "decision", "review__product", "review__buyer", "company", "document"
    ).prefetch_related(
        Prefetch("decision__answered", reports),
        Prefetch("review__reports", reports.filter(decision=None), to_attr="open_reports"),
    )


def review_appeal_line(
    row: ReviewAppeal, actor: Actor, at: datetime, *, review: ReviewLine | None = None
) -> AppealLine:
    """An appeal about a review as people read it."""
    decision, about = row.decision, row.review
    reports: list[ReviewReport] = [*decision.answered.all(), *about.__dict__["open_reports"]]
    concerned = {about.buyer_id, *(one.company_id for one in reports)}
    was_taken_down = decision.step == ReviewStep.TAKEN_DOWN
    return appeal_line(
        row,
        at,
        Appealed(
            url=reverse("desk_review_appeal", args=[row.ref]),
            title=_("Review of %(title)s") % {"title": about.product.title},
            product_url="",
            company=row.company.legal_name,
            decision=decision.get_step_display(),
            reason=decision.reason,
            decided_first_by=decision.actor_label,
            decided_first_at=decision.at,
            may_decide=policies.can_decide_review_appeal(actor, about.supplier_id, concerned, decision.actor),
            grant_label=_("Grant: the review is shown again")
            if was_taken_down
            else _("Grant: the review is taken down"),
            review=review,
        ),
    )


def with_last_decision(rows: QuerySet[Review], company_id: int) -> QuerySet[Review]:
    """With what `may_appeal_last` reads, and whether the company has appealed about each (`has_appealed`)."""
    last = ReviewDecision.objects.filter(review=OuterRef("pk")).order_by("-at", "-pk")
    reported = ReviewReport.objects.filter(decision=OuterRef("last_decision"), company_id=company_id)
    appealed = ReviewAppeal.objects.filter(review=OuterRef("pk"), company_id=company_id)
    return rows.annotate(
        last_decision=Subquery(last.values("pk")[:1]),
        last_step=Subquery(last.values("step")[:1]),
        last_at=Subquery(last.values("at")[:1]),
        last_appeal=Subquery(last.values("appeal")[:1]),
        last_answered_us=Exists(reported),
        has_appealed=Exists(appealed),
    )


def may_appeal_last(row: Review, *, is_writer: bool, at: datetime) -> bool:
    """The same as `review_decision_to_appeal` of a row with its last decision, for its writer or its supplier."""
    last = row.__dict__
    if last["last_step"] is None:
        return False
    said = LastDecision(
        last["last_step"],
        last["last_at"],
        is_appealed=last["last_appeal"] is not None,
        answers_own_report=not is_writer and last["last_answered_us"],
    )
    return may_appeal(said, is_writer=is_writer, at=at)


def review_read(review_id: int) -> ReviewLine:
    """The review of an appeal, as a moderator reads it, shown or not. One statement."""
    return line_of(with_pictures(Review.objects.filter(Q(pk=review_id))).get())
