"""What allauth asks of this marketplace: how a person who signs up becomes a row. Signs nobody in."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import get_language

from marketplace.accounts.models import User
from marketplace.accounts.rules import clean_line
from marketplace.core.http import ActingRequest
from marketplace.core.operator_settings import shown_value_of


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Sign-up keeps the name and the time zone from our part of the form, and the language of the page.

    Mails are signed by the operator of this marketplace.
    """

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send one of allauth's mails."""
        signed = {**context, "operator_name": str(shown_value_of("site.operator_name"))}
        super().send_mail(template_prefix, email, signed)

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:  # noqa: FBT001, FBT002 -- allauth's signature
        """Fill and save the new person; allauth has checked address and password."""
        user.name = clean_line(str(form.cleaned_data.get("name", "")))
        user.time_zone = form.cleaned_data.get("time_zone") or "UTC"
        user.language = get_language() or "en"
        user.joined_at = cast(ActingRequest, request).at
        return cast(User, super().save_user(request, user, form, commit))
