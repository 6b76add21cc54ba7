"""The editor while somebody types: codes by words, the price rows checked, pictures put first. Nothing is saved."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from catalog.models import Product, ProductChange, ProductImage
from catalog.queries.listings.hs_codes import hs_search
from marketplace.core.ids import new_key
from tests.catalog.test_workbench import editor, form_of, owner_client, text
from tests.factories.accounts import a_company, owner_of, signed_in
from tests.factories.catalog import a_draft
from tests.factories.files import a_picture

pytestmark = pytest.mark.django_db


def field(page: str, name: str) -> str:
    """The value that stands in a field of the page."""
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    value = re.search(r'value="([^"]*)"', tag[0]) if tag else None
    return value[1] if value else ""


def test_looking_for_a_code_keeps_what_is_typed_and_choosing_fills_the_field() -> None:
    client = signed_in(owner_of(a_company()))
    typed = {"title": "My rice", "category_code": "rice", "moq": "five", "idempotency_key": new_key()}
    page = text(client.post(reverse("workbench_new"), {**typed, "step": "hs", "hs_words": "husked rice"}))
    codes = re.findall(r'name="hs_choice" value="(\d+)"', page)
    assert codes[0] == "100620"
    assert "fits the category" in page
    assert (field(page, "title"), field(page, "moq"), field(page, "hs_words")) == (
        "My rice",
        "five",
        "husked rice",
    )
    page = text(client.post(reverse("workbench_new"), {**typed, "hs_words": "husked", "hs_choice": "100620"}))
    assert (field(page, "hs_code"), field(page, "hs_words"), field(page, "title")) == (
        "100620",
        "",
        "My rice",
    )
    assert "form-errors" not in page
    assert not Product.objects.exists()


def test_a_category_named_in_spanish_finds_its_headings() -> None:
    client = signed_in(owner_of(a_company()))
    page = text(client.post(reverse("workbench_new"), {"step": "hs", "hs_words": "arroz"}))
    assert 'value="100630"' in page


def test_enter_looks_for_a_code_only_while_there_is_none() -> None:
    client = signed_in(owner_of(a_company()))
    values = {"title": "My rice", "hs_words": "rice", "idempotency_key": new_key(), "step": "enter"}
    assert client.post(reverse("workbench_new"), values).status_code == 200
    assert not Product.objects.exists()
    assert client.post(reverse("workbench_new"), {**values, "hs_code": "100630"}).status_code == 302
    assert Product.objects.get().hs_code == "100630"


def test_a_choice_that_is_no_code_changes_nothing() -> None:
    product = a_draft()
    response = owner_client(product).post(
        editor(product), form_of(product, hs_choice="1<b>", hs_code="100630")
    )
    assert (response.status_code, field(text(response), "hs_code")) == (200, "100630")
    assert ProductChange.objects.count() == 0


def test_the_price_check_names_rows_and_shows_prices_at_the_borders() -> None:
    product = a_draft()
    client, address = owner_client(product), reverse("workbench_price_check")
    page = text(client.post(address, form_of(product)))
    assert "1,180.00 USD" in page
    assert "28,910.00 USD" in page  # 24.5 t, the last quantity before the border at 25
    page = text(client.post(address, form_of(product, tier_0_from="6", tier_1_price="", tier_2_price="x")))
    assert [int(row) for row in re.findall(r"Row (\d):", page)] == [1, 2, 3]
    assert "Write 5 as the quantity of this row." in page
    assert "1,180.00 USD" not in page


def test_checking_the_prices_without_a_script_keeps_what_is_typed_and_saves_nothing() -> None:
    client = signed_in(owner_of(a_company()))
    typed = {
        "title": "",
        "moq": "5",
        "tier_0_from": "5",
        "tier_0_price": "10",
        "tier_1_from": "5",
        "tier_1_price": "9",
    }
    sent = {**typed, "tier_2_from": "many", "tier_2_price": "8", "step": "prices"}
    response = client.post(reverse("workbench_new"), sent)
    page = text(response)
    assert response.status_code == 200
    assert [int(row) for row in re.findall(r"Row (\d):", page)] == [2, 3]
    assert "Write more than 5" in page
    assert "This is no number." in page
    assert (field(page, "tier_1_from"), field(page, "tier_2_from")) == ("5", "many")
    assert "form-errors" not in page
    assert not Product.objects.exists()


def test_cherries_are_found_in_spanish_and_held_against_the_category() -> None:
    found = hs_search("cerezas", "stone-fruit").found
    assert {"080921", "080929"} <= {one.code for one in found if one.fits}


def test_a_picture_is_made_the_first() -> None:
    product = a_draft()
    client = owner_client(product)
    client.post(editor(product), form_of(product, images=[a_picture("1.jpg"), a_picture("2.jpg", (80, 40))]))
    second = ProductImage.objects.get(product=product, position=2)
    client.post(reverse("workbench_image", args=[product.ref, second.file.ref]), {"step": "first"})
    second.refresh_from_db()
    assert second.position == 1


def test_the_checklist_says_why_and_leads_to_the_field() -> None:
    product = a_draft(hs_code="")
    page = text(owner_client(product).get(editor(product)))
    assert '<a href="#id_hs_code">State the HS code.</a>' in page
    assert "Customs and duty depend on it" in page
    assert (
        '<a href="#id_images">A picture: the feeds of shopping services hold no listing without one.</a>'
        in page
    )
    for anchor in re.findall(r'<a href="#(id_\w+)">', page):
        assert f'id="{anchor}"' in page
