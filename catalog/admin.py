"""Read-only looks at the catalogue for staff; every change goes through an operation."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from catalog.models import AttributeDefinition, Category, Product, ProductChange


class ReadOnly(admin.ModelAdmin[Any]):
    """Nothing can be added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Product)
class ProductAdmin(ReadOnly):
    """Listings."""

    list_display = ("ref", "title", "supplier", "state", "updated_at")
    list_filter = ("state",)
    search_fields = ("ref", "title")


@admin.register(ProductChange)
class ProductChangeAdmin(ReadOnly):
    """Who changed what."""

    list_display = ("product", "revision", "actor_label", "at")


@admin.register(Category)
class CategoryAdmin(ReadOnly):
    """The tree."""

    list_display = ("code", "path", "level")


@admin.register(AttributeDefinition)
class AttributeDefinitionAdmin(ReadOnly):
    """What products state."""

    list_display = ("code", "kind", "symbol")
