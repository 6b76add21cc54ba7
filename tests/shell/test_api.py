"""The API's description: valid for machines, readable for people, and true of what is routed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # has no types

from marketplace.api import endpoints
from tests.factories.accounts import signed_in
from tests.factories.catalog import a_live_product
from tests.factories.enquiries import an_enquiry
from tests.factories.orders import a_placed_order

pytestmark = pytest.mark.django_db


def test_schema_is_openapi_and_names_products_and_orders(client: Client) -> None:
    response = client.get("/api/v1/schema/", headers={"accept": "application/vnd.oai.openapi+json"})
    assert response.status_code == 200
    document = response.json()
    assert document["openapi"].startswith("3.")
    assert {"/api/v1/products/", "/api/v1/orders/"} <= set(document["paths"])


def test_docs_page_shows_every_endpoint_without_script(client: Client) -> None:
    page = client.get("/api/v1/docs/").content.decode()
    for endpoint in endpoints():
        assert f"{endpoint.method} {endpoint.path}" in page
    assert "unsafe-inline" not in client.get("/api/v1/docs/").headers["Content-Security-Policy"]


def test_docs_say_which_endpoints_are_open() -> None:
    open_to_all = {endpoint.path for endpoint in endpoints() if endpoint.open_to_all}
    assert "/api/v1/products/" in open_to_all
    assert "/api/v1/orders/" not in open_to_all


def test_products_list_endpoint_describes_its_fields() -> None:
    products = next(endpoint for endpoint in endpoints() if endpoint.path == "/api/v1/products/")
    assert {"ref", "title"} <= {field.name for field in products.fields}


def test_what_is_answered_is_as_described() -> None:
    """Every reading endpoint, a list with rows and each of them, and a refusal, against the OpenAPI document."""
    trade, product = a_placed_order(), a_live_product()
    talk = an_enquiry(product=product)
    document = Client().get("/api/v1/schema/", headers={"accept": "application/vnd.oai.openapi+json"}).json()
    buyer = signed_in(trade.buyer)
    reads = {
        "/api/v1/categories/": (Client(), ""),
        "/api/v1/products/": (Client(), ""),
        "/api/v1/products/{ref}/": (Client(), product.ref),
        "/api/v1/orders/": (buyer, ""),
        "/api/v1/orders/{ref}/": (buyer, trade.ref),
        "/api/v1/enquiries/": (signed_in(talk.supplier), ""),
        "/api/v1/enquiries/{ref}/": (signed_in(talk.supplier), talk.ref),
    }
    assert set(reads) == {path for path, of in document["paths"].items() if "get" in of} - {"/api/v1/schema/"}
    for path, (browser, ref) in reads.items():
        answer = browser.get(path.replace("{ref}", ref))
        assert answer.status_code == 200, path
        assert answer.json().get("results", [1]), path
        fits(document, path, 200, answer.json())
    for path, status in (("/api/v1/orders/0/", 404), ("/api/v1/products/?origin=XX", 400)):
        refused = buyer.get(path)
        assert refused.status_code == status
        fits(document, path.replace("/0/", "/{ref}/").partition("?")[0], status, refused.json())


def fits(document: dict[str, Any], path: str, status: int, body: Any) -> None:
    """Whether the body is of the shape that the document gives for that answer."""
    (content,) = document["paths"][path]["get"]["responses"][str(status)]["content"].values()
    schema = {**content["schema"], "components": document["components"]}
    wrong = [
        f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(body)
    ]
    assert not wrong, (path, wrong[:3])


@pytest.mark.parametrize("said", ["0", "-1", "1.5", "ten", "²"])
def test_page_size_that_is_no_count_is_refused(client: Client, said: str) -> None:
    refused = client.get("/api/v1/products/", {"page_size": said})
    assert (refused.status_code, list(refused.json()["detail"])) == (400, ["page_size"])
    assert client.get("/api/v1/products/", {"page_size": "9" * 40}).status_code == 200
