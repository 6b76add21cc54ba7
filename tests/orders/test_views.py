"""The pages: input that is not right comes back as it was, a step is sent once, strangers find nothing."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.operations import end_price_list, pause_product
from marketplace.accounts.middleware import SESSION_NEXT
from marketplace.accounts.models import Company
from marketplace.core.ids import new_key
from orders.models import Amendment, CartLine, Enquiry, Order, Shipment
from orders.operations import LineChange, add_to_cart, amend_order, record_carrier_event
from tests.factories import AT, days
from tests.factories.accounts import a_company, a_member, a_person, owner_of, signed_in, staff
from tests.factories.catalog import a_live_product
from tests.factories.files import a_pdf
from tests.factories.orders import (
    ADDRESS,
    SHIP_BY,
    Trade,
    a_cleared_order,
    a_confirmed_terms,
    a_dispatched_shipment,
    a_packed_shipment,
    a_placed_order,
)
from tests.factories.price_lists import a_list_for

pytestmark = pytest.mark.django_db
NOW = AT + days(1)


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def _checkout_data(**over: Any) -> dict[str, Any]:
    return {
        **ADDRESS,
        "currency": "USD",
        "transport_mode": "sea",
        "incoterms_rule": "FOB",
        "named_place": "Mundra",
        "ship_by": SHIP_BY.isoformat(),
        "note": "Mark the bags.",
        "idempotency_key": new_key(),
    } | over


def _text(response: Any) -> str:
    return str(response.content.decode())


def test_anonymous_people_are_asked_to_sign_in() -> None:
    trade = a_placed_order()
    for path in (
        "/cart/",
        "/checkout/com_x/",
        f"/orders/{trade.ref}/amend/",
        f"/orders/{trade.ref}/contract/",
    ):
        response = Client().get(path)
        assert response.status_code == 302
        assert "/accounts/login/" in response["Location"]
    assert Client().post("/cart/add/", {"product_ref": "x", "quantity": "1"}).status_code == 302


def test_who_signs_in_to_order_comes_back_to_the_quantity_and_not_to_a_form_that_cannot_be_read() -> None:
    product, browser = a_live_product(), Client()
    put = {"product_ref": product.ref, "quantity": "27", "variant": "1", "next": "checkout"}
    asked = browser.post("/cart/add/", put)["Location"]
    [back] = parse_qs(urlsplit(asked).query)["next"]
    assert back == f"/products/{product.ref}/?quantity=27&variant=1#buy"
    page = _text(browser.get(back.partition("#")[0], follow=True))
    assert 'value="27"' in page
    person = signed_in(a_person(), browser)
    assert person.post("/cart/add/", put)["Location"] == reverse("company_new")
    assert person.session[SESSION_NEXT] == back
    # A press on any page after the session ended leads back to that page.
    referer = "http://testserver/favourites/keep/?p=prd_x"
    pressed = Client().post("/favourites/keep/", {"p": "prd_x"}, headers={"Referer": referer})["Location"]
    assert parse_qs(urlsplit(pressed).query)["next"] == ["/favourites/keep/?p=prd_x"]
    elsewhere = Client().post("/favourites/keep/", headers={"Referer": "https://evil.example/x"})["Location"]
    assert parse_qs(urlsplit(elsewhere).query)["next"] == ["/favourites/keep/"]


def test_cart_to_order_in_three_pages() -> None:
    product, buyer = a_live_product(), a_member()
    browser = signed_in(buyer)
    response = browser.post("/cart/add/", {"product_ref": product.ref, "quantity": "20"})
    assert (response.status_code, response["Location"]) == (302, "/cart/")
    page = _text(browser.get("/cart/"))
    assert "23,600.00" in page
    checkout = f"/checkout/{product.supplier.ref}/?currency=USD"
    assert checkout.replace("&", "&amp;") in page
    form = _text(browser.get(checkout))
    assert "Mundra" in form
    data = _checkout_data()
    for _time in range(2):  # a double click
        response = browser.post(f"/checkout/{product.supplier.ref}/", data)
        order = Order.objects.get()
        assert (response.status_code, response["Location"]) == (302, f"/orders/{order.ref}/")
    assert (order.buyer_id, order.total_minor, order.buyer_note) == (
        buyer.company_id,
        2_360_000,
        "Mark the bags.",
    )
    assert not CartLine.objects.exists()


def test_a_cart_becomes_an_order_in_few_statements() -> None:
    product, buyer = a_live_product(), a_member()
    browser = signed_in(buyer)
    checkout = f"/checkout/{product.supplier.ref}/"
    put = {"product_ref": product.ref, "quantity": "20", "next": "checkout"}
    steps: dict[str, Callable[[], object]] = {
        "cart": lambda: browser.post("/cart/add/", put),
        "form": lambda: browser.get(f"{checkout}?currency=USD"),
        "order": lambda: browser.post(checkout, _checkout_data(shown_minor="2360000")),
    }
    counts = {}
    for name, step in steps.items():
        with CaptureQueriesContext(connection) as statements:
            step()
        counts[name] = len(statements)
    assert counts == {"cart": 18, "form": 15, "order": 25}
    assert Order.objects.count() == 1


def test_an_order_is_placed_at_the_buyers_own_price_and_never_at_another_unseen() -> None:
    product, buyer = a_live_product(), a_member()
    listed = a_list_for(Company.objects.get(pk=buyer.company_id or 0), product, ("5", "1000"))
    browser = signed_in(buyer)
    browser.post("/cart/add/", {"product_ref": product.ref, "quantity": "20"})
    address = f"/checkout/{product.supplier.ref}/"
    assert 'name="shown_minor" value="2000000"' in _text(browser.get(f"{address}?currency=USD"))
    end_price_list(price_list_ref=listed.ref, actor=owner_of(product.supplier), key=new_key(), at=NOW)
    refused = browser.post(address, _checkout_data(shown_minor="2000000"))
    assert refused.status_code == 400
    assert "A price has changed" in _text(refused)
    assert 'name="shown_minor" value="2360000"' in _text(refused)
    assert not Order.objects.exists()
    assert CartLine.objects.count() == 1
    browser.post(address, _checkout_data(shown_minor="2360000"))
    assert Order.objects.get().total_minor == 2_360_000


def test_an_order_of_a_buyer_with_a_list_costs_what_its_list_says() -> None:
    product, buyer = a_live_product(), a_member()
    a_list_for(Company.objects.get(pk=buyer.company_id or 0), product, ("5", "1000"))
    browser = signed_in(buyer)
    browser.post("/cart/add/", {"product_ref": product.ref, "quantity": "20"})
    assert "your price" in _text(browser.get("/cart/"))
    browser.post(f"/checkout/{product.supplier.ref}/", _checkout_data(shown_minor="2000000"))
    assert Order.objects.get().total_minor == 2_000_000


def test_cart_add_goes_straight_to_the_checkout_when_asked() -> None:
    product = a_live_product()
    response = signed_in(a_member()).post(
        "/cart/add/", {"product_ref": product.ref, "quantity": "20", "next": "checkout"}
    )
    assert response["Location"] == f"/checkout/{product.supplier.ref}/?currency=USD"


@pytest.mark.parametrize("quantity", ["", "1", "20.3", "NaN", "1e30", "-5", "0", "٢٠", "20;DROP", "9" * 20])
def test_cart_add_refuses_beside_the_field_and_keeps_what_was_typed(quantity: str) -> None:
    product = a_live_product()
    response = signed_in(a_member()).post("/cart/add/", {"product_ref": product.ref, "quantity": quantity})
    if quantity == "٢٠":  # Arabic-Indic digits are digits
        assert response.status_code == 302
        return
    assert response.status_code == 400
    assert "field__error" in _text(response)
    assert f'value="{quantity}"' in _text(response)
    assert not CartLine.objects.exists()


def test_cart_add_of_an_unknown_product_is_not_found() -> None:
    browser = signed_in(a_member())
    for ref in ("", "prd_unknown", "x" * 500):
        assert browser.post("/cart/add/", {"product_ref": ref, "quantity": "20"}).status_code == 404


def test_what_is_paused_while_somebody_reads_its_page_leads_to_what_there_is_instead() -> None:
    product, buyer = a_live_product(), a_member()
    a_live_product(product.supplier, title="Rice that stays")
    browser = signed_in(buyer)
    pause_product(product_ref=product.ref, actor=owner_of(product.supplier), key=new_key(), at=AT)
    for response in (
        browser.post("/cart/add/", {"product_ref": product.ref, "quantity": "20"}),
        browser.get(reverse("sample_order", args=[product.ref])),
    ):
        assert response.url == reverse("product_short", args=[product.ref])  # type: ignore[attr-defined]
    assert not CartLine.objects.exists()
    gone = browser.get(
        reverse("product_short", args=[product.ref]) + "?quantity=30", headers={"HX-Request": "true"}
    )
    assert (gone.status_code, gone.headers["HX-Refresh"]) == (404, "true")
    ask = reverse("enquiry_ask", args=[product.ref])
    assert "not on offer at the moment" in _text(browser.get(ask))
    typed = {"text": "When do you have it again?", "idempotency_key": new_key()}
    assert browser.post(ask, typed).status_code == 302
    enquiry = Enquiry.objects.get()
    assert (enquiry.supplier_id, enquiry.product_id) == (product.supplier_id, None)


def test_cart_line_refused_shows_the_error_at_its_line() -> None:
    product, buyer = a_live_product(), a_member()
    line = add_to_cart(product_ref=product.ref, quantity=Decimal(20), actor=buyer, key=new_key(), at=AT)
    browser = signed_in(buyer)
    response = browser.post(f"/cart/lines/{line.pk}/", {"quantity": "1"})
    assert response.status_code == 400
    assert 'value="1"' in _text(response)
    assert f'id="error-{line.pk}"' in _text(response)
    assert browser.post(f"/cart/lines/{line.pk}/", {"quantity": "25"}).status_code == 302
    assert CartLine.objects.get().quantity == 25
    assert signed_in(a_member()).post(f"/cart/lines/{line.pk}/", {"quantity": "25"}).status_code == 404
    browser.post(f"/cart/lines/{line.pk}/", {"quantity": "25", "remove": "1"})
    assert not CartLine.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ship_by", "2026-03-01"),
        ("ship_by", "31.13.2026"),
        ("country", "XX"),
        ("street", ""),
        ("incoterms_rule", "XYZ"),
        ("transport_mode", "air"),
        ("transport_mode", "camel"),
        ("named_place", "Mundra\x07x"),
        ("note", "x" * 2001),
        ("idempotency_key", ""),
    ],
)
def test_checkout_refused_keeps_the_form_and_places_nothing(field: str, value: str) -> None:
    product, buyer = a_live_product(), a_member()
    add_to_cart(product_ref=product.ref, quantity=Decimal(20), actor=buyer, key=new_key(), at=AT)
    response = signed_in(buyer).post(f"/checkout/{product.supplier.ref}/", _checkout_data(**{field: value}))
    page = _text(response)
    assert response.status_code == 400
    assert "form-errors" in page
    assert "Hamngatan 4" in page or field == "street"
    assert not Order.objects.exists()
    assert CartLine.objects.count() == 1


def test_checkout_by_a_viewer_is_refused_and_of_an_empty_cart_leads_back() -> None:
    product = a_live_product()
    company = a_company()
    viewer = signed_in(a_member(company, "viewer"))
    assert viewer.get(f"/checkout/{product.supplier.ref}/").status_code == 403
    assert viewer.post("/cart/add/", {"product_ref": product.ref, "quantity": "20"}).status_code == 403
    response = signed_in(owner_of(company)).get(f"/checkout/{product.supplier.ref}/")
    assert (response.status_code, response["Location"]) == (302, "/cart/")


def test_decline_asks_for_a_reason_and_tells_it() -> None:
    trade = a_placed_order()
    browser = signed_in(trade.supplier)
    path = f"/orders/{trade.ref}/decline/"
    assert browser.get(path).status_code == 200
    assert browser.post(path, {"reason": "", "idempotency_key": new_key()}).status_code == 400
    assert trade.again().state == "placed"
    assert browser.post(path, {"reason": "Sold out.", "idempotency_key": new_key()}).status_code == 302
    assert trade.again().state == "declined"
    again = browser.post(path, {"reason": "Really.", "idempotency_key": new_key()})
    assert again.status_code == 400
    assert "Really." in _text(again)


def test_amend_and_the_buyers_look_at_old_and_new() -> None:
    trade = a_placed_order()
    line = trade.line
    browser = signed_in(trade.supplier)
    path = f"/orders/{trade.ref}/amend/"
    assert "1180" in _text(browser.get(path))
    data = {
        f"quantity_{line.pk}": "18",
        f"unit_price_{line.pk}": "1175.5",
        f"discount_bps_{line.pk}": "2.5",
        "freight": "1450.00",
        "ship_by": SHIP_BY.isoformat(),
        "incoterms_rule": "FOB",
        "named_place": "Mundra",
        "note": "Only 18 t are left.",
        "idempotency_key": new_key(),
    }
    for field, value in (
        (f"quantity_{line.pk}", "NaN"),
        (f"unit_price_{line.pk}", "-1"),
        (f"discount_bps_{line.pk}", "101"),
        ("freight", "1450.001"),
        ("ship_by", "2026-03-01"),
    ):
        refused = browser.post(path, data | {field: value})
        assert refused.status_code == 400, field
        assert "Only 18 t are left." in _text(refused)
    assert not Amendment.objects.exists()
    assert browser.post(path, data).status_code == 302
    assert Amendment.objects.get().total_minor == 2_208_003
    buyer = signed_in(trade.buyer)
    page = _text(buyer.get(f"/orders/{trade.ref}/amendment/"))
    for part in ("23,600.00", "22,080.03", "Only 18 t are left.", "1,450.00"):
        assert part in page
    viewer = _text(signed_in(a_member(trade.order.buyer, "viewer")).get(f"/orders/{trade.ref}/amendment/"))
    assert "22,080.03" in viewer
    assert 'method="post" action="/orders/' not in viewer
    decline = f"/orders/{trade.ref}/amendment/decline/"
    assert buyer.post(decline, {"version": "7", "idempotency_key": new_key()}).status_code == 400
    assert buyer.post(decline, {"version": "1", "idempotency_key": new_key()}).status_code == 302
    assert Amendment.objects.get().state == "declined"
    assert buyer.get(f"/orders/{trade.ref}/amendment/").status_code == 404


def test_a_script_in_a_note_is_shown_as_text() -> None:
    trade = a_placed_order()
    amend_order(
        order_ref=trade.ref,
        lines=[LineChange(trade.line.pk, Decimal(18), Decimal(1180))],
        freight_minor=0,
        ship_by=SHIP_BY,
        note="<script>alert(1)</script>",
        actor=trade.supplier,
        key=new_key(),
        at=NOW,
    )
    page = _text(signed_in(trade.buyer).get(f"/orders/{trade.ref}/amendment/"))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_shipment_from_packing_to_arrival_through_the_pages() -> None:
    trade = a_cleared_order(at=NOW)
    line = trade.line
    supplier, buyer = signed_in(trade.supplier), signed_in(trade.buyer)
    key = {"idempotency_key": new_key()}
    assert supplier.post(f"/orders/{trade.ref}/production/", key).status_code == 302
    assert trade.again().state == "in_production"
    path = f"/orders/{trade.ref}/shipments/"
    carriage = {
        "transport_mode": "sea",
        "carrier": "Sandbox",
        "tracking_number": "MSKU 1",
        "promised_arrival_on": "",
    }
    for over in (
        {f"quantity_{line.pk}": "21"},
        {f"quantity_{line.pk}": ""},
        {f"quantity_{line.pk}": "5", "tracking_number": "A\nB"},
        {f"quantity_{line.pk}": "5", "promised_arrival_on": "2026-02-01"},
        {f"quantity_{line.pk}": "5", "carrier": ""},
    ):
        refused = supplier.post(path, carriage | over | {"idempotency_key": new_key()})
        assert refused.status_code == 400, over
        assert "form-errors" in _text(refused)
    assert not Shipment.objects.exists()
    data = carriage | {f"quantity_{line.pk}": "20", "idempotency_key": new_key()}
    for _time in range(2):
        assert supplier.post(path, data).status_code == 302
    shipment = Shipment.objects.get()
    base = f"{path}{shipment.ref}/"
    upload = {"document_type": "packing_list", "upload": a_pdf("list.pdf"), "idempotency_key": new_key()}
    assert supplier.post(f"{base}documents/", upload).status_code == 302
    assert "list.pdf" in _text(supplier.get(f"{base}documents/"))
    day = NOW.date().isoformat()
    gone = {"shipped_on": day, "promised_arrival_on": "", "idempotency_key": new_key()}
    assert supplier.post(f"{base}dispatch/", gone | {"shipped_on": "2026-03-09"}).status_code == 400
    assert supplier.post(f"{base}dispatch/", gone | {"idempotency_key": new_key()}).status_code == 302
    assert buyer.get(f"{base}delivery/").status_code == 200
    arrived = {"delivered_on": day, "idempotency_key": new_key()}
    for _time in range(2):
        assert buyer.post(f"{base}delivery/", arrived).status_code == 302
    shipment.refresh_from_db()
    assert (shipment.state, shipment.delivery_source) == ("delivered", "buyer")


@pytest.mark.parametrize(
    "upload",
    [
        ("page.pdf", b"<html><script>alert(1)</script></html>"),
        ("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
        ("empty.pdf", b""),
    ],
)
def test_documents_of_another_kind_are_refused_beside_the_field(upload: tuple[str, bytes]) -> None:
    trade = a_cleared_order()
    shipment = a_packed_shipment(trade)
    file = io.BytesIO(upload[1])
    file.name = upload[0]
    path = f"/orders/{trade.ref}/shipments/{shipment.ref}/documents/"
    response = signed_in(trade.supplier).post(
        path, {"document_type": "other", "upload": file, "idempotency_key": new_key()}
    )
    assert response.status_code == 400
    assert "field__error" in _text(response)
    assert not shipment.documents.exists()


def test_documents_are_read_by_both_sides_and_officers_only() -> None:
    trade = a_cleared_order()
    shipment = a_packed_shipment(trade)
    path = f"/orders/{trade.ref}/shipments/{shipment.ref}/documents/"
    signed_in(trade.supplier).post(
        path, {"document_type": "other", "upload": a_pdf("secret.pdf"), "idempotency_key": new_key()}
    )
    url = f"/files/{shipment.documents.get().file.ref}/"
    for actor in (trade.buyer, a_member(trade.order.buyer, "viewer"), trade.supplier, staff("disputes")):
        response = signed_in(actor).get(url)
        assert response.status_code == 200
        assert response["Content-Disposition"].startswith("attachment")
    for stranger in (a_member(), staff("moderation")):
        assert signed_in(stranger).get(url).status_code == 404
    assert Client().get(url).status_code in {302, 404}


def _posts(trade: Trade, shipment: Shipment) -> list[str]:
    base = f"/orders/{trade.ref}/"
    return [
        f"{base}decline/",
        f"{base}withdraw/",
        f"{base}amend/",
        f"{base}amendment/decline/",
        f"{base}production/",
        f"{base}shipments/",
        f"{base}shipments/{shipment.ref}/dispatch/",
        f"{base}shipments/{shipment.ref}/unpack/",
        f"{base}shipments/{shipment.ref}/documents/",
        f"{base}shipments/{shipment.ref}/delivery/",
    ]


def test_strangers_find_none_of_an_orders_steps() -> None:
    trade = a_cleared_order()
    shipment = a_packed_shipment(trade)
    stranger = signed_in(a_member())
    for path in _posts(trade, shipment):
        assert stranger.post(path, {"idempotency_key": new_key()}).status_code == 404, path
    shipment.refresh_from_db()
    assert (trade.again().state, shipment.state) == ("confirmed", "packed")


def test_a_shipment_is_not_found_under_another_order() -> None:
    own, other = a_cleared_order(), a_cleared_order()
    shipment = a_packed_shipment(other)
    supplier = signed_in(own.supplier)
    for step in ("dispatch", "unpack", "documents", "delivery"):
        path = f"/orders/{own.ref}/shipments/{shipment.ref}/{step}/"
        assert supplier.post(path, {"idempotency_key": new_key()}).status_code == 404
    assert Shipment.objects.get().state == "packed"


def test_viewers_and_the_wrong_side_are_refused() -> None:
    trade = a_cleared_order()
    shipment = a_packed_shipment(trade)
    base = f"/orders/{trade.ref}/"
    for actor in (a_member(trade.order.supplier, "viewer"), trade.buyer):
        browser = signed_in(actor)
        for path in (f"{base}decline/", f"{base}amend/", f"{base}production/", f"{base}shipments/"):
            assert browser.post(path, {"idempotency_key": new_key()}).status_code == 403, path
        for step in ("dispatch", "unpack", "documents"):
            path = f"{base}shipments/{shipment.ref}/{step}/"
            assert browser.post(path, {"idempotency_key": new_key()}).status_code == 403, path
    shipment.refresh_from_db()
    assert shipment.state == "packed"


def test_a_step_without_a_key_changes_nothing() -> None:
    trade = a_cleared_order()
    browser = signed_in(trade.supplier)
    assert browser.post(f"/orders/{trade.ref}/production/").status_code == 302
    assert trade.again().state == "confirmed"
    assert browser.get(f"/orders/{trade.ref}/production/").status_code == 405


def test_contract_page_shows_the_hash_and_the_data_gives_it() -> None:
    trade = a_confirmed_terms()
    browser = signed_in(trade.buyer)
    page = _text(browser.get(f"/orders/{trade.ref}/contract/"))
    assert trade.order.terms_hash in page
    assert "it fits" in page
    data = browser.get(f"/orders/{trade.ref}/contract.json")
    assert hashlib.sha256(data.content).hexdigest() == trade.order.terms_hash
    assert data["Content-Disposition"].startswith("attachment")
    assert signed_in(a_member()).get(f"/orders/{trade.ref}/contract/").status_code == 404
    assert signed_in(staff("disputes")).get(f"/orders/{trade.ref}/contract/").status_code == 200
    placed = a_placed_order()
    assert signed_in(placed.buyer).get(f"/orders/{placed.ref}/contract/").status_code == 404


def test_export_defuses_formulas() -> None:
    evil = a_company('=HYPERLINK("http://evil.example","x")')
    product = a_live_product(a_company("@SUM(A1)"), title="+1 tonne of rice")
    trade = a_placed_order(buyer=evil, products=[(product, "20")])
    for actor, partner in (
        (trade.buyer, "'@SUM(A1)"),
        (trade.supplier, '\'=HYPERLINK("http://evil.example","x")'),
    ):
        response = signed_in(actor).get("/orders/export.csv")
        body = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        rows = list(csv.DictReader(io.StringIO(body)))
        assert [(row["order"], row["partner"], row["first_product"], row["total"]) for row in rows] == [
            (trade.ref, partner, "'+1 tonne of rice", "23600.00")
        ]
    assert Client().get("/orders/export.csv").status_code == 302


def test_delivery_by_an_officer_through_the_page() -> None:
    trade = a_cleared_order()
    shipment = a_dispatched_shipment(trade)
    path = f"/orders/{trade.ref}/shipments/{shipment.ref}/delivery/"
    with time_machine.travel(AT + days(60), tick=False):
        data = {"delivered_on": (AT + days(50)).date().isoformat(), "idempotency_key": new_key()}
        assert signed_in(trade.supplier).post(path, data).status_code == 403
        assert (
            signed_in(staff("disputes")).post(path, data | {"idempotency_key": new_key()}).status_code == 302
        )
    shipment.refresh_from_db()
    assert shipment.delivery_source == "officer"


def test_the_desk_lists_what_needs_an_officer() -> None:
    trade = a_cleared_order()
    shipment = a_dispatched_shipment(trade, tracking_number="NEVER REPORTED")
    Shipment.objects.update(unproven_at=NOW)
    record_carrier_event(carrier_code="sandbox", event_id="evt_odd", body=b"not json", at=NOW)
    page = _text(signed_in(staff("disputes")).get("/desk/shipments/"))
    for part in (trade.order.number, "NEVER REPORTED", shipment.ref, "evt_odd", "The body is not JSON."):
        assert part in page
    for actor in (trade.buyer, trade.supplier, staff("finance")):
        assert signed_in(actor).get("/desk/shipments/").status_code == 403
