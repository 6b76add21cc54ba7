"""What follows, in the private store, from what was committed. Each handler runs inside its delivery's transaction."""

from __future__ import annotations

from datetime import datetime

from marketplace.core.models import OutboxEvent
from marketplace.files.operations import remove_content


def remove_discarded(event: OutboxEvent, at: datetime) -> None:
    """A file was discarded, for certain: its content goes."""
    remove_content(path=event.payload["path"])
