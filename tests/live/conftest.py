"""Programs beside the test: the database must be committed, and is emptied afterwards."""

from collections.abc import Iterator

import pytest

from tests.live.worker import Machinery, machinery


@pytest.fixture
def machine(transactional_db: None) -> Iterator[Machinery]:
    """A Valkey of the test's own, and a way to start real programs beside it."""
    with machinery() as started:
        yield started
