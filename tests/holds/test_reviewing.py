"""A completed order is reviewed by its buyer through the page; everybody reads it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from catalog.errors import ReviewClosed
from catalog.models import Review
from marketplace.core.errors import NotAllowed, NotFound
from marketplace.core.models import OutboxEvent
from orders.errors import OrderNotCompleted
from orders.models import BuyerReview
from orders.operations.reviewing import BuyerMarks, review_buyer
from tests.factories.accounts import a_company, a_member, owner_of, signed_in
from tests.factories.holds import DELIVERED_AT, an_accepted_order
from tests.factories.orders import a_placed_order

pytestmark = pytest.mark.django_db


def test_the_buyer_of_a_completed_order_reviews_it() -> None:
    trade = an_accepted_order()
    order = trade.again()
    browser = signed_in(trade.buyer)
    address = reverse("order_review", args=[order.ref])
    assert address in browser.get(reverse("order", args=[order.ref])).content.decode()
    product = order.lines.get().product
    sent = {"product": product.ref, "goods": "5", "communication": "4", "on_time": "9", "text": "As agreed."}
    assert browser.post(address, sent).status_code == 422
    assert not Review.objects.exists()
    assert browser.post(address, sent | {"on_time": "3"}).status_code == 302
    review = Review.objects.get()
    assert (review.order_ref, review.buyer_id, review.on_time) == (order.ref, order.buyer_id, 3)
    assert "As agreed." in browser.get(address).content.decode()


def test_the_supplier_of_a_completed_order_reviews_the_buyer_and_only_the_two_read_it() -> None:
    trade = an_accepted_order()
    order = trade.again()
    browser = signed_in(trade.supplier)
    address = reverse("order_buyer_review", args=[order.ref])
    assert address in browser.get(reverse("order", args=[order.ref])).content.decode()
    sent = {"paid": "5", "communication": "4", "acceptance": "9", "text": "Paid <b>early</b>."}
    assert browser.post(address, sent).status_code == 400
    assert not BuyerReview.objects.exists()
    for mark in ("3", "4"):
        assert browser.post(address, sent | {"acceptance": mark}).status_code == 302
    assert BuyerReview.objects.get().acceptance == 4
    assert OutboxEvent.objects.filter(kind="buyer_reviewed").count() == 1
    assert signed_in(trade.buyer).get(address).status_code == 404
    page = signed_in(trade.buyer).get(reverse("order_review", args=[order.ref])).content.decode()
    assert "Paid &lt;b&gt;early&lt;/b&gt;." in page
    assert signed_in(owner_of(a_company())).get(reverse("order_review", args=[order.ref])).status_code == 404


def test_review_buyer_is_refused_before_completion_to_others_and_after_14_days() -> None:
    marks, later = BuyerMarks(5, 5, 5), DELIVERED_AT + timedelta(days=40)
    placed = a_placed_order().order
    with pytest.raises(OrderNotCompleted):
        review_buyer(order_ref=placed.ref, marks=marks, actor=owner_of(placed.supplier), at=later)
    order = an_accepted_order().again()
    with pytest.raises(NotFound):
        review_buyer(order_ref=order.ref, marks=marks, actor=owner_of(order.buyer), at=later)
    with pytest.raises(NotAllowed):
        review_buyer(order_ref=order.ref, marks=marks, actor=a_member(order.supplier, "viewer"), at=later)
    assert not BuyerReview.objects.exists()
    supplier = owner_of(order.supplier)
    review_buyer(order_ref=order.ref, marks=marks, actor=supplier, at=later)
    with pytest.raises(ReviewClosed):
        review_buyer(
            order_ref=order.ref, marks=BuyerMarks(1, 1, 1), actor=supplier, at=later + timedelta(days=14)
        )
    assert BuyerReview.objects.get().paid == 5
