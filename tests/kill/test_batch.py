"""kill -9 of the worker in the middle of a batch of ended inspection windows: all of them or none, then each once."""

from __future__ import annotations

from functools import partial

import pytest

from marketplace.core.books import find_discrepancies
from marketplace.core.deadlines import LEASE, sweep_due
from marketplace.core.jobs import QUEUE_HOLDS
from marketplace.core.models import Deadline, OutboxEvent
from tests.factories import days
from tests.factories.holds import DELIVERED_AT, a_delivered_order
from tests.factories.shipping import sums
from tests.kill.boundaries import run_in_child
from trade_assurance.holds.models import HoldMovement

pytestmark = [pytest.mark.slow, pytest.mark.kill, pytest.mark.django_db(transaction=True)]
LATE = DELIVERED_AT + days(60)
WORK = partial(sweep_due, at=LATE, queue=QUEUE_HOLDS)
# claim, its commit; booking, writing, commit
AFTER_COMMIT = 7


def test_batch_killed_at_every_boundary_happens_once() -> None:
    for boundary in range(1, AFTER_COMMIT + 1):
        trades = [a_delivered_order() for _ in range(2)]
        passage = run_in_child(WORK, kill_at=boundary)
        assert passage.killed, passage.failure
        ended = [trade.again().state for trade in trades]
        assert ended == (["completed"] if boundary == AFTER_COMMIT else ["delivered"]) * 2, passage.boundaries
        assert find_discrepancies() == []
        sweep_due(at=LATE + LEASE, queue=QUEUE_HOLDS)
        assert [sums(trade) for trade in trades] == [(2_360_000, 0, 2_360_000, 0)] * 2
        refs = [trade.ref for trade in trades]
        assert HoldMovement.objects.filter(hold__order__ref__in=refs, kind="released").count() == 2
        assert OutboxEvent.objects.filter(root__in=refs, kind="order_completed").count() == 2
        assert not Deadline.objects.filter(root__in=refs, state="open").exists()
