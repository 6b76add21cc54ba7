"""Several variants of one listing on its page, for machines, and in the editor's section."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.forms.variants import rearranged
from catalog.models import Product
from catalog.queries.buying.product_page import product_page
from catalog.queries.listings.variants import offered_variants
from catalog.queries.searching import machine
from catalog.rules.packing import Packing
from catalog.rules.variants import VariantFacts
from marketplace.core.ids import new_key
from tests.catalog.test_variants import BAG, JUMBO, SACK, numbered, stated
from tests.factories import AT
from tests.factories.accounts import a_company, a_member, owner_of, signed_in
from tests.factories.capacity import TODAY, a_period
from tests.factories.catalog import a_live_product, tiers, with_picture

GOOGLE = "{http://base.google.com/ns/1.0}"


@pytest.fixture
def sold_in_three(db: None) -> Product:
    product = a_live_product()
    own = replace(SACK, packing=Packing("woven, sewn", Decimal("0.005"), Decimal(5), Decimal("5.1")))
    stated(product, *numbered((1, BAG)), own, JUMBO)
    return product


def page_of(client: Client, product: Product, **query: Any) -> str:
    response = client.get(reverse("product", args=[product.ref, product.slug]), query)
    assert response.status_code == 200
    return response.content.decode()


def chosen(html: str) -> tuple[str, ...]:
    """The variant that the form would order, and the one that is marked."""
    posted = re.search(r'<input type="hidden" name="variant" value="(\d+)" form="buy">', html)
    marked = re.search(r'id="variant-(\d+)"[^>]*aria-current="true"', html)
    assert posted
    return posted[1], marked[1] if marked else ""


def test_product_page_shows_the_chosen_variant_with_its_own_ladder(
    client: Client, sold_in_three: Product
) -> None:
    first = page_of(client, sold_in_three)
    assert chosen(first) == ("1", "1")
    assert "from 1,150.00\xa0USD" in first
    second = page_of(client, sold_in_three, variant=2, quantity=30)
    assert chosen(second) == ("2", "2")
    assert "35,700.00" in second  # 30 t at 1,190
    assert ("PP bag of 25 kg" in first, "woven, sewn" in first) == (True, False)
    assert ("PP bag of 25 kg" in second, "woven, sewn" in second) == (False, True)
    assert "gross 30,600\xa0kg" in second  # 6,000 sacks
    assert "BAS-5</bdi></dd>" in second
    assert f'href="{sold_in_three_url(sold_in_three)}?variant=3&amp;quantity=30"' in second
    for html in (first, second):
        canonical = re.findall(r'rel="canonical" href="([^"]*)"', html)
        assert canonical == [f"{settings.SITE_URL}{sold_in_three_url(sold_in_three)}"]
    address = f"{sold_in_three_url(sold_in_three)}?variant=2&quantity=30"
    for page, follows in ((sold_in_three_url(sold_in_three), True), ("/workbench/products/", False)):
        headers = {"HX-Source": "a#variant-2", "HX-Current-URL": f"https://market.example{page}?variant=1"}
        answer = client.get(address, headers=headers)
        assert answer.headers.get("HX-Replace-Url") == (address if follows else None)


def sold_in_three_url(product: Product) -> str:
    return reverse("product", args=[product.ref, product.slug])


@pytest.mark.parametrize("asked", ["9", "0", "-1", "x", "99999999999999999999"])
def test_product_page_of_a_number_that_is_not_on_offer_shows_the_first(
    client: Client, sold_in_three: Product, asked: str
) -> None:
    html = page_of(client, sold_in_three, variant=asked)
    assert chosen(html) == ("1", "1")
    assert ("not on offer any more" in html) == (asked == "9")


def test_product_page_of_one_variant_has_no_choice(client: Client, db: None) -> None:
    html = page_of(client, a_live_product())
    assert chosen(html) == ("1", "")
    assert 'class="choice"' not in html


def test_recalculating_without_script_keeps_the_variant(client: Client, sold_in_three: Product) -> None:
    url = sold_in_three_url(sold_in_three)
    response = client.post(url, {"quantity": "30", "variant": "2"})
    assert response["Location"] == f"{url}?variant=2&quantity=30"


def test_product_page_asks_no_more_for_three_variants_than_for_one(
    sold_in_three: Product, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    alone = a_live_product(sold_in_three.supplier, sku="ALONE")
    buyer = a_member(a_company(sells=False))
    for product in (alone, sold_in_three):
        with django_assert_num_queries(8):
            product_page(product.ref, buyer, variant=2)


def test_structured_data_offers_each_variant_under_its_own_address(
    client: Client, sold_in_three: Product
) -> None:
    html = page_of(client, sold_in_three, variant=2)
    script = re.search(r'<script type="application/ld\+json">(.*?)</script>', html)
    assert script
    thing = next(one for one in json.loads(script[1])["@graph"] if one["@type"] == "Product")
    offers = thing["offers"]
    assert (thing["sku"], offers["lowPrice"], offers["highPrice"], offers["offerCount"]) == (
        "BAS-25",
        "1125",
        "1240",
        5,
    )
    shown = {(one["sku"], one["name"], one["url"].rpartition("?")[2]) for one in offers["offers"]}
    assert shown == {
        ("BAS-25", BAG.name, "variant=1"),
        ("BAS-5", SACK.name, "variant=2"),
        ("BAS-1000", JUMBO.name, "variant=3"),
    }


def test_merchant_feed_has_an_item_for_each_variant(client: Client, sold_in_three: Product) -> None:
    alone = a_live_product(sold_in_three.supplier, sku="ALONE", title="Alone in its listing")
    a_live_product(sold_in_three.supplier, title="Shopping services take nothing without a picture")
    with_picture(sold_in_three)
    with_picture(alone)
    part = sold_in_three.pk // machine.PART_SIZE
    xml = b"".join(client.get(reverse("merchant_products", args=[part])).streaming_content)  # type: ignore[attr-defined]
    items = [
        {element.tag.removeprefix(GOOGLE): element.text for element in item}
        for item in ET.fromstring(xml).iter("item")  # noqa: S314 -- our own
    ]
    ref = sold_in_three.ref
    assert [(one["id"], one.get("item_group_id"), one["mpn"]) for one in items] == [
        (ref, ref, "BAS-25"),
        (f"{ref}-2", ref, "BAS-5"),
        (f"{ref}-3", ref, "BAS-1000"),
        (alone.ref, None, "ALONE"),
    ]
    assert items[1]["title"] == "1121 Steam Basmati Rice · 5 kg cotton sack"
    assert items[1]["link"].endswith("?variant=2")  # type: ignore[union-attr]
    assert items[1]["price"] == "6200.00 USD"


def test_interface_lists_the_variants_on_offer(client: Client, sold_in_three: Product) -> None:
    stated(sold_in_three, *numbered((3, JUMBO), (1, BAG)))
    body = client.get(f"/api/v1/products/{sold_in_three.ref}/").json()
    assert [(one["number"], one["name"], one["sku"]) for one in body["variants"]] == [
        (3, JUMBO.name, "BAS-1000"),
        (1, BAG.name, "BAS-25"),
    ]
    assert {one["packing"]["packaging"] for one in body["variants"]} == {body["packaging"]}
    assert (
        body["tiers"]
        == body["variants"][0]["tiers"]
        == [{"min_quantity": "5.000", "unit_price": "1150.000000"}]
    )


def blocks_of(*variants: VariantFacts, **over: str) -> dict[str, str]:
    """The form as a browser sends it."""
    data = {"places": str(len(variants)), "idempotency_key": new_key(), "step": "save", "revision": ""}
    for place, one in enumerate(variants):
        data |= {
            f"variants_{place}_number": str(one.number or ""),
            f"variants_{place}_name": one.name,
            f"variants_{place}_sku": one.sku,
        }
        data |= {f"variants_{place}_{name}": text for name, text in one.packing.stated.items()}
        for row, tier in enumerate(one.tiers):
            if tier:
                data[f"variants_{place}_from_{row}"] = str(tier.min_quantity)
                data[f"variants_{place}_price_{row}"] = str(tier.unit_price)
    return data | over


def section_of(product: Product) -> str:
    return reverse("workbench_variants", args=[product.ref])


def names_in(html: str) -> list[str]:
    return re.findall(r'name="variants_\d+_name" value="([^"]*)"', html)


def test_variants_are_saved_from_the_page(sold_in_three: Product) -> None:
    seller = signed_in(owner_of(sold_in_three.supplier))
    assert names_in(seller.get(section_of(sold_in_three)).content.decode()) == [
        BAG.name,
        SACK.name,
        JUMBO.name,
    ]
    packed = replace(SACK, packing=Packing("jute sack", Decimal("0.0049"), Decimal("4.9")))
    sent = blocks_of(*numbered((2, packed), (1, BAG)), revision="2", variants_0_from_0="")
    response = seller.post(section_of(sold_in_three), sent)
    assert response.status_code == 302
    assert [one.number for one in offered_variants(sold_in_three)] == [2, 1]
    assert offered_variants(sold_in_three)[0].tiers == SACK.tiers  # the first begins at the minimum order
    assert offered_variants(sold_in_three)[0].packing == packed.packing
    html = seller.get(section_of(sold_in_three)).content.decode()
    assert 'value="back:3"' in html
    assert re.findall(r'name="variants_\d_(?:packaging|net_weight_kg)" value="([^"]*)"', html) == [
        "jute sack",
        "4.9",
    ]
    html = seller.post(
        section_of(sold_in_three), blocks_of(*numbered((2, SACK), (1, BAG)), step="back:3", revision="3")
    ).content.decode()
    assert names_in(html) == [SACK.name, BAG.name, JUMBO.name]


def test_what_is_refused_stands_beside_its_field_and_nothing_typed_is_lost(sold_in_three: Product) -> None:
    seller = signed_in(owner_of(sold_in_three.supplier))
    wrong = replace(JUMBO, name=BAG.name, tiers=tiers((5, "1150"), (4, "1100")), number=3)
    data = blocks_of(*numbered((1, BAG)), wrong, revision="2", variants_0_from_2="99")
    data["variants_1_net_weight_kg"] = "0"
    response = seller.post(section_of(sold_in_three), data)
    assert response.status_code == 422
    html = response.content.decode()
    assert names_in(html) == [BAG.name, BAG.name]
    assert '<bdi dir="ltr">1,150.00\xa0USD</bdi>' in html  # beside the name in the folded list
    assert "A price row needs both a quantity and a price." in html
    del data["variants_0_from_2"]
    html = seller.post(section_of(sold_in_three), data | {"idempotency_key": new_key()}).content.decode()
    assert html.count("Another variant has this name") >= 2
    assert "Enter a weight above zero" in html
    assert 'id="id_variants_1_price_1"' in html
    assert len(offered_variants(sold_in_three)) == 3


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("add", ["A", "B", "C", ""]),
        ("up:2", ["B", "A", "C"]),
        ("down:2", ["A", "C", "B"]),
        ("out:2", ["A", "C"]),
        ("up:1", ["A", "B", "C"]),
        ("down:3", ["A", "B", "C"]),
        ("out:9", ["A", "B", "C"]),
        ("copy:²", ["A", "B", "C"]),
    ],
)
def test_a_step_rearranges_what_is_typed(step: str, expected: list[str]) -> None:
    typed = [{"number": str(n), "name": name, "from_0": name} for n, name in enumerate("ABC", 1)]
    blocks, _look = rearranged(typed, step, [], moq=Decimal(5))
    assert [block.get("name", "") for block in blocks] == expected
    assert typed[0]["name"] == "A"


def test_prices_are_copied_from_the_first_and_the_last_variant_stays() -> None:
    typed = [
        {"name": "A", "sku": "1", "from_0": "5", "price_0": "9"},
        {"number": "2", "name": "B", "price_3": "x"},
    ]
    blocks, look = rearranged(typed, "copy:2", [], moq=None)
    assert blocks[1] == {"number": "2", "name": "B", "sku": "", "from_0": "5", "price_0": "9"}
    assert look == 2
    assert rearranged(typed[:1], "out:1", [], moq=None)[0] == typed[:1]


def test_what_is_typed_is_kept_until_it_is_saved(sold_in_three: Product) -> None:
    seller, colleague = (
        signed_in(owner_of(sold_in_three.supplier)),
        signed_in(a_member(sold_in_three.supplier, "sales")),
    )
    url = section_of(sold_in_three)
    typed = blocks_of(*numbered((1, replace(BAG, name="half a na"))), revision="2", step="add")
    seller.post(url, typed)
    assert names_in(seller.get(url).content.decode()) == ["half a na"]  # the new block has no name yet
    assert names_in(colleague.get(url).content.decode()) == [BAG.name, SACK.name, JUMBO.name]
    seller.post(reverse("workbench_begin_again"), {"ref": sold_in_three.ref, "section": "variants"})
    assert names_in(seller.get(url).content.decode()) == [BAG.name, SACK.name, JUMBO.name]


def test_prices_are_checked_without_saving(sold_in_three: Product) -> None:
    seller = signed_in(owner_of(sold_in_three.supplier))
    gap = replace(BAG, tiers=tiers((6, "1180")))
    response = seller.post(
        section_of(sold_in_three), blocks_of(gap, *numbered((2, SACK)), revision="2", step="prices")
    )
    html = response.content.decode()
    assert response.status_code == 200
    assert 'id="check-1"' in html
    assert "there is no price: start at the minimum order" in html
    assert "6,200.00" in html  # what the second costs at the smallest order
    assert len(offered_variants(sold_in_three)) == 3


def test_a_chosen_variant_brings_its_own_way_to_order_when_another_is_sold_out(
    client: Client, sold_in_three: Product
) -> None:
    with time_machine.travel(AT, tick=False):
        a_period(sold_in_three, (TODAY, TODAY), "1")  # less than the smallest order, of the first alone
        first, second = page_of(client, sold_in_three), page_of(client, sold_in_three, variant=2)
    for html, sold_out in ((first, True), (second, False)):
        assert ("Sold out for now" in html) is sold_out
        assert ("Order now" in order_step(html)) is not sold_out
        assert order_step(html).count("button--primary") == 1  # to ask, where nothing can be ordered
    assert "#order-step" in re.findall(r'data-hx-select-oob="([^"]*)"', first)[0].split(",")


def order_step(html: str) -> str:
    """The buttons, which a script swaps with the variant."""
    found = re.search(r'<div id="order-step".*?</form>', html, re.DOTALL)
    assert found
    return found[0]
