"""What every test shares: the books are looked at after every test that could move money."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from marketplace.core.books import find_discrepancies
from tests.factories import remembered
from tests.factories.rails import NAME, CardRail
from tests.plugins import database
from trade_assurance.payments.providers import registry

_MONEY = (
    "tests/ledger",
    "tests/payments",
    "tests/holds",
    "tests/disputes",
    "tests/journeys",
    "tests/worked_examples",
)


# Stories of the ledger alone: its accounts belong to holds that nobody made.
_LEDGER_ALONE = ("tests/ledger", "tests/worked_examples")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "planted_errors: breaks the books on purpose, so they are not clean afterwards"
    )


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb: bool) -> bool:
    """Drop no database of a server that is thrown away as a whole."""
    return django_db_keepdb or database.server_is_thrown_away()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Begin with a copy of the database that this session has migrated once."""
    connection.settings_dict["TEST"]["TEMPLATE"] = database.finished_template()


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_keepdb: bool,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Before pytest-django drops the database: end who still uses it, and say who that was."""
    yield
    if not django_db_keepdb:
        capture = request.config.pluginmanager.getplugin("capturemanager")
        with django_db_blocker.unblock(), capture.global_and_fixture_disabled():
            for session in database.end_other_sessions():
                print(f"\nStill connected to the test database: {session}", file=sys.stderr)


@pytest.fixture(autouse=True)
def memory_of_trades(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The commonest trades come back as rows, except to a test that changes how operations work."""
    remembered.open_memory(monkeypatch)
    yield
    remembered.close_memory()


@pytest.fixture(autouse=True)
def clean_books(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every money test with a database: not one discrepancy (unless the test planted one)."""
    # The mark alone gives a test its database; it stands in no fixture's name.
    mark = request.node.get_closest_marker("django_db")
    named = {"db", "transactional_db", "live_server"} & set(request.fixturenames)
    looked_at = (mark or named) and request.node.nodeid.startswith(_MONEY)
    if looked_at:
        # Set up before this fixture, the database is torn down after it.
        request.getfixturevalue("_django_db_helper")
    yield
    # A worker that ran inside a test may have closed its connection: then nothing is left to look at.
    if connection.closed_in_transaction:
        return
    if looked_at and request.node.get_closest_marker("planted_errors") is None:
        parts = ("ledger",) if request.node.nodeid.startswith(_LEDGER_ALONE) else ()
        assert find_discrepancies(*parts) == []


@pytest.fixture
def rail(monkeypatch: pytest.MonkeyPatch) -> CardRail:
    """A processor of cards with chargebacks and transfers, beside the installation's own rails."""
    found = CardRail()
    monkeypatch.setitem(registry._RAILS, NAME, found)
    return found
