"""Values that every page shows: each process keeps them, and all give them up the moment one of them changes.

In Redis lies a word that every change replaces by another. A process uses what it has read as long as the word is the
one from before its reading: a change shows on the next page of every process, at a twentieth of a statement. Where
Redis is away nothing is kept. A word that was lost (a process killed between its commit and Redis) is noticed after
`_LONGEST` seconds.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from marketplace.core.redis_door import ask_redis

_LONGEST: Final = 30.0
_WORD: Final = "settings:word"
_FIRST_WORD: Final = b"none yet"

Value = int | str | bool


@dataclass(frozen=True, slots=True)
class _Kept:
    value: Value
    word: object
    until: float


_kept: Final[dict[str, _Kept]] = {}


def kept_value(key: str, read: Callable[[], Value]) -> Value:
    """What was read before when nothing has changed since, else what is read now."""
    word = ask_redis(lambda client: client.get(_WORD) or _FIRST_WORD)
    if word is None:
        return read()
    now = time.monotonic()
    kept = _kept.get(key)
    if kept is None or kept.word != word or kept.until < now:
        kept = _kept[key] = _Kept(read(), word, now + _LONGEST)
    return kept.value


def forget_kept_values() -> None:
    """Something changed, and the change is committed."""
    _kept.clear()
    ask_redis(lambda client: client.set(_WORD, uuid.uuid4().hex), insist=True)
