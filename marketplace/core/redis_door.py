"""The way to Redis for what no page may wait for: short patience, and closed for a while after a failure.

Owns the client at `NOTES_URL`. Whatever is asked here must be something the site can do without.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeVar

import redis
from django.conf import settings

_CLOSED_SECONDS: Final = 10.0
_PATIENCE_SECONDS: Final = 0.1
_log = logging.getLogger(__name__)
Answer = TypeVar("Answer")


class _Door:
    """Closed for a while after a failure, so that no page waits twice for a Redis that is away."""

    closed_until = 0.0


def ask_redis(ask: Callable[[redis.Redis], Answer], *, insist: bool = False) -> Answer | None:
    """What Redis answers; None where there is none, or it is away. Who insists tries a closed door too."""
    if not settings.NOTES_URL or (time.monotonic() < _Door.closed_until and not insist):
        return None
    try:
        return ask(redis_client(settings.NOTES_URL))
    except (redis.RedisError, OSError) as error:
        _Door.closed_until = time.monotonic() + _CLOSED_SECONDS
        _log.warning("Redis is away, pages do without: %s", error)
        return None


@lru_cache(maxsize=4)
def redis_client(url: str) -> redis.Redis:
    """The client at an address; one per process, shared by its threads."""
    return redis.Redis.from_url(
        url, socket_timeout=_PATIENCE_SECONDS, socket_connect_timeout=_PATIENCE_SECONDS
    )
