"""The user manager Django's own log-in code asks for; everything else is in `operations`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import BaseUserManager

if TYPE_CHECKING:
    from marketplace.accounts.models import User


class UserManager(BaseUserManager["User"]):
    """People are found by e-mail address, whatever the case it is typed in."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username or "")
