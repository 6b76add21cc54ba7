"""Favourites: shared by a company's people, unknown to every other, changed by all but viewers."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from catalog import operations
from catalog.errors import FavouriteListNotFound, FavouriteNameTaken, ProductNotFound, TooManyFavourites
from catalog.models import Favourite, FavouriteList, Product
from catalog.operations import favourites
from catalog.queries.buying.favourites import favourite_list, favourite_lists
from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed
from marketplace.core.ids import new_key
from tests.factories import AT
from tests.factories.accounts import a_company, a_member, owner_of, signed_in
from tests.factories.catalog import a_draft, a_live_product

pytestmark = pytest.mark.django_db


def kept(
    buyer: Company, *products: Product, name: str = "Autumn", actor: Actor | None = None
) -> FavouriteList:
    return favourites.keep_favourites(
        product_refs=[product.ref for product in products],
        list_ref="",
        name=name,
        actor=actor or owner_of(buyer),
        at=AT,
    )


def test_a_list_is_shared_within_the_company_and_hidden_from_others() -> None:
    buyer, product = a_company(), a_live_product()
    shortlist = kept(buyer, product)
    colleague, stranger = a_member(buyer, "purchasing"), owner_of(a_company())
    assert [line.name for line in favourite_lists(colleague)] == ["Autumn"]
    assert favourite_lists(stranger) == []
    with pytest.raises(FavouriteListNotFound):
        favourite_list(shortlist.ref, stranger, today=AT.date())
    for refused in (
        lambda: favourites.rename_favourites(ref=shortlist.ref, name="Mine", actor=stranger),
        lambda: favourites.forget_favourites(ref=shortlist.ref, actor=stranger),
        lambda: favourites.remove_favourite(ref=shortlist.ref, product_ref=product.ref, actor=stranger),
        lambda: favourites.note_favourite(
            ref=shortlist.ref, product_ref=product.ref, note="x", actor=stranger
        ),
    ):
        with pytest.raises(FavouriteListNotFound):
            refused()
    assert list(Favourite.objects.values_list("list__name", "product", "note")) == [
        ("Autumn", product.pk, "")
    ]


def test_keeping_again_adds_nothing_and_drafts_cannot_be_kept() -> None:
    buyer, product = a_company(), a_live_product()
    assert kept(buyer, product) == kept(buyer, product)
    with pytest.raises(ProductNotFound):
        kept(buyer, a_draft())
    assert Favourite.objects.count() == FavouriteList.objects.count() == 1


def test_a_viewer_reads_and_changes_nothing() -> None:
    buyer, product = a_company(), a_live_product()
    viewer = a_member(buyer, "viewer")
    with pytest.raises(NotAllowed):
        kept(buyer, product, actor=viewer)
    assert not FavouriteList.objects.exists()


def test_too_many_and_taken_names_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(favourites, "MOST_IN_A_LIST", 1)
    monkeypatch.setattr(favourites, "MOST_LISTS", 2)
    buyer, product, other = a_company(), a_live_product(), a_live_product()
    shortlist = kept(buyer, product)
    with pytest.raises(TooManyFavourites):
        kept(buyer, other)
    kept(buyer, other, name="Winter")
    with pytest.raises(TooManyFavourites):
        kept(buyer, other, name="Spring")
    with pytest.raises(FavouriteNameTaken):
        favourites.rename_favourites(ref=shortlist.ref, name=" Winter ", actor=owner_of(buyer))
    assert sorted(FavouriteList.objects.values_list("name", flat=True)) == ["Autumn", "Winter"]
    assert Favourite.objects.count() == 2


def test_a_person_keeps_notes_compares_and_drops() -> None:
    buyer, product = a_company(), a_live_product(title="Fine rice")
    browser = signed_in(owner_of(buyer))
    assert (
        f"/favourites/keep/?p={product.ref}"
        in browser.get(f"/products/{product.ref}/{product.slug}/").content.decode()
    )
    assert "Fine rice" in browser.get(f"/favourites/keep/?p={product.ref}").content.decode()
    browser.post("/favourites/keep/", {"p": product.ref, "name": "My <list>"})
    shortlist = FavouriteList.objects.get()
    assert "My &lt;list&gt;" in browser.get("/favourites/").content.decode()
    change = f"/favourites/{shortlist.ref}/change/"
    browser.post(change, {"step": "note", "product": product.ref, "text": "ask for a sample"})
    operations.pause_product(product_ref=product.ref, actor=owner_of(product.supplier), key=new_key(), at=AT)
    page = browser.get(f"/favourites/{shortlist.ref}/").content.decode()
    assert "ask for a sample" in page
    assert "not on the market now" in page
    browser.post(change, {"step": "remove", "product": product.ref})
    assert not Favourite.objects.exists()
    browser.post(change, {"step": "rename", "text": "Winter"})
    assert FavouriteList.objects.get().name == "Winter"
    browser.post(change, {"step": "forget"})
    assert not FavouriteList.objects.exists()


def test_two_colleagues_at_one_list_lose_nothing_to_each_other() -> None:
    buyer, product, other = a_company(), a_live_product(), a_live_product(title="Other rice")
    shortlist = kept(buyer, product)
    one, two = signed_in(owner_of(buyer)), signed_in(a_member(buyer, "purchasing"))
    change, place = f"/favourites/{shortlist.ref}/change/", f"/favourites/{shortlist.ref}/"
    said = {"step": "note", "product": product.ref, "was": ""}
    one.post(change, {**said, "text": "Ask for samples"})
    page = two.post(change, {**said, "text": "Too dear"}, follow=True).content.decode()
    assert all(words in page for words in ("A colleague wrote", "Ask for samples", "Too dear"))
    assert Favourite.objects.get().note == "Ask for samples"
    two.post(change, {**said, "was": "Ask for samples", "text": "Too dear"})
    assert Favourite.objects.get().note == "Too dear"
    for browser in (one, two):  # pressed twice, or by both
        response = browser.post(change, {"step": "remove", "product": product.ref}, follow=True)
        assert response.redirect_chain == [(place, 302)]
    assert "not in the list any more" in response.content.decode()
    one.post(change, {"step": "forget"})
    page = two.post("/favourites/keep/", {"p": other.ref, "list": shortlist.ref}).content.decode()
    assert all(words in page for words in ("not there, or not any more", "Other rice"))
    assert not Favourite.objects.exists()


@pytest.mark.parametrize("number", [1, 3])
def test_lists_take_the_same_statements_for_one_and_for_three(
    django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    buyer = a_company()
    products = [a_live_product() for _ in range(number)]
    actor = owner_of(buyer)
    shortlist = kept(buyer, *products)
    for place in range(number - 1):
        kept(buyer, products[0], name=f"List {place}")
    with django_assert_num_queries(7):
        assert len(favourite_lists(actor)) == number
        assert len(favourite_list(shortlist.ref, actor, today=AT.date()).favourites) == number
