"""Writes reviews: by a buyer whose completed order the app above has judged, answered by the supplier, hidden by a moderator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from catalog import policies
from catalog.errors import OwnReview, ReasonMissing, ReviewClosed, ReviewNotFound, StarsWrong
from catalog.models import Product, Review
from catalog.operations.moderation import demand_reason
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed
from marketplace.core.idempotency import lock_key
from marketplace.core.outbox import emit

EDITABLE_FOR: Final = timedelta(days=14)
_TEXT_LENGTH: Final = 4000
_MARKS: Final = ("goods", "communication", "on_time")


@dataclass(frozen=True, slots=True)
class Marks:
    """What the buyer says: three marks from 1 to 5, and words."""

    goods: int
    communication: int
    on_time: int
    text: str = ""


@transaction.atomic
def write_review(
    *, product_id: int, buyer_id: int, order_ref: str, marks: Marks, actor: Actor, at: datetime
) -> Review:
    """A buyer's review of one product of one order; within 14 days the same call changes it.

    The caller has judged that the order is completed, holds the product and is the buyer's. Saying the same again
    changes nothing. The supplier is told of a new one. Raises `OwnReview`, `StarsWrong`, `ReviewClosed`.
    """
    for name in _MARKS:
        if getattr(marks, name) not in range(1, 6):
            raise StarsWrong(field=name)
    supplier_id = Product.objects.values_list("supplier_id", flat=True).get(pk=product_id)
    if supplier_id == buyer_id:
        raise OwnReview
    lock_key(f"review:{order_ref}:{product_id}")
    fields = {**{name: getattr(marks, name) for name in _MARKS}, "text": marks.text.strip()[:_TEXT_LENGTH]}
    review = Review.objects.filter(order_ref=order_ref, product_id=product_id).lock().first()
    if review is not None:
        return _changed(review, fields, at)
    # INVARIANT: one review per order and product (enforced by review_once_per_order_and_product)
    review = Review.objects.create(
        product_id=product_id,
        supplier_id=supplier_id,
        buyer_id=buyer_id,
        order_ref=order_ref,
        written_by=actor.as_text,
        written_at=at,
        **fields,
    )
    payload = {"supplier_id": supplier_id, "title": review.product.title, "goods": marks.goods}
    emit(kind="review_written", subject=review.ref, actor=actor, at=at, payload=payload)
    return review


@transaction.atomic
def answer_review(*, review_ref: str, text: str, actor: Actor, at: datetime) -> Review:
    """The supplier's one answer, shown below. Raises `ReviewNotFound`, `NotAllowed`, `ReasonMissing`, `ReviewClosed`."""
    review = Review.objects.filter(ref=review_ref, hidden_at__isnull=True).lock().first()
    if review is None or not actor.acts_for(review.supplier_id):
        raise ReviewNotFound
    if not policies.can_list_for(actor, review.supplier_id):
        raise NotAllowed
    words = text.strip()[:_TEXT_LENGTH]
    if review.answer and review.answer == words:
        return review
    if review.answer:
        raise ReviewClosed
    if not words:
        raise ReasonMissing(field="text")
    review.answer, review.answered_at, review.answered_by = words, at, actor.as_text
    review.save(update_fields=["answer", "answered_at", "answered_by"])
    return review


@transaction.atomic
def hide_review(*, review_ref: str, reason: str, actor: Actor, at: datetime) -> Review:
    """A moderator takes a review and its answer off the pages; it no longer counts. The row says who and why.

    Raises `ReviewNotFound`, `NotAllowed` (also for a moderator who belongs to either side), `ReasonMissing`.
    """
    review = Review.objects.filter(ref=review_ref, hidden_at__isnull=True).lock().first()
    if review is None:
        raise ReviewNotFound
    if not policies.can_moderate(actor, review.supplier_id) or review.buyer_id in actor.member_of:
        raise NotAllowed
    review.hide_reason, review.hidden_at, review.hidden_by = demand_reason(reason), at, actor.as_text
    review.save(update_fields=["hide_reason", "hidden_at", "hidden_by"])
    return review


def _changed(review: Review, fields: dict[str, object], at: datetime) -> Review:
    if all(getattr(review, name) == value for name, value in fields.items()):
        return review
    if review.answer or review.hidden_at or at >= review.written_at + EDITABLE_FOR:
        raise ReviewClosed
    for name, value in {**fields, "edited_at": at}.items():
        setattr(review, name, value)
    review.save(update_fields=[*fields, "edited_at"])
    return review
