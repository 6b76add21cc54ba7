"""Two people at once: each step in its own thread and connection, let loose together."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from marketplace.core.errors import DomainError
from marketplace.core.transactions import retrying


def at_once(*steps: Callable[[], object]) -> list[str]:
    """Run all steps at the same time; per step "done" or the code of its refusal, in order."""
    barrier = Barrier(len(steps))

    def run(step: Callable[[], object]) -> str:
        try:
            barrier.wait(timeout=20)
            retrying(step)
        except DomainError as error:
            return error.code
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps))
