"""The commonest listings and trades, made step by step once in a session and brought back as rows afterwards.

`a_funded_order()` takes some four hundred statements, and hundreds of tests begin with it. The first one in a database
that holds nothing yet is made by operations as ever, and every row it wrote is kept. A later one, again with no
arguments and an empty database, is these very rows: same ids, references and moments, copied with triggers off.
Everything else is made step by step: with arguments, beside other rows, or while a test has changed a setting or
patched anything (but for a rail more: until somebody pays by it, every trade is what it is without it). `tests.plugins.books` empties the database, `tests/conftest.py` says whether a test may be given rows.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, ParamSpec, TypeVar, cast

import pytest
from django.conf import UserSettingsHolder, settings
from django.db import connection, transaction
from django.db.models import Model

from marketplace.core.prepared import Prepared
from trade_assurance.payments.providers import registry

P = ParamSpec("P")
Made = TypeVar("Made")

# What `migrate` writes; no trade does.
_OF_MIGRATE = frozenset(
    {
        "auth_permission",
        "catalog_attributedefinition",
        "catalog_category",
        "catalog_categoryattribute",
        "django_content_type",
        "django_migrations",
        "ta_ledger_currency",
    }
)


@dataclass
class _Memory:
    """What was kept, and whether the test that runs may be given it."""

    kept: dict[str, tuple[Any, dict[str, bytes], str]]
    patches: pytest.MonkeyPatch | None = None  # of the test that runs


_memory = _Memory({})


def open_memory(patches: pytest.MonkeyPatch) -> None:
    """A test begins; what it patches is noted there."""
    _memory.patches = patches


def close_memory() -> None:
    """The test is over."""
    _memory.patches = None


def remembered(make: Callable[P, Made]) -> Callable[P, Made]:
    """A factory whose result without arguments is kept for later tests."""

    @functools.wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> Made:
        if args or kwargs or not _is_open() or not _nothing_is_there():
            return make(*args, **kwargs)
        if make.__name__ not in _memory.kept:
            result = make(*args, **kwargs)
            rows = _rows()
            _memory.kept[make.__name__] = result, rows, _numbers(rows)
            return result
        result, rows, numbers = _memory.kept[make.__name__]
        _copy_back(rows, numbers)
        return cast("Made", _afresh(result))

    return made


def _afresh(made: Any) -> Any:
    """The same, read anew from the database."""
    if isinstance(made, tuple):
        return tuple(_afresh(part) for part in made)
    if isinstance(made, Model):
        return type(made)._default_manager.get(pk=made.pk)
    return replace(made, order=_afresh(made.order))


@functools.cache
def _tables() -> tuple[str, ...]:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return tuple(name for name in names if name not in _OF_MIGRATE)


@functools.cache
def _emptiness() -> Prepared:
    """Prepared: planning a look into every table takes ten times as long as looking."""
    tests = " AND ".join(f'NOT EXISTS (SELECT FROM "{table}")' for table in _tables())
    return Prepared("emptiness", f"SELECT current_setting('is_superuser') = 'on' AND {tests}")


def _is_open() -> bool:
    """A test runs, and it has neither patched anything nor changed a setting so far."""
    patches = _memory.patches
    if patches is None or patches._setattr or isinstance(settings._wrapped, UserSettingsHolder):
        return False
    return all(where is registry._RAILS for where, *_what in patches._setitem)


def _nothing_is_there() -> bool:
    """Nothing but what `migrate` leaves; and the right to copy."""
    with connection.cursor() as cursor:
        _emptiness().execute(cursor, [])
        return bool(cursor.fetchone()[0])


def _rows() -> dict[str, bytes]:
    rows = {}
    with connection.cursor() as cursor:
        for table in _tables():
            text = io.BytesIO()
            cursor.copy_expert(f'COPY "{table}" TO STDOUT', text)
            if text.getvalue():
                rows[table] = text.getvalue()
    return rows


def _numbers(rows: Iterable[str]) -> str:
    """A statement that lets every sequence go on after the rows of its table, if it was set back meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, pg_get_serial_sequence(quote_ident(table_name), column_name), column_name"
            " FROM information_schema.columns WHERE table_schema = 'public' AND is_identity = 'YES'"
            " AND table_name = ANY(%s)",
            [list(rows)],
        )
        steps = []
        for table, sequence, column in cursor.fetchall():
            cursor.execute(f'SELECT max("{column}") FROM "{table}"')
            [last] = cursor.fetchone()
            behind = f"(SELECT last_value FROM {sequence}) <= {last}"
            steps.append(f"CASE WHEN {behind} THEN setval('{sequence}', {last}) END")
    return f"SELECT {', '.join(steps)}"


def _copy_back(rows: dict[str, bytes], numbers: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, text in rows.items():
            cursor.copy_expert(f'COPY "{table}" FROM STDIN', io.BytesIO(text))
        # A test's own transaction goes on after this one.
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute(numbers)
