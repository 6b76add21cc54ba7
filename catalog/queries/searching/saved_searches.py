"""Reads of the searches people keep: a person's own page, and those to look at for new offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from catalog.models import SavedSearch
from marketplace.core.actors import Actor


@dataclass(frozen=True, slots=True)
class SavedSearchLine:
    """One of the person's searches."""

    ref: str
    name: str
    url: str
    alerts: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SearchToLook:
    """A search whose person wants to hear of new offers."""

    id: int
    address: str
    company_id: int


def saved_searches(actor: Actor) -> list[SavedSearchLine]:
    """The person's own, kept while acting for this company; newest first. One statement."""
    if actor.user_id is None or actor.company_id is None:
        return []
    rows = SavedSearch.objects.filter(user_id=actor.user_id, company_id=actor.company_id)
    return [
        SavedSearchLine(row.ref, row.name, f"{reverse('search')}?{row.address}", row.alerts, row.created_at)
        for row in rows.order_by("-created_at", "-pk")
    ]


def searches_to_look(*, after_id: int = 0, limit: int = 200) -> list[SearchToLook]:
    """The next ones with alerts, by key. One statement."""
    rows = SavedSearch.objects.filter(alerts=True, pk__gt=after_id).order_by("pk")
    return [SearchToLook(*row) for row in rows.values_list("pk", "address", "company_id")[:limit]]
