"""Celery's door to the ledger's housekeeping."""

from __future__ import annotations

from celery import shared_task

from marketplace.core import clock
from trade_assurance.ledger import operations


@shared_task(name="trade_assurance.ledger.tasks.take_snapshots", ignore_result=True)
def take_snapshots() -> None:
    """Move the hot accounts' snapshots forward; beat rings it hourly."""
    operations.take_snapshots(at=clock.now())


@shared_task(name="trade_assurance.ledger.tasks.seal_days", ignore_result=True)
def seal_days() -> None:
    """Seal the days that are over; beat rings it four times an hour, so that happens soon after midnight (UTC)."""
    operations.seal_days(at=clock.now())
