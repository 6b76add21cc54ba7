"""Both embedded services of one `var` folder, and the lock that says who owns them.

DATABASE_URL and REDIS_URL replace a service by a server of the operator's, which is only checked.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

import psycopg2
import redis

from . import postgres, valkey
from .paths import redis_url, socket_dir
from .postgres import NEEDED_EXTENSIONS, PostgresServer
from .problem import LocalServiceProblem
from .terminal import say
from .valkey import ValkeyServer

OLDEST_SERVER: Final = 150000
REUSE_SECONDS: Final = 60.0


@dataclass
class EmbeddedServices:
    """PostgreSQL, then Valkey; stopped in reverse order. Only what was started here is stopped."""

    var: Path
    postgres: PostgresServer | None = None
    valkey: ValkeyServer | None = None
    environment: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        """Start what no setting replaces; afterwards `environment` holds both addresses."""
        if address := os.environ.get("DATABASE_URL"):
            version = check_postgres(address)
            say(f"PostgreSQL {version} from DATABASE_URL")
        else:
            started = time.monotonic()
            self.postgres = postgres.embedded(self.var)
            address = _start_postgres(self.postgres)
            say(f"PostgreSQL {self.postgres.binaries.major} ready after {time.monotonic() - started:.1f} s")
        self.environment["DATABASE_URL"] = address
        if address := os.environ.get("REDIS_URL"):
            check_redis(address)
            say("Redis or Valkey from REDIS_URL")
        else:
            started = time.monotonic()
            self.valkey = valkey.embedded(self.var)
            self.valkey.start()
            address = redis_url(socket_dir(self.var))
            say(f"Valkey ready after {time.monotonic() - started:.1f} s")
        self.environment["REDIS_URL"] = address

    def stop(self) -> None:
        """Stop in reverse order."""
        if self.valkey is not None and self.valkey.process is not None:
            self.valkey.stop()
            say("Valkey stopped")
        if self.postgres is not None and self.postgres.process is not None:
            self.postgres.stop()
            say("PostgreSQL stopped")

    def revive(self) -> None:
        """Start again what has ended by itself; the data survive."""
        if self.postgres is not None and self.postgres.has_died():
            say("PostgreSQL ended; starting it again")
            self.postgres.start()
        if self.valkey is not None and self.valkey.has_died():
            say("Valkey ended; starting it again")
            self.valkey.start()


def _start_postgres(server: PostgresServer) -> str:
    server.start()
    server.create_database()
    _refuse_missing(server.missing_extensions())
    return server.url()


def check_postgres(address: str) -> str:
    """Check a server of the operator's: reachable, new enough, has what is needed. Returns its version."""
    try:
        connection = psycopg2.connect(address, connect_timeout=5)
    except psycopg2.Error as error:
        raise LocalServiceProblem(
            "PostgreSQL at DATABASE_URL cannot be used.",
            f"{str(error).strip()}\nThe server must run and the database must exist (createdb).",
        ) from None
    with contextlib.closing(connection), connection.cursor() as cursor:
        if connection.server_version < OLDEST_SERVER:
            raise LocalServiceProblem(
                f"PostgreSQL at DATABASE_URL is version {connection.server_version // 10000}; 15 or newer is needed."
            )
        cursor.execute(
            "SELECT name FROM pg_available_extensions WHERE name = ANY(%s)", [list(NEEDED_EXTENSIONS)]
        )
        present = {name for (name,) in cursor.fetchall()}
        _refuse_missing([name for name in NEEDED_EXTENSIONS if name not in present])
        cursor.execute("SHOW server_version")
        row = cursor.fetchone()
    return str(row[0]).split()[0] if row else "?"


def database_identity(address: str) -> str:
    """What tells this very database from one made anew at the same address; empty where it is not told."""
    with contextlib.suppress(psycopg2.Error), contextlib.closing(psycopg2.connect(address)) as connection:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT system_identifier, oid FROM pg_control_system(), pg_database"
                " WHERE datname = current_database()"
            )
            row = cursor.fetchone()
        return f"{row[0]} {row[1]}" if row else ""
    return ""


def check_redis(address: str) -> None:
    """Check that somebody answers at REDIS_URL."""
    try:
        with contextlib.closing(redis.Redis.from_url(address, socket_connect_timeout=5)) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise LocalServiceProblem("Redis or Valkey at REDIS_URL does not answer.", str(error)) from None


def _refuse_missing(extensions: list[str]) -> None:
    if extensions:
        raise LocalServiceProblem(
            f"This PostgreSQL does not offer: {', '.join(extensions)}.",
            "Install its contrib package (postgresql-contrib), or use the embedded one.",
        )


# --- who owns the services ---------------------------------------------------


@dataclass
class OwnerLock:
    """Held for as long as the services are ours; its file says who holds it."""

    file: IO[str]

    def describe(self, text: str) -> None:
        """Tell others what the owner is."""
        self.file.seek(0)
        self.file.truncate()
        self.file.write(f"{os.getpid()} {text}\n")
        self.file.flush()


def try_own(var: Path) -> OwnerLock | str:
    """Become the owner, or return the words of who is."""
    var.mkdir(parents=True, exist_ok=True)
    file = (var / "owner.lock").open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        owner = file.read().strip()
        file.close()
        return owner or "somebody"
    return OwnerLock(file)


@contextlib.contextmanager
def borrowed(var: Path, purpose: str) -> Iterator[dict[str, str]]:
    """The services for the length of one command: those of a running `make up`, else our own."""
    lock = try_own(var)
    if isinstance(lock, str):
        yield _environment_of_owner(var)
        return
    services = EmbeddedServices(var)
    try:
        lock.describe(purpose)
        services.start()
        yield services.environment
    finally:
        services.stop()
        lock.file.close()


def _environment_of_owner(var: Path) -> dict[str, str]:
    """Wait until the owner's services answer; use them."""
    database = postgres.embedded(var)
    queue = valkey.embedded(var)
    deadline = time.monotonic() + REUSE_SECONDS
    while time.monotonic() < deadline:
        if (os.environ.get("DATABASE_URL") or database.is_ready()) and (
            os.environ.get("REDIS_URL") or queue.answers()
        ):
            return {
                "DATABASE_URL": os.environ.get("DATABASE_URL") or database.url(),
                "REDIS_URL": os.environ.get("REDIS_URL") or queue.url(),
            }
        time.sleep(0.2)
    raise LocalServiceProblem("Another process holds the embedded services, but they do not answer.")
