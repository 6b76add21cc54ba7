"""Rows of the trade: cart, order with its lines and amendments, shipments. Must not call operations."""

from __future__ import annotations

from orders.models.addendum import Addendum, AddendumTransition
from orders.models.amendment import Amendment, AmendmentTransition
from orders.models.buyer_review import BuyerReview
from orders.models.cart import Cart, CartLine
from orders.models.cart_additions import CartAdditions
from orders.models.discount import PromisedDiscount
from orders.models.enquiry import Enquiry, EnquiryMessage, EnquiryTransition
from orders.models.enquiry_report import EnquiryDecision, EnquiryReport
from orders.models.line import OrderLine
from orders.models.order import (
    Milestone,
    Order,
    OrderEvent,
    OrderTransition,
)
from orders.models.sample import SampleOrder
from orders.models.schedule import ScheduleTemplate
from orders.models.shipment import (
    CarrierEvent,
    Shipment,
    ShipmentDocument,
    ShipmentLine,
    ShipmentTransition,
)

__all__ = [
    "Addendum",
    "AddendumTransition",
    "Amendment",
    "AmendmentTransition",
    "BuyerReview",
    "CarrierEvent",
    "Cart",
    "CartAdditions",
    "CartLine",
    "Enquiry",
    "EnquiryDecision",
    "EnquiryMessage",
    "EnquiryReport",
    "EnquiryTransition",
    "Milestone",
    "Order",
    "OrderEvent",
    "OrderLine",
    "OrderTransition",
    "PromisedDiscount",
    "SampleOrder",
    "ScheduleTemplate",
    "Shipment",
    "ShipmentDocument",
    "ShipmentLine",
    "ShipmentTransition",
]
