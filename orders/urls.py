"""Routes of orders. `/orders/` and `/orders/<ref>/` themselves belong to the app of the money above.

Who may: the cart, the checkout and the order of a sample are for owner and purchasing of the company acted for (its other
members may look at the cart); answers and shipments of an order are for owner and sales of its
supplier; withdrawing, declining amended terms and reporting arrival for owner and purchasing of its
buyer; arrival also for a dispute officer with no part in the trade; the contract and the amended terms
for every member of both sides and for dispute and finance officers; the list of arrivals to decide for
the disputes desk. A company's payment schedules are read by its members and kept by owner and sales. Anybody else meets "not found".
The form of a question (enquiry_ask) is for everybody, sending it for owner and purchasing; an enquiry is read by every
member of its two companies and, once it was reported, by moderators; owner and purchasing of the buyer and owner and
sales of the supplier write in it, close and report it; the desk of reported ones is the moderators'.
The webhook asks for a signature instead of a person; the sandbox carrier exists only where we rehearse.
"""

from __future__ import annotations

from django.urls import URLPattern, path

from orders.views import (
    answers,
    cart,
    desk,
    enquiries,
    enquiry_desk,
    papers,
    reviews,
    samples,
    sandbox,
    schedules,
    shipments,
)
from orders.webhooks import carrier_webhook, rehearsing

urlpatterns: list[URLPattern] = [
    path("cart/", cart.cart, name="cart"),
    path("cart/add/", cart.cart_add, name="cart_add"),
    path("cart/lines/<int:line_id>/", cart.cart_line, name="cart_line"),
    path("checkout/<str:supplier_ref>/", cart.checkout, name="checkout"),
    path("samples/<str:product_ref>/", samples.sample_order, name="sample_order"),
    path("schedules/", schedules.schedules, name="schedules"),
    path("schedules/new/", schedules.schedule_new, name="schedule_new"),
    path("schedules/default/", schedules.schedule_default, name="schedule_default"),
    path("schedules/<str:ref>/", schedules.schedule_edit, name="schedule_edit"),
    path("schedules/<str:ref>/remove/", schedules.schedule_remove, name="schedule_remove"),
    path("ask/<str:ref>/", enquiries.enquiry_ask, name="enquiry_ask"),
    path("enquiries/", enquiries.enquiries, name="enquiries"),
    path("enquiries/received/", enquiries.enquiries_received, name="enquiries_received"),
    path("enquiries/<str:ref>/", enquiries.enquiry, name="enquiry"),
    path("enquiries/<str:ref>/close/", enquiries.enquiry_close, name="enquiry_close"),
    path("enquiries/<str:ref>/report/", enquiries.enquiry_report, name="enquiry_report"),
    path("desk/enquiries/", enquiry_desk.desk_enquiries, name="desk_enquiries"),
    path("desk/enquiries/<str:ref>/", enquiry_desk.desk_enquiry_judge, name="desk_enquiry_judge"),
    path("orders/export.csv", papers.orders_export, name="orders_export"),
    path("orders/<str:ref>/again/", cart.order_again_step, name="order_again"),
    path("orders/<str:ref>/decline/", answers.order_decline, name="order_decline"),
    path("orders/<str:ref>/review/", reviews.order_review, name="order_review"),
    path("orders/<str:ref>/review-buyer/", reviews.order_buyer_review, name="order_buyer_review"),
    path("orders/<str:ref>/withdraw/", answers.order_withdraw, name="order_withdraw"),
    path("orders/<str:ref>/amend/", answers.order_amend, name="order_amend"),
    path("orders/<str:ref>/amendment/", answers.order_amendment, name="order_amendment"),
    path("orders/<str:ref>/amendment/decline/", answers.amendment_decline, name="amendment_decline"),
    path("orders/<str:ref>/contract/", papers.order_contract, name="order_contract"),
    path("orders/<str:ref>/contract.json", papers.order_contract_data, name="order_contract_data"),
    path("orders/<str:ref>/production/", shipments.production_start, name="production_start"),
    path("orders/<str:ref>/shipments/", shipments.shipment_new, name="shipment_new"),
    path(
        "orders/<str:ref>/shipments/<str:shipment_ref>/dispatch/",
        shipments.shipment_dispatch,
        name="shipment_dispatch",
    ),
    path(
        "orders/<str:ref>/shipments/<str:shipment_ref>/unpack/",
        shipments.shipment_unpack,
        name="shipment_unpack",
    ),
    path(
        "orders/<str:ref>/shipments/<str:shipment_ref>/documents/",
        shipments.shipment_document,
        name="shipment_document",
    ),
    path(
        "orders/<str:ref>/shipments/<str:shipment_ref>/delivery/",
        shipments.shipment_deliver,
        name="shipment_deliver",
    ),
    path("desk/shipments/", desk.desk_shipments, name="desk_shipments"),
    path("webhooks/carrier/<slug:carrier>/", carrier_webhook, name="carrier_webhook"),
]

if rehearsing():
    urlpatterns.append(path("sandbox/carrier/", sandbox.sandbox_carrier, name="sandbox_carrier"))
