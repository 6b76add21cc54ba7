"""Folders short enough for sockets, and a clean environment, for the tests of the launcher."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short folder of the test's own; pytest's tmp_path is too long for a socket."""
    path = Path(tempfile.mkdtemp(prefix="ptl-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(autouse=True)
def no_inherited_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The servers of this test session must not be taken for the ones under test."""
    for name in ("DATABASE_URL", "REDIS_URL", "PORTOLAN_VAR", "PORT", "HOST", "PORTOLAN_ROOT_MODE"):
        monkeypatch.delenv(name, raising=False)
