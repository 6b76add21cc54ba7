"""What headings mean, how rows are put together, and names that people write for things with a code."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from catalog.errors import ColumnsIncomplete, ColumnTwice
from catalog.imports import fields, measured, shopify
from catalog.imports.cells import CellWrong
from catalog.imports.columns import (
    Layout,
    checked_layout,
    doubtful,
    fitted,
    guess,
    layout_key,
    without_remarks,
)
from catalog.imports.headings import OTHER_NAMES
from catalog.imports.names import country_names, plain, unit_names
from catalog.models import Product, Variant
from catalog.queries.listings.stored import facts_of
from tests.factories.accounts import a_company
from tests.factories.imports import checked, imported, outcomes, problems, sent

ATTRIBUTES = {"moisture": "Moisture (%)", "variety": "Variety"}


def test_our_own_headings_mean_what_they_say_in_any_order() -> None:
    every = [str(field.label) for field in fields.fields()]
    codes = [field.code for field in fields.fields()]
    assert list(guess(every, ATTRIBUTES)) == codes
    assert list(guess(every[::-1], ATTRIBUTES)) == codes[::-1]


@pytest.mark.parametrize(
    ("heading", "target"),
    [
        ("SKU", "sku"),
        ("Item No.", "sku"),
        ("product name", "title"),
        ("Código HS", "hs_code"),
        ("País de origen", "origin"),
        ("MOQ", "moq"),
        ("Min. order qty", "moq"),
        ("Art. No.", "sku"),
        ("Référence", "sku"),
        ("Desc", "description"),
        ("Prc", "tier_1_price"),
        ("Preis (EUR)", "tier_1_price"),
        ("Qty", "tier_1_from"),
        ("Wt", "net_weight_kg"),
        ("Lead", "lead_time_days"),
        ("Orig", "origin"),
        ("Délai de livraison", "lead_time_days"),
        ("Lieferzeit (Tage)", "lead_time_days"),
        ("Partida arancelaria", "hs_code"),
        ("न्यूनतम मात्रा", "moq"),
        ("मूल देश", "origin"),
        ("Unit price", "tier_1_price"),
        ("Preis", "tier_1_price"),
        ("unit price 3", "tier_3_price"),
        ("price from 2", "tier_2_from"),
        ("price from 100", "price_at.100"),
        ("Unit price from 1000 kg", "price_at.1000"),
        ("Incoterm", "incoterms_rule"),
        ("Gros weight (kg)", "gross_weight_kg"),
        ("moisture (%)", "attributes.moisture"),
        ("What to do", ""),
        ("stock", ""),
        ("", ""),
    ],
)
def test_headings_of_other_people_are_guessed_or_left_out(heading: str, target: str) -> None:
    assert guess([heading], ATTRIBUTES) == (target,)


def test_each_meaning_is_given_once_and_to_the_nearest() -> None:
    assert guess(["Name", "Title", "SKU", "Article number"], {}) == ("", "title", "", "sku")


def test_a_heading_that_may_mean_something_else_is_guessed_and_marked() -> None:
    header = ["SKU", "Price from 100", "Title (es)", "Wt", "Qty", "Preis (EUR)", "Gros weight", "Stock"]
    targets = guess(header, ATTRIBUTES)
    assert doubtful(header, targets, ATTRIBUTES) == {3, 4, 6}
    assert len(set(targets[:7])) == 7


def test_no_name_of_a_heading_belongs_to_two_meanings() -> None:
    names = [
        (plain(str(name)), field.code)
        for field in fields.fields()
        for name in (field.label, field.code, *field.aliases, *OTHER_NAMES.get(field.code, ()))
    ]
    assert set(OTHER_NAMES) <= {code for _name, code in names}
    assert len(dict(names)) == len(set(names))


def test_a_layout_is_known_by_its_headings_alone() -> None:
    header = ["Item No.", "Name"]
    assert layout_key(header) == layout_key(["item no", "NAME", "What to do"])
    assert layout_key(header) != layout_key(["Name", "Item No."])
    targets = without_remarks(["sku", "", "title"], ["Item", "What to do", "Name"])
    assert fitted(targets, ["Item", "Name", "What to do"]) == ["sku", "title", ""]


def test_a_layout_finds_listings_and_says_each_thing_once() -> None:
    with pytest.raises(ColumnTwice):
        checked_layout(Layout(("sku", "sku"), {}), ["a", "b"], {})
    for targets in (("title", ""), ("sku",)):
        with pytest.raises(ColumnsIncomplete):
            checked_layout(Layout(targets, {}), ["a", "b"], {})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("India (IN)", "IN"),
        ("in", "IN"),
        ("INDIA", "IN"),
        ("Alemania", "DE"),
        ("Côte d’Ivoire", "CI"),
        ("cote d'ivoire", "CI"),
        ("USA", "US"),
        ("UK", "GB"),
        ("भारत", "IN"),
    ],
)
def test_countries_are_known_by_any_name(text: str, code: str) -> None:
    assert country_names().find(text) == code


def test_names_are_read_in_the_language_in_which_they_were_written() -> None:
    with translation.override("es"):
        label = country_names().label("DE")
    assert label == "Alemania (DE)"
    assert country_names().find(label) == "DE"
    assert country_names().find("Türkiye") == "TR"
    assert country_names().find("Deutschland") == "DE"


def test_words_around_a_number_go_when_they_say_what_the_row_says() -> None:
    says = measured.as_price("USD", "KGM", unit_names())
    for text in ("USD 4.20/kg", "$4.20", "4.20 USD", "US$ 4.20 per kg", "4.20/kg"):
        assert measured.bare(text, says) == "4.20"
    for text in ("4.20 EUR", "€4.20", "4.20/t", "about 4.20", "4.20 FOB", "4 to 5", "-"):
        assert measured.bare(text, says) == text
    assert measured.bare("1,000 kg", measured.in_unit("KGM", unit_names())) == "1,000"
    assert measured.bare("1,000 kg", measured.in_unit("", unit_names())) == "1,000 kg"
    assert (measured.bare("14 días", measured.days), measured.bare("2 weeks", measured.days)) == (
        "14",
        "2 weeks",
    )


@pytest.mark.parametrize(
    ("text", "code"), [("kg", "KGM"), ("Pieces", "C62"), ("m³", "MTQ"), ("tonne (1,000 kg) (TNE)", "TNE")]
)
def test_units_are_known_by_any_name(text: str, code: str) -> None:
    assert unit_names().find(text) == code


def test_what_is_near_is_proposed_and_what_is_far_is_not() -> None:
    with pytest.raises(CellWrong, match="Did you mean: kilogram"):
        unit_names().find("kilogrm")
    with pytest.raises(CellWrong, match="Choose one of the list"):
        unit_names().find("zzzz")


SHOPIFY = """Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Price,Image Src,Variant Image
tea,Hill tea,"<p>Black tea of the hills, picked by hand in the second flush.</p>",Us,Tea,x,TRUE,Size,100 g,TEA-1,120,4.50,https://cdn.example/files/tea%20one.jpg?v=1,https://cdn.example/small.jpg
tea,,,,,,,,250 g,,280,9.75,https://cdn.example/files/two.jpg,
tea,,,,,,,,,,,,https://cdn.example/files/three.jpg,
cup,Tin cup,,,,,,Title,Default Title,,0,3,,
"""


def test_shopify_rows_become_one_row_per_variant_with_the_pictures_of_their_handle() -> None:
    lines = [line.split(",") for line in SHOPIFY.splitlines()]
    assert shopify.is_shopify(lines[0])
    assert not shopify.is_shopify(["Handle", "Title"])


@pytest.mark.django_db
def test_a_shopify_file_becomes_listings_once_the_rest_is_said() -> None:
    supplier = a_company()
    file = SimpleUploadedFile("products_export.csv", SHOPIFY.encode())
    job = sent(supplier, file)
    assert (job.from_shopify, job.defaults) == (True, {"unit_code": "C62", "moq": "1"})
    assert [row.cells[:4] for row in job.rows.order_by("number")] == [
        ["TEA-1", "Hill tea", "100 g", "tea"],
        ["tea-2", "", "250 g", "tea"],
        ["cup", "Tin cup", "", ""],
    ]
    pictures = [row.cells[-1] for row in job.rows.order_by("number")]
    assert pictures[0] == "tea one.jpg | small.jpg | two.jpg | three.jpg"
    assert [row.number for row in job.rows.order_by("number")] == [2, 3, 5]
    targets = tuple("" if target in {"images", "category_code"} else target for target in job.targets)
    said = {"currency": "USD", "unit_code": "PK", "moq": "1", "order_multiple": "1", "origin": "IN"}
    again = SimpleUploadedFile("products_export.csv", SHOPIFY.encode())
    done = imported(supplier, again, targets=targets, defaults=said)
    assert (outcomes(done), problems(done)) == (["created"] * 3, [])
    tea = facts_of(Product.objects.get(variants__sku="TEA-1"))
    assert (tea.currency, str(tea.net_weight_kg), str(tea.tiers[0] and tea.tiers[0].min_quantity)) == (
        "USD",
        "0.1200",
        "1.000",
    )
    third = SimpleUploadedFile("products_export.csv", SHOPIFY.encode())
    assert outcomes(imported(supplier, third, targets=targets, defaults=said)) == ["unchanged"] * 3
    offered = Variant.objects.filter(supplier=supplier).order_by("product", "position")
    assert [(one.product.title, one.name, one.number) for one in offered.select_related("product")] == [
        ("Hill tea", "100 g", 1),
        ("Hill tea", "250 g", 2),
        ("Tin cup", "", 1),
    ]
    assert [str(one.tiers.get().unit_price) for one in offered] == ["4.500000", "9.750000", "3.000000"]


@pytest.mark.django_db
def test_prices_may_carry_their_quantity_in_the_heading() -> None:
    supplier = a_company()
    content = b"SKU;Title;MOQ;price from 10;price from 100;price from 500\nA;Rice;10;5,20;4,80;\nB;Rice two;10;5,20;5,40;\n"
    job = checked(supplier, SimpleUploadedFile("a.csv", content))
    assert outcomes(job) == ["created", "error"]
    assert [(row, column, value) for row, column, value, _text in problems(job)] == [
        (3, "price from 100", "5,40")
    ]
    done = imported(supplier, SimpleUploadedFile("a.csv", content))
    assert outcomes(done) == ["created", "error"]
    tiers = facts_of(Product.objects.get()).tiers
    assert [(int(tier.min_quantity), str(tier.unit_price)) for tier in tiers if tier] == [
        (10, "5.200000"),
        (100, "4.800000"),
    ]


@pytest.mark.django_db
def test_a_number_in_another_spelling_than_the_files_is_an_error_and_never_guessed() -> None:
    rows = b"SKU;Title;MOQ;Unit price\nA;Rice;1;1.234,50\nB;Rice;1;2.5\n"
    job = checked(a_company(), SimpleUploadedFile("a.csv", rows))
    assert job.decimal_sign == ","
    assert problems(job) == [
        (
            3,
            "Unit price",
            "2.5",
            "The numbers of this file are written with a comma before decimals; write this one so, too.",
        )
    ]
