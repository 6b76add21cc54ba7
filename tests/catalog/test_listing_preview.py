"""The preview is the product page made of what is typed: the same parts, and what is wrong left out."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from django.urls import reverse

from catalog.models import Product
from catalog.queries.buying.product_page import product_page
from catalog.queries.categories import category_facts
from catalog.queries.listings.preview import ListingPreview, listing_preview
from catalog.queries.listings.stored import facts_of
from catalog.queries.listings.variants import offered_variants
from catalog.rules.listing import ListingFacts
from catalog.rules.packing import Packing
from catalog.rules.prices import Tier
from marketplace.core.actors import Actor
from tests.catalog.test_variant_pages import blocks_of
from tests.catalog.test_workbench import form_of, owner_client, text
from tests.factories import AT
from tests.factories.accounts import a_company, owner_of
from tests.factories.catalog import a_draft
from tests.factories.variants import rice_in_two_packings

pytestmark = pytest.mark.django_db


def preview_of(facts: ListingFacts, actor: Actor, ref: str = "") -> ListingPreview:
    return listing_preview(facts, category_facts(facts.category_code), ref=ref, actor=actor, at=AT)


def test_what_is_stored_looks_in_the_preview_as_on_the_product_page() -> None:
    product = a_draft()
    actor = owner_of(product.supplier)
    page, seen = product_page(product.ref, actor, at=AT), preview_of(facts_of(product), actor, product.ref)
    for part in (
        "title",
        "description",
        "ladder",
        "pricing",
        "terms",
        "packaging",
        "specification",
        "offering",
    ):
        assert getattr(seen, part) == getattr(page, part), part
    assert (seen.pictures, seen.sku, seen.per, seen.supplier) == (
        page.pictures,
        page.sku,
        page.per,
        page.supplier,
    )


def test_a_listing_that_is_not_saved_yet_is_seen_and_stays_unsaved() -> None:
    actor = owner_of(a_company())
    facts = replace(facts_of(a_draft()), title="Something new", sku="")
    seen = preview_of(facts, actor)
    assert (seen.title, seen.supplier.id, len(seen.ladder)) == ("Something new", actor.company_id, 3)
    assert not Product.objects.filter(supplier_id=actor.company_id).exists()


def test_what_the_rules_refuse_is_left_out_and_the_rest_is_shown() -> None:
    product = a_draft()
    right = facts_of(product)
    wrong = replace(
        right,
        title="?",
        origin="XX",
        quantity_tolerance_bps=9_999,
        attributes={"moisture_max": "much", **dict.fromkeys(right.attributes, "")},
        tiers=(*right.tiers, Tier(Decimal(30), Decimal(2_000))),
    )
    seen = preview_of(wrong, owner_of(product.supplier), product.ref)
    assert (seen.title, seen.specification) == ("?", ())
    assert [fact.label for fact in seen.terms if "tolerance" in fact.label or "origin" in fact.label] == []
    assert seen.pricing is not None
    assert "Country of origin" not in {fact.label for fact in seen.terms}


def test_without_a_script_the_preview_is_a_page_of_its_own_and_keeps_what_is_typed() -> None:
    product = a_draft()
    client = owner_client(product)
    sent = {**form_of(product, title="Looked at, not saved"), "ref": product.ref}
    page = text(client.post(reverse("workbench_preview"), sent))
    assert "<!doctype html>" in page
    assert '<p class="product__title"><bdi dir="auto">Looked at, not saved</bdi></p>' in page
    assert "Looked at, not saved" in text(client.get(reverse("workbench_product", args=[product.ref])))
    product.refresh_from_db()
    assert product.title == "1121 Steam Basmati Rice"


def test_several_variants_are_seen_with_the_first_at_the_price_that_is_typed() -> None:
    product = rice_in_two_packings()
    right = facts_of(product)
    typed = replace(right, tiers=(Tier(right.moq or Decimal(1), Decimal(999)),))
    part = preview_of(typed, owner_of(product.supplier), product.ref).variants
    assert part is not None
    assert [one.current for one in part.choices] == [True, False]
    assert part.choices[0].price_text == "999.00\u00a0USD"


def test_another_variant_is_seen_at_the_prices_that_are_typed_and_nothing_is_saved() -> None:
    product = rice_in_two_packings()
    client, url = owner_client(product), reverse("workbench_variants", args=[product.ref])
    bag, box = offered_variants(product)
    typed = (
        bag.facts,
        replace(
            box.facts,
            name="Typed box",
            packing=Packing("typed carton"),
            tiers=(Tier(Decimal(5), Decimal(777)), None),
        ),
    )
    sent = blocks_of(
        *typed, revision=str(product.revision), step="preview:2", variants_1_from_1="not a number"
    )
    page = text(client.post(url, sent))
    assert (
        '<span class="choice__one" aria-current="true"><bdi dir="auto" class="choice__name">Typed box' in page
    )
    assert "3,885.00" in page  # the smallest order, 5 t
    assert "BAS-1121-BOX" in page
    assert ("typed carton" in page, f"{product.packaging}</bdi></dd>" in page) == (True, False)
    assert "Typed box" in text(client.get(url))  # kept for whoever typed it
    assert offered_variants(product) == (bag, box)
