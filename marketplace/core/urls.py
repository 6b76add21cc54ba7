"""Routes of the ground: health and the operator's desk."""

from __future__ import annotations

from django.urls import path

from marketplace.core import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("desk/settings/", views.desk_settings, name="desk_settings"),
    path("desk/settings/<str:key>/", views.desk_setting, name="desk_setting"),
    path("desk/books/", views.desk_books, name="desk_books"),
]
