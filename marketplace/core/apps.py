"""Wiring of core: system checks and its own readiness checks."""

from __future__ import annotations

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "marketplace.core"
    label = "core"
    verbose_name = "Core"

    def ready(self) -> None:
        from marketplace.core import checks, operator_settings, readiness

        checks.register_all()
        operator_settings.register_settings(operator_settings.OPERATOR_NAME)
        readiness.register_check("database", readiness.database)
        readiness.register_check("queue", readiness.broker)
        readiness.register_check("oldest_unsent_outbox_row", readiness.oldest_outbox)
        readiness.register_check("oldest_overdue_deadline", readiness.oldest_deadline)
