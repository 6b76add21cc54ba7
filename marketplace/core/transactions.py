"""Retry at the edge what Postgres asks to be retried: deadlocks, serialisation failures, lock timeouts."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, connection

from marketplace.core.errors import DomainError, NotAllowed, NotFound

T = TypeVar("T")

# SQLSTATE classes worth another try with the same key (PostgreSQL, appendix A).
_RETRYABLE = frozenset({"40001", "40P01", "55P03"})
ATTEMPTS = 4
FIRST_PAUSE_SECONDS = 0.05


def retrying(call: Callable[[], T]) -> T:
    """The call's result; tried up to four times while Postgres reports a passing lock conflict.

    For views, tasks and webhooks around one operation with an idempotency key; never inside `atomic`.
    """
    if connection.in_atomic_block:
        return call()
    pause = FIRST_PAUSE_SECONDS
    for _attempt in range(ATTEMPTS - 1):
        try:
            return call()
        except OperationalError as error:
            if _sqlstate(error) not in _RETRYABLE:
                raise
            time.sleep(pause)
            pause *= 2
    return call()


def tried(call: Callable[[], T], tell: Callable[[DomainError], object]) -> T | None:
    """The result of an operation, as `retrying` gets it; what it refused is told, and there is none.

    For views. What a person may not know of or do is no matter of a form: it goes on to the error page.
    """
    try:
        return retrying(call)
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        tell(error)
        return None


def refusal_of(call: Callable[[], object]) -> DomainError | None:
    """What an operation without a result refused, None when it went through; else as `tried`."""
    refused: list[DomainError] = []
    tried(call, refused.append)
    return refused[0] if refused else None


def _sqlstate(error: OperationalError) -> str:
    return str(getattr(error.__cause__, "pgcode", "") or "")
