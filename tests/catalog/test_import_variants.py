"""Variants and translations in tables: several rows of one listing, its words in other languages, and both again."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile

from catalog.imports.cells import CellWrong
from catalog.imports.columns import guess
from catalog.imports.sheets import csv_lines
from catalog.imports.stocked import periods_of_text
from catalog.models import (
    CapacityMovement,
    CapacityPeriod,
    ListingImport,
    PriceTier,
    Product,
    ProductChange,
    SearchEntry,
    Translation,
    Variant,
)
from catalog.operations import create_product, pause_product, set_translation, state_written_in
from catalog.operations.imports import rows as import_rows
from catalog.queries.imports.export import export_of
from catalog.queries.listings.stored import facts_of
from catalog.queries.listings.translations import languages_page
from catalog.queries.listings.variants import offered_variants
from catalog.rules.packing import AS_LISTED, Packing
from catalog.rules.prices import Tier
from catalog.rules.translating import digest_of
from catalog.rules.variants import VariantFacts
from marketplace.accounts.models import Company
from marketplace.core.books import find_discrepancies
from marketplace.core.ids import new_key
from tests.factories import AT
from tests.factories.accounts import a_company, owner_of
from tests.factories.capacity import JUNE, a_period, a_stock, book_of, taken_of
from tests.factories.catalog import a_live_product, tiers
from tests.factories.imports import checked, csv_file, imported, outcomes, problems, rice
from tests.factories.orders import a_placed_order
from tests.factories.variants import (
    BAG,
    BAG_PRICES,
    BOX,
    BOX_PRICES,
    offer_variants,
    rice_in_two_packings,
    withdraw_variant,
)

pytestmark = pytest.mark.django_db
OTHER = {"sku": "BAS-2", "variant": BOX, "listing": "basmati", "tier_1_from": "5", "tier_1_price": "1240"}


def of_two(**over: str) -> list[dict[str, str]]:
    """One listing in two rows; `over` replaces cells of the second."""
    return [rice(listing="basmati", variant=BAG), {**OTHER, **over}]


def exported(supplier: Company) -> list[dict[str, str]]:
    """The export, by our headings."""
    table = export_of(supplier.pk)
    text = "".join(csv_lines(table.header, table.rows)).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text)))


def as_file(rows: list[dict[str, str]]) -> UploadedFile[Any]:
    """Rows of an export as they come back."""
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return SimpleUploadedFile("back.csv", out.getvalue().encode())


def everything(supplier: Company) -> list[Any]:
    """All that imports write of a company's listings, but keys, references and moments."""
    rows: list[Any] = []
    for product in Product.objects.filter(supplier=supplier).order_by("pk"):
        variants = [
            (one.number, one.position, one.name, one.sku, one.tiers, one.packing)
            for one in offered_variants(product)
        ]
        words = product.translations.order_by("language").values_list(
            "language", "texts", "based_on", "revision"
        )
        rows.append((facts_of(product), product.state, product.revision, variants, list(words)))
    return rows


def moved() -> tuple[int, ...]:
    """What a refused import leaves as it was."""
    models = (Product, Variant, PriceTier, ProductChange, Translation)
    return tuple(model.objects.count() for model in models)


def texts_of(job: ListingImport) -> list[tuple[int, str, str]]:
    """Row, column and the beginning of the remedy."""
    return [(row, column, text[:34]) for row, column, _value, text in problems(job)]


