"""Writes the pictures of a product: added, described, put in order, removed, and made smaller by the worker."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from catalog import policies
from catalog.errors import (
    NotEditable,
    PictureFromApple,
    PictureTooHeavy,
    PictureTwice,
    ProductNotFound,
    TooManyImages,
)
from catalog.models import Product, ProductImage
from catalog.operations.listings.products import locked_product, touch
from catalog.photographs import RECIPE, Rendition, make_renditions
from catalog.rules.listing import one_line
from marketplace.core.actors import Actor
from marketplace.core.errors import DomainError, NotAllowed
from marketplace.core.idempotency import remember, replayed
from marketplace.core.outbox import emit
from marketplace.files.errors import FileTooLarge, FileTypeRefused
from marketplace.files.models import StoredFile
from marketplace.files.operations import store_bytes, store_upload, upload_hashes
from marketplace.files.queries import read_bytes
from marketplace.files.rules import clean_name

FILE_KIND = "product_image"
MAXIMUM_IMAGES = 10
ALT_LENGTH = 160
_APPLE_HEAD = slice(4, 12)  # where a file of the ISO base media format says its brand
_APPLE_BRANDS = frozenset({b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc"})

logger = logging.getLogger(__name__)


@transaction.atomic
def add_image(
    *,
    product_ref: str,
    upload: UploadedFile[Any] | bytes,
    actor: Actor,
    key: str,
    at: datetime,
    alt: str = "",
) -> ProductImage:
    """Put a picture behind the others; it was re-encoded, the worker is told to make it smaller.

    Raises `ProductNotFound`, `NotAllowed`, `NotEditable`, `TooManyImages`, `PictureTwice`, `PictureTooHeavy`,
    `PictureFromApple`, and what else `files` says of a bad upload (field `images`).
    """
    product = _editable(product_ref, actor)
    content = {"product": product_ref, "sha256": digest_of(upload), "alt": alt}
    if (ref := replayed(key=key, operation="add_image", content=content)) is not None:
        return ProductImage.objects.select_related("file").get(file__ref=ref)
    positions = list(product.images.order_by("position").values_list("position", flat=True))
    if len(positions) >= MAXIMUM_IMAGES:
        raise TooManyImages(field="images", limit=MAXIMUM_IMAGES)
    file = _store(product, upload, actor, at)
    _demand_new(product, file, "" if isinstance(upload, bytes) else upload.name or "")
    image = ProductImage.objects.create(
        product=product,
        position=(positions[-1] if positions else 0) + 1,
        alt=one_line(alt)[:ALT_LENGTH],
        file=file,
    )
    touch(product, before={"images": len(positions)}, after={"images": [file.ref]}, actor=actor, at=at)
    emit(
        kind="product_image_added",
        subject=product.ref,
        actor=actor,
        at=at,
        payload={"product": product.ref, "file": file.ref},
    )
    remember(key=key, operation="add_image", content=content, result=file.ref, at=at)
    return image


@transaction.atomic
def describe_image(*, product_ref: str, file_ref: str, alt: str, actor: Actor, at: datetime) -> ProductImage:
    """Say what a picture shows, for people who cannot see it. Raises as `add_image`."""
    product = _editable(product_ref, actor)
    image = _image(product, file_ref)
    text = one_line(alt)[:ALT_LENGTH]
    if text == image.alt:
        return image
    before, image.alt = image.alt, text
    image.save(update_fields=["alt"])
    touch(product, before={"alt": {file_ref: before}}, after={"alt": {file_ref: text}}, actor=actor, at=at)
    return image


@transaction.atomic
def move_image(*, product_ref: str, file_ref: str, to_position: int, actor: Actor, at: datetime) -> None:
    """Put a picture at a place among the others, counted from 1; beyond the ends means at the end. Raises as `add_image`."""
    product = _editable(product_ref, actor)
    image = _image(product, file_ref)
    images = list(product.images.order_by("position"))
    before = [row.pk for row in images]
    images.remove(image)
    images.insert(max(0, min(to_position - 1, len(images))), image)
    if [row.pk for row in images] == before:
        return
    _number(images)
    touch(
        product, before={"images": "order"}, after={"images": [row.pk for row in images]}, actor=actor, at=at
    )


@transaction.atomic
def remove_image(*, product_ref: str, file_ref: str, actor: Actor, at: datetime) -> None:
    """Take a picture off the product; the stored original stays, as what was once offered. Raises as `add_image`."""
    product = _editable(product_ref, actor)
    _image(product, file_ref).delete()
    _number(list(product.images.order_by("position")))
    touch(product, before={"images": [file_ref]}, after={"images": "removed"}, actor=actor, at=at)


@transaction.atomic
def prepare_image(*, file_ref: str, at: datetime) -> None:
    """Make the sizes and formats of a picture beside the original; again does no harm.

    A picture removed meanwhile needs none. Raises `FileDamaged`.
    """
    image = ProductImage.objects.filter(file__ref=file_ref, recipe__lt=RECIPE).lock().first()
    if image is None:
        return
    file = StoredFile.objects.get(pk=image.file_id)
    image.renditions = {made.size: kept_rendition(file, made) for made in make_renditions(read_bytes(file))}
    image.recipe, image.prepared_at = RECIPE, at
    image.save(update_fields=["renditions", "recipe", "prepared_at"])


def prepare_old_images(*, limit: int, at: datetime) -> int:
    """Make the present sizes and formats of so many pictures that have others; how many were looked at.

    Each is a transaction of its own, so that what is made stays made. One that cannot be read keeps what it
    has and is not tried again: pages fall back.
    """
    waiting = ProductImage.objects.filter(recipe__lt=RECIPE, prepared_at__isnull=False).order_by("pk")
    refs = list(waiting.values_list("file__ref", flat=True)[:limit])
    for ref in refs:
        try:
            prepare_image(file_ref=ref, at=at)
        except (DomainError, OSError) as error:
            logger.warning("picture %s keeps its old sizes: %s", ref, error)
            ProductImage.objects.filter(file__ref=ref).update(recipe=RECIPE)
    return len(refs)


def kept_rendition(file: StoredFile, made: Rendition) -> dict[str, object]:
    """A rendition in the storage: the paths by format, and the box."""
    row: dict[str, object] = {"width": made.width_px, "height": made.height_px}
    for name, content in made.contents.items():
        path = f"renditions/{file.ref[4:6]}/{file.ref}-{made.size}.{name}"
        if default_storage.exists(path):  # left by an older recipe, or by an attempt that did not commit
            default_storage.delete(path)
        row[name] = default_storage.save(path, ContentFile(content))
    return row


def digest_of(upload: UploadedFile[Any] | bytes) -> str:
    """SHA-256 of what was sent, before it is encoded anew."""
    return hashlib.sha256(upload).hexdigest() if isinstance(upload, bytes) else upload_hashes([upload])[0]


def _store(product: Product, upload: UploadedFile[Any] | bytes, actor: Actor, at: datetime) -> StoredFile:
    if isinstance(upload, bytes):
        return store_bytes(
            kind=FILE_KIND, subject=product.ref, name=product.slug, content=upload, actor=actor, at=at
        )
    try:
        return store_upload(
            kind=FILE_KIND, subject=product.ref, upload=upload, actor=actor, at=at, field="images"
        )
    except FileTooLarge as error:
        raise PictureTooHeavy(field="images", name=clean_name(upload.name or "")) from error
    except FileTypeRefused as error:
        upload.seek(0)
        if upload.read(_APPLE_HEAD.stop)[_APPLE_HEAD] in _APPLE_BRANDS:
            raise PictureFromApple(field="images", name=clean_name(upload.name or "")) from error
        raise


def _demand_new(product: Product, file: StoredFile, name: str) -> None:
    """The same pixels once only: what is stored was encoded anew, so that equal pictures are equal bytes."""
    twin = product.images.filter(file__sha256=file.sha256).first()
    if twin is not None:
        raise PictureTwice(field="images", name=clean_name(name) if name else file.name, number=twin.position)


def _editable(product_ref: str, actor: Actor) -> Product:
    product = locked_product(product_ref, actor)
    if not policies.can_list_for(actor, product.supplier_id):
        raise NotAllowed
    if not product.is_editable:
        raise NotEditable(state=product.get_state_display())
    return product


def _image(product: Product, file_ref: str) -> ProductImage:
    image = ProductImage.objects.filter(product=product, file__ref=file_ref).lock().first()
    if image is None:
        raise ProductNotFound
    return image


def _number(images: list[ProductImage]) -> None:
    for position, image in enumerate(images, 1):
        image.position = position
    ProductImage.objects.bulk_update(images, ["position"])
