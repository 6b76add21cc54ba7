"""Writes appeals about reviews: the side a decision went against answers it once, and another moderator decides.

INVARIANT: one appeal for one decision (the unique `decision`), decided by somebody else than who decided first
(`policies.can_decide_review_appeal`); nobody decides past an open one (`review_reports.demand_no_review_appeal`).
"""

from __future__ import annotations

from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from catalog import policies
from catalog.errors import AppealNotFound, NothingToAppeal, ReviewNotFound
from catalog.models import Review, ReviewAppeal, ReviewDecision
from catalog.operations.trust.appeals import close_appeal, open_appeal
from catalog.operations.trust.moderation import demand_reason
from catalog.operations.trust.review_reports import (
    concerned_by,
    log_review_decision,
    open_reports,
    show_or_hide,
    told_of,
)
from catalog.queries.trust.review_appeals import review_decision_to_appeal
from catalog.states import ReviewStep
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed
from marketplace.core.idempotency import lock_key, remember, replayed
from marketplace.core.outbox import emit
from marketplace.files.operations import upload_hashes


@transaction.atomic
def lodge_review_appeal(
    *,
    review_ref: str,
    text: str,
    document: UploadedFile[bytes] | None = None,
    actor: Actor,
    key: str,
    at: datetime,
) -> ReviewAppeal:
    """Say why the last decision about a review is wrong. The review stays as it is meanwhile; the moderators are told.

    Raises `ReviewNotFound`, `NotAllowed`, `NothingToAppeal`, `ReasonMissing` without words.
    """
    review = Review.objects.filter(ref=review_ref).select_related("product").lock().first()
    if review is None or not (actor.acts_for(review.buyer_id) or actor.acts_for(review.supplier_id)):
        raise ReviewNotFound
    files = upload_hashes([document] if document else [])
    content = {"review": review_ref, "text": text, "document": files}
    lock_key(key)
    if (ref := replayed(key=key, operation="lodge_review_appeal", content=content)) is not None:
        return ReviewAppeal.objects.get(ref=ref)
    decision = review_decision_to_appeal(review, actor, at)
    if decision is None:
        raise NothingToAppeal
    if not policies.can_appeal_review(actor, decision.step, review.buyer_id, review.supplier_id):
        raise NotAllowed
    was_taken_down = decision.step == ReviewStep.TAKEN_DOWN
    company_id = review.buyer_id if was_taken_down else review.supplier_id
    appeal = ReviewAppeal(decision=decision, review=review, company_id=company_id, text=demand_reason(text))
    open_appeal(appeal, document, actor=actor, key=key, at=at)
    payload = {"title": review.product.title}
    emit(kind="review_appeal_lodged", subject=appeal.ref, actor=actor, at=at, payload=payload)
    remember(key=key, operation="lodge_review_appeal", content=content, result=appeal.ref, at=at)
    return appeal


@transaction.atomic
def decide_review_appeal(
    *, appeal_ref: str, granted: bool, answer: str, actor: Actor, key: str, at: datetime
) -> ReviewAppeal:
    """Another moderator's decision: granted, and the first one is turned round; or it stands. Logged, and final.

    Reports that came meanwhile are answered with it. Both sides and whoever reported the review are told. Raises
    `AppealNotFound`, `NotAllowed` for who decided first or belongs to a side or a reporter, `ReasonMissing`,
    `IllegalTransition`.
    """
    appeal, review = _locked(appeal_ref, actor)
    content = {"appeal": appeal_ref, "granted": granted, "answer": answer}
    lock_key(key)
    if replayed(key=key, operation="decide_review_appeal", content=content) is not None:
        return appeal
    first, waiting = appeal.decision, open_reports(review)
    reports = [*first.answered.all(), *waiting]
    concerned = concerned_by(review, reports)
    if not policies.can_decide_review_appeal(actor, review.supplier_id, concerned, first.actor):
        raise NotAllowed
    note = demand_reason(answer)
    close_appeal(appeal, note, granted=granted, actor=actor, key=key, at=at)
    if granted:
        show_or_hide(review, note, gone=first.step == ReviewStep.KEPT, actor=actor, at=at)
    step = ReviewStep.APPEAL_GRANTED if granted else ReviewStep.APPEAL_UPHELD
    log_review_decision(review, step, note, waiting, actor=actor, at=at)
    payload = told_of(review, reports) | {
        "granted": granted,
        "shown": review.hidden_at is None,
        "reason": note,
    }
    emit(kind="review_appeal_decided", subject=review.ref, actor=actor, at=at, payload=payload)
    remember(key=key, operation="decide_review_appeal", content=content, result=appeal.ref, at=at)
    return appeal


def _locked(ref: str, actor: Actor) -> tuple[ReviewAppeal, Review]:
    """The review before the appeal, as every other operation locks them."""
    found = ReviewAppeal.objects.filter(ref=ref).first()
    if found is None or not (actor.is_system or policies.sits_at_moderation(actor)):
        raise AppealNotFound
    review = Review.objects.filter(pk=found.review_id).lock().get()
    appeal = ReviewAppeal.objects.filter(ref=ref).lock().get()
    appeal.decision = ReviewDecision.objects.get(pk=appeal.decision_id)
    return appeal, review
