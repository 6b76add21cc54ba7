"""The embedded Valkey (or Redis): starting, waiting, stopping.

Owns one data directory. Everything in it can be lost without loss of business: rows in PostgreSQL
are the truth, the queue is a bell.
"""

import contextlib
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .binaries import find_valkey
from .paths import make_private, redis_url, socket_dir, valkey_socket
from .problem import LocalServiceProblem
from .processes import child_setup, is_alive

START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 10.0


@dataclass
class ValkeyServer:
    """One server on one data directory, reached through a unix socket only."""

    data: Path
    sockets: Path
    log: Path
    program: Path
    process: subprocess.Popen[bytes] | None = None

    def url(self) -> str:
        """The address to put into REDIS_URL."""
        return redis_url(self.sockets)

    def start(self) -> bool:
        """Start the server, or find it running. Returns True when this call started it."""
        make_private(self.sockets)
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        deadline = time.monotonic() + START_SECONDS
        while self._running_pid() is not None and time.monotonic() < deadline:
            if self.answers():
                return False
            time.sleep(0.05)  # starting up, or going down with its former owner
        self._spawn()
        self._wait_until_ready()
        return True

    def stop(self) -> None:
        """Stop the server this object started; it writes its append-only file out first."""
        process, self.process = self.process, None
        if process is None:
            return
        for number, seconds in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, 5.0)):
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(seconds)
                break

    def has_died(self) -> bool:
        """Whether the server this object started has ended by itself."""
        return self.process is not None and self.process.poll() is not None

    def answers(self) -> bool:
        """Whether somebody answers PING behind the socket."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(1.0)
            client.connect(str(valkey_socket(self.sockets)))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        return False

    def _running_pid(self) -> int | None:
        try:
            pid = int((self.data / "valkey.pid").read_text(encoding="ascii"))
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        return pid if is_alive(pid) and (b"valkey" in command or b"redis" in command) else None

    def _spawn(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        settings = {
            "port": "0",
            "unixsocket": str(valkey_socket(self.sockets)),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "pidfile": str(self.data / "valkey.pid"),
            "daemonize": "no",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        command = [str(self.program)]
        for name, value in settings.items():
            command += [f"--{name}", value]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.data,
                preexec_fn=child_setup(death_signal=signal.SIGTERM),
            )
        # with --daemonize no the server writes its pid file only when asked to by name; ours is certain
        (self.data / "valkey.pid").write_text(str(self.process.pid), encoding="ascii")

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.has_died():
                code = self.process.returncode if self.process else "?"
                raise LocalServiceProblem(f"Valkey ended at once (exit code {code}).", f"Its log: {self.log}")
            if self.answers():
                return
            time.sleep(0.02)
        raise LocalServiceProblem(
            f"Valkey did not answer within {START_SECONDS:.0f} s.", f"Its log: {self.log}"
        )


def embedded(var: Path) -> ValkeyServer:
    """The server of a `var` folder, not started yet."""
    return ValkeyServer(var / "valkey", socket_dir(var), var / "log" / "valkey.log", find_valkey())
