"""`make up` as a person meets it: the first page, Ctrl-C, kill -9, a busy port, killed programs."""

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from marketplace.local_services.paths import CHECKOUT
from marketplace.local_services.processes import is_alive

pytestmark = [pytest.mark.slow, pytest.mark.kill]
PATIENCE = 300.0  # the machine may be busy with the rest of the tests


def _environment(var: Path, port: int | str) -> dict[str, str]:
    """That of a person's terminal: nothing of this test session's own servers."""
    ours = ("DATABASE_URL", "REDIS_URL", "PORTOLAN_TEST_BROKER", "PORTOLAN_ROOT_MODE", "HOST")
    return {
        **{name: value for name, value in os.environ.items() if name not in ours},
        "PORTOLAN_VAR": str(var),
        "PORT": str(port),
        "PORTOLAN_DEMO": "0",
        "DJANGO_SETTINGS_MODULE": "marketplace.settings.local",
        "EMAIL_URL": "dummymail://",
    }


class Site:
    """One running `make up` on a folder and a port of its own."""

    def __init__(self, var: Path, port: int) -> None:
        self.var = var
        self.port = port
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "marketplace.local_services", "up"],
            cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=_environment(var, port),
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            for line in output:
                self.lines.append(line.rstrip())

    def wait_for(self, words: str, *, times: int = 1) -> None:
        """Until the words were said so often; fails with everything said so far."""
        deadline = time.monotonic() + PATIENCE
        while sum(words in line for line in list(self.lines)) < times:
            if self.process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"never said {words!r}:\n" + "\n".join(self.lines[-60:]))
            time.sleep(0.05)

    def status(self, path: str = "/healthz") -> int:
        """The status of one page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path, headers={"Host": "localhost"})
            return connection.getresponse().status
        finally:
            connection.close()

    def pids(self) -> dict[int, str]:
        """Every process that lives on this folder, the supervisor left out."""
        found = {}
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit() or int(folder.name) == self.process.pid:
                continue
            with contextlib.suppress(OSError):
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                environment = (folder / "environ").read_bytes()
                marker = f"PORTOLAN_VAR={self.var}\0".encode()
                if (marker in environment or str(self.var) in command) and is_alive(int(folder.name)):
                    found[int(folder.name)] = command
        return found

    def end(self, number: signal.Signals) -> int:
        """Send a signal and wait for the end."""
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        self._reader.join(5)
        return code


@pytest.fixture
def var(folder: Path) -> Iterator[Path]:
    yield folder / "var"
    assert not [pid for pid in _alive_on(folder) if pid != os.getpid()], "something was left running"


def _alive_on(folder: Path) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and str(folder).encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def port() -> int:
    return _free_port()


@contextlib.contextmanager
def _up(var: Path, port: int) -> Iterator[Site]:
    site = Site(var, port)
    try:
        site.wait_for("Portolan is up after")
        yield site
    finally:
        if site.process.poll() is None:
            site.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                site.process.wait(PATIENCE)
        if site.process.poll() is None:
            site.process.kill()
        site._reader.join(5)


def test_up_serves_mends_itself_survives_kill_9_and_stops_in_reverse_order_on_ctrl_c(
    var: Path, port: int
) -> None:
    """One story of two starts: each start costs half a minute where everything else runs too."""
    with _up(var, port) as site:
        assert any(f"http://localhost:{port}" in line for line in site.lines)
        assert any("collecting the static files" in line for line in site.lines)
        assert site.status("/") == http.client.OK
        _demand_no_rival(site, var, port)
        _killed_programs_come_back(site, var)
        _kill_the_supervisor(site)
    key = (var / "secret_key").read_text()
    with _up(var, port) as again:
        assert not any("collecting the static files" in line for line in again.lines)
        assert (var / "secret_key").read_text() == key
        assert again.status("/") == http.client.OK
        assert again.status("/healthz") == http.client.OK
        assert again.end(signal.SIGINT) == 0
    stopped = [match.group(1) for line in again.lines if (match := re.search(r"\| (\w+) stopped$", line))]
    assert stopped == ["search", "beat", "worker", "web", "Valkey", "PostgreSQL"]
    assert again.pids() == {}


def _demand_no_rival(site: Site, var: Path, port: int) -> None:
    """Another `make up` on the same folder is refused and says who is there."""
    rival = subprocess.run(
        [sys.executable, "-m", "marketplace.local_services", "up"], cwd=CHECKOUT, capture_output=True, text=True,
        env=_environment(var, port), check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert rival.returncode == 1
    assert f"Process {site.process.pid} serves http://localhost:{port}" in rival.stderr


def _kill_the_supervisor(site: Site) -> None:
    """kill -9 of it leaves no child."""
    # PostgreSQL, Valkey, 1 + 2 web, 1 + 2 worker, beat, search; the pools fork a moment after the first page
    deadline = time.monotonic() + PATIENCE
    while len(site.pids()) < 10:
        assert time.monotonic() < deadline, site.pids()
        time.sleep(0.1)
    site.end(signal.SIGKILL)
    deadline = time.monotonic() + 15
    while site.pids() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert site.pids() == {}


def _killed_programs_come_back(site: Site, var: Path) -> None:
    """Two of ours and PostgreSQL itself: each is started again, and the first page answers."""
    for name, words in (("gunicorn", "web ended"), ("celery -A marketplace --quiet worker", "worker ended")):
        masters = [
            pid
            for pid, command in site.pids().items()
            if name in command and _parent(pid) == site.process.pid
        ]
        assert len(masters) == 1
        os.kill(masters[0], signal.SIGKILL)
        site.wait_for(words)
    postmaster = int((var / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    site.wait_for("PostgreSQL ended; starting it again")
    deadline = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if site.status("/") == http.client.OK:
                break
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_a_busy_port_is_said_with_the_way_out(folder: Path) -> None:
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        port = squatter.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "marketplace.local_services", "up"], cwd=CHECKOUT, capture_output=True, text=True,
            env=_environment(folder, port), check=False, timeout=PATIENCE,
        )  # fmt: skip
    assert done.returncode == 1
    assert f"Port {port} is in use" in done.stderr
    assert re.search(r"make up PORT=\d+", done.stderr)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("text", ["0", "70000", "http", "-1"])
def test_a_port_that_is_none_is_said(folder: Path, text: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "marketplace.local_services", "up"], cwd=CHECKOUT, capture_output=True, text=True,
        env=_environment(folder, text), check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 1
    assert f"PORT={text} is no port number" in done.stderr


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
