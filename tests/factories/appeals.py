"""Appeals that were lodged, and what they are about, as the pages make them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from catalog.models import Appeal, Product, Review, ReviewAppeal
from catalog.operations import (
    Marks,
    judge_review,
    lodge_appeal,
    lodge_review_appeal,
    reject_product,
    suspend_product,
    write_review,
)
from catalog.states import ReviewStep
from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.ids import new_key
from tests.factories import AT
from tests.factories.accounts import a_company, owner_of, staff
from tests.factories.catalog import a_live_product, a_submitted_product


def a_rejected_product(by: Actor | None = None, *, at: datetime = AT) -> Product:
    """A draft that a moderator sent back."""
    return reject_product(
        product_ref=a_submitted_product().ref,
        reason="The pictures are not of these goods.",
        actor=by or staff("moderation"),
        key=new_key(),
        at=at,
    )


def a_suspended_product(by: Actor | None = None, *, at: datetime = AT) -> Product:
    """A listing that a moderator took off the market."""
    return suspend_product(
        product_ref=a_live_product().ref,
        reason="The origin is in doubt.",
        actor=by or staff("moderation"),
        key=new_key(),
        at=at,
    )


def a_lodged_appeal(product: Product | None = None, *, at: datetime = AT, **over: Any) -> Appeal:
    """The supplier says why the decision is wrong."""
    product = product or a_rejected_product()
    arguments = {"text": "They are of our own mill, last week.", "actor": owner_of(product.supplier), **over}
    return lodge_appeal(product_ref=product.ref, key=new_key(), at=at, **arguments)


def a_review_of(product: Product, buyer: Company, *, order_ref: str = "ord_walk") -> Review:
    """What a buyer of a completed order wrote."""
    marks = Marks(2, 2, 5, "Broken bags, and Mr Lee would not call back.")
    return write_review(
        product_id=product.pk,
        buyer_id=buyer.pk,
        order_ref=order_ref,
        marks=marks,
        actor=owner_of(buyer),
        at=AT,
    )


def a_review_taken_down(by: Actor | None = None, *, at: datetime = AT) -> Review:
    """A review that a moderator does not show any more."""
    review = a_review_of(a_live_product(), a_company())
    judge_review(
        review_ref=review.ref,
        step=ReviewStep.TAKEN_DOWN,
        reason="It names a person.",
        actor=by or staff("moderation"),
        at=at,
    )
    return Review.objects.get(pk=review.pk)


def a_review_appeal(review: Review | None = None, *, at: datetime = AT, **over: Any) -> ReviewAppeal:
    """Who wrote a review says why it should be shown."""
    review = review or a_review_taken_down()
    arguments = {"text": "His name stands on their storefront.", "actor": owner_of(review.buyer), **over}
    return lodge_review_appeal(review_ref=review.ref, key=new_key(), at=at, **arguments)
