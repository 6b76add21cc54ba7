"""Squashed migrations say what their originals said: the same rows, the same functions and triggers (ADR 0020)."""

from __future__ import annotations

import re

import pytest
from django.db.migrations import Migration, RunSQL
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader

SQUASHED = ("catalog", "orders", "ta_ledger", "ta_payments", "ta_holds", "ta_disputes")
FUNCTION = re.compile(r"CREATE (?:OR REPLACE )?FUNCTION (\w+)(.*?\$\$.*?\$\$[^;]*);", re.DOTALL)
TRIGGER = re.compile(r"^(CREATE|DROP) (?:CONSTRAINT )?TRIGGER (\w+)\b(.*?);$", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def files() -> MigrationLoader:
    """Every migration there is, originals and squashed side by side; asks no database."""
    return MigrationLoader(None, replace_migrations=False)


def squash_of(files: MigrationLoader, app: str) -> Migration:
    (found,) = [m for m in files.disk_migrations.values() if m.app_label == app and m.replaces]
    return found


def test_a_squash_is_kept_for_each_of_these_apps(files: MigrationLoader) -> None:
    assert {m.app_label for m in files.disk_migrations.values() if m.replaces} == set(SQUASHED)


@pytest.mark.parametrize("app", SQUASHED)
def test_a_squash_replaces_every_migration_up_to_its_last(files: MigrationLoader, app: str) -> None:
    replaced = squash_of(files, app).replaces
    plan = [key for key in files.graph.forwards_plan(replaced[-1]) if key[0] == app]
    assert replaced == plan


@pytest.mark.parametrize("app", SQUASHED)
def test_a_squash_makes_the_same_rows(files: MigrationLoader, app: str) -> None:
    squash = squash_of(files, app)
    before = files.project_state([squash.replaces[-1]])
    after = files.project_state([(app, squash.name)])
    assert MigrationAutodetector(before, after).changes(files.graph).get(app, []) == []


@pytest.mark.parametrize("app", SQUASHED)
def test_a_squash_has_the_last_word_of_every_function_and_trigger(files: MigrationLoader, app: str) -> None:
    squash = squash_of(files, app)
    originals = [files.get_migration(*key) for key in squash.replaces]
    assert in_database(*originals) == in_database(squash)


def in_database(*migrations: Migration) -> dict[str, str]:
    """What is left in PostgreSQL after these migrations: each function and trigger with its last definition."""
    left: dict[str, str] = {}
    for operation in (o for m in migrations for o in m.operations if isinstance(o, RunSQL)):
        assert isinstance(operation.sql, str)
        left |= {name: " ".join(text.split()) for name, text in FUNCTION.findall(operation.sql)}
        for verb, name, text in TRIGGER.findall(operation.sql):
            table = re.search(r"\bON (\w+)", text)
            assert table is not None
            if verb == "DROP":
                del left[f"{name} on {table[1]}"]
            else:
                left[f"{name} on {table[1]}"] = " ".join(text.split())
    return left
