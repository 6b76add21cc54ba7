"""Pictures in the sizes and formats that browsers choose from: made, served, made anew, and what is shown without."""

from __future__ import annotations

import io
from html.parser import HTMLParser

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from PIL import Image

from catalog import operations
from catalog.models import Product, ProductImage
from catalog.photographs import FORMATS, RECIPE, make_renditions
from catalog.queries.listings.images import photograph
from marketplace.core.ids import new_key
from marketplace.core.outbox import deliver_due
from marketplace.files.models import StoredFile
from tests.factories import AT
from tests.factories.accounts import owner_of
from tests.factories.catalog import a_live_product
from tests.factories.files import picture_bytes

BOXES = {"thumb": (160, 107), "card": (480, 320), "medium": (800, 533), "large": (1200, 800)}


def with_picture(product: Product, size: tuple[int, int] = (60, 40)) -> ProductImage:
    """One more picture, wider than the last: a listing has no picture twice."""
    wide, high = size
    return operations.add_image(
        product_ref=product.ref,
        upload=picture_bytes((wide + product.images.count(), high)),
        actor=owner_of(product.supplier),
        key=new_key(),
        at=AT,
    )


def made_by_the_first_recipe(image: ProductImage) -> str:
    """As it lies in databases of the first release: one path a size."""
    path = default_storage.save(f"renditions/old/{image.file.ref}.webp", io.BytesIO(b"RIFF old"))
    ProductImage.objects.filter(pk=image.pk).update(
        renditions={"thumb": {"path": path, "width": 60, "height": 40}}, recipe=0, prepared_at=AT
    )
    return path


def opened(content: bytes) -> tuple[str | None, tuple[int, int]]:
    with Image.open(io.BytesIO(content)) as picture:
        return picture.format, picture.size


class Sources(HTMLParser):
    """The pictures of a page, each `<picture>` with its sources and its `<img>`."""

    def __init__(self) -> None:
        super().__init__()
        self.sources: list[dict[str, str | None]] = []
        self.images: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "source":
            self.sources.append(dict(attrs))
        if tag == "img":
            self.images.append(dict(attrs))


def test_make_renditions_of_a_large_picture_gives_every_size_in_every_format() -> None:
    made = {one.size: one for one in make_renditions(picture_bytes((2400, 1600)))}
    assert {name: (one.width_px, one.height_px) for name, one in made.items()} == BOXES
    for name, one in made.items():
        assert set(one.contents) == set(FORMATS[name])
        for image_format, content in one.contents.items():
            assert opened(content) == (image_format.upper(), BOXES[name])


def test_make_renditions_of_a_small_or_clear_picture_neither_blows_up_nor_fills_in() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (64, 48), (0, 128, 128, 0)).save(out, "PNG")
    for one in make_renditions(out.getvalue()):
        assert (one.width_px, one.height_px) == (64, 48)
        for content in one.contents.values():
            with Image.open(io.BytesIO(content)) as picture:
                assert picture.convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]  # four bands


def test_srcset_of_a_small_picture_names_no_width_twice() -> None:
    made = {size: {"width": 600, "height": 400} for size in ("large", "medium")}
    shown = photograph("fil_x", made | {"card": {"width": 480, "height": 320}})
    assert shown.avif == "/images/fil_x/card.avif 480w, /images/fil_x/medium.avif 600w"
    assert (shown.src, shown.width, shown.height) == ("/images/fil_x/large/", 600, 400)


