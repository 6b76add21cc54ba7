"""Reads of orders for pages, the API and the apps above: frozen dataclasses, never lazy querysets."""

from __future__ import annotations

from orders.queries.cart import (
    CartGroup,
    CartPage,
    cart_group,
    cart_page,
    order_of_line,
    product_for_cart,
    tolerance_of,
)
from orders.queries.contract import ContractSheet, contract_sheet
from orders.queries.desk import carrier_events_to_review, unproven_shipments
from orders.queries.discounts import DiscountLine, usable_discounts
from orders.queries.enquiries import EnquiryRow, waiting_enquiries
from orders.queries.header import header_counts
from orders.queries.lists import (
    SORTS,
    STATE_GROUPS,
    OrderFilter,
    OrderList,
    OrderRow,
    order_lines_for_list,
    order_list,
    orders_for_export,
    waiting_count,
)
from orders.queries.page import OrderPage, find_order, order_page, side_of
from orders.queries.parts import (
    AddendumLine,
    AddendumView,
    AmendmentView,
    DocumentView,
    LineView,
    NextLine,
    PackedView,
    ShipmentView,
    Steps,
    TimelineLine,
)
from orders.queries.samples import sample_group
from orders.queries.schedule import (
    ScheduleLine,
    TemplateView,
    paid_words,
    protected_words,
    schedule_lines,
    schedule_offered,
    schedule_template,
    schedule_templates,
)
from orders.queries.timeline import who

__all__ = [
    "SORTS",
    "STATE_GROUPS",
    "AddendumLine",
    "AddendumView",
    "AmendmentView",
    "CartGroup",
    "CartPage",
    "ContractSheet",
    "DiscountLine",
    "DocumentView",
    "EnquiryRow",
    "LineView",
    "NextLine",
    "OrderFilter",
    "OrderList",
    "OrderPage",
    "OrderRow",
    "PackedView",
    "ScheduleLine",
    "ShipmentView",
    "Steps",
    "TemplateView",
    "TimelineLine",
    "carrier_events_to_review",
    "cart_group",
    "cart_page",
    "contract_sheet",
    "find_order",
    "header_counts",
    "order_lines_for_list",
    "order_list",
    "order_of_line",
    "order_page",
    "orders_for_export",
    "paid_words",
    "product_for_cart",
    "protected_words",
    "sample_group",
    "schedule_lines",
    "schedule_offered",
    "schedule_template",
    "schedule_templates",
    "side_of",
    "tolerance_of",
    "unproven_shipments",
    "usable_discounts",
    "waiting_count",
    "waiting_enquiries",
    "who",
]
