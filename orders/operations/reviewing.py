"""Both sides review a completed order: the buyer the goods (written by the catalogue), the supplier the buyer (private)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from catalog.errors import ReviewClosed, StarsWrong
from catalog.models import Review
from catalog.operations import Marks, fitting, write_review
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed, NotFound
from marketplace.core.idempotency import lock_key
from marketplace.core.outbox import emit
from orders.errors import OrderNotCompleted
from orders.models import BuyerReview, Order, OrderLine
from orders.policies import can_act_as_supplier, can_answer_as_buyer
from orders.states import OrderState

CHANGED_WITHIN: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class BuyerMarks:
    """What the supplier says: three marks from 1 to 5, and words."""

    paid: int
    communication: int
    acceptance: int
    text: str = ""


@transaction.atomic
def review_order(
    *,
    order_ref: str,
    product_ref: str,
    marks: Marks,
    pictures: Sequence[UploadedFile[Any] | bytes] = (),
    dropped: Sequence[str] = (),
    actor: Actor,
    at: datetime,
) -> Review:
    """The buyer's review of one product of a completed order, with pictures; within 14 days the same call changes it.

    An order that was refunded in full ended cancelled, so it has none. Raises `NotFound` for whom the order is
    none of their business or without such a line, `NotAllowed` for other roles of the buyer, `OrderNotCompleted`,
    and as `write_review`.
    """
    order = Order.objects.filter(ref=order_ref).first()
    if order is None or not actor.acts_for(order.buyer_id):
        raise NotFound
    if not can_answer_as_buyer(actor, order):
        raise NotAllowed
    line = OrderLine.objects.filter(order=order, product__ref=product_ref).first()
    if line is None:
        raise NotFound
    if order.state != OrderState.COMPLETED:
        raise OrderNotCompleted
    return write_review(
        product_id=line.product_id,
        buyer_id=order.buyer_id,
        order_ref=order.ref,
        marks=marks,
        pictures=pictures,
        dropped=dropped,
        actor=actor,
        at=at,
    )


@transaction.atomic
def review_buyer(*, order_ref: str, marks: BuyerMarks, actor: Actor, at: datetime) -> BuyerReview:
    """The supplier's review of the buyer of a completed order; within 14 days the same call changes it.

    Only the two sides read it; the buyer is told of a new one. Raises `NotFound` for whom the order is none of their
    business, `NotAllowed` for other roles of the supplier, `OrderNotCompleted`, `StarsWrong`, `ReviewTooLong`,
    `ReviewClosed`.
    """
    lock_key(f"buyer_review:{order_ref}")
    order = Order.objects.filter(ref=order_ref).first()
    if order is None or not actor.acts_for(order.supplier_id):
        raise NotFound
    if not can_act_as_supplier(actor, order):
        raise NotAllowed
    if order.state != OrderState.COMPLETED:
        raise OrderNotCompleted
    said = asdict(marks) | {"text": fitting(marks.text)}
    for name in ("paid", "communication", "acceptance"):
        if said[name] not in range(1, 6):
            raise StarsWrong(field=name)
    review = BuyerReview.objects.filter(order=order).lock().first()
    if review is not None:
        return _buyer_review_changed(review, said, at)
    # INVARIANT: one review of the buyer per order (enforced by the primary key)
    review = BuyerReview.objects.create(order=order, written_by=actor.as_text, written_at=at, **said)
    payload = {"buyer_id": order.buyer_id, "number": order.number}
    emit(kind="buyer_reviewed", subject=order.ref, actor=actor, at=at, payload=payload)
    return review


def _buyer_review_changed(review: BuyerReview, said: dict[str, Any], at: datetime) -> BuyerReview:
    if all(getattr(review, name) == value for name, value in said.items()):
        return review
    if at >= review.written_at + CHANGED_WITHIN:
        raise ReviewClosed
    for name, value in {**said, "edited_at": at}.items():
        setattr(review, name, value)
    review.save(update_fields=[*said, "edited_at"])
    return review
