"""From a mistyped word to a placed order: did you mean, filter, product, my quantity, cart, order."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from marketplace.core import clock
from marketplace.core.money import Money
from orders.models import Order
from tests.factories.accounts import a_company
from tests.factories.catalog import a_live_product
from tests.journeys.conftest import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TITLE = "1121 Steam Basmati Rice"
TOTAL = "28,125.00 USD"  # 25 t at the second tier's 1,125.00


@pytest.mark.parametrize("script", [True])
def test_a_mistyped_search_ends_in_a_placed_order(stage: Stage) -> None:
    supplier = a_company("Haryana Grain House", at=clock.now())
    product = a_live_product(supplier, title=TITLE, at=clock.now())
    a_live_product(a_company("Other Grain House"), title="Basmati blend", origin="PK", at=clock.now())
    company, buyer = stage.owner("Lina Berg", "Nordic Food Import AB", "SE", sells=False)

    banner = buyer.page.get_by_role("banner")
    banner.get_by_role("searchbox").fill("basmatti")
    buyer.press("Search", banner)
    buyer.sees(re.compile("Did you mean"))
    buyer.main.get_by_role("checkbox", name=re.compile("India")).check()
    buyer.press("Apply")
    buyer.page.wait_for_url(re.compile("origin=IN"))
    assert buyer.main.get_by_text("Basmati blend").count() == 0
    buyer.follow(TITLE)
    buyer.sees_title(TITLE)
    buyer.fill(My_quantity="25")
    buyer.sees(TOTAL)
    buyer.press("Add to cart")
    buyer.sees(TOTAL)
    buyer.follow("Order from Haryana Grain House", buyer.main)
    buyer.fill(
        Consignee="Nordic Food Import AB",
        Street_and_number="Hamngatan 4",
        Postal_code="411 14",
        City="Göteborg",
        Contact_person="Lina Berg",
        Ship_by=(clock.now() + timedelta(days=40)).date().isoformat(),
    )
    buyer.choose("Country", "Sweden")
    buyer.choose("How the goods travel", "sea")
    buyer.press(f"Place the order: {TOTAL}")
    buyer.sees_title(TITLE)

    order = Order.objects.get()
    assert (order.state, order.buyer_id, order.supplier_id) == ("placed", company.pk, supplier.pk)
    assert order.total == Money(2_812_500, "USD")
    assert [line.product_id for line in order.lines.all()] == [product.pk]
