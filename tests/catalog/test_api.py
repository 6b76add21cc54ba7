"""The catalogue's programming interface: public, read-only, in cursor pages, described by OpenAPI."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.http import QueryDict
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from catalog import operations
from catalog.forms.search import SearchForm
from catalog.models import Category
from catalog.rules.lead_times import LeadStep
from catalog.rules.markets import Markets
from catalog.rules.offering import OfferingFacts, Sample
from catalog.search import find
from catalog.search.local_index import local_index
from catalog.states import ListingVisibility
from marketplace.core.ids import new_key
from tests.catalog.search_index import IndexForTests
from tests.factories import AT, days
from tests.factories.accounts import a_company, owner_of, signed_in
from tests.factories.catalog import a_draft, a_live_product, a_submitted_product, tiers
from tests.factories.certificates import a_certificate
from tests.factories.files import picture_bytes
from tests.factories.price_lists import a_list_for

pytestmark = pytest.mark.django_db
_SIGNED_IN = 3  # who somebody is and for whom they act


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_the_same_statements_for_one_product_and_for_three(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    for _ in range(number):
        product = a_live_product()
        operations.add_image(
            product_ref=product.ref,
            upload=picture_bytes(),
            actor=owner_of(product.supplier),
            key=new_key(),
            at=AT,
        )
    with django_assert_num_queries(5):
        body = client.get("/api/v1/products/").json()
    assert len(body["results"]) == number


def test_one_product_as_data(client: Client) -> None:
    supplier = a_company("Karnal Agro", verified=True)
    product = a_live_product(supplier)
    body = client.get(f"/api/v1/products/{product.ref}/").json()
    assert body["supplier"] == {"ref": supplier.ref, "name": "Karnal Agro", "country": "IN", "verified": True}
    assert body["tiers"][0] == {"min_quantity": "5.000", "unit_price": "1180.000000"}
    assert (body["category"], body["hs_code"], body["moq"]) == ("rice", "100630", "5.000")
    assert body["url"].endswith(f"/products/{product.ref}/{product.slug}/")
    assert body["certificates"] == []
    assert (body["ships_to"], body["season_months"], body["sample"]) == (
        {"ships": "everywhere", "countries": []},
        [],
        None,
    )
    assert "state" not in body
    assert "review_note" not in body


def test_what_a_product_states_beyond_its_price_as_data(client: Client) -> None:
    product = a_live_product()
    a_certificate(product.supplier, valid_until=None)
    a_certificate(product.supplier, kind="haccp", valid_until=date(2020, 1, 1))
    a_certificate(product.supplier, kind="halal", covers_all=False)
    sample = Sample(Decimal("0.002"), Decimal(20), 3)
    operations.state_offering(
        product_ref=product.ref,
        facts=OfferingFacts(Markets("only", ("DE",)), (11,), sample),
        actor=owner_of(product.supplier),
        key=new_key(),
        at=AT,
    )
    body = client.get(f"/api/v1/products/{product.ref}/").json()
    [certificate] = body["certificates"]
    assert (certificate["kind"], certificate["name"], certificate["checked"]) == ("organic", "Organic", False)
    assert (body["ships_to"]["countries"], body["season_months"]) == (["DE"], [11])
    assert body["sample"] == {"quantity": "0.002", "price": "20.000000", "days": 3, "is_credited": False}


def test_what_is_not_live_is_not_there_even_for_its_owner(client: Client) -> None:
    for product in (a_draft(), a_submitted_product()):
        owner = signed_in(owner_of(product.supplier))
        for reader in (client, owner):
            response = reader.get(f"/api/v1/products/{product.ref}/")
            assert (response.status_code, response.json()["code"]) == (404, "product_not_found")
            assert reader.get("/api/v1/products/").json()["results"] == []


def test_pages_follow_each_other_without_gaps(client: Client) -> None:
    refs = [a_live_product(at=AT + days(number)).ref for number in range(3)]
    refs.append(a_live_product(at=AT + days(1)).ref)  # the same moment as another
    seen, address = [], "/api/v1/products/?page_size=1"
    while address:
        body = client.get(address).json()
        seen += [row["ref"] for row in body["results"]]
        address = body["next"]
    assert sorted(seen) == sorted(refs)
    assert len(seen) == len(set(seen))


def test_an_index_that_lags_shows_nothing_paused_and_one_that_is_gone_changes_no_place(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    oldest, paused, other, newest_one = (a_live_product(at=AT + days(number)) for number in range(4))
    index = IndexForTests(tmp_path)
    try:
        engine = index.engine()
        monkeypatch.setattr(local_index, "engine", lambda: engine)
        owner = owner_of(paused.supplier)
        operations.pause_product(product_ref=paused.ref, actor=owner, key=new_key(), at=AT)
        first = client.get("/api/v1/products/?hs_code=1006&page_size=2").json()
        assert [row["ref"] for row in first["results"]] == [newest_one.ref, other.ref]
        assert first["previous"] is None
        monkeypatch.setattr(local_index, "engine", lambda: None)
        second = client.get(first["next"]).json()
        assert ([row["ref"] for row in second["results"]], second["next"]) == ([oldest.ref], None)
        monkeypatch.setattr(local_index, "engine", lambda: engine)
        whole = client.get(first["next"].replace("page_size=2", "page_size=200")).json()
        assert [row["ref"] for row in whole["results"]] == [oldest.ref]
        back = client.get(second["previous"]).json()
        assert [row["ref"] for row in back["results"]] == [other.ref]  # beside the place of what is paused
        assert client.get(back["previous"]).json()["results"] == first["results"][:1]
        assert client.get("/api/v1/products/?currency=EUR&hs_code=1006").json()["results"] == []
    finally:
        index.close()


@pytest.mark.parametrize(
    ("tail", "found"),
    [
        ("q=basmati", 1),
        ("q=Básmati", 1),
        ("q=basmti", 0),
        ("q=!!!", 0),
        ("category=grains-pulses-oilseeds", 1),
        ("category=rice", 1),
        ("category=ric", 0),
        ("category=.*", 0),
        ("origin=IN&incoterms_rule=FOB&currency=USD", 1),
        ("origin=FR", 0),
        ("hs_code=1006", 1),
        ("hs_code=1%", 0),
        ("currency=usd", 0),
        ("lead_time_max=20", 0),
        ("lead_time_max=21", 1),
        ("verified=true", 0),
        ("verified=false", 1),
        ("supplier=com_nobody", 0),
    ],
)
def test_filters(client: Client, tail: str, found: int) -> None:
    a_live_product()
    assert len(client.get(f"/api/v1/products/?{tail}").json()["results"]) == found


SAME = [
    ("q=basmati+-sella", "q=basmati+-sella"),
    ("q=%22steam+basmati%22", "q=%22steam+basmati%22"),
    ("origin=IN&origin=TH&terms=EXW&verified=on", "origin=IN&origin=TH&incoterms_rule=EXW&verified=true"),
    ("certificate=organic&certificate=haccp", "certificate=organic&certificate=haccp"),
    ("ships_to=DE", "ships_to=DE"),
    ("ships_to=FR&in_season=on", "ships_to=FR&in_season=on"),
    ("price_max=1170&quantity=50", "price_max=1170&quantity=50"),
    ("price_max=1,1&quantity=50000&unit=KGM&currency=EUR", "price_max=1.1&quantity=50000&unit=KGM&price_currency=EUR"),
    ("moq_max=5000&unit=KGM", "moq_max=5000&unit=KGM"),
    ("lead_max=30", "lead_time_max=30"),
    ("lead_max=30&quantity=60", "lead_time_max=30&quantity=60"),
    ("category=rice&q=rice", "category=rice&q=rice"),
]  # fmt: skip


def a_small_market() -> None:
    """Four offers that differ in everything that can be filtered."""
    first, second = a_company("Verified House", verified=True), a_company("Other House")
    plain = a_live_product(first)
    sella = a_live_product(first, title="Sella Basmati Rice", origin="TH", incoterms_rule="EXW")
    a_live_product(second, title="Jasmine Rice", moq=Decimal(20), tiers=tiers((20, "990")), lead_time_days=45)
    dear = a_live_product(second, title="Black Rice", currency="EUR", tiers=tiers((5, "1400"), (50, "1000")))
    a_certificate(first)
    a_certificate(first, kind="haccp", covers_all=False, products=(plain.ref,))
    for product, facts in (
        (sella, OfferingFacts(Markets("only", ("DE",)), (AT.month,))),
        (dear, OfferingFacts(Markets("except", ("DE",)), tuple(range(1, 13)))),
    ):
        actor = owner_of(product.supplier)
        operations.state_offering(product_ref=product.ref, facts=facts, actor=actor, key=new_key(), at=AT)
    steps = [LeadStep(Decimal(60), 50)]
    actor = owner_of(plain.supplier)
    operations.state_lead_times(product_ref=plain.ref, steps=steps, actor=actor, key=new_key(), at=AT)


def test_filters_find_what_the_page_finds(client: Client) -> None:
    a_small_market()
    numbers = set()
    for asked_of_the_page, asked in SAME:
        form = SearchForm(QueryDict(asked_of_the_page.replace("1,1", "1.1")))
        assert form.is_valid(), form.errors
        path = "grains-pulses-oilseeds/rice/" if form.value("category") else ""
        page = {hit.ref for hit in find(form.spec(category_path=path)).hits}
        body = client.get(f"/api/v1/products/?{asked}").json()
        assert {row["ref"] for row in body["results"]} == page, asked
        numbers.add(len(page))
    assert numbers >= {1, 2, 3}  # they narrow, each otherwise


def test_what_a_buyer_pays_by_a_price_list_counts_in_the_filter_of_theirs_alone(client: Client) -> None:
    product = a_live_product()
    buyer = a_company("Buyer")
    a_list_for(buyer, product, ("5", "900"))
    address = "/api/v1/products/?price_max=900&quantity=5"
    assert len(signed_in(owner_of(buyer)).get(address).json()["results"]) == 1
    assert client.get(address).json()["results"] == []


def test_a_buyer_reads_its_own_prices_beside_everybodys_at_one_statement_more(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    products = [a_live_product() for _one in range(3)]
    buyer = a_company("Buyer")
    a_list_for(buyer, products[0], ("5", "900"), ("25", "850"))
    a_list_for(buyer, products[1], percent_off_bps=1_000)
    friend = signed_in(owner_of(buyer))
    friend.get("/api/v1/products/")
    with django_assert_num_queries(5 + _SIGNED_IN + 1):
        rows = {row["ref"]: row for row in friend.get("/api/v1/products/").json()["results"]}
    own = [[tier["unit_price"] for tier in rows[one.ref]["own_tiers"] or ()] for one in products]
    assert own == [["900.000000", "850.000000"], ["1062.000000", "1012.500000", "961.200000"], []]
    assert rows[products[0].ref]["tiers"][0]["unit_price"] == "1180.000000"
    assert rows[products[0].ref]["variants"][0]["own_tiers"] == rows[products[0].ref]["own_tiers"]
    one = friend.get(f"/api/v1/products/{products[0].ref}/").json()
    assert one["own_tiers"] == rows[products[0].ref]["own_tiers"]
    stranger = client.get("/api/v1/products/").json()["results"]
    assert all(row["own_tiers"] is None and row["variants"][0]["own_tiers"] is None for row in stranger)


def test_listings_of_a_supplier_who_is_hidden_are_in_no_list(client: Client) -> None:
    product = a_live_product()
    operations.set_listing_visibility(
        supplier_id=product.supplier_id, visibility=ListingVisibility.HIDDEN, at=AT
    )
    assert client.get("/api/v1/products/").json()["results"] == []
    assert client.get("/api/v1/products/?q=rice").json()["results"] == []


@pytest.mark.parametrize(
    "tail",
    ["certificate=nonsense", "ships_to=ZZ", "unit=XXX", "price_max=0", "quantity=-1", "price_currency=ZZZ"],
)
def test_a_filter_that_means_nothing_is_refused_with_its_name(client: Client, tail: str) -> None:
    response = client.get(f"/api/v1/products/?{tail}")
    assert response.status_code == 400
    assert tail.partition("=")[0] in response.json()["detail"]


@pytest.mark.parametrize(
    "tail", ["q=%F0", "lead_time_max=x", "q=" + "x" * 201, "cursor=forged", "page_size=abc"]
)
def test_nonsense_is_refused_in_words_or_left_out(client: Client, tail: str) -> None:
    a_live_product()
    response = client.get(f"/api/v1/products/?{tail}")
    assert response.status_code in {200, 400, 404}
    assert response.headers["Content-Type"].startswith("application/")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(client: Client, method: str) -> None:
    product = a_live_product()
    owner = signed_in(owner_of(product.supplier))
    for address in ("/api/v1/products/", f"/api/v1/products/{product.ref}/", "/api/v1/categories/"):
        assert getattr(owner, method)(address).status_code in {403, 405}
    product.refresh_from_db()
    assert product.title == "1121 Steam Basmati Rice"


def test_the_whole_tree_comes_in_one_page(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        body = client.get("/api/v1/categories/").json()
    assert len(body["results"]) == Category.objects.count() > 100
    rice = next(row for row in body["results"] if row["code"] == "rice")
    assert (rice["parent"], rice["names"]["hi"], rice["hs"]) == ("grains-pulses-oilseeds", "चावल", ["1006"])
    assert body["results"][0]["parent"] is None


def test_the_openapi_document_describes_them(client: Client) -> None:
    document = client.get("/api/v1/schema/?format=json").json()
    assert {"/api/v1/products/", "/api/v1/products/{ref}/", "/api/v1/categories/"} <= set(document["paths"])
    names = {parameter["name"] for parameter in document["paths"]["/api/v1/products/"]["get"]["parameters"]}
    assert {"q", "category", "origin", "cursor", "verified"} <= names
