"""Writes the pictures of a product: added, described, put in order, removed, and made smaller by the worker."""

from __future__ import annotations

import hashlib
import io
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from PIL import Image

from catalog import policies
from catalog.errors import NotEditable, ProductNotFound, TooManyImages
from catalog.listing import one_line
from catalog.models import Product, ProductImage
from catalog.operations.products import locked_product, touch
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed
from marketplace.core.idempotency import remember, replayed
from marketplace.core.outbox import emit
from marketplace.files.models import StoredFile
from marketplace.files.operations import read_bytes, store_bytes, store_upload, upload_hashes

FILE_KIND = "product_image"
MAXIMUM_IMAGES = 10
ALT_LENGTH = 160
# Longest side in pixels of each size a page asks for.
SIZES: dict[str, int] = {"thumb": 160, "card": 480, "large": 1200}
_WEBP_QUALITY = 82


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

    Raises `ProductNotFound`, `NotAllowed`, `NotEditable`, `TooManyImages`, and what `files` says of a bad
    upload (field `images`).
    """
    product = _editable(product_ref, actor)
    content = {"product": product_ref, "sha256": _digest(upload), "alt": alt}
    if (ref := replayed(key=key, operation="add_image", content=content)) is not None:
        return ProductImage.objects.select_related("file").get(file__ref=ref)
    positions = list(product.images.order_by("position").values_list("position", flat=True))
    if len(positions) >= MAXIMUM_IMAGES:
        raise TooManyImages(field="images", limit=MAXIMUM_IMAGES)
    file = _store(product, upload, actor, at)
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
    """Make the smaller sizes of a picture, as WebP beside the original; again does no harm.

    A picture removed meanwhile needs none.
    """
    image = ProductImage.objects.filter(file__ref=file_ref).lock().first()
    if image is None or image.prepared_at is not None:
        return
    file = StoredFile.objects.get(pk=image.file_id)
    image.renditions = {name: _rendition(file, name, side) for name, side in SIZES.items()}
    image.prepared_at = at
    image.save(update_fields=["renditions", "prepared_at"])


def _rendition(file: StoredFile, name: str, side: int) -> dict[str, object]:
    with Image.open(io.BytesIO(read_bytes(file))) as opened:
        picture = opened.convert("RGBA" if opened.mode in {"RGBA", "LA", "PA"} else "RGB")
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=_WEBP_QUALITY, method=4)
    path = f"renditions/{file.ref[4:6]}/{file.ref}-{name}.webp"
    if default_storage.exists(path):  # left by an attempt that did not commit
        default_storage.delete(path)
    return {
        "path": default_storage.save(path, ContentFile(out.getvalue())),
        "width": picture.width,
        "height": picture.height,
    }


def _digest(upload: UploadedFile[Any] | bytes) -> str:
    return hashlib.sha256(upload).hexdigest() if isinstance(upload, bytes) else upload_hashes([upload])[0]


def _store(product: Product, upload: UploadedFile[Any] | bytes, actor: Actor, at: datetime) -> StoredFile:
    if isinstance(upload, bytes):
        return store_bytes(
            kind=FILE_KIND, subject=product.ref, name=product.slug, content=upload, actor=actor, at=at
        )
    return store_upload(
        kind=FILE_KIND, subject=product.ref, upload=upload, actor=actor, at=at, field="images"
    )


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
