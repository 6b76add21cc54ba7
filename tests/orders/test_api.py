"""The API: a company's own orders and nobody else's, as problem JSON when refused."""

from __future__ import annotations

import pytest
from django.test import Client

from marketplace.core.actors import Actor
from tests.factories.accounts import a_company, a_member, a_person, signed_in, staff
from tests.factories.orders import a_cleared_order, a_dispatched_shipment, a_placed_order

pytestmark = pytest.mark.django_db
LIST = "/api/v1/orders/"


def test_anonymous_and_people_without_a_company_are_refused() -> None:
    assert Client().get(LIST).status_code in {401, 403}
    response = signed_in(a_person()).get(LIST)
    assert (response.status_code, response.json()["code"]) == (403, "not_allowed")


def test_list_has_the_orders_of_the_company_acted_for() -> None:
    trade = a_placed_order()
    a_placed_order()
    body = signed_in(a_member(trade.order.buyer, "viewer")).get(LIST).json()
    assert [row["ref"] for row in body["results"]] == [trade.ref]
    row = body["results"][0]
    assert row["total"] == {"amount": "23600.00", "amount_minor": 2_360_000, "currency": "USD"}
    assert (row["side"], row["partner"], row["state"], row["awaited"]) == (
        "buyer",
        "Kaveri Exports",
        "placed",
        "supplier",
    )
    assert body["next_cursor"] == ""


def test_list_filters_and_survives_nonsense() -> None:
    trade = a_placed_order()
    browser = signed_in(trade.supplier)
    assert len(browser.get(LIST, {"side": "selling", "state": "open"}).json()["results"]) == 1
    assert browser.get(LIST, {"state": "completed"}).json()["results"] == []
    for query in ({"cursor": "%00"}, {"text": "%_'"}, {"side": "", "state": "", "sort": ""}):
        assert browser.get(LIST, query).status_code == 200
    for name, said in (("sort", "'; --"), ("side", "x" * 5000), ("state", "AAA")):
        refused = browser.get(LIST, {name: said})
        assert (refused.status_code, list(refused.json()["detail"])) == (400, [name])
        assert len(refused.content) < 500


def test_detail_shows_the_order_from_the_readers_side() -> None:
    trade = a_cleared_order()
    a_dispatched_shipment(trade, quantity="5")
    for actor, side in ((trade.buyer, "buyer"), (trade.supplier, "supplier")):
        body = signed_in(actor).get(f"{LIST}{trade.ref}/").json()
        assert (body["ref"], body["side"], body["terms_hash"]) == (trade.ref, side, trade.order.terms_hash)
        assert body["lines"][0]["quantity"] == "20.000"
        assert body["lines"][0]["shipped"] == "5.000"
        assert body["shipments"][0]["state"] == "in_transit"
        assert {line["kind"] for line in body["next"]} == {"ship_by", "arrival_check"}
        assert body["timeline"][0]["text"] == "Order placed"


def test_detail_of_another_companys_order_is_not_found_even_for_officers() -> None:
    trade = a_placed_order()
    officer = staff("disputes", "finance")
    company = a_company()
    for actor in (a_member(), a_member(company, user=None), Actor.anonymous()):
        if actor.is_anonymous:
            assert Client().get(f"{LIST}{trade.ref}/").status_code in {401, 403}
            continue
        response = signed_in(actor).get(f"{LIST}{trade.ref}/")
        assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert signed_in(officer).get(f"{LIST}{trade.ref}/").status_code == 403
    assert signed_in(trade.buyer).get(f"{LIST}ord_unknown/").status_code == 404


def test_api_only_reads() -> None:
    trade = a_placed_order()
    browser = signed_in(trade.buyer)
    for path in (LIST, f"{LIST}{trade.ref}/"):
        for method in (browser.post, browser.put, browser.patch, browser.delete):
            assert method(path, {}, content_type="application/json").status_code == 405
    assert trade.again().state == "placed"
