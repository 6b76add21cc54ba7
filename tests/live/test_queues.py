"""Each queue with a real worker; the queue emptied; a worker killed in the middle of a release."""

from datetime import timedelta

import psycopg2
import pytest
from django.db import connection

from marketplace.core import clock
from marketplace.core.books import find_discrepancies
from marketplace.core.deadlines import LEASE
from marketplace.core.models import Deadline, OutboxDelivery, OutboxEvent
from marketplace.core.states import DeadlineState
from marketplace.notifications.models import Notification
from tests.factories import AT
from tests.factories.disputes import a_claim
from tests.factories.holds import a_confirmed_order, a_delivered_order, a_funded_order, hold_of
from tests.factories.orders import Trade, a_placed_order
from tests.live.worker import Machinery, database_url, wait_until
from trade_assurance.disputes.models import Dispute
from trade_assurance.holds.states import HoldState
from trade_assurance.ledger.models import Transaction

pytestmark = [pytest.mark.slow, pytest.mark.kill, pytest.mark.django_db(transaction=True)]


def _state(kind: str, trade: Trade) -> str:
    return Deadline.objects.filter(kind=kind, root=trade.ref).latest("pk").state


def test_holds_queue_lapses_an_unfunded_order_and_leaves_the_other_queues_alone(machine: Machinery) -> None:
    unfunded, unanswered = a_confirmed_order(), a_placed_order()
    machine.start_worker("holds")
    machine.keep_ringing("holds", lambda: hold_of(unfunded).state == HoldState.LAPSED)
    assert _state("fund_by", unfunded) == DeadlineState.DONE
    assert unfunded.again().state == "lapsed"
    assert _state("order_answer", unanswered) == DeadlineState.OPEN
    assert find_discrepancies() == []


def test_disputes_queue_escalates_a_silent_negotiation(machine: Machinery) -> None:
    trade, dispute = a_claim()
    machine.start_worker("disputes")
    machine.keep_ringing("disputes", lambda: Dispute.objects.get(pk=dispute.pk).state == "escalated")
    assert _state("negotiation_end", trade) == DeadlineState.DONE
    assert hold_of(trade).state == HoldState.HELD


def test_shipments_queue_tells_both_sides_that_goods_are_late(machine: Machinery) -> None:
    trade = a_funded_order()
    machine.start_worker("shipments")
    machine.keep_ringing("shipments", lambda: _state("ship_by", trade) == DeadlineState.DONE)
    late = OutboxEvent.objects.get(kind="shipment_late", root=trade.ref)

    def told() -> set[int]:
        return set(
            Notification.objects.filter(event=late, channel="page").values_list("recipient_id", flat=True)
        )

    machine.keep_ringing("shipments", lambda: {trade.buyer.user_id, trade.supplier.user_id} <= told())
    assert not OutboxDelivery.objects.filter(event=late, delivered_at=None).exists()


def test_everything_due_happens_although_the_queue_is_emptied_again_and_again(machine: Machinery) -> None:
    trades = [a_confirmed_order() for _ in range(5)]
    machine.start_worker("holds", "disputes", "shipments", "default")
    machine.start_beat()

    def lapsed() -> bool:
        machine.empty_the_queue()
        return all(hold_of(trade).state == HoldState.LAPSED for trade in trades)

    wait_until(lapsed, seconds=90, says=machine.log.read_text)
    assert [trade.again().state for trade in trades] == ["lapsed"] * 5
    # and what follows from it is told as well
    wait_until(
        lambda: not OutboxDelivery.objects.filter(delivered_at=None).exists(),
        seconds=90,
        says=machine.log.read_text,
    )


def test_kill_9_of_the_worker_in_the_middle_of_a_release_moves_nothing_and_then_everything_once(
    machine: Machinery,
) -> None:
    trade = a_delivered_order()
    assert Deadline.objects.get(kind="accept_by_silence", root=trade.ref).due_at < AT + timedelta(days=120)
    before = Transaction.objects.count()
    blocker = psycopg2.connect(database_url())
    try:
        with blocker.cursor() as cursor:  # the release has locked order and hold when it reaches the books
            cursor.execute("SELECT id FROM ta_ledger_account ORDER BY id FOR UPDATE")
        worker = machine.start_worker("holds")
        machine.send("sweep_deadlines", queue="holds")
        wait_until(_somebody_waits_for_a_lock, says=machine.log.read_text)
        machine.kill(worker)
        blocker.rollback()
    finally:
        blocker.close()
    wait_until(lambda: not _somebody_waits_for_a_lock())
    assert hold_of(trade).released_minor == 0
    assert Transaction.objects.count() == before
    assert find_discrepancies() == []

    _end_the_lease_of("accept_by_silence", trade)
    machine.start_worker("holds")
    machine.keep_ringing("holds", lambda: hold_of(trade).state == HoldState.SETTLED)
    hold = hold_of(trade)
    assert hold.released_minor == hold.funded_minor == hold.amount_minor
    assert trade.again().state == "completed"
    assert OutboxEvent.objects.filter(kind="hold_released", root=trade.ref).count() == 1
    assert find_discrepancies() == []


def _end_the_lease_of(kind: str, trade: Trade) -> None:
    """The dead worker's claim is still there; its minute passes at once."""
    deadline = Deadline.objects.get(kind=kind, root=trade.ref)
    assert deadline.leased_until is not None
    assert deadline.leased_until <= clock.now() + LEASE
    deadline.leased_until = clock.now()
    deadline.save(update_fields=["leased_until"])


def _somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])
