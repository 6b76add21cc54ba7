"""Celery's door to the sweeps: beat rings these every few seconds, per queue."""

from __future__ import annotations

from celery import shared_task

from marketplace.core import clock, deadlines, outbox

BATCH = 200


@shared_task(name="marketplace.core.tasks.sweep_deadlines", ignore_result=True)
def sweep_deadlines(queue: str) -> None:
    """Let everything due on this queue happen, batch after batch."""
    while True:
        result = deadlines.sweep_due(at=clock.now(), queue=queue, limit=BATCH)
        if result.done + result.skipped + result.failed < BATCH:
            return


@shared_task(name="marketplace.core.tasks.deliver_outbox", ignore_result=True)
def deliver_outbox(queue: str) -> None:
    """Tell this queue's consumers everything that happened, batch after batch."""
    while True:
        result = outbox.deliver_due(at=clock.now(), queue=queue, limit=BATCH)
        if result.delivered + result.failed < BATCH:
            return
