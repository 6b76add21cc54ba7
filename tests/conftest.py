"""What every test shares: the books are looked at after every test that could move money."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from marketplace.core.books import find_discrepancies
from tests.factories.rails import NAME, CardRail
from trade_assurance.payments.providers import registry

_MONEY = (
    "tests/ledger",
    "tests/payments",
    "tests/holds",
    "tests/disputes",
    "tests/journeys",
    "tests/worked_examples",
)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "planted_errors: breaks the books on purpose, so they are not clean afterwards"
    )


@pytest.fixture(autouse=True)
def clean_books(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every money test with a database: not one discrepancy (unless the test planted one)."""
    uses_database = {"db", "transactional_db", "live_server"} & set(request.fixturenames)
    is_money = request.node.nodeid.startswith(_MONEY)
    if uses_database and is_money:
        request.getfixturevalue("transactional_db" if "transactional_db" in request.fixturenames else "db")
    yield
    if uses_database and is_money and request.node.get_closest_marker("planted_errors") is None:
        assert find_discrepancies() == []


@pytest.fixture
def rail(monkeypatch: pytest.MonkeyPatch) -> CardRail:
    """A processor of cards with chargebacks and transfers, beside the installation's own rails."""
    found = CardRail()
    monkeypatch.setitem(registry._RAILS, NAME, found)
    return found