def test_rows_of_one_listing_are_what_the_editor_would_have_made() -> None:
    by_hand, by_file = a_company(), a_company()
    job = imported(by_file, csv_file([*of_two(), rice(sku="ALONE")]))
    assert (outcomes(job), problems(job)) == (["created"] * 3, [])
    assert [row.title.partition(" · ")[2] for row in job.rows.order_by("number")] == [BAG, BOX, ""]
    first = Product.objects.filter(supplier=by_file).order_by("pk")[0]
    assert list(job.rows.order_by("number").values_list("product", flat=True)[:2]) == [first.pk] * 2
    for product in Product.objects.filter(supplier=by_file).order_by("pk"):
        facts, actor = facts_of(product), owner_of(by_hand)
        own = create_product(supplier_id=by_hand.pk, facts=facts, actor=actor, key=new_key(), at=AT)
        if product == first:
            offer_variants(
                own,
                VariantFacts(BAG, "BAS-1", facts.tiers, 1),
                VariantFacts(BOX, "BAS-2", tiers(("5", "1240"))),
            )
            Product.objects.filter(pk=own.pk).update(revision=1)  # the editor takes two steps for it
    assert everything(by_file) == everything(by_hand)
    repeated = rice(**of_two()[1]) | {"tier_2_from": "", "tier_2_price": ""}
    for again in ([*of_two(), rice(sku="ALONE")], [of_two()[0], repeated]):
        assert set(outcomes(imported(by_file, csv_file(again)))) == {"unchanged"}


def test_a_change_is_written_as_the_editor_writes_it() -> None:
    by_hand, by_file = a_company(), a_company()
    for supplier in (by_hand, by_file):
        rice_in_two_packings(a_live_product(supplier))
    ProductChange.objects.all().delete()
    mine, theirs = (Product.objects.get(supplier=one) for one in (by_hand, by_file))
    dear = tiers(("5", "1300"))
    offer_variants(
        mine,
        VariantFacts(BAG, "BAS-1121", BAG_PRICES, 1),
        VariantFacts("Carton", "BAS-1121-BOX", dear, 2),
        VariantFacts("Sack", "S", dear),
    )
    one_price = {"tier_1_from": "5", "tier_1_price": "1300", "tier_2_from": "", "tier_2_price": ""}
    new = one_price | {"reference": theirs.ref}
    job = imported(
        by_file,
        csv_file(
            [{"sku": "BAS-1121-BOX", "variant": "Carton", **new}, {"sku": "S", "variant": "Sack", **new}]
        ),
    )
    assert (outcomes(job), problems(job)) == (["updated", "created"], [])
    assert everything(by_file) == everything(by_hand)
    [by_editor, by_import] = [ProductChange.objects.get(product=one) for one in (mine, theirs)]
    assert (by_import.before, by_import.after) == (by_editor.before, by_editor.after)
    theirs.refresh_from_db()
    assert theirs.changed_since_review_at == AT  # a new name is a word to look at


def test_what_was_exported_comes_back_unchanged_and_one_row_changes_its_variant_alone() -> None:
    supplier = a_company()
    product = rice_in_two_packings(a_live_product(supplier))
    words = {"title": "Arroz basmati", "packaging": "Saco", "variant_names.2": "Caja de 20 x 1 kg"}
    actor = owner_of(supplier)
    set_translation(product_ref=product.ref, language="es", texts=words, actor=actor, key=new_key(), at=AT)
    a_live_product(supplier)
    before = everything(supplier)
    rows = exported(supplier)
    assert [(row["Variant"], row["Title"], row["Title (es)"], row["Variant (es)"]) for row in rows] == [
        (BAG, product.title, "Arroz basmati", ""),
        (BOX, "", "", "Caja de 20 x 1 kg"),
        ("", product.title, "", ""),
    ]
    changes = ProductChange.objects.count()
    for sent in (rows, [rows[1]], [rows[2], rows[0]]):
        assert set(outcomes(imported(supplier, as_file(sent)))) == {"unchanged"}
    assert (everything(supplier), ProductChange.objects.count()) == (before, changes)
    job = imported(supplier, as_file([rows[1] | {"Unit price 1": "1239"}]))
    assert (outcomes(job), job.rows.get().changes) == (["updated"], ["tiers"])
    [bags, boxes] = offered_variants(product)
    assert (bags.tiers, boxes.tiers[0].unit_price, boxes.tiers[1]) == (
        BAG_PRICES,
        Decimal(1239),
        BOX_PRICES[1],
    )


