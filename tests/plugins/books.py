"""Lets Django empty the database between tests although the ledger refuses TRUNCATE.

Only the flush of transactional tests runs with triggers off (`session_replication_role`, a superuser's right,
for that one transaction). Tests themselves always meet the triggers. Loaded with `-p`.
"""

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _flush_passes_append_only_tables() -> Iterator[None]:
    from django.db import connection, transaction

    operations = type(connection.ops)
    original = operations.execute_sql_flush

    def execute_sql_flush(self: object, sql_list: list[str]) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for sql in sql_list:
                cursor.execute(sql)

    operations.execute_sql_flush = execute_sql_flush  # type: ignore[method-assign, assignment]
    yield
    operations.execute_sql_flush = original  # type: ignore[method-assign]
