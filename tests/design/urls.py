"""The names that the frame links to, so that it can be looked at without the apps."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

NAMES = [
    "home",
    "search",
    "categories",
    "cart",
    "orders",
    "workbench_products",
    "dashboard",
    "balance",
    "notifications",
    "company_new",
    "company",
    "team",
    "company_choose",
    "verification",
    "profile",
    "protection",
    "api_docs",
    "mfa_index",
    "account_logout",
    "account_login",
    "account_signup",
    "set_language",
]


def nothing(request: HttpRequest) -> HttpResponse:
    """Never asked for."""
    return HttpResponse(status=204)


urlpatterns = [path(f"{name}/", nothing, name=name) for name in NAMES]
