"""Writes the searches people keep, and that they are told of new offers once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.core.signing import BadSignature, Signer
from django.db import transaction

from catalog.errors import NothingToSave, SavedSearchNotFound, TooManySavedSearches
from catalog.models import Product, SavedSearch, SavedSearchFound
from catalog.rules.listing import one_line
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed
from marketplace.core.idempotency import lock_key
from marketplace.core.outbox import emit

MAXIMUM_SAVED: Final = 50
NAME_LENGTH: Final = 200
ADDRESS_LENGTH: Final = 1000
# An offer may become visible a little after the moment it was published at: the last hours are looked at again.
OVERLAP: Final = timedelta(hours=6)
_SIGNER: Final = Signer(salt="catalog.saved_search.stop")


@transaction.atomic
def save_search(*, name: str, address: str, actor: Actor, at: datetime) -> SavedSearch:
    """Keep a question for the person acting; what is on the market now is no news to them. Again does no harm.

    Raises `NotAllowed` without a company, `NothingToSave`, `TooManySavedSearches`.
    """
    user_id, company_id = _person(actor)
    if not address or len(address) > ADDRESS_LENGTH:
        raise NothingToSave
    own = SavedSearch.objects.filter(user_id=user_id, company_id=company_id)
    lock_key(f"saved searches:{user_id}")  # two at once would both find the last place
    if (known := own.filter(address=address).first()) is not None:
        return known
    if own.count() >= MAXIMUM_SAVED:
        raise TooManySavedSearches(limit=MAXIMUM_SAVED)
    # INVARIANT: two clicks make one row (enforced by saved_search_once_per_person_and_company)
    saved, _created = SavedSearch.objects.get_or_create(
        user_id=user_id,
        company_id=company_id,
        address=address,
        defaults={"name": one_line(name)[:NAME_LENGTH], "created_at": at, "looked_until": at},
    )
    return saved


@transaction.atomic
def set_alerts(*, ref: str, alerts: bool, actor: Actor, at: datetime) -> SavedSearch:
    """Mail about new offers, or none; offers of a time without alerts are no news. Raises `SavedSearchNotFound`."""
    search = _own(ref, actor)
    if search.alerts != alerts:
        search.alerts, search.looked_until = alerts, at
        search.save(update_fields=["alerts", "looked_until"])
    return search


@transaction.atomic
def forget_search(*, ref: str, actor: Actor) -> None:
    """Keep the question no longer. Raises `SavedSearchNotFound`."""
    _own(ref, actor).delete()


@transaction.atomic
def stop_alerts(*, token: str) -> SavedSearch | None:
    """What the link in a mail does, for whoever holds it; None for a search that is forgotten, of which no mails come.

    Raises `SavedSearchNotFound` for a link that is not ours.
    """
    search = SavedSearch.objects.filter(ref=ref_of_token(token)).lock().first()
    if search is not None and search.alerts:
        search.alerts = False
        search.save(update_fields=["alerts"])
    return search


def stop_token(ref: str) -> str:
    """What the link in a mail carries: nobody can make one for another's search."""
    return _SIGNER.sign(ref)


def ref_of_token(token: str) -> str:
    """The search that a link names. Raises `SavedSearchNotFound` for one that is not ours."""
    try:
        return _SIGNER.unsign(token)
    except BadSignature as error:
        raise SavedSearchNotFound from error


@transaction.atomic
def tell_of_offers(*, search_id: int, product_ids: Iterable[int], actor: Actor, at: datetime) -> int:
    """Of the offers that answer the question now, tell the person those that are new; how many there were.

    New is what was published since the last look, is not the company's own and was not told before. Told
    and noted commit together, so that a crash neither loses nor doubles the news.
    """
    search = SavedSearch.objects.filter(pk=search_id, alerts=True).lock().first()
    if search is None:
        return 0
    since = max(search.looked_until - OVERLAP, search.created_at)
    candidates = (
        Product.objects.live()
        .filter(pk__in=list(product_ids), published_at__gt=since)
        .exclude(supplier_id=search.company_id)
        .exclude(pk__in=search.found.values("product_id"))
    )
    fresh = list(candidates.order_by("-published_at", "-pk").values_list("pk", "ref"))
    # INVARIANT: an offer is told once (enforced by saved_search_tells_of_an_offer_once)
    SavedSearchFound.objects.bulk_create(
        SavedSearchFound(search=search, product_id=pk, found_at=at) for pk, _ref in fresh
    )
    search.looked_until = at
    search.save(update_fields=["looked_until"])
    if fresh:
        payload = {"products": [ref for _pk, ref in fresh]}
        emit(kind="saved_search_found", subject=search.ref, actor=actor, at=at, payload=payload)
    return len(fresh)


def _person(actor: Actor) -> tuple[int, int]:
    if actor.user_id is None or actor.company_id is None:
        raise NotAllowed
    return actor.user_id, actor.company_id


def _own(ref: str, actor: Actor) -> SavedSearch:
    user_id, company_id = _person(actor)
    search = SavedSearch.objects.filter(ref=ref, user_id=user_id, company_id=company_id).lock().first()
    if search is None:
        raise SavedSearchNotFound
    return search
