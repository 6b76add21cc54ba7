"""What pages read: one timeline, lists by cursor, the contract sheet; in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from orders.models import Order
from orders.operations import (
    add_to_cart,
    attach_document,
    record_event,
    register_event_text,
    start_production,
)
from orders.queries import (
    OrderFilter,
    cart_page,
    contract_sheet,
    order_lines_for_list,
    order_list,
    order_page,
    orders_for_export,
    unproven_shipments,
    waiting_count,
    who,
)
from orders.queries.books import contract_discrepancies, line_discrepancies
from orders.queries.titles import title_of
from tests.factories import AT, days
from tests.factories.accounts import a_company, a_member, owner_of, staff
from tests.factories.catalog import a_live_product
from tests.factories.files import a_pdf
from tests.factories.orders import (
    HOLDS,
    a_cleared_order,
    a_confirmed_terms,
    a_delivered_shipment,
    a_dispatched_shipment,
    a_packed_shipment,
    a_placed_order,
)

pytestmark = pytest.mark.django_db


def _statements(call: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)


def test_timeline_tells_what_happened_and_who_did_it_in_order() -> None:
    trade = a_cleared_order()
    start_production(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=AT + days(3))
    a_delivered_shipment(trade)
    page = order_page(trade.ref, trade.buyer, AT + days(41))
    assert [(line.text, line.who.rpartition(", ")[2]) for line in page.timeline] == [
        ("Order placed", "Nordic Food Import"),
        ("Contract confirmed; its terms are frozen", "Kaveri Exports"),
        ("The money is held: the supplier may produce", "the marketplace"),
        ("Production started", "Kaveri Exports"),
        ("Shipment 1 packed, with Sandbox", "Kaveri Exports"),
        ("Shipment 1 left with Sandbox", "Kaveri Exports"),
        ("Everything has been shipped", "Kaveri Exports"),
        ("Shipment 1 delivered", "Nordic Food Import"),
        ("Everything has been delivered; the inspection window is open", "Nordic Food Import"),
    ]


@pytest.mark.parametrize(
    ("actor", "label", "shown"),
    [
        ("user:7@3", "Ana, Kaveri", "Ana, Kaveri"),
        ("system:clock", "clock", "the clock"),
        ("system:auto_lapse", "auto_lapse", "the clock"),
        ("system:carrier:sandbox", "carrier:sandbox", "the carrier sandbox"),
        ("system:holds", "holds", "the marketplace"),
        ("user:7", "", "somebody"),
    ],
)
def test_who_names_people_clocks_and_carriers(actor: str, label: str, shown: str) -> None:
    assert who(actor, label) == shown


def test_events_of_other_apps_are_shown_in_the_readers_locale_and_to_their_audience() -> None:
    trade = a_placed_order()
    text = "Commission of %(amount)s on %(day)s (%(moment)s)"
    register_event_text("test_commission", text)
    record_event(
        order=trade.order,
        kind="test_commission",
        actor=HOLDS,
        at=AT + days(1),
        params={"amount": Money(12_345, "JPY"), "day": AT.date(), "moment": AT},
        audience="supplier",
    )
    shown = order_page(trade.ref, trade.supplier, AT).timeline[-1].text
    assert shown.startswith("Commission of 12,345\xa0JPY on 2 Mar 2026 (2 Mar 2026, 09:00")
    assert order_page(trade.ref, staff("disputes"), AT).timeline[-1].text == shown
    assert order_page(trade.ref, trade.buyer, AT).timeline[-1].text == "Order placed"


def test_record_event_refuses_what_has_no_text_or_no_shape() -> None:
    trade = a_placed_order()
    with pytest.raises(KeyError):
        record_event(order=trade.order, kind="never_registered", actor=HOLDS, at=AT)
    with pytest.raises(TypeError):
        record_event(order=trade.order, kind="cleared_to_produce", actor=HOLDS, at=AT, params={"amount": 1.5})
    with pytest.raises(ValueError, match="twice"):
        register_event_text("cleared_to_produce", "Another text")


def test_an_order_is_found_by_its_two_companies_and_officers_only() -> None:
    trade = a_confirmed_terms()
    for actor in (
        trade.buyer,
        trade.supplier,
        a_member(trade.order.buyer, "viewer"),
        staff("disputes"),
        staff("finance"),
    ):
        assert order_page(trade.ref, actor, AT).ref == trade.ref
        assert contract_sheet(trade.ref, actor).is_intact
    for actor in (
        a_member(),
        staff("moderation"),
        staff("operator"),
        Actor.anonymous(),
        Actor.user(user_id=0, name="x"),
    ):
        with pytest.raises(NotFound):
            order_page(trade.ref, actor, AT)
        with pytest.raises(NotFound):
            contract_sheet(trade.ref, actor)
        assert order_list(actor).rows == ()
    with pytest.raises(NotFound):
        order_page("ord_x' OR 1=1", trade.buyer, AT)


def test_steps_belong_to_the_right_side_and_role() -> None:
    trade = a_placed_order()
    supplier, buyer = (order_page(trade.ref, actor, AT).steps for actor in (trade.supplier, trade.buyer))
    assert (supplier.confirm, supplier.amend, supplier.decline, supplier.withdraw) == (
        True,
        True,
        True,
        False,
    )
    assert (buyer.confirm, buyer.amend, buyer.decline, buyer.withdraw) == (False, False, False, True)
    nothing = order_page(trade.ref, a_member(trade.order.supplier, "viewer"), AT).steps
    assert not any(
        (nothing.confirm, nothing.amend, nothing.decline, nothing.withdraw, nothing.accept_amendment)
    )
    late = order_page(trade.ref, trade.supplier, AT + days(3)).steps
    assert (late.confirm, late.answer_overdue) == (False, True)


def test_page_counts_and_papers_of_a_shipment() -> None:
    trade = a_cleared_order()
    shipment = a_packed_shipment(trade, quantity="12")
    attach_document(
        shipment_ref=shipment.ref,
        document_type="bill_of_lading",
        upload=a_pdf("bl.pdf"),
        actor=trade.supplier,
        key=new_key(),
        at=AT + days(10),
    )
    page = order_page(trade.ref, trade.supplier, AT + days(10))
    view = page.shipments[0]
    assert [document.name for document in view.documents] == ["bl.pdf"]
    assert [str(name) for name in view.missing_documents] == ["Commercial invoice", "Packing list"]
    assert (view.may.dispatch, view.may.unpack, view.may.record_delivery) == (True, True, False)
    assert page.lines[0].open == Decimal(8)
    assert page.has_unshipped
    assert not order_page(trade.ref, trade.buyer, AT).shipments[0].may.dispatch


def test_the_page_costs_the_same_with_one_line_and_with_three() -> None:
    def page_of(count: int) -> Callable[[], object]:
        supplier = a_company()
        products = [(a_live_product(supplier, title=f"Rice {n}", sku=f"R-{n}"), "20") for n in range(count)]
        trade = a_cleared_order(a_confirmed_terms(a_placed_order(products=products)))
        for _shipment in range(count):
            a_packed_shipment(trade, quantity="1")
        return lambda: order_page(trade.ref, trade.buyer, AT + days(10))

    assert (_statements(page_of(1)), _statements(page_of(3))) == (14, 14)


def test_the_list_costs_the_same_with_one_order_and_with_three() -> None:
    buyer = a_company()
    a_placed_order(buyer=buyer)
    actor = owner_of(buyer)
    one = _statements(lambda: order_list(actor))
    for _order in range(2):
        a_placed_order(buyer=buyer)
    assert (one, _statements(lambda: order_list(actor))) == (5, 5)


def test_the_cart_costs_the_same_with_one_line_and_with_three() -> None:
    buyer = a_member()

    def add() -> None:
        add_to_cart(product_ref=a_live_product().ref, quantity=Decimal(20), actor=buyer, key=new_key(), at=AT)

    add()
    one = _statements(lambda: cart_page(buyer))
    add()
    add()
    assert (one, _statements(lambda: cart_page(buyer))) == (6, 6)


def test_the_list_filters_by_side_state_and_words() -> None:
    company = a_company("Both Ways")
    bought, sold = a_placed_order(buyer=company), a_confirmed_terms(a_placed_order(supplier=company))
    a_placed_order()
    actor = owner_of(company)

    def refs(**filters: str) -> set[str]:
        return {row.ref for row in order_lines_for_list(actor, **filters).rows}

    assert refs() == {bought.ref, sold.ref}
    assert refs(side="buying") == {bought.ref}
    assert refs(side="selling") == {sold.ref}
    assert refs(state="placed") == {bought.ref}
    assert refs(state="open") == {bought.ref, sold.ref}
    assert refs(state="ended") == set()
    assert refs(state="nonsense", side="sideways", sort="up") == {bought.ref, sold.ref}
    assert refs(text=bought.order.number[:6].lower()) == {bought.ref}
    assert refs(text=sold.ref) == {sold.ref}
    assert refs(text="nordic") == {sold.ref}
    assert refs(text="basmati") == {bought.ref, sold.ref}
    assert refs(text="100%_'\x00") == set()
    assert order_list(actor).counts == {"placed": 1, "confirmed": 1}


def test_the_list_says_who_is_awaited_and_what_waits_for_me() -> None:
    company = a_company()
    actor = owner_of(company)
    to_answer = a_placed_order(supplier=company)
    to_pay = a_confirmed_terms(a_placed_order(buyer=company))
    a_placed_order(buyer=company)
    waiting = {row.ref: row.awaited for row in order_lines_for_list(actor, state="waiting").rows}
    assert waiting == {to_answer.ref: "supplier", to_pay.ref: "buyer"}
    assert waiting_count(actor) == 2


@pytest.mark.parametrize("sort", ["newest", "oldest", "ship_by", "largest"])
def test_pages_by_cursor_show_every_order_once(sort: str) -> None:
    buyer, supplier = a_company(), a_company()
    product = a_live_product(supplier)
    for number in range(7):
        a_placed_order(
            buyer=buyer,
            products=[(product, str(20 + number % 3))],
            at=AT + timedelta(minutes=number // 2),
            ship_by=(AT + days(30 + number % 2)).date(),
        )
    actor, seen, cursor = owner_of(buyer), [], ""
    while True:
        page = order_list(actor, OrderFilter(sort=sort), cursor=cursor, size=3)
        seen += [row.ref for row in page.rows]
        cursor = page.next_cursor
        if not cursor:
            break
    assert len(seen) == 7
    assert set(seen) == set(Order.objects.values_list("ref", flat=True))
    whole = order_list(actor, OrderFilter(sort=sort), size=10)
    assert [row.ref for row in whole.rows] == seen


@pytest.mark.parametrize("cursor", ["x", "!!!!", "bnVsbA", "WyIyMDI2IiwgMV0", "W1tbW1tb", "é", "W10"])
def test_a_made_up_cursor_is_the_first_page(cursor: str) -> None:
    trade = a_placed_order()
    for sort in ("newest", "largest", "ship_by"):
        assert [row.ref for row in order_list(trade.buyer, OrderFilter(sort=sort), cursor=cursor).rows] == [
            trade.ref
        ]


def test_an_officer_who_acts_for_a_company_lists_that_companys_orders() -> None:
    a_placed_order()
    own = a_placed_order()
    officer = staff("disputes")
    assert len(order_list(officer).rows) == 2
    acting = Actor.user(
        user_id=officer.user_id or 0,
        name="Sam",
        company_id=own.order.buyer_id,
        role="owner",
        desks=frozenset({"disputes"}),
        member_of=frozenset({own.order.buyer_id}),
    )
    assert [row.ref for row in order_list(acting).rows] == [own.ref]


def test_contract_sheet_reads_the_frozen_terms_and_notices_a_change() -> None:
    trade = a_confirmed_terms()
    sheet = contract_sheet(trade.ref, trade.buyer)
    assert sheet.is_intact
    assert (sheet.total, sheet.lines[0].quantity) == (Money(2_360_000, "USD"), Decimal(20))
    assert list(contract_discrepancies()) == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE orders_order DISABLE TRIGGER order_terms_are_frozen")
        cursor.execute("""UPDATE orders_order SET terms = jsonb_set(terms, '{named_place}', '"Elsewhere"')""")
        cursor.execute("ALTER TABLE orders_order ENABLE TRIGGER order_terms_are_frozen")
    assert not contract_sheet(trade.ref, trade.buyer).is_intact
    assert [found.subject for found in contract_discrepancies()] == [trade.ref]


def test_contract_sheet_before_confirmation_is_not_found() -> None:
    trade = a_placed_order()
    with pytest.raises(NotFound):
        contract_sheet(trade.ref, trade.buyer)


def test_books_notice_a_line_that_counts_wrongly() -> None:
    trade = a_cleared_order()
    a_dispatched_shipment(trade)
    assert list(line_discrepancies()) == []
    trade.order.lines.update(delivered_quantity=1)
    assert [found.subject for found in line_discrepancies()] == [trade.ref]


def test_export_gives_every_row_of_the_filter() -> None:
    buyer = a_company()
    trades = [a_placed_order(buyer=buyer) for _order in range(3)]
    rows = list(orders_for_export(owner_of(buyer), OrderFilter()))
    assert [row.ref for row in rows] == [trade.ref for trade in reversed(trades)]
    assert list(orders_for_export(a_member(), OrderFilter())) == []


def test_the_desk_lists_shipments_nobody_has_seen_arrive() -> None:
    trade = a_cleared_order()
    shipment: Any = a_dispatched_shipment(trade)
    assert unproven_shipments() == []
    shipment.unproven_at = AT + days(60)
    shipment.save(update_fields=["unproven_at"])
    assert [line.shipment_ref for line in unproven_shipments()] == [shipment.ref]


def test_an_order_is_called_by_its_first_line_and_the_number_of_others() -> None:
    assert title_of(["Basmati rice"]) == "Basmati rice"
    assert title_of(["Basmati rice", "Sesame", "Chickpeas"]) == "Basmati rice and 2 more"
