"""Wiring of accounts: events, settings, clocks and the kind of its files."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """People and companies."""

    name = "marketplace.accounts"
    label = "accounts"
    verbose_name = _("People and companies")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from marketplace.accounts import wiring
        from marketplace.core.deadlines import register_deadline_kind
        from marketplace.core.operator_settings import register_settings
        from marketplace.core.outbox import declare_event
        from marketplace.files.operations import register_file_kind

        declare_event(*wiring.EVENTS)
        register_settings(*wiring.SETTINGS)
        register_file_kind(wiring.VERIFICATION_DOCUMENT)
        for kind in wiring.DEADLINE_KINDS:
            register_deadline_kind(kind)
