"""Queues and bells. The queue only rings the bell: everything due stands in Postgres.

`ring_*` sends a Celery task after commit, best effort; when the broker is away, beat's next sweep
finds the work all the same.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

QUEUE_HOLDS: Final = "holds"
QUEUE_DISPUTES: Final = "disputes"
QUEUE_SHIPMENTS: Final = "shipments"
QUEUE_DEFAULT: Final = "default"
QUEUES: Final = (QUEUE_HOLDS, QUEUE_DISPUTES, QUEUE_SHIPMENTS, QUEUE_DEFAULT)

logger = logging.getLogger(__name__)


def ring(task_name: str, *, queue: str, **arguments: object) -> None:
    """Send a task by name once the present transaction has committed; a dead broker is only logged."""
    _ring(task_name, queue, arguments)


def ring_outbox(queue: str) -> None:
    """Have the outbox of a queue delivered now rather than at beat's next sweep."""
    _ring("marketplace.core.tasks.deliver_outbox", queue, {"queue": queue})


def _ring(task_name: str, queue: str, arguments: Mapping[str, object]) -> None:
    if settings.RING_BELLS:
        transaction.on_commit(partial(_send, task_name, queue, arguments), robust=True)


def _send(task_name: str, queue: str, arguments: Mapping[str, object]) -> None:
    try:
        current_app.send_task(task_name, kwargs=dict(arguments), queue=queue, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("bell not rung for %s: %s", task_name, error)


def after_commit(call: Callable[[], object]) -> None:
    """Run `call` once the present transaction has committed; its failure does not undo anything."""
    transaction.on_commit(call, robust=True)
