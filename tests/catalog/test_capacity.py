"""Stock and capacity per period: the rules, what a supplier may state, what the database refuses."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from catalog import operations
from catalog.errors import (
    CapacityBelowTaken,
    CapacityDaysTaken,
    CapacityNotFound,
    CapacityOverlaps,
    CapacityWithoutUnit,
    FieldErrors,
    NotEnoughLeft,
    TooManyCapacityPeriods,
    VariantNotFound,
)
from catalog.models import CapacityMovement, CapacityPeriod, Product
from catalog.queries import offer_for_order
from catalog.queries.buying.lines import offer_lines
from catalog.queries.capacity.pages import capacity_page
from catalog.queries.capacity.stated import left_text, taken_text
from catalog.rules.capacity import (
    News,
    Period,
    Plan,
    Share,
    checked_period,
    earliest,
    largest_order,
    levels,
    met_by,
    most_by,
    news_of,
    shares_by,
)
from catalog.rules.hindrances import Wanted, hindrance_of
from catalog.rules.lead_times import Pause
from catalog.search import Hindrance, SearchSpec, find
from marketplace.core.errors import DomainError, KeyReused, NotAllowed
from marketplace.core.ids import new_key
from tests.factories import AT
from tests.factories.accounts import a_company, a_member, owner_of, signed_in
from tests.factories.capacity import JULY, JUNE, a_period, a_stock, book_of, taken_of
from tests.factories.catalog import a_draft, a_live_product, with_picture
from tests.factories.orders import a_placed_order
from tests.factories.variants import BAG, BOX, rice_in_two_packings, withdraw_variant

TODAY = AT.date()


def period(first: int, last: int | None, offered: int, taken: int = 0, unit: str = "TNE") -> Period:
    """Days counted from today."""
    end = None if last is None else TODAY + timedelta(days=last)
    return Period(TODAY + timedelta(days=first), end, Decimal(offered), Decimal(taken), unit)


def plain(text: str) -> str:
    """With ordinary spaces, as it is read."""
    return text.replace("\u00a0", " ")


STOCK = period(-5, None, 40, 10)
MORE_STOCK = period(50, None, 200)
SOON = period(10, 39, 150)
LATER = period(40, 70, 200)
ALL = (STOCK, MORE_STOCK, SOON, LATER)


@pytest.mark.parametrize(
    ("quantity", "ready", "expected"),
    [
        (30, 0, [(STOCK, 30)]),
        (31, 0, [(SOON, 31)]),
        (31, 39, [(SOON, 31)]),  # its last day still counts
        (31, 40, [(LATER, 31)]),
        (151, 0, [(STOCK, 30), (SOON, 121)]),  # two soon rather than one later
        (230, 0, [(STOCK, 30), (LATER, 200)]),  # of dated ones the nearest to the day
        (581, 0, None),
        (230, 71, [(STOCK, 30), (MORE_STOCK, 200)]),  # stock does not end
    ],
)
def test_the_soonest_day_on_which_periods_have_room_serves(
    quantity: int, ready: int, expected: list[tuple[Period, int]] | None
) -> None:
    ready_on = TODAY + timedelta(days=ready)
    plan = earliest(ALL, Decimal(quantity), "TNE", ready_on)
    assert (_parts(plan.shares) if plan else None) == expected
    if plan:
        assert plan.there_on == max([ready_on, *(one.period.first_day for one in plan.shares)])


def _parts(shares: Sequence[Share]) -> list[tuple[Period, int]]:
    return [(one.period, int(one.quantity)) for one in shares]


@pytest.mark.parametrize(
    ("quantity", "ship_by", "expected"),
    [
        (30, 60, STOCK),  # the oldest stock goes first, whenever it leaves
        (31, 20, SOON),
        (31, 60, MORE_STOCK),
        (31, 45, LATER),  # who wants it then takes nothing of the period before
        (31, 5, None),  # nothing has begun by then
        (581, 60, None),
    ],
)
def test_an_order_takes_from_the_period_of_its_ship_by_day(
    quantity: int, ship_by: int, expected: Period | None
) -> None:
    day = TODAY + timedelta(days=ship_by)
    shares = shares_by(ALL, Decimal(quantity), "TNE", ready_on=TODAY, ship_by=day)
    assert _parts(shares) == ([(expected, quantity)] if expected else [])


def test_a_full_period_is_served_by_the_one_before_and_two_by_both() -> None:
    full = period(40, 70, 200, 190)

    def taken(quantity: int, ready: int) -> list[tuple[Period, int]]:
        ready_on, day = TODAY + timedelta(days=ready), TODAY + timedelta(days=60)
        return _parts(shares_by([SOON, full], Decimal(quantity), "TNE", ready_on=ready_on, ship_by=day))

    assert taken(11, 0) == [(SOON, 11)]
    assert taken(155, 0) == [(SOON, 145), (full, 10)]
    assert taken(11, 45) == []  # it is over


_PERIODS = st.lists(
    st.builds(
        lambda first, length, offered, part: period(
            first, None if length is None else first + length, offered, offered * part // 4
        ),
        st.integers(-60, 90),
        st.none() | st.integers(0, 40),
        st.integers(0, 50),
        st.integers(0, 4),
    ),
    max_size=6,
)


@given(periods=_PERIODS, quantity=st.integers(1, 50), ready=st.integers(0, 90), ship_by=st.integers(0, 120))
def test_who_asks_for_the_earliest_day_gets_exactly_it_and_nothing_serves_sooner(
    periods: list[Period], quantity: int, ready: int, ship_by: int
) -> None:
    amount, ready_on = Decimal(quantity), TODAY + timedelta(days=ready)
    plan = earliest(periods, amount, "TNE", ready_on)
    by = TODAY + timedelta(days=ship_by)
    shares = shares_by(periods, amount, "TNE", ready_on=ready_on, ship_by=by)
    # By brute force: the day serves exactly when all that has begun by then and is not over is enough.
    begun = [one for one in periods if one.first_day <= by and not one.is_over(min(ready_on, by))]
    assert bool(shares) == (sum(one.left for one in begun) >= amount)
    assert most_by(periods, "TNE", ready_on=ready_on, ship_by=by) == sum(one.left for one in begun)
    if shares:
        assert sum(one.quantity for one in shares) == amount
        assert all(one.period in begun and 0 < one.quantity <= one.period.left for one in shares)
        assert len(shares) == 1 or all(one.left < amount for one in begun)
    if by >= ready_on:
        assert bool(shares) == (plan is not None and plan.there_on <= by)
    if plan:
        assert plan.shares == shares_by(periods, amount, "TNE", ready_on=ready_on, ship_by=plan.there_on)


@given(
    parts=st.lists(st.integers(0, 50).map(Decimal), min_size=1, max_size=4),
    quantity=st.integers(0, 300).map(Decimal),
)
def test_levels_are_exactly_what_is_said_and_the_first_goods_stay(
    parts: list[Decimal], quantity: Decimal
) -> None:
    found = levels(parts, quantity)
    assert sum(found) == quantity
    assert all(one >= 0 for one in found)
    for place, (old, new) in enumerate(zip(parts, found, strict=True)):
        assert new >= old or not any(found[place + 1 :])


@pytest.mark.parametrize(("most", "largest"), [(62, 60), (20, 20), (19, None), (0, None), (24, 20)])
def test_the_largest_order_keeps_to_minimum_and_steps(most: int, largest: int | None) -> None:
    assert largest_order(Decimal(most), moq=Decimal(18), multiple=Decimal(5)) == largest


def test_amounts_in_another_unit_count_for_nothing() -> None:
    bags = period(0, None, 1000, unit="BG")
    assert earliest([bags], Decimal(1), "TNE", TODAY) is None
    assert left_text([bags], "TNE", TODAY) == "Nothing is left."


def test_what_is_left_is_said_with_when_more_comes() -> None:
    assert (
        plain(left_text([STOCK, MORE_STOCK], "TNE", TODAY)) == "Left: 30 t in stock; 200 t from 21 Apr 2026."
    )
    june = Period(JUNE[0], JUNE[1], Decimal(150), Decimal(0), "TNE")
    assert plain(left_text([june], "TNE", TODAY)) == "Left: 150 t in June 2026."
    assert left_text([period(-9, -1, 5)], "TNE", TODAY) == "Nothing is left."
    both = (Share(STOCK, Decimal(30)), Share(june, Decimal(12)))
    assert taken_text(Plan(both[1:], JUNE[0]), TODAY) == "Taken from June 2026, ready on 1 Jun 2026."
    assert taken_text(Plan(both[:1], TODAY), TODAY) == "Taken from stock, ready on 2 Mar 2026."
    assert plain(taken_text(Plan(both, JUNE[0]), TODAY)) == (
        "Taken from several periods: 30 t in stock; 12 t in June 2026. All of it is ready on 1 Jun 2026."
    )


@pytest.mark.parametrize(
    ("before", "left", "told", "news"),
    [
        (50, 10, False, None),  # a tenth is not less than a tenth
        (50, 9, False, News.RUNS_LOW),
        (9, 8, True, None),
        (50, 4, False, News.SOLD_OUT),  # less than the smallest order
        (4, 0, True, News.SOLD_OUT),
        (4, 3, True, None),
    ],
)
def test_the_supplier_is_told_what_is_new(before: int, left: int, told: bool, news: News | None) -> None:
    amounts = {"offered": Decimal(100), "left_before": Decimal(before), "left": Decimal(left)}
    assert news_of(**amounts, smallest=Decimal(5), is_low_told=told) == news


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        (period(0, 9, 1), period(9, 20, 1), True),
        (period(0, 9, 1), period(10, 20, 1), False),
        (period(5, 6, 1), period(0, 20, 1), True),
        (period(0, None, 1), period(0, 20, 1), False),  # stock stands beside periods
        (period(0, None, 1), period(0, None, 1), True),
        (period(0, None, 1), period(1, None, 1), False),
    ],
)
def test_periods_meet_when_they_have_a_day_in_common(one: Period, other: Period, meet: bool) -> None:
    assert (met_by(one, [other]) == other) is meet
    assert (met_by(other, [one]) == one) is meet


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"offered": Decimal(-1)}, "offered"),
        ({"offered": Decimal("NaN")}, "offered"),
        ({"offered": Decimal("0.0001")}, "offered"),
        ({"offered": Decimal("1.5"), "unit_code": "CT"}, "offered"),
        ({"last_day": TODAY - timedelta(days=2)}, "last_day"),
        ({"first_day": TODAY - timedelta(days=9), "last_day": TODAY - timedelta(days=2)}, "last_day"),
        ({"first_day": TODAY + timedelta(days=2000)}, "first_day"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(over: dict[str, Any], field: str) -> None:
    facts: dict[str, Any] = {
        "first_day": TODAY,
        "last_day": None,
        "offered": Decimal(5),
        "unit_code": "TNE",
        "today": TODAY,
    }
    with pytest.raises(FieldErrors) as refused:
        checked_period(**(facts | over))
    assert refused.value.errors.keys() == {field}


@pytest.fixture
def rice(db: None) -> Product:
    return a_live_product()


def offer_days(product: Product, quantity: int) -> int:
    return offer_for_order(product_ref=product.ref, quantity=Decimal(quantity), today=TODAY).lead_time_days


def test_an_offer_waits_for_the_period_that_has_room(rice: Product) -> None:
    lead = rice.lead_time_days or 0
    assert offer_days(rice, 500) == lead  # nothing said, nothing limited
    a_stock(rice, "40")
    a_period(rice, JUNE, "150")
    assert offer_days(rice, 40) == lead
    assert offer_days(rice, 41) == (JUNE[0] - TODAY).days
    assert offer_days(rice, 190) == (JUNE[0] - TODAY).days  # the stock and June together
    with pytest.raises(NotEnoughLeft) as refused:
        offer_days(rice, 191)
    assert refused.value.field == "quantity"
    assert plain(refused.value.text) == (
        "191 t are more than the supplier has left. Left: 40 t in stock; 150 t in June 2026."
    )


def test_without_any_period_left_nothing_is_limited_again(rice: Product) -> None:
    stock = a_stock(rice, "40")
    for _again in range(2):
        operations.withdraw_capacity(capacity_ref=stock.ref, actor=owner_of(rice.supplier), at=AT)
    assert offer_days(rice, 500) == rice.lead_time_days
    assert book_of(stock) == [("offered", 40, 0), ("withdrawn", 0, 0)]


def test_periods_that_are_over_sell_nothing(rice: Product) -> None:
    a_period(rice, (TODAY, TODAY + timedelta(days=3)), "150")  # the goods take three weeks
    with pytest.raises(NotEnoughLeft):
        offer_days(rice, 5)


def change(row: CapacityPeriod, **over: Any) -> CapacityPeriod:
    facts: dict[str, Any] = {"first_day": row.first_day, "last_day": row.last_day, "offered": row.offered}
    return operations.change_capacity(
        **{
            "capacity_ref": row.ref,
            "actor": owner_of(row.variant.product.supplier),
            "key": new_key(),
            "at": AT,
            **facts,
            **over,
        }
    )


def test_a_supplier_offers_more_or_less_but_not_less_than_is_taken(rice: Product) -> None:
    stock = a_stock(rice, "40")
    a_placed_order(products=[(rice, "20")])
    with pytest.raises(CapacityBelowTaken) as refused:
        change(stock, offered=Decimal("19.5"))
    assert "20 t" in plain(refused.value.text)
    assert refused.value.field == "offered"
    with pytest.raises(CapacityDaysTaken):
        change(stock, first_day=TODAY + timedelta(days=1))
    assert (taken_of(stock), stock.movements.count()) == ((40, 20), 2)
    change(stock, offered=Decimal(20))
    assert taken_of(stock) == (20, 20)
    change(stock, offered=Decimal(60))
    assert taken_of(stock) == (60, 20)
    assert book_of(stock) == [("offered", 40, 0), ("taken", 0, 20), ("offered", -20, 0), ("offered", 40, 0)]


def test_days_move_while_nobody_has_taken_of_them(rice: Product) -> None:
    june, stock = a_period(rice, JUNE, "150"), a_stock(rice, "5")
    change(june, first_day=JULY[0], last_day=JULY[1])
    june.refresh_from_db()
    assert (june.first_day, june.last_day) == JULY
    with pytest.raises(CapacityOverlaps) as refused:
        change(stock, first_day=JULY[0], last_day=JULY[0])
    assert "July 2026" in refused.value.text
    stock.refresh_from_db()
    assert stock.last_day is None


def test_saying_it_again_changes_nothing(rice: Product) -> None:
    key, again = new_key(), new_key()
    stock = a_stock(rice, "40", key=key)
    assert a_stock(rice, "40", key=key).pk == stock.pk
    change(stock, offered=Decimal(50), key=again)
    change(stock, offered=Decimal(50), key=again)
    change(stock, offered=Decimal(50))
    assert stock.movements.count() == 2
    with pytest.raises(KeyReused):
        a_stock(rice, "41", key=key)
    assert CapacityPeriod.objects.count() == 1


def _by(actor: Any) -> Callable[[Product, CapacityPeriod], list[Callable[[], object]]]:
    def steps(rice: Product, stock: CapacityPeriod) -> list[Callable[[], object]]:
        return [
            lambda: a_period(rice, JUNE, "5", actor=actor),
            lambda: change(stock, offered=Decimal(50), actor=actor),
            lambda: operations.withdraw_capacity(capacity_ref=stock.ref, actor=actor, at=AT),
        ]

    return steps


def test_who_does_not_sell_for_the_company_states_nothing(rice: Product) -> None:
    stock = a_stock(rice, "40")
    for step in _by(a_member(rice.supplier, "viewer"))(rice, stock):
        with pytest.raises(NotAllowed):
            step()
    for step in _by(owner_of(a_company()))(rice, stock):
        with pytest.raises((CapacityNotFound, NotAllowed, DomainError)) as refused:
            step()
        assert refused.value.status in {403, 404}
    assert taken_of(stock) == (40, 0)
    assert CapacityMovement.objects.count() == 1


def test_too_many_periods_and_a_draft_without_a_unit_are_refused(rice: Product, monkeypatch: Any) -> None:
    draft = a_draft(rice.supplier, unit_code="")
    with pytest.raises(CapacityWithoutUnit):
        a_stock(draft, "40")
    monkeypatch.setattr("catalog.operations.capacity.stated.MAXIMUM_PERIODS", 1)
    a_stock(rice, "40")
    with pytest.raises(TooManyCapacityPeriods):
        a_period(rice, JUNE, "5")
    assert CapacityPeriod.objects.count() == 1


_MOVEMENT = """
    INSERT INTO catalog_capacitymovement (period_id, number, kind, offered_change, taken_change, offered_after, taken_after,
        actor, actor_label, at)
    SELECT id, 2, 'offered', 1, 0, 99, 0, '', '', now() FROM catalog_capacityperiod
