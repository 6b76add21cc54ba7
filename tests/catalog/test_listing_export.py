"""Exports come back: what was exported and is imported unchanged changes nothing, whatever the listings say."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from catalog.errors import FieldErrors
from catalog.imports.sheets import csv_lines, workbook
from catalog.models import Product, ProductChange, Translation
from catalog.operations import create_product, set_translation
from catalog.queries.imports.export import example, export_of, template_columns
from catalog.queries.imports.lookups import lookups
from catalog.queries.listings.translations import languages_page
from catalog.rules.listing import ListingFacts
from catalog.rules.packing import AS_LISTED, Packing
from catalog.rules.prices import Tier
from catalog.rules.variants import VariantFacts
from marketplace.accounts.models import Company
from marketplace.core.ids import new_key
from tests.factories import AT
from tests.factories.accounts import a_company, owner_of
from tests.factories.catalog import a_live_product, rice_facts
from tests.factories.imports import checked, imported, outcomes, problems
from tests.factories.variants import offer_variants
from tests.plugins.sizes import size

NASTY = st.sampled_from(
    ["=cmd()", "+49 rice", "-rice", "@rice", "'=rice", "''-rice", '"quoted", rice', "a;b\tc|d", "été ﬁ 米 أرز", "rice 007"]
)  # fmt: skip
DESCRIPTIONS = st.sampled_from(
    [
        "",
        "- first\n- second\n\nand then",
        "<p>An <em>italic</em> word</p><h3>Head</h3><ol><li>one</li></ol>",
        "=SUM(A1)\n\nnot a formula, twice as long as needed for a review",
        '<a href="x">only a link</a>',
        "**bold** and * star\r\nline",
    ]
)
DESCRIPTION = "<p>Doce meses de <em>añejamiento</em>.</p><ul><li>uno</li></ul>"
AMOUNTS = st.decimals("0.001", "99999", places=3, allow_nan=False, allow_infinity=False)


@st.composite
def listings(draw: st.DrawFn) -> ListingFacts:
    """A draft that says much, little or nothing, in words that files like to break."""
    step = draw(AMOUNTS)
    prices = sorted(draw(st.sets(st.decimals("0.000001", "9999", places=6), max_size=4)), reverse=True)
    tiers = tuple(Tier(step * (number + 1), price) for number, price in enumerate(prices))
    said = draw(st.booleans())
    bare = ListingFacts(title=draw(NASTY) + " x", description=draw(DESCRIPTIONS))
    if not said:
        return bare
    return replace(
        bare,
        category_code="rice",
        hs_code=draw(st.sampled_from(["1006.30", "0809290000", "080929"])),
        origin=draw(st.sampled_from(["IN", "CI", "US", "NA"])),
        unit_code=draw(st.sampled_from(["TNE", "KGM", "MTQ"])),
        moq=step,
        order_multiple=step,
        currency=draw(st.sampled_from(["JPY", "USD", "KWD", ""])),
        incoterms_rule=draw(st.sampled_from(["", "FOB"])),
        named_place=draw(NASTY),
        packaging=draw(NASTY),
        lead_time_days=draw(st.none() | st.integers(0, 730)),
        units_per_package=draw(st.none() | AMOUNTS),
        quantity_tolerance_bps=draw(st.none() | st.integers(0, 2_000)),
        attributes={"variety": draw(NASTY), "broken_share": "-1.5"},
        tiers=tiers,
    )


def made(supplier: Company, facts: list[ListingFacts]) -> int:
    """How many rows they come to: every second one in two variants and, where it says something, two languages."""
    count, actor = 0, owner_of(supplier)
    for number, one in enumerate(facts):
        try:
            one = replace(one, sku=f"={number}" if number % 3 else "")
            product = create_product(supplier_id=supplier.pk, facts=one, actor=actor, key=new_key(), at=AT)
        except FieldErrors:
            continue  # the editor would not take it, so no export can hold it
        count += 1
        if number % 2:
            words = {"title": f"{one.title} á", "description": one.description and DESCRIPTION}
            set_translation(
                product_ref=product.ref, language="es", texts=words, actor=actor, key=new_key(), at=AT
            )
            if any(one.tiers):
                own = (
                    Packing(one.packaging, one.moq),
                    Packing(one.named_place, one.units_per_package, one.moq),
                )
                packed = own if number % 3 else (AS_LISTED, Packing(one.title))
                first = VariantFacts(one.title, one.sku, one.tiers, 1, packed[0])
                other = VariantFacts("=other()", f"-{number}", one.tiers, packing=packed[1])
                offer_variants(product, first, other)
                count += 1
    return count


def as_csv(supplier: Company, delimiter: str = ",") -> bytes:
    table = export_of(supplier.pk)
    return "".join(csv_lines(table.header, table.rows, delimiter)).encode()


def as_xlsx(supplier: Company) -> bytes:
    table = export_of(supplier.pk)
    with workbook(table.columns, table.rows, example=example()) as file:
        return file.read()


class WhatWasExported(TestCase):
    """Changes nothing when it comes back."""

    @pytest.mark.slow
    @settings(max_examples=size(5, 20, 400), deadline=None)
    @given(facts=st.lists(listings(), min_size=1, max_size=4), kind=st.sampled_from(["csv", "csv;", "xlsx"]))
    def test_comes_back_unchanged(self, facts: list[ListingFacts], kind: str) -> None:
        supplier = a_company()
        count = made(supplier, facts)
        if not count:
            return
        content = as_xlsx(supplier) if kind == "xlsx" else as_csv(supplier, kind[3:] or ",")
        job = checked(supplier, SimpleUploadedFile(f"listings.{kind[:4]}", content))
        assert (outcomes(job), problems(job)) == (["unchanged"] * count, [])


@pytest.mark.django_db
def test_a_live_listing_comes_back_unchanged_and_a_changed_cell_changes_it() -> None:
    supplier = a_company()
    product = a_live_product(supplier)
    content = as_csv(supplier)
    assert outcomes(imported(supplier, SimpleUploadedFile("a.csv", content))) == ["unchanged"]
    assert not ProductChange.objects.exists()
    job = imported(supplier, SimpleUploadedFile("b.csv", content.replace(b",1180,", b",1175.5,")))
    assert outcomes(job) == ["updated"]
    assert ProductChange.objects.get().product == product


@pytest.mark.django_db
def test_an_import_keeps_translations_and_a_changed_title_puts_them_out_of_date() -> None:
    supplier = a_company()
    product = a_live_product(supplier)
    words = {"title": "Arroz basmati", "packaging": "Saco de 25 kg"}
    set_translation(
        product_ref=product.ref, language="es", texts=words, actor=owner_of(supplier), key=new_key(), at=AT
    )
    content = as_csv(supplier)
    assert outcomes(imported(supplier, SimpleUploadedFile("a.csv", content))) == ["unchanged"]
    changed = content.replace(b"1121 Steam Basmati Rice", b"1121 Sella Basmati Rice")
    assert outcomes(imported(supplier, SimpleUploadedFile("b.csv", changed))) == ["updated"]
    assert Translation.objects.get().texts == words
    [spanish] = [row for row in languages_page(product.ref, owner_of(supplier)).rows if row.code == "es"]
    assert spanish.outdated == 1


@pytest.mark.django_db
def test_no_cell_of_an_export_is_calculated_by_a_spreadsheet() -> None:
    supplier = a_company()
    facts = rice_facts(title="=HYPERLINK(1) rice", packaging="@SUM(A1)", attributes={"variety": "+1"})
    create_product(supplier_id=supplier.pk, facts=facts, actor=owner_of(supplier), key=new_key(), at=AT)
    rows: list[list[Any]] = list(csv.reader(io.StringIO(as_csv(supplier).decode("utf-8-sig"))))
    assert [cell for row in rows for cell in row if cell[:1] in {"=", "@", "+"}] == []
    assert "'=HYPERLINK(1) rice" in rows[1]


@pytest.mark.django_db
def test_the_template_offers_lists_that_are_read_back_and_no_heading_twice() -> None:
    columns = template_columns("rice")
    labels = [column.label for column in columns]
    assert len(set(labels)) == len(labels)
    known = lookups()
    names = {"category_code": known.category_names, "origin": known.countries, "unit_code": known.units}
    for column in columns:
        if column.code in names:
            assert [
                names[column.code].label(names[column.code].find(text)) for text in column.choices
            ] == list(column.choices)
    every = [*labels, *known.attribute_labels.values()]
    assert len({label.casefold() for label in every}) == len({*labels, *known.attribute_labels.values()})


@pytest.mark.django_db
def test_the_example_of_the_template_would_be_taken() -> None:
    supplier = a_company()
    row = dict(example()) | {"category_code": "rice", "description": "x" * 50, "attributes.variety": "1121"}
    row.pop("images")
    columns = [column for column in template_columns("rice") if column.code in row]
    with workbook(columns, [[row[column.code] for column in columns]]) as file:
        job = checked(supplier, SimpleUploadedFile("t.xlsx", file.read()))
    assert problems(job) == []
    assert Decimal(row["moq"]) == 5
    assert not Product.objects.exists()
