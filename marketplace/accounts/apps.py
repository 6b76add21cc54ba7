"""Wiring of accounts."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """People and companies."""

    name = "marketplace.accounts"
    label = "accounts"
    verbose_name = _("People and companies")
    default_auto_field = "django.db.models.BigAutoField"
