"""The only writers of orders. Lower halves (marked so) are for the apps above, which lock and authorise first."""

from __future__ import annotations

from orders.event_texts import register_event_text
from orders.operations.addenda import (
    accept_addendum_terms,
    decline_addendum,
    lock_addendum,
    propose_addendum,
    withdraw_addendum,
)
from orders.operations.amending import LineChange, amend_order, decline_amendment
from orders.operations.answering import decline_order, withdraw_order
from orders.operations.carriers import record_carrier_event
from orders.operations.cart import add_to_cart, place_cart, set_cart_quantity
from orders.operations.confirming import confirm_order_terms
from orders.operations.delivery import record_delivery
from orders.operations.discounts import grant_discount
from orders.operations.ending import (
    ENDED_WITH_ORDER,
    accept_shipment,
    accept_shipments,
    cancel_order,
    cancel_unshipped_lines,
    complete_order,
    lapse_order,
)
from orders.operations.events import record_event
from orders.operations.locking import lock_order
from orders.operations.placing import place_order
from orders.operations.producing import (
    accept_lost_money,
    clear_to_produce,
    clear_to_ship,
    note_lost_money,
    resume_ship_by,
    start_production,
    stop_ship_by,
)
from orders.operations.repeating import LeftOut, Repeated, order_again
from orders.operations.schedules import (
    choose_default_schedule,
    remove_schedule_template,
    save_schedule_template,
)
from orders.operations.shipping import (
    PackedLine,
    attach_document,
    dispatch_shipment,
    prepare_shipment,
    unpack_shipment,
)
from orders.operations.weighing import (
    MeasuredLine,
    Weighed,
    surplus_not_paid,
    surplus_paid,
    surplus_returned,
    waive_surplus,
    weigh_shipment,
)
from orders.queries.ship_by import waits_for_payment
from orders.rules.addenda import LineCut
from orders.rules.amounts import WantedLine
from orders.rules.delivery import Delivery

__all__ = [
    "ENDED_WITH_ORDER",
    "Delivery",
    "LeftOut",
    "LineChange",
    "LineCut",
    "MeasuredLine",
    "PackedLine",
    "Repeated",
    "WantedLine",
    "Weighed",
    "accept_addendum_terms",
    "accept_lost_money",
    "accept_shipment",
    "accept_shipments",
    "add_to_cart",
    "amend_order",
    "attach_document",
    "cancel_order",
    "cancel_unshipped_lines",
    "choose_default_schedule",
    "clear_to_produce",
    "clear_to_ship",
    "complete_order",
    "confirm_order_terms",
    "decline_addendum",
    "decline_amendment",
    "decline_order",
    "dispatch_shipment",
    "grant_discount",
    "lapse_order",
    "lock_addendum",
    "lock_order",
    "note_lost_money",
    "order_again",
    "place_cart",
    "place_order",
    "prepare_shipment",
    "propose_addendum",
    "record_carrier_event",
    "record_delivery",
    "record_event",
    "register_event_text",
    "remove_schedule_template",
    "resume_ship_by",
    "save_schedule_template",
    "set_cart_quantity",
    "start_production",
    "stop_ship_by",
    "surplus_not_paid",
    "surplus_paid",
    "surplus_returned",
    "unpack_shipment",
    "waits_for_payment",
    "waive_surplus",
    "weigh_shipment",
    "withdraw_addendum",
    "withdraw_order",
]