def test_a_further_row_says_how_its_variant_is_packed_and_the_first_how_the_listing_is() -> None:
    supplier = a_company()
    bag = {"packaging": "Bag", "net_weight_kg": "25"}
    other = another_of_two("L", packaging="Box", gross_weight_kg="21")
    job = imported(supplier, csv_file([*(row | bag for row in of_two()), other[0] | bag, other[1]]))
    assert (outcomes(job), problems(job)) == (["created"] * 4, [])
    plain, packed = Product.objects.filter(supplier=supplier).order_by("pk")
    assert [one.packing for one in offered_variants(plain)] == [AS_LISTED] * 2  # it repeats the listing
    box = Packing("Box", gross_weight_kg=Decimal(21))
    assert [one.packing for one in offered_variants(packed)] == [AS_LISTED, box]
    before, rows = everything(supplier), exported(supplier)
    assert [row["Packaging"] for row in rows[2:]] == ["Bag", "Box"]
    assert set(outcomes(imported(supplier, as_file(rows)))) == {"unchanged"}
    assert everything(supplier) == before
    job = imported(supplier, as_file([rows[2], rows[3] | {"Net weight (kg)": "22"}]))
    assert [(row, column) for row, column, _value, _text in problems(job) if column] == [
        (3, "Gross weight (kg)")
    ]
    assert everything(supplier) == before
    job = imported(
        supplier, as_file([rows[2] | {"Packaging": "Jute bag"}, rows[3] | {"Net weight (kg)": "20"}])
    )
    assert [row.changes for row in job.rows.order_by("number")] == [["packaging"], ["net_weight_kg"]]
    packed.refresh_from_db()
    assert packed.packaging == "Jute bag"
    [first, second] = [one.facts for one in offered_variants(packed)]
    assert second.packing == replace(box, net_weight_kg=Decimal(20))
    # A first variant with a packing of its own, as the page can state it: its row speaks of that one.
    offer_variants(packed, replace(first, packing=Packing("Sack")), second)
    rows = exported(supplier)[2:]
    assert ([row["Packaging"] for row in rows], rows[0]["Net weight (kg)"]) == (["Sack", "Box"], "")
    assert set(outcomes(imported(supplier, as_file(rows)))) == {"unchanged"}
    imported(supplier, as_file([rows[0] | {"Packaging": "Cotton sack"}, rows[1]]))
    packed.refresh_from_db()
    assert (packed.packaging, offered_variants(packed)[0].packing) == ("Jute bag", Packing("Cotton sack"))


def another_of_two(name: str, **over: str) -> list[dict[str, str]]:
    """Another listing of two rows."""
    first = rice(listing=name, variant=BAG, sku=f"{name}-1")
    return [first, {**OTHER, "listing": name, "sku": f"{name}-2", **over}]


def test_a_number_alone_finds_its_variant_and_a_new_row_adds_one() -> None:
    supplier = a_company()
    product = rice_in_two_packings(a_live_product(supplier))
    price = {"tier_1_from": "5", "tier_1_price": "1230", "tier_2_from": "", "tier_2_price": ""}
    assert outcomes(imported(supplier, csv_file([{"sku": "BAS-1121-BOX", **price}]))) == ["updated"]
    sack = {"sku": "SACK", "reference": product.ref, "variant": "Sack", **price}
    assert outcomes(imported(supplier, csv_file([sack]))) == ["created"]
    assert [(one.number, one.name, one.sku, len(one.tiers)) for one in offered_variants(product)] == [
        (1, BAG, "BAS-1121", 3),
        (2, BOX, "BAS-1121-BOX", 1),
        (3, "Sack", "SACK", 1),
    ]
    renamed = {"sku": "SACK", "variant": BOX}, {"sku": "BAS-1121-BOX", "variant": "Sack"}
    assert outcomes(imported(supplier, csv_file(list(renamed)))) == ["updated", "updated"]
    assert [one.name for one in offered_variants(product)] == [BAG, "Sack", BOX]


