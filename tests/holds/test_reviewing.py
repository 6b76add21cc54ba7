"""A completed order is reviewed by its buyer through the page; everybody reads it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from catalog.models import Review
from tests.factories.accounts import signed_in
from tests.factories.holds import an_accepted_order

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
