"""Empties the database after transactional tests, although the ledger refuses TRUNCATE; quickly.

The first time Django's own `flush` does it, and what its `post_migrate` writes then (permissions, currencies,
categories …) is kept. Later every row of every table is deleted, and what was kept is copied back: TRUNCATE makes
hundreds of files anew each time, and `post_migrate` asks a hundred questions. Triggers and foreign keys are off for
that one transaction (`session_replication_role`, a superuser's right); tests themselves always meet them.
Loaded with `-p`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest

_kept: dict[str, bytes] = {}  # rows of an empty database, by table, as COPY writes them


@pytest.fixture(scope="session", autouse=True)
def _flush_passes_append_only_tables() -> Iterator[None]:
    from django.db import connection
    from django.test import TransactionTestCase

    operations = type(connection.ops)
    case: Any = TransactionTestCase
    originals = operations.execute_sql_flush, case._fixture_teardown
    operations.execute_sql_flush = _execute_unguarded  # type: ignore[method-assign, assignment]
    case._fixture_teardown = lambda _test: empty_database()
    yield
    operations.execute_sql_flush, case._fixture_teardown = originals  # type: ignore[method-assign]


def empty_database() -> None:
    """Leave what `migrate` leaves in an empty database, and nothing else."""
    from django.core.management import call_command
    from django.db import connection

    if not _kept:
        call_command("flush", verbosity=0, interactive=False)
        _kept.update(_rows_by_table())
        return
    tables = connection.introspection.django_table_names(only_existing=False, include_views=False)
    _execute_unguarded(None, [";".join(f'DELETE FROM "{table}"' for table in tables)], copied=_kept)


def _execute_unguarded(
    _operations: object, sql: list[str], *, copied: dict[str, bytes] | None = None
) -> None:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in sql:
            cursor.execute(statement)
        for table, rows in (copied or {}).items():
            cursor.copy_expert(f'COPY "{table}" FROM STDIN', io.BytesIO(rows))


def _rows_by_table() -> Iterator[tuple[str, bytes]]:
    from django.db import connection

    with connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True, include_views=False):
            rows = io.BytesIO()
            cursor.copy_expert(f'COPY "{table}" TO STDOUT', rows)
            if rows.getvalue():
                yield table, rows.getvalue()
