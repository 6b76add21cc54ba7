"""The public pages: who sees what, what a quantity costs there, how many statements a page takes."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.models import Product
from catalog.operations import add_image, pause_product, record_supplier_facts, suspend_product
from marketplace.core.ids import new_key
from tests.factories import AT
from tests.factories.accounts import a_company, a_member, owner_of, signed_in, staff
from tests.factories.catalog import MODERATOR, a_draft, a_live_product, a_submitted_product, tiers
from tests.factories.files import a_picture

pytestmark = pytest.mark.django_db


def page_of(product: Product, tail: str = "") -> str:
    return reverse("product", args=[product.ref, product.slug]) + tail


def text_of(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode().replace("\u00a0", " ")


def offers(number: int) -> list[Product]:
    """So many live products of so many verified suppliers, each with a picture."""
    products = []
    for _ in range(number):
        product = a_live_product(a_company(verified=True))
        add_image(
            product_ref=product.ref,
            upload=a_picture(),
            actor=owner_of(product.supplier),
            key=new_key(),
            at=AT,
        )
        products.append(product)
    return products


@pytest.mark.parametrize("name", ["home", "categories", "search", "protection"])
def test_public_pages_open_for_everybody_on_an_empty_market(client: Client, name: str) -> None:
    assert "<h1" in text_of(client, reverse(name))


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(
    ("address", "statements"), [("/", 7), ("/search/", 5), ("/search/?q=rice", 5), ("/categories/rice/", 5)]
)
def test_lists_take_the_same_statements_for_one_offer_and_for_three(
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    number: int,
    address: str,
    statements: int,
) -> None:
    offers(number)
    with django_assert_num_queries(statements):
        page = text_of(client, address)
    assert page.count("1121 Steam Basmati Rice") >= number


@pytest.mark.parametrize("number", [1, 3])
def test_a_product_page_takes_the_same_statements_for_one_tier_and_for_three(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    ladder = tiers((5, "1180"), (25, "1125"), (100, "1068"))[:number]
    product = a_live_product(tiers=ladder)
    for more in range(number):
        add_image(
            product_ref=product.ref,
            upload=a_picture(size=(64 + more, 48)),
            actor=owner_of(product.supplier),
            key=new_key(),
            at=AT,
        )
    with django_assert_num_queries(8):
        text_of(client, page_of(product))


def test_the_price_is_computed_for_the_quantity_asked(client: Client) -> None:
    page = text_of(client, page_of(a_live_product(), "?quantity=30"))
    assert "33,750.00 USD" in page
    assert "30 t at 1,125.00 USD per t" in page
    assert "70 t more bring the price to 1,068.00 USD per t: 5.06 % less on each." in page


def test_a_quantity_in_another_unit_is_converted(client: Client) -> None:
    assert "33,750.00 USD" in text_of(client, page_of(a_live_product(), "?quantity=30000&unit=KGM"))


def test_ordering_up_to_the_next_tier_may_cost_no_more(client: Client) -> None:
    product = a_live_product(tiers=tiers((5, "100"), (10, "50")))
    assert "In all you would pay no more than now." in text_of(client, page_of(product, "?quantity=9.5"))


@pytest.mark.parametrize(
    ("quantity", "message"),
    [
        ("4", "The minimum order is 5 t."),
        ("5.2", "This is sold in steps of 0.5 t: order 5 or 5.5 t."),
        ("abc", "Enter a number."),
        ("NaN", "Enter a number."),
        ("-1", "greater than or equal to 0.001"),
        ("1e400", "Enter a number."),
        ("%F0", "Enter a number."),
    ],
)
def test_a_quantity_that_cannot_be_ordered_is_refused_beside_the_field(
    client: Client, quantity: str, message: str
) -> None:
    page = text_of(client, page_of(a_live_product(), f"?quantity={quantity}"))
    assert message in page
    assert 'aria-invalid="true"' in page
    assert "buy-box__total" not in page


def test_the_wrong_name_in_an_address_leads_to_the_right_one(client: Client) -> None:
    product = a_live_product()
    response = client.get(reverse("product", args=[product.ref, "something-else"]) + "?quantity=7")
    assert (response.status_code, response.headers["Location"]) == (301, page_of(product, "?quantity=7"))


def test_posting_a_quantity_only_puts_it_into_the_address(client: Client) -> None:
    product = a_live_product()
    response = client.post(page_of(product), {"quantity": "12"})
    assert (response.status_code, response.headers["Location"]) == (302, page_of(product, "?quantity=12"))


def test_drafts_and_listings_in_review_are_nobody_elses(client: Client) -> None:
    rival = signed_in(a_member())
    for product in (a_draft(), a_submitted_product()):
        owner = signed_in(owner_of(product.supplier))
        assert client.get(page_of(product)).status_code == 404
        assert rival.get(page_of(product)).status_code == 404
        page = text_of(owner, page_of(product))
        assert "Preview: only your company and the moderators see this page" in page
        assert "cart/add" not in page


def test_a_moderator_sees_what_was_submitted_but_no_draft() -> None:
    moderator = signed_in(staff("moderation"))
    assert moderator.get(page_of(a_submitted_product())).status_code == 200
    assert moderator.get(page_of(a_draft())).status_code == 404


def test_paused_and_suspended_products_are_gone_for_the_public(client: Client) -> None:
    paused, suspended = a_live_product(), a_live_product()
    pause_product(product_ref=paused.ref, actor=owner_of(paused.supplier), key=new_key(), at=AT)
    suspend_product(product_ref=suspended.ref, reason="Forged", actor=MODERATOR, key=new_key(), at=AT)
    other = a_live_product(title="Rice of another mill")
    for product in (paused, suspended):
        response = client.get(page_of(product))
        page = response.content.decode()
        assert response.status_code == 404
        assert "not on offer at the moment" in page
        assert page_of(other) in page  # offers of the same category in its place
        assert reverse("category", args=["rice"]) in page
        for private in (product.title, "Forged"):
            assert private not in page
    assert "not on offer at the moment" not in client.get(page_of(a_draft())).content.decode()
    assert "1121 Steam Basmati Rice" not in text_of(client, "/search/")


def test_an_owner_is_not_offered_their_own_product() -> None:
    product = a_live_product()
    page = text_of(signed_in(owner_of(product.supplier)), page_of(product))
    assert "as buyers see it" in page
    assert 'value="checkout"' not in page


def test_pictures_of_a_draft_are_private_and_of_a_live_product_public(client: Client) -> None:
    draft = a_draft()
    image = add_image(
        product_ref=draft.ref, upload=a_picture(), actor=owner_of(draft.supplier), key=new_key(), at=AT
    )
    address = reverse("product_image", args=[image.file.ref, "thumb"])
    assert client.get(address).status_code == 404
    private = signed_in(owner_of(draft.supplier)).get(address)
    assert (private.status_code, private.headers["Cache-Control"]) == (200, "private, no-store")
    [live] = offers(1)
    response = client.get(reverse("product_image", args=[live.images.get().file.ref, "large"]))
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "image/jpeg"  # the original until the worker was there
    assert response.headers["Cache-Control"] == "public, max-age=10"


@pytest.mark.parametrize("size", ["huge", "original", "thumb.webp"])
def test_pictures_come_in_known_sizes_only(client: Client, size: str) -> None:
    [product] = offers(1)
    assert client.get(f"/images/{product.images.get().file.ref}/{size}/").status_code == 404


def test_a_supplier_is_shown_in_facts(client: Client) -> None:
    supplier = a_company("Karnal Agro Exports", verified=True)
    a_live_product(supplier)
    address = reverse("supplier", args=[supplier.ref])
    page = text_of(client, address)
    assert "No completed order here yet" in page
    record_supplier_facts(
        first_completed_at=AT,
        supplier_id=supplier.pk,
        orders_completed=41,
        on_time_bps=9756,
        disputes_bps=244,
        answers_in_hours=6,
        at=AT,
    )
    page = text_of(client, address)
    assert "Karnal Agro Exports" in page
    assert all(fact in page for fact in ("41", "97.56 %", "2.44 %", "6 hours"))


def test_a_company_that_only_buys_has_no_storefront(client: Client) -> None:
    assert client.get(reverse("supplier", args=[a_company(sells=False).ref])).status_code == 404
    assert client.get("/suppliers/com_nobody/").status_code == 404


def test_words_of_people_cannot_become_markup(client: Client) -> None:
    product = a_live_product(
        a_company("<script>alert(1)</script> & Sons"),
        title='Rice "><img src=x onerror=alert(2)>',
        description="<p onclick='x()'>Good rice from the delta, aged twelve months.</p><script>alert(3)</script>",
        packaging="<b>bag</b>",
    )
    for address in (page_of(product), "/search/", "/", f"/suppliers/{product.supplier.ref}/"):
        page = text_of(client, address)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "onclick" not in page
        assert "<b>bag" not in page


def test_currencies_without_and_with_three_decimals_are_written_as_they_are(client: Client) -> None:
    yen = a_live_product(currency="JPY", tiers=tiers((5, "120000.5")))
    dinar = a_live_product(currency="KWD", tiers=tiers((5, "0.0425")), unit_code="KGM")
    assert "600,003 JPY" in text_of(client, page_of(yen))
    page = text_of(client, page_of(dinar, "?quantity=100"))
    assert "4.250 KWD" in page
    assert "0.0425 KWD" in page


def test_my_quantity_goes_along_from_the_list_to_the_product(client: Client) -> None:
    a_live_product()
    page = text_of(client, "/search/?quantity=30&unit=TNE")
    assert "Price at 30 t" in page
    assert "33,750.00 USD" in page
    assert "?quantity=30&amp;unit=TNE" in page


def test_an_empty_search_names_what_took_everything_and_what_is_there_without_it(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    a_live_product(a_company(verified=True), title="Steamed rice")
    a_live_product(title="Rice bran", origin="VN")
    text_of(client, "/search/?q=rice")  # the categories are read once by each process
    page = client.get("/search/?q=rice&origin=VN&verified=on").context["page"]
    assert [(way.name, way.label, way.count) for way in page.ways.filters] == [
        ("Origin", "Vietnam", 1),
        ("Supplier", "verified", 1),
    ]
    assert page.ways.filters[1].url == "/search/?q=rice&origin=VN"
    assert (page.ways.cleared, [way.label for way in page.ways.categories][:1]) == (2, ["Rice"])
    text = text_of(client, "/search/?q=rice&origin=VN&verified=on")
    assert "Clear all filters: 2 offers" in text
    assert 'id="filters"' in text  # other choices of the same filters

    text = text_of(client, "/search/?q=bran+truffles&quantity=5")
    assert 'id="filters"' not in text
    assert "/search/?quantity=5&amp;q=bran" in text
    assert "Verified" not in text
    page = client.get("/search/?q=stemeed+zebras").context["page"]
    assert [way.label for way in page.ways.beside] == ["steamed"]
    assert client.get("/search/?q=rice").context["page"].ways is None
    with django_assert_num_queries(15):  # PostgreSQL alone; a count of the index takes one
        client.get("/search/?q=rice&origin=VN&verified=on")


def test_a_search_address_full_of_nonsense_still_answers(client: Client) -> None:
    a_live_product()
    page = text_of(
        client,
        "/search/?q=&quantity=NaN&unit=XXX&origin=ZZ&terms=ABC&price_max=-1&currency=EURO&moq_max=1e99"
        "&lead_max=-3&sort=;drop&view=9&cursor=!!!&category=%27%20OR%201",
    )
    assert "1121 Steam Basmati Rice" in page
    assert "Enter a number." in page


def test_every_page_is_priced_from_decimals_not_floats(client: Client) -> None:
    product = a_live_product(unit_code="C62", order_multiple=Decimal(1), tiers=tiers((5, "0.145")))
    assert "0.73 USD" in text_of(client, page_of(product))  # 0.725, half up
