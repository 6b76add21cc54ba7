"""What is counted of visits: sums by day, no person, no robot, nothing of the reader's own shop."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import redis
from django.test import Client, RequestFactory

from catalog.models import Product, ProductViews, SearchedWords, SearchVisit
from catalog.observing import SEARCHES, VIEWS, countable_words, is_robot, searched_before
from catalog.operations.searching.observations import forget_observations, record_observations
from catalog.queries.searching.observations import (
    searches_leading_to,
    searches_without_results,
    views_of_supplier,
)
from catalog.tasks import count_observations
from marketplace.core import clock, notes, redis_door
from tests.factories import AT
from tests.factories.accounts import a_company, owner_of, signed_in
from tests.factories.catalog import a_live_product

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
TODAY = AT.date()


@pytest.fixture(autouse=True)
def _empty_heaps() -> Iterator[None]:
    for heap in (SEARCHES, VIEWS):
        notes.take(heap, notes.MOST_KEPT)
    yield
    for heap in (SEARCHES, VIEWS):
        notes.take(heap, notes.MOST_KEPT)


def person(client: Client | None = None) -> Client:
    client = client or Client()
    client.defaults["HTTP_USER_AGENT"] = FIREFOX
    return client


def a_view(product: Product, words: str = "", country: str = "", day: date = TODAY) -> list[Any]:
    return [day.isoformat(), product.ref, country, words]


def test_a_search_and_the_product_it_led_to_are_summed() -> None:
    product, buyer = a_live_product(), a_company(country="DE")
    browser = person(signed_in(owner_of(buyer)))
    came_from = "http://testserver/search/?q=Basmati++RICE"
    for address in ("/search/?q=Basmati++RICE", "/search/?q=basmati+rice", "/search/?q=pangolin"):
        browser.get(address)
    browser.get(
        "/search/?q=basmati+rice&origin=IN", headers={"referer": came_from}
    )  # a filter is no new search
    browser.get(f"/products/{product.ref}/{product.slug}/", headers={"referer": came_from})
    browser.get(f"/products/{product.ref}/{product.slug}/")
    count_observations()
    assert set(SearchedWords.objects.values_list("query", "country", "times", "found")) == {
        ("basmati rice", "DE", 2, 1),
        ("pangolin", "DE", 1, 0),
    }
    today = clock.now().date()
    [led] = searches_leading_to(product.supplier_id, today)
    assert (led.query, led.times, led.last_on) == ("basmati rice", 1, today)
    [seen] = views_of_supplier(product.supplier_id, today)
    assert (seen.product_id, seen.country, seen.views, seen.from_search) == (product.pk, "DE", 2, 1)
    count_observations()
    assert ProductViews.objects.get().views == 2


def test_what_is_counted_for_words_that_were_corrected_is_the_correction() -> None:
    a_live_product()
    person().get("/search/?q=basmatti")
    count_observations()
    assert list(SearchedWords.objects.values_list("query", "found")) == [("basmati", 1)]


@pytest.mark.parametrize(
    "agent", ["", "Googlebot/2.1", "curl/8.5", "python-requests/2", "HeadlessChrome/140"]
)
def test_programs_are_not_counted(agent: str) -> None:
    product, browser = a_live_product(), Client()
    browser.defaults["HTTP_USER_AGENT"] = agent
    browser.get("/search/?q=rice")
    browser.get(f"/products/{product.ref}/{product.slug}/")
    count_observations()
    assert not SearchedWords.objects.exists()
    assert not ProductViews.objects.exists()


def test_a_suppliers_own_people_are_not_counted() -> None:
    product = a_live_product()
    person(signed_in(owner_of(product.supplier))).get(f"/products/{product.ref}/{product.slug}/")
    count_observations()
    assert not ProductViews.objects.exists()


@pytest.mark.parametrize("typed", ["me@example.com", "+49 (170) 1234 567 89", "ring 0049-170-123-4567"])
def test_what_may_name_a_person_is_not_noted(typed: str) -> None:
    assert countable_words(typed) == ""
    person().get("/search/", {"q": typed})
    assert notes.take(SEARCHES, 10) == []


def test_words_are_counted_the_same_however_typed() -> None:
    assert countable_words("  Basmati,RICE ") == countable_words("basmati rice") == "basmati rice"
    assert countable_words("0809.29") == "080929"


@pytest.mark.parametrize(
    ("referer", "words"),
    [
        ("http://testserver/search/?q=Rice", "rice"),
        ("http://testserver/categories/rice/?q=brown", "brown"),
        ("http://testserver/products/x/?q=rice", ""),
        ("http://elsewhere.example/search/?q=rice", ""),
        ("http://[broken/search/?q=rice", ""),
        ("", ""),
    ],
)
def test_only_our_own_results_say_what_was_searched(referer: str, words: str) -> None:
    assert searched_before(RequestFactory().get("/", headers={"referer": referer})) == words


def test_a_person_is_no_robot() -> None:
    assert not is_robot(RequestFactory().get("/", headers={"user-agent": FIREFOX}))


def test_sums_grow_by_what_is_added_and_products_that_are_gone_are_left_out() -> None:
    product = a_live_product()
    search = [TODAY.isoformat(), "rice", "en", ""]
    gone = [TODAY.isoformat(), "prod_gone00000000", "", "rice"]
    for found in (0, 3):
        record_observations(
            searches=[[*search, found], [*search, found]],
            views=[a_view(product), a_view(product, "rice"), a_view(product, country="FR"), gone],
        )
    assert list(SearchedWords.objects.values_list("times", "found")) == [(4, 3)]
    assert set(ProductViews.objects.values_list("country", "views", "from_search")) == {
        ("", 4, 2),
        ("FR", 2, 0),
    }
    assert list(SearchVisit.objects.values_list("query", "times")) == [("rice", 2)]


def test_what_nobody_offered_is_told_when_it_was_asked_often_enough() -> None:
    day = TODAY.isoformat()
    rows = [[day, "pangolin", "en", "", 0]] * 3 + [[day, "rare words", "en", "", 0]]
    rows += [[day, "rice", "en", "", 4], [day, "rice", "es", "", 0]] * 3
    record_observations(searches=rows, views=[])
    assert [(line.query, line.times) for line in searches_without_results(TODAY)] == [("pangolin", 3)]
    assert searches_without_results(TODAY + timedelta(days=1)) == []


def test_another_supplier_is_told_nothing_of_these_views() -> None:
    product, rival = a_live_product(), a_company()
    record_observations(searches=[], views=[a_view(product, "rice")])
    assert searches_leading_to(rival.pk, TODAY) == []
    assert views_of_supplier(rival.pk, TODAY) == []


def test_searches_are_forgotten_after_ninety_days_and_views_after_two_years() -> None:
    product = a_live_product()
    for age in (89, 91, 731):
        day = TODAY - timedelta(days=age)
        record_observations(
            searches=[[day.isoformat(), "rice", "en", "", 1]], views=[a_view(product, "rice", day=day)]
        )
    forget_observations(at=AT)
    assert [TODAY - row.searched_on for row in SearchedWords.objects.all()] == [timedelta(days=89)]
    assert [TODAY - row.visited_on for row in SearchVisit.objects.all()] == [timedelta(days=89)]
    assert sorted((TODAY - row.viewed_on).days for row in ProductViews.objects.all()) == [89, 91]


def test_a_redis_that_is_away_loses_the_note_and_nothing_else(settings: Any, tmp_path: Any) -> None:
    settings.NOTES_URL = f"unix://{tmp_path}/nobody.sock?db=1"
    notes.note(SEARCHES, "lost")
    assert redis_door._Door.closed_until > 0
    redis_door._Door.closed_until = 0.0
    with pytest.raises(redis.RedisError):
        notes.take(SEARCHES, 1)
