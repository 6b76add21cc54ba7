"""Many delivered trades for measuring: one made through the operations, the others copies of its rows by set-based SQL.

Copies are written with triggers off (`session_replication_role`), for a million rows would else take the night; what is
measured afterwards meets them all. Run as a process: `python -m bench.delivered_trades COPIES COMPANIES OPEN`.
"""

import os
import sys
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings.test")
django.setup()

from django.apps import apps  # noqa: E402 -- after Django is set up
from django.db import connection, models, transaction  # noqa: E402

from marketplace.core.outbox import registered_consumers  # noqa: E402
from tests.factories.holds import a_delivered_order  # noqa: E402

# A trade's own rows: everything that is told of it in these apps.
_APPS = {"orders", "ta_ledger", "ta_payments", "ta_holds"}
_KEPT = {"core_deadline"}
_STRIDE = 20


def main(copies: int, companies: int, background: int) -> None:
    """One trade, `copies` of it with numbers from 1, sold by `companies` companies; and `background` open deadlines."""
    before = _highest()
    trade = a_delivered_order()
    fresh = _fresh(before)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0; SET LOCAL session_replication_role = replica")
        tokens = _tokens(fresh)
        for model in _models():
            if model._meta.app_label in _APPS or model._meta.db_table in _KEPT:
                _copy(cursor, model, fresh, tokens, copies)
        _sell(cursor, trade.order.supplier_id, companies)
        cursor.execute(_SLEEP)
        for table in before:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), greatest(max(id), 1)) FROM \"{table}\""
            )
        cursor.execute(_BACKGROUND, [background])
    _write_beside()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE")
    print(f"{copies} trades of {companies} suppliers, {background} other open deadlines")


# Nothing is due until a run says so.
_SLEEP = """
    UPDATE core_deadline SET due_at = '2030-01-01', wake_at = '2030-01-01'
    WHERE kind = 'accept_by_silence' AND state = 'open';
    UPDATE ta_holds_hold SET release_at = '2030-01-01' WHERE state = 'held'
"""
_BACKGROUND = """
    INSERT INTO core_deadline (kind, queue, subject, root, rule, details, state, started_at, due_at, wake_at, outcome,
                               pause_reason, history, attempts, last_error)
    SELECT 'accept_by_silence', 'holds', 'ord_waits' || n, 'ord_waits' || n, 'clocks.inspection_sea_days', '{}', 'open',
           '2026-04-01', '2029-01-01'::timestamptz + n * interval '1 second',
           '2029-01-01'::timestamptz + n * interval '1 second', '', '', '[]', 0, ''
    FROM generate_series(1, %s) AS n
"""


def _write_beside() -> None:
    """What a bare script would read elsewhere: who is told of what; and every supplier's account, opened."""
    consumers = [
        (consumer.event, consumer.name, consumer.queue) for consumer in registered_consumers().values()
    ]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_consumer (kind text, consumer text, queue text)")
        cursor.executemany("INSERT INTO bench_consumer VALUES (%s, %s, %s)", consumers)
        cursor.execute(
            "INSERT INTO ta_ledger_account (kind, owner, currency_id, tracks_balance, min_balance, balance)"
            " SELECT 'supplier_payable', ref, 'USD', true, 0, 0 FROM accounts_company WHERE ref LIKE 'com_bench%%'"
            " UNION ALL SELECT 'commission', 'marketplace', 'USD', false, NULL, NULL"
        )


def _models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if isinstance(model._meta.pk, models.AutoField)]


def _highest() -> dict[str, int]:
    found = {}
    with connection.cursor() as cursor:
        for model in _models():
            cursor.execute(f'SELECT coalesce(max(id), 0) FROM "{model._meta.db_table}"')
            found[model._meta.db_table] = cursor.fetchone()[0]
    return found


def _fresh(before: dict[str, int]) -> dict[str, list[int]]:
    """The trade's rows; hot accounts are everybody's, and of the deadlines only the window counts."""
    own = {"ta_ledger_account": "kind = 'escrow'", "core_deadline": "state = 'open'"}
    found = {}
    with connection.cursor() as cursor:
        for table, last in before.items():
            cursor.execute(f'SELECT id FROM "{table}" WHERE id > %s AND {own.get(table, "true")}', [last])
            found[table] = [pk for (pk,) in cursor.fetchall()]
    return found


def _tokens(fresh: dict[str, list[int]]) -> list[tuple[str, str]]:
    """What names the trade in texts, each with the letters its copies' names begin with."""
    named = [
        ("orders_order", "ref"),
        ("orders_order", "number"),
        ("orders_shipment", "ref"),
        ("ta_holds_hold", "ref"),
        ("ta_payments_payment", "ref"),
        ("ta_payments_payment", "reference"),
        ("ta_payments_bankreceipt", "bank_reference"),
    ]
    tokens = []
    with connection.cursor() as cursor:
        for place, (table, column) in enumerate(named):
            cursor.execute(f"SELECT {column} FROM {table} WHERE id = ANY(%s)", [fresh[table]])
            tokens += [
                (text, f"{text[:4] if '_' in text[:5] else 'N'}{place}-{turn}-")
                for turn, (text,) in enumerate(cursor.fetchall())
                if text
            ]
    return tokens


def _copy(
    cursor: Any,
    model: type[models.Model],
    fresh: dict[str, list[int]],
    tokens: list[tuple[str, str]],
    copies: int,
) -> None:
    table, fields = model._meta.db_table, list[Any](model._meta.concrete_fields)
    if not fresh[table]:
        return
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(_value(field, fresh, tokens) for field in fields)
    cursor.execute(
        f'INSERT INTO "{table}" ({columns}) SELECT {values} FROM "{table}" t, generate_series(1, {copies}) n'
        f" WHERE t.id = ANY (ARRAY{fresh[table]})"
    )


def _value(field: Any, fresh: dict[str, list[int]], tokens: list[tuple[str, str]]) -> str:
    """The copy's value in one column: ids move on, names are the copy's own, the rest is the same."""
    column = f't."{field.column}"'
    if field.primary_key:
        return f"{column} + n * {_STRIDE}"
    if (
        field.is_relation
        and _is_copied(field.related_model)
        and fresh.get(field.related_model._meta.db_table)
    ):
        own = f"{column} = ANY (ARRAY{fresh[field.related_model._meta.db_table]})"
        return f"CASE WHEN {own} THEN {column} + n * {_STRIDE} ELSE {column} END"
    if isinstance(field, models.CharField | models.TextField):
        for token, name in tokens:
            column = f"replace({column}, '{token}', '{name}' || n)"
    return column


def _is_copied(model: Any) -> bool:
    meta = model._meta
    return meta.app_label in _APPS or meta.db_table in _KEPT


def _sell(cursor: Any, company_id: int, companies: int) -> None:
    """The trades are sold by many companies in turn."""
    columns = [str(field.column) for field in apps.get_model("accounts", "Company")._meta.concrete_fields]
    values = {"id": "t.id + 1000 + n", "ref": "'com_bench' || n", "slug": "t.slug || n"}
    cursor.execute(
        f"INSERT INTO accounts_company ({', '.join(columns)}) SELECT"
        f" {', '.join(values.get(column, f't.{column}') for column in columns)}"
        f" FROM accounts_company t, generate_series(0, {companies - 1}) n WHERE t.id = {company_id};"
        f" UPDATE orders_order SET supplier_id = {company_id} + 1000 + id / {_STRIDE} % {companies}"
    )


if __name__ == "__main__":
    main(*(int(number) for number in sys.argv[1:]))
