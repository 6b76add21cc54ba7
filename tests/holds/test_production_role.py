"""The application's role of production, as a real second log-in: the whole trade works, and nothing booked can be touched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from marketplace.core.books import find_discrepancies
from marketplace.core.models import TransitionRecord
from marketplace.core.money import Money
from tests.factories import days
from tests.factories.holds import (
    DELIVERED_AT,
    a_funded_order,
    a_requested_payout,
    an_accepted_order,
    approve_fully,
    bank_refunds_arrive,
)
from trade_assurance.holds.models import Payout
from trade_assurance.holds.operations import cancel_unshipped
from trade_assurance.holds.states import PayoutState
from trade_assurance.ledger import queries
from trade_assurance.ledger.operations import seal_days, take_snapshots
from trade_assurance.payments.models import Refund

pytestmark = pytest.mark.django_db(transaction=True)

ROLE = "portolan_app"
SQL = Path(__file__).resolve().parents[2] / "docs" / "operations" / "production-role.sql"
JOURNAL = (
    "ta_ledger_account",
    "ta_ledger_transaction",
    "ta_ledger_entry",
    "ta_ledger_balancesnapshot",
    "ta_ledger_dayroot",
    "ta_ledger_seal",
)
HISTORY = (
    "ta_holds_holdtransition",
    "ta_holds_holdmovement",
    "ta_payments_bankreceipt",
    "core_operatorsettingchange",
)


def run(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def log_in_as(user: str) -> None:
    """Django's own connection, anew, as this role."""
    connection.close()
    connection.settings_dict["USER"] = user


@pytest.fixture
def as_application() -> Iterator[None]:
    """Everything in the test runs logged in as the application's role; the owner made it and granted its rights."""
    owner = connection.settings_dict["USER"]
    run(f"CREATE ROLE {ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS")
    try:
        run(SQL.read_text(encoding="utf-8"))
        run(SQL.read_text(encoding="utf-8"))  # it can be run again
        log_in_as(ROLE)
        yield
    finally:
        log_in_as(owner)
        run(
            f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC; DROP OWNED BY {ROLE}; DROP ROLE {ROLE}"
        )


def test_the_whole_trade_runs_and_history_cannot_be_touched(as_application: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT session_user, current_user, rolsuper FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (ROLE, ROLE, False)
    trade = an_accepted_order()
    approve_fully(a_requested_payout(trade, Money(500_000, "USD")), at=DELIVERED_AT + days(3))
    assert Payout.objects.get().state in (PayoutState.SENT, PayoutState.CONFIRMED)
    other, at = a_funded_order(), DELIVERED_AT + days(60)
    cancel_unshipped(order_ref=other.ref, actor=other.buyer, key="cancel", at=at)
    bank_refunds_arrive(at=at)
    assert Refund.objects.get().state == "confirmed"
    assert take_snapshots(at=at) > 0
    assert len(seal_days(at=datetime.now(tz=UTC) + timedelta(days=1))) >= 1
    assert queries.verify().first_break is None
    assert find_discrepancies() == []
    _refusals()
    assert queries.verify().first_break is None
    assert find_discrepancies() == []


def _refusals() -> None:
    attacks = [
        attack.format(t=table)
        for table in (*JOURNAL, *HISTORY)
        for attack in (
            "DELETE FROM {t}",
            "TRUNCATE {t} CASCADE",
            "ALTER TABLE {t} DISABLE TRIGGER ALL",
            "ALTER TABLE {t} ADD COLUMN mine integer",
            "DROP TABLE {t} CASCADE",
            "LOCK TABLE {t} IN ACCESS EXCLUSIVE MODE",
        )
    ]
    attacks += [
        "UPDATE ta_ledger_entry SET amount_minor = amount_minor * 2",
        "UPDATE ta_ledger_transaction SET key = key || 'x'",
        "UPDATE ta_ledger_account SET balance = 0",
        "UPDATE ta_ledger_balancesnapshot SET balance = 0",
        "UPDATE ta_ledger_dayroot SET root = previous_root",
        "UPDATE ta_ledger_seal SET position = position + 1",
        "UPDATE ta_holds_holdmovement SET amount_minor = 1",
        "UPDATE ta_holds_holdtransition SET reason = ''",
        "UPDATE ta_payments_bankreceipt SET amount_minor = 1",
        "INSERT INTO ta_ledger_currency VALUES ('XXX', 2, 2, 1)",
        (
            "INSERT INTO ta_ledger_entry (transaction_id, account_id, currency, amount_minor)"
            " SELECT transaction_id, account_id, currency, amount_minor FROM ta_ledger_entry"
        ),
        "SET session_replication_role = replica",
        "CREATE TABLE mine (id integer)",
        "CREATE OR REPLACE FUNCTION ta_ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "DROP TRIGGER ledger_entry_never_changes ON ta_ledger_entry",
        "DROP FUNCTION ta_ledger_seal_day(date, timestamptz)",
        "RESET SESSION AUTHORIZATION; SET SESSION AUTHORIZATION postgres",
        "TRUNCATE orders_order CASCADE",
        f"ALTER ROLE {ROLE} SUPERUSER",
    ]
    allowed = []
    for attack in attacks:
        try:
            run(attack)
        except DatabaseError as error:
            says = str(error)
            if not any(word in says for word in ("permission denied", "must be owner", "does not exist")):
                allowed.append(f"{attack}: {says}")
        else:
            allowed.append(attack)
    assert allowed == []


def test_the_pattern_of_history_covers_every_model_of_history() -> None:
    """A table of steps or movements that a migration adds must not become changeable by accident."""
    import re

    pattern = re.compile(r"transition$")
    steps = [model._meta.db_table for model in apps.get_models() if issubclass(model, TransitionRecord)]
    assert len(steps) > 8
    assert [table for table in steps if not pattern.search(table)] == []
    tables = {model._meta.db_table for model in apps.get_models()}
    assert set(HISTORY) | set(JOURNAL) <= tables
    assert all(table in SQL.read_text() or table.endswith("transition") for table in HISTORY)


def test_the_script_refuses_a_role_that_could_switch_the_guards_off() -> None:
    for attribute, says in (("SUPERUSER", "ordinary role"), ("CREATEROLE", "ordinary role")):
        with pytest.raises(DatabaseError, match=says):
            run(f"CREATE ROLE {ROLE} LOGIN {attribute};" + SQL.read_text(encoding="utf-8"))
    with pytest.raises(DatabaseError, match="make the role"):
        run(SQL.read_text(encoding="utf-8"))
