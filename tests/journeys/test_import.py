"""An exporter brings a spreadsheet of 77 products with ten errors, mends them in the file that comes back, and is done.

Our own spreadsheet without JavaScript, as a workbook; the Northwind one (`make proof`) with it, as a CSV file.
"""

from __future__ import annotations

import csv
import io
import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from catalog.imports.files import open_table
from catalog.models import Product, Variant
from catalog.tasks import work_imports
from tests.factories.imports import checked, csv_file, header_of, outcomes, rice, xlsx_file
from tests.journeys.conftest import Stage
from tests.journeys.people import Member, work_in_the_background

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
Rows = list[dict[str, str]]
PLANTED: tuple[tuple[int, dict[str, str]], ...] = (
    (3, {"unit_code": "kilogrm"}),
    (9, {"hs_code": "9999.99"}),
    (14, {"moq": "five tonnes"}),
    (20, {"tier_2_price": "9999999"}),
    (27, {"tier_2_from": "5"}),
    (33, {"origin": "Atlantis"}),
    (40, {"title": "12"}),
    (52, {"sku": ""}),
    (61, {"category_code": "Riice of the sea"}),
    (76, {"currency": "Dollars"}),
)


def right_rows() -> Rows:
    return [
        rice(sku=f"LOT-{number:02}", title=f"Basmati of lot {number}", tier_1_price=str(1200 + number))
        for number in range(77)
    ]


def with_errors(rows: Rows) -> Rows:
    wrong = [dict(row) for row in rows]
    for number, errors in PLANTED:
        wrong[number].update(errors)
    return wrong


def brings(ana: Member, name: str, content: bytes) -> None:
    """From her products through the three steps to the end of the check; the worker works in between."""
    ana.goes_to("Products")
    ana.follow(re.compile("^Import"), ana.main)
    ana.attach(
        "Table of listings", [{"name": name, "mimeType": "application/octet-stream", "buffer": content}]
    )
    ana.press("Send and go on", ana.main)
    ana.sees("Reading the file")
    work_imports()
    ana.page.reload()
    ana.sees("What each column means")


def lets_it_be_checked(ana: Member) -> None:
    ana.press("Check every row", ana.main)
    expect(ana.page.locator(".progress")).to_be_visible()
    work_imports()
    ana.page.reload()


def lets_it_run(ana: Member, label: str) -> None:
    ana.press(label, ana.main)
    work_imports()
    ana.page.reload()


def takes_the_rows_to_mend(ana: Member) -> bytes:
    with ana.page.expect_download() as coming:
        ana.main.get_by_role("link", name="Download rows to mend").click()
    return Path(coming.value.path()).read_bytes()


@pytest.mark.parametrize("script", [False], ids=["no-script"])
def test_seventy_seven_products_with_ten_errors_go_in_by_two_files(stage: Stage) -> None:
    supplier, ana = stage.owner("Ana Pereira", "Malabar Mill Exports", "IN")
    rows = right_rows()
    sheet = xlsx_file(with_errors(rows))
    brings(ana, "listings.xlsx", sheet.read())
    lets_it_be_checked(ana)
    ana.sees("No unit is called so. Did you mean: kilogram (KGM)", "No country is called so.")
    assert not Product.objects.exists()
    expect(ana.main.get_by_role("link", name=re.compile("To mend"))).to_contain_text("10")
    lets_it_run(ana, "Import 67 rows")
    ana.sees("Done: 67 rows went in. 10 are to mend.")
    assert Product.objects.count() == 67
    back = takes_the_rows_to_mend(ana)
    brings(ana, "mended.xlsx", mended(back, rows))
    lets_it_be_checked(ana)
    lets_it_run(ana, "Import 10 rows")
    ana.sees("Done: every row went in.")
    assert Variant.objects.filter(supplier=supplier).values("sku").distinct().count() == 77
    assert outcomes(checked(supplier, csv_file(rows))) == ["unchanged"] * 77
    work_in_the_background()
    ana.reads_in_the_bell("Import done: mended.xlsx")


