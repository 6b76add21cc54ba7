"""Sample orders: one line at the sample's price, once for a while, looked at within days, credited when promised."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from catalog.errors import NotServed
from catalog.models import Product
from catalog.operations import state_offering
from catalog.rules.markets import Markets
from catalog.rules.offering import OfferingFacts, Sample
from marketplace.accounts.models import Company
from marketplace.core import clock
from marketplace.core.ids import new_key
from orders.clocks import inspection_days
from orders.errors import SampleAlready, SampleChanged, SampleStandsAlone
from orders.models import CartLine, Order, PromisedDiscount, SampleOrder
from orders.operations import Delivery, WantedLine, add_to_cart, place_order
from orders.operations.samples import credit_sample
from orders.queries import cart_page
from tests.factories import AT
from tests.factories.accounts import a_company, owner_of, signed_in
from tests.factories.catalog import a_live_product
from tests.factories.orders import ADDRESS

pytestmark = pytest.mark.django_db
SAMPLE = Sample(Decimal("0.003"), Decimal(10), 5, is_credited=True)


def rice(**facts: Any) -> Product:
    """Rice with a sample."""
    product = a_live_product()
    state_offering(
        product_ref=product.ref,
        facts=OfferingFacts(**{"sample": SAMPLE, **facts}),
        actor=owner_of(product.supplier),
        key=new_key(),
        at=AT,
    )
    return product


def order(product: Product, buyer: Company, *, days: int = 0, **over: Any) -> Order:
    """The sample, to the buyer."""
    lines = over.pop("lines", [WantedLine(product.ref, SAMPLE.quantity, is_sample=True)])
    return place_order(
        supplier_id=product.supplier_id,
        lines=lines,
        delivery=Delivery(
            address=over.pop("address", ADDRESS),
            incoterms_rule="FCA",
            named_place="Mundra",
            ship_by=AT.date() + timedelta(days=days + 30),
            transport_mode="express",
        ),
        actor=owner_of(buyer),
        key=over.pop("key", new_key()),
        at=AT + timedelta(days=days),
    )


def test_a_sample_is_an_order_at_its_own_price_below_the_minimum_with_its_own_clock() -> None:
    placed = order(rice(), a_company())
    line = placed.lines.get()
    assert (placed.goods_minor, line.quantity, line.amount_minor) == (1000, Decimal("0.003"), 1000)
    assert {inspection_days(placed.clocks, mode) for mode in ("express", "sea")} == {7}
    assert SampleOrder.objects.get(order=placed).is_credited


def test_a_second_sample_within_the_days_is_refused_and_one_after_or_of_an_undone_order_is_not() -> None:
    product, buyer = rice(), a_company()
    key = new_key()
    first = order(product, buyer, key=key)
    assert order(product, buyer, key=key) == first
    with pytest.raises(SampleAlready):
        order(product, buyer, days=89)
    assert Order.objects.count() == 1
    order(product, a_company())
    order(product, buyer, days=91)
    assert SampleOrder.objects.filter(buyer=buyer).count() == 2


def test_a_sample_stands_alone_and_is_the_one_that_is_stated_now() -> None:
    product, buyer = rice(), a_company()
    beside = a_live_product(product.supplier)
    sample = WantedLine(product.ref, SAMPLE.quantity, is_sample=True)
    with pytest.raises(SampleStandsAlone):
        order(product, buyer, lines=[sample, WantedLine(beside.ref, Decimal(20))])
    with pytest.raises(SampleChanged):
        order(product, buyer, lines=[WantedLine(product.ref, Decimal(1), is_sample=True)])
    assert not Order.objects.exists()


def test_an_order_to_a_country_that_is_not_served_is_refused_in_the_cart_and_when_placed() -> None:
    product = rice(markets=Markets("except", ("DE",)))
    german, french = a_company(country="DE"), a_company(country="FR")
    with pytest.raises(NotServed, match="Germany"):
        add_to_cart(
            product_ref=product.ref, quantity=Decimal(20), actor=owner_of(german), key=new_key(), at=AT
        )
    assert not CartLine.objects.exists()
    for lines in (
        [WantedLine(product.ref, Decimal(20))],
        [WantedLine(product.ref, SAMPLE.quantity, is_sample=True)],
    ):
        with pytest.raises(NotServed) as refused:
            order(product, french, lines=lines, address={**ADDRESS, "country": "DE"})
        assert refused.value.field == "country"
    assert not Order.objects.exists()
    add_to_cart(product_ref=product.ref, quantity=Decimal(20), actor=owner_of(french), key=new_key(), at=AT)
    state_offering(
        product_ref=product.ref,
        facts=OfferingFacts(Markets("only", ("US",))),
        actor=owner_of(product.supplier),
        key=new_key(),
        at=AT,
    )
    [group] = cart_page(owner_of(french)).groups
    assert "is not offered to France" in group.lines[0].problem


def test_a_completed_sample_is_credited_once_when_that_was_promised() -> None:
    buyer = a_company()
    placed = order(rice(), buyer)
    actor = owner_of(buyer)
    credit_sample(placed, actor=actor, at=AT)
    discount = PromisedDiscount.objects.get(buyer=buyer)
    assert (discount.amount_minor, discount.currency, discount.cause) == (1000, "USD", placed.ref)
    plain = order(rice(sample=Sample(SAMPLE.quantity, Decimal(10), 5)), buyer)
    credit_sample(plain, actor=actor, at=AT)
    assert PromisedDiscount.objects.count() == 1


def typed() -> dict[str, str]:
    """What the buyer types at the checkout."""
    return {
        **ADDRESS,
        "currency": "USD",
        "transport_mode": "express",
        "incoterms_rule": "FCA",
        "named_place": "Mundra",
        "ship_by": (clock.now().date() + timedelta(days=30)).isoformat(),
        "idempotency_key": new_key(),
    }


def test_the_product_page_leads_to_the_sample_and_its_form_places_it() -> None:
    product, buyer = rice(), a_company()
    browser = signed_in(owner_of(buyer))
    address = reverse("sample_order", args=[product.ref])
    assert address in browser.get(reverse("product", args=[product.ref, product.slug])).content.decode()
    page = browser.get(address).content.decode().replace("\u00a0", " ")
    assert "Place the order: 10.00 USD" in page
    response = browser.post(address, typed())
    assert response.status_code == 302
    again = browser.post(address, typed())
    assert again.status_code == 400
    assert SampleOrder.objects.count() == 1
    without = a_live_product()
    assert browser.get(reverse("sample_order", args=[without.ref])).status_code == 302
