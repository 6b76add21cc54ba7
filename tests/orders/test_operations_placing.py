"""Placing an order and the cart: prices are the catalogue's, refusals leave nothing behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from catalog.operations import pause_product
from marketplace.core.actors import Actor
from marketplace.core.errors import DomainError, KeyReused, NotAllowed
from marketplace.core.ids import new_key
from marketplace.core.models import Deadline, OutboxEvent
from marketplace.core.operator_settings import change_setting
from orders.errors import (
    CartLineGone,
    MissingText,
    NothingInCart,
    NothingOrdered,
    OrderTooLarge,
    OwnCompanyOrder,
    ProductTwice,
    SeveralCurrencies,
    SeveralSuppliers,
    UnknownIncoterms,
)
from orders.models import CartLine, Order
from orders.operations import WantedLine, add_to_cart, place_cart, place_order, set_cart_quantity
from orders.queries import cart_page
from tests.factories import AT, days
from tests.factories.accounts import a_company, a_member, owner_of
from tests.factories.catalog import a_live_product, tiers
from tests.factories.orders import ADDRESS, DELIVERY, a_placed_order

pytestmark = pytest.mark.django_db

TERMS: dict[str, Any] = {"delivery": DELIVERY, "at": AT}


def _nothing_left() -> None:
    assert Order.objects.count() == 0
    assert not Deadline.objects.filter(kind="order_answer").exists()
    assert not OutboxEvent.objects.filter(kind="order_placed").exists()


def test_place_order_takes_the_price_of_the_tier_and_waits_for_the_supplier() -> None:
    trade = a_placed_order(quantity="25", note="Mark the bags.")
    order, line = trade.order, trade.line
    assert (order.state, order.goods_minor, order.freight_minor, order.total_minor) == (
        "placed",
        2_812_500,
        0,
        2_812_500,
    )
    assert (line.quantity, line.unit_price, line.amount_minor) == (Decimal(25), Decimal(1125), 2_812_500)
    assert (order.terms, order.terms_hash, order.commission_bps, order.buyer_note) == (
        None,
        "",
        None,
        "Mark the bags.",
    )
    assert (
        order.number == order.ref[4:8].upper() + "-" + order.ref[8:12].upper() + "-" + order.ref[12:].upper()
    )
    deadline = Deadline.objects.get(kind="order_answer", subject=order.ref, root=order.ref)
    assert (deadline.started_at, deadline.due_at) == (AT, AT + days(3))
    assert OutboxEvent.objects.filter(kind="order_placed", root=order.ref).count() == 1
    assert [(step.from_state, step.to_state) for step in order.transitions.all()] == [("", "placed")]


def test_place_order_freezes_the_clocks_of_this_moment() -> None:
    early = a_placed_order()
    operator = Actor.system("test")
    change_setting(key="clocks.answer_days", value=10, actor=operator, at=AT, reason="slower")
    late = a_placed_order()
    assert early.again().clocks["clocks.answer_days"] == 3
    assert late.order.clocks["clocks.answer_days"] == 10
    assert Deadline.objects.get(kind="order_answer", subject=late.ref).due_at == AT + days(10)


def test_place_order_again_with_the_same_key_is_the_same_order() -> None:
    key = new_key()
    supplier, buyer = a_company(), a_company()
    products = [(a_live_product(supplier), "20")]
    first = a_placed_order(buyer=buyer, products=products, key=key)
    again = a_placed_order(buyer=buyer, products=products, key=key, at=AT + days(1))
    assert again.order.pk == first.order.pk
    assert Order.objects.count() == 1


def test_place_order_with_a_used_key_and_other_content_is_refused() -> None:
    key = new_key()
    first = a_placed_order(key=key)
    with pytest.raises(KeyReused):
        a_placed_order(key=key, quantity="30")
    rival_buyer = a_company()
    with pytest.raises(KeyReused):
        place_order(
            supplier_id=first.order.supplier_id,
            lines=[WantedLine(first.line.product.ref, Decimal(20))],
            actor=owner_of(rival_buyer),
            key=key,
            **TERMS,
        )
    assert Order.objects.count() == 1


@pytest.mark.parametrize("role", ["sales", "finance", "viewer"])
def test_place_order_without_a_buying_role_is_refused(role: str) -> None:
    product = a_live_product()
    with pytest.raises(NotAllowed):
        place_order(
            supplier_id=product.supplier_id,
            lines=[WantedLine(product.ref, Decimal(20))],
            actor=a_member(a_company(), role),
            key=new_key(),
            **TERMS,
        )
    _nothing_left()


def test_place_order_by_nobody_or_a_person_without_a_company_is_refused() -> None:
    product = a_live_product()
    for nobody in (Actor.anonymous(), Actor.user(user_id=1, name="Newcomer"), Actor.system("holds")):
        with pytest.raises(NotAllowed):
            place_order(
                supplier_id=product.supplier_id,
                lines=[WantedLine(product.ref, Decimal(20))],
                actor=nobody,
                key=new_key(),
                **TERMS,
            )
    _nothing_left()


def test_place_order_from_the_own_company_is_refused() -> None:
    product = a_live_product()
    with pytest.raises(OwnCompanyOrder):
        place_order(
            supplier_id=product.supplier_id,
            lines=[WantedLine(product.ref, Decimal(20))],
            actor=owner_of(product.supplier),
            key=new_key(),
            **TERMS,
        )
    _nothing_left()


@pytest.mark.parametrize("quantity", ["4", "20.25", "NaN", "Infinity", "-20", "0", "1e30", "20.0001"])
def test_place_order_of_an_impossible_quantity_is_refused(quantity: str) -> None:
    with pytest.raises(DomainError) as refused:
        a_placed_order(quantity=quantity)
    assert refused.value.field == "quantity"
    _nothing_left()


def test_place_order_of_a_paused_product_is_refused() -> None:
    product = a_live_product()
    pause_product(product_ref=product.ref, actor=owner_of(product.supplier), key=new_key(), at=AT)
    with pytest.raises(DomainError):
        a_placed_order(products=[(product, "20")])
    _nothing_left()


def test_place_order_over_twelve_digits_is_refused() -> None:
    product = a_live_product(tiers=tiers((5, "99999999.99")), moq=Decimal(5), order_multiple=Decimal(5))
    with pytest.raises(OrderTooLarge):
        a_placed_order(products=[(product, "1000")])
    _nothing_left()


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"ship_by": date(2026, 3, 1)}, "ship_by"),
        ({"ship_by": date(2029, 1, 1)}, "ship_by"),
        ({"incoterms_rule": "XXX"}, "incoterms_rule"),
        ({"transport_mode": "camel"}, "transport_mode"),
        ({"transport_mode": "air"}, "incoterms_rule"),
        ({"named_place": ""}, "named_place"),
        ({"named_place": "Mundra\nBcc: all"}, "named_place"),
        ({"address": {**ADDRESS, "street": ""}}, "street"),
        ({"address": {**ADDRESS, "country": "ZZ"}}, "country"),
        ({"address": {}}, "name"),
        ({"note": "x" * 2001}, "note"),
    ],
)
def test_place_order_with_terms_that_are_not_right_names_the_field(over: dict[str, Any], field: str) -> None:
    with pytest.raises(DomainError) as refused:
        a_placed_order(**over)
    assert refused.value.field == field
    _nothing_left()


def test_place_order_of_nothing_two_suppliers_two_currencies_or_twice_the_same_is_refused() -> None:
    product = a_live_product()
    euros = a_live_product(product.supplier, title="Euro rice", currency="EUR", sku="E-1")
    other = a_live_product(title="Rival's rice")
    for lines, error in (
        ([], NothingOrdered),
        ([(product, "20"), (other, "20")], SeveralSuppliers),
        ([(product, "20"), (euros, "20")], SeveralCurrencies),
        ([(product, "20"), (product, "5")], ProductTwice),
    ):
        with pytest.raises(error):
            place_order(
                supplier_id=product.supplier_id,
                lines=[WantedLine(row.ref, Decimal(quantity)) for row, quantity in lines],
                actor=owner_of(a_company()),
                key=new_key(),
                **TERMS,
            )
    _nothing_left()


def test_place_order_of_an_unknown_rule_is_refused_before_prices_are_asked() -> None:
    with pytest.raises(UnknownIncoterms):
        a_placed_order(incoterms_rule="fob")


def test_cart_adds_up_sets_and_forgets_quantities() -> None:
    product, buyer = a_live_product(), a_member()
    key = new_key()
    line = add_to_cart(product_ref=product.ref, quantity=Decimal(20), actor=buyer, key=key, at=AT)
    add_to_cart(product_ref=product.ref, quantity=Decimal(20), actor=buyer, key=key, at=AT)  # a double click
    assert CartLine.objects.get().quantity == 20
    add_to_cart(product_ref=product.ref, quantity=Decimal("5.5"), actor=buyer, key=new_key(), at=AT)
    assert CartLine.objects.get().quantity == Decimal("25.5")
    set_cart_quantity(line_id=line.pk, quantity=Decimal(30), actor=buyer, at=AT)
    assert CartLine.objects.get().quantity == 30
    assert set_cart_quantity(line_id=line.pk, quantity=Decimal(0), actor=buyer, at=AT) is None
    assert not CartLine.objects.exists()


def test_cart_of_another_company_cannot_be_touched() -> None:
    line = add_to_cart(
        product_ref=a_live_product().ref, quantity=Decimal(20), actor=a_member(), key=new_key(), at=AT
    )
    with pytest.raises(CartLineGone):
        set_cart_quantity(line_id=line.pk, quantity=Decimal(0), actor=a_member(), at=AT)
    with pytest.raises(NotAllowed):
        set_cart_quantity(
            line_id=line.pk, quantity=Decimal(0), actor=a_member(line.cart.company, "viewer"), at=AT
        )
    assert CartLine.objects.get().quantity == 20


def test_cart_below_the_minimum_stays_as_it_was() -> None:
    product, buyer = a_live_product(), a_member()
    line = add_to_cart(product_ref=product.ref, quantity=Decimal(20), actor=buyer, key=new_key(), at=AT)
    for quantity in ("1", "20.25", "NaN", "-3"):
        with pytest.raises(DomainError):
            set_cart_quantity(line_id=line.pk, quantity=Decimal(quantity), actor=buyer, at=AT)
    assert CartLine.objects.get().quantity == 20


def test_place_cart_orders_one_supplier_and_leaves_the_rest() -> None:
    buyer = a_member()
    rice, other = a_live_product(), a_live_product(title="Rival's rice")
    for product in (rice, other):
        add_to_cart(product_ref=product.ref, quantity=Decimal(20), actor=buyer, key=new_key(), at=AT)
    key = new_key()
    order = place_cart(supplier_ref=rice.supplier.ref, currency="USD", actor=buyer, key=key, **TERMS)
    assert [line.product_id for line in order.lines.all()] == [rice.pk]
    assert [line.product_id for line in CartLine.objects.all()] == [other.pk]
    again = place_cart(supplier_ref=rice.supplier.ref, currency="USD", actor=buyer, key=key, **TERMS)
    assert again.pk == order.pk
    assert Order.objects.count() == 1
    with pytest.raises(NothingInCart):
        place_cart(supplier_ref=rice.supplier.ref, currency="USD", actor=buyer, key=new_key(), **TERMS)


def test_place_cart_refused_keeps_the_cart() -> None:
    buyer, product = a_member(), a_live_product()
    add_to_cart(product_ref=product.ref, quantity=Decimal(20), actor=buyer, key=new_key(), at=AT)
    with pytest.raises(MissingText):
        place_cart(
            supplier_ref=product.supplier.ref,
            currency="USD",
            actor=buyer,
            key=new_key(),
            **(TERMS | {"delivery": replace(DELIVERY, address={})}),
        )
    assert CartLine.objects.count() == 1
    _nothing_left()


def test_cart_page_says_why_a_paused_product_cannot_be_ordered() -> None:
    buyer, product = a_member(), a_live_product()
    add_to_cart(product_ref=product.ref, quantity=Decimal(20), actor=buyer, key=new_key(), at=AT)
    assert cart_page(buyer).groups[0].is_ready
    pause_product(product_ref=product.ref, actor=owner_of(product.supplier), key=new_key(), at=AT)
    group = cart_page(buyer).groups[0]
    assert not group.is_ready
    assert group.lines[0].problem
    assert group.lines[0].amount is None
    assert group.goods.is_zero
