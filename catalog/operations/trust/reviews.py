"""Writes reviews: by a buyer whose completed order the app above has judged, with pictures, answered by the supplier.

What becomes of reported ones is written by `operations.trust.review_reports`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from catalog import policies
from catalog.errors import OwnReview, ReasonMissing, ReviewClosed, ReviewNotFound, StarsWrong
from catalog.errors.trust import ReviewPicturesFull, ReviewTooLong
from catalog.models import Product, Review, ReviewPicture
from catalog.operations.listings.images import digest_of, kept_rendition
from catalog.photographs import RECIPE, make_renditions
from catalog.rules.reviewing import EDITABLE_FOR, MAXIMUM_PICTURES, TEXT_LENGTH
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed
from marketplace.core.idempotency import lock_key
from marketplace.core.outbox import emit
from marketplace.files.models import StoredFile
from marketplace.files.operations import store_bytes, store_upload
from marketplace.files.queries import read_bytes

FILE_KIND: Final = "review_picture"
_MARKS: Final = ("goods", "communication", "on_time")
Upload = UploadedFile[Any] | bytes


@dataclass(frozen=True, slots=True)
class Marks:
    """What the buyer says: three marks from 1 to 5, and words."""

    goods: int
    communication: int
    on_time: int
    text: str = ""


@transaction.atomic
def write_review(
    *,
    product_id: int,
    buyer_id: int,
    order_ref: str,
    marks: Marks,
    pictures: Sequence[Upload] = (),
    dropped: Sequence[str] = (),
    actor: Actor,
    at: datetime,
) -> Review:
    """A buyer's review of one product of one order; within 14 days the same call changes it.

    The caller has judged that the order is completed, holds the product and is the buyer's. Saying the same again
    changes nothing, nor does the same picture again; `dropped` names pictures to take out. The supplier is told of a
    new one. Raises `OwnReview`, `StarsWrong`, `ReviewTooLong`, `ReviewClosed`, `ReviewPicturesFull`, and what `files`
    says of a bad picture (field `pictures`).
    """
    for name in _MARKS:
        if getattr(marks, name) not in range(1, 6):
            raise StarsWrong(field=name)
    supplier_id = Product.objects.values_list("supplier_id", flat=True).get(pk=product_id)
    if supplier_id == buyer_id:
        raise OwnReview
    lock_key(f"review:{order_ref}:{product_id}")
    fields = {**{name: getattr(marks, name) for name in _MARKS}, "text": fitting(marks.text)}
    review = Review.objects.filter(order_ref=order_ref, product_id=product_id).lock().first()
    if review is not None:
        return _changed(review, fields, pictures, dropped, actor, at)
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
    _add_pictures(review, pictures, actor, at)
    payload = {"supplier_id": supplier_id, "title": review.product.title, "goods": marks.goods}
    emit(kind="review_written", subject=review.ref, actor=actor, at=at, payload=payload)
    return review


@transaction.atomic
def answer_review(*, review_ref: str, text: str, actor: Actor, at: datetime) -> Review:
    """The supplier's one answer, shown below; within 14 days the same call changes it. The buyer is told of it once.

    Raises `ReviewNotFound`, `NotAllowed`, `ReasonMissing`, `ReviewTooLong`, `ReviewClosed`.
    """
    review = Review.objects.filter(ref=review_ref, hidden_at__isnull=True).lock().first()
    if review is None or not actor.acts_for(review.supplier_id):
        raise ReviewNotFound
    if not policies.can_list_for(actor, review.supplier_id):
        raise NotAllowed
    words = fitting(text)
    if not words:
        raise ReasonMissing(field="text")
    if review.answer == words:
        return review
    if review.answered_at is not None:
        return _answered_anew(review, words, at)
    review.answer, review.answered_at, review.answered_by = words, at, actor.as_text
    review.save(update_fields=["answer", "answered_at", "answered_by"])
    payload = {"buyer_id": review.buyer_id, "title": review.product.title}
    emit(kind="review_answered", subject=review.ref, actor=actor, at=at, payload=payload)
    return review


@transaction.atomic
def prepare_review_picture(*, file_ref: str, at: datetime) -> None:
    """Make the sizes and formats of a picture beside the original; again does no harm. Raises `FileDamaged`."""
    picture = ReviewPicture.objects.filter(file__ref=file_ref, recipe__lt=RECIPE).lock().first()
    if picture is None:
        return
    file = StoredFile.objects.get(pk=picture.file_id)
    picture.renditions = {made.size: kept_rendition(file, made) for made in make_renditions(read_bytes(file))}
    picture.recipe, picture.prepared_at = RECIPE, at
    picture.save(update_fields=["renditions", "recipe", "prepared_at"])


def fitting(text: str) -> str:
    """The words without blanks at their ends. Raises `ReviewTooLong`: nothing is cut off in silence."""
    words = text.strip()
    if len(words) > TEXT_LENGTH:
        raise ReviewTooLong(field="text", limit=TEXT_LENGTH)
    return words


def _answered_anew(review: Review, words: str, at: datetime) -> Review:
    if review.answered_at is None or at >= review.answered_at + EDITABLE_FOR:
        raise ReviewClosed
    review.answer, review.answer_edited_at = words, at
    review.save(update_fields=["answer", "answer_edited_at"])
    return review


def _changed(
    review: Review,
    fields: dict[str, object],
    pictures: Sequence[Upload],
    dropped: Sequence[str],
    actor: Actor,
    at: datetime,
) -> Review:
    there = set(review.pictures.values_list("upload_sha256", flat=True))
    fresh = [upload for upload in pictures if digest_of(upload) not in there]
    gone = review.pictures.filter(file__ref__in=dropped)
    same = all(getattr(review, name) == value for name, value in fields.items())
    if same and not fresh and not gone.exists():
        return review
    if review.answer or review.hidden_at or at >= review.written_at + EDITABLE_FOR:
        raise ReviewClosed
    gone.delete()
    _add_pictures(review, fresh, actor, at)
    for name, value in {**fields, "edited_at": at}.items():
        setattr(review, name, value)
    review.save(update_fields=[*fields, "edited_at"])
    return review


def _add_pictures(review: Review, uploads: Sequence[Upload], actor: Actor, at: datetime) -> None:
    """Behind those that are there; each was encoded anew (no place, no camera), and the worker makes it smaller."""
    rows = list(review.pictures.order_by("position"))
    hashes = {row.upload_sha256 for row in rows}
    last = rows[-1].position if rows else 0
    for upload in uploads:
        digest = digest_of(upload)
        if digest in hashes:  # INVARIANT: one file is one picture (enforced by review_picture_once)
            continue
        hashes.add(digest)
        if len(hashes) > MAXIMUM_PICTURES:
            raise ReviewPicturesFull(field="pictures", limit=MAXIMUM_PICTURES)
        file, last = _stored(review, upload, actor, at), last + 1
        ReviewPicture.objects.create(review=review, position=last, file=file, upload_sha256=digest)
        payload = {"file": file.ref}
        emit(kind="review_picture_added", subject=review.ref, actor=actor, at=at, payload=payload)


def _stored(review: Review, upload: Upload, actor: Actor, at: datetime) -> StoredFile:
    if isinstance(upload, bytes):
        return store_bytes(
            kind=FILE_KIND, subject=review.ref, name="picture", content=upload, actor=actor, at=at
        )
    return store_upload(
        kind=FILE_KIND, subject=review.ref, upload=upload, actor=actor, at=at, field="pictures"
    )
