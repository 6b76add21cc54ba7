"""The edge's clock. Only views, tasks, webhooks and commands may ask it; operations take `at`."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """This moment, aware, in UTC."""
    return timezone.now()
