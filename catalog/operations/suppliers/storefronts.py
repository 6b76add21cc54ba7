"""Writes storefronts: arranged by their suppliers, live at once, read by moderators afterwards.

Changed words and pictures put the storefront on the moderators' list; it stays live meanwhile, and they can
hide it with a reason. Where it sells, how many work there and in which order the parts stand needs no look.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from catalog import policies
from catalog.errors import ChangedMeanwhile, NotASupplier, ReasonMissing, StorefrontNotFound, TooManyImages
from catalog.models import Storefront, StorefrontChange, StorefrontPicture
from catalog.operations.listings.images import digest_of, kept_rendition
from catalog.photographs import RECIPE, make_renditions
from catalog.rules.listing import one_line
from catalog.rules.storefront import CAPTION_LENGTH, StorefrontFacts, all_sections, checked_storefront
from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.errors import Conflict, NotAllowed
from marketplace.core.idempotency import lock_key, remember, replayed
from marketplace.core.outbox import emit
from marketplace.files.models import StoredFile
from marketplace.files.operations import store_bytes, store_upload
from marketplace.files.queries import read_bytes

FILE_KIND = "storefront_picture"
MAXIMUM_PICTURES = 12
REVIEWED = frozenset({"story", "capacity", "pictures", "captions"})
_REASON_LENGTH = 2000
_FACTS = ("story", "people", "capacity", "markets", "sections")


@transaction.atomic
def edit_storefront(
    *,
    supplier_id: int,
    facts: StorefrontFacts,
    actor: Actor,
    key: str,
    at: datetime,
    revision: int | None = None,
) -> Storefront:
    """Change what the supplier says of itself, all of it at once; a row of history says what was before.

    `revision` is the one the page showed. Saving without a change writes nothing. Raises `NotAllowed`,
    `NotASupplier`, `ChangedMeanwhile`, `FieldErrors`.
    """
    storefront = _own(supplier_id, actor, at)
    clean = checked_storefront(facts)
    new = {name: _as_json(getattr(clean, name)) for name in _FACTS}
    content = {"supplier": supplier_id, "facts": new}
    if replayed(key=key, operation="edit_storefront", content=content) is not None:
        return storefront
    if revision is not None and revision != storefront.revision:
        raise ChangedMeanwhile
    old = {name: _as_json(getattr(storefront, name)) for name in _FACTS}
    old["sections"] = list(all_sections(storefront.sections))
    changed = sorted(name for name in _FACTS if old[name] != new[name])
    if changed:
        for name in changed:
            setattr(storefront, name, new[name])
        _touch(
            storefront,
            before={name: old[name] for name in changed},
            after={name: new[name] for name in changed},
            actor=actor,
            at=at,
        )
    remember(key=key, operation="edit_storefront", content=content, result=str(supplier_id), at=at)
    return storefront


@transaction.atomic
def add_storefront_picture(
    *,
    supplier_id: int,
    upload: UploadedFile[Any] | bytes,
    actor: Actor,
    key: str,
    at: datetime,
    caption: str = "",
) -> StorefrontPicture:
    """Put a picture behind the others; it was re-encoded, the worker is told to make it smaller.

    Raises as `edit_storefront`, `TooManyImages`, and what `files` says of a bad upload (field `images`).
    """
    storefront = _own(supplier_id, actor, at)
    content = {"supplier": supplier_id, "sha256": digest_of(upload), "caption": caption}
    if (ref := replayed(key=key, operation="add_storefront_picture", content=content)) is not None:
        return StorefrontPicture.objects.get(file__ref=ref)
    positions = list(storefront.pictures.order_by("position").values_list("position", flat=True))
    if len(positions) >= MAXIMUM_PICTURES:
        raise TooManyImages(field="images", limit=MAXIMUM_PICTURES)
    file = _store(storefront, upload, actor, at)
    picture = StorefrontPicture.objects.create(
        storefront=storefront,
        position=(positions[-1] if positions else 0) + 1,
        caption=one_line(caption)[:CAPTION_LENGTH],
        file=file,
    )
    after = {"pictures": [file.ref], "captions": [picture.caption]}
    _touch(storefront, before={"pictures": len(positions)}, after=after, actor=actor, at=at)
    emit(
        kind="storefront_picture_added",
        subject=storefront.supplier.ref,
        actor=actor,
        at=at,
        payload={"file": file.ref},
    )
    remember(key=key, operation="add_storefront_picture", content=content, result=file.ref, at=at)
    return picture


@transaction.atomic
def caption_storefront_picture(
    *, supplier_id: int, file_ref: str, caption: str, actor: Actor, at: datetime
) -> None:
    """Say what a picture shows. Raises as `edit_storefront`, and `StorefrontNotFound` for another's picture."""
    storefront = _own(supplier_id, actor, at)
    picture = _picture(storefront, file_ref)
    text = one_line(caption)[:CAPTION_LENGTH]
    if text != picture.caption:
        before, picture.caption = picture.caption, text
        picture.save(update_fields=["caption"])
        _touch(storefront, before={"captions": [before]}, after={"captions": [text]}, actor=actor, at=at)


