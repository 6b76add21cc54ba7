"""Wiring of notifications: consumers of what happens to companies and teams."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """Bell and e-mail."""

    name = "marketplace.notifications"
    label = "notifications"
    verbose_name = _("Notifications")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from marketplace.core.outbox import register_consumer
        from marketplace.notifications.consumers import CONSUMERS

        for consumer in CONSUMERS:
            register_consumer(consumer)
