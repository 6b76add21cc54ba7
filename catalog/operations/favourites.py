"""Writes the lists of products that a company keeps. Any of its people may, but for viewers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from catalog.errors import (
    FavouriteListNotFound,
    FavouriteNameTaken,
    FavouriteNoteChanged,
    FavouriteNotInList,
    ProductNotFound,
    TooManyFavourites,
)
from catalog.models import Favourite, FavouriteList, Product
from catalog.models.favourite import LIST_NAME_LENGTH, NOTE_LENGTH
from catalog.policies import can_keep_favourites
from catalog.rules.listing import one_line
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed
from marketplace.core.idempotency import lock_key

MOST_LISTS: Final = 50
MOST_IN_A_LIST: Final = 200


@transaction.atomic
def keep_favourites(
    *, product_refs: Sequence[str], list_ref: str, name: str, actor: Actor, at: datetime
) -> FavouriteList:
    """Put live products into a list of the company acted for; without `list_ref` into the one named so, made when there is none.

    What stands in it already stays as it is. Raises `NotAllowed`, `FavouriteListNotFound`, `ProductNotFound`
    when none of them is on offer, `TooManyFavourites`.
    """
    company_id = _company(actor)
    products = list(Product.objects.live().filter(ref__in=list(product_refs)[:MOST_IN_A_LIST]))
    if not products:
        raise ProductNotFound
    kept = _own(list_ref, actor) if list_ref else _named(company_id, _clean_name(name), at)
    there = set(kept.favourites.values_list("product_id", flat=True))
    fresh = [product for product in products if product.pk not in there]
    if len(there) + len(fresh) > MOST_IN_A_LIST:
        raise TooManyFavourites(limit=MOST_IN_A_LIST)
    # INVARIANT: a product stands once in a list (enforced by favourite_once_per_list)
    Favourite.objects.bulk_create(
        Favourite(list=kept, product=product, added_by=actor.name[:200], added_at=at) for product in fresh
    )
    return kept


@transaction.atomic
def rename_favourites(*, ref: str, name: str, actor: Actor) -> FavouriteList:
    """Give the list another name. Raises `FavouriteListNotFound`, `FavouriteNameTaken`."""
    kept, wanted = _own(ref, actor), _clean_name(name)
    others = FavouriteList.objects.filter(company_id=kept.company_id, name=wanted).exclude(pk=kept.pk)
    if not wanted or others.exists():
        raise FavouriteNameTaken
    kept.name = wanted
    kept.save(update_fields=["name"])
    return kept


@transaction.atomic
def forget_favourites(*, ref: str, actor: Actor) -> None:
    """Drop the list with everything in it. Raises `FavouriteListNotFound`."""
    _own(ref, actor).delete()


@transaction.atomic
def remove_favourite(*, ref: str, product_ref: str, actor: Actor) -> None:
    """Take a product out of a list. Raises `FavouriteListNotFound`, `FavouriteNotInList`."""
    deleted, _rows = _own(ref, actor).favourites.filter(product__ref=product_ref).delete()
    if not deleted:
        raise FavouriteNotInList


@transaction.atomic
def note_favourite(*, ref: str, product_ref: str, note: str, was: str | None = None, actor: Actor) -> None:
    """Write the company's own note beside a product; `was` is the note that was read before, when that is known.

    Raises `FavouriteListNotFound`, `FavouriteNotInList`, `FavouriteNoteChanged` when a colleague wrote another one.
    """
    row = _own(ref, actor).favourites.filter(product__ref=product_ref).first()
    if row is None:
        raise FavouriteNotInList
    typed = one_line(note)[:NOTE_LENGTH]
    if was is not None and row.note not in {was, typed}:
        raise FavouriteNoteChanged(note=row.note, typed=typed)
    row.note = typed
    row.save(update_fields=["note"])


def _company(actor: Actor) -> int:
    if actor.company_id is None or not can_keep_favourites(actor, actor.company_id):
        raise NotAllowed
    return actor.company_id


def _own(ref: str, actor: Actor) -> FavouriteList:
    kept = FavouriteList.objects.filter(ref=ref, company_id=_company(actor)).lock().first()
    if kept is None:
        raise FavouriteListNotFound
    return kept


def _named(company_id: int, name: str, at: datetime) -> FavouriteList:
    if not name:
        raise FavouriteNameTaken
    own = FavouriteList.objects.filter(company_id=company_id)
    lock_key(f"favourite lists:{company_id}")  # two at once would both find the last place
    if not own.filter(name=name).exists() and own.count() >= MOST_LISTS:
        raise TooManyFavourites(limit=MOST_LISTS)
    # INVARIANT: two colleagues make one list of a name (enforced by favourite_list_named_once_per_company)
    own.get_or_create(company_id=company_id, name=name, defaults={"created_at": at})
    return own.filter(name=name).lock().get()


def _clean_name(name: str) -> str:
    return one_line(name)[:LIST_NAME_LENGTH].strip()