@pytest.mark.django_db
class TestServed:
    """What a browser gets."""

    def test_every_rendition_is_served_in_its_format(self, client: Client) -> None:
        image = with_picture(a_live_product())
        for _ in range(2):
            assert deliver_due(at=AT).failed == 0
        image.refresh_from_db()
        assert image.recipe == RECIPE
        for size, formats in FORMATS.items():
            for image_format in formats:
                answer = client.get(reverse("product_image_as", args=[image.file.ref, size, image_format]))
                assert answer.headers["Content-Type"] == f"image/{image_format}"
                assert answer.headers["Cache-Control"] == "public, max-age=86400"
                assert opened(answer.content)[0] == image_format.upper()
            plain = client.get(reverse("product_image", args=[image.file.ref, size]))
            assert plain.headers["Content-Type"] == "image/webp"

    def test_a_rendition_that_is_missing_falls_back(self, client: Client) -> None:
        image = with_picture(a_live_product())
        address = reverse("product_image_as", args=[image.file.ref, "large", "avif"])
        assert client.get(address).headers["Content-Type"] == "image/jpeg"  # the worker was not there yet
        deliver_due(at=AT)
        image.refresh_from_db()
        default_storage.delete(image.renditions["large"]["avif"])
        answer = client.get(address)
        assert answer.headers["Content-Type"] == "image/webp"
        assert answer.headers["Cache-Control"] == "public, max-age=10"
        default_storage.delete(image.renditions["large"]["webp"])
        assert client.get(address).headers["Content-Type"] == "image/jpeg"
        default_storage.delete(image.file.path)
        assert client.get(address).status_code == 404

    @pytest.mark.parametrize("name", ["large.gif", "huge.avif", "large.avif/", "thumb.exe"])
    def test_other_formats_do_not_exist(self, client: Client, name: str) -> None:
        image = with_picture(a_live_product())
        assert client.get(f"/images/{image.file.ref}/{name}").status_code == 404

    def test_the_first_picture_of_a_page_comes_at_once_and_the_others_when_seen(self, client: Client) -> None:
        product = a_live_product()
        for _ in range(2):
            with_picture(product)
        page = Sources()
        page.feed(client.get(reverse("product", args=[product.ref, product.slug])).content.decode())
        large = [image for image in page.images if "/large/" in (image["src"] or "")]
        assert [image.get("fetchpriority") for image in large] == ["high", None]
        assert [image.get("loading") for image in large] == [None, "lazy"]
        assert all(image.get("width") and image.get("height") for image in page.images)
        assert [source["type"] for source in page.sources] == ["image/avif", "image/webp"] * 2


@pytest.mark.django_db
class TestOldPictures:
    """Made anew, some at a time."""

    def test_prepare_old_images_goes_through_them_in_pieces_and_once(self) -> None:
        product = a_live_product()
        old = [with_picture(product) for _ in range(3)]
        for image in old:
            made_by_the_first_recipe(image)
        fresh = with_picture(product)  # the worker hears of it by itself
        assert operations.prepare_old_images(limit=2, at=AT) == 2
        assert ProductImage.objects.filter(recipe=RECIPE).count() == 2
        assert operations.prepare_old_images(limit=2, at=AT) == 1
        assert operations.prepare_old_images(limit=2, at=AT) == 0
        made = ProductImage.objects.exclude(pk=fresh.pk)
        assert all(set(image.renditions["card"]) == {"width", "height", "avif", "webp"} for image in made)

    def test_an_old_picture_is_served_until_it_is_made_anew(self, client: Client) -> None:
        image = with_picture(a_live_product())
        made_by_the_first_recipe(image)
        answer = client.get(reverse("product_image", args=[image.file.ref, "thumb"]))
        assert (answer.headers["Content-Type"], answer.content) == ("image/webp", b"RIFF old")
        named = client.get(reverse("product_image_as", args=[image.file.ref, "thumb", "avif"]))
        assert named.headers["Content-Type"] == "image/webp"

    def test_a_broken_original_keeps_what_it_has_and_does_not_stop_the_others(self) -> None:
        product = a_live_product()
        broken, whole = with_picture(product), with_picture(product)
        path = made_by_the_first_recipe(broken)
        made_by_the_first_recipe(whole)
        StoredFile.objects.filter(pk=broken.file_id).update(sha256="0" * 64)
        assert operations.prepare_old_images(limit=5, at=AT) == 2
        broken.refresh_from_db()
        whole.refresh_from_db()
        assert broken.renditions["thumb"]["path"] == path
        assert "avif" in whole.renditions["card"]
        assert operations.prepare_old_images(limit=5, at=AT) == 0