def test_new_terms_move_the_prices_of_variants_that_no_row_is_about() -> None:
    supplier = a_company()
    product = rice_in_two_packings(a_live_product(supplier))
    row = {"sku": "BAS-1121", "moq": "10", "tier_1_from": "10", "tier_1_price": "1180"}
    job = imported(supplier, csv_file([row]))
    assert (outcomes(job), problems(job)) == (["updated"], [])
    [_bags, boxes] = offered_variants(product)
    assert boxes.tiers == (Tier(Decimal(10), BOX_PRICES[0].unit_price), BOX_PRICES[1])


def test_one_wrong_row_keeps_its_listing_back_and_loses_no_other() -> None:
    supplier = a_company()
    rows = [*of_two(tier_1_price="dear"), rice(sku="ALONE")]
    job = imported(supplier, csv_file(rows))
    assert outcomes(job) == ["error", "error", "created"]
    assert texts_of(job) == [
        (2, "", "Row 3 is about the same listing: m"),
        (3, "Unit price 1", "Enter a number alone, without word"),
    ]
    assert Product.objects.get().variants.get().sku == "ALONE"
    assert outcomes(imported(supplier, csv_file(of_two()))) == ["created", "created"]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (of_two(title="Rice", hs_code="1006.30", moq="5"), [(2, ""), (3, "Title")]),
        (of_two(hs_code="none"), [(2, ""), (3, "HS code")]),
        (of_two(variant=BAG.upper()), [(2, "Variant"), (3, "Variant")]),
        (of_two(variant=""), [(2, ""), (3, "Variant")]),
        (of_two(variant="x" * 121), [(2, ""), (3, "Variant")]),
        (of_two(tier_1_from="", tier_1_price=""), [(2, ""), (3, "Unit price 1")]),
        (of_two(tier_1_from="7"), [(2, ""), (3, "From quantity 1")]),
        (of_two(sku="BAS-1"), [(2, ""), (3, "Article number")]),
        (of_two(sku=""), [(2, ""), (3, "Article number")]),
        ([of_two()[0], rice(sku="ALONE"), of_two()[1]], [(4, "Variants of one listing")]),
    ],
)
def test_rows_that_contradict_each_other_are_refused_where_they_do(
    rows: list[dict[str, str]], found: list[tuple[int, str]]
) -> None:
    supplier = a_company()
    foretold = checked(supplier, csv_file(rows))
    assert [(row, column) for row, column, _text in texts_of(foretold)] == found
    done = imported(supplier, csv_file(rows))
    assert (outcomes(done), problems(done)) == (outcomes(foretold), problems(foretold))
    assert Variant.objects.exclude(sku="ALONE").count() == (1 if len(rows) == 3 else 0)


def test_numbers_of_others_and_of_withdrawn_variants_are_refused_and_nothing_moves() -> None:
    supplier = a_company()
    product = withdraw_variant(rice_in_two_packings(a_live_product(supplier)), 2)
    a_live_product(supplier, sku="OTHER")
    before = moved()
    ref, price = {"reference": product.ref}, {"tier_1_from": "5", "tier_1_price": "9"}
    for row, text in (
        ({"sku": "BAS-1121-BOX", "variant": "Again", **price, **ref}, "A withdrawn variant of this listin"),
        ({"sku": "OTHER", "variant": "Third", **price, **ref}, "Another listing or variant of your"),
    ):
        job = imported(supplier, csv_file([row]))
        assert (outcomes(job), texts_of(job)) == (["error"], [(2, "Article number", text)])
    assert moved() == before


def test_a_chunk_does_not_end_between_the_rows_of_a_listing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_rows, "CHUNK", 2)
    supplier = a_company()
    more = [{**OTHER, "sku": f"V-{number}", "variant": f"Form {number}"} for number in range(3)]
    rows = [rice(sku="ALONE"), rice(listing="basmati", variant=BAG), *more, rice(sku="LAST")]
    job = imported(supplier, csv_file(rows))
    assert (outcomes(job), problems(job)) == (["created"] * 6, [])
    assert sorted(len(offered_variants(one)) for one in Product.objects.all()) == [1, 1, 4]


