"""Reviews: only of completed orders, by their buyer; answered once, hidden with a reason, shown with a share."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from catalog.errors import OwnReview, ReasonMissing, ReviewClosed, ReviewNotFound, StarsWrong
from catalog.errors.trust import NothingToDecide
from catalog.models import Product, Review, ReviewDecision
from catalog.operations import (
    Marks,
    answer_review,
    judge_review,
    record_product_trades,
    record_supplier_facts,
    write_review,
)
from catalog.queries.trust.reviews import reviews_of_product
from catalog.states import ReviewStep
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed, NotFound
from marketplace.core.models import OutboxEvent
from orders.errors import OrderNotCompleted
from orders.operations.reviewing import review_order
from tests.factories import AT
from tests.factories.accounts import a_company, a_member, owner_of
from tests.factories.catalog import MODERATOR, a_live_product
from tests.factories.orders import a_placed_order

pytestmark = pytest.mark.django_db
GOOD = Marks(5, 4, 5, "Clean, dry and as in the sample.")


def a_review(product: Product | None = None, order: str = "ord_1", marks: Marks = GOOD) -> Review:
    """What a buyer of a completed order wrote."""
    product, buyer = product or a_live_product(), a_company(country="DE")
    return write_review(
        product_id=product.pk, buyer_id=buyer.pk, order_ref=order, marks=marks, actor=owner_of(buyer), at=AT
    )


def test_write_review_again_within_14_days_changes_it_and_then_no_more() -> None:
    review = a_review()

    def again(marks: Marks, days: int) -> Review:
        return write_review(
            product_id=review.product_id,
            buyer_id=review.buyer_id,
            order_ref=review.order_ref,
            marks=marks,
            actor=owner_of(review.buyer),
            at=AT + timedelta(days=days),
        )

    assert again(GOOD, 20).edited_at is None
    assert again(Marks(3, 4, 5), 13).goods == 3
    with pytest.raises(ReviewClosed):
        again(Marks(1, 1, 1), 14)
    stored = Review.objects.get()
    assert (stored.goods, stored.text) == (3, "")


def test_write_review_refuses_marks_out_of_range_and_the_own_company() -> None:
    product = a_live_product()
    with pytest.raises(StarsWrong):
        a_review(product, marks=Marks(6, 1, 1))
    with pytest.raises(OwnReview):
        write_review(
            product_id=product.pk,
            buyer_id=product.supplier_id,
            order_ref="ord_1",
            marks=GOOD,
            actor=owner_of(product.supplier),
            at=AT,
        )
    assert not Review.objects.exists()


def test_answer_review_is_the_suppliers_and_can_be_changed_for_14_days() -> None:
    review = a_review()
    supplier = owner_of(review.supplier)
    with pytest.raises(ReviewNotFound):
        answer_review(review_ref=review.ref, text="Hi", actor=owner_of(review.buyer), at=AT)
    with pytest.raises(NotAllowed):
        answer_review(review_ref=review.ref, text="Hi", actor=a_member(review.supplier, "viewer"), at=AT)
    with pytest.raises(ReasonMissing):
        answer_review(review_ref=review.ref, text=" ", actor=supplier, at=AT)
    answer_review(review_ref=review.ref, text="Thank you.", actor=supplier, at=AT)
    later = AT + timedelta(days=13)
    answer_review(review_ref=review.ref, text="Thank you, Anke.", actor=supplier, at=later)
    with pytest.raises(ReviewClosed):
        answer_review(review_ref=review.ref, text="No.", actor=supplier, at=AT + timedelta(days=14))
    stored = Review.objects.get()
    assert (stored.answer, stored.answered_at, stored.answer_edited_at) == ("Thank you, Anke.", AT, later)
    assert OutboxEvent.objects.filter(kind="review_answered").count() == 1


def test_judge_review_taken_down_leaves_the_mean_and_shown_again_counts() -> None:
    product = a_live_product()
    kept, gone = a_review(product), a_review(product, "ord_2", Marks(1, 1, 1))

    def judge(step: ReviewStep, reason: str = "Names a person", actor: Actor = MODERATOR) -> None:
        judge_review(review_ref=gone.ref, step=step, reason=reason, actor=actor, at=AT)

    def shown() -> tuple[list[str], Decimal, int]:
        part = reviews_of_product(product)
        assert part is not None
        return sorted(line.ref for line in part.lines), part.mean, part.count

    with pytest.raises(NotAllowed):
        judge(ReviewStep.TAKEN_DOWN, actor=owner_of(product.supplier))
    with pytest.raises(ReasonMissing):
        judge(ReviewStep.TAKEN_DOWN, " ")
    for step in (ReviewStep.KEPT, ReviewStep.RESTORED):  # nobody reported it, and it is shown
        with pytest.raises(NothingToDecide):
            judge(step)
    assert shown() == (sorted([kept.ref, gone.ref]), Decimal("3.0"), 2)
    judge(ReviewStep.TAKEN_DOWN)
    assert shown() == ([kept.ref], Decimal("5.0"), 1)
    judge(ReviewStep.RESTORED, "It was a company's name")
    assert shown()[2] == 2
    steps = ReviewDecision.objects.order_by("pk").values_list("step", "reason", "actor_label")
    assert list(steps) == [
        ("taken_down", "Names a person", MODERATOR.label),
        ("restored", "It was a company's name", MODERATOR.label),
    ]


def test_reviews_of_product_states_the_mean_and_the_share_of_orders_reviewed() -> None:
    product = a_live_product()
    assert reviews_of_product(product) is None
    a_review(product)
    a_review(product, "ord_2", Marks(4, 4, 4))
    a_review(a_live_product(product.supplier), "ord_3", Marks(1, 1, 1))
    record_supplier_facts(
        supplier_id=product.supplier_id,
        orders_completed=12,
        on_time_bps=None,
        disputes_bps=None,
        answers_in_hours=None,
        first_completed_at=None,
        at=AT,
    )
    record_product_trades(completed={product.pk: 5}, at=AT)
    product = Product.objects.select_related("supplier__supplier_facts").get(pk=product.pk)
    part = reviews_of_product(product)
    assert part is not None
    assert part.summary == "4.5 of 5 from 2 reviews"
    assert "3 of this supplier's 12 completed orders (25" in part.shares[0]
    assert part.shares[1] == "Buyers reviewed 2 of 5 completed orders with this product (40\u00a0%)."
    page = Client().get(reverse("product", args=[product.ref, product.slug])).content.decode()
    assert "Buyer in Germany" in page
    assert '"aggregateRating":{"@type":"AggregateRating","ratingValue":"4.5","reviewCount":2' in page


def test_review_order_is_refused_before_completion_and_to_others() -> None:
    trade = a_placed_order()
    order, product = trade.order, trade.line.product

    def review(actor: Actor) -> Review:
        return review_order(
            order_ref=order.ref,
            product_ref=product.ref,
            marks=GOOD,
            actor=actor,
            at=AT,
        )

    with pytest.raises(OrderNotCompleted):
        review(owner_of(order.buyer))
    with pytest.raises(NotFound):
        review(owner_of(order.supplier))
    with pytest.raises(NotAllowed):
        review(a_member(order.buyer, "viewer"))
    assert not Review.objects.exists()
