"""Gives every test session a real PostgreSQL.

Order: DATABASE_URL; else a shared server in PORTOLAN_TEST_PG_DIR (started when needed, left running);
else one server of this session's own, with fsync off, in a temporary folder. Loaded with `-p`, before
Django reads its settings. Under xdist the controller starts it and the workers inherit DATABASE_URL.

On a server of its own the controller also migrates one database, beside the workers that start and collect meanwhile;
each worker's database begins as a copy of it. Who has a database of an earlier session (--reuse-db, DATABASE_URL)
migrates that, as ever.

A server of the session's own goes with its databases. Elsewhere what a killed program or a forgotten thread still
holds open is named and ended, so that the database can be dropped.
"""

import atexit
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

# Before anything of ours is imported: loading the Celery application settles the settings module.
os.environ["DJANGO_SETTINGS_MODULE"] = "marketplace.settings.test"

from marketplace.local_services.paths import postgres_url, socket_dir
from marketplace.local_services.postgres import ephemeral, shared_for_tests

_resources = ExitStack()
_folder: Path | None = None
_THROWN_AWAY = "PORTOLAN_TEST_PG_IS_THROWN_AWAY"  # said by the controller to its workers
_TEMPLATE_LOCK = (
    "PORTOLAN_TEST_TEMPLATE_LOCK"  # the same: a file, locked while the template is being migrated
)
_TEMPLATE = "portolan_template"
_ROOT = Path(__file__).resolve().parents[2]


def _announce_address() -> None:
    """Set DATABASE_URL before Django's settings are read; the server itself starts later."""
    global _folder
    if os.environ.get("DATABASE_URL"):
        return
    shared = os.environ.get("PORTOLAN_TEST_PG_DIR")
    _folder = Path(shared) if shared else Path(tempfile.mkdtemp(prefix="portolan-test-"))
    if not shared:
        os.environ[_THROWN_AWAY] = "1"
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
        server = _resources.enter_context(ephemeral(_folder))
        server.create_database()
        if config.getoption("numprocesses", None):
            server.create_database(_TEMPLATE)
            _begin_template(_folder, server.url(_TEMPLATE))


def _begin_template(folder: Path, url: str) -> None:
    """Migrate beside everything else; the program holds the lock until it ends."""
    lock = folder / "template.lock"
    os.environ[_TEMPLATE_LOCK] = str(lock)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        program = subprocess.Popen(
            [sys.executable, "manage.py", "migrate", "--run-syncdb", "--verbosity=0"], cwd=_ROOT,
            env={**os.environ, "DATABASE_URL": url}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, pass_fds=[held.fileno()],
        )  # fmt: skip
    _resources.callback(program.wait)
    _resources.callback(program.terminate)  # called first: nobody wants it any more


def finished_template() -> str | None:
    """The database to copy, if this session has one; waits for it. Where it failed, the copy's own migration says why."""
    lock = os.environ.get(_TEMPLATE_LOCK)
    if lock is None:
        return None
    with Path(lock).open() as ours:
        fcntl.flock(ours, fcntl.LOCK_SH)
    return _TEMPLATE


def pytest_unconfigure() -> None:
    """Stop what this session started."""
    _resources.close()


def server_is_thrown_away() -> bool:
    """Whether the server, and every database on it, ends with this session."""
    return _THROWN_AWAY in os.environ


def end_other_sessions() -> Iterator[str]:
    """End every other session on this test database; what each did last."""
    from django.db import connection  # settings are settled only now

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000), application_name, state, left(query, 200) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        for _ended, name, state, query in cursor.fetchall():
            yield f"{name or 'a session'} ({state}): {query}"
