"""A real Celery worker (and beat) on the test database and a Valkey of its own."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import redis
from celery import Celery
from django.db import connection

from marketplace.local_services import valkey
from marketplace.local_services.paths import CHECKOUT
from marketplace.local_services.processes import is_alive

PATIENCE = 60.0


def wait_until(what: Callable[[], bool], *, seconds: float = PATIENCE, says: Callable[[], str] = str) -> None:
    """Ask again and again; fails with what `says` says when the time is over."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, says()
        time.sleep(0.1)


class Machinery:
    """Valkey, and the programs started beside it. Programs die with `close`, or by `kill`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.valkey = valkey.embedded(folder)
        self.valkey.start()
        self.broker = f"redis+socket://{self.valkey.url().removeprefix('unix://')}?virtual_host=0"
        self.programs: list[subprocess.Popen[bytes]] = []
        self._sender = Celery("sender", broker=self.broker)

    def start_worker(self, *queues: str) -> subprocess.Popen[bytes]:
        """A worker for these queues only, ready to work."""
        ready = self.log.read_text().count(" ready.") if self.log.exists() else 0
        program = self._start(
            "worker", "-Q", ",".join(queues), "-c", "2", "--without-gossip", "--without-mingle"
        )
        wait_until(
            lambda: program.poll() is not None or self.log.read_text().count(" ready.") > ready,
            says=self.log.read_text,
        )
        assert program.poll() is None, self.log.read_text()
        return program

    def start_beat(self) -> subprocess.Popen[bytes]:
        """Beat with the real schedule."""
        return self._start("beat", "--schedule", str(self.folder / "schedule"), "--pidfile", "")

    def send(self, task: str, *, queue: str) -> None:
        """Ring one of core's bells."""
        self._sender.send_task(f"marketplace.core.tasks.{task}", kwargs={"queue": queue}, queue=queue)

    def keep_ringing(self, queue: str, until: Callable[[], bool], *, seconds: float = PATIENCE) -> None:
        """Ring both bells of a queue, as beat would, until something is true."""

        def ring_and_look() -> bool:
            self.send("sweep_deadlines", queue=queue)
            self.send("deliver_outbox", queue=queue)
            time.sleep(0.4)
            return until()

        wait_until(ring_and_look, seconds=seconds, says=self.log.read_text)

    def empty_the_queue(self) -> None:
        """What an operator's FLUSHALL does."""
        with contextlib.closing(redis.Redis.from_url(self.valkey.url())) as client:
            client.flushall()

    @property
    def log(self) -> Path:
        """What the programs said."""
        return self.folder / "programs.log"

    def kill(self, program: subprocess.Popen[bytes]) -> None:
        """kill -9 of one program; returns when its pool is gone too."""
        children = _children_of(program.pid)
        program.kill()
        program.wait()
        wait_until(lambda: not any(map(is_alive, children)), seconds=10)

    def close(self) -> None:
        """Stop everything."""
        for program in self.programs:
            if program.poll() is None:
                program.send_signal(signal.SIGTERM)
        for program in self.programs:
            try:
                program.wait(15)
            except subprocess.TimeoutExpired:
                self.kill(program)
        self._sender.close()
        self.valkey.stop()

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            program = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "celery", "-A", "marketplace", *arguments, "--loglevel", "info"],
                cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={
                    **os.environ,
                    "DJANGO_SETTINGS_MODULE": "marketplace.settings.test",
                    "DATABASE_URL": database_url(),
                    "PORTOLAN_TEST_BROKER": self.broker,
                    "PYTHONPATH": str(CHECKOUT),
                    "LOG_LEVEL": "INFO",
                },
            )  # fmt: skip
        self.programs.append(program)
        return program


@contextlib.contextmanager
def machinery() -> Iterator[Machinery]:
    """A Machinery in a short folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="ptl-"))
    machine = Machinery(folder)
    try:
        yield machine
    finally:
        machine.close()
        shutil.rmtree(folder, ignore_errors=True)


def database_url() -> str:
    """The address of the database this test runs on."""
    settings = connection.settings_dict
    credentials = quote(settings["USER"], safe="")
    if settings["PASSWORD"]:
        credentials += ":" + quote(settings["PASSWORD"], safe="")
    if settings["HOST"].startswith("/"):
        return f"postgres://{credentials}@/{settings['NAME']}?host={settings['HOST']}"
    return f"postgres://{credentials}@{settings['HOST']}:{settings['PORT'] or 5432}/{settings['NAME']}"


def _children_of(pid: int) -> list[int]:
    """All descendants of a process."""
    found = []
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if folder.name.isdigit() and f"\nPPid:\t{pid}\n" in (folder / "status").read_text():
                found += [int(folder.name), *_children_of(int(folder.name))]
    return found
