"""What machines read: parsed with real parsers, with titles that try to break out, and only what may be found."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog import operations, structured_data
from catalog.feeds import Addresses, ListedPage, product_entries, sitemap, sitemap_index, text
from catalog.models import Product
from catalog.queries.buying.heads import offered_languages
from catalog.queries.listings.stored import facts_of
from catalog.queries.searching import machine
from catalog.rules.listing import ListingFacts
from catalog.rules.offering import OfferingFacts, Sample
from catalog.states import ListingVisibility
from marketplace.accounts.models import Company
from marketplace.core.ids import REF_LENGTH, new_key
from tests.factories import AT
from tests.factories.accounts import a_company, owner_of
from tests.factories.catalog import (
    MODERATOR,
    a_draft,
    a_live_product,
    a_submitted_product,
    tiers,
    with_picture,
)
from tests.factories.files import picture_bytes

HOSTILE = '</script><script>alert(1)</script> <!-- "R&D" \' ]]> rice ￾\u2028'
NAMES = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "i": "http://www.google.com/schemas/sitemap-image/1.1",
    "g": "http://base.google.com/ns/1.0",
    "a": "http://www.w3.org/2005/Atom",
}


class Head(HTMLParser):
    """The machine-readable parts of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.links: list[dict[str, str | None]] = []
        self.metas: dict[str, str | None] = {}
        self._reading = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self._reading = tag == "script" and found.get("type") == "application/ld+json"
        if tag == "link":
            self.links.append(found)
        if tag == "meta" and (name := found.get("property") or found.get("name")):
            self.metas[name] = found["content"]

    def handle_data(self, data: str) -> None:
        if self._reading:
            self.scripts.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._reading = False

    def things(self) -> dict[str, dict[str, Any]]:
        graph = [thing for script in self.scripts for thing in json.loads(script)["@graph"]]
        return {thing["@type"]: thing for thing in graph}

    def link(self, rel: str) -> str | None:
        return next((link["href"] for link in self.links if link["rel"] == rel), None)


def head_of(client: Client, address: str) -> Head:
    return Head(client.get(address).content.decode())


def page_of(product: Product) -> str:
    return reverse("product", args=[product.ref, product.slug])


def xml_of(client: Client, address: str) -> ET.Element:
    answer = client.get(address)
    assert answer.status_code == 200
    body = answer.getvalue() if answer.streaming else answer.content
    return ET.fromstring(body)  # noqa: S314 -- written by ourselves


def addresses_in(root: ET.Element) -> list[str | None]:
    return [place.text for place in root.findall("s:url/s:loc", NAMES)]


def hide(supplier: Company) -> None:
    operations.set_listing_visibility(supplier_id=supplier.pk, visibility=ListingVisibility.HIDDEN, at=AT)


# --- JSON-LD ---------------------------------------------------------------------------------------------


def test_script_of_hostile_text_stays_one_script_and_says_the_same() -> None:
    written = structured_data.script_of([{"@type": "Thing", "name": HOSTILE}])
    page = Head(f"<head>{written}</head>")
    assert written.count("<") == 2
    assert page.things()["Thing"]["name"] == HOSTILE