@transaction.atomic
def move_storefront_picture(
    *, supplier_id: int, file_ref: str, to_position: int, actor: Actor, at: datetime
) -> None:
    """Put a picture at a place among the others, counted from 1. Raises as `caption_storefront_picture`."""
    storefront = _own(supplier_id, actor, at)
    picture = _picture(storefront, file_ref)
    pictures = list(storefront.pictures.order_by("position"))
    before = [one.pk for one in pictures]
    pictures.remove(picture)
    pictures.insert(max(0, min(to_position - 1, len(pictures))), picture)
    if [one.pk for one in pictures] != before:
        _number(pictures)
        order = {"order": [one.pk for one in pictures]}
        _touch(storefront, before={"order": before}, after=order, actor=actor, at=at)


@transaction.atomic
def remove_storefront_picture(*, supplier_id: int, file_ref: str, actor: Actor, at: datetime) -> None:
    """Take a picture off the page; the stored original stays. Raises as `caption_storefront_picture`."""
    storefront = _own(supplier_id, actor, at)
    _picture(storefront, file_ref).delete()
    _number(list(storefront.pictures.order_by("position")))
    _touch(storefront, before={"pictures": [file_ref]}, after={"pictures": "removed"}, actor=actor, at=at)


@transaction.atomic
def prepare_storefront_picture(*, file_ref: str, at: datetime) -> None:
    """Make the sizes and formats of a picture beside the original; again does no harm. Raises `FileDamaged`."""
    picture = StorefrontPicture.objects.filter(file__ref=file_ref, recipe__lt=RECIPE).lock().first()
    if picture is None:
        return
    file = StoredFile.objects.get(pk=picture.file_id)
    picture.renditions = {made.size: kept_rendition(file, made) for made in make_renditions(read_bytes(file))}
    picture.recipe, picture.prepared_at = RECIPE, at
    picture.save(update_fields=["renditions", "recipe", "prepared_at"])


@transaction.atomic
def confirm_storefront(*, supplier_ref: str, revision: int, actor: Actor, key: str, at: datetime) -> None:
    """The moderator has read what changed and leaves it; a hidden storefront is shown again.

    Raises `StorefrontNotFound`, `NotAllowed`, `ChangedMeanwhile`, and `Conflict` when there is nothing to confirm.
    """
    storefront = _for_decision(supplier_ref, actor)
    content = {"supplier": supplier_ref, "revision": revision}
    if replayed(key=key, operation="confirm_storefront", content=content) is not None:
        return
    if revision != storefront.revision:
        raise ChangedMeanwhile
    if storefront.changed_since_review_at is None and storefront.hidden_at is None:
        raise Conflict
    was_hidden = storefront.hidden_at is not None
    storefront.changed_since_review_at = storefront.hidden_at = None
    storefront.hidden_note = ""
    storefront.save(update_fields=["changed_since_review_at", "hidden_at", "hidden_note"])
    if was_hidden:
        _tell(storefront, "storefront_shown", "", actor, at)
    remember(key=key, operation="confirm_storefront", content=content, result=supplier_ref, at=at)


