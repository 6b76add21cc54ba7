"""Every kind has a handler, every handler a known event, every rule an operator setting."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.models.signals import post_migrate

from marketplace.celery import BEAT, app
from marketplace.core import books, deadlines, outbox, readiness
from marketplace.core.jobs import QUEUES


def test_every_consumer_listens_to_a_declared_event() -> None:
    assert {c.event for c in outbox.registered_consumers().values()} <= outbox.declared_events()


def test_every_clock_of_the_product_has_a_kind() -> None:
    expected = {
        "order_answer", "amendment_answer", "fund_by", "ship_by", "cancel_unshipped", "arrival_check",
        "presume_delivery", "accept_by_silence", "negotiation_end", "evidence_end", "appeal_end",
    }  # fmt: skip
    assert expected <= set(deadlines.registered_kinds())


def test_three_trade_queues_have_work() -> None:
    used = {c.queue for c in outbox.registered_consumers().values()}
    used |= {kind.queue for kind in deadlines.registered_kinds().values()}
    assert {"holds", "disputes", "shipments"} <= used <= set(QUEUES)


@pytest.mark.django_db
def test_every_periodic_task_exists_and_goes_to_a_known_queue() -> None:
    app.loader.import_default_modules()
    for name, entry in BEAT.items():
        assert entry["task"] in app.tasks, name
        assert entry["options"]["queue"] in QUEUES, name


def test_books_have_parts_for_ledger_and_holds() -> None:
    names = " ".join(books.books_parts())
    assert "ledger" in names
    assert "hold" in names


@pytest.mark.django_db
def test_system_checks_are_silent() -> None:
    call_command("check", "--fail-level", "WARNING", "--database", "default")


def test_readiness_asks_what_an_operator_needs() -> None:
    assert {"database", "queue", "oldest_unsent_outbox_row", "oldest_overdue_deadline"} <= set(
        readiness._checks
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("app", "table"), [("catalog", "catalog_categoryattribute"), ("ta_ledger", "ta_ledger_currency")]
)
def test_migrating_another_app_alone_asks_no_table_that_is_not_there(app: str, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO {table}_away")
    config = apps.get_app_config(app)
    answers = post_migrate.send(config, app_config=config, verbosity=0, interactive=False, using="default")
    assert "_load" in " ".join(handler.__name__ for handler, _answer in answers)
