"""Reads of what a person searched last. Only ever their own."""

from __future__ import annotations

from catalog.models import RecentSearch
from catalog.recent import MOST
from marketplace.core.actors import Actor


def recent_searches(actor: Actor) -> tuple[str, ...]:
    """The person's last words, the newest first. One statement; none for a stranger."""
    if actor.user_id is None:
        return ()
    rows = RecentSearch.objects.filter(user_id=actor.user_id).order_by("-searched_at", "-pk")
    return tuple(rows.values_list("words", flat=True)[:MOST])
