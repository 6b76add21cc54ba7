"""Heaps of small observations that no request waits for: put into Redis, taken some at a time by a task.

What lies here counts things for people who look at figures; losing some does no harm, and nothing may depend
on it. Without a Redis (`NOTES_URL` is empty) the heap is this process's memory. Must not know what is noted.
"""

from __future__ import annotations

import json
from collections import defaultdict, deque
from typing import Any, Final

import redis
from django.conf import settings

from marketplace.core.redis_door import ask_redis, redis_client

MOST_KEPT: Final = 200_000  # of a heap that nobody takes from; the newest are left out then
_memory: defaultdict[str, deque[str]] = defaultdict(lambda: deque(maxlen=MOST_KEPT))


def note(heap: str, *fields: Any) -> None:
    """Put one observation onto the heap; when Redis is away it is lost, and the page does not notice."""
    text = json.dumps(fields, separators=(",", ":"))
    if not settings.NOTES_URL:
        _memory[heap].append(text)
        return
    ask_redis(lambda client: _put(client, _key(heap), text))


def take(heap: str, most: int) -> list[list[Any]]:
    """The oldest observations, taken off the heap. Raises `redis.RedisError` while Redis is away."""
    if settings.NOTES_URL:
        found: Any = redis_client(settings.NOTES_URL).lpop(_key(heap), most) or []
    else:
        found = [_memory[heap].popleft() for _ in range(min(most, len(_memory[heap])))]
    return [json.loads(text) for text in found]


def _key(heap: str) -> str:
    return f"notes:{heap}"


def _put(client: redis.Redis, key: str, text: str) -> None:
    kept = client.rpush(key, text)
    if int(str(kept)) > MOST_KEPT:
        client.ltrim(key, 0, MOST_KEPT - 1)
