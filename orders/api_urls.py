"""Routes of orders under `/api/v1/`: for members of the company acted for; another company's order or enquiry is not found."""

from __future__ import annotations

from django.urls import URLPattern, path

from orders.api import OrdersView, OrderView
from orders.enquiry_api import EnquiriesView, EnquiryMessagesView, EnquiryView

urlpatterns: list[URLPattern] = [
    path("orders/", OrdersView.as_view(), name="api_orders"),
    path("orders/<str:ref>/", OrderView.as_view(), name="api_order"),
    path("enquiries/", EnquiriesView.as_view(), name="api_enquiries"),
    path("enquiries/<str:ref>/", EnquiryView.as_view(), name="api_enquiry"),
    path("enquiries/<str:ref>/messages/", EnquiryMessagesView.as_view(), name="api_enquiry_messages"),
]