def test_translations_are_columns_that_are_set_changed_kept_and_emptied() -> None:
    supplier, names = (
        a_company(),
        {"title:es": "Arroz", "packaging:fr": "Sac", "attributes.variety:es": "1121 larga"},
    )
    row = rice(packaging="Bag") | names
    job = imported(supplier, csv_file([row]))
    assert (outcomes(job), problems(job)) == (["created"], [])
    product = Product.objects.get()
    spanish = {"title": "Arroz", "attributes.variety": "1121 larga"}
    assert dict(product.translations.values_list("language", "texts")) == {
        "es": spanish,
        "fr": {"packaging": "Sac"},
    }
    assert outcomes(imported(supplier, csv_file([row]))) == ["unchanged"]
    job = imported(supplier, csv_file([{"sku": "BAS-1", "title:es": "Arroz basmati", "packaging:fr": ""}]))
    assert (outcomes(job), job.rows.get().changes) == (["updated"], ["title:es"])
    change = ProductChange.objects.get()
    assert (change.before, change.after) == ({"title:es": "Arroz"}, {"title:es": "Arroz basmati"})
    renamed = imported(
        supplier, csv_file([{"sku": "BAS-1", "title": "Another rice", "title:es": "Arroz basmati"}])
    )
    assert renamed.rows.get().changes == ["title"]
    [page] = [one for one in languages_page(product.ref, owner_of(supplier)).rows if one.code == "es"]
    assert (page.outdated, page.is_begun) == (1, True)
    emptied = imported(supplier, csv_file([{"sku": "BAS-1", "packaging:fr": ""}]), clears=True)
    assert emptied.rows.get().changes == ["packaging:fr"]
    assert list(product.translations.values_list("language", "revision")) == [("es", 2)]


def test_names_of_variants_are_columns_of_their_own_rows_also_of_new_ones() -> None:
    supplier = a_company()
    product = rice_in_two_packings(a_live_product(supplier))
    before = moved()
    wrong = {"sku": "BAS-1121", "variant:es": "x" * 121}
    assert texts_of(imported(supplier, csv_file([wrong]))) == [(2, "Variant (es)", "At most 120 characters.")]
    assert moved() == before
    price = {"tier_1_from": "5", "tier_1_price": "1230", "tier_2_from": "", "tier_2_price": ""}
    sack = {"sku": "SACK", "reference": product.ref, "variant": "Sack", "variant:es": "Costal", **price}
    job = imported(
        supplier, csv_file([{"sku": "BAS-1121-BOX", "variant:es": "Caja", "variant:fr": ""}, sack])
    )
    assert [(row.outcome, row.changes) for row in job.rows.order_by("number")] == [
        ("updated", ["variant:es"]),
        ("created", ["variant", "variant:es"]),
    ]
    [row] = product.translations.all()
    assert row.texts == {"variant_names.2": "Caja", "variant_names.3": "Costal"}
    assert row.based_on == {"variant_names.2": digest_of(BOX), "variant_names.3": digest_of("Sack")}
    product.refresh_from_db()
    assert product.changed_since_review_at == AT
    assert outcomes(checked(supplier, as_file(exported(supplier)))) == ["unchanged"] * 3


def test_translations_of_nothing_of_the_original_and_too_long_ones_are_refused() -> None:
    supplier = a_company()
    product = a_live_product(supplier, sku="BAS-1", packaging="")
    state_written_in(product_ref=product.ref, language="en", actor=owner_of(supplier), key=new_key(), at=AT)
    before = moved()
    row = {
        "sku": "BAS-1",
        "title:en": "Rice",
        "packaging:es": "Saco",
        "title:fr": "x" * 141,
        "description:es": "=a()",
    }
    job = imported(supplier, csv_file([row]))
    assert sorted(texts_of(job)) == [
        (2, "Description (es)", "This is a formula. Write its resul"),
        (2, "Packaging (es)", "The listing says nothing here that"),
        (2, "Title (en)", "The listing itself is written in t"),
        (2, "Title (fr)", "At most 140 characters."),
    ]
    assert moved() == before


