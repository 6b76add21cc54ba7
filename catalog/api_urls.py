"""Routes of the catalogue below /api/v1/. Everybody may read; nothing can be written."""

from __future__ import annotations

from django.urls import path

from catalog import api

urlpatterns = [
    path("products/", api.ProductList.as_view(), name="api_products"),
    path("products/<str:ref>/", api.ProductDetail.as_view(), name="api_product"),
    path("categories/", api.CategoryList.as_view(), name="api_categories"),
]
