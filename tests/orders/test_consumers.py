"""Who is told what: the side that must act is asked, once, in their language; strangers never."""

from __future__ import annotations

import pytest

from marketplace.core.ids import new_key
from marketplace.core.jobs import QUEUE_SHIPMENTS
from marketplace.core.models import OutboxDelivery, OutboxEvent
from marketplace.core.outbox import declared_events, deliver_due, registered_consumers
from marketplace.notifications.models import Notification
from orders.consumers import EVENTS, TOLD, consumers
from orders.operations import decline_order, withdraw_order
from tests.factories import AT, days
from tests.factories.accounts import a_company, a_member, a_person
from tests.factories.orders import a_cleared_order, a_delivered_shipment, a_placed_order

pytestmark = pytest.mark.django_db


def _told(kind: str) -> list[tuple[int | None, str, bool]]:
    deliver_due(at=AT + days(100))
    rows = Notification.objects.filter(event__kind=kind, channel="page")
    return list(rows.order_by("recipient_id").values_list("recipient_id", "title", "asks"))


def test_a_new_order_asks_owners_and_sales_of_the_supplier_only() -> None:
    supplier = a_company()
    sales, finance, viewer = (a_member(supplier, role) for role in ("sales", "finance", "viewer"))
    a_member()  # a stranger
    trade = a_placed_order(supplier=supplier)
    told = _told("order_placed")
    assert {row[0] for row in told} == {trade.supplier.user_id, sales.user_id}
    assert not {finance.user_id, viewer.user_id, trade.buyer.user_id} & {row[0] for row in told}
    assert all(asks for *_rest, asks in told)
    assert trade.order.number in told[0][1]
    assert "23,600.00 USD" in told[0][1]


def test_delivering_the_outbox_again_tells_nobody_twice() -> None:
    a_placed_order()
    assert len(_told("order_placed")) == 1
    OutboxDelivery.objects.update(delivered_at=None)
    assert len(_told("order_placed")) == 1


def test_a_declined_order_tells_the_buyer_the_reason() -> None:
    trade = a_placed_order()
    decline_order(
        order_ref=trade.ref, reason="Sold out 100 %(reason)s.", actor=trade.supplier, key=new_key(), at=AT
    )
    assert [row[0] for row in _told("order_declined")] == [trade.buyer.user_id]
    body = Notification.objects.get(event__kind="order_declined", channel="page").body
    assert body == "Sold out 100 %(reason)s."


def test_names_with_percent_signs_do_not_break_the_words() -> None:
    trade = a_placed_order(buyer=a_company("100 %(number)s Import %s"))
    withdraw_order(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=AT)
    assert "100 %(number)s Import %s" in _told("order_cancelled")[0][1]


def test_words_are_in_the_language_of_the_reader() -> None:
    owner = a_person(language="es")
    supplier = a_company(owner=owner)
    trade = a_placed_order(supplier=supplier)
    told = _told("order_placed")
    assert told[0][0] == owner.pk
    assert "23.600,00 USD" in told[0][1]
    assert trade.order.number in told[0][1]


def test_steps_of_a_shipment_are_told_to_both_sides_on_their_own_queue() -> None:
    trade = a_cleared_order()
    a_delivered_shipment(trade)
    both = {trade.buyer.user_id, trade.supplier.user_id}
    for kind in ("shipment_packed", "shipment_in_transit", "shipment_delivered"):
        assert {row[0] for row in _told(kind)} == both
        assert set(OutboxDelivery.objects.filter(event__kind=kind).values_list("queue", flat=True)) >= {
            QUEUE_SHIPMENTS
        }
    assert {row[0] for row in _told("order_delivered")} == {trade.buyer.user_id}


def test_every_event_is_declared_and_every_teller_registered() -> None:
    assert set(EVENTS) <= declared_events()
    assert set(TOLD) <= set(EVENTS)
    registered = registered_consumers()
    assert all(consumer.name in registered for consumer in consumers())
    for kind in ("shipment_packed", "shipment_in_transit", "shipment_delivered", "shipment_late"):
        assert TOLD[kind][0] == QUEUE_SHIPMENTS


def test_a_person_of_both_companies_is_told_once_per_event() -> None:
    person = a_person()
    trade = a_placed_order(supplier=a_company(owner=person), buyer=a_company(owner=person))
    withdraw_order(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=AT)
    assert [row[0] for row in _told("order_cancelled")] == [person.pk]
    assert OutboxEvent.objects.filter(kind="order_cancelled").count() == 1
