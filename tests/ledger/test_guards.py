"""Attacks by raw SQL: what the posting function is not asked about, PostgreSQL itself refuses."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from marketplace.core.money import Money
from tests.factories.ledger import fund
from trade_assurance.ledger import queries
from trade_assurance.ledger.models import Account, Entry, Transaction
from trade_assurance.ledger.states import AccountKind

pytestmark = pytest.mark.django_db

TEN = Money(1000, "USD")
_NEW = """WITH t AS (INSERT INTO ta_ledger_transaction (kind, subject, key, request_hash, happened_at)
                     VALUES ('raw', 'x', 'raw', 'h', now()) RETURNING id)
          INSERT INTO ta_ledger_entry (transaction_id, account_id, currency, amount_minor) """

_ENTRY = "INSERT INTO ta_ledger_entry (transaction_id, account_id, currency, amount_minor)"
_TRANSACTION = "INSERT INTO ta_ledger_transaction (kind, subject, key, request_hash, happened_at)"
_ACCOUNT = "INSERT INTO ta_ledger_account (kind, owner, currency_id, tracks_balance, min_balance, balance)"


def run(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def books() -> tuple[object, ...]:
    return (
        list(Entry.objects.order_by("pk").values_list()),
        list(Transaction.objects.order_by("pk").values_list()),
        list(Account.objects.order_by("pk").values_list()),
    )


@pytest.fixture
def funded() -> tuple[int, int]:
    """Ids of the escrow account with ten dollars and of the clearing account."""
    fund("hold_a", TEN)
    escrow = Account.objects.get(kind="escrow").pk
    return escrow, Account.objects.get(kind="provider_clearing").pk


@pytest.mark.parametrize(
    ("attack", "says"),
    [
        (_NEW + "SELECT id, {escrow}, 'USD', 5 FROM t", "sum to zero"),
        (
            _NEW + "SELECT t.id, a, 'USD', s FROM t, (VALUES ({escrow}, 7), ({clearing}, -6)) v(a, s)",
            "sum to zero",
        ),
        (
            _NEW + "SELECT t.id, {escrow}, c, s FROM t, (VALUES ('USD', 7), ('EUR', -7)) v(c, s)",
            "sum to zero|ledger_entry_in_its_accounts_currency",
        ),
        (
            _NEW + "SELECT t.id, a, 'EUR', s FROM t, (VALUES ({escrow}, 7), ({clearing}, -7)) v(a, s)",
            "ledger_entry_in_its_accounts_currency",
        ),
        (
            _NEW + "SELECT t.id, a, 'USD', s FROM t, (VALUES ({escrow}, -1001), ({clearing}, 1001)) v(a, s)",
            "ledger_balance_not_below_minimum",
        ),
        (
            _NEW + "SELECT t.id, a, 'USD', s FROM t, (VALUES ({escrow}, 0), ({clearing}, 0)) v(a, s)",
            "ledger_entry_moves_something",
        ),
        (
            _ENTRY + " SELECT min(id), {escrow}, 'USD', 5 FROM ta_ledger_transaction",
            "sum to zero",
        ),
        ("UPDATE ta_ledger_entry SET amount_minor = amount_minor * 2", "append-only"),
        ("UPDATE ta_ledger_entry SET account_id = {clearing}", "append-only"),
        ("UPDATE ta_ledger_transaction SET key = key || 'x'", "append-only"),
        ("UPDATE ta_ledger_account SET balance = balance + 500 WHERE id = {escrow}", "append-only"),
        ("UPDATE ta_ledger_account SET min_balance = NULL WHERE id = {escrow}", "append-only"),
        ("UPDATE ta_ledger_account SET owner = 'hold_b' WHERE id = {escrow}", "append-only"),
        ("DELETE FROM ta_ledger_entry", "append-only"),
        ("DELETE FROM ta_ledger_transaction", "append-only"),
        ("DELETE FROM ta_ledger_account", "append-only"),
        (
            _ACCOUNT + " VALUES ('escrow', 'rich', 'USD', true, 0, 900)",
            "append-only",
        ),
        (
            _ACCOUNT + " VALUES ('escrow', 'free', 'USD', true, NULL, 0)",
            "ledger_held_money_has_a_floor",
        ),
        (
            _ACCOUNT + " VALUES ('escrow', 'hot', 'USD', false, NULL, NULL)",
            "ledger_h",
        ),
        (
            _ACCOUNT + " VALUES ('slush', 'me', 'USD', true, NULL, 0)",
            "ledger_account_kind_is_known",
        ),
        (
            _ACCOUNT + " VALUES ('escrow', 'hold_a', 'USD', true, 0, 0)",
            "ledger_account_once_per_owner",
        ),
        (
            _TRANSACTION + " SELECT kind, subject, key, request_hash, happened_at FROM ta_ledger_transaction",
            "key",
        ),
    ],
)
def test_raw_attack_is_refused_and_moves_nothing(funded: tuple[int, int], attack: str, says: str) -> None:
    before = books()
    with pytest.raises(DatabaseError, match=says):
        run(attack.format(escrow=funded[0], clearing=funded[1]))
    assert books() == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["ta_ledger_entry", "ta_ledger_transaction", "ta_ledger_account"])
def test_the_books_cannot_be_truncated(table: str) -> None:
    fund("hold_a", TEN)
    before = books()
    with pytest.raises(DatabaseError, match="append-only"):
        run(f"TRUNCATE {table} CASCADE")
    assert books() == before


@pytest.mark.django_db(transaction=True)
def test_entries_cannot_be_added_to_an_old_transaction() -> None:
    """Even balanced ones: a transaction is whole when it is booked."""
    fund("hold_a", TEN)
    with pytest.raises(DatabaseError, match="together with their transaction"):
        run(
            "INSERT INTO ta_ledger_entry (transaction_id, account_id, currency, amount_minor)"
            " SELECT t.id, a.id, 'USD', CASE a.kind WHEN 'escrow' THEN 5 ELSE -5 END"
            " FROM ta_ledger_transaction t, ta_ledger_account a"
        )
    assert Entry.objects.count() == 2


def test_entries_cannot_pretend_to_be_of_another_database_transaction() -> None:
    """A forged `posted_xid` would hide an entry under a snapshot's horizon."""
    fund("hold_a", TEN)
    with pytest.raises(DatabaseError, match="together with their transaction"):
        run(
            _NEW.replace("amount_minor)", "amount_minor, posted_xid)")
            + "SELECT t.id, a.id, 'USD', CASE a.kind WHEN 'escrow' THEN 5 ELSE -5 END, '3'::xid8"
            " FROM t, ta_ledger_account a"
        )


