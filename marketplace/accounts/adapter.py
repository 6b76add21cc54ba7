"""What allauth asks of this marketplace: how a person who signs up becomes a row. Signs nobody in."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import get_language

from marketplace.accounts.models import User
from marketplace.accounts.rules import clean_line
from marketplace.core.http import ActingRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Sign-up keeps the name and the time zone from our part of the form, and the language of the page."""

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:  # noqa: FBT001, FBT002 -- allauth's signature
        """Fill and save the new person; allauth has checked address and password."""
        user.name = clean_line(str(form.cleaned_data.get("name", "")))
        user.time_zone = form.cleaned_data.get("time_zone") or "UTC"
        user.language = get_language() or "en"
        user.joined_at = cast(ActingRequest, request).at
        return cast(User, super().save_user(request, user, form, commit))
