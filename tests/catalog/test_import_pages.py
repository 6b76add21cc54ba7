"""The pages of an import, through HTTP: file, columns, check, run, downloads, export."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.models import ListingImport, Product
from catalog.queries.imports.faults import common_faults
from catalog.queries.imports.pages import rows_to_mend
from marketplace.core.ids import new_key
from tests.factories.accounts import a_company, owner_of, signed_in
from tests.factories.catalog import a_live_product
from tests.factories.imports import checked, csv_file, imported, many, outcomes, rice, sent, worked

pytestmark = pytest.mark.django_db


def text(response: Any) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return str(content.decode("utf-8-sig")).replace("\u00a0", " ")


def page_of(job: ListingImport, name: str = "workbench_import") -> str:
    return reverse(name, args=[job.ref])


def send(client: Client, upload: Any, **more: Any) -> Any:
    return client.post(reverse("workbench_imports"), {"file": upload, "idempotency_key": new_key(), **more})


def test_three_steps_lead_from_the_file_to_the_listings() -> None:
    supplier = a_company()
    client = signed_in(owner_of(supplier))
    assert reverse("workbench_imports") in text(client.get(reverse("workbench_products")))
    response = send(client, csv_file([*many(2), rice(sku="BAD", unit_code="kilogrm")]))
    job = ListingImport.objects.get()
    assert response.headers["Location"] == page_of(job)
    waiting = client.get(page_of(job))
    assert "Reading the file" in text(waiting)
    assert "Look again" in text(waiting)
    worked(job)
    read = client.get(page_of(job), headers={"HX-Request": "true"})
    assert (read.headers["HX-Refresh"], read.content) == ("true", b"")
    columns = text(client.get(page_of(job)))
    assert "What each column means" in columns
    assert "Rice number 0" in columns
    assert columns.count('<option value="moq" selected>Minimum order</option>') == 1
    form = {f"column_{number}": target for number, target in enumerate(ListingImport.objects.get().targets)}
    answer = client.post(page_of(job, "workbench_import_columns"), {**form, "decimal_sign": "."})
    assert answer.headers["Location"] == page_of(job)
    worked(job)
    check = text(client.get(page_of(job)))
    assert "Import 2 rows" in check
    assert "No unit is called so. Did you mean: kilogram (KGM)" in check
    assert not Product.objects.exists()
    client.post(page_of(job, "workbench_import_run"))
    progress = client.get(page_of(job), headers={"HX-Request": "true"})
    assert text(progress).lstrip().startswith('<section class="sheet progress"')
    worked(job)
    done = client.get(page_of(job), headers={"HX-Request": "true"})
    assert (done.headers["HX-Refresh"], Product.objects.count()) == ("true", 2)
    assert "Done: 2 rows went in. 1 is to mend." in text(client.get(page_of(job)))


def test_rows_to_mend_come_in_their_layout_and_go_in_once_mended() -> None:
    supplier = a_company()
    client = signed_in(owner_of(supplier))
    job = imported(supplier, csv_file([rice(), rice(sku="BAD", unit_code="kilogrm")], delimiter=";"))
    response = client.get(page_of(job, "workbench_import_errors"))
    assert response.headers["Content-Disposition"] == 'attachment; filename="listings-to-mend.csv"'
    rows = list(csv.reader(io.StringIO(text(response)), delimiter=";"))
    assert rows[0] == [*job.header, "What to do"]
    assert rows[1][-1].startswith("Unit: “kilogrm” – No unit is called so.")
    mended = "\r\n".join(";".join(row) for row in rows).replace("kilogrm", "tonne")
    again = imported(supplier, SimpleUploadedFile("again.csv", mended.encode()))
    assert outcomes(again) == ["created"]


def test_columns_that_say_one_thing_twice_are_shown_again_with_what_was_chosen() -> None:
    supplier = a_company()
    job = sent(supplier, csv_file([rice()]))
    client = signed_in(owner_of(supplier))
    form = {f"column_{number}": target for number, target in enumerate(job.targets)}
    form |= {"column_1": "sku", "decimal_sign": ".", "default_named_place": "Kandla"}
    response = client.post(page_of(job, "workbench_import_columns"), form)
    assert response.status_code == 422
    assert "“Article number” is chosen for two columns; keep one of them." in text(response)
    assert 'value="Kandla"' in text(response)
    job.refresh_from_db()
    assert job.state == "columns"


def test_outcomes_are_filtered_and_paged(monkeypatch: pytest.MonkeyPatch) -> None:
    supplier = a_company()
    job = checked(supplier, csv_file([*many(2), rice(sku="BAD", hs_code="1")]))
    client = signed_in(owner_of(supplier))
    for asked in ({}, {"outcome": "error"}):  # what is to mend comes first
        errors = text(client.get(page_of(job), asked))
        assert ("BAD" in errors, "R-00000" in errors) == (True, False)
    monkeypatch.setattr("catalog.queries.imports.pages.PAGE_SIZE", 2)
    first = text(client.get(page_of(job), {"outcome": "all"}))
    assert "after=3#rows" in first
    assert "BAD" in text(client.get(page_of(job), {"outcome": "all", "after": "3"}))


@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_of_rows_asks_equally_often(
    rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    supplier = a_company()
    job = imported(supplier, csv_file(many(rows)))
    client = signed_in(owner_of(supplier))
    client.get(page_of(job))
    with django_assert_num_queries(9):
        client.get(page_of(job))


def test_the_same_fault_in_many_rows_is_said_once_and_the_download_says_it_row_by_row(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    supplier = a_company()
    wrong = [rice(sku=f"KGS-{number}", unit_code="wagonload") for number in range(4)]
    odd = [rice(sku=f"HS-{number}", hs_code=str(number)) for number in range(1, 4)]
    job = checked(supplier, csv_file([rice(sku="GOOD"), *wrong, *odd, rice(sku="ONE", moq="-1")]))
    job.refresh_from_db()
    with django_assert_num_queries(1):
        unit, code = common_faults(job, "planned")
    assert (unit.value, unit.rows, unit.where, unit.for_all) == ("wagonload", 4, "4 rows: 3, 4, 5 …", False)
    assert (code.value, code.rows, code.where) == ("1 and 2 other values", 3, "3 rows: 7, 8, 9")
    page = text(signed_in(owner_of(supplier)).get(page_of(job)))
    assert page.count("4 rows: 3, 4, 5 …") == 1
    assert sum("wagonload" in str(row[-1]) for row in rows_to_mend(job)) == 4


def test_unknown_words_are_read_as_their_company_says_also_in_the_next_file() -> None:
    """Units, countries, currencies and Incoterms rules; “Stk.” and “KG.” are known, a wrong HS code is no such word."""
    supplier = a_company()
    client = signed_in(owner_of(supplier))
    rows = [
        rice(sku="A", unit_code="bultos", origin="Bharath"),
        rice(sku="B", unit_code="Bultos ", currency="US$", hs_code="1"),
        rice(sku="C", unit_code="KG.", incoterms_rule="franco bordo"),
        rice(sku="D", unit_code="Stück", order_multiple="1"),
    ]
    job = checked(supplier, csv_file(rows))
    assert outcomes(job) == ["error", "error", "error", "created"]
    page = text(client.get(page_of(job)))
    asked = dict(re.findall(r'name="word_(\d)" value="([^"]*)"', page))
    assert sorted(asked.values()) == ["Bharath", "Bultos", "US$", "bultos", "franco bordo"]
    meant = {"bultos": "KGM", "Bultos": "", "Bharath": "IN", "US$": "USD", "franco bordo": "FOB"}
    targets = dict(re.findall(r'name="about_(\d)" value="([^"]*)"', page))
    sent_words = {
        name: value
        for place, word in asked.items()
        for name, value in (
            (f"word_{place}", word),
            (f"about_{place}", targets[place]),
            (f"code_{place}", meant[word]),
        )
        if meant[word]
    }
    assert client.post(page_of(job, "workbench_import_words"), sent_words).status_code == 302
    worked(job)
    job.refresh_from_db()
    assert outcomes(job) == ["created", "error", "created", "created"]  # the wrong code is left
    assert "words are read as you said" in text(client.get(page_of(job)))
    later = checked(supplier, csv_file([rice(sku="E", unit_code="BULTOS", origin="Bharath")]))
    assert outcomes(later) == ["created"]
    undone = {"word_0": "bultos", "about_0": "unit_code", "code_0": ""}
    client.post(page_of(later, "workbench_import_words"), undone)
    worked(later)
    assert outcomes(later) == ["error"]
    for wrong in ({"about_0": "title"}, {"code_0": "XXX"}, {"word_0": ""}):
        client.post(page_of(later, "workbench_import_words"), {**undone, **wrong})
        later.refresh_from_db()
        assert later.state == "checked"


@pytest.mark.parametrize("listings", [1, 3])
def test_an_export_asks_equally_often(
    listings: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    supplier = a_company()
    for number in range(listings):
        a_live_product(supplier, sku=f"R-{number}")
    client = signed_in(owner_of(supplier))
    text(client.get(reverse("workbench_export"), {"format": "csv"}))
    with django_assert_num_queries(13):
        assert text(client.get(reverse("workbench_export"), {"format": "csv"})).count("\r\n") == listings + 1


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", b"", "is empty"),
        ("photo.csv", b"\x89PNG\r\n\x1a\n1234", "These are pictures, not a table"),
        ("secret.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 20, "cannot be read as a table"),
        ("zip.xlsx", b"PK\x03\x04nothing", "cannot be read as a table"),
        ("large.csv", b"a," * (13 * 1024 * 1024), "is larger than 25 MB"),
    ],
)
def test_a_file_that_is_no_table_is_refused_beside_its_field(name: str, content: bytes, message: str) -> None:
    client = signed_in(owner_of(a_company()))
    response = send(client, SimpleUploadedFile(name, content))
    assert response.status_code == 422
    assert message in text(response)
    assert not ListingImport.objects.exists()