"""
_OVERLAP = """
    INSERT INTO catalog_capacityperiod (ref, variant_id, unit_code, first_day, last_day, offered, taken, moves, created_at)
    SELECT ref || n, variant_id, 'TNE', '2026-06-01', '2026-06-30', 0, 0, 0, now()
    FROM catalog_capacityperiod, generate_series(1, 2) n
"""
REFUSED = (
    ("UPDATE catalog_capacitymovement SET at = at", "capacity_book_is_never_edited"),
    ("DELETE FROM catalog_capacitymovement", "capacity_book_is_never_edited"),
    ("UPDATE catalog_capacityperiod SET taken = 41", "capacity_never_more_taken_than_offered"),
    ("UPDATE catalog_capacityperiod SET taken = 5", "capacity_is_what_its_book_says"),
    ("UPDATE catalog_capacityperiod SET offered = 50", "capacity_is_what_its_book_says"),
    ("UPDATE catalog_capacityperiod SET moves = 2", "capacity_is_what_its_book_says"),
    (_MOVEMENT, "capacity_movements_follow_each_other"),
    (_MOVEMENT.replace("99", "41"), "capacity_is_what_its_book_says"),
    (_MOVEMENT.replace("id, 2,", "id, 3,"), "capacity_movements_follow_each_other"),
    (
        _MOVEMENT.replace("'offered', 1", "'taken', 1").replace("99", "41"),
        "capacity_movement_says_what_it_is",
    ),
    (_OVERLAP, "capacity_periods_of_a_variant_do_not_overlap"),
)


def test_the_database_itself_refuses_what_the_book_does_not_say(rice: Product) -> None:
    stock = a_stock(rice, "40")
    for statement, guard in REFUSED:
        with pytest.raises(IntegrityError, match=guard):
            _tried(statement)
        assert taken_of(stock) == (40, 0), statement


@transaction.atomic
def _tried(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _product_page(product: Product, quantity: int) -> str:
    with time_machine.travel(AT, tick=False):
        address = reverse("product", args=[product.ref, product.slug])
        return plain(Client().get(f"{address}?quantity={quantity}").content.decode())


def test_the_product_page_says_what_is_left_and_from_when_my_quantity_comes(rice: Product) -> None:
    assert "Available" not in _product_page(rice, 20)
    a_stock(rice, "40")
    a_period(rice, JUNE, "150")
    html = _product_page(rice, 100)
    assert "40 t in stock<br>150 t in June 2026" in html
    assert "Taken from June 2026, ready on 1 Jun 2026." in html
    assert "91 days" in html  # from today to the first of June
    ready_on = TODAY + timedelta(days=rice.lead_time_days or 0)
    assert f'"availability":"https://schema.org/BackOrder","availabilityStarts":"{ready_on}"' in html
    too_much = _product_page(rice, 500)
    assert "500 t are more than the supplier has left. Left: 40 t in stock" in too_much
    assert "Add to cart" in too_much


def test_what_is_sold_out_cannot_be_ordered_and_machines_are_told(rice: Product) -> None:
    june = a_period(with_picture(rice), JUNE, "150")
    said = _machines(rice)
    assert said == ("BackOrder", "backorder", {"status": "later", "available_on": "2026-06-01"})
    change(june, offered=Decimal(4))  # less than the smallest order
    html = _product_page(rice, 5)
    assert "Sold out for now" in html
    assert "Add to cart" not in html
    assert "4 t in June 2026<br>" in html
    assert "Less than the minimum order of 5 t, so it cannot be ordered." in html
    assert [row.hindrance for row in offer_lines(find(SearchSpec(on=AT.date())).hits)] == ["sold out"]
    assert _machines(rice) == ("OutOfStock", "out_of_stock", {"status": "sold_out", "available_on": None})
    operations.withdraw_capacity(capacity_ref=june.ref, actor=owner_of(rice.supplier), at=AT)
    assert _machines(rice) == ("BackOrder", "backorder", None)
    off = Pause(TODAY, TODAY + timedelta(days=9), takes_orders=False)
    supplier, actor = rice.supplier, owner_of(rice.supplier)
    operations.add_pause(supplier_id=supplier.pk, pause=off, actor=actor, key=new_key(), at=AT)
    assert _machines(rice)[:2] == ("OutOfStock", "out_of_stock")  # nobody can order it today


def test_days_off_move_the_day_on_which_programs_are_told_that_goods_are_there(rice: Product) -> None:
    a_stock(rice, "40")
    days = rice.lead_time_days or 0

    def told() -> tuple[dict[str, Any], str | None]:
        with time_machine.travel(AT, tick=False):
            product = Client().get(f"/api/v1/products/{rice.ref}/").json()
        return product["variants"][0]["availability"], product["closed_until"]

    stated, closed_until = told()
    assert (stated["status"], stated["available_on"]) == ("open", str(TODAY + timedelta(days=days)))
    assert closed_until is None
    supplier, actor = rice.supplier, owner_of(rice.supplier)
    for pause in (
        Pause(TODAY, TODAY + timedelta(days=4), takes_orders=False),
        Pause(TODAY + timedelta(days=6), TODAY + timedelta(days=8), takes_orders=True),
    ):
        operations.add_pause(supplier_id=supplier.pk, pause=pause, actor=actor, key=new_key(), at=AT)
    stated, closed_until = told()
    assert (stated["status"], stated["available_on"]) == ("open", str(TODAY + timedelta(days=days + 8)))
    assert closed_until == str(TODAY + timedelta(days=4))


def _machines(product: Product) -> tuple[str, str, dict[str, Any] | None]:
    """What JSON-LD, the merchant feed and the programming interface say."""
    with time_machine.travel(AT, tick=False):
        html = Client().get(reverse("product", args=[product.ref, product.slug])).content.decode()
        feed = b"".join(Client().get(reverse("merchant_supplier", args=[product.supplier.ref])))
        stated = Client().get(f"/api/v1/products/{product.ref}/").json()["variants"][0]["availability"]
    marked = re.search(r'"availability":"https://schema.org/(\w+)"', html)
    fed = re.search(r"<g:availability>(\w+)<", feed.decode())
    assert marked
    assert fed
    if stated is not None:
        stated.pop("periods")
    return marked[1], fed[1], stated


def test_the_supplier_states_changes_and_takes_back_on_pages_that_show_what_is_left(rice: Product) -> None:
    client = signed_in(owner_of(rice.supplier))
    section = reverse("workbench_availability", args=[rice.ref])
    assert "nothing is limited" in client.get(section).content.decode()
    typed = {"variant": "1", "first_day": "2026-03-02", "last_day": "2026-03-01", "offered": "40"}
    with time_machine.travel(AT, tick=False):
        wrong = client.post(section, {"idempotency_key": new_key(), **typed})
        assert wrong.status_code == 422
        assert 'value="40"' in wrong.content.decode()
        right = client.post(section, {"idempotency_key": new_key(), **typed, "last_day": ""})
        assert right.status_code == 302
        [stock] = CapacityPeriod.objects.all()
        trade = a_placed_order(products=[(rice, "20")])
        page = reverse("workbench_capacity", args=[rice.ref, stock.ref])
        html = plain(client.get(page).content.decode())
        assert all(words in html for words in (trade.order.number, f"/orders/{trade.ref}/", "−20 t"))
        # Somebody orders while the supplier counts what is free: it is not offered a second time.
        a_placed_order(products=[(rice, "5")])
        counted = {"idempotency_key": new_key(), "offered": "30", "taken": "20"}
        assert client.post(page, counted).status_code == 302
        assert taken_of(stock) == (50, 25)
        withdraw = reverse("workbench_capacity_withdraw", args=[rice.ref, stock.ref])
        assert client.post(withdraw).status_code == 302
    assert "nothing is limited" in client.get(section).content.decode()
    assert "Offered no more" in client.get(page).content.decode()
    assert taken_of(stock) == (50, 25)


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.django_db
def test_the_section_takes_the_same_statements_for_one_period_and_for_three(
    django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    product = a_live_product()
    for which in range(number):
        day = TODAY + timedelta(days=30 * which)
        a_period(product, (day, day + timedelta(days=20)), "50")
    actor = owner_of(product.supplier)
    with django_assert_num_queries(3):
        assert len(capacity_page(product.ref, actor, today=TODAY).variants[0].lines) == number


def _row(place: int, days: tuple[date, date | None], left: str) -> dict[str, Any]:
    first, last = days[0].isoformat(), days[1].isoformat() if days[1] else None
    amounts = {"offered": left, "taken": "0", "unit_code": "TNE", "ref": ""}
    return {"position": place, "first_day": first, "last_day": last, **amounts}


AWAY = {"first_day": "2026-02-01", "last_day": "2026-04-05", "takes_orders": False}
IN_STORE = (date(2026, 1, 1), None)
SOLD_OUT_BUT_ONE = Hindrance(is_first_sold_out=True)


@pytest.mark.parametrize(
    ("pauses", "periods", "said"),
    [
        ([AWAY], [_row(1, IN_STORE, "90")], Hindrance(closed_until=date(2026, 4, 5))),
        ([AWAY | {"takes_orders": True}], [_row(1, IN_STORE, "90")], None),
        (None, [_row(2, IN_STORE, "0")], None),  # the price is the first variant's
        (None, [_row(1, IN_STORE, "4"), _row(2, IN_STORE, "90")], Hindrance(is_first_sold_out=True)),
        (
            None,
            [_row(1, IN_STORE, "4"), _row(2, IN_STORE, "4")],
            Hindrance(is_first_sold_out=True),
        ),  # of three
        (None, [_row(place, IN_STORE, "4") for place in (1, 2, 3)], Hindrance(is_sold_out=True)),
        (None, [_row(1, IN_STORE, "6"), _row(1, JUNE, "6")], Hindrance(left=Decimal(12))),
        (None, [_row(1, IN_STORE, "6"), _row(1, JUNE, "14")], Hindrance(there_on=JUNE[0])),
        (None, [_row(1, IN_STORE, "20")], None),
        # The smallest order is ready before the period ends, so much as mine is not.
        (None, [_row(1, (date(2026, 1, 1), TODAY + timedelta(days=4)), "90")], Hindrance(left=Decimal(0))),
        (None, [_row(1, (date(2026, 1, 1), TODAY + timedelta(days=2)), "90")], SOLD_OUT_BUT_ONE),
    ],
)
def test_a_list_says_the_one_thing_that_stands_in_the_way(
    pauses: Any, periods: Any, said: Hindrance | None
) -> None:
    wanted = Wanted(Decimal(20), Decimal(5), "TNE", lead_days=10, smallest_lead_days=3, variants=3, on=TODAY)
    assert hindrance_of(pauses, periods, wanted) == said


def test_each_variant_has_its_own(rice: Product) -> None:
    rice_in_two_packings(rice)
    boxes = a_stock(rice, "40", variant=2)
    assert offer_days(rice, 500) == rice.lead_time_days
    with pytest.raises(NotEnoughLeft):
        offer_for_order(product_ref=rice.ref, quantity=Decimal(41), variant=2, today=TODAY)
    page = capacity_page(rice.ref, owner_of(rice.supplier), today=TODAY)
    assert [(one.name, len(one.lines)) for one in page.variants] == [(BAG, 0), (BOX, 1)]
    withdraw_variant(rice, 2)
    page = capacity_page(rice.ref, owner_of(rice.supplier), today=TODAY)
    assert [(one.name, one.is_withdrawn) for one in page.variants] == [(BAG, False), (BOX, True)]
    with pytest.raises(VariantNotFound):
        a_stock(rice, "5", variant=2, first_day=TODAY + timedelta(days=1))
    assert CapacityPeriod.objects.get() == boxes
