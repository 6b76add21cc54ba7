"""What orders take of stock and capacity, and give back: never more than is offered, never twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.capacity_notices import tell_of_capacity
from catalog.errors import NotEnoughLeft, NotReadyByThen
from catalog.models import CapacityMovement, CapacityPeriod, CapacityTaking, Product
from catalog.operations import change_capacity, keep_taken, withdraw_capacity
from marketplace.core.actors import Actor
from marketplace.core.books import find_discrepancies
from marketplace.core.errors import DomainError
from marketplace.core.ids import new_key
from marketplace.core.models import OutboxDelivery
from marketplace.notifications.models import Notification
from orders.errors import PriceChanged
from orders.models import CartLine, Order
from orders.operations import (
    LineChange,
    add_to_cart,
    amend_order,
    cancel_order,
    cancel_unshipped_lines,
    confirm_order_terms,
    decline_amendment,
    decline_order,
    lapse_order,
    lock_order,
    place_cart,
    withdraw_order,
)
from orders.queries import order_page
from tests.factories import AT, days
from tests.factories.accounts import a_company, owner_of, signed_in
from tests.factories.capacity import JULY, JUNE, a_period, a_stock, taken_of
from tests.factories.catalog import a_live_product
from tests.factories.orders import (
    ADDRESS,
    DELIVERY,
    HOLDS,
    SHIP_BY,
    Trade,
    a_cleared_order,
    a_confirmed_terms,
    a_dispatched_shipment,
    a_placed_order,
)
from tests.holds.races import at_once
from tests.plugins.sizes import size

BOOKS = ("catalog: stock and capacity", "orders: stock and capacity")
LATER = AT + days(1)


def amended(trade: Trade, quantity: str, *, at: Any = LATER, ship_by: date = SHIP_BY) -> Any:
    line = trade.line
    return amend_order(
        order_ref=trade.ref,
        lines=[LineChange(line.pk, Decimal(quantity), line.unit_price)],
        freight_minor=100_000,
        ship_by=ship_by,
        actor=trade.supplier,
        key=new_key(),
        at=at,
    )


def locked(step: Callable[[Order], object], trade: Trade, actor: Actor = HOLDS) -> object:
    with transaction.atomic():
        return step(lock_order(trade.ref, actor))


@pytest.fixture
def rice(db: None) -> Product:
    return a_live_product()


@pytest.fixture
def stock(rice: Product) -> CapacityPeriod:
    return a_stock(rice, "50")


def test_an_order_takes_what_it_orders_and_what_is_not_limited_takes_nothing(
    rice: Product, stock: CapacityPeriod
) -> None:
    other = a_live_product(rice.supplier)
    trade = a_placed_order(products=[(other, "500"), (rice, "20")])
    assert taken_of(stock) == (50, 20)
    taking = CapacityTaking.objects.get()
    assert (taking.order_ref, taking.order_number, taking.line_position) == (
        trade.ref,
        trade.order.number,
        2,
    )
    movement = stock.movements.get(kind="taken")
    assert (movement.taking, movement.actor, movement.at) == (taking, trade.buyer.as_text, AT)


def test_more_than_is_left_is_refused_and_nothing_moves(rice: Product, stock: CapacityPeriod) -> None:
    a_placed_order(products=[(rice, "20")])
    with pytest.raises(NotEnoughLeft) as refused:
        a_placed_order(products=[(rice, "30.5")])
    assert refused.value.field == "quantity"
    assert Order.objects.count() == 1
    assert (taken_of(stock), CapacityMovement.objects.count()) == ((50, 20), 2)


def test_an_order_takes_from_the_period_of_its_ship_by_day_and_never_from_a_later_one(rice: Product) -> None:
    june, july = a_period(rice, JUNE, "30"), a_period(rice, JULY, "40")
    a_placed_order(products=[(rice, "20")], ship_by=date(2026, 7, 10))
    a_placed_order(products=[(rice, "20")], ship_by=date(2026, 6, 10))
    with pytest.raises(NotReadyByThen) as refused:
        a_placed_order(products=[(rice, "20")], ship_by=date(2026, 6, 20))
    assert (refused.value.field, "1 Jul 2026" in refused.value.text) == ("ship_by", True)
    assert "By your day 10" in refused.value.text
    assert (taken_of(june), taken_of(july)) == ((30, 20), (40, 20))
    both = a_placed_order(products=[(rice, "25")], ship_by=date(2026, 7, 1))
    assert (taken_of(june), taken_of(july)) == ((30, 25), (40, 40))  # July first, it is nearer to the day
    assert CapacityTaking.objects.filter(order_ref=both.ref).count() == 2
    said = {
        order_page(both.ref, side, AT).lines[0].periods.replace("\u00a0", " ")
        for side in (both.buyer, both.supplier)
    }
    assert said == {"5 t by 30 Jun 2026, 20 t by 1 Jul 2026"}  # by the contract's day, not the end of July
    with pytest.raises(NotEnoughLeft):
        a_placed_order(products=[(rice, "5.5")], ship_by=date(2026, 7, 1))
    amended(both, "22", ship_by=date(2026, 7, 1))
    _answer("accept", both, 0)
    assert (taken_of(june), taken_of(july)) == ((30, 25), (40, 37))  # what left came from the first
    _withdrawn(a_placed_order(products=[(rice, "8")], ship_by=date(2026, 7, 1)))
    locked(lambda order: cancel_order(order=order, actor=HOLDS, at=LATER), both)
    assert (taken_of(june), taken_of(july)) == ((30, 20), (40, 20))
    assert find_discrepancies(*BOOKS) == []


@pytest.mark.parametrize("answer", ["accept", "refuse", "lapse"])
def test_an_amendment_to_a_later_day_moves_to_its_period_with_the_answer(rice: Product, answer: str) -> None:
    june, july = a_period(rice, JUNE, "30"), a_period(rice, JULY, "40")
    trade = a_placed_order(products=[(rice, "25")], ship_by=date(2026, 6, 10))
    amended(trade, "25", ship_by=date(2026, 7, 20))
    amended(trade, "35", ship_by=date(2026, 7, 10))
    assert (taken_of(june), taken_of(july)) == ((30, 25), (40, 35))  # for a yes and for a no
    assert find_discrepancies(*BOOKS) == []
    _answer(answer, trade, 0)
    held = {"accept": [0, 35], "refuse": [25, 0], "lapse": [0, 0]}[answer]
    assert [taken_of(period)[1] for period in (june, july)] == held
    assert find_discrepancies(*BOOKS) == []


@pytest.mark.django_db
def test_goods_of_a_period_that_is_over_serve_the_order_that_holds_them_on_a_later_day() -> None:
    rice = a_live_product(lead_time_days=1)
    over, july = a_period(rice, (AT.date(), SHIP_BY), "30"), a_period(rice, JULY, "10")
    trade = a_placed_order(products=[(rice, "25")], at=AT + days(43))
    a_placed_order(products=[(rice, "10")], ship_by=date(2026, 7, 10))
    afterwards = AT + days(45)
    with pytest.raises(NotEnoughLeft):
        amended(trade, "26", at=afterwards, ship_by=date(2026, 7, 20))
    amended(trade, "25", at=afterwards, ship_by=date(2026, 7, 20))
    assert (taken_of(over), taken_of(july)) == ((30, 25), (10, 10))
    assert find_discrepancies(*BOOKS) == []


def test_an_amendment_to_a_day_without_room_is_refused_and_nothing_moves(rice: Product) -> None:
    june, july = a_period(rice, JUNE, "30"), a_period(rice, JULY, "40")
    trade = a_placed_order(products=[(rice, "25")], ship_by=date(2026, 7, 10))
    a_placed_order(products=[(rice, "12")], ship_by=date(2026, 6, 10))
    moves = CapacityMovement.objects.count()
    with pytest.raises(NotReadyByThen) as sooner:
        amended(trade, "25", ship_by=date(2026, 6, 20))
    assert (sooner.value.field, "from 1 Jul 2026" in sooner.value.text) == ("ship_by", True)
    with pytest.raises(NotEnoughLeft) as more:
        amended(trade, "58.5", ship_by=date(2026, 7, 20))
    assert (
        more.value.field,
        "18 t in June 2026; 40 t in July 2026" in more.value.text.replace("\u00a0", " "),
    ) == (
        f"quantity_{trade.line.pk}",
        True,
    )
    assert (taken_of(june), taken_of(july), CapacityMovement.objects.count()) == ((30, 12), (40, 25), moves)
    assert trade.order.amendments.count() == 0


def _declined(trade: Trade) -> object:
    return decline_order(order_ref=trade.ref, reason="No.", actor=trade.supplier, key=new_key(), at=LATER)


def _withdrawn(trade: Trade) -> object:
    return withdraw_order(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=LATER)


def _lapsed(trade: Trade) -> object:
    return locked(lambda order: lapse_order(order=order, actor=HOLDS, at=LATER), trade)


def _cancelled(trade: Trade) -> object:
    return locked(lambda order: cancel_order(order=order, actor=HOLDS, at=LATER), trade)


@pytest.mark.parametrize("end", [_declined, _withdrawn, _lapsed, _cancelled])
def test_an_order_that_comes_to_nothing_gives_everything_back_once(
    rice: Product, stock: CapacityPeriod, end: Callable[[Trade], object]
) -> None:
    trade = a_placed_order(products=[(rice, "20")])
    amended(trade, "35")
    assert taken_of(stock) == (50, 35)
    end(trade)
    assert taken_of(stock) == (50, 0)
    moves = CapacityMovement.objects.count()
    with pytest.raises(DomainError):
        end(trade)
    keep_taken(order_ref=trade.ref, quantities={1: Decimal(0)}, actor=HOLDS, at=LATER)
    assert (taken_of(stock), CapacityMovement.objects.count()) == ((50, 0), moves)
    assert find_discrepancies(*BOOKS) == []


def test_a_click_sent_twice_takes_and_gives_back_once(rice: Product, stock: CapacityPeriod) -> None:
    key, end, buyer = new_key(), new_key(), a_company("Nordic Food Import", country="SE")
    trade = [a_placed_order(products=[(rice, "20")], key=key, buyer=buyer) for _twice in range(2)][1]
    assert (taken_of(stock), Order.objects.count()) == ((50, 20), 1)
    for _twice in range(2):
        withdraw_order(order_ref=trade.ref, actor=trade.buyer, key=end, at=LATER)
    assert (taken_of(stock), CapacityMovement.objects.count()) == ((50, 0), 3)


def test_an_amendment_takes_the_difference_when_it_is_proposed_and_settles_with_the_answer(
    rice: Product, stock: CapacityPeriod
) -> None:
    trade = a_placed_order(products=[(rice, "20")])
    with pytest.raises(NotEnoughLeft) as refused:
        amended(trade, "50.5")
    assert refused.value.field == f"quantity_{trade.line.pk}"
    assert (taken_of(stock), trade.order.amendments.count()) == ((50, 20), 0)
    steps = []
    for quantity in ("45", "30", "10"):
        amended(trade, quantity)
        steps.append(taken_of(stock)[1])
    assert steps == [45, 30, 20]  # the buyer may still get what was ordered
    decline_amendment(order_ref=trade.ref, version=3, actor=trade.buyer, key=new_key(), at=LATER)
    amended(trade, "12")
    with transaction.atomic():
        order = lock_order(trade.ref, trade.buyer)
        confirm_order_terms(order=order, amendment_version=4, actor=trade.buyer, key=new_key(), at=LATER)
    assert taken_of(stock) == (50, 12)
    assert find_discrepancies(*BOOKS) == []


def test_what_is_not_shipped_goes_back_and_what_left_never(rice: Product, stock: CapacityPeriod) -> None:
    trade = a_cleared_order(a_confirmed_terms(a_placed_order(products=[(rice, "20")])))
    a_dispatched_shipment(trade, quantity="12.5")
    locked(lambda order: cancel_unshipped_lines(order=order, actor=HOLDS, at=AT + days(20)), trade)
    assert taken_of(stock) == (50, 12.5)
    locked(lambda order: cancel_order(order=order, actor=HOLDS, at=AT + days(21)), trade)
    assert taken_of(stock) == (50, 12.5)
    assert find_discrepancies(*BOOKS) == []


def test_the_supplier_is_told_of_little_once_and_of_nothing_left_each_time(
    rice: Product, stock: CapacityPeriod
) -> None:
    key, buyer = new_key(), a_company("Nordic Food Import", country="SE")
    trades = [a_placed_order(products=[(rice, "42")], key=key, buyer=buyer) for _replayed in range(2)]
    assert _told(rice) == []
    change_capacity(
        capacity_ref=stock.ref,
        first_day=stock.first_day,
        last_day=None,
        offered=Decimal(100),
        actor=owner_of(rice.supplier),
        key=new_key(),
        at=LATER,
    )
    a_placed_order(products=[(rice, "50")], buyer=buyer)
    last = a_placed_order(products=[(rice, "8")], buyer=buyer)
    _withdrawn(last)
    a_placed_order(products=[(rice, "5")], buyer=buyer)
    assert _told(rice) == ["Little is left", "Sold out", "Sold out"]
    sold_out = Notification.objects.filter(title__startswith="Sold out").latest("pk")
    assert "3 t" in sold_out.body.replace("\u00a0", " ")
    assert (sold_out.asks, sold_out.url) == (True, f"/workbench/products/{rice.ref}/availability/")
    assert trades[0].ref == trades[1].ref


def _told(product: Product) -> list[str]:
    waiting = OutboxDelivery.objects.filter(consumer__startswith="catalog.tell_capacity_")
    for delivery in [*waiting.order_by("pk"), *waiting.order_by("pk")]:
        tell_of_capacity(delivery.event, LATER)
    told = Notification.objects.filter(event__kind__startswith="capacity_", channel="page")
    assert {row.recipient_id for row in told} <= {owner_of(product.supplier).user_id}
    return [row.title.partition(":")[0] for row in told.order_by("pk")]


def test_the_checkout_offers_another_day_or_another_quantity_and_keeps_what_was_typed(rice: Product) -> None:
    for days_of, offered in ((JUNE, "30"), (JULY, "40")):
        a_period(rice, days_of, offered)
    buyer = owner_of(a_company("Nordic Food Import", country="SE"))
    line = add_to_cart(product_ref=rice.ref, quantity=Decimal(50), actor=buyer, key=new_key(), at=AT)
    browser, terms = (
        signed_in(buyer),
        {"transport_mode": "sea", "incoterms_rule": "FOB", "named_place": "Mundra"},
    )
    typed = {**ADDRESS, **terms} | {"currency": "USD", "ship_by": "2026-06-20", "street": "Kajen 9"}
    typed |= {"idempotency_key": new_key()}
    with time_machine.travel(AT, tick=False):
        pages = [
            browser.post(f"/checkout/{rice.supplier.ref}/", typed | more)
            .content.decode()
            .replace("\u00a0", " ")
            for more in ({}, {"adjust": "day:2026-07-01"}, {"adjust": f"quantity:{line.pk}:30"})
        ]
    assert (
        "50 t are there from 1 Jul 2026. Choose that day or a later one to ship by. By your day 30 t"
        in pages[0]
    )
    for way in (
        f'value="quantity:{line.pk}:30"',
        'value="day:2026-07-01"',
        "10 t in June 2026; 40 t in July 2026",
    ):
        assert way in pages[0]
    assert all("Kajen 9" in page for page in pages)
    assert 'value="2026-07-01"' in pages[1]
    assert "What is possible" not in pages[2]
    assert (int(CartLine.objects.get().quantity), Order.objects.count()) == (30, 0)
    rice_left = CapacityPeriod.objects.filter(variant__product=rice).latest("first_day")
    withdraw_capacity(capacity_ref=rice_left.ref, actor=owner_of(rice.supplier), at=AT)
    CartLine.objects.update(quantity=50)
    with time_machine.travel(AT, tick=False):
        assert "Take 30 t instead" in browser.get("/cart/").content.decode().replace("\u00a0", " ")


def test_the_books_find_a_line_that_holds_what_it_does_not_need(rice: Product, stock: CapacityPeriod) -> None:
    trade = a_placed_order(products=[(rice, "20")])
    keep_taken(order_ref=trade.ref, quantities={1: Decimal(5)}, actor=HOLDS, at=LATER)
    [found] = find_discrepancies(*BOOKS)
    assert (found.subject, "needs 20.000" in str(found.text)) == (trade.ref, True)
    keep_taken(order_ref=trade.ref, quantities={1: Decimal(20)}, actor=HOLDS, at=LATER)
    CapacityTaking.objects.update(quantity=19, agreed=19)
    assert {one.subject for one in find_discrepancies(*BOOKS)} == {trade.ref, stock.ref}
    CapacityTaking.objects.update(quantity=20, agreed=20)


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ("place", "place", "amend", "amend", "accept", "refuse", "decline", "withdraw", "lapse", "offer")
        ),
        st.integers(0, 3),
        st.integers(10, 60),
    ),
    min_size=2,
    max_size=size(6, 10, 25),
)


@pytest.mark.slow
@settings(max_examples=size(4, 30, 400))
@given(steps=_STEPS)
@pytest.mark.django_db
def test_whatever_people_do_the_sums_hold(steps: list[tuple[str, int, int]]) -> None:
    product, buyer = a_live_product(), a_company("Nordic Food Import", country="SE")
    periods = [a_stock(product, "40"), a_period(product, JUNE, "60")]
    trades: list[Trade] = []
    for step, which, amount in steps:
        trade = trades[which % len(trades)] if trades else None
        with transaction.atomic():
            try:
                _do(step, trade, amount, product, buyer, periods, trades)
            except DomainError:
                transaction.set_rollback(True)
        for period in periods:
            offered, taken = taken_of(period)
            assert 0 <= taken <= offered
        assert find_discrepancies(*BOOKS) == []


def _do(
    step: str,
    trade: Trade | None,
    amount: int,
    product: Product,
    buyer: Any,
    periods: list[CapacityPeriod],
    trades: list[Trade],
) -> None:
    if step == "offer":
        row = CapacityPeriod.objects.get(pk=periods[amount % 2].pk)
        change_capacity(
            capacity_ref=row.ref,
            first_day=row.first_day,
            last_day=row.last_day,
            offered=Decimal(amount),
            actor=owner_of(product.supplier),
            key=new_key(),
            at=LATER,
        )
    elif step == "place" or trade is None:
        day = date(2026, 6, 20) if amount % 3 else SHIP_BY
        trades.append(a_placed_order(products=[(product, str(amount))], buyer=buyer, ship_by=day))
    else:
        _answer(step, replace(trade, order=trade.again()), amount)


def _answer(step: str, trade: Trade, amount: int) -> None:
    version = trade.order.amendments.count()
    if step == "amend":
        amended(trade, str(amount), ship_by=SHIP_BY if amount % 2 else date(2026, 6, 20))
    elif step == "accept":
        order = lock_order(trade.ref, trade.buyer)
        confirm_order_terms(
            order=order, amendment_version=version, actor=trade.buyer, key=new_key(), at=LATER
        )
    elif step == "refuse":
        decline_amendment(order_ref=trade.ref, version=version, actor=trade.buyer, key=new_key(), at=LATER)
    else:
        {"decline": _declined, "withdraw": _withdrawn, "lapse": _lapsed}[step](trade)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_ten_buyers_at_once_get_exactly_what_there_is_while_another_order_moves_its_day() -> None:
    product, day = a_live_product(), date(2026, 7, 10)
    june, july = a_period(product, JUNE, "45"), a_period(product, JULY, "27")
    buyers = [a_company(country="SE") for _each in range(10)]
    moving = a_placed_order(products=[(product, "10")], ship_by=date(2026, 6, 10))

    def place(buyer: Any) -> Callable[[], object]:
        return lambda: a_placed_order(products=[(product, "10")], buyer=buyer, ship_by=day)

    outcomes = at_once(*(place(buyer) for buyer in buyers), lambda: amended(moving, "10", ship_by=day))
    placed = outcomes[:10].count("done")
    assert set(outcomes) <= {"done", "capacity_not_enough_left"}
    # Of the 62 t that are free, those 10 t that the moving order holds twice, if July had them when its turn came.
    assert (outcomes[10], placed in (5, 6)) == ("done", True)
    held = CapacityTaking.objects.get(order_ref=moving.ref, period=june)
    twice = 0 if held.proposed == 10 else 10 - float(held.proposed)
    assert taken_of(june)[1] + taken_of(july)[1] == 10 * placed + 10 + twice
    assert Order.objects.count() == 1 + placed
    with transaction.atomic():
        _answer("accept", moving, 0)
    assert taken_of(june)[1] + taken_of(july)[1] == 10 * placed + 10
    assert find_discrepancies(*BOOKS) == []


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_orders_of_two_limited_products_in_either_order_do_not_block_each_other() -> None:
    rice = a_live_product()
    wheat = a_live_product(rice.supplier)
    stocks = [a_stock(rice, "40"), a_stock(wheat, "40")]
    buyer = a_company(country="SE")
    ended = [a_placed_order(products=[(wheat, "10"), (rice, "10")], buyer=buyer) for _each in range(2)]

    def place(*products: Product) -> Callable[[], object]:
        return lambda: a_placed_order(products=[(one, "10") for one in products], buyer=buyer)

    outcomes = at_once(
        place(rice, wheat), lambda: _withdrawn(ended[0]), place(wheat, rice), lambda: _declined(ended[1])
    )
    assert outcomes == ["done"] * 4
    assert [taken_of(stock) for stock in stocks] == [(40, 20), (40, 20)]
    assert find_discrepancies(*BOOKS) == []


def test_an_order_that_fails_after_taking_takes_nothing(rice: Product, stock: CapacityPeriod) -> None:
    buyer = owner_of(a_company("Nordic Food Import", country="SE"))
    add_to_cart(product_ref=rice.ref, quantity=Decimal(20), actor=buyer, key=new_key(), at=AT)
    terms: dict[str, Any] = {
        "supplier_ref": rice.supplier.ref,
        "currency": "USD",
        "delivery": DELIVERY,
        "actor": buyer,
        "key": new_key(),
        "at": AT,
    }
    with pytest.raises(PriceChanged):
        place_cart(shown_minor=1, **terms)
    assert (taken_of(stock), CapacityTaking.objects.count()) == ((50, 0), 0)
    with CaptureQueriesContext(connection) as statements:
        place_cart(shown_minor=2_360_000, **terms)
    assert taken_of(stock) == (50, 20)
    moved = [one["sql"] for one in statements.captured_queries if "catalog_capacity" in one["sql"]]
    # With the offer; locked; the taking, the period and its book written.
    assert len(moved) == 5
