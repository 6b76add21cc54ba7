"""All routes: each app brings its own; the shell only puts them together."""

from __future__ import annotations

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

from marketplace.api import api_docs

# An address is looked for in this order: nearly all that are asked are the catalogue's.
_APPS = (
    "catalog",
    "marketplace.core",
    "marketplace.accounts",
    "marketplace.files",
    "marketplace.notifications",
    "orders",
    "trade_assurance.ledger",
    "trade_assurance.payments",
    "trade_assurance.holds",
    "trade_assurance.disputes",
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("allauth.urls")),
    # The admin's own log-in knows no second factor.
    path("admin/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("admin/", admin.site.urls),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("api/v1/docs/", api_docs, name="api_docs"),
    *(path("", include(f"{app}.urls")) for app in _APPS if find_spec(f"{app}.urls")),
    *(path("api/v1/", include(f"{app}.api_urls")) for app in _APPS if find_spec(f"{app}.api_urls")),
]
