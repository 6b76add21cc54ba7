"""Heaps of small observations that no request waits for: put into Redis, taken some at a time by a task.

What lies here counts things for people who look at figures; losing some does no harm, and nothing may depend
on it. Without a Redis (`NOTES_URL` is empty) the heap is this process's memory. Must not know what is noted.
"""

from __future__ import annotations

import json
import logging
import time
from collections import defaultdict, deque
from functools import lru_cache
from typing import Any, Final

import redis
from django.conf import settings

MOST_KEPT: Final = 200_000  # of a heap that nobody takes from; the newest are left out then
_CLOSED_SECONDS: Final = 10.0
_PATIENCE_SECONDS: Final = 0.1
_memory: defaultdict[str, deque[str]] = defaultdict(lambda: deque(maxlen=MOST_KEPT))
_log = logging.getLogger(__name__)


class _Door:
    """Closed for a while after a failure, so that no page waits twice for a Redis that is away."""

    closed_until = 0.0


def note(heap: str, *fields: Any) -> None:
    """Put one observation onto the heap; when Redis is away it is lost, and the page does not notice."""
    text = json.dumps(fields, separators=(",", ":"))
    if not settings.NOTES_URL:
        _memory[heap].append(text)
        return
    if time.monotonic() < _Door.closed_until:
        return
    try:
        kept = _client(settings.NOTES_URL).rpush(_key(heap), text)
        if int(str(kept)) > MOST_KEPT:
            _client(settings.NOTES_URL).ltrim(_key(heap), 0, MOST_KEPT - 1)
    except (redis.RedisError, OSError) as error:
        _Door.closed_until = time.monotonic() + _CLOSED_SECONDS
        _log.warning("an observation was not noted: %s", error)


def take(heap: str, most: int) -> list[list[Any]]:
    """The oldest observations, taken off the heap. Raises `redis.RedisError` while Redis is away."""
    if settings.NOTES_URL:
        found: Any = _client(settings.NOTES_URL).lpop(_key(heap), most) or []
    else:
        found = [_memory[heap].popleft() for _ in range(min(most, len(_memory[heap])))]
    return [json.loads(text) for text in found]


def _key(heap: str) -> str:
    return f"notes:{heap}"


@lru_cache(maxsize=4)
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url, socket_timeout=_PATIENCE_SECONDS, socket_connect_timeout=_PATIENCE_SECONDS
    )
