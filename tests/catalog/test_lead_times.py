"""Lead times by quantity and days off: the rules, who may state them, what buyers read, what orders do."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from catalog import operations
from catalog.errors import FieldErrors, PauseNotFound, SupplierAway
from catalog.models import HolidayPause, Offering, Product, ProductChange
from catalog.queries import offer_for_order
from catalog.rules.lead_times import (
    LeadStep,
    Pause,
    checked_pause,
    checked_steps,
    closed_until,
    days_until_ready,
    lead_days_for,
)
from marketplace.accounts.models import Company
from marketplace.core.errors import NotAllowed
from marketplace.core.ids import new_key
from orders.operations import add_to_cart
from orders.queries import cart_page
from tests.factories import AT
from tests.factories.accounts import a_company, a_member, owner_of, signed_in
from tests.factories.catalog import a_live_product

TODAY = AT.date()
STEPS = (LeadStep(Decimal(50), 30), LeadStep(Decimal(100), 45))


def days(first: int, last: int, *, open_: bool = True) -> Pause:
    return Pause(TODAY + timedelta(days=first), TODAY + timedelta(days=last), open_)


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [(None, 14), ("5", 14), ("49.999", 14), ("50", 30), ("99.999", 30), ("100", 45), ("4000", 45)],
)
def test_the_lead_time_is_that_of_the_last_border_reached(quantity: str | None, expected: int) -> None:
    assert lead_days_for(14, STEPS, None if quantity is None else Decimal(quantity)) == expected


@pytest.mark.parametrize(
    ("lead", "pauses", "expected"),
    [
        (10, [], 10),
        (10, [days(-5, -1)], 10),  # over
        (10, [days(10, 20)], 10),  # ready the day it begins
        (10, [days(9, 20)], 22),  # one day of work is left for afterwards
        (10, [days(0, 4)], 15),
        (10, [days(-3, 4)], 15),
        (0, [days(0, 4)], 5),  # in stock, and nobody to hand it over
        (0, [days(1, 4)], 0),
        (10, [days(2, 3), days(5, 6)], 14),
        (10, [days(2, 6), days(4, 9)], 18),  # one begins inside the other
    ],
)
def test_days_off_are_counted_in(lead: int, pauses: list[Pause], expected: int) -> None:
    assert days_until_ready(lead, pauses, TODAY) == expected


@given(
    lead=st.integers(0, 60),
    spans=st.lists(st.tuples(st.integers(-20, 80), st.integers(0, 30)), max_size=5),
)
def test_days_until_ready_equals_counting_day_by_day(lead: int, spans: list[tuple[int, int]]) -> None:
    pauses = [days(first, first + length) for first, length in spans]
    day, left = TODAY, lead
    while left or (lead == 0 and any(pause.holds_on(day) for pause in pauses)):
        left -= lead > 0 and not any(pause.holds_on(day) for pause in pauses)
        day += timedelta(days=1)
    assert days_until_ready(lead, pauses, TODAY) == (day - TODAY).days


def test_closed_days_that_follow_each_other_are_one() -> None:
    pauses = [days(-1, 3, open_=False), days(4, 6, open_=False), days(8, 9, open_=False), days(0, 20)]
    assert closed_until(pauses, TODAY) == TODAY + timedelta(days=6)
    assert closed_until([days(1, 3, open_=False)], TODAY) is None
    assert closed_until([days(0, 3)], TODAY) is None


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ([LeadStep(Decimal(5), 30)], {"steps.0"}),  # not above the minimum order
        ([LeadStep(Decimal(50), 14)], {"steps.0"}),  # no longer than the listing's own
        ([LeadStep(Decimal(50), 30), None, LeadStep(Decimal(50), 40)], {"steps.2"}),
        ([LeadStep(Decimal(50), 30), LeadStep(Decimal(60), 20)], {"steps.1"}),
        ([LeadStep(Decimal(50), 5000)], {"steps.0"}),
        ([LeadStep(Decimal("NaN"), 50)], {"steps.0"}),
    ],
)
def test_steps_that_do_not_rise_are_refused_by_row(rows: list[LeadStep | None], wrong: set[str]) -> None:
    with pytest.raises(FieldErrors) as refused:
        checked_steps(rows, base_days=14, moq=Decimal(5))
    assert refused.value.errors.keys() == wrong
    assert checked_steps([None, *STEPS], base_days=14, moq=Decimal(5)) == STEPS


@pytest.mark.parametrize(
    ("first", "last", "field"), [(3, 2, "last_day"), (-9, -1, "last_day"), (0, 180, "last_day")]
)
def test_days_off_that_make_no_sense_are_refused(first: int, last: int, field: str) -> None:
    with pytest.raises(FieldErrors) as refused:
        checked_pause(days(first, last), today=TODAY)
    assert refused.value.errors.keys() == {field}


@pytest.fixture
def rice(db: None) -> Product:
    return a_live_product()


@pytest.fixture
def supplier(rice: Product) -> Company:
    return rice.supplier


def state(rice: Product, *steps: LeadStep | None) -> Product:
    return operations.state_lead_times(
        product_ref=rice.ref, steps=steps, actor=owner_of(rice.supplier), key=new_key(), at=AT
    )


def away(supplier: Company, pause: Pause) -> HolidayPause:
    return operations.add_pause(
        supplier_id=supplier.pk, pause=pause, actor=owner_of(supplier), key=new_key(), at=AT
    )


def test_an_offer_takes_the_lead_time_of_its_quantity_around_the_days_off(rice: Product) -> None:
    own = rice.lead_time_days or 0
    state(rice, LeadStep(Decimal(50), own + 16))

    def lead(quantity: int) -> int:
        return offer_for_order(product_ref=rice.ref, quantity=Decimal(quantity), today=TODAY).lead_time_days

    assert (lead(20), lead(50)) == (own, own + 16)
    away(rice.supplier, days(0, 6))
    assert (lead(20), lead(50)) == (own + 7, own + 23)


def test_stating_the_same_again_writes_no_history_and_leaves_the_sample(rice: Product) -> None:
    Offering.objects.create(product=rice, months=[3], sample_quantity=1, sample_price=2, sample_days=3)
    state(rice, *STEPS)
    before = ProductChange.objects.count()
    state(rice, *STEPS)
    assert ProductChange.objects.count() == before
    row = Offering.objects.get()
    assert (row.lead_steps, row.months, row.sample_days) == ([["50", 30], ["100", 45]], [3], 3)


def test_who_does_not_sell_states_nothing(rice: Product, supplier: Company) -> None:
    pause, stranger = away(supplier, days(5, 9)), owner_of(a_company())
    with pytest.raises(NotAllowed):
        operations.state_lead_times(
            product_ref=rice.ref, steps=STEPS, actor=a_member(supplier, "finance"), key=new_key(), at=AT
        )
    with pytest.raises(NotAllowed):
        operations.add_pause(supplier_id=supplier.pk, pause=days(1, 2), actor=stranger, key=new_key(), at=AT)
    with pytest.raises(PauseNotFound):
        operations.end_pause(pause_ref=pause.ref, actor=stranger, at=AT)
    assert HolidayPause.objects.get().ended_at is None
    assert not Offering.objects.exists()


def test_while_no_orders_are_taken_cart_and_offer_say_until_when(rice: Product, supplier: Company) -> None:
    buyer = owner_of(a_company(country="DE"))
    with time_machine.travel(AT, tick=False):
        add_to_cart(product_ref=rice.ref, quantity=Decimal(20), actor=buyer, key=new_key(), at=AT)
        pause = away(supplier, days(0, 6, open_=False))
        with pytest.raises(SupplierAway) as refused:
            add_to_cart(product_ref=rice.ref, quantity=Decimal(20), actor=buyer, key=new_key(), at=AT)
        [line] = cart_page(buyer).groups[0].lines
        assert line.problem == refused.value.text
        html = _product_page(rice)
        assert "takes no orders until" in html
        assert "Add to cart" not in html
        storefront = Client().get(reverse("supplier", args=[supplier.ref])).content.decode()
        assert "takes no orders until" in storefront
        operations.end_pause(pause_ref=pause.ref, actor=owner_of(supplier), at=AT)
        [line] = cart_page(buyer).groups[0].lines
        assert not line.problem
        assert "Add to cart" in _product_page(rice)


def _product_page(rice: Product) -> str:
    return Client().get(reverse("product", args=[rice.ref, rice.slug])).content.decode()


def test_the_pages_keep_what_was_typed_and_say_what_is_wrong(rice: Product, supplier: Company) -> None:
    client = signed_in(owner_of(supplier))
    section, list_ = reverse("workbench_lead_times", args=[rice.ref]), reverse("workbench_pauses")
    wrong = client.post(section, {"idempotency_key": new_key(), "steps_0": "1", "days_0": "90"})
    assert wrong.status_code == 422
    assert 'value="90"' in wrong.content.decode()
    half = client.post(section, {"idempotency_key": new_key(), "steps_0": "60"})
    assert half.status_code == 422
    right = client.post(section, {"idempotency_key": new_key(), "steps_0": "60", "days_0": "90"})
    assert right.status_code == 302
    assert Offering.objects.get().lead_steps == [["60", 90]]
    typed = {"first_day": "2031-01-02", "last_day": "2031-01-01", "takes_orders": "0", "words": "Feast"}
    refused = client.post(list_, {"idempotency_key": new_key(), **typed})
    assert refused.status_code == 422
    assert 'value="Feast"' in refused.content.decode()
    assert (
        client.post(list_, {"idempotency_key": new_key(), **typed, "last_day": "2031-01-09"}).status_code
        == 302
    )
    assert "Feast" in client.get(list_).content.decode()
    assert (
        client.post(reverse("workbench_pause_end", args=[HolidayPause.objects.get().ref])).status_code == 302
    )
    assert "Feast" not in client.get(list_).content.decode()