@transaction.atomic
def hide_storefront(*, supplier_ref: str, reason: str, actor: Actor, key: str, at: datetime) -> None:
    """Keep the supplier's words and pictures from buyers until a moderator shows them again; its offers stay.

    Raises as `confirm_storefront`, and `ReasonMissing`.
    """
    storefront = _for_decision(supplier_ref, actor)
    content = {"supplier": supplier_ref, "reason": reason}
    if replayed(key=key, operation="hide_storefront", content=content) is not None:
        return
    note = one_line(reason)[:_REASON_LENGTH]
    if not note:
        raise ReasonMissing(field="reason")
    storefront.hidden_at, storefront.hidden_note, storefront.changed_since_review_at = at, note, None
    storefront.save(update_fields=["hidden_at", "hidden_note", "changed_since_review_at"])
    _tell(storefront, "storefront_hidden", note, actor, at)
    remember(key=key, operation="hide_storefront", content=content, result=supplier_ref, at=at)


def _own(supplier_id: int, actor: Actor, at: datetime) -> Storefront:
    """The supplier's storefront, locked; made when there is none. Raises `NotAllowed`, `NotASupplier`."""
    if not policies.can_list_for(actor, supplier_id):
        raise NotAllowed
    found = Storefront.objects.filter(supplier_id=supplier_id).lock().first()
    if found is not None:
        return found
    if not Company.objects.filter(pk=supplier_id, sells=True).exists():
        raise NotASupplier
    lock_key(f"storefront:{supplier_id}")  # two first savings at once: the second finds the first one's row
    Storefront.objects.get_or_create(
        supplier_id=supplier_id, defaults={"updated_at": at, "sections": list(all_sections(()))}
    )
    return Storefront.objects.filter(supplier_id=supplier_id).lock().get()


def _touch(
    storefront: Storefront,
    *,
    before: Mapping[str, object],
    after: Mapping[str, object],
    actor: Actor,
    at: datetime,
) -> None:
    storefront.revision += 1
    storefront.updated_at = at
    if REVIEWED & {*before, *after}:
        storefront.changed_since_review_at = at
    storefront.save()
    StorefrontChange.objects.create(
        storefront=storefront,
        revision=storefront.revision,
        before=before,
        after=after,
        actor=actor.as_text,
        actor_label=actor.label,
        at=at,
    )


def _for_decision(supplier_ref: str, actor: Actor) -> Storefront:
    storefront = Storefront.objects.filter(supplier__ref=supplier_ref).lock().first()
    if storefront is None:
        raise StorefrontNotFound
    if not policies.can_moderate(actor, storefront.supplier_id):
        raise NotAllowed
    return storefront


def _tell(storefront: Storefront, kind: str, reason: str, actor: Actor, at: datetime) -> None:
    payload = {"supplier_id": storefront.supplier_id, "reason": reason}
    emit(kind=kind, subject=storefront.supplier.ref, actor=actor, at=at, payload=payload)


def _picture(storefront: Storefront, file_ref: str) -> StorefrontPicture:
    picture = StorefrontPicture.objects.filter(storefront=storefront, file__ref=file_ref).lock().first()
    if picture is None:
        raise StorefrontNotFound
    return picture


def _number(pictures: list[StorefrontPicture]) -> None:
    for position, picture in enumerate(pictures, 1):
        picture.position = position
    StorefrontPicture.objects.bulk_update(pictures, ["position"])


def _store(
    storefront: Storefront, upload: UploadedFile[Any] | bytes, actor: Actor, at: datetime
) -> StoredFile:
    subject = storefront.supplier.ref
    if isinstance(upload, bytes):
        return store_bytes(kind=FILE_KIND, subject=subject, name="place", content=upload, actor=actor, at=at)
    return store_upload(kind=FILE_KIND, subject=subject, upload=upload, actor=actor, at=at, field="images")


def _as_json(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
