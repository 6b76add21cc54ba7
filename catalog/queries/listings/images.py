"""Which picture file a reader gets (public with a live product, else for its supplier and the moderators), and
what a page writes so that the browser chooses size and format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from catalog.errors import ProductNotFound
from catalog.models import Product, ProductImage, ReviewPicture, StorefrontPicture
from catalog.photographs import AVIF, CONTENT_TYPES, SIZES, WEBP
from catalog.policies import may_see_hidden_review
from catalog.querysets import MODERATION_DESK
from catalog.states import ProductState
from marketplace.core.actors import Actor
from marketplace.files.models import StoredFile

# A page shows a photograph large, medium or as a card; a browser with few pixels takes a smaller one.
_SRCSET = ("card", "medium", "large")


@dataclass(frozen=True, slots=True)
class ImageFile:
    """Where the bytes may be, best first: (path, content type), the original at the end.

    `public` when anybody may keep a copy, `final` once the size and format asked for exists.
    """

    candidates: tuple[tuple[str, str], ...]
    public: bool
    final: bool


@dataclass(frozen=True, slots=True)
class Photograph:
    """A picture for `<picture>`: candidates by format with their widths, what to show without, and its box."""

    src: str
    avif: str
    webp: str
    width: int
    height: int


def image_url(file_ref: str, size: str, image_format: str = "") -> str:
    """Where a size of a product's picture is served, in the best format for everybody or in a named one."""
    if image_format:
        return reverse("product_image_as", args=[file_ref, size, image_format])
    return reverse("product_image", args=[file_ref, size])


def photograph(
    file_ref: str, renditions: Mapping[str, Any] | None = None, *, size: str = "large"
) -> Photograph:
    """The picture up to a size. Without its renditions (in lists) the widths are those of a wide picture."""
    sizes = _SRCSET[: _SRCSET.index(size) + 1]
    made = renditions or {}
    box = made.get(size, {})
    widths = {name: int(made.get(name, {}).get("width", SIZES[name])) for name in sizes}
    return Photograph(
        src=image_url(file_ref, size),
        avif=_srcset(file_ref, widths, AVIF),
        webp=_srcset(file_ref, widths, WEBP),
        width=int(box.get("width", SIZES[size])),
        height=int(box.get("height", SIZES[size] * 3 // 4)),
    )


def image_file(file_ref: str, size: str, image_format: str, actor: Actor) -> ImageFile:
    """The rendition, then WebP, then the original: one that is not there is stepped over. One statement, two
    for a picture of a storefront, three for one of a review.

    Raises `ProductNotFound`.
    """
    image, public = _seen_by(file_ref, actor)
    made = image.renditions.get(size, {})
    wanted = image_format or WEBP
    paths = {name: made.get(name) or (made.get("path") if name == WEBP else None) for name in (wanted, WEBP)}
    candidates = [(str(path), CONTENT_TYPES[name]) for name, path in paths.items() if path]
    candidates.append((image.file.path, image.file.content_type))
    return ImageFile(tuple(candidates), public, final=bool(paths[wanted]))


def _seen_by(file_ref: str, actor: Actor) -> tuple[ProductImage | StorefrontPicture | ReviewPicture, bool]:
    """The picture and whether everybody sees it; that of a hidden storefront is its supplier's and the moderators'."""
    image = ProductImage.objects.filter(file__ref=file_ref).select_related("file", "product").first()
    if image is not None and _may_see(image.product, actor):
        return image, image.product.is_live
    places = StorefrontPicture.objects.filter(file__ref=file_ref).select_related("file", "storefront")
    place = None if image is not None else places.first()
    if place is None:
        return _reviewed(file_ref, actor)
    hidden = place.storefront.hidden_at is not None
    own = actor.acts_for(place.storefront.supplier_id) or actor.has_desk(MODERATION_DESK)
    if hidden and not own:
        raise ProductNotFound
    return place, not hidden


def _reviewed(file_ref: str, actor: Actor) -> tuple[ReviewPicture, bool]:
    """A reviewer's picture; that of a review that was taken down is its writer's and the moderators'."""
    picture = ReviewPicture.objects.filter(file__ref=file_ref).select_related("file", "review").first()
    if picture is None:
        raise ProductNotFound
    shown = picture.review.hidden_at is None
    if not shown and not may_see_hidden_review(actor, picture.review.buyer_id):
        raise ProductNotFound
    return picture, shown


def may_read_review_picture(actor: Actor, file: StoredFile) -> bool:
    """The original of a reviewer's picture: for the writer's own people and the moderators."""
    buyer_id = ReviewPicture.objects.filter(file=file).values_list("review__buyer_id", flat=True).first()
    return buyer_id is not None and may_see_hidden_review(actor, buyer_id)


def may_read_place(actor: Actor, file: StoredFile) -> bool:
    """The original of a storefront's picture: for the supplier's own people and the moderators."""
    supplier_id = (
        StorefrontPicture.objects.filter(file=file).values_list("storefront__supplier_id", flat=True).first()
    )
    return supplier_id is not None and (actor.acts_for(supplier_id) or actor.has_desk(MODERATION_DESK))


def _srcset(file_ref: str, widths: Mapping[str, int], image_format: str) -> str:
    """`… 480w, … 800w`; of sizes that came out equally wide (a small picture) the first."""
    first = {width: size for size, width in reversed(list(widths.items()))}
    return ", ".join(f"{image_url(file_ref, first[width], image_format)} {width}w" for width in sorted(first))


def may_read_image(actor: Actor, file: StoredFile) -> bool:
    """The original as a download: for the supplier's own people and the moderators."""
    product = Product.objects.visible_to(actor).filter(ref=file.subject).first()
    return product is not None and (actor.acts_for(product.supplier_id) or actor.has_desk(MODERATION_DESK))


def _may_see(product: Product, actor: Actor) -> bool:
    """As `ProductQuerySet.visible_to`, on a row that is there already: a draft is its supplier's alone."""
    if product.is_live or actor.acts_for(product.supplier_id):
        return True
    return actor.has_desk(MODERATION_DESK) and product.state != ProductState.DRAFT
