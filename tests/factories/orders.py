"""Orders in every state that needs no payment, reached through operations only.

The clearances stand in for held money here; stories with money are in `tests.factories.holds`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from catalog.models import Product
from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.ids import new_key
from orders.models import Order, OrderLine, ScheduleTemplate, Shipment
from orders.operations import (
    Delivery,
    PackedLine,
    WantedLine,
    choose_default_schedule,
    clear_to_produce,
    clear_to_ship,
    confirm_order_terms,
    dispatch_shipment,
    lock_order,
    place_order,
    prepare_shipment,
    record_delivery,
    save_schedule_template,
)
from orders.rules.schedule import ScheduledMilestone, TemplateMilestone
from tests.factories import AT, days
from tests.factories.accounts import a_company, owner_of
from tests.factories.catalog import a_live_product
from tests.factories.remembered import remembered

HOLDS = Actor.system("holds")
ADDRESS: Mapping[str, str] = {
    "name": "Nordic Food Import AB",
    "street": "Hamngatan 4",
    "city": "Göteborg",
    "region": "",
    "postal_code": "411 14",
    "country": "SE",
    "contact": "Lina Berg",
    "phone": "+46 31 700 00 00",
}
SHIP_BY = date(2026, 4, 15)
DELIVERY = Delivery(
    address=ADDRESS, incoterms_rule="FOB", named_place="Mundra", ship_by=SHIP_BY, transport_mode="sea"
)
DEPOSIT_BALANCE = (
    ScheduledMilestone("Deposit", 3_000, "confirmation", None, "acceptance"),
    ScheduledMilestone("Balance", 7_000, "before_shipment", None, "acceptance"),
)


@dataclass(frozen=True)
class Trade:
    """An order with the people of both sides."""

    order: Order
    buyer: Actor
    supplier: Actor

    @property
    def ref(self) -> str:
        return self.order.ref

    @property
    def line(self) -> OrderLine:
        return self.order.lines.order_by("position")[0]

    def again(self) -> Order:
        """The order as it is in the database now."""
        return Order.objects.get(pk=self.order.pk)


@remembered
def a_placed_order(
    *,
    buyer: Company | None = None,
    supplier: Company | None = None,
    products: Sequence[tuple[Product, str]] = (),
    quantity: str = "20",
    at: datetime = AT,
    **over: Any,
) -> Trade:
    """20 t of rice at 1,180.00 USD by sea, FOB Mundra, placed at `AT`, to be shipped by 15 April 2026.

    `schedule` is how it is paid (by default all of it before production); see `DEPOSIT_BALANCE`.
    """
    supplier = supplier or (products[0][0].supplier if products else a_company("Kaveri Exports", at=at))
    buyer = buyer or a_company("Nordic Food Import", country="SE", at=at)
    wanted = products or [(a_live_product(supplier, at=at), quantity)]
    asked = {name: over.pop(name) for name in {field.name for field in fields(Delivery)} & over.keys()}
    order = place_order(
        supplier_id=supplier.pk,
        lines=[WantedLine(product.ref, Decimal(amount)) for product, amount in wanted],
        actor=owner_of(buyer),
        at=at,
        delivery=replace(DELIVERY, **asked),
        **({"key": new_key()} | over),
    )
    return Trade(order, owner_of(buyer), owner_of(supplier))


def a_schedule_template(
    supplier: Company, *, name: str = "30/70", default: bool = False, at: datetime = AT
) -> ScheduleTemplate:
    """A schedule the supplier keeps ready: 30 % on confirmation, 70 % before shipment."""
    milestones = [
        TemplateMilestone("Deposit", 3_000, "confirmation", None, "acceptance"),
        TemplateMilestone("Balance", 7_000, "before_shipment", None, "acceptance"),
    ]
    actor = owner_of(supplier)
    ref = save_schedule_template(name=name, milestones=milestones, actor=actor, key=new_key(), at=at)
    if default:
        choose_default_schedule(ref=ref, actor=actor, at=at)
    return ScheduleTemplate.objects.get(ref=ref)


@remembered
def a_confirmed_terms(trade: Trade | None = None, *, at: datetime = AT + days(1), **over: Any) -> Trade:
    """Confirmed by the supplier as placed; nothing is paid."""
    trade = trade or a_placed_order(**over)
    with transaction.atomic():
        confirm_order_terms(
            order=lock_order(trade.ref, trade.supplier), actor=trade.supplier, key=new_key(), at=at
        )
    return Trade(trade.again(), trade.buyer, trade.supplier)


@remembered
def a_cleared_order(trade: Trade | None = None, *, at: datetime = AT + days(2), **over: Any) -> Trade:
    """Confirmed and cleared to produce and ship, as if the money were held."""
    trade = trade or a_confirmed_terms(**over)
    with transaction.atomic():
        order = lock_order(trade.ref, HOLDS)
        clear_to_produce(order=order, actor=HOLDS, at=at)
        clear_to_ship(order=order, actor=HOLDS, at=at)
    return Trade(trade.again(), trade.buyer, trade.supplier)


def a_packed_shipment(
    trade: Trade, *, quantity: str = "", at: datetime = AT + days(10), **over: Any
) -> Shipment:
    """A shipment of everything that is open, or of `quantity` of the first line, with the sandbox carrier."""
    open_lines = [
        PackedLine(line.pk, line.open_quantity) for line in trade.order.lines.all() if line.open_quantity > 0
    ]
    carriage: dict[str, Any] = {
        "transport_mode": trade.order.transport_mode,
        "carrier": "Sandbox",
        "tracking_number": f"TRACK {trade.ref[-12:]} {trade.order.shipments.count() + 1}",
        "key": new_key(),
    }
    return prepare_shipment(
        order_ref=trade.ref,
        lines=[PackedLine(trade.line.pk, Decimal(quantity))] if quantity else open_lines,
        actor=trade.supplier,
        at=at,
        **(carriage | over),
    )


def a_dispatched_shipment(
    trade: Trade, *, at: datetime = AT + days(11), quantity: str = "", **over: Any
) -> Shipment:
    """A shipment that left on the day of `at`."""
    shipment = a_packed_shipment(trade, quantity=quantity, at=at, **over)
    return dispatch_shipment(
        shipment_ref=shipment.ref, shipped_on=at.date(), actor=trade.supplier, key=new_key(), at=at
    )


def a_delivered_shipment(trade: Trade, *, at: datetime = AT + days(40), **over: Any) -> Shipment:
    """A shipment that the buyer says has arrived."""
    shipment = a_dispatched_shipment(trade, **over)
    return record_delivery(
        shipment_ref=shipment.ref, source="buyer", delivered_at=at, actor=trade.buyer, key=new_key(), at=at
    )
