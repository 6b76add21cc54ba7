"""Variants in carts, orders and contracts: each has its own prices, its own line, and its name in the terms."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from catalog.errors import ProductNotFound, QuantityBelowMinimum, VariantNotOffered
from catalog.models import Product
from catalog.operations import pause_product, state_offering
from catalog.queries import offer_for_order, offer_for_sample
from catalog.rules.offering import OfferingFacts, Sample
from catalog.rules.prices import Tier, unit_price_for, with_variant
from catalog.rules.private_prices import less
from marketplace.core.errors import NotFound
from marketplace.core.ids import new_key
from orders.errors import LineInCart, OrderNotYours, ProductTwice, SampleAlready
from orders.models import CartLine, Order, OrderLine, SampleOrder
from orders.operations import (
    LineChange,
    Repeated,
    WantedLine,
    add_to_cart,
    amend_order,
    confirm_order_terms,
    lock_order,
    order_again,
    place_cart,
    place_order,
    set_cart_quantity,
)
from orders.queries import cart_page, contract_sheet, order_page
from orders.rules.terms import terms_hash
from tests.factories import AT, days
from tests.factories.accounts import a_company, owner_of, signed_in
from tests.factories.catalog import a_live_product
from tests.factories.orders import DELIVERY, SHIP_BY, Trade, a_confirmed_terms, a_placed_order
from tests.factories.price_lists import a_list_for
from tests.factories.variants import BAG, BAG_PRICES, BOX, BOX_PRICES, rice_in_two_packings, withdraw_variant

pytestmark = pytest.mark.django_db
TERMS: dict[str, Any] = {"delivery": DELIVERY, "at": AT}


def wanted(product: Product, *pairs: tuple[int | None, str]) -> list[WantedLine]:
    return [WantedLine(product.ref, Decimal(quantity), variant=number) for number, quantity in pairs]


def a_trade(product: Product, *pairs: tuple[int | None, str]) -> Trade:
    """An order of these variants and quantities."""
    buyer = owner_of(a_company("Nordic Food Import", country="SE"))
    lines = wanted(product, *pairs)
    order = place_order(supplier_id=product.supplier_id, lines=lines, actor=buyer, key=new_key(), **TERMS)
    return Trade(order, buyer, owner_of(product.supplier))


def put(product: Product, buyer: Any, quantity: str, variant: int | None = None) -> CartLine:
    return add_to_cart(
        product_ref=product.ref,
        quantity=Decimal(quantity),
        variant=variant,
        actor=buyer,
        key=new_key(),
        at=AT,
    )


def borders(ladder: tuple[Tier, ...]) -> list[Decimal]:
    """Every first quantity of a price and the last one before it that can be ordered, from the minimum on."""
    step = Decimal("0.5")
    return sorted({tier.min_quantity for tier in ladder} | {tier.min_quantity - step for tier in ladder[1:]})


def test_the_price_at_every_border_is_that_of_the_variant_and_no_other() -> None:
    product = rice_in_two_packings()
    friend = a_company()
    a_list_for(friend, product, percent_off_bps=1_000)
    for number, ladder in ((None, BAG_PRICES), (1, BAG_PRICES), (2, BOX_PRICES)):
        for quantity in borders(ladder):
            offer = offer_for_order(product_ref=product.ref, variant=number, quantity=quantity)
            assert offer.unit_price == unit_price_for(ladder, quantity)
            own = offer_for_order(
                product_ref=product.ref,
                variant=number,
                quantity=quantity,
                buyer_company_id=friend.pk,
                today=AT.date(),
            )
            assert own.unit_price == unit_price_for(less(ladder, 1_000), quantity)
            assert (own.variant_number, own.variant_name) == ((number or 1), BOX if number == 2 else BAG)


def test_an_unknown_or_withdrawn_variant_and_a_paused_product_are_told_apart() -> None:
    product = rice_in_two_packings()
    withdraw_variant(product, 1)
    for number in (1, 3):
        with pytest.raises(VariantNotOffered) as refused:
            offer_for_order(product_ref=product.ref, variant=number, quantity=Decimal(20))
        assert refused.value.field == "variant"
        with pytest.raises(VariantNotOffered):
            offer_for_sample(product_ref=product.ref, variant=number)
    assert offer_for_order(product_ref=product.ref, quantity=Decimal(20)).variant_name == BOX
    pause_product(product_ref=product.ref, actor=owner_of(product.supplier), key=new_key(), at=AT)
    for chosen in (None, 1, 2):
        with pytest.raises(ProductNotFound):
            offer_for_order(product_ref=product.ref, variant=chosen, quantity=Decimal(20))


def test_two_variants_of_a_product_are_two_lines_each_at_its_own_price_and_minimum() -> None:
    product = rice_in_two_packings()
    order = a_trade(product, (2, "50"), (1, "20")).order
    lines = list(order.lines.order_by("position"))
    assert [(line.title, line.variant_name, line.unit_price) for line in lines] == [
        (product.title, BOX, Decimal(1190)),
        (product.title, BAG, Decimal(1180)),
    ]
    assert [line.amount_minor for line in lines] == [5_950_000, 2_360_000]
    assert order.total_minor == 8_310_000
    assert [line.full_title for line in lines] == [f"{product.title} · {name}" for name in (BOX, BAG)]
    assert [line.sku for line in lines] == ["BAS-1121-BOX", "BAS-1121"]
    with pytest.raises(QuantityBelowMinimum):  # the other variant's quantity does not help
        a_trade(product, (1, "20"), (2, "2"))
    with pytest.raises(ProductTwice, match=BAG):
        a_trade(product, (1, "20"), (None, "20"))
    assert Order.objects.count() == 1


def test_a_withdrawn_variant_is_refused_when_placed_and_nothing_moves() -> None:
    product = rice_in_two_packings()
    buyer = owner_of(a_company(country="SE"))
    line = put(product, buyer, "20", 2)
    put(product, buyer, "20", 1)
    withdraw_variant(product, 2)
    with pytest.raises(VariantNotOffered):
        place_cart(supplier_ref=product.supplier.ref, currency="USD", actor=buyer, key=new_key(), **TERMS)
    with pytest.raises(VariantNotOffered):
        set_cart_quantity(line_id=line.pk, quantity=Decimal(30), actor=buyer, at=AT)
    with pytest.raises(VariantNotOffered):
        put(product, buyer, "20", 2)
    assert not Order.objects.exists()
    assert [row.quantity for row in CartLine.objects.order_by("pk")] == [20, 20]
    [group] = cart_page(buyer).groups
    problems = {view.card.variant_name: view.problem for view in group.lines}
    assert problems == {BAG: "", BOX: VariantNotOffered().text}
    page = signed_in(buyer).get(reverse("cart")).content.decode()
    assert VariantNotOffered().text.replace("'", "&#x27;") in page
    assert set_cart_quantity(line_id=line.pk, quantity=Decimal(0), actor=buyer, at=AT) is None
    assert [row.variant_name for row in _placed(product, buyer).lines.all()] == [BAG]


def _placed(product: Product, buyer: Any) -> Order:
    return place_cart(supplier_ref=product.supplier.ref, currency="USD", actor=buyer, key=new_key(), **TERMS)


def test_the_cart_has_one_line_for_each_variant_and_adds_to_the_same_one() -> None:
    product = rice_in_two_packings()
    buyer = owner_of(a_company(country="SE"))
    first = put(product, buyer, "20")
    assert put(product, buyer, "5", 1) == first
    second = put(product, buyer, "5", 2)
    assert put(product, buyer, "45", 2) == second
    [group] = cart_page(buyer).groups
    assert [(view.card.full_title, view.quantity, view.unit_price) for view in group.lines] == [
        (with_variant(product.title, BAG), Decimal(25), Decimal(1125)),
        (with_variant(product.title, BOX), Decimal(50), Decimal(1190)),
    ]
    assert [view.card.url.partition("?")[2] for view in group.lines] == ["variant=1", "variant=2"]
    with pytest.raises(IntegrityError, match="cart_line_once_per_variant"), transaction.atomic():
        CartLine.objects.create(
            cart=first.cart, product=product, variant=first.variant, quantity=1, added_at=AT
        )
    assert group.goods.amount_minor == sum(line.amount_minor for line in _placed(product, buyer).lines.all())


def test_the_page_puts_the_variant_it_shows_into_the_cart_and_says_what_is_refused() -> None:
    product = rice_in_two_packings()
    browser = signed_in(owner_of(a_company()))
    address = reverse("cart_add")
    wish = {"product_ref": product.ref, "quantity": "50", "variant": "2"}
    assert browser.post(address, wish).status_code == 302
    assert CartLine.objects.get().variant.number == 2
    few = browser.post(address, wish | {"quantity": "0.25"})
    assert few.status_code == 400
    body = few.content.decode()
    assert f"{product.title} · {BOX}" in body
    assert 'name="variant" value="2"' in body
    gone = browser.post(address, wish | {"variant": "7"})
    assert gone.status_code == 400
    assert VariantNotOffered().text.replace("'", "&#x27;") in gone.content.decode()
    assert browser.post(address, wish | {"variant": "x"}).status_code == 400
    assert CartLine.objects.get().quantity == 50


def test_the_contract_names_the_variant_and_one_without_keeps_its_text_and_hash() -> None:
    plain = a_confirmed_terms().again()
    assert plain.terms is not None
    assert all("variant" not in line for line in plain.terms["lines"])
    assert plain.terms_hash == terms_hash(plain.terms)
    rice = rice_in_two_packings()
    rice.variants.filter(number=2).update(packaging="Carton of 20 x 1 kg")
    trade = a_confirmed_terms(a_trade(rice, (2, "50"), (1, "20")))
    agreed = [line["specification"].splitlines()[-1] for line in (trade.again().terms or {})["lines"]]
    assert agreed == ["Carton of 20 x 1 kg", rice.packaging]  # each as its variant is packed
    sheet = contract_sheet(trade.ref, trade.buyer)
    assert [line["variant"] for line in (trade.again().terms or {})["lines"]] == [BOX, BAG]
    assert f'"variant":"{BOX}"' in sheet.canonical
    assert [line.title.partition(" · ")[2] for line in sheet.lines] == [BOX, BAG]
    assert sheet.is_intact
    line = trade.line
    for change in ({"variant_name": "Something else"}, {"title": "Something else"}, {"variant": None}):
        with pytest.raises(IntegrityError, match="order_lines_are_frozen"), transaction.atomic():
            OrderLine.objects.filter(pk=line.pk).update(**change)


def test_amended_terms_are_of_the_same_variant_though_it_was_withdrawn_meanwhile() -> None:
    product = rice_in_two_packings()
    trade = a_trade(product, (2, "50"))
    withdraw_variant(product, 2)
    amend_order(
        order_ref=trade.ref,
        lines=[LineChange(trade.line.pk, Decimal(40), Decimal(1200))],
        freight_minor=0,
        ship_by=SHIP_BY,
        actor=trade.supplier,
        key=new_key(),
        at=AT + days(1),
    )
    page = order_page(trade.ref, trade.buyer, AT + days(1))
    assert page.amendment is not None
    assert [row.line.title for row in page.amendment.lines] == [f"{product.title} · {BOX}"]
    with transaction.atomic():
        confirm_order_terms(
            order=lock_order(trade.ref, trade.buyer),
            actor=trade.buyer,
            key=new_key(),
            at=AT + days(2),
            amendment_version=page.amendment.version,
        )
    line = trade.again().lines.get()
    [agreed] = contract_sheet(trade.ref, trade.supplier).lines
    assert (agreed.title, agreed.quantity) == (f"{product.title} · {BOX}", Decimal(40))
    assert (line.variant_name, line.variant_id) == (BOX, trade.line.variant_id)


def test_a_sample_of_each_variant_may_be_ordered_once() -> None:
    product = rice_in_two_packings()
    state_offering(
        product_ref=product.ref,
        facts=OfferingFacts(sample=Sample(Decimal("0.003"), Decimal(10), 5)),
        actor=owner_of(product.supplier),
        key=new_key(),
        at=AT,
    )
    buyer = owner_of(a_company())

    def order(number: int | None) -> Order:
        line = WantedLine(product.ref, Decimal("0.003"), is_sample=True, variant=number)
        return place_order(supplier_id=product.supplier_id, lines=[line], actor=buyer, key=new_key(), **TERMS)

    assert order(2).lines.get().variant_name == BOX
    assert order(None).lines.get().variant_name == BAG
    for number in (1, 2):
        with pytest.raises(SampleAlready):
            order(number)
    assert SampleOrder.objects.count() == 2
    page = signed_in(buyer).get(reverse("sample_order", args=[product.ref]) + "?variant=2").content.decode()
    assert f"{product.title} · {BOX}" in page


def test_the_same_again_is_the_same_variant_and_what_cannot_be_ordered_says_why() -> None:
    product = rice_in_two_packings()
    trade = a_trade(product, (2, "50"), (1, "20"))
    again = order_again(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=AT)
    assert again == Repeated(2, ())
    in_cart = CartLine.objects.order_by("pk").values_list("variant__number", "quantity")
    assert list(in_cart) == [(2, Decimal(50)), (1, Decimal(20))]
    CartLine.objects.filter(variant__number=1).delete()
    withdraw_variant(product, 1)
    twice = order_again(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=AT)
    assert [(one.title.partition(" · ")[2], one.reason) for one in twice.left_out] == [
        (BOX, LineInCart().text),
        (BAG, VariantNotOffered().text),
    ]
    assert (twice.added, CartLine.objects.get().quantity, Order.objects.count()) == (0, Decimal(50), 1)
    with pytest.raises(OrderNotYours):
        order_again(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=AT)
    with pytest.raises(NotFound):
        order_again(order_ref=trade.ref, actor=owner_of(a_company()), key=new_key(), at=AT)
    page = signed_in(trade.buyer).post(reverse("order_again", args=[trade.ref]), follow=True).content.decode()
    assert LineInCart().text in page


def test_pages_lists_and_data_of_both_sides_name_the_variant() -> None:
    product = rice_in_two_packings()
    trade = a_trade(product, (2, "50"))
    named = f"{product.title} · {BOX}"
    for actor in (trade.buyer, trade.supplier):
        browser = signed_in(actor)
        assert named in browser.get(reverse("order", args=[trade.ref])).content.decode()
        assert named in browser.get(reverse("orders"), {"text": BOX[:12]}).content.decode()
        [line] = browser.get(f"/api/v1/orders/{trade.ref}/").json()["lines"]
        assert (line["title"], line["variant"]) == (product.title, BOX)
    export = b"".join(signed_in(trade.buyer).get(reverse("orders_export"))).decode()
    assert named in export
    assert a_placed_order(products=[(a_live_product(), "20")]).line.full_title == product.title
