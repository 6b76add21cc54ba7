"""Record pages of accounts for those with `is_staff`: to be read. Everything is changed through operations."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from marketplace.accounts.models import (
    Company,
    CompanyTransition,
    DeskChange,
    Invitation,
    Member,
    MemberChange,
    User,
    Verification,
)


class ReadOnlyAdmin(admin.ModelAdmin[Model]):
    """May be looked at, never written."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        user = request.user
        return bool(user.is_active and user.is_staff)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    list_display = ("email", "name", "desks", "is_active", "joined_at")
    search_fields = ("email", "name")
    exclude = ("password",)


@admin.register(Company)
class CompanyAdmin(ReadOnlyAdmin):
    list_display = ("legal_name", "ref", "country", "state", "sells", "buys", "created_at")
    list_filter = ("state", "sells", "buys")
    search_fields = ("legal_name", "ref", "tax_id")


@admin.register(Member)
class MemberAdmin(ReadOnlyAdmin):
    list_display = ("company", "user", "role", "joined_at", "left_at")
    list_select_related = ("company", "user")
    search_fields = ("company__legal_name", "user__email")


@admin.register(MemberChange)
class MemberChangeAdmin(ReadOnlyAdmin):
    list_display = ("company", "user", "kind", "role_before", "role_after", "actor_label", "at")
    list_select_related = ("company", "user")


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ("company", "email", "role", "invited_by_label", "expires_at", "ended_at")
    list_select_related = ("company",)
    exclude = ("ref",)  # whoever holds the link and the address may join


@admin.register(Verification)
class VerificationAdmin(ReadOnlyAdmin):
    list_display = ("ref", "company", "submitted_at", "decision", "decided_by_label", "decided_at")
    list_select_related = ("company",)


@admin.register(CompanyTransition)
class CompanyTransitionAdmin(ReadOnlyAdmin):
    list_display = ("company", "from_state", "to_state", "actor_label", "at")
    list_select_related = ("company",)


@admin.register(DeskChange)
class DeskChangeAdmin(ReadOnlyAdmin):
    list_display = ("user", "before", "after", "actor_label", "at")
    list_select_related = ("user",)
