"""The embedded PostgreSQL: finding binaries, starting, waiting, stopping.

Owns one data directory per server. Never deletes one, and never starts a second server on it.
"""

import contextlib
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psycopg2

from .binaries import PostgresBinaries, find_postgres, matching_binaries
from .identity import Identity, choose_identity
from .paths import DATABASE, DATABASE_USER, make_private, postgres_url, socket_dir
from .problem import LocalServiceProblem
from .processes import is_alive

NEEDED_EXTENSIONS: Final = ("btree_gist", "pg_trgm", "unaccent")
SOCKET_NAME: Final = ".s.PGSQL.5432"
START_SECONDS: Final = 60.0  # recovery after a crash included
STOP_SECONDS: Final = 30.0
FAST_AND_UNSAFE: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass
class PostgresServer:
    """One server on one data directory, reached through a unix socket only."""

    data: Path
    sockets: Path  # where clients look
    log: Path
    identity: Identity
    binaries: PostgresBinaries
    settings: dict[str, str] = field(default_factory=dict)
    keep_running: bool = False  # a shared server of developers: survives whoever started it
    process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = DATABASE) -> str:
        """The address to put into DATABASE_URL."""
        return postgres_url(self.sockets, database)

    def start(self) -> bool:
        """Start the server, or find it running. Returns True when this call started it."""
        make_private(self.sockets)
        deadline = time.monotonic() + START_SECONDS
        while self._running_pid() is not None and time.monotonic() < deadline:
            if self.is_ready() and self._stays_ready():
                return False
            time.sleep(0.05)  # recovering, or going down with its former owner
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._spawn()
        self._wait_until_ready()
        return True

    def stop(self) -> None:
        """Stop the server this object started: fast shutdown, then harder."""
        process, self.process = self.process, None
        if process is None:
            return
        for number, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number)
            try:
                process.wait(seconds)
                break
            except subprocess.TimeoutExpired:
                continue

    def is_ready(self) -> bool:
        """Whether the server takes connections, whoever started it."""
        try:
            with self._connection("postgres"):
                return True
        except psycopg2.OperationalError:
            return False

    def _stays_ready(self) -> bool:
        """A server whose owner was killed a moment ago still answers once; do not build on it."""
        time.sleep(0.3)
        return self._running_pid() is not None and self.is_ready()

    def has_died(self) -> bool:
        """Whether the server this object started has ended by itself."""
        return self.process is not None and self.process.poll() is not None

    def create_database(self, name: str = DATABASE) -> bool:
        """Create the database when it is missing. Returns True when this call made it."""
        with self._connection("postgres") as connection, connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if cursor.fetchone():
                return False
            cursor.execute(f'CREATE DATABASE "{name}"')
            return True

    def missing_extensions(self, needed: Sequence[str] = NEEDED_EXTENSIONS) -> list[str]:
        """Which of the extensions the product needs this server does not offer."""
        with self._connection("postgres") as connection, connection.cursor() as cursor:
            cursor.execute("SELECT name FROM pg_available_extensions WHERE name = ANY(%s)", [list(needed)])
            present = {name for (name,) in cursor.fetchall()}
        return [name for name in needed if name not in present]

    @contextlib.contextmanager
    def _connection(self, database: str) -> "Iterator[psycopg2.extensions.connection]":
        connection = psycopg2.connect(
            host=str(self.sockets), user=DATABASE_USER, dbname=database, connect_timeout=3
        )
        connection.autocommit = True
        try:
            yield connection
        finally:
            connection.close()

    def _running_pid(self) -> int | None:
        """The live postmaster of our data directory, whoever started it."""
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            pid, their_sockets = int(lines[0]), lines[4]
        except (OSError, ValueError, IndexError):
            return None
        if not _is_postgres(pid):
            return None
        if Path(their_sockets) != self.identity.server_sockets(self.sockets):
            raise LocalServiceProblem(
                f"A PostgreSQL (process {pid}) already runs on {self.data} with its socket in {their_sockets}.",
                f"Stop it with: kill -INT {pid}",
            )
        return pid

    def _initialise(self) -> None:
        """initdb into a folder beside and rename: an interrupted first start leaves nothing half-made."""
        draft = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True, mode=0o700)
        self.identity.own(draft)
        command = [
            str(self.binaries.program("initdb")), "-D", str(draft), "-U", DATABASE_USER,
            "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N",
        ]  # fmt: skip
        done = subprocess.run(
            command, capture_output=True, stdin=subprocess.DEVNULL, check=False, cwd="/",
            preexec_fn=self.identity.child_setup(signal.SIGKILL), env=self.binaries.environment(),
        )  # fmt: skip
        if done.returncode != 0:
            raise LocalServiceProblem("PostgreSQL could not make its data directory.", _tail(done.stderr))
        draft.rename(self.data)

    def _spawn(self) -> None:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._server_sockets()),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "shared_buffers": "128MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_min_messages": "warning",
            **self.settings,
        }
        command = [str(self.binaries.program("postgres")), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                env=self.binaries.environment(),
                preexec_fn=self.identity.child_setup(None if self.keep_running else signal.SIGINT),
            )  # fmt: skip

    def _server_sockets(self) -> Path:
        """Where the server puts its socket; a link leads there when clients look elsewhere."""
        folder = self.identity.server_sockets(self.sockets)
        if folder != self.sockets:
            folder.mkdir(mode=0o700, exist_ok=True)
            self.identity.own(folder)
            link = self.sockets / SOCKET_NAME
            link.unlink(missing_ok=True)
            link.symlink_to(folder / SOCKET_NAME)
        return folder

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        problem = ""
        while time.monotonic() < deadline:
            if self.process is not None and self.process.poll() is not None:
                raise LocalServiceProblem(
                    f"PostgreSQL ended at once (exit code {self.process.returncode}).", _tail_of(self.log)
                )
            try:
                with self._connection("postgres"):
                    return
            except psycopg2.OperationalError as error:
                problem = str(error).strip()
            time.sleep(0.05)
        raise LocalServiceProblem(
            f"PostgreSQL did not answer within {START_SECONDS:.0f} s.", f"{problem}\n{_tail_of(self.log)}"
        )