def test_headings_of_other_languages_are_known_as_people_write_them() -> None:
    said = [
        "title:es",
        "Title (fr)",
        "DESCRIPTION [pt]",
        "Variety: es",
        "Net weight (kg)",
        "Packaging (xx)",
        "MOQ (es)",
    ]
    found = guess(said, {"variety": "Variety"})
    assert found == (
        "title:es",
        "title:fr",
        "description:pt",
        "attributes.variety:es",
        "net_weight_kg",
        found[5],
        "",
    )
    assert ":" not in found[5]


def test_stock_and_capacity_come_back_unchanged_and_a_file_states_more_of_them_by_variant() -> None:
    supplier = a_company()
    product = rice_in_two_packings(a_live_product(supplier))
    alone = a_live_product(supplier)
    stock, june = a_stock(product, "40"), a_period(product, JUNE, "62.5", variant=2)
    trade = a_placed_order(products=[(product, "20")])
    rows = exported(supplier)
    said = [row["Stock and capacity"] for row in rows]
    assert said == ["stock 2026-03-02: 40", "2026-06: 62.5", ""]
    before = (everything(supplier), CapacityMovement.objects.count())
    assert set(outcomes(imported(supplier, as_file(rows)))) == {"unchanged"}
    assert (everything(supplier), CapacityMovement.objects.count()) == before
    rows[0] |= {"Stock and capacity": "stock: 35 t; 2026-07: 12"}
    rows[2] |= {"Stock and capacity": "2026-06-01..2026-06-15: 7"}
    job = imported(supplier, as_file(rows))
    assert (outcomes(job), problems(job)) == (["updated", "unchanged", "updated"], [])
    assert [row.changes for row in job.rows.order_by("number")] == [["capacity"], [], ["capacity"]]
    assert (taken_of(stock), taken_of(june)) == ((35, 20), (62.5, 0))
    assert [row["Stock and capacity"] for row in exported(supplier)] == [
        "stock 2026-03-02: 35; 2026-07: 12",
        "2026-06: 62.5",
        "2026-06-01..2026-06-15: 7",
    ]
    assert everything(supplier) == before[0]  # no step of the listing's history
    assert find_discrepancies("catalog: stock and capacity") == []
    assert book_of(CapacityPeriod.objects.get(variant__product=alone)) == [("offered", 7, 0)]
    fresh = csv_file([{**row, "capacity": f"stock: {40 + place}"} for place, row in enumerate(of_two())])
    assert outcomes(imported(supplier, fresh)) == ["created", "created"]
    amounts = CapacityPeriod.objects.filter(variant__sku__in=("BAS-1", "BAS-2")).order_by("variant__sku")
    assert list(amounts.values_list("offered", flat=True)) == [40, 41]
    assert trade.order.state == "placed"


@pytest.mark.parametrize(
    ("cell", "remedy"),
    [
        ("stock: 50 kg", "This listing counts in t."),
        ("stock: 1,500", "Write amounts as plain numbers"),
        ("spring: 12", "Write a month and an amount"),
        ("2026-13: 12", "Write a month and an amount"),
        ("9999-12: 5", "Write a month and an amount"),
        ("2026-07: 12; 2026-07: 13", "The same period stands there twice."),
    ],
)
def test_a_cell_of_capacity_that_cannot_be_read_says_how_to_write_it(cell: str, remedy: str) -> None:
    with pytest.raises(CellWrong, match=remedy):
        periods_of_text(cell, "TNE")


def test_capacity_that_cannot_be_is_named_with_its_cell_and_moves_nothing() -> None:
    product = a_live_product()
    a_stock(product, "40")
    a_period(product, JUNE, "60")
    a_placed_order(products=[(product, "20")])
    [row] = exported(product.supplier)
    before = (CapacityMovement.objects.count(), everything(product.supplier))
    for cell, remedy in (
        ("2026-08: 5; stock: 19", "Orders hold 20 t of it already"),
        ("2026-06-10..2026-07-10: 5", "These days meet June 2026"),
        ("2026-01: 5", "These days are over."),
        ("stock: 50; stock 2026-03-02: 60", "The same period stands there twice."),
    ):
        job = checked(product.supplier, as_file([row | {"Stock and capacity": cell}]))
        [(_number, column, value, text)] = problems(job)
        said = (column, value, text.replace("\u00a0", " ")[: len(remedy)])
        assert said == ("Stock and capacity", cell, remedy)
    assert (CapacityMovement.objects.count(), everything(product.supplier)) == before


