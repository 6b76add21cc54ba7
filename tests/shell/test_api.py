"""The API's description: valid for machines, readable for people, and true of what is routed."""

from __future__ import annotations

import pytest
from django.test import Client

from marketplace.api import endpoints

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
