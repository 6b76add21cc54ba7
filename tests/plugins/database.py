"""Gives every test session a real PostgreSQL.

Order: DATABASE_URL; else a shared server in PORTOLAN_TEST_PG_DIR (started when needed, left running);
else one server of this session's own, with fsync off, in a temporary folder. Loaded with `-p`, before
Django reads its settings. Under xdist the controller starts it and the workers inherit DATABASE_URL.
"""

import atexit
import fcntl
import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

# Before anything of ours is imported: loading the Celery application settles the settings module.
os.environ["DJANGO_SETTINGS_MODULE"] = "marketplace.settings.test"

from marketplace.local_services.paths import postgres_url, socket_dir
from marketplace.local_services.postgres import ephemeral, shared_for_tests

_resources = ExitStack()
_folder: Path | None = None


def _announce_address() -> None:
    """Set DATABASE_URL before Django's settings are read; the server itself starts later."""
    global _folder
    if os.environ.get("DATABASE_URL"):
        return
    shared = os.environ.get("PORTOLAN_TEST_PG_DIR")
    _folder = Path(shared) if shared else Path(tempfile.mkdtemp(prefix="portolan-test-"))
    if not shared:
        atexit.register(shutil.rmtree, _folder, ignore_errors=True)
    os.environ["DATABASE_URL"] = postgres_url(socket_dir(_folder))


def _announce_files() -> None:
    """One folder for every file the tests store, under xdist too; removed by whoever made it."""
    if not os.environ.get("PORTOLAN_TEST_FILES"):
        folder = tempfile.mkdtemp(prefix="portolan-test-files-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        os.environ["PORTOLAN_TEST_FILES"] = folder


_announce_address()
_announce_files()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start the server, unless nothing will run."""
    if _folder is None or config.option.help or config.option.collectonly:
        return
    if os.environ.get("PORTOLAN_TEST_PG_DIR"):
        _folder.mkdir(parents=True, exist_ok=True)
        with (_folder / "start.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            server = shared_for_tests(_folder)
            server.start()
            server.create_database()
    else:
        _resources.enter_context(ephemeral(_folder)).create_database()


def pytest_unconfigure() -> None:
    """Stop what this session started."""
    _resources.close()