def test_a_variant_is_withdrawn_and_offered_again_by_its_row_as_the_editor_does_it() -> None:
    by_hand, by_file = a_company(), a_company()
    for supplier in (by_hand, by_file):
        rice_in_two_packings(a_live_product(supplier))
    ProductChange.objects.all().delete()
    mine, theirs = (Product.objects.get(supplier=one) for one in (by_hand, by_file))
    withdraw_variant(mine, 1)
    foretold = checked(
        by_file, csv_file([{"sku": "BAS-1121", "on_offer": "retirado", "tier_1_price": "dear"}])
    )
    assert (outcomes(foretold), foretold.rows.get().changes, len(offered_variants(theirs))) == (
        ["updated"],
        ["withdrawn"],
        2,
    )
    first, second = exported(by_file)
    assert (first["On offer"], second["On offer"]) == ("yes", "yes")
    imported(by_file, as_file([first | {"On offer": "withdrawn"}, second]))
    assert everything(by_file) == everything(by_hand)
    [by_editor, by_import] = [ProductChange.objects.get(product=one) for one in (mine, theirs)]
    assert (by_import.before, by_import.after) == (by_editor.before, by_editor.after)
    rows = exported(by_file)
    assert [(row["Variant"], row["On offer"]) for row in rows] == [(BOX, "yes"), (BAG, "withdrawn")]
    without = [{name: text for name, text in row.items() if name != "On offer"} for row in rows]
    for sent in (rows, without[1:]):
        assert set(outcomes(imported(by_file, as_file(sent)))) == {"unchanged"}
    changed = [without[0], without[1] | {"Unit price 1": "9"}]
    assert outcomes(checked(by_file, as_file(changed))) == ["error", "error"]
    assert everything(by_file) == everything(by_hand)
    job = imported(by_file, as_file([rows[1] | {"On offer": "yes", "Unit price 1": "1179"}]))
    assert (outcomes(job), job.rows.get().changes) == (["updated"], ["offered_again", "tiers"])
    assert [(one.number, one.tiers[0].unit_price) for one in offered_variants(theirs)] == [
        (2, BOX_PRICES[0].unit_price),
        (1, Decimal(1179)),
    ]


def test_a_listing_is_paused_and_resumed_by_a_row_and_nothing_else_changes() -> None:
    supplier = a_company()
    product = rice_in_two_packings(a_live_product(supplier))
    before, rows = everything(supplier), exported(supplier)
    job = imported(supplier, as_file([rows[0] | {"On offer": "paused"}, rows[1]]))
    assert [(row.outcome, row.changes) for row in job.rows.order_by("number")] == [
        ("updated", ["paused"]),
        ("unchanged", []),
    ]
    rows = exported(supplier)
    assert [row["On offer"] for row in rows] == ["paused", "paused"]
    assert set(outcomes(checked(supplier, as_file(rows)))) == {"unchanged"}
    product.refresh_from_db()
    keys = product.transitions.order_by("-pk").values_list("key", flat=True)
    assert (product.state, keys[0]) == ("paused", job.ref)
    job = imported(supplier, csv_file([{"sku": "BAS-1121-BOX", "on_offer": "yes"}]))
    assert (job.rows.get().changes, everything(supplier)) == (["resumed"], before)


