"""Offers side by side: one quantity, one currency, only what is on the market, the same statements for one and three."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from catalog import operations
from catalog.models import Product
from catalog.queries.buying.comparison import Comparison, comparison
from catalog.rules.exchange import rates
from catalog.rules.lead_times import LeadStep
from marketplace.core.ids import new_key
from tests.factories import AT
from tests.factories.accounts import owner_of
from tests.factories.catalog import a_draft, a_live_product, tiers

pytestmark = pytest.mark.django_db


def compared(*products: Product, quantity: str = "", unit: str = "", currency: str = "USD") -> Comparison:
    return comparison(
        [product.ref for product in products],
        quantity=Decimal(quantity) if quantity else None,
        unit_code=unit,
        currency=currency,
    )


def texts(page: Comparison, label: str) -> list[str]:
    [row] = [row for row in page.rows if row.label == label]
    return [cell.text.replace("\u00a0", " ") for cell in row.cells]


def best(page: Comparison, label: str) -> list[bool]:
    return [cell.best for row in page.rows if row.label == label for cell in row.cells]


def by_kilogram() -> Product:
    return a_live_product(
        title="Rice by the kilogram",
        unit_code="KGM",
        moq=Decimal(1000),
        order_multiple=Decimal(500),
        units_per_package=Decimal(25),
        lead_time_days=7,
        tiers=tiers((1000, "1.20"), (20_000, "1.10")),
    )


def test_comparison_in_other_units_and_currencies_is_put_into_one() -> None:
    tonnes, kilograms = a_live_product(), by_kilogram()
    page = compared(tonnes, kilograms, quantity="30000", unit="KGM")
    assert texts(page, "In USD per kg") == ["1.125 USD", "1.10 USD"]
    assert best(page, "In USD per kg") == [False, True]
    assert texts(page, "In all") == ["33,750.00 USD", "33,000.00 USD"]
    euros = compared(tonnes, kilograms, quantity="30000", unit="KGM", currency="EUR")
    rate = rates().convert(Decimal("1.10"), "USD", "EUR")
    assert rate is not None
    assert texts(euros, "In EUR per kg")[1].startswith(str(rate)[:4])


def test_comparison_without_a_quantity_takes_the_largest_minimum() -> None:
    page = compared(by_kilogram(), a_live_product())
    assert (page.quantity, page.unit_code) == (Decimal("5000.000"), "KGM")
    assert best(page, "Ready in") == [True, False]
    assert best(page, "Minimum order") == [True, False]


def test_comparison_prices_what_can_be_ordered() -> None:
    page = compared(a_live_product(), by_kilogram(), quantity="10.2", unit="TNE")
    [row] = [row for row in page.rows if row.label == "In all"]
    assert [cell.note.replace("\u00a0", " ") for cell in row.cells] == ["for 10.5 t", "for 10,500 kg"]


def test_comparison_of_goods_that_are_counted_differently_compares_no_price() -> None:
    cartons = a_live_product(
        unit_code="CT", moq=Decimal(5), order_multiple=Decimal(1), units_per_package=None
    )
    page = compared(a_live_product(), cartons)
    assert page.unit_code == ""
    assert not [row for row in page.rows if row.label.startswith("In USD")]
    assert best(page, "Minimum order") == [False, False]


def test_lead_times_are_those_of_the_quantity_that_is_compared() -> None:
    quick, steady = a_live_product(lead_time_days=10), a_live_product(lead_time_days=20)
    operations.state_lead_times(
        product_ref=quick.ref,
        steps=[LeadStep(Decimal(50), 40)],
        actor=owner_of(quick.supplier),
        key=new_key(),
        at=AT,
    )
    assert texts(compared(quick, steady, quantity="20", unit="TNE"), "Ready in") == ["10 days", "20 days"]
    large = compared(quick, steady, quantity="50000", unit="KGM")
    assert texts(large, "Ready in") == ["40 days", "20 days"]
    assert best(large, "Ready in") == [False, True]


def test_comparison_shows_what_is_on_the_market_only_and_five_at_most(client: Client) -> None:
    shown = [a_live_product() for _ in range(4)]
    paused = a_live_product(title="Paused rice")
    operations.pause_product(product_ref=paused.ref, actor=owner_of(paused.supplier), key=new_key(), at=AT)
    draft, sixth = a_draft(title="Secret rice"), a_live_product(title="Sixth rice")
    few = compared(*shown[:3], paused, draft)
    assert ([offer.ref for offer in few.offers], few.gone) == ([product.ref for product in shown[:3]], 2)
    many = compared(*shown, paused, sixth)
    assert (len(many.offers), many.gone, many.left_out) == (4, 1, 1)
    address = "&".join(f"p={product.ref}" for product in (shown[0], draft, paused))
    page = client.get(f"/compare/?{address}&quantity=abc&currency=XXX&unit=&p=%00").status_code
    assert page == 400  # the sign that no address may have
    text = client.get(f"/compare/?{address}&quantity=abc&currency=XXX").content.decode()
    assert "Secret rice" not in text
    assert "not on the market any more" in text


@pytest.mark.parametrize("number", [1, 3])
def test_comparison_takes_the_same_statements_for_one_and_for_three(
    django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    products = [a_live_product() for _ in range(number)]
    with django_assert_num_queries(4):
        page = compared(*products)
    assert len(page.offers) == number
