"""Routes of orders under `/api/v1/`: for members of the company acted for; another company's order is not found."""

from __future__ import annotations

from django.urls import URLPattern, path

from orders.api import OrdersView, OrderView

urlpatterns: list[URLPattern] = [
    path("orders/", OrdersView.as_view(), name="api_orders"),
    path("orders/<str:ref>/", OrderView.as_view(), name="api_order"),
]
