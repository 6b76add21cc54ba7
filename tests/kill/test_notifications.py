"""kill -9 of the worker while it tells people: each is told once per event and channel, and nobody is forgotten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import psycopg2
import pytest
from django.db import connection

from marketplace.core.models import OutboxDelivery
from marketplace.notifications.models import Notification
from tests.factories.orders import a_placed_order
from tests.live.worker import Machinery, database_url, machinery, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.kill, pytest.mark.django_db(transaction=True)]
KILLS = 2


@pytest.fixture
def machine(transactional_db: None) -> Iterator[Machinery]:
    """A Valkey of the test's own, and a way to start real workers beside it."""
    with machinery() as started:
        yield started


def test_notifications_are_unique_although_the_worker_is_killed_while_it_writes_them(
    machine: Machinery,
) -> None:
    trades = [a_placed_order() for _ in range(3)]
    sellers = {trade.supplier.user_id for trade in trades}
    for _kill in range(KILLS):
        blocker = psycopg2.connect(database_url())
        try:
            with blocker.cursor() as cursor:  # writing waits, reading does not
                cursor.execute(f"LOCK TABLE {Notification._meta.db_table} IN SHARE MODE")
            worker = machine.start_worker("default")
            machine.send("deliver_outbox", queue="default")
            wait_until(_somebody_waits_for_a_lock, says=machine.log.read_text)
            machine.kill(worker)
            blocker.rollback()
        finally:
            blocker.close()
        wait_until(lambda: not _somebody_waits_for_a_lock())
        assert Notification.objects.count() == 0

    machine.start_worker("default")
    waiting = OutboxDelivery.objects.filter(delivered_at=None, queue="default")
    machine.keep_ringing("default", lambda: not waiting.exists())
    rows = Counter(
        Notification.objects.filter(event__kind="order_placed").values_list("recipient_id", "channel")
    )
    assert set(rows.values()) == {1}
    assert {recipient for recipient, channel in rows if channel == "page"} == sellers
    assert {recipient for recipient, channel in rows if channel == "mail"} == sellers


def _somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])
