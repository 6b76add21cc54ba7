"""A supplier's payment schedules: kept, chosen as default, taken over by new orders, proposed in an amendment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction

from catalog.models import Product
from catalog.queries.buying.product_page import product_page
from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.errors import DomainError, NotAllowed, NotFound
from marketplace.core.ids import new_key
from orders.errors import (
    AmendmentChangesNothing,
    ScheduleDateWrong,
    ScheduleDaysWrong,
    ScheduleNameTaken,
    ScheduleNotWhole,
)
from orders.models import Order, ScheduleTemplate
from orders.operations import (
    amend_order,
    choose_default_schedule,
    confirm_order_terms,
    lock_order,
    remove_schedule_template,
    save_schedule_template,
)
from orders.queries import contract_sheet, order_page, schedule_templates
from orders.rules.schedule import WHOLE_ORDER, ScheduledMilestone, TemplateMilestone, as_data
from tests.factories import AT, days
from tests.factories.accounts import a_company, a_member, owner_of, signed_in
from tests.factories.catalog import a_live_product, tiers
from tests.factories.orders import (
    DEPOSIT_BALANCE,
    Trade,
    a_confirmed_terms,
    a_placed_order,
    a_schedule_template,
)

pytestmark = pytest.mark.django_db
THREE_STEPS = [
    TemplateMilestone("Start", 2_000, "confirmation", None, "shipment_documents"),
    TemplateMilestone("Half way", 3_000, "date", 20, "delivery"),
    TemplateMilestone("Rest", 5_000, "before_shipment", None, "acceptance"),
]


def save(actor: Any, **over: Any) -> str:
    terms: dict[str, Any] = {"name": "Steps", "milestones": THREE_STEPS, "key": new_key(), "at": AT}
    return save_schedule_template(actor=actor, **(terms | over))


def propose(trade: Trade, **over: Any) -> Any:
    terms: dict[str, Any] = {
        "lines": [],
        "freight_minor": 0,
        "ship_by": trade.order.ship_by,
        "schedule": DEPOSIT_BALANCE,
        "key": new_key(),
        "at": AT + days(1),
    }
    return amend_order(order_ref=trade.ref, actor=trade.supplier, **(terms | over))


def said_on_products(supplier: Company) -> list[str]:
    """How much of an order is paid, payment by payment, as its products say."""
    product = Product.objects.filter(supplier=supplier).first() or a_live_product(supplier)
    page = product_page(product.ref, Actor.anonymous())
    said = [str(fact.value).replace("\xa0", " ") for fact in page.terms if fact.label == "Payment"]
    return [text[: text.index("%") + 1] for text in said]


def test_new_orders_begin_with_the_suppliers_default_and_keep_it() -> None:
    supplier = a_company("Kaveri Exports", at=AT)
    template = a_schedule_template(supplier, default=True)
    trade = a_placed_order(supplier=supplier)
    assert trade.order.milestones_agreed == list(DEPOSIT_BALANCE)
    save(owner_of(supplier), ref=template.ref, name="30/70")
    assert trade.again().milestones_agreed == list(DEPOSIT_BALANCE)
    assert said_on_products(supplier) == ["20 %", "30 %", "50 %"]
    choose_default_schedule(ref="", actor=owner_of(supplier), at=AT)
    assert a_placed_order(supplier=supplier).order.milestones_agreed == list(WHOLE_ORDER)
    assert said_on_products(supplier) == ["100 %"]


def test_products_say_how_their_supplier_is_paid_until_it_removes_the_schedule() -> None:
    supplier = a_company("Kaveri Exports", at=AT)
    actor = owner_of(supplier)
    ref = save(actor)
    assert said_on_products(supplier) == ["100 %"]
    choose_default_schedule(ref=ref, actor=actor, at=AT)
    assert said_on_products(supplier) == ["20 %", "30 %", "50 %"]
    two = (TemplateMilestone("All but", 9_000, "confirmation", None, "delivery"),)
    rest = (TemplateMilestone("Rest", 1_000, "before_shipment", None, "shipment_documents"),)
    save(actor, ref=ref, milestones=(*two, *rest))
    assert said_on_products(supplier) == ["90 %", "10 %"]
    remove_schedule_template(ref=ref, actor=actor, at=AT)
    assert said_on_products(supplier) == ["100 %"]


def test_date_of_a_template_is_counted_from_the_order_and_never_after_ship_by() -> None:
    supplier = a_company("Kaveri Exports", at=AT)
    choose_default_schedule(ref=save(owner_of(supplier)), actor=owner_of(supplier), at=AT)
    early = a_placed_order(supplier=supplier, ship_by=date(2026, 3, 10))
    assert [one.fund_on_date for one in early.order.milestones_agreed] == [None, date(2026, 3, 10), None]
    usual = a_placed_order(supplier=supplier)
    assert usual.order.milestones_agreed[1].fund_on_date == date(2026, 3, 22)


def test_order_too_small_for_the_default_is_paid_at_once() -> None:
    supplier = a_company("Kaveri Exports", at=AT)
    a_schedule_template(supplier, default=True)
    product = a_live_product(
        supplier, currency="JPY", moq=Decimal(1), order_multiple=Decimal(1), tiers=tiers((1, "1"))
    )
    trade = a_placed_order(supplier=supplier, products=[(product, "1")])
    assert trade.order.total_minor == 1
    assert trade.order.milestones_agreed == list(WHOLE_ORDER)


@pytest.mark.parametrize(
    ("over", "error"),
    [
        ({"name": "30/70"}, ScheduleNameTaken),
        ({"milestones": THREE_STEPS[:2]}, ScheduleNotWhole),
        ({"milestones": [TemplateMilestone("x", 5_000, "date", None, "delivery")] * 2}, ScheduleDaysWrong),
        ({"ref": "sch_none"}, NotFound),
    ],
)
def test_save_of_what_is_no_schedule_changes_nothing(over: dict[str, Any], error: type[DomainError]) -> None:
    supplier = a_company("Kaveri Exports", at=AT)
    a_schedule_template(supplier)
    with pytest.raises(error):
        save(owner_of(supplier), **over)
    assert [one.name for one in schedule_templates(supplier.pk)] == ["30/70"]


def test_schedules_belong_to_their_supplier_and_to_those_who_sell() -> None:
    template = a_schedule_template(a_company("Kaveri Exports", at=AT), default=True)
    stranger = owner_of(a_company("Rival", at=AT))
    for step in (
        lambda: save(stranger, ref=template.ref, name="Mine"),
        lambda: choose_default_schedule(ref=template.ref, actor=stranger, at=AT),
        lambda: remove_schedule_template(ref=template.ref, actor=stranger, at=AT),
    ):
        with pytest.raises(NotFound):
            step()
    for role in ("finance", "viewer", "purchasing"):
        with pytest.raises(NotAllowed):
            remove_schedule_template(ref=template.ref, actor=a_member(template.supplier, role), at=AT)
    template.refresh_from_db()
    assert (template.name, template.is_default) == ("30/70", True)


def test_save_with_one_key_makes_one_schedule() -> None:
    actor, key = owner_of(a_company("Kaveri Exports", at=AT)), new_key()
    assert save(actor, key=key) == save(actor, key=key)
    assert ScheduleTemplate.objects.count() == 1


def test_amendment_with_another_schedule_alone_is_a_change_and_becomes_the_contract() -> None:
    trade = a_placed_order()
    with pytest.raises(AmendmentChangesNothing):
        propose(trade, schedule=None)
    amendment = propose(trade)
    page = order_page(trade.ref, trade.buyer, AT + days(1))
    assert page.amendment is not None
    assert page.amendment.schedule_changed
    assert [line.amount.amount_minor for line in page.amendment.schedule if line.amount is not None] == [
        708_000,
        1_652_000,
    ]
    assert [line.share_bps for line in page.amendment.old_schedule] == [10_000]
    assert trade.again().milestones_agreed == list(WHOLE_ORDER)
    with transaction.atomic():
        from_amendment = a_confirmed_by_buyer(trade, amendment.version)
    assert from_amendment.milestones_agreed == list(DEPOSIT_BALANCE)
    assert [row.amount_minor for row in from_amendment.milestones.order_by("position")] == [
        708_000,
        1_652_000,
    ]
    sheet = contract_sheet(trade.ref, trade.buyer)
    assert sheet.is_intact
    assert [line.amount.amount_minor for line in sheet.schedule if line.amount is not None] == [
        708_000,
        1_652_000,
    ]


def a_confirmed_by_buyer(trade: Trade, version: int) -> Order:
    return confirm_order_terms(
        order=lock_order(trade.ref, trade.buyer),
        actor=trade.buyer,
        amendment_version=version,
        key=new_key(),
        at=AT + days(2),
    )


def test_amendment_with_a_date_after_ship_by_is_refused() -> None:
    trade = a_placed_order()
    late = [
        DEPOSIT_BALANCE[0],
        ScheduledMilestone("Later", 7_000, "date", date(2026, 4, 16), "acceptance"),
    ]
    with pytest.raises(ScheduleDateWrong):
        propose(trade, schedule=late)
    assert not trade.order.amendments.exists()


def test_database_keeps_the_agreed_schedule_and_its_milestones() -> None:
    trade = a_confirmed_terms(schedule=DEPOSIT_BALANCE)
    changes: tuple[Callable[[], object], ...] = (
        lambda: Order.objects.filter(pk=trade.order.pk).update(schedule=as_data(WHOLE_ORDER)),
        lambda: trade.order.milestones.filter(position=2).update(amount_minor=1),
        lambda: trade.order.milestones.filter(position=2).update(release_on="delivery"),
    )
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert trade.again().milestones_agreed == list(DEPOSIT_BALANCE)


def test_pages_of_schedules_save_choose_and_remove() -> None:
    supplier = a_company("Kaveri Exports", at=AT)
    browser = signed_in(owner_of(supplier))
    data = {
        "idempotency_key": new_key(),
        "name": "Half and half",
        "title_1": "Now",
        "share_1": "50",
        "fund_on_1": "confirmation",
        "release_on_1": "delivery",
        "title_2": "Later",
        "share_2": "50.00",
        "fund_on_2": "before_shipment",
        "release_on_2": "acceptance",
    }
    with time_machine.travel(AT, tick=False):
        assert browser.post("/schedules/new/", {**data, "share_2": "49"}).status_code == 400
        assert not ScheduleTemplate.objects.exists()
        assert browser.post("/schedules/new/", data).status_code == 302
        template = ScheduleTemplate.objects.get()
        assert [row["share_bps"] for row in template.milestones] == [5_000, 5_000]
        assert browser.get(f"/schedules/{template.ref}/").status_code == 200
        browser.post("/schedules/default/", {"ref": template.ref})
        assert b"Half and half" in browser.get("/schedules/").content
        template.refresh_from_db()
        assert template.is_default
        browser.post(f"/schedules/{template.ref}/remove/")
    assert not ScheduleTemplate.objects.exists()


def test_pages_of_amended_terms_show_both_schedules() -> None:
    supplier = a_company("Kaveri Exports", at=AT)
    template = a_schedule_template(supplier)
    trade = a_placed_order(supplier=supplier)
    line = trade.line
    data = {
        "idempotency_key": new_key(),
        f"quantity_{line.pk}": "20",
        f"unit_price_{line.pk}": "1180",
        f"discount_bps_{line.pk}": "0",
        "freight": "0",
        "ship_by": "2026-04-15",
        "incoterms_rule": "FOB",
        "named_place": "Mundra",
        "schedule": template.ref,
    }
    with time_machine.travel(AT + days(1), tick=False):
        assert signed_in(trade.supplier).post(f"/orders/{trade.ref}/amend/", data).status_code == 302
        page = signed_in(trade.buyer).get(f"/orders/{trade.ref}/amendment/").content.decode()
        own = data | {
            "idempotency_key": new_key(),
            "schedule": "own",
            "title_1": "All of it",
            "share_1": "100",
            "fund_on_1": "confirmation",
            "release_on_1": "delivery",
        }
        assert signed_in(trade.supplier).post(f"/orders/{trade.ref}/amend/", own).status_code == 302
    assert "7,080.00\xa0USD" in page
    assert "16,520.00\xa0USD" in page
    amendment = trade.order.amendments.get(version=2)
    assert [row["release_on"] for row in amendment.schedule] == ["delivery"]


def test_api_shows_the_schedule_and_what_is_due() -> None:
    trade = a_confirmed_terms(schedule=DEPOSIT_BALANCE)
    body = signed_in(trade.buyer).get(f"/api/v1/orders/{trade.ref}/").json()
    assert [(row["amount"]["amount_minor"], row["fund_on"]) for row in body["schedule"]] == [
        (708_000, "confirmation"),
        (1_652_000, "before_shipment"),
    ]
    assert body["awaits_payment"] is False
