"""Offers chosen to stand side by side: five at most, the sixth politely refused, remembered by the reader's browser."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from catalog import operations
from catalog.models import Product
from catalog.queries.buying.favourites import favourite_lists
from catalog.tray import MOST, Tray, read_tray, tray_text
from marketplace.core.ids import new_key
from tests.factories import AT
from tests.factories.accounts import a_company, a_member, owner_of, signed_in
from tests.factories.catalog import a_draft, a_live_product

REFS = tuple(f"prd_{n}" for n in range(MOST))
HERE = "/search/?q=rice&quantity=20&unit=TNE"


def test_the_sixth_finds_no_place_until_one_is_swapped() -> None:
    full = Tray(REFS)
    assert full.with_offer("prd_new") == full
    assert full.swapped("prd_1", "prd_new").refs == ("prd_0", "prd_new", *REFS[2:])
    assert full.swapped("prd_none", "prd_new") == full
    assert full.swapped("prd_1", "prd_2") == full
    assert full.without("prd_0").with_offer("prd_1").refs == REFS[1:]


@pytest.mark.parametrize(
    ("owner", "reader", "seen"), [(None, None, 2), (None, 7, 2), (7, 7, 2), (7, None, 0), (7, 8, 0)]
)
def test_a_tray_is_of_the_person_who_filled_it(owner: int | None, reader: int | None, seen: int) -> None:
    assert len(read_tray(tray_text(Tray(REFS[:2]), owner), reader).refs) == seen


@pytest.mark.parametrize(
    "text", ["", "0", ".", "0..", "0.<b>", "0.prd_", "x.prd_1", "0." + "a" * 5000, "0.\x00"]
)
def test_what_nobody_of_ours_wrote_is_an_empty_tray(text: str) -> None:
    assert read_tray(text, None) == Tray()


def test_a_browser_that_says_more_than_five_is_heard_up_to_five() -> None:
    assert read_tray("0." + ".".join(f"prd_{n % 9}" for n in range(20)), None).refs == REFS


def press(client: Client, here: str = HERE, **said: str) -> str:
    """Where a button of the list leads."""
    response = client.post("/compare/tray/", {"next": here, **said})
    assert response.status_code == 302
    return str(response.headers["Location"])


@pytest.mark.django_db
def test_offers_are_chosen_from_rows_and_cards_without_script(client: Client) -> None:
    first, second = a_live_product(), a_live_product(title="Basmati rice, aged")
    text = client.get(HERE).content.decode()
    assert f'form="tray" id="c-{first.ref}" name="add" value="{first.ref}"' in text
    assert "of 5 to compare" not in text
    assert press(client, add=first.ref) == f"{HERE}#o-{first.ref}"
    press(client, add=second.ref)
    for address in (HERE, f"{HERE}&view=cards", "/categories/rice/", f"/suppliers/{first.supplier.ref}/"):
        text = client.get(address).content.decode()
        assert "2 of 5 to compare" in text, address
        assert f'name="remove" value="{first.ref}" aria-pressed="true"' in text, address
        assert f'href="/favourites/keep/?p={first.ref}"' in text, address
    assert (
        f"/compare/?p={first.ref}&amp;p={second.ref}&amp;quantity=20&amp;unit=TNE"
        in client.get(HERE).content.decode()
    )
    assert [offer.ref for offer in client.get("/compare/").context["page"].offers] == [first.ref, second.ref]
    press(client, remove=first.ref)
    assert "1 of 5 to compare" in client.get(HERE).content.decode()
    press(client, step="empty")
    assert "compare" not in client.cookies or not client.cookies["compare"].value


def five_and_one(client: Client) -> tuple[list[Product], Product]:
    supplier = a_company()
    products = [a_live_product(supplier, title=f"Rice {n}") for n in range(MOST)]
    for product in products:
        press(client, add=product.ref)
    return products, a_live_product(supplier, title="Sixth rice")


@pytest.mark.django_db
def test_a_sixth_is_refused_with_the_five_that_stand_there_and_can_take_a_place(client: Client) -> None:
    products, sixth = five_and_one(client)
    question = press(client, add=sixth.ref)
    assert urlsplit(question).path == "/compare/tray/"
    assert parse_qs(urlsplit(question).query) == {"add": [sixth.ref], "next": [HERE]}
    text = client.get(question).content.decode()
    assert "5 offers stand side by side already" in text
    assert all(f'name="remove" value="{product.ref}"' in text for product in products)
    assert [offer.ref for offer in client.get("/compare/").context["page"].offers] == [
        p.ref for p in products
    ]
    assert press(client, add=sixth.ref, remove=products[1].ref) == HERE
    now = [offer.ref for offer in client.get("/compare/").context["page"].offers]
    assert now == [products[0].ref, sixth.ref, *(product.ref for product in products[2:])]


@pytest.mark.django_db
def test_what_left_the_market_takes_no_place_and_drafts_never_get_one(client: Client) -> None:
    products, sixth = five_and_one(client)
    operations.pause_product(
        product_ref=products[0].ref, actor=owner_of(products[0].supplier), key=new_key(), at=AT
    )
    press(client, add=sixth.ref)
    assert client.cookies["compare"].value.split(".")[1:] == [*(p.ref for p in products[1:]), sixth.ref]
    press(client, remove=sixth.ref)
    before = client.cookies["compare"].value
    for ref in (a_draft(title="Secret rice").ref, "prd_none", "x" * 500):
        assert press(client, add=ref) == HERE
    assert client.cookies["compare"].value == before
    assert (
        "Secret rice"
        not in client.get(f"/compare/tray/?add={a_draft(title='Secret rice').ref}").content.decode()
    )


@pytest.mark.django_db
@pytest.mark.parametrize("here", ["https://evil.example/", "//evil.example", "/\r\nX: y", ""])
def test_a_button_leads_back_to_this_site_only(client: Client, here: str) -> None:
    assert press(client, here, step="empty") == "/compare/tray/"


@pytest.mark.django_db
def test_keeping_from_a_list_leads_back_to_it_and_viewers_are_not_offered_it() -> None:
    buyer, product = a_company(), a_live_product()
    member = signed_in(a_member(buyer, "purchasing"))
    page = member.get(f"/favourites/keep/?p={product.ref}", headers={"referer": f"http://testserver{HERE}"})
    assert page.context["next"] == f"http://testserver{HERE}"
    said = {"p": product.ref, "name": "Autumn", "next": page.context["next"]}
    assert member.post("/favourites/keep/", said).headers["Location"] == f"http://testserver{HERE}"
    [first] = favourite_lists(owner_of(buyer))
    member.post("/favourites/keep/", {"p": product.ref, "list": first.ref, "name": "Winter"})
    assert [(line.name, line.number) for line in favourite_lists(owner_of(buyer))] == [
        ("Autumn", 1),
        ("Winter", 1),
    ]
    viewer = signed_in(a_member(buyer, "viewer"))
    assert "/favourites/keep/" not in viewer.get(HERE).content.decode()


@pytest.mark.django_db
def test_the_front_page_shows_cards_without_a_tray(client: Client) -> None:
    a_live_product(category_code="avocados", hs_code="0804.40", title="Hass avocados")
    text = client.get("/").content.decode()
    assert 'class="offer-card"' in text
    assert "acts__act" not in text
