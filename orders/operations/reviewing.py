"""A buyer's review of what a completed order brought: judged here, written by the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from catalog.models import Review
from catalog.operations import Marks, write_review
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed, NotFound
from orders.errors import OrderNotCompleted
from orders.models import Order, OrderLine
from orders.policies import can_answer_as_buyer
from orders.states import OrderState


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
