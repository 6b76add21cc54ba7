"""System checks: no kind without a handler, no row that nobody can handle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError

from marketplace.core import deadlines, outbox
from marketplace.core.models import Deadline, OutboxDelivery
from marketplace.core.states import DeadlineState


def register_all() -> None:
    """Hand both checks to Django; called from `ready()`."""
    register(consumers_have_events)
    register(waiting_rows_have_handlers, Tags.database)


def consumers_have_events(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A consumer of an event that no app declares would wait for ever."""
    unknown = [c for c in outbox.registered_consumers().values() if c.event not in outbox.declared_events()]
    return [
        Error(f"Consumer {c.name} listens to {c.event}, which no app declares.", id="core.E001")
        for c in unknown
    ]


def waiting_rows_have_handlers(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """An open deadline or a waiting delivery of an unknown kind would never happen (`check --database default`)."""
    try:
        kinds = set(
            Deadline.objects.filter(state=DeadlineState.OPEN).values_list("kind", flat=True).distinct()
        )
        consumers = set(
            OutboxDelivery.objects.filter(delivered_at__isnull=True)
            .values_list("consumer", flat=True)
            .distinct()
        )
    except DatabaseError:
        return []  # before the first migration
    missing = [f"deadline kind {kind}" for kind in sorted(kinds - set(deadlines.registered_kinds()))]
    missing += [f"consumer {name}" for name in sorted(consumers - set(outbox.registered_consumers()))]
    return [Error(f"Rows wait for {name}, which no app registers.", id="core.E002") for name in missing]
