"""The catalogue's programming interface: public, read-only, in cursor pages, described by OpenAPI."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from catalog import operations
from catalog.markets import Markets
from catalog.models import Category
from catalog.offering import OfferingFacts, Sample
from marketplace.core.ids import new_key
from tests.factories import AT, days
from tests.factories.accounts import a_company, owner_of, signed_in
from tests.factories.catalog import a_draft, a_live_product, a_submitted_product
from tests.factories.certificates import a_certificate
from tests.factories.files import picture_bytes

pytestmark = pytest.mark.django_db


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
