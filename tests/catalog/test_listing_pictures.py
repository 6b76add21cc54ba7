"""Pictures in the editor: several at once, an answer per file, put in order; what is refused costs the others nothing."""

from __future__ import annotations

import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from catalog.models import KeptInput, Product, ProductImage
from marketplace.core.ids import new_key
from tests.catalog.test_workbench import editor, form_of, owner_client, text
from tests.factories.accounts import a_company, owner_of, signed_in
from tests.factories.catalog import a_draft
from tests.factories.files import a_pdf, a_picture, picture_bytes

pytestmark = pytest.mark.django_db
AS_SCRIPT = {"Accept": "application/json"}


def adding(product: Product) -> str:
    return reverse("workbench_pictures", args=[product.ref])


def names(product: Product) -> list[str]:
    rows = ProductImage.objects.filter(product=product).order_by("position")
    return list(rows.values_list("file__name", flat=True))


def a_huge_picture() -> SimpleUploadedFile:
    """A PNG that says it is 60,000 pixels wide; its pixels are not there, and nobody looks for them."""
    content = bytearray(picture_bytes((2, 2), "PNG"))
    content[16:24] = (60_000).to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")  # of the header that now lies
    return SimpleUploadedFile("poster.png", bytes(content), content_type="image/png")


def test_of_several_files_the_good_ones_are_kept_and_each_other_says_why() -> None:
    product = a_draft()
    heic = SimpleUploadedFile("IMG_4031.heic", b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")
    empty = SimpleUploadedFile("empty.jpg", b"", content_type="image/jpeg")
    files = [
        a_picture("sacks.jpg", (900, 600)),
        a_pdf("offer.pdf"),
        a_huge_picture(),
        heic,
        empty,
        a_picture("sacks again.jpg", (900, 600)),
        a_picture("port.jpg", (320, 240)),
    ]
    page = text(owner_client(product).post(editor(product), form_of(product, images=files), follow=True))
    assert names(product) == ["sacks.jpg", "port.jpg"]
    for said in (
        "“offer.pdf” is not a file we can take here. Send a picture (JPEG, PNG or WebP).",
        "“poster.png” has too many pixels. Send a picture of at most",
        "“IMG_4031.heic” is in Apple&#x27;s format HEIC",
        "“empty.jpg” is empty.",
        "“sacks again.jpg” is in this listing already, as picture 1.",
        "“port.jpg”: Small: 320 × 240 pixels.",
        "2 pictures added.",
    ):
        assert said in page


def test_a_listing_whose_pictures_were_refused_is_saved_and_not_submitted() -> None:
    product = a_draft()
    sent = form_of(product, title="Saved all the same", images=[a_pdf()], step="submit")
    page = text(owner_client(product).post(editor(product), sent, follow=True))
    product.refresh_from_db()
    assert (product.title, product.state) == ("Saved all the same", "draft")
    assert "Saved, but not submitted" in page


def test_a_script_sends_one_file_and_the_form_goes_on_from_the_new_revision() -> None:
    product = a_draft()
    client = owner_client(product)
    typed = {**form_of(product, title="Typed while a picture is on its way"), "ref": product.ref}
    client.post(reverse("workbench_preview"), typed, headers={"HX-Request": "true"})
    sent = {"images": a_picture("a.jpg", (900, 600)), "revision": product.revision}
    answer = client.post(adding(product), sent, headers=AS_SCRIPT).json()
    assert answer == {"files": [{"kept": True, "text": ""}], "revision": product.revision + 1}
    assert KeptInput.objects.get().revision == product.revision + 1
    late = client.post(reverse("workbench_preview"), typed, headers={"HX-Request": "true"})
    assert "Kept at" in text(late)  # asked before the answer about the picture had come
    assert client.post(editor(product), typed).status_code == 302
    product.refresh_from_db()
    assert product.title == "Typed while a picture is on its way"


def test_a_form_opened_before_a_colleagues_change_keeps_its_revision() -> None:
    product = a_draft()
    client, old = owner_client(product), product.revision
    client.post(editor(product), form_of(product, title="A colleague's"))
    answer = client.post(adding(product), {"images": a_picture("a.jpg"), "revision": old}, headers=AS_SCRIPT)
    assert answer.json()["revision"] is None
    assert client.post(editor(product), form_of(product, revision=old)).status_code == 422


def test_a_refused_file_says_so_to_a_script_and_changes_nothing() -> None:
    product = a_draft()
    sent = {"images": a_pdf("offer.pdf"), "revision": product.revision}
    answer = owner_client(product).post(adding(product), sent, headers=AS_SCRIPT).json()
    assert (answer["files"][0]["kept"], answer["revision"]) == (False, product.revision)
    assert names(product) == []


def test_a_picture_is_dragged_to_a_place_and_the_part_comes_back_alone() -> None:
    product = a_draft()
    client = owner_client(product)
    files = [a_picture(f"{side}.jpg", (side, 600)) for side in (801, 802, 803)]
    client.post(editor(product), form_of(product, images=files))
    product.refresh_from_db()
    last = ProductImage.objects.get(product=product, position=3)
    step = {"step": "place", "position": "1", "revision": product.revision}
    address = reverse("workbench_image", args=[product.ref, last.file.ref])
    page = text(client.post(address, step, headers={"HX-Request": "true"}))
    assert names(product) == ["803.jpg", "801.jpg", "802.jpg"]
    assert "<!doctype" not in page
    assert "Picture 3 is now in place 1." in page
    assert f'name="revision" value="{product.revision + 1}"' in page


def begin(client: Client, **typed: str) -> tuple[int, dict[str, str]]:
    answer = client.post(reverse("workbench_begin"), {"idempotency_key": new_key(), **typed})
    return answer.status_code, answer.json()


def test_choosing_pictures_makes_a_draft_of_what_is_right_and_keeps_the_rest() -> None:
    supplier = a_company()
    client = signed_in(owner_of(supplier))
    status, made = begin(client, title="Sun-dried figs", moq="many", unit_code="KGM")
    draft = Product.objects.get(supplier=supplier)
    assert (status, made["ref"], draft.title, draft.unit_code, draft.moq) == (
        200,
        draft.ref,
        "Sun-dried figs",
        "KGM",
        None,
    )
    assert KeptInput.objects.get().fields == {"moq": "many"}
    assert 'value="many"' in text(client.get(made["page"]))


def test_without_a_title_no_draft_is_made_for_pictures() -> None:
    status, answer = begin(signed_in(owner_of(a_company())), title="")
    assert (status, answer) == (400, {"text": "Give the product a title that buyers understand."})
    assert not Product.objects.exists()


def test_the_part_alone_is_for_scripts_and_a_person_comes_to_the_editor() -> None:
    product = a_draft()
    client = signed_in(owner_of(product.supplier))
    answer = client.get(adding(product))
    assert (answer.status_code, answer["Location"].split("#")[0]) == (
        302,
        reverse("workbench_product", args=[product.ref]),
    )
    assert client.get(adding(product), headers={"HX-Request": "true"}).status_code == 200


def test_a_begin_without_a_key_is_answered_like_any_other() -> None:
    client = signed_in(owner_of(a_company()))
    assert client.post(reverse("workbench_begin"), {}).status_code == 400
    assert client.post(reverse("workbench_begin"), {"title": "Sun-dried figs"}).status_code == 200
