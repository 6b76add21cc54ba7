"""One's own form, somebody else's part in it: a line, a listing, a key, a file of another company changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from marketplace.core.errors import DomainError
from marketplace.core.ids import new_key
from orders.models import Amendment, CartLine, Order, ShipmentLine
from orders.operations import LineChange, PackedLine, WantedLine, amend_order, place_order, prepare_shipment
from tests.factories import AT, days
from tests.factories.accounts import a_company, owner_of, signed_in
from tests.factories.catalog import a_draft, a_live_product
from tests.factories.holds import a_confirmed_order
from tests.factories.orders import DELIVERY, SHIP_BY, a_cleared_order, a_placed_order
from trade_assurance.holds.operations import begin_payment, confirm_order
from trade_assurance.payments.models import Payment

pytestmark = pytest.mark.django_db
NOW = AT + days(3)


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def test_shipment_with_a_line_of_another_order_is_refused() -> None:
    mine, foreign = a_cleared_order(), a_cleared_order()
    with pytest.raises(DomainError):
        prepare_shipment(
            order_ref=mine.ref,
            lines=[PackedLine(foreign.line.pk, Decimal(5))],
            transport_mode="sea",
            carrier="Sandbox",
            tracking_number="T 1",
            actor=mine.supplier,
            key=new_key(),
            at=NOW,
        )
    assert ShipmentLine.objects.count() == 0


def test_shipment_form_ignores_fields_of_another_orders_lines() -> None:
    mine, foreign = a_cleared_order(), a_cleared_order()
    response = signed_in(mine.supplier).post(
        reverse("shipment_new", args=[mine.ref]),
        {
            "idempotency_key": new_key(),
            "transport_mode": "sea",
            "carrier": "Sandbox",
            "tracking_number": "T 1",
            "promised_arrival_on": "2026-05-20",
            f"quantity_{mine.line.pk}": "5",
            f"quantity_{foreign.line.pk}": "5",
        },
    )
    assert response.status_code == 302
    assert [line.line_id for line in ShipmentLine.objects.all()] == [mine.line.pk]


def test_amendment_of_another_orders_line_is_refused() -> None:
    mine, foreign = a_placed_order(), a_placed_order()
    with pytest.raises(DomainError):
        amend_order(
            order_ref=mine.ref,
            lines=[LineChange(foreign.line.pk, Decimal(18), Decimal(1), 0)],
            freight_minor=0,
            ship_by=SHIP_BY,
            note="",
            actor=mine.supplier,
            key=new_key(),
            at=NOW,
        )
    assert Amendment.objects.count() == 0


def test_another_companys_draft_can_be_neither_put_into_a_cart_nor_ordered() -> None:
    draft, buyer = a_draft(), owner_of(a_company())
    response = signed_in(buyer).post(reverse("cart_add"), {"product_ref": draft.ref, "quantity": "20"})
    assert response.status_code == 404
    assert draft.title not in response.content.decode()
    assert CartLine.objects.count() == 0
    with pytest.raises(DomainError):
        place_order(
            supplier_id=draft.supplier_id,
            lines=[WantedLine(draft.ref, Decimal(20))],
            delivery=DELIVERY,
            actor=buyer,
            key=new_key(),
            at=NOW,
        )
    assert Order.objects.count() == 0


def test_order_at_one_supplier_cannot_hold_another_suppliers_product() -> None:
    product, other = a_live_product(), a_company()
    with pytest.raises(DomainError):
        place_order(
            supplier_id=other.pk,
            lines=[WantedLine(product.ref, Decimal(20))],
            delivery=DELIVERY,
            actor=owner_of(a_company()),
            key=new_key(),
            at=NOW,
        )
    assert Order.objects.count() == 0


def test_key_of_another_company_brings_nothing_of_theirs() -> None:
    key, product = new_key(), a_live_product()
    theirs = a_placed_order(products=[(product, "20")], key=key)
    with pytest.raises(DomainError):
        a_placed_order(products=[(product, "20")], buyer=a_company(), key=key)
    assert [order.ref for order in Order.objects.all()] == [theirs.ref]


def test_key_of_the_other_side_confirms_nothing_for_a_stranger() -> None:
    key, trade = new_key(), a_placed_order()
    confirm_order(order_ref=trade.ref, actor=trade.supplier, key=key, at=AT + days(1))
    for outsider in (trade.buyer, owner_of(a_company())):
        with pytest.raises(DomainError):
            confirm_order(order_ref=trade.ref, actor=outsider, key=key, at=AT + days(1))


def test_payment_for_another_companys_order_is_not_begun() -> None:
    trade = a_confirmed_order()
    for outsider in (trade.supplier, owner_of(a_company())):
        with pytest.raises(DomainError):
            begin_payment(
                order_ref=trade.ref,
                provider="bank_transfer",
                return_url="/",
                actor=outsider,
                key=new_key(),
                at=NOW,
            )
    assert Payment.objects.count() == 0
