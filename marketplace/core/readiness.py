"""Is this process able to serve, and is the work getting done? Apps register what they can tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from celery import current_app
from django.db import DatabaseError, connection
from django.utils.functional import Promise
from kombu.exceptions import OperationalError

from marketplace.core import deadlines, outbox

OLDEST_OUTBOX = timedelta(minutes=5)
OLDEST_DEADLINE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Readiness:
    """One part's answer: good or not, and a line for the operator."""

    good: bool
    detail: str | Promise


Check = Callable[[datetime], Readiness]
_checks: dict[str, Check] = {}


def register_check(name: str, check: Check) -> None:
    """Make a readiness check known; called from `ready()`."""
    _checks[name] = check


def run_checks(at: datetime) -> dict[str, Readiness]:
    """Every check's answer; one that raises a database error is not good."""
    answers: dict[str, Readiness] = {}
    for name, check in _checks.items():
        try:
            answers[name] = check(at)
        except (DatabaseError, OSError) as error:
            answers[name] = Readiness(good=False, detail=type(error).__name__)
    return answers


def database(at: datetime) -> Readiness:
    """Whether Postgres answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Readiness(good=True, detail="answers")


def broker(at: datetime) -> Readiness:
    """Whether the queue's broker answers. Without it work is only slower: beat cannot ring."""
    with current_app.connection_for_read(connect_timeout=2) as link:
        try:
            link.ensure_connection(max_retries=1, timeout=2, errback=None)
        except OperationalError as error:
            return Readiness(good=False, detail=type(error).__name__)
    return Readiness(good=True, detail="answers")


def oldest_outbox(at: datetime) -> Readiness:
    """Whether what happened is being told."""
    return _age(outbox.oldest_waiting(), at, OLDEST_OUTBOX)


def oldest_deadline(at: datetime) -> Readiness:
    """Whether what is due happens."""
    return _age(deadlines.oldest_overdue(at), at, OLDEST_DEADLINE)


def _age(oldest: datetime | None, at: datetime, limit: timedelta) -> Readiness:
    if oldest is None:
        return Readiness(good=True, detail="none")
    age = max(at - oldest, timedelta())
    return Readiness(good=age <= limit, detail=f"{int(age.total_seconds())} s")
