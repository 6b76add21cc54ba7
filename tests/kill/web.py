"""A real web server on the test's database that can be killed like a machine that loses power."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from marketplace.local_services.paths import CHECKOUT
from tests.live.worker import database_url, wait_until


def free_port() -> int:
    """A port of loopback that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class WebServer:
    """gunicorn with one worker, in a process group of its own."""

    def __init__(self, port: int, log: Path, *, broker: str = "") -> None:
        self.url = f"http://127.0.0.1:{port}"
        with log.open("ab") as out:
            self.program = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "1", "marketplace.wsgi"],
                cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
                env={
                    **os.environ,
                    "DJANGO_SETTINGS_MODULE": "marketplace.settings.test",
                    "DATABASE_URL": database_url(),
                    "PORTOLAN_TEST_BROKER": broker,
                    "PYTHONPATH": str(CHECKOUT),
                },
            )  # fmt: skip
        wait_until(lambda: _answers(port), says=log.read_text)

    def kill(self) -> None:
        """kill -9 of the master and its worker at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.program.pid, signal.SIGKILL)
        self.program.wait()


@contextlib.contextmanager
def web_server(*, port: int, broker: str = "") -> Iterator[WebServer]:
    """Ready to answer; gone afterwards, whatever happened."""
    with tempfile.TemporaryDirectory(prefix="ptl-") as folder:
        server = WebServer(port, Path(folder) / "web.log", broker=broker)
        try:
            yield server
        finally:
            server.kill()


@contextlib.contextmanager
def deaf_broker() -> Iterator[str]:
    """The address of a broker that takes connections and never says a word: who rings it stands still."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


def _answers(port: int) -> bool:
    """The worker itself answers, not only the port that its master holds."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            return line.recv(12) == b"HTTP/1.1 200"
    except OSError:
        return False
