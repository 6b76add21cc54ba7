"""An exporter's figures say what the order list and the ledger say, currency by currency."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from catalog.models import Product
from catalog.operations.searching.observations import record_observations
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from orders.operations import add_to_cart, decline_order
from orders.queries import OrderFilter, order_list
from tests.factories.accounts import a_company, owner_of, signed_in
from tests.factories.catalog import a_live_product
from tests.factories.enquiries import an_enquiry
from tests.factories.holds import an_accepted_order
from tests.factories.orders import a_placed_order
from trade_assurance.holds.figures_rules import (
    ListingSums,
    Received,
    Sold,
    busiest,
    by_country,
    concerns,
    first_day,
    span_of,
    stretches,
    summed,
)
from trade_assurance.holds.queries.figures.figures import facts_of, figure_lines, figures_page
from trade_assurance.holds.queries.figures.visits import funnel, visits_of
from trade_assurance.ledger.models import Entry
from trade_assurance.ledger.states import AccountKind

TODAY = date(2026, 3, 31)


@given(st.integers(min_value=0, max_value=800), st.sampled_from([30, 90, 365]))
def test_stretches_hold_every_day_of_the_span_once(offset: int, span: int) -> None:
    today = TODAY + timedelta(days=offset)
    over = stretches(today, span)
    days = [one.first + timedelta(days=n) for one in over for n in range((one.last - one.first).days + 1)]
    assert days == [first_day(today, span) + timedelta(days=n) for n in range(span)]
    assert summed([(day, 1) for day in days], over) == [(one.last - one.first).days + 1 for one in over]
    outside = [(first_day(today, span) - timedelta(days=1), 1), (today + timedelta(days=1), 1)]
    assert not any(summed(outside, over))


def test_sums_by_country_and_month_never_mix_currencies() -> None:
    day, before = date(2026, 3, 3), date(2026, 2, 27)
    sold = [
        Sold(day, "DE", "EUR", 2, 1, 500),
        Sold(before, "DE", "EUR", 1, 0, 300),
        Sold(day, "DE", "USD", 1, 0, 7),
        Sold(before, "JP", "JPY", 1, 0, 9_000_000),
    ]
    received = [Received(day, "DE", "EUR", 300, 9), Received(day, "FR", "EUR", 1000, 30)]
    rows = by_country(sold, received)
    assert [(row.country, row.currency, row.orders, row.value_minor, row.net_minor) for row in rows] == [
        ("FR", "EUR", 0, 0, 970),
        ("DE", "EUR", 3, 800, 291),
        ("JP", "JPY", 1, 9_000_000, 0),  # in minor units the most, and still behind the usual currency
        ("DE", "USD", 1, 7, 0),
    ]
    months = by_country(sold, received, monthly=True)
    assert [(row.month, row.country, row.currency, row.orders) for row in months] == [
        (date(2026, 3, 1), "FR", "EUR", 0),
        (date(2026, 3, 1), "DE", "EUR", 2),
        (date(2026, 3, 1), "DE", "USD", 1),
        (date(2026, 2, 1), "DE", "EUR", 1),
        (date(2026, 2, 1), "JP", "JPY", 1),
    ]


def test_an_unknown_span_is_the_usual_one() -> None:
    assert [span_of(text) for text in ("30", "365", "", "7", "90 ")] == [30, 365, 90, 90, 90]


@pytest.mark.django_db
def test_figures_agree_with_the_order_list_and_with_the_ledger(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    trade = an_accepted_order()
    supplier = trade.supplier
    at = trade.order.placed_at + timedelta(days=80)
    company = supplier.company_id
    assert company is not None
    with django_assert_num_queries(3):
        facts = facts_of(company, at, 90)
    listed = order_list(supplier, OrderFilter(side="selling"))
    assert sum(one.orders for one in facts.sold) == listed.total == 1
    value = Money(sum(one.value_minor for one in facts.sold), "USD")
    assert value == listed.rows[0].total
    owed = Entry.objects.filter(
        account__kind=AccountKind.SUPPLIER_PAYABLE,
        account__owner=trade.order.supplier.ref,
        amount_minor__gt=0,
    ).aggregate(Sum("amount_minor"))["amount_minor__sum"]
    assert sum(one.net_minor for one in facts.received) == owed > 0
    assert sum(one.released_minor for one in facts.received) == value.amount_minor
    page = figures_page(supplier, at, 90)
    assert (page.charts[0].total, page.charts[1].title) == ("1", "Revenue in USD")
    assert figures_page(supplier, at + timedelta(days=400), 90).is_empty
    assert figures_page(trade.buyer, at, 90).is_empty  # what a company bought is none of its revenue


@pytest.mark.django_db
def test_orders_that_came_to_nothing_count_but_are_worth_nothing() -> None:
    trade = a_placed_order()
    at = trade.order.placed_at + timedelta(days=1)
    before = facts_of(trade.order.supplier_id, at, 30).sold
    decline_order(order_ref=trade.ref, reason="Sold out", actor=trade.supplier, key=new_key(), at=at)
    after = facts_of(trade.order.supplier_id, at, 30).sold
    assert [(one.orders, one.undone, one.value_minor) for one in before] == [(1, 0, trade.order.total_minor)]
    assert [(one.orders, one.undone, one.value_minor) for one in after] == [(1, 1, 0)]


@pytest.mark.django_db
def test_days_are_the_readers() -> None:
    trade = a_placed_order(at=datetime(2026, 3, 2, 23, 30, tzinfo=UTC))
    with timezone.override("Asia/Kolkata"):
        facts = facts_of(trade.order.supplier_id, datetime(2026, 3, 10, tzinfo=UTC), 30)
    assert [one.day for one in facts.sold] == [date(2026, 3, 3)]


@pytest.mark.django_db
def test_the_page_and_its_file_say_the_same() -> None:
    trade = an_accepted_order()
    client = signed_in(trade.supplier)
    page = client.get(reverse("workbench_figures"), {"days": "365"})
    assert page.status_code == 200
    sent = client.get(reverse("workbench_figures_csv"), {"days": "365"})
    text = b"".join(sent.streaming_content).decode().removeprefix("\ufeff")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text)))
    at = trade.order.placed_at + timedelta(days=300)
    assert {row[1] for row in figure_lines(trade.supplier, at, 365)} == {
        "orders_received", "orders_undone", "order_value", "released", "commission", "received",
    }  # fmt: skip
    assert all(row["currency"] == "USD" for row in rows)


# --- what came before the order ------------------------------------------------


@pytest.mark.parametrize(
    ("query", "words", "is_ours"),
    [
        ("cherry rainier", {"cherries", "plums"}, True),
        ("chestnut flour", {"cherries"}, False),
        ("cerezas", {"cereza"}, True),
        ("of the rice", {"the", "of", "barley"}, False),
        ("arroz integral", {"arroz"}, True),
    ],
)
def test_a_search_is_the_suppliers_business_by_a_word_of_its_categories(
    query: str, words: set[str], is_ours: bool
) -> None:
    assert concerns(query.split(), words) is is_ours


def seen(product: Product, number: int, *, words: str = "", day: str = "2026-03-05") -> None:
    record_observations(searches=(), views=[(day, product.ref, "DE", words)] * number)


@pytest.mark.django_db
def test_views_carts_and_searches_are_the_suppliers_own_and_of_the_span() -> None:
    product, rival = a_live_product(), a_live_product(title="Rice of another house")
    seen(product, 8)
    seen(product, 2, words="steam rice")
    seen(product, 5, day="2026-01-01")
    seen(rival, 7, words="other rice")
    record_observations(
        searches=[("2026-03-05", "black rice", "en", "DE", 0)] * 3
        + [("2026-03-05", "tractor tyres", "en", "DE", 0)] * 9
        + [("2026-03-05", "rice once", "en", "DE", 0)]
        + [("2026-03-05", "basmati rice", "en", "DE", 4)] * 5,
        views=(),
    )
    buyer = owner_of(a_company("Buyer", buys=True))
    for number in (1, 2):
        add_to_cart(
            product_ref=product.ref,
            quantity=Decimal(5),
            actor=buyer,
            key=new_key(),
            at=datetime(2026, 3, 6, number, tzinfo=UTC),
        )
    visits = visits_of(product.supplier_id, date(2026, 3, 1), date(2026, 3, 30))
    assert (visits.all_views, visits.all_carts) == (10, 2)
    assert [(line.query, line.times) for line in visits.led_here] == [("steam rice", 2)]
    assert [(line.query, line.times) for line in visits.not_found] == [("black rice", 3)]
    shares = [(step.number, step.share.replace("\u00a0", " ")) for step in funnel(visits, 1)]
    assert shares == [("10", ""), ("2", "20 %"), ("1", "50 %")]


@pytest.mark.django_db
def test_the_page_takes_the_same_statements_for_one_order_and_view_and_for_more(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    trade = a_placed_order()
    at = trade.order.placed_at + timedelta(days=1)
    product = Product.objects.get(supplier=trade.order.supplier)
    day = at.date().isoformat()
    for number in (1, 2):
        seen(product, number, words=f"rice {number}", day=day)
        an_enquiry(
            product=product,
            buyer=trade.order.buyer,
            text=f"Question {number}?",
            at=trade.order.placed_at - timedelta(hours=number),
        )
        with django_assert_num_queries(14):
            figures_page(trade.supplier, at, 30)
    an_enquiry(product=product, at=at).write(trade.supplier, "Yes.", at=at)
    page = figures_page(trade.supplier, at, 30)
    assert [(step.number, step.share.replace("\u00a0", " ")) for step in page.asked_funnel] == [
        ("3", ""), ("3", "100 %"), ("2", "66.67 %"),
    ]  # fmt: skip
    [row] = page.listings
    assert (row.title, row.views, row.enquiries, row.orders) == (product.title, "3", "3", "1")
    assert [(tile.value, tile.note) for tile in page.tiles if tile.label == "Enquiries"] == [
        ("3", "1 of them answered")
    ]
    assert [chart.total for chart in page.charts if chart.title == "Enquiries"] == ["3"]
    lines = [line for line in figure_lines(trade.supplier, at, 30) if line[1] == "enquiries"]
    assert sum(int(line[4]) for line in lines) == 3


def test_the_busiest_listings_are_those_ordered_then_asked_about_then_opened() -> None:
    rows = busiest({1: 9, 2: 5}, {3: 1, 2: 1}, {4: 1}, most=3)
    assert [row.product_id for row in rows] == [4, 2, 3]
    assert rows[1] == ListingSums(2, 5, 1, 0)