@pytest.mark.django_db
class TestPages:
    """Heads of public pages."""

    def test_a_product_states_its_steps_seller_and_place(self, client: Client) -> None:
        product = a_live_product(title=HOSTILE[:100])
        page = head_of(client, page_of(product))
        things = page.things()
        offers = things["Product"]["offers"]
        assert things["Product"]["name"] == product.title
        assert (offers["@type"], offers["lowPrice"], offers["highPrice"], offers["offerCount"]) == (
            "AggregateOffer",
            "1068",
            "1180",
            3,
        )
        assert [
            (offer["price"], offer["eligibleQuantity"]["minValue"], offer["eligibleQuantity"]["unitCode"])
            for offer in offers["offers"]
        ] == [("1180", "5", "TNE"), ("1125", "25", "TNE"), ("1068", "100", "TNE")]
        assert things["Organization"]["@id"] == offers["offers"][0]["seller"]["@id"]
        assert things["Organization"]["name"] == product.supplier.legal_name
        trail = things["BreadcrumbList"]["itemListElement"]
        assert [step["position"] for step in trail] == list(range(1, len(trail) + 1))
        url = f"{settings.SITE_URL}{page_of(product)}"
        assert (trail[-1]["item"], page.link("canonical"), page.metas["og:url"]) == (url, url, url)
        assert page.metas["og:title"] == product.title

    def test_one_price_is_one_offer(self, client: Client) -> None:
        product = a_live_product(tiers=tiers((5, "0.0425")))
        sample = Sample(Decimal("0.002"), Decimal(40), days=3)
        operations.state_offering(
            product_ref=product.ref,
            facts=OfferingFacts(sample=sample),
            actor=owner_of(product.supplier),
            key=new_key(),
            at=AT,
        )
        things = head_of(client, page_of(product)).things()
        offer, sampled = things["Product"]["offers"], things["Offer"]
        assert (offer["@type"], offer["price"], offer["priceCurrency"]) == ("Offer", "0.0425", "USD")
        # Two kilograms for 40 USD stand beside the price of a tonne, never as one of its prices.
        assert sampled["itemOffered"] == {"@id": things["Product"]["@id"]}
        assert (sampled["price"], sampled["deliveryLeadTime"]["value"]) == ("40", 3)
        least, most = (sampled["eligibleQuantity"][bound] for bound in ("minValue", "maxValue"))
        assert (least, most, sampled["priceSpecification"]["referenceQuantity"]["value"]) == ("0.002",) * 3

    def test_a_quantity_or_filters_do_not_change_the_canonical_address(self, client: Client) -> None:
        product = a_live_product()
        priced = head_of(client, f"{page_of(product)}?quantity=30")
        assert priced.link("canonical") == f"{settings.SITE_URL}{page_of(product)}"
        filtered = head_of(client, "/categories/rice/?origin=IN&sort=price")
        assert filtered.link("canonical") == f"{settings.SITE_URL}/categories/rice/"
        assert "BreadcrumbList" in filtered.things()

    @pytest.mark.parametrize("name", ["home", "categories", "protection"])
    def test_pages_of_nobody_say_their_address_and_what_they_are(self, client: Client, name: str) -> None:
        page, url = head_of(client, f"{reverse(name)}?from=mail"), f"{settings.SITE_URL}{reverse(name)}"
        assert (page.link("canonical"), page.metas["og:url"]) == (url, url)
        assert len(page.metas["description"] or "") > 40
        assert str(page.metas["og:image"]).startswith(f"{settings.SITE_URL}{settings.STATIC_URL}share")

    def test_only_languages_with_pages_are_named(self, client: Client) -> None:
        page = head_of(client, page_of(a_live_product()))
        named = [link["hreflang"] for link in page.links if "hreflang" in link]
        assert named == [*offered_languages(), "x-default"]
        assert "en" in named

    def test_words_searched_for_are_not_indexed(self, client: Client) -> None:
        assert head_of(client, "/search/?q=rice").metas["robots"] == "noindex"

    def test_a_supplier_states_who_it_is_and_where_its_news_are(self, client: Client) -> None:
        product = a_live_product()
        page = head_of(client, reverse("supplier", args=[product.supplier.ref]))
        assert page.things()["Organization"]["name"] == product.supplier.legal_name
        news = [link["href"] for link in page.links if link.get("type") == "application/atom+xml"]
        assert news == [reverse("supplier_news", args=[product.supplier.ref])]

    def test_a_hidden_supplier_is_not_for_search_engines(self, client: Client) -> None:
        product = a_live_product()
        hide(product.supplier)
        page = head_of(client, page_of(product))
        assert (page.metas["robots"], page.scripts, page.link("canonical")) == ("noindex", [], None)
        assert head_of(client, reverse("supplier", args=[product.supplier.ref])).scripts == []


# --- XML -------------------------------------------------------------------------------------------------


def test_a_full_sitemap_of_the_longest_entries_is_below_fifty_megabytes() -> None:
    page = ListedPage(
        "prd_" + "x" * (REF_LENGTH - 4), "s" * 80, AT, ("f" * REF_LENGTH,) * machine.IMAGES_A_URL
    )
    [_head, entry, _foot] = sitemap(product_entries([page], Addresses(f"https://{'h' * 100}.example")))
    assert len(entry.encode()) * machine.PART_SIZE < 50_000_000