def embedded(var: Path) -> PostgresServer:
    """The server of a `var` folder, not started yet."""
    return _server(var / "postgres", socket_dir(var), var / "log" / "postgres.log")


def _server(
    data: Path,
    sockets: Path,
    log: Path,
    *,
    settings: dict[str, str] | None = None,
    keep_running: bool = False,
) -> PostgresServer:
    identity = choose_identity()
    data = identity.reachable(data)
    log.parent.mkdir(parents=True, exist_ok=True)
    data.parent.mkdir(parents=True, exist_ok=True)
    binaries = matching_binaries(data) or find_postgres()
    return PostgresServer(
        data=data,
        sockets=sockets,
        log=log,
        identity=identity,
        binaries=identity.usable_binaries(binaries),
        settings=settings or {},
        keep_running=keep_running,
    )


def shared_for_tests(folder: Path) -> PostgresServer:
    """A quick, unsafe server that stays up for many test sessions; not started yet."""
    folder.mkdir(parents=True, exist_ok=True)
    return _server(
        folder / "data",
        socket_dir(folder),
        folder / "postgres.log",
        settings=FAST_AND_UNSAFE,
        keep_running=True,
    )


@contextlib.contextmanager
def ephemeral(folder: Path) -> Iterator[PostgresServer]:
    """A quick, unsafe server for one test session; the caller owns and removes the folder."""
    server = _server(folder / "data", socket_dir(folder), folder / "postgres.log", settings=FAST_AND_UNSAFE)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _is_postgres(pid: int) -> bool:
    if not is_alive(pid):
        return False
    try:
        return b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return True


def _tail_of(log: Path) -> str:
    try:
        return _tail(log.read_bytes())
    except OSError:
        return ""


def _tail(output: bytes) -> str:
    return "\n".join(output.decode(errors="replace").strip().splitlines()[-12:])
