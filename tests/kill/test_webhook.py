"""kill -9 of the web process in the middle of a provider's webhook: the money is there once, as soon as it is told again."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta

import psycopg2
import pytest
from django.db import connection
from pytest_django import Settings

from marketplace.core import clock
from marketplace.core.books import find_discrepancies
from marketplace.core.models import OutboxEvent
from tests.factories.holds import a_confirmed_order, a_payment, hold_of, pump
from tests.factories.orders import Trade, a_placed_order
from tests.factories.payments import click
from tests.kill.web import deaf_broker, free_port, web_server
from tests.live.worker import database_url, wait_until
from trade_assurance.ledger.models import Transaction
from trade_assurance.payments.models import Payment, SandboxDelivery, WebhookEvent
from trade_assurance.payments.operations import continue_payment, due_webhooks, process_webhook
from trade_assurance.payments.providers.sandbox_post import carry_by_http

pytestmark = [pytest.mark.slow, pytest.mark.kill, pytest.mark.django_db(transaction=True)]


def a_paid_page() -> tuple[Trade, Payment]:
    """The buyer has paid on the provider's page; its webhook waits to be carried to our door."""
    now = clock.now()
    trade = a_confirmed_order(a_placed_order(at=now, ship_by=(now + timedelta(days=60)).date()), at=now)
    payment = a_payment(trade, provider="sandbox", at=now)
    continue_payment(payment_ref=payment.ref, at=now)
    payment.refresh_from_db()
    click(payment, "pay", at=now)
    return trade, payment


def body() -> bytes:
    """What the provider says."""
    return SandboxDelivery.objects.latest("pk").body.encode()


def work_off(at: datetime) -> None:
    """What the worker does with the inbox, and with what follows from it."""
    for event_id in due_webhooks(at=at):
        process_webhook(event_id=event_id, at=at)
    pump(at)


def tell_while(settings: Settings, url: str, until: Callable[[], bool], kill: Callable[[], None]) -> str:
    """Carry the webhook to our door; when the web process stands where it should, kill it. What the provider got."""
    settings.SITE_URL = url
    with ThreadPoolExecutor(1) as provider:
        answer: Future[str] = provider.submit(carry_by_http, body(), clock.now())
        wait_until(until, seconds=4.5)  # the provider hangs up after five seconds
        kill()
        return answer.result(timeout=20)


def told_again_is_once(settings: Settings, trade: Trade, port: int) -> None:
    """The provider tells it again, twice; the money is held once."""
    with web_server(port=port) as web:
        settings.SITE_URL = web.url
        assert carry_by_http(body(), clock.now()) == ""
        assert carry_by_http(body(), clock.now()) == ""
    assert WebhookEvent.objects.count() == 1
    work_off(clock.now())
    hold = hold_of(trade)
    assert (hold.state, hold.funded_minor, hold.held_minor) == ("held", hold.amount_minor, hold.amount_minor)
    assert Transaction.objects.count() == 1
    assert OutboxEvent.objects.filter(kind="payment_received").count() == 1
    assert OutboxEvent.objects.filter(kind="hold_funded").count() == 1
    work_off(clock.now() + timedelta(hours=2))
    assert Transaction.objects.count() == 1
    assert find_discrepancies() == []


def test_killed_before_the_event_is_stored_loses_nothing_that_was_acknowledged(settings: Settings) -> None:
    trade, payment = a_paid_page()
    blocker = psycopg2.connect(database_url())
    try:
        with web_server(port=free_port()) as web, blocker.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {WebhookEvent._meta.db_table} IN SHARE MODE")
            said = tell_while(settings, web.url, _somebody_waits_for_a_lock, web.kill)
        assert said != "", "the provider must not believe that we have it"
        blocker.rollback()
    finally:
        blocker.close()
    wait_until(lambda: not _somebody_waits_for_a_lock())
    assert WebhookEvent.objects.count() == 0
    payment.refresh_from_db()
    assert (payment.state, payment.received_minor, hold_of(trade).funded_minor) == ("started", 0, 0)
    told_again_is_once(settings, trade, free_port())


def test_killed_after_the_event_is_stored_and_before_the_answer_pays_once(settings: Settings) -> None:
    trade, _payment = a_paid_page()
    with deaf_broker() as broker, web_server(port=free_port(), broker=broker) as web:
        said = tell_while(settings, web.url, lambda: WebhookEvent.objects.count() == 1, web.kill)
    assert said != "", "the provider got no answer and will tell it again"
    assert hold_of(trade).funded_minor == 0
    told_again_is_once(settings, trade, free_port())


def _somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])