def mended(back: bytes, rows: Rows) -> bytes:
    """The file as it came back, the cells that it names replaced by the right ones, its last column left as it is."""
    header = header_of(rows)
    fixed: Rows = []
    with open_table(io.BytesIO(back)) as table:
        assert table.header[-1] == "What to do"
        for (number, _errors), (_row, cells) in zip(PLANTED, table.rows, strict=True):
            remedy = str(cells[-1])
            assert remedy, number
            said = dict(zip(header, cells, strict=False))
            fixed.append({name: rows[number][name] for name in header} | {"what": remedy})
            assert said["description"] == rows[number]["description"]
    return bytes(xlsx_file(fixed).read())


# Column of the real table → what is planted there, by place in the file.
NORTHWIND: tuple[tuple[int, dict[str, str]], ...] = (
    (0, {"unit_price": "eighteen"}),
    (7, {"unit_price": "0"}),
    (12, {"unit_price": "1.234,5"}),
    (19, {"product_id": ""}),
    (25, {"product_name": "=1+1"}),
    (31, {"product_name": "12"}),
    (44, {"unit_price": "-3"}),
    (50, {"product_name": "x" * 150}),
    (63, {"quantity_per_unit": "y" * 201}),
    (70, {"product_id": "1"}),
)
FOR_ALL = {
    "category_code": re.compile("^Rice$"),
    "origin": re.compile("^United States$"),
    "unit_code": re.compile("^pack$"),
    "currency": re.compile("^USD$"),
    "incoterms_rule": re.compile("^FOB"),
}
TYPED = {
    "moq": "1",
    "order_multiple": "1",
    "named_place": "Seattle",
    "lead_time_days": "14",
    "hs_code": "2106.90",
}


@pytest.mark.proof
@pytest.mark.parametrize("script", [True], ids=["script"])
def test_the_northwind_products_go_in_as_one_suppliers(stage: Stage) -> None:
    """The 77 real ones, from the table as it is: columns guessed, the rest said once for all rows."""
    file = Path(os.environ.get("PORTOLAN_DATA", "/nowhere")) / "northwind" / "products.csv"
    assert file.is_file(), "make proof DATA=<the folder that holds northwind/>"
    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    supplier, ana = stage.owner("Nancy Davolio", "Northwind Traders", "US")
    brings(ana, "products.csv", as_csv(planted(rows)))
    says_what_the_table_does_not(ana)
    lets_it_be_checked(ana)
    expect(ana.main.get_by_role("link", name=re.compile("To mend"))).to_contain_text("10")
    lets_it_run(ana, "Import 67 rows")
    assert Product.objects.count() == 67
    back = list(csv.DictReader(io.StringIO(takes_the_rows_to_mend(ana).decode("utf-8-sig"))))
    right = [dict(rows[place]) for place, _errors in NORTHWIND]
    assert [row["supplier_id"] for row in back] == [row["supplier_id"] for row in right]
    brings(ana, "mended.csv", as_csv([row | {"What to do": "done"} for row in right]))
    lets_it_be_checked(ana)
    lets_it_run(ana, "Import 10 rows")
    ana.sees("Done: every row went in.")
    titles = sorted(Product.objects.filter(supplier=supplier).values_list("title", flat=True))
    assert titles == sorted(row["product_name"] for row in rows)


def planted(rows: Rows) -> Rows:
    wrong = [dict(row) for row in rows]
    for place, errors in NORTHWIND:
        wrong[place].update(errors)
    return wrong


def says_what_the_table_does_not(nancy: Member) -> None:
    category = nancy.page.get_by_label("category_id", exact=True)
    category.select_option(value="")
    for name, words in FOR_ALL.items():
        field = nancy.page.locator(f"#id_default_{name}")
        option = field.locator("option").filter(has_text=words).first
        field.select_option(value=option.get_attribute("value"))
    for name, typed in TYPED.items():
        nancy.page.locator(f"#id_default_{name}").fill(typed)


def as_csv(rows: Rows) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
