"""A process of its own that is killed with -9 at exactly one boundary of a piece of work.

A boundary is the moment before a statement that writes, before and after a commit, before and after a call to a
provider. The child is forked, opens its own connection, and says over a pipe which boundaries it has passed.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection

from trade_assurance.payments.providers import registry

_WRITES = (
    "INSERT",
    "UPDATE",
    "DELETE",
    "SELECT TRANSACTION_ID, CREATED FROM TA_LEDGER_POST",
    "SELECT TA_LEDGER_POST_MANY",
    "SELECT TA_HOLDS_WRITE_RELEASES",
)
# What the parent's connection was when we forked: kept, so that no destructor ends the parent's session.
_kept: list[object] = []


@dataclass(frozen=True)
class Passage:
    """How far a child came: the boundaries it passed, whether it was killed, and what it said when it failed."""

    boundaries: tuple[str, ...]
    killed: bool
    failure: str


def run_in_child(work: Callable[[], object], *, kill_at: int | None = None) -> Passage:
    """Do the work in a forked process; with `kill_at` it dies at that boundary (counted from 1)."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        _child(work, kill_at, writer)
    os.close(writer)
    with os.fdopen(reader) as said:
        lines = said.read().splitlines()
    _pid, status = os.waitpid(pid, 0)
    boundaries = tuple(line[1:] for line in lines if line.startswith("+"))
    failure = "\n".join(line[1:] for line in lines if line.startswith("!"))
    return Passage(boundaries, os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, failure)


def _child(work: Callable[[], object], kill_at: int | None, writer: int) -> None:
    """Never returns: what the test runner has on its stack must not be unwound twice."""
    code = 0
    try:
        _kept.append(connection.connection)
        connection.connection = None
        connection.close()
        with _counted(_Counter(writer, kill_at)):
            work()
    except BaseException:  # noqa: BLE001 -- the edge of a process: all is said, nothing unwinds into pytest
        for line in traceback.format_exc().splitlines():
            os.write(writer, f"!{line}\n".encode())
        code = 1
    finally:
        sys.stdout.flush()
        os._exit(code)


class _Counter:
    """Says each boundary and dies at the one that was chosen."""

    def __init__(self, writer: int, kill_at: int | None) -> None:
        self.writer, self.kill_at, self.passed = writer, kill_at, 0

    def pass_by(self, label: str) -> None:
        self.passed += 1
        os.write(self.writer, f"+{label}\n".encode())
        if self.passed == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def _counted(counter: _Counter) -> Iterator[None]:
    def wrapper(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        words = " ".join(sql.split())
        if words.upper().startswith(_WRITES):
            counter.pass_by(f"write {words[:70]}")
        return execute(sql, params, many, context)

    wire: Any = connection
    commit = wire._commit

    def counted_commit() -> None:
        counter.pass_by("before commit")
        commit()
        counter.pass_by("after commit")

    with ExitStack() as stack:
        stack.enter_context(connection.execute_wrapper(wrapper))
        wire._commit = counted_commit
        rails: dict[str, Any] = registry._RAILS
        rails["sandbox"] = _CountedRail(rails["sandbox"], counter)
        yield


class _CountedRail:
    """The sandbox, with a boundary before and after whatever is asked of it."""

    _CALLS = frozenset(
        {"start", "fetch", "cancel", "refund", "fetch_refund", "find", "release", "fetch_transfer"}
    )

    def __init__(self, rail: Any, counter: _Counter) -> None:
        self._rail, self._counter = rail, counter

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._rail, name)
        if name not in self._CALLS:
            return found

        def counted(*arguments: Any, **named: Any) -> Any:
            self._counter.pass_by(f"before provider {name}")
            answer = found(*arguments, **named)
            self._counter.pass_by(f"after provider {name}")
            return answer

        return counted