def test_balanced_raw_entries_still_move_the_balance() -> None:
    """Whoever writes entries, the balance stays their sum (the books' check runs after this test, too)."""
    fund("hold_a", TEN)
    run(
        _NEW + "SELECT t.id, a.id, 'USD', CASE a.kind WHEN 'escrow' THEN -300 ELSE 300 END"
        " FROM t, ta_ledger_account a"
    )
    assert queries.balance(AccountKind.ESCROW, "hold_a", "USD") == Money(700, "USD")


def test_temporary_tables_do_not_shadow_the_books() -> None:
    fund("hold_a", TEN)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE ta_ledger_account (LIKE ta_ledger_account)")
        cursor.execute("CREATE TEMP TABLE ta_ledger_transaction (LIKE ta_ledger_transaction)")
        try:
            fund("hold_a", TEN)
        finally:
            cursor.execute("DROP TABLE pg_temp.ta_ledger_account, pg_temp.ta_ledger_transaction")
    assert queries.balance(AccountKind.ESCROW, "hold_a", "USD") == Money(2000, "USD")


def test_an_application_role_may_post_but_not_write() -> None:
    """Rights as in production: SELECT on the tables and EXECUTE on the functions is enough."""
    fund("hold_a", TEN)
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE ledger_app_in_test NOLOGIN")
        cursor.execute("GRANT USAGE ON SCHEMA public TO ledger_app_in_test")
        cursor.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO ledger_app_in_test")
        cursor.execute("SET LOCAL ROLE ledger_app_in_test")
    fund("hold_b", TEN)
    assert queries.balance(AccountKind.PROVIDER_CLEARING, "bank_transfer", "USD") == Money(-2000, "USD")
    for attack in (
        "DELETE FROM ta_ledger_entry",
        "UPDATE ta_ledger_account SET balance = 0",
        "ALTER TABLE ta_ledger_entry DISABLE TRIGGER ALL",
        _ACCOUNT + " VALUES ('escrow', 'mine', 'USD', true, 0, 0)",
        "SET LOCAL session_replication_role = replica",
    ):
        with pytest.raises(DatabaseError, match=r"permission denied|must be owner"):
            run(attack)
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def test_a_second_reversal_of_one_transaction_is_refused() -> None:
    first = fund("hold_a", TEN)
    sql = (
        "INSERT INTO ta_ledger_transaction (kind, subject, key, request_hash, happened_at, reverses_id)"
        f" VALUES ('r', 'x', 'r1', 'h', now(), {first.id}), ('r', 'x', 'r2', 'h', now(), {first.id})"
    )
    with pytest.raises(IntegrityError, match="reverses"):
        run(sql)
