"""The replay's own clock: moves from moment to moment and lets everything due on the way happen, exactly then."""

from __future__ import annotations

from datetime import datetime

from marketplace.core.deadlines import LEASE, next_wake, sweep_due
from marketplace.core.models import Deadline, OutboxDelivery
from marketplace.core.outbox import deliver_due
from marketplace.core.states import DeadlineState
from trade_assurance.payments.operations import due_operations, run_operation

BATCH = 500


class ReplayFailed(Exception):
    """Something of the marketplace's own broke during the replay; the message says what."""


def run_until(at: datetime) -> int:
    """Let every deadline due until `at` happen at its own moment, in order; how many there were."""
    happened = 0
    while (wake := next_wake()) is not None and wake <= at:
        result = sweep_due(at=wake, limit=BATCH)
        if result.done + result.skipped + result.failed == 0:
            # Leased by a replay that was killed: free again a minute later.
            result = sweep_due(at=wake + LEASE, limit=BATCH)
        if result.failed:
            raise ReplayFailed(_last_failed_deadline())
        happened += result.done
        settle(wake)
    return happened


def settle(at: datetime) -> None:
    """Tell every consumer what happened and let the payment rails do their part, until all is quiet."""
    busy = True
    while busy:
        # What consumers write is delivered in the same go, as long as it is not a whole batch.
        result = deliver_due(at=at, limit=BATCH)
        if result.failed:
            raise ReplayFailed(_last_failed_delivery())
        operations = due_operations(at=at, limit=BATCH)
        for operation_id in operations:
            run_operation(operation_id=operation_id, at=at)
        busy = bool(operations) or result.delivered >= BATCH


def _last_failed_deadline() -> str:
    row = (
        Deadline.objects.filter(state=DeadlineState.OPEN, attempts__gt=0).order_by("-attempts", "-pk").first()
    )
    return f"{row}: {row.last_error}" if row else "a deadline failed"


def _last_failed_delivery() -> str:
    row = OutboxDelivery.objects.filter(delivered_at__isnull=True, attempts__gt=0).order_by("-pk").first()
    return f"{row}: {row.last_error}" if row else "a delivery failed"
