"""The supplier's workbench and the moderators' desk, through HTTP."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog import operations
from catalog.errors import TooManyImages
from catalog.forms.listing import initial_of
from catalog.models import Product, ProductChange, ProductImage
from catalog.queries.listings.stored import facts_of
from catalog.rules.lead_times import Pause
from marketplace.core.ids import new_key
from marketplace.core.outbox import deliver_due
from marketplace.files.errors import FileTypeRefused
from tests.factories import AT
from tests.factories.accounts import a_company, a_member, owner_of, signed_in, staff
from tests.factories.capacity import JUNE, a_period, a_stock
from tests.factories.catalog import MODERATOR, a_draft, a_live_product, a_submitted_product
from tests.factories.files import a_pdf, a_picture, picture_bytes
from tests.factories.variants import rice_in_two_packings

pytestmark = pytest.mark.django_db


def form_of(product: Product, **over: Any) -> dict[str, Any]:
    """What a browser would send from the editor."""
    values = {name: value for name, value in initial_of(facts_of(product)).items() if value is not None}
    return {**values, "revision": product.revision, "idempotency_key": new_key(), "step": "save", **over}


def editor(product: Product) -> str:
    return reverse("workbench_product", args=[product.ref])


def owner_client(product: Product) -> Client:
    return signed_in(owner_of(product.supplier))


def text(response: Any) -> str:
    return str(response.content.decode()).replace("\u00a0", " ")


def test_a_title_saved_becomes_a_draft_and_the_rest_follows() -> None:
    company = a_company()
    client = signed_in(owner_of(company))
    response = client.post(
        reverse("workbench_new"), {"title": "Rice", "idempotency_key": new_key(), "step": "save"}
    )
    product = Product.objects.get()
    assert response.headers["Location"] == editor(product)
    assert (product.title, product.state, product.supplier_id) == ("Rice", "draft", company.pk)


def test_one_page_saves_pictures_and_submits() -> None:
    company = a_company()
    client = signed_in(owner_of(company))
    values = form_of(
        a_draft(company), idempotency_key=new_key(), step="submit", title="Listed in one go", sku="ONE-GO"
    )
    values.pop("revision")
    values["images"] = [a_picture("one.jpg"), a_picture("two.png", image_format="PNG")]
    response = client.post(reverse("workbench_new"), values)
    product = Product.objects.get(title="Listed in one go")
    assert response.headers["Location"] == editor(product)
    assert (product.state, product.images.count()) == ("in_review", 2)


def test_pictures_of_a_form_that_is_refused_are_asked_for_again() -> None:
    client = signed_in(owner_of(a_company()))
    typed = {"title": "Rice", "moq": "five", "idempotency_key": new_key(), "step": "save"}
    refused = client.post(reverse("workbench_new"), {**typed, "images": [a_picture("one.jpg")]})
    assert refused.status_code == 422
    assert "Choose your pictures again" in text(refused)
    assert "Choose your pictures again" not in text(client.post(reverse("workbench_new"), typed))


def test_a_form_sent_after_the_session_ended_says_where_what_was_typed_stands() -> None:
    typed = {"title": "Rice", "idempotency_key": new_key(), "step": "save"}
    for mode, is_told in (("navigate", True), ("cors", False)):  # what a script keeps by itself says nothing
        client = Client()
        answer = client.post(reverse("workbench_new"), typed, headers={"Sec-Fetch-Mode": mode}, follow=True)
        assert answer.redirect_chain[-1][0].startswith("/accounts/login/")
        assert ("go back in your browser" in text(answer)) is is_told
    assert not Product.objects.exists()


def test_submitting_what_is_incomplete_keeps_it_as_a_draft_and_names_each_point() -> None:
    client = signed_in(owner_of(a_company()))
    values = {"title": "Rice", "origin": "IN", "idempotency_key": new_key(), "step": "submit"}
    response = client.post(reverse("workbench_new"), values)
    product = Product.objects.get()
    assert (response.status_code, product.state, product.origin) == (422, "draft", "IN")
    page = text(response)
    assert "State the HS code." in page
    assert "Choose a category." in page
    assert "Saved as a draft. Before it can be submitted, this is missing:" in page
    assert "Nothing was done yet" not in page
    # The page that came back edits this draft; it does not make a second one.
    assert f'action="{editor(product)}"' in page
    key = re.findall(r'name="idempotency_key" value="([^"]+)"', page)[0]
    again = client.post(
        editor(product), {**values, "idempotency_key": key, "revision": product.revision, "step": "save"}
    )
    assert (again.status_code, Product.objects.count()) == (302, 1)


def test_choosing_a_category_shows_its_fields_and_saves_nothing() -> None:
    client = signed_in(owner_of(a_company()))
    response = client.post(
        reverse("workbench_new"),
        {
            "title": "",
            "category_code": "rice",
            "moq": "abc",
            "idempotency_key": new_key(),
            "step": "category",
        },
    )
    page = text(response)
    assert response.status_code == 200
    assert 'name="attr_broken_share"' in page
    assert 'value="abc"' in page
    assert "form-errors" not in page
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    ("over", "message"),
    [
        ({"tier_0_from": "4"}, "This is below the minimum order"),
        ({"tier_0_from": "6"}, "there is no price: start at the minimum order"),
        ({"tier_1_from": "5"}, "two prices would apply to it"),
        ({"tier_1_price": "1180"}, "this price is not below the row above"),
        ({"tier_2_from": "20"}, "this one is below the row above"),
        ({"tier_1_price": ""}, "A price row needs both a quantity and a price."),
        ({"tier_0_price": "1.1234567"}, "no more than 6 decimal places"),
        ({"tier_0_price": "1e5"}, "Enter a number."),
        (
            {"units_per_package": "25"},
            "25 t are not 25 kg. A package of that weight holds 0.025 t: write 0.025",
        ),
        ({"tier_0_price": "free"}, "Enter a number."),
        ({"tier_0_price": "-1"}, "Enter a price above zero."),
        ({"hs_code": "999999"}, "The Harmonized System has no chapter 99."),
        ({"moq": "5.2"}, "a whole number of order multiples"),
        ({"moq": "1" * 20}, "no more than 14 digits"),
        ({"origin": "ZZ"}, "Select a valid choice."),
        ({"title": ""}, "This field is required."),
        ({"attr_broken_share": "lots"}, "Enter a number."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(
    over: dict[str, str], message: str
) -> None:
    product = a_draft()
    response = owner_client(product).post(
        editor(product), form_of(product, description="Typed with care, not to be lost.", **over)
    )
    page = text(response)
    assert response.status_code == 422
    assert message in page
    assert "Typed with care, not to be lost." in page
    product.refresh_from_db()
    assert (product.revision, ProductChange.objects.count()) == (1, 0)


def test_numbers_are_typed_with_a_comma_and_shown_with_the_decimals_of_the_currency() -> None:
    product = a_draft()
    client = owner_client(product)
    typed = form_of(product, tier_0_price="1.180,50", tier_1_price="1125,4", units_per_package="")
    assert client.post(editor(product), typed).status_code == 302
    product.refresh_from_db()
    facts = facts_of(product)
    prices = [tier.unit_price for tier in facts.tiers if tier]
    assert prices == [Decimal("1180.5"), Decimal("1125.4"), Decimal(1068)]
    assert facts.units_per_package == Decimal("0.025")  # by the net weight, as it is sold by weight
    shown = text(client.get(editor(product)))
    assert all(f'value="{price}"' in shown for price in ("1180.50", "1125.40", "1068.00"))


def test_two_open_tabs_do_not_save_over_each_other() -> None:
    product = a_draft()
    client = owner_client(product)
    first, second = (
        form_of(product, title="From the first tab"),
        form_of(product, title="From the second tab"),
    )
    assert client.post(editor(product), first).status_code == 302
    response = client.post(editor(product), second)
    assert response.status_code == 422
    assert "The listing was changed after you opened this page." in text(response)
    assert "From the second tab" in text(response)
    product.refresh_from_db()
    assert product.title == "From the first tab"


def test_the_same_form_sent_twice_is_saved_once() -> None:
    product = a_draft()
    client, values = owner_client(product), form_of(product, title="Sent twice")
    assert [client.post(editor(product), values).status_code for _ in range(2)] == [302, 302]
    assert ProductChange.objects.count() == 1


def test_the_preview_shows_what_is_typed_and_changes_nothing() -> None:
    product = a_draft()
    values = form_of(product, title="Not saved <b>yet</b>", tier_0_price="999", tier_2_price="nonsense")
    sent = {**values, "ref": product.ref}
    response = owner_client(product).post(reverse("workbench_preview"), sent, headers={"HX-Request": "true"})
    page = text(response)
    assert "Not saved &lt;b&gt;yet&lt;/b&gt;" in page
    assert "999.00 USD" in page
    assert "Quality checklist" in page
    product.refresh_from_db()
    assert product.title == "1121 Steam Basmati Rice"


def test_the_preview_of_anothers_listing_is_not_found() -> None:
    product = a_draft()
    values = {**form_of(product), "ref": product.ref}
    assert signed_in(a_member()).post(reverse("workbench_preview"), values).status_code == 404


@pytest.mark.parametrize(
    "name", ["workbench_product", "workbench_submit", "workbench_pause", "desk_moderation_product"]
)
def test_another_companys_listing_is_not_there(name: str) -> None:
    product = a_draft()
    client = signed_in(a_member())
    address = reverse(name, args=[product.ref])
    before = (product.state, product.revision)
    response = (
        client.post(address) if name in {"workbench_submit", "workbench_pause"} else client.get(address)
    )
    assert (
        response.status_code in {302, 404}
        if name == "workbench_submit"
        else response.status_code in {403, 404}
    )
    product.refresh_from_db()
    assert (product.state, product.revision) == before


def test_viewers_look_but_do_not_write() -> None:
    product = a_live_product()
    client = signed_in(a_member(product.supplier, "viewer"))
    page = text(client.get(editor(product)))
    assert "Owners and sales of your company can edit it." in page
    assert client.post(editor(product), form_of(product, title="Vandalised")).status_code == 403
    for name in ("workbench_pause", "workbench_submit", "workbench_resume", "workbench_withdraw"):
        assert client.post(reverse(name, args=[product.ref])).status_code == 403
    assert client.get(reverse("workbench_new")).status_code == 403
    product.refresh_from_db()
    assert (product.title, product.state) == ("1121 Steam Basmati Rice", "live")


def test_anonymous_people_are_asked_to_sign_in(client: Client) -> None:
    product = a_draft()
    for name, args in (
        ("workbench_products", []),
        ("workbench_new", []),
        ("workbench_product", [product.ref]),
    ):
        assert client.get(reverse(name, args=args)).headers["Location"].startswith(reverse("account_login"))
    assert client.post(reverse("workbench_submit", args=[product.ref])).status_code == 302
    product.refresh_from_db()
    assert product.state == "draft"


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_the_same_statements_for_one_listing_and_for_three(
    django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    company = a_company()
    for _ in range(number):
        a_stock(a_draft(company), "40")
    client = signed_in(owner_of(company))
    client.get(reverse("workbench_products"))
    with django_assert_num_queries(8):
        html = text(client.get(reverse("workbench_products")))
    assert [html.count(words) for words in ("BAS-1121", "40 t in stock")] == [number, number]


def test_a_step_for_ticked_listings_takes_those_that_can_and_says_what_keeps_the_others() -> None:
    company = a_company()
    ready, half, live = (
        a_draft(company),
        a_draft(company, title="Half a rice", hs_code=""),
        a_live_product(company),
    )
    foreign = a_draft()
    client = signed_in(owner_of(company))
    ticked = {"step": "submit", "state": "draft", "listing": [ready.ref, half.ref, live.ref]}
    address = reverse("workbench_steps")
    assert client.post(address, {**ticked, "listing": [ready.ref, foreign.ref]}).status_code == 404
    assert client.post(address, {**ticked, "step": "sell"}).status_code == 404
    assert states(ready, half, live, foreign) == ["draft", "draft", "live", "draft"]
    html = text(client.post(address, ticked, follow=True))
    assert states(ready, half, live, foreign) == ["in_review", "draft", "live", "draft"]
    for words in (
        "1 listing was submitted.",
        "“Half a rice”: The listing is not",
        "1 listing is in another state",
    ):
        assert words in html


def states(*products: Product) -> list[str]:
    stored = dict(Product.objects.values_list("pk", "state"))
    return [stored[product.pk] for product in products]


def test_the_list_says_what_is_sold_out_and_when_there_is_more() -> None:
    product = rice_in_two_packings(a_live_product())
    boxes = a_stock(product, "3", variant=2)
    a_stock(product, "40", variant=1)
    client = signed_in(owner_of(product.supplier))
    address = reverse("workbench_products")
    with time_machine.travel(AT, tick=False):
        html = text(client.get(address))
        assert [words in html for words in ("40 t in stock", "sold out", "not limited")] == [
            True,
            True,
            False,
        ]
        a_period(product, JUNE, "60", variant=2)
        assert "sold out until 1 Jun 2026" in text(client.get(address))
        shown = text(client.get(reverse("product", args=[product.ref, product.slug])))
    assert boxes.offered == 3
    assert "from 1" in shown


def test_days_off_count_in_what_a_list_says_can_be_had() -> None:
    product, today = a_live_product(lead_time_days=10), AT.date()
    a_period(product, (today, today + timedelta(days=15)), "40")
    owner = owner_of(product.supplier)
    pause = Pause(today, today + timedelta(days=9), True, "")
    with time_machine.travel(AT, tick=False):
        address = reverse("workbench_products")
        assert "sold out" not in text(signed_in(owner).get(address))
        operations.add_pause(supplier_id=product.supplier_id, pause=pause, actor=owner, key=new_key(), at=AT)
        assert "sold out" in text(signed_in(owner).get(address))
        assert "Sold out" in text(signed_in(owner).get(reverse("compare"), {"p": product.ref}))


def test_the_list_filters_by_state_and_words() -> None:
    company = a_company()
    a_draft(company, title="Rice in draft")
    a_live_product(company, title="Rice on sale")
    client = signed_in(owner_of(company))
    page = text(client.get(reverse("workbench_products") + "?state=live"))
    assert "Rice on sale" in page
    assert "Rice in draft" not in page
    page = text(client.get(reverse("workbench_products") + "?q=draft&before=abc&state=nonsense"))
    assert "Rice in draft" in page
    assert "Rice on sale" not in page
    assert client.get(reverse("workbench_products") + "?q=%F0&before=99999999999999999999").status_code == 200


def test_pictures_are_added_described_moved_and_removed() -> None:
    product = a_draft()
    client = owner_client(product)
    values = form_of(
        product, images=[a_picture("1.jpg"), a_picture("2.jpg", (80, 40)), a_picture("3.jpg", (30, 60))]
    )
    assert client.post(editor(product), values).status_code == 302
    first, second, third = ProductImage.objects.order_by("position")

    def send(image: ProductImage, step: str, **more: str) -> int:
        address = reverse("workbench_image", args=[product.ref, image.file.ref])
        return client.post(address, {"step": step, **more}).status_code

    assert send(third, "up") == 302
    assert send(first, "describe", alt="A heap of\u202e rice") == 302
    assert [image.pk for image in ProductImage.objects.order_by("position")] == [
        first.pk,
        third.pk,
        second.pk,
    ]
    assert ProductImage.objects.get(pk=first.pk).alt == "A heap of rice"
    assert send(first, "up") == 302  # already the first
    assert send(first, "remove") == 302
    assert [(image.pk, image.position) for image in ProductImage.objects.order_by("position")] == [
        (third.pk, 1),
        (second.pk, 2),
    ]
    assert send(first, "remove") == 404
    assert send(second, "explode") == 302
    assert send(second, "describe", alt="x" * 161) == 302
    assert ProductImage.objects.get(pk=second.pk).alt == ""


def test_a_rivals_picture_is_not_found() -> None:
    product, rival = a_draft(), a_member()
    image = operations.add_image(
        product_ref=product.ref,
        upload=picture_bytes(),
        actor=owner_of(product.supplier),
        key=new_key(),
        at=AT,
    )
    own = a_draft(a_company())
    for client, ref in ((signed_in(rival), product.ref), (owner_client(own), own.ref)):
        address = reverse("workbench_image", args=[ref, image.file.ref])
        assert client.post(address, {"step": "remove"}).status_code == 404
    assert ProductImage.objects.count() == 1


@pytest.mark.parametrize(
    "upload",
    [
        a_pdf("rice.jpg"),
        SimpleUploadedFile(
            "rice.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/png"
        ),
        SimpleUploadedFile("rice.jpg", b"<html><script>alert(1)</script></html>", "image/jpeg"),
    ],
)
def test_what_is_no_picture_is_refused_and_the_rest_is_saved(upload: SimpleUploadedFile) -> None:
    product = a_draft()
    upload.seek(0)
    response = owner_client(product).post(
        editor(product), form_of(product, title="Saved all the same", images=[upload]), follow=True
    )
    assert upload.name is not None
    assert upload.name in text(response)
    product.refresh_from_db()
    assert (product.title, product.images.count()) == ("Saved all the same", 0)


def test_an_eleventh_picture_is_refused() -> None:
    product, actor = a_draft(), None
    actor = owner_of(product.supplier)
    for number in range(10):
        operations.add_image(
            product_ref=product.ref,
            upload=picture_bytes((40 + number, 40)),
            actor=actor,
            key=new_key(),
            at=AT,
        )
    with pytest.raises(TooManyImages):
        operations.add_image(
            product_ref=product.ref, upload=picture_bytes((99, 40)), actor=actor, key=new_key(), at=AT
        )
    assert product.images.count() == 10


def test_a_picture_key_sent_twice_adds_one_picture() -> None:
    product, key = a_draft(), new_key()
    actor = owner_of(product.supplier)
    for _ in range(2):
        operations.add_image(product_ref=product.ref, upload=picture_bytes(), actor=actor, key=key, at=AT)
    assert product.images.count() == 1
    with pytest.raises(FileTypeRefused):
        operations.add_image(
            product_ref=product.ref, upload=b"%PDF-1.4 no", actor=actor, key=new_key(), at=AT
        )


def test_a_picture_removed_before_the_worker_came_is_no_failure() -> None:
    product = a_draft()
    actor = owner_of(product.supplier)
    image = operations.add_image(
        product_ref=product.ref, upload=picture_bytes(), actor=actor, key=new_key(), at=AT
    )
    operations.remove_image(product_ref=product.ref, file_ref=image.file.ref, actor=actor, at=AT)
    assert deliver_due(at=AT).failed == 0


def test_a_small_picture_is_not_blown_up() -> None:
    product = a_draft()
    image = operations.add_image(
        product_ref=product.ref,
        upload=picture_bytes((64, 48)),
        actor=owner_of(product.supplier),
        key=new_key(),
        at=AT,
    )
    operations.prepare_image(file_ref=image.file.ref, at=AT)
    image.refresh_from_db()
    assert image.renditions["large"]["width"] == 64


# --- the moderators' desk ------------------------------------------------------------------------------


def test_only_moderators_with_a_second_factor_come_to_the_desk(client: Client) -> None:
    product = a_submitted_product()
    for name, args in (("desk_moderation", []), ("desk_moderation_product", [product.ref])):
        address = reverse(name, args=args)
        assert client.get(address).status_code == 302
        assert signed_in(owner_of(product.supplier)).get(address).status_code == 403
        assert signed_in(staff("finance")).get(address).status_code == 403
        assert signed_in(staff("moderation")).get(address).status_code == 200


@pytest.mark.parametrize("number", [1, 3])
def test_the_desk_takes_the_same_statements_for_one_listing_and_for_three(
    django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    for _ in range(number):
        a_submitted_product()
    client = signed_in(staff("moderation"))
    client.get(reverse("desk_moderation"))
    with django_assert_num_queries(13):
        page = text(client.get(reverse("desk_moderation")))
    assert page.count("1121 Steam Basmati Rice") == number


def test_a_moderator_approves_what_they_read_and_comes_to_the_next_of_their_queue() -> None:
    product, following = a_submitted_product(), a_submitted_product()
    client = signed_in(staff("moderation"))
    page = text(client.get(reverse("desk_moderation_product", args=[product.ref])))
    assert "Semi-milled or wholly milled rice" in page or "1006.30" in page
    address = reverse("desk_moderation_approve", args=[product.ref])
    stale = client.post(address, {"revision": product.revision + 1, "idempotency_key": new_key()})
    assert stale.status_code == 409
    product.refresh_from_db()
    assert product.state == "in_review"
    read = {"revision": product.revision, "idempotency_key": new_key()}
    onward = client.post(f"{address}?order=age&flag=unknown", read)
    assert (
        onward.headers["Location"] == f"{reverse('desk_moderation_product', args=[following.ref])}?order=age"
    )
    product.refresh_from_db()
    assert product.state == "live"


def test_a_rejection_without_a_reason_comes_back_with_the_form() -> None:
    product = a_submitted_product()
    client = signed_in(staff("moderation"))
    address = reverse("desk_moderation_reject", args=[product.ref])
    response = client.post(address, {"reason": "  ", "idempotency_key": new_key()})
    assert (response.status_code, "This field is required." in text(response)) == (422, True)
    product.refresh_from_db()
    assert product.state == "in_review"
    read = product.revision
    owner = owner_client(product)  # takes it back, mends it and sends it again
    owner.post(reverse("workbench_withdraw", args=[product.ref]))
    owner.post(editor(product), form_of(product, title="Basmati, mended"))
    owner.post(reverse("workbench_submit", args=[product.ref]))
    said = {"reason": "Wrong picture", "revision": read, "idempotency_key": new_key()}
    response = client.post(address, said)
    assert (response.status_code, "Basmati, mended" in text(response)) == (409, True)
    assert all(words in text(response) for words in ("changed meanwhile", "Wrong picture"))
    product.refresh_from_db()
    assert (product.state, f'name="revision" value="{product.revision}"' in text(response)) == (
        "in_review",
        True,
    )
    said = {**said, "revision": product.revision, "idempotency_key": new_key()}
    assert client.post(address, said).status_code == 302
    page = text(owner_client(product).get(editor(product)))
    assert "Wrong picture" in page
    assert "Sent back by a moderator" in page


def test_suspension_and_its_lifting_and_changed_listings() -> None:
    product = a_live_product()
    client = signed_in(staff("moderation"))
    owner = owner_client(product)
    owner.post(editor(product), form_of(product, title="Another title altogether"))
    page = text(client.get(reverse("desk_moderation")))
    assert "Changed since their review" in page
    case = text(client.get(reverse("desk_moderation_product", args=[product.ref])))
    assert "1121 Steam Basmati Rice" in case  # what it was before
    product.refresh_from_db()
    suspend = reverse("desk_moderation_suspend", args=[product.ref])
    assert client.post(suspend, {"reason": "Misleading", "idempotency_key": new_key()}).status_code == 302
    assert owner.post(editor(product), form_of(product, title="Sneaky")).status_code == 422
    assert owner.post(reverse("workbench_resume", args=[product.ref])).status_code == 409
    reinstate = reverse("desk_moderation_reinstate", args=[product.ref])
    assert client.post(reinstate, {"revision": 1, "idempotency_key": new_key()}).status_code == 302
    product.refresh_from_db()
    assert (product.state, product.title) == ("live", "Another title altogether")


def test_a_moderator_of_the_supplier_is_told_that_somebody_else_decides() -> None:
    product = a_submitted_product()
    insider = a_member(product.supplier, "sales")
    moderator = staff("moderation")
    assert insider.user_id != moderator.user_id
    operations.approve_product(product_ref=product.ref, actor=MODERATOR, key=new_key(), at=AT)
    page = text(signed_in(moderator).get(reverse("desk_moderation_product", args=[product.ref])))
    assert "Take it off the market" in page


@pytest.mark.parametrize("name", ["approve", "reject", "confirm", "suspend", "reinstate"])
def test_decisions_are_posts_of_moderators_only(client: Client, name: str) -> None:
    product = a_submitted_product()
    address = reverse(f"desk_moderation_{name}", args=[product.ref])
    values = {"reason": "x", "revision": 1, "idempotency_key": new_key()}
    assert client.post(address, values).status_code == 302  # asked to sign in
    assert owner_client(product).post(address, values).status_code == 403
    assert signed_in(staff("moderation")).get(address).status_code == 405
    product.refresh_from_db()
    assert product.state == "in_review"


def test_tolerance_is_stated_in_percent_and_no_more_than_twenty() -> None:
    product = a_draft()
    page = owner_client(product)
    assert page.post(editor(product), form_of(product, quantity_tolerance="20.01")).status_code == 422
    assert Product.objects.get().quantity_tolerance_bps is None
    assert page.post(editor(product), form_of(product, quantity_tolerance="2.5")).status_code == 302
    assert Product.objects.get().quantity_tolerance_bps == 250
    assert 'value="2.50"' in page.get(editor(product)).content.decode()
