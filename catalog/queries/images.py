"""Which picture file a reader gets: public with a live product, else for its supplier and the moderators."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.errors import ProductNotFound
from catalog.models import Product, ProductImage
from catalog.querysets import MODERATION_DESK
from catalog.states import ProductState
from marketplace.core.actors import Actor
from marketplace.files.models import StoredFile

WEBP = "image/webp"


@dataclass(frozen=True, slots=True)
class ImageFile:
    """Where the bytes are; `public` when anybody may keep a copy, `final` once the size asked for exists."""

    path: str
    content_type: str
    public: bool
    final: bool


def image_file(file_ref: str, size: str, actor: Actor) -> ImageFile:
    """The rendition, or the original until the worker has made it. One statement. Raises `ProductNotFound`."""
    image = ProductImage.objects.filter(file__ref=file_ref).select_related("file", "product").first()
    if image is None or not _may_see(image.product, actor):
        raise ProductNotFound
    rendition = image.renditions.get(size)
    if rendition is None:
        return ImageFile(image.file.path, image.file.content_type, image.product.is_live, final=False)
    return ImageFile(str(rendition["path"]), WEBP, image.product.is_live, final=True)


def may_read_image(actor: Actor, file: StoredFile) -> bool:
    """The original as a download: for the supplier's own people and the moderators."""
    product = Product.objects.visible_to(actor).filter(ref=file.subject).first()
    return product is not None and (actor.acts_for(product.supplier_id) or actor.has_desk(MODERATION_DESK))


def _may_see(product: Product, actor: Actor) -> bool:
    """As `ProductQuerySet.visible_to`, on a row that is there already: a draft is its supplier's alone."""
    if product.is_live or actor.acts_for(product.supplier_id):
        return True
    return actor.has_desk(MODERATION_DESK) and product.state != ProductState.DRAFT
