"""Translations of listings: written by the supplier, read by whoever reads that language, the original kept."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from catalog import operations
from catalog.errors import ChangedMeanwhile, FieldErrors, NotEditable, ProductNotFound
from catalog.models import Product, ProductChange, Translation
from catalog.queries import offer_for_order, product_cards, variant_cards
from catalog.queries.buying.comparison import comparison
from catalog.queries.buying.product_page import product_page
from catalog.queries.listings.stored import facts_of
from catalog.queries.listings.translations import languages_page, originals_of
from catalog.rules.translating import (
    Original,
    bases_after,
    checked_texts,
    digest_of,
    missing_fields,
    outdated_fields,
)
from catalog.search import SearchSpec, find
from catalog.search.local_index import local_index
from marketplace.core.actors import Actor
from marketplace.core.errors import DomainError, KeyReused, NotAllowed
from marketplace.core.ids import new_key
from orders.queries.page import order_page
from tests.catalog.search_index import IndexForTests
from tests.factories import AT
from tests.factories.accounts import a_company, owner_of, signed_in, staff
from tests.factories.catalog import MODERATOR, a_draft, a_live_product, a_submitted_product
from tests.factories.files import a_picture
from tests.factories.orders import a_placed_order
from tests.factories.variants import BOX, rice_in_two_packings, withdraw_variant

SPANISH = {
    "title": "Arroz basmati 1121 al vapor",
    "description": "Doce meses de añejamiento, dos veces seleccionado, grano medio de 8,35 mm.",
    "packaging": "Saco de PP de 25 kg",
}
ORIGINALS = (Original("title", "Title", "Rice"), Original("packaging", "Packaging", "Bag"))


def translate(product: Product, texts: dict[str, str] = SPANISH, language: str = "es", **more: Any) -> None:
    actor = more.pop("actor", None) or owner_of(product.supplier)
    defaults: dict[str, Any] = {"key": new_key(), "at": AT}
    operations.set_translation(
        product_ref=product.ref, language=language, texts=texts, actor=actor, **{**defaults, **more}
    )


def written_in(product: Product, language: str) -> None:
    operations.state_written_in(
        product_ref=product.ref, language=language, actor=owner_of(product.supplier), key=new_key(), at=AT
    )


def edit(product: Product, **over: Any) -> None:
    operations.edit_product(
        product_ref=product.ref,
        facts=replace(facts_of(product), **over),
        actor=owner_of(product.supplier),
        key=new_key(),
        at=AT,
    )


def read(client: Client, product: Product, language: str = "es", **query: str) -> str:
    address = reverse("product", args=[product.ref, product.slug])
    response = client.get(address, query, headers={"accept-language": language})
    assert response.status_code == 200
    return str(response.content.decode()).replace("\u00a0", " ")


# --- rules, without a database -------------------------------------------------


def test_clean_words_lose_blanks_and_marks_and_keep_their_field() -> None:
    assert checked_texts({"title": "  Arroz\n basmati ", "packaging": " "}, ORIGINALS) == {
        "title": "Arroz basmati"
    }


@pytest.mark.parametrize(
    "texts", [{"title": "x" * 141}, {"attributes.variety": "Pusa"}, {"alt.fil_1": "Sacos"}]
)
def test_words_too_long_or_without_an_original_are_refused(texts: dict[str, str]) -> None:
    with pytest.raises(FieldErrors) as refused:
        checked_texts(texts, ORIGINALS)
    assert set(refused.value.errors) == set(texts)


def test_words_are_out_of_date_when_the_original_changed_until_they_are_new_or_confirmed() -> None:
    texts = {"title": "Arroz", "packaging": "Saco"}
    first = bases_after(texts, ORIGINALS, old_texts={}, old_bases={}, confirmed=())
    assert outdated_fields(texts, first, ORIGINALS) == frozenset()
    changed = (Original("title", "Title", "Old rice"), ORIGINALS[1])
    assert outdated_fields(texts, first, changed) == {"title"}

    def after(new: dict[str, str], confirmed: tuple[str, ...] = ()) -> dict[str, str]:
        return bases_after(new, changed, old_texts=texts, old_bases=first, confirmed=confirmed)

    assert outdated_fields(texts, after({**texts, "packaging": "Bolsa"}), changed) == {"title"}
    assert after(texts, ("title",))["title"] == digest_of("Old rice")
    assert outdated_fields(texts, after({**texts, "title": "Arroz viejo"}), changed) == frozenset()
    assert missing_fields({"title": "Arroz"}, changed) == ("packaging",)


# --- writing -------------------------------------------------------------------


@pytest.mark.django_db
def test_a_translation_keeps_its_history_and_the_listing_its_own_words() -> None:
    product = a_live_product()
    key = new_key()
    translate(product, key=key)
    translate(product, key=key)  # the same again is a replay
    with pytest.raises(KeyReused):
        translate(product, {"title": "Otro"}, key=key)
    row = Translation.objects.get()
    assert (row.texts["title"], row.revision) == (SPANISH["title"], 1)
    [change] = ProductChange.objects.filter(product=product)
    assert change.after["title:es"] == SPANISH["title"]
    product.refresh_from_db()
    assert (product.title, product.changed_since_review_at) == ("1121 Steam Basmati Rice", AT)
    translate(product, dict(row.texts))  # nothing new writes nothing
    assert ProductChange.objects.filter(product=product).count() == 1


@pytest.mark.django_db
def test_an_empty_translation_is_taken_away_and_moderators_see_that_too() -> None:
    product = a_live_product()
    translate(product)
    operations.confirm_changes(product_ref=product.ref, revision=2, actor=MODERATOR, key=new_key(), at=AT)
    translate(product, {}, revision=1)
    assert not Translation.objects.exists()
    product.refresh_from_db()
    assert product.changed_since_review_at == AT
    assert ProductChange.objects.latest("revision").after["title:es"] is None


def stranger(_product: Product) -> Actor:
    return owner_of(a_company("Somebody else"))


def viewer(product: Product) -> Actor:
    return Actor.user(user_id=0, name="V", company_id=product.supplier_id, company_name="K", role="viewer")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("make", "more", "error"),
    [
        (a_live_product, {"who": stranger}, NotAllowed),
        (a_draft, {"who": stranger}, ProductNotFound),
        (a_live_product, {"who": viewer}, NotAllowed),
        (a_submitted_product, {}, NotEditable),
        (a_live_product, {"language": "xx"}, FieldErrors),
        (a_live_product, {"revision": 3}, ChangedMeanwhile),
        (a_live_product, {"texts": {"title": "x" * 141}}, FieldErrors),
    ],
)
def test_a_refused_translation_leaves_everything_as_it_was(
    make: Any, more: dict[str, Any], error: type[DomainError]
) -> None:
    product = make()
    more = dict(more)
    if who := more.pop("who", None):
        more["actor"] = who(product)
    with pytest.raises(error):
        translate(product, **more)
    before = product.revision
    product.refresh_from_db()
    assert (product.revision, Translation.objects.count()) == (before, 0)


@pytest.mark.django_db
def test_the_listings_own_language_is_not_translated_into() -> None:
    product = a_live_product()
    translate(product)
    with pytest.raises(FieldErrors):
        written_in(product, "es")
    written_in(product, "en")
    with pytest.raises(FieldErrors):
        translate(product, language="en")
    product.refresh_from_db()
    assert (product.written_in, Translation.objects.get().language) == ("en", "es")


# --- reading -------------------------------------------------------------------


@pytest.mark.django_db
def test_a_reader_of_the_language_reads_the_translation_and_others_the_original(client: Client) -> None:
    product = a_live_product()
    written_in(product, "en")
    translate(product)
    page = read(client, product)
    assert '<bdi dir="auto" lang="es">Arroz basmati 1121 al vapor</bdi>' in page
    assert "Saco de PP de 25 kg" in page
    assert '"inLanguage":"es"' in page
    assert "1121 Steam Basmati Rice" in read(client, product, "fr")
    original = read(client, product, texts="original")
    assert '<bdi dir="auto" lang="en">1121 Steam Basmati Rice</bdi>' in original
    assert "Arroz basmati" in read(client, product, "en", texts="es")
    response = client.get(reverse("product", args=[product.ref, product.slug]), {"texts": "es"})
    assert response.headers["X-Robots-Tag"] == "noindex"
    canonical = re.search(r'rel="canonical" href="([^"]+)"', page)
    assert canonical is not None
    assert "texts=" not in canonical[1]


@pytest.mark.django_db
def test_a_translated_product_page_costs_as_many_statements_as_another() -> None:
    product = a_live_product()
    with CaptureQueriesContext(connection) as plain:
        assert product_page(product.ref, Actor.anonymous()).wording.links == ()
    translate(product)
    translate(product, {"title": "Riz basmati"}, "fr")
    with translation.override("es"), CaptureQueriesContext(connection) as translated:
        page = product_page(product.ref, Actor.anonymous())
    assert len(translated) == len(plain)
    assert [link.code for link in page.wording.links] == ["", "es", "fr"]
    assert [link.is_current for link in page.wording.links] == [False, True, False]


@pytest.mark.django_db
def test_a_variant_is_called_in_the_readers_language_and_its_contract_in_the_suppliers() -> None:
    product = rice_in_two_packings()
    box = product.variants.get(number=2)
    product.variants.filter(number=2).update(packaging="Carton with liner")
    names = {"variant_names.1": "Saco", "variant_names.2": "Caja de 20 x 1 kg"}
    translate(product, SPANISH | names | {"variant_packaging.2": "Cartón con forro"})
    with translation.override("es"):
        page, original = (
            product_page(product.ref, Actor.anonymous(), variant=2, texts=texts) for texts in ("", "original")
        )
        assert (page.variants.name, original.variants.name) == ("Caja de 20 x 1 kg", BOX)
        assert [one.packaging[0].value for one in (page, original)] == [
            "Cartón con forro",
            "Carton with liner",
        ]
        assert page.wording.links[0].url.endswith(
            "?texts=original&variant=2"
        )  # the same variant, one click away
        assert original.variants.choices[0].url.endswith("?variant=1&quantity=5&texts=original")
        card = variant_cards([box])[box.pk]
        compared = comparison([product.ref], quantity=None, unit_code="", currency="USD")
        assert (card.variant_name, card.contract_title) == ("Caja de 20 x 1 kg", f"{product.title} · {BOX}")
        assert offer_for_order(product_ref=product.ref, quantity=Decimal(5), variant=2).variant_name == BOX
    assert "Saco" in str(compared.rows)
    [missing] = [
        one for one in languages_page(product.ref, owner_of(product.supplier)).rows if one.code == "es"
    ]
    withdraw_variant(product, 2)
    translate(product, {"title": "Otro arroz"})
    assert product.translations.get().texts == {
        "title": "Otro arroz",
        "variant_names.2": "Caja de 20 x 1 kg",
        "variant_packaging.2": "Cartón con forro",
    }
    assert (missing.missing, missing.outdated) == (1, 0)


@pytest.mark.django_db
def test_lists_and_carts_speak_the_readers_language_and_an_order_the_original() -> None:
    product = a_live_product()
    translate(product)
    with translation.override("es"):
        card = product_cards([product.pk])[product.pk]
        assert (card.title, card.original_title) == (SPANISH["title"], "1121 Steam Basmati Rice")
        offer = offer_for_order(product_ref=product.ref, quantity=Decimal(5))
    assert offer.title == "1121 Steam Basmati Rice"
    assert product_cards([product.pk])[product.pk].original_title == ""


@pytest.mark.django_db
def test_an_orders_line_keeps_the_words_agreed_and_shows_their_translation() -> None:
    trade = a_placed_order()
    product = Product.objects.get(supplier=trade.order.supplier)
    translate(product)
    with translation.override("es"):
        [line] = order_page(trade.ref, trade.buyer, AT).lines
        assert (line.title, line.reader_title) == (product.title, SPANISH["title"])
        edit(product, title="Rice of another year")
        [line] = order_page(trade.ref, trade.buyer, AT).lines
    assert (line.title, line.reader_title) == (product.title, "")


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["postgres", "index"])
def test_words_of_any_translation_find_the_listing(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = a_live_product()
    a_live_product(title="Another rice")
    index = IndexForTests(tmp_path)
    if kind == "index":
        monkeypatch.setattr(local_index, "engine", index.engine)
        monkeypatch.setattr(local_index, "FAILURES", ())
    translate(product)
    for words in ("vapor", "añejamientos", "arroz saco", "Steam"):
        assert [hit.ref for hit in find(SearchSpec(query=words)).hits] == [product.ref], words
    with translation.override("es"):
        [hit] = find(SearchSpec(query="steam")).hits
    assert hit.title == SPANISH["title"]
    translate(product, {"title": "Arroz"})
    assert find(SearchSpec(query="añejamiento")).hits == ()
    index.close()


# --- pages ---------------------------------------------------------------------


@pytest.mark.django_db
def test_the_editor_shows_what_is_missing_and_what_is_out_of_date() -> None:
    product = a_draft()
    operations.add_image(
        product_ref=product.ref,
        upload=a_picture(),
        actor=owner_of(product.supplier),
        key=new_key(),
        at=AT,
        alt="Bags",
    )
    texts = {original.field: SPANISH.get(original.field, "Sacos") for original in originals_of(product)}
    assert [field.partition(".")[0] for field in texts][-2:] == ["attributes", "alt"]
    translate(product, texts)

    def spanish() -> Any:
        [row] = [
            row for row in languages_page(product.ref, owner_of(product.supplier)).rows if row.code == "es"
        ]
        return row

    assert spanish().is_complete
    product.refresh_from_db()
    edit(product, title="1121 Steam Basmati Rice, new crop")
    assert (spanish().is_complete, spanish().outdated) == (False, 1)
    client = signed_in(owner_of(product.supplier))
    address = reverse("workbench_language", args=[product.ref, "es"])
    page = client.get(address).content.decode()
    assert "The original was changed since" in page
    sent = {**texts, "revision": "1", "idempotency_key": new_key(), "still.title": "on"}
    assert client.post(address, sent).status_code == 302
    assert spanish().is_complete
    refused = client.post(address, {**sent, "idempotency_key": new_key(), "title": "Other words"})
    assert refused.status_code == 422  # somebody else has saved meanwhile
    assert "Other words" in refused.content.decode()


@pytest.mark.django_db
def test_a_moderator_reads_every_translation_beside_the_original() -> None:
    product = a_draft()
    translate(product)
    operations.submit_for_review(
        product_ref=product.ref, actor=owner_of(product.supplier), key=new_key(), at=AT + timedelta(hours=1)
    )
    page = (
        signed_in(staff("moderation"))
        .get(reverse("desk_moderation_product", args=[product.ref]))
        .content.decode()
    )
    assert "1121 Steam Basmati Rice" in page
    assert SPANISH["title"] in page
    assert SPANISH["packaging"] in page