def test_a_variant_that_comes_back_in_a_new_currency_has_to_say_its_prices_anew() -> None:
    supplier = a_company()
    product = withdraw_variant(rice_in_two_packings(a_live_product(supplier)), 2)
    before, counts = everything(supplier), moved()
    gone = {"sku": "BAS-1121", "on_offer": "withdrawn", "currency": "EUR"}
    back = {"sku": "BAS-1121-BOX", "on_offer": "yes", "currency": "EUR"}
    assert outcomes(imported(supplier, csv_file([gone, back]))) == ["error", "error"]
    assert (everything(supplier), moved()) == (before, counts)
    same_figures = {"tier_1_from": "5", "tier_1_price": "1240", "tier_2_from": "50", "tier_2_price": "1190"}
    assert outcomes(imported(supplier, csv_file([gone, back | same_figures]))) == ["updated", "updated"]
    product.refresh_from_db()
    [offered] = offered_variants(product)
    assert (product.state, product.currency, offered.number, offered.tiers) == ("live", "EUR", 2, BOX_PRICES)
    assert SearchEntry.objects.get(product=product).tier_prices == [tier.unit_price for tier in BOX_PRICES]
    assert not PriceTier.objects.filter(variant__product=product, variant__number=1).exists()


def test_a_draft_is_not_submitted_with_a_variant_alone_that_has_no_price() -> None:
    supplier = a_company()
    imported(supplier, csv_file(of_two()))
    product = Product.objects.get(supplier=supplier)
    withdraw_variant(product, 2)
    first = rice()["sku"]
    assert outcomes(imported(supplier, csv_file([{"sku": first, "currency": "EUR"}]))) == ["updated"]
    rows = [{"sku": first, "on_offer": "no"}, {"sku": OTHER["sku"], "on_offer": "yes"}]
    job = imported(supplier, csv_file(rows), submits=True)
    assert outcomes(job) == ["error", "error"]
    product.refresh_from_db()
    assert (product.state, product.currency) == ("draft", "EUR")


def test_rows_that_pause_a_listing_and_resume_it_at_once_are_refused_and_a_variant_comes_back_alone() -> None:
    supplier = a_company()
    product = withdraw_variant(rice_in_two_packings(a_live_product(supplier)), 2)
    pause_product(product_ref=product.ref, actor=owner_of(supplier), key=new_key(), at=AT)
    first, second = exported(supplier)
    assert outcomes(imported(supplier, as_file([first, second | {"On offer": "yes"}]))) == [
        "unchanged",
        "updated",
    ]
    product.refresh_from_db()
    assert (product.state, len(offered_variants(product))) == ("paused", 2)
    first, second = exported(supplier)
    torn = checked(supplier, as_file([first, second | {"On offer": "yes"}]))
    assert [text for _row, _column, text in texts_of(torn)] == [
        "Row 3 is about the same listing: m",
        "Another row of this listing says “p"[:34],
    ]


def test_what_cannot_stand_so_is_refused_with_a_remedy_and_nothing_moves() -> None:
    supplier = a_company()
    rice_in_two_packings(a_live_product(supplier))
    a_live_product(supplier, sku="ONE")
    paused_draft = imported(supplier, csv_file([rice(sku="DRAFT")]))
    assert outcomes(paused_draft) == ["created"]
    before, counts = everything(supplier), moved()
    rows = [
        ({"sku": "ONE", "on_offer": "no"}, "A listing offers at least one vari"),
        ({"sku": "DRAFT", "on_offer": "paused"}, "Only a live listing can be paused,"),
        (rice(sku="NEW", on_offer="perhaps"), "Write “yes”, “paused” for the whol"),
        (rice(sku="NEW2", on_offer="withdrawn"), "There is no such variant to withdr"),
        (rice(sku="NEW3", on_offer="paused"), "What is not listed yet cannot be p"),
        ({"sku": "BAS-1121", "on_offer": "no"}, "Row 8 is about the same listing: m"),
        ({"sku": "BAS-1121-BOX", "on_offer": "no"}, "A listing offers at least one vari"),
    ]
    job = imported(supplier, csv_file([row for row, _text in rows]))
    assert [text for _row, _column, text in texts_of(job)] == [text for _row, text in rows]
    assert {column for _row, column, _text in texts_of(job)} == {"On offer", ""}
    assert (everything(supplier), moved()) == (before, counts)
