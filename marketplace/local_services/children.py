"""The supervisor's children: started from the one thread, their lines prefixed, stopped in order.

Owns processes and pipes; knows nothing of what the programs do.
"""

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from .processes import child_setup
from .terminal import say

READ_BYTES: Final = 65536


@dataclass
class Child:
    """One program under supervision."""

    name: str
    command: list[str]
    environment: dict[str, str]
    stop_signals: tuple[tuple[signal.Signals, float], ...] = ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0))
    quiet: bool = False  # its lines are kept, and shown only when it fails
    process: subprocess.Popen[bytes] | None = None
    lines: list[str] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    rest: bytes = b""

    @property
    def is_running(self) -> bool:
        """Whether the process exists and has not ended."""
        return self.process is not None and self.process.poll() is None


class Crew:
    """All children, and the one loop that reads them."""

    def __init__(self) -> None:
        self.children: list[Child] = []
        self._selector = selectors.DefaultSelector()

    def start(self, child: Child) -> None:
        """Start a child, or start it again."""
        child.process = subprocess.Popen(
            child.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **child.environment},
            preexec_fn=child_setup(death_signal=signal.SIGKILL),
        )
        child.starts.append(time.monotonic())
        if child not in self.children:
            self.children.append(child)
        if child.process.stdout is not None:
            os.set_blocking(child.process.stdout.fileno(), False)
            self._selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def pump(self, seconds: float) -> None:
        """Read what the children say for at most so long; returns early when something was said."""
        if not self._selector.get_map():
            time.sleep(seconds)
            return
        for key, _events in self._selector.select(seconds):
            child: Child = key.data
            try:
                chunk = os.read(key.fd, READ_BYTES)
            except BlockingIOError:
                continue
            if not chunk:
                self._selector.unregister(key.fileobj)
                if child.process and child.process.stdout:
                    child.process.stdout.close()
                self._take(child, b"\n" if child.rest else b"")
                continue
            self._take(child, chunk)

    def run(self, child: Child) -> int:
        """Start a child and wait for its end; returns its exit code."""
        self.start(child)
        return self.wait(child)

    def wait(self, child: Child) -> int:
        """Wait for a started child's end, reading everybody meanwhile."""
        while child.is_running:
            self.pump(0.2)
        self._drain(child)
        self.children.remove(child)
        return child.process.returncode if child.process else 1

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> bool:
        """Read the children until something is true; False when the time is over."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if ready():
                return True
            self.pump(0.1)
        return False

    def stop(self, child: Child) -> None:
        """Stop one child: its signals in turn, each with its patience; then whatever it left behind."""
        process = child.process
        if process is None:
            return
        for number, seconds in child.stop_signals:
            if not child.is_running:
                break
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number)
            self.wait_until(lambda: not child.is_running, seconds)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        self._drain(child)

    def _drain(self, child: Child) -> None:
        for _ in range(50):
            if not any(key.data is child for key in self._selector.get_map().values()):
                return
            self.pump(0.02)
        if child.process and child.process.stdout and not child.process.stdout.closed:
            self._selector.unregister(child.process.stdout)
            child.process.stdout.close()

    def _take(self, child: Child, chunk: bytes) -> None:
        *whole, child.rest = (child.rest + chunk).split(b"\n")
        for raw in whole:
            line = raw.decode(errors="replace").rstrip()
            child.lines = [*child.lines[-199:], line]
            if line and not child.quiet:
                say(line, source=child.name)
