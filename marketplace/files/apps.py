"""Wiring of files: what happens to one, and who listens."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FilesConfig(AppConfig):
    """Private files."""

    name = "marketplace.files"
    label = "files"
    verbose_name = _("Files")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what core dispatches to."""
        from marketplace.core.jobs import QUEUE_DEFAULT
        from marketplace.core.outbox import EventConsumer, declare_event, register_consumer
        from marketplace.files.consumers import remove_discarded
        from marketplace.files.operations import FILE_DISCARDED

        declare_event(FILE_DISCARDED)
        register_consumer(
            EventConsumer(FILE_DISCARDED, "remove_discarded_file", QUEUE_DEFAULT, remove_discarded)
        )
