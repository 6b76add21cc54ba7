"""`make up`: everything in order, watched, and stopped in reverse order.

PostgreSQL → Valkey → migrate → demo story → static files → web, worker, beat, search → first page.
Owns the order and the words to the person; every step's work lies elsewhere.
"""

import contextlib
import hashlib
import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Final

from .children import Child, Crew
from .embedded import EmbeddedServices, OwnerLock, database_identity, try_own
from .paths import CHECKOUT
from .problem import LocalServiceProblem
from .terminal import say, write

QUEUES: Final = "holds,disputes,shipments,default"
FIRST_PAGE_SECONDS: Final = 240.0  # on a busy machine
RESTARTS: Final = 5
RESTART_WINDOW_SECONDS: Final = 60.0
LOOPBACK_OF: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- looked up, not bound
SETTINGS: Final = "marketplace.settings.local"


class _Stop(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal."""


class Supervisor:
    """One run of `make up`."""

    def __init__(self, *, var: Path, port: int, host: str) -> None:
        self.var = var
        self.port = port
        self.host = host
        self.services = EmbeddedServices(var)
        self.crew = Crew()
        self.started = time.monotonic()

    @property
    def address(self) -> str:
        """What a person types into the browser (passkeys need the name localhost)."""
        return f"http://localhost:{self.port}"

    def run(self) -> int:
        """Bring everything up, watch it, take it down. Returns the exit code."""
        lock = self._own()
        try:
            refuse_busy_port(self.host, self.port)
            with _stop_on_signals():
                self._bring_up()
                self._watch()
        except _Stop:
            say("stopping")
        finally:
            self._take_down()
            lock.file.close()
        return 0

    def _own(self) -> OwnerLock:
        lock = try_own(self.var)
        if isinstance(lock, OwnerLock):
            lock.describe(f"serves {self.address}")
            return lock
        pid, _, what = lock.partition(" ")
        raise LocalServiceProblem(
            f"Process {pid} {what or 'uses'} with the data in {self.var}.",
            f"Use that one, stop it (kill {pid}), or choose another folder: PORTOLAN_VAR=<folder> make up PORT=…",
        )

    # --- up ------------------------------------------------------------------

    def _bring_up(self) -> None:
        self.services.start()
        static = self._start_static_files()
        self._manage("migrate", "--noinput", "--verbosity", "0", say_first="bringing the database up to date")
        if os.environ.get("PORTOLAN_DEMO") != "0":
            self._load_demo()
        self._finish_static_files(static)
        for child in (self._web(), self._worker(), self._beat(), self._search()):
            self.crew.start(child)
        log_ins = self._child("log-ins", "manage.py", "demo_logins", quiet=True)
        self.crew.start(log_ins)
        self._wait_for_first_page()
        found = self.crew.wait(log_ins) == 0
        self._greet(log_ins.lines if found else [])

    def _load_demo(self) -> None:
        """Ask for the demo story once per database; asking costs a start of Django."""
        marker = self.var / "demo.asked"
        identity = database_identity(self.services.environment["DATABASE_URL"])
        if identity and marker.exists() and marker.read_text(encoding="ascii") == identity:
            return
        self._manage("load_demo", "--if-empty", say_first="looking for the demo story")
        marker.write_text(identity, encoding="ascii")

    def _manage(self, *arguments: str, say_first: str) -> None:
        say(say_first)
        child = self._child("setup", "manage.py", *arguments)
        if self.crew.run(child) != 0:
            raise LocalServiceProblem(f"`manage.py {arguments[0]}` failed; its words are above.")

    def _start_static_files(self) -> Child | None:
        """Collect in the background when something changed since the last time."""
        self._static_digest = _digest_of_static_files()
        stamp = self.var / "static.sha256"
        if (
            (self.var / "static").is_dir()
            and stamp.exists()
            and stamp.read_text(encoding="ascii") == self._static_digest
        ):
            return None
        say("collecting the static files")
        # redoc and Django REST framework's own pages are not shown; compressing them costs seconds
        collect = ("collectstatic", "--noinput", "--clear", "-v", "0", "-i", "redoc", "-i", "rest_framework")
        child = self._child("static", "manage.py", *collect, quiet=True)
        self.crew.start(child)
        return child

    def _finish_static_files(self, child: Child | None) -> None:
        if child is None:
            return
        if self.crew.wait(child) != 0:
            raise LocalServiceProblem(
                "The static files could not be collected.", "\n".join(child.lines[-15:])
            )
        (self.var / "static.sha256").write_text(self._static_digest, encoding="ascii")

    def _wait_for_first_page(self) -> None:
        web = next(child for child in self.crew.children if child.name == "web")

        def settled() -> bool:
            return not web.is_running or first_page_status(self.host, self.port) is not None

        if not self.crew.wait_until(settled, FIRST_PAGE_SECONDS) or not web.is_running:
            raise LocalServiceProblem("The web server did not come up; its words are above.")
        status = first_page_status(self.host, self.port)
        if status != http.client.OK:
            raise LocalServiceProblem(f"The first page answers {status}; the log above says why.")

    def _greet(self, log_ins: list[str]) -> None:
        lines = ["", f"  Portolan is up after {time.monotonic() - self.started:.0f} s:  {self.address}", ""]
        if log_ins:
            lines += [f"  {line}" for line in log_ins] + [""]
        lines += ["  Ctrl-C stops everything; the data stay.", ""]
        write("\n".join(lines) + "\n")

    # --- the four programs ---------------------------------------------------

    def _child(self, name: str, *arguments: str, quiet: bool = False) -> Child:
        command = [sys.executable, *arguments]
        if arguments[0] == "manage.py":
            command[1] = str(CHECKOUT / "manage.py")
        return Child(name, command, self._environment(), quiet=quiet)

    def _environment(self) -> dict[str, str]:
        return {
            **self.services.environment,
            "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE") or SETTINGS,
            "PORTOLAN_VAR": str(self.var),
            "PORT": str(self.port),
            "PYTHONPATH": str(CHECKOUT),
        }

    def _web(self) -> Child:
        binds = [
            part
            for address in _addresses(self.host)
            for part in ("--bind", f"{_bracketed(address)}:{self.port}")
        ]
        conf = str(CHECKOUT / "marketplace" / "local_services" / "gunicorn_conf.py")
        return self._child(
            "web", "-m", "gunicorn", "-c", conf, "--log-level", "warning", *binds, "marketplace.wsgi"
        )

    def _worker(self) -> Child:
        child = self._child(
            "worker", "-m", "celery", "-A", "marketplace", "--quiet", "worker", "-Q", QUEUES, "-c", "2",
            "--without-gossip", "--without-mingle", "--loglevel", "warning",
        )  # fmt: skip
        # warm: finish the task in hand; then soft: give it back; then gone. Rows in PostgreSQL finish the rest.
        child.environment["PYTHONWARNINGS"] = (
            "ignore:You're running the worker with superuser"  # said by us: local only
        )
        child.stop_signals = ((signal.SIGTERM, 10.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
        return child

    def _beat(self) -> Child:
        schedule = self.var / "beat" / "schedule"
        schedule.parent.mkdir(parents=True, exist_ok=True)
        return self._child(
            "beat", "-m", "celery", "-A", "marketplace", "--quiet", "beat", "--loglevel", "warning",
            "--schedule", str(schedule), "--pidfile", "",
        )  # fmt: skip

    def _search(self) -> Child:
        return self._child("search", "manage.py", "follow_search")

    # --- watching and down ---------------------------------------------------

    def _watch(self) -> None:
        """Until a signal: pass on what the children say, start again what ended."""
        while True:
            self.crew.pump(1.0)
            self.services.revive()
            for child in self.crew.children:
                if not child.is_running:
                    self._revive(child)

    def _revive(self, child: Child) -> None:
        code = child.process.returncode if child.process else None
        recent = [at for at in child.starts if at > time.monotonic() - RESTART_WINDOW_SECONDS]
        if len(recent) >= RESTARTS:
            raise LocalServiceProblem(
                f"{child.name} ended {RESTARTS} times within a minute (exit code {code}); giving up."
            )
        say(f"{child.name} ended (exit code {code}); starting it again")
        self.crew.stop(child)
        self.crew.start(child)

    def _take_down(self) -> None:
        """Reverse order. Another signal meanwhile does not break it off half-way."""
        with _signals_ignored():
            for child in reversed(self.crew.children):
                was_running = child.is_running
                self.crew.stop(child)
                if was_running and not child.quiet:
                    say(f"{child.name} stopped")
            self.services.stop()


def refuse_busy_port(host: str, port: int) -> None:
    """Raise with the way out when somebody listens on the port already."""
    for address in _addresses(host):
        if _is_busy(address, port):
            free = next(
                (other for other in range(port + 1, port + 50) if not _is_busy(address, other)), port + 1
            )
            raise LocalServiceProblem(
                f"Port {port} is in use by another program.", f"Choose another: make up PORT={free}"
            )


def _is_busy(address: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except PermissionError:
            raise LocalServiceProblem(
                f"Port {port} is reserved for root.", "Choose another: make up PORT=8000"
            ) from None
        except OSError:
            return True
    return False


def _addresses(host: str) -> list[str]:
    """`localhost` means both loopback addresses, where the machine has both."""
    if host != "localhost":
        return [host]
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
        probe.bind(("::1", 0))
        return ["127.0.0.1", "::1"]
    return ["127.0.0.1"]


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def first_page_status(host: str, port: int) -> int | None:
    """The status of the first page; None while nobody answers."""
    address = _addresses(host)[0]
    connection = http.client.HTTPConnection(LOOPBACK_OF.get(address, address), port, timeout=20)
    try:
        connection.request("GET", "/", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def _digest_of_static_files() -> str:
    digest = hashlib.sha256((CHECKOUT / "requirements.lock").read_bytes())
    for path in sorted((CHECKOUT / "static").rglob("*")):
        stat = path.stat()
        digest.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


@contextlib.contextmanager
def _stop_on_signals() -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _Stop

    before = {
        number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for number in before:
            signal.signal(number, signal.SIG_IGN)


@contextlib.contextmanager
def _signals_ignored() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