def test_xml_of_hostile_text_is_read_back_without_what_xml_forbids() -> None:
    hostile = f"\x00\x1f\ud800{HOSTILE}"
    index = ET.fromstring(sitemap_index([(hostile, AT)]))  # noqa: S314 -- written by ourselves
    assert index.findtext("s:sitemap/s:loc", namespaces=NAMES) == HOSTILE.replace("\ufffe", "")
    pages = ET.fromstring("".join(sitemap([(hostile, AT, [hostile])])))  # noqa: S314 -- likewise
    assert pages.findtext("s:url/s:lastmod", namespaces=NAMES) == AT.isoformat(timespec="seconds")
    assert "<" not in text(hostile)


@pytest.mark.django_db
class TestFiles:
    """robots.txt, sitemaps, feeds."""

    def test_robots_leads_to_the_sitemap_and_the_sitemap_to_every_listed_page(self, client: Client) -> None:
        product = a_live_product()
        lines = client.get("/robots.txt").content.decode().splitlines()
        [index] = [line.removeprefix("Sitemap: ") for line in lines if line.startswith("Sitemap: ")]
        assert "Disallow: /workbench/" in lines
        files = xml_of(client, index.removeprefix(settings.SITE_URL)).findall("s:sitemap/s:loc", NAMES)
        found: list[str | None] = []
        for file in files:
            found += addresses_in(xml_of(client, str(file.text).removeprefix(settings.SITE_URL)))
        assert {
            f"{settings.SITE_URL}{page_of(product)}",
            f"{settings.SITE_URL}{reverse('supplier', args=[product.supplier.ref])}",
            f"{settings.SITE_URL}/categories/rice/",
            f"{settings.SITE_URL}/",
        } <= set(found)
        assert len(found) == len(set(found))

    @pytest.mark.parametrize("how", ["draft", "suspended", "paused", "hidden"])
    def test_what_may_not_be_found_is_in_no_file(self, client: Client, how: str) -> None:
        product = with_picture(a_draft() if how == "draft" else a_live_product())
        actor, key = owner_of(product.supplier), new_key()
        if how == "suspended":
            operations.suspend_product(
                product_ref=product.ref, reason="Fake", actor=MODERATOR, key=key, at=AT
            )
        if how == "paused":
            operations.pause_product(product_ref=product.ref, actor=actor, key=key, at=AT)
        if how == "hidden":
            hide(product.supplier)
        other = with_picture(a_live_product())
        part = product.pk // machine.PART_SIZE
        for name in ("sitemap_products", "merchant_products"):
            body = client.get(reverse(name, args=[part])).getvalue().decode()
            assert (product.ref in body, other.ref in body) == (False, True)
        suppliers = client.get(reverse("sitemap_suppliers", args=[product.supplier_id // machine.PART_SIZE]))
        assert product.supplier.ref not in suppliers.getvalue().decode()
        for name in ("supplier_news", "merchant_supplier"):
            assert client.get(reverse(name, args=[product.supplier.ref])).status_code == 404

    @pytest.mark.parametrize("number", [1, 3])
    @pytest.mark.parametrize(
        ("name", "statements"),
        [("sitemap_products", 3), ("sitemap_suppliers", 3), ("merchant_products", 6)],
    )
    def test_files_take_the_same_statements_for_one_and_for_three(
        self,
        client: Client,
        django_assert_num_queries: DjangoAssertNumQueries,
        number: int,
        name: str,
        statements: int,
    ) -> None:
        for _ in range(number):
            made = with_picture(a_live_product())
        part = (made.supplier_id if "suppliers" in name else made.pk) // machine.PART_SIZE
        with django_assert_num_queries(statements):
            body = client.get(reverse(name, args=[part])).getvalue().decode()
        assert body.count("<loc>") + body.count("<item>") >= number

    def test_a_part_holds_its_own_range_only_and_goes_on_past_a_piece(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(machine, "_PIECE", 2)
        supplier = a_company()
        made = [a_live_product(supplier) for _ in range(5)]
        part = made[0].pk // machine.PART_SIZE
        listed = [page.ref for page in machine.listed_products(part)]
        assert listed == [product.ref for product in made]
        assert list(machine.listed_products(part + 1)) == []
        assert part in dict(machine.product_parts())
        assert part + 1 not in dict(machine.product_parts())
        # All the parts side by side hold everything once, however the numbers lie: here three to a part.
        monkeypatch.setattr(machine, "PART_SIZE", 3)
        hide(a_live_product(at=AT + timedelta(days=9)).supplier)
        parts = dict(machine.product_parts())
        whole = [page for number in parts for page in machine.listed_products(number)]
        assert [page.ref for page in whole] == [product.ref for product in made]
        assert set(parts.values()) == {page.changed_at for page in whole} == {AT}
        assert dict(machine.supplier_parts()) == {supplier.pk // 3: AT}
        assert client.get(f"/sitemaps/products-{10**15}.xml").status_code == 404

    def test_the_sitemap_states_the_change_and_the_pictures(self, client: Client) -> None:
        product = a_live_product()
        image = operations.add_image(
            product_ref=product.ref,
            upload=picture_bytes(),
            actor=owner_of(product.supplier),
            key=new_key(),
            at=AT,
        )
        root = xml_of(client, reverse("sitemap_products", args=[product.pk // machine.PART_SIZE]))
        assert root.findtext("s:url/s:lastmod", namespaces=NAMES) == AT.isoformat(timespec="seconds")
        a_live_product(product.supplier, at=AT + timedelta(days=2))
        index = {
            str(entry.findtext("s:loc", namespaces=NAMES)): entry.findtext("s:lastmod", namespaces=NAMES)
            for entry in xml_of(client, reverse("sitemap_index")).findall("s:sitemap", NAMES)
        }
        newest = (AT + timedelta(days=2)).isoformat(timespec="seconds")
        assert list(index.values()) == [None, newest, newest]
        late, approved_at = a_submitted_product(product.supplier, at=AT), AT + timedelta(days=9)
        operations.approve_product(product_ref=late.ref, actor=MODERATOR, key=new_key(), at=approved_at)
        again = xml_of(client, reverse("sitemap_index")).findall("s:sitemap/s:lastmod", NAMES)
        assert {one.text for one in again} == {approved_at.isoformat(timespec="seconds")}
        assert root.findtext("s:url/i:image/i:loc", namespaces=NAMES) == (
            f"{settings.SITE_URL}{reverse('product_image', args=[image.file.ref, 'large'])}"
        )

    def test_the_merchant_feed_prices_the_smallest_order(self, client: Client) -> None:
        product = with_picture(a_live_product(title=HOSTILE[:100]))
        feed = xml_of(client, reverse("merchant_supplier", args=[product.supplier.ref]))
        [item] = feed.findall("channel/item")
        said = {field.tag.partition("}")[2]: field.text for field in item}
        assert said["title"] == product.title
        assert (said["id"], said["price"], said["unit_pricing_measure"]) == (
            product.ref,
            "5900.00 USD",
            "5000 kg",
        )
        assert said["link"] == f"{settings.SITE_URL}{page_of(product)}"
        assert (said["availability"], said["mpn"]) == ("backorder", "BAS-1121")
        assert str(said["product_type"]).endswith("Rice")

    def test_news_name_what_came_and_what_changed_newest_first(self, client: Client) -> None:
        supplier = a_company()
        old = a_live_product(supplier, title="Old rice")
        a_live_product(supplier, title=f"New {HOSTILE[:90]}", at=AT + timedelta(hours=1))
        edited(old, AT + timedelta(days=1))
        feed = xml_of(client, reverse("supplier_news", args=[supplier.ref]))
        titles = [
            str(entry.findtext("a:title", namespaces=NAMES)) for entry in feed.findall("a:entry", NAMES)
        ]
        assert titles[0] == "Changed: Old rice, sorted anew"
        assert feed.findtext("a:author/a:name", namespaces=NAMES) == supplier.legal_name
        assert titles[1].startswith("New: New </script>")
        assert feed.findtext("a:entry/a:updated", namespaces=NAMES) == (AT + timedelta(days=1)).isoformat()


def edited(product: Product, at: Any) -> None:
    facts: ListingFacts = facts_of(product)
    operations.edit_product(
        product_ref=product.ref,
        facts=ListingFacts(**{**as_dict(facts), "title": "Old rice, sorted anew"}),
        revision=Product.objects.get(pk=product.pk).revision,
        actor=owner_of(product.supplier),
        key=new_key(),
        at=at,
    )


def as_dict(facts: ListingFacts) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in ListingFacts.__slots__}
