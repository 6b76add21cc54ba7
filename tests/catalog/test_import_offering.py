"""Markets, season and sample in a table: read in people's words, written so that nothing changes on the way back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.imports.cells import CellWrong
from catalog.imports.names import country_names
from catalog.imports.stated import markets_of_text, markets_text, months_of_text
from catalog.models import Offering, Product, ProductChange, SearchEntry
from catalog.operations import state_offering
from catalog.queries.listings.offering import offering_of
from catalog.rules.markets import EVERYWHERE, Markets
from catalog.rules.offering import OfferingFacts, Sample
from marketplace.core.ids import new_key
from tests.catalog.test_listing_export import as_csv, as_xlsx
from tests.factories import AT
from tests.factories.accounts import a_company, owner_of
from tests.factories.catalog import a_live_product
from tests.factories.imports import checked, csv_file, imported, outcomes, problems, rice
from tests.plugins.sizes import size

WHOLE = OfferingFacts(
    Markets("except", ("CU", "IR")), (1, 11, 12), Sample(Decimal("0.003"), Decimal(10), 5, is_credited=True)
)


@settings(max_examples=size(20, 50, 500))
@given(
    st.sampled_from(("only", "except")), st.sets(st.sampled_from(("DE", "FR", "CI", "NA", "TR")), min_size=1)
)
def test_markets_are_read_as_they_are_written(ships: str, countries: set[str]) -> None:
    markets = Markets(ships, tuple(sorted(countries)))
    assert markets_of_text(markets_text(markets), country_names()) == markets
    assert markets_of_text(markets_text(EVERYWHERE), country_names()) == EVERYWHERE


@pytest.mark.parametrize(
    ("text", "markets"),
    [
        ("Worldwide", EVERYWHERE),
        ("Alemania, Francia", Markets("only", ("DE", "FR"))),
        ("Todos excepto: Cuba", Markets("except", ("CU",))),
        ("sauf: Viet Nam; Türkiye", Markets("except", ("TR", "VN"))),
    ],
)
def test_markets_are_read_in_peoples_words(text: str, markets: Markets) -> None:
    assert markets_of_text(text, country_names()) == markets


def test_what_is_no_country_or_month_says_so() -> None:
    for text in ("only: Germnay", "perhaps: DE", "the moon"):
        with pytest.raises(CellWrong):
            markets_of_text(text, country_names())
    for text in ("13", "May", "0", "3-", "1-x"):
        with pytest.raises(CellWrong):
            months_of_text(text)
    assert months_of_text("11-1; 6") == (1, 6, 11, 12)


def stated(product: Product, facts: OfferingFacts = WHOLE) -> None:
    state_offering(
        product_ref=product.ref, facts=facts, actor=owner_of(product.supplier), key=new_key(), at=AT
    )


@pytest.mark.django_db
def test_an_export_comes_back_unchanged_and_a_changed_cell_changes_that_alone() -> None:
    supplier = a_company()
    product = a_live_product(supplier)
    a_live_product(supplier)
    stated(product)
    before = ProductChange.objects.count()
    content = as_csv(supplier)
    assert b"except: CU, IR" in content
    for name, sent in (("a.csv", content), ("a.xlsx", as_xlsx(supplier))):
        job = imported(supplier, SimpleUploadedFile(name, sent))
        assert (outcomes(job), problems(job)) == (["unchanged", "unchanged"], [])
    job = imported(
        supplier, SimpleUploadedFile("b.csv", content.replace(b"except: CU, IR", b"only: Germany"))
    )
    assert outcomes(job) == ["updated", "unchanged"]
    product = Product.objects.get(pk=product.pk)
    assert offering_of(product) == OfferingFacts(Markets("only", ("DE",)), WHOLE.months, WHOLE.sample)
    assert SearchEntry.objects.get(product=product).countries == ["DE"]
    change = ProductChange.objects.latest("pk")
    assert (ProductChange.objects.count() - before, set(change.after)) == (1, {"ships", "countries"})


@pytest.mark.django_db
def test_a_row_states_an_offering_and_a_file_without_the_columns_keeps_it() -> None:
    supplier = a_company()
    row = rice(
        ships_to="DE",
        season_months="10, 11",
        sample_quantity="0.002",
        sample_price="20",
        sample_days="",
        sample_credited="yes",
    )
    assert outcomes(imported(supplier, csv_file([row]))) == ["created"]
    product = Product.objects.get()
    wanted = OfferingFacts(
        Markets("only", ("DE",)), (10, 11), Sample(Decimal("0.002"), Decimal(20), 0, is_credited=True)
    )
    assert offering_of(product) == wanted
    assert outcomes(imported(supplier, csv_file([rice(title="Another title")]))) == ["updated"]
    assert offering_of(Product.objects.get()) == wanted


@pytest.mark.django_db
def test_a_wrong_offering_is_an_error_of_its_column_and_nothing_is_written() -> None:
    supplier = a_company()
    rows = [
        rice(sku="A", ships_to="only: Germnay"),
        rice(sku="B", season_months="13"),
        rice(sku="C", sample_quantity="0.002"),
        rice(sku="D", sample_quantity="9", sample_price="20"),
    ]
    job = checked(supplier, csv_file(rows))
    assert outcomes(job) == ["error"] * 4
    assert [column for _row, column, _value, _remedy in problems(job)] == [
        "Offered to",
        "Season (months)",
        "Sample: price",
        "Sample: quantity",
    ]
    assert not Offering.objects.exists()
