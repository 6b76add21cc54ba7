"""Writes what a person searched last, and forgets it: when they say so, when it is old, when there is more than enough."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from catalog.models import RecentSearch
from catalog.recent import plain_words
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed

KEPT: Final = timedelta(days=90)
MOST_KEPT: Final = 30
# One round trip on a page that a person waits for: the search, and the oldest beyond what is kept.
_REMEMBER = """
WITH old AS (
    DELETE FROM catalog_recentsearch WHERE id IN (
        SELECT id FROM catalog_recentsearch WHERE user_id = %(user)s AND words <> %(words)s
        ORDER BY searched_at DESC, id DESC OFFSET %(others)s
    )
)
INSERT INTO catalog_recentsearch AS kept (user_id, words, searched_at) VALUES (%(user)s, %(words)s, %(at)s)
ON CONFLICT (user_id, words) DO UPDATE SET searched_at = greatest(kept.searched_at, excluded.searched_at)
"""


def remember_search(*, words: str, actor: Actor, at: datetime) -> None:
    """The person acting searched these words; no company has a part in it. Words that cannot be kept are not. One statement."""
    clean = plain_words(words)
    if not clean:
        return
    said: dict[str, Any] = {"user": _person(actor), "words": clean, "at": at, "others": MOST_KEPT - 1}
    with connection.cursor() as cursor:
        cursor.execute(_REMEMBER, said)


def forget_recent_search(*, words: str, actor: Actor) -> None:
    """Remember these words no longer; those of nobody else are touched."""
    RecentSearch.objects.filter(user_id=_person(actor), words=plain_words(words)).delete()


def forget_recent_searches(*, actor: Actor) -> None:
    """Remember none of the person's searches."""
    RecentSearch.objects.filter(user_id=_person(actor)).delete()


def forget_old_searches(*, at: datetime) -> int:
    """Drop what nobody searched for ninety days. How many there were."""
    deleted, _by_kind = RecentSearch.objects.filter(searched_at__lt=at - KEPT).delete()
    return deleted


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise NotAllowed
    return actor.user_id
