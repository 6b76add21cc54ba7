"""The prices of a list as they are typed: the grid, the file down and up again, what is refused and what is kept."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from python_calamine import load_workbook

from catalog import operations
from catalog.errors import ChangedMeanwhile, PriceListEnded, PriceListNotFound, PriceListWrong
from catalog.imports.files import open_table
from catalog.models import PriceList, PriceListChange, PrivatePrice, Variant
from catalog.price_table import read_table
from catalog.queries import offer_for_order
from catalog.queries.prices.buyer_groups import buyer_groups_of
from catalog.queries.prices.grid import price_grid
from catalog.queries.prices.lists import price_lists_of
from catalog.rules.price_lists import PriceRow, PricesSaid, Sellable, judged_prices
from marketplace.core.ids import new_key
from tests.factories import AT
from tests.factories.accounts import a_company, owner_of, signed_in
from tests.factories.catalog import a_live_product
from tests.factories.price_lists import a_group_of, a_list_for
from tests.factories.variants import rice_in_two_packings

D = Decimal


def steps_of(price_list: PriceList) -> list[tuple[str, Decimal, Decimal]]:
    """Everything the list says."""
    rows = price_list.prices.order_by("variant_id", "min_quantity")
    return list(rows.values_list("variant__sku", "min_quantity", "unit_price"))


def say(
    price_list: PriceList, *rows: tuple[str, str, str], articles: tuple[str, ...] = (), **over: object
) -> None:
    """Set prices by the operation."""
    price_list.refresh_from_db()
    said = PricesSaid(
        tuple(PriceRow(a, D(q), D(p)) for a, q, p in rows), articles, bool(over.get("others", False))
    )
    operations.set_private_prices(
        price_list_ref=price_list.ref,
        said=said,
        revision=int(str(over.get("revision", price_list.revision))),
        actor=over.get("actor") or owner_of(price_list.supplier),  # type: ignore[arg-type]
        key=new_key(),
        at=AT,
    )


def test_judged_prices_answers_every_row_and_lets_a_list_begin_above_the_minimum() -> None:
    one = Sellable(1, "USD", D(5), D("0.5"))
    rows = [
        PriceRow("A", D(25), D(90)),
        PriceRow("X", D(5), D(1)),
        PriceRow("A", D("25.3"), D(80)),
        PriceRow("A-ref", D(5), D(95)),
    ]
    judged = judged_prices(rows, {"A": one, "A-ref": one})
    assert set(judged.problems) == {1, 2, 3}
    assert "article number" in judged.problems[1]
    assert "multiples" in judged.problems[2]
    assert "twice" in judged.problems[3]
    fine = judged_prices(rows[:1], {"A": one})
    assert [(tier.min_quantity, tier.unit_price) for tier in fine.steps[1]] == [(D(25), D(90))]
    assert judged_prices([PriceRow("A", D(4), D(90))], {"A": one}).problems


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("A;5;1180,5\nB;25;1.125,25", [("A", D(5), D("1180.5")), ("B", D(25), D("1125.25"))]),
        ("A\t5\t1,180.50\n", [("A", D(5), D("1180.50"))]),
        ("Article number,Product,Their price,Quantity from\nA,Rice,7,5\n", [("A", D(5), D(7))]),
        ("SKU,Quantity,Price\nA,5,\n", [("A", D(5), None)]),
    ],
)
def test_a_table_is_read_as_people_write_it(
    text: str, wanted: list[tuple[str, Decimal, Decimal | None]]
) -> None:
    with open_table(io.BytesIO(text.encode())) as table:
        rows = read_table(table)
    assert [(row.article, row.quantity, row.price) for row in rows] == wanted
    assert not any(row.problem for row in rows)


def test_a_table_without_the_columns_and_rows_that_are_no_numbers_are_answered() -> None:
    with (
        open_table(io.BytesIO(b"Name,Colour,Size,Weight\nA,red,5,6\n")) as table,
        pytest.raises(PriceListWrong),
    ):
        read_table(table)
    with open_table(io.BytesIO(b"A,five,7\n=cmd(),5,7\n,5,7\nA,,7\n")) as table:
        rows = read_table(table)
    assert all(row.problem for row in rows)
    assert [row.number for row in rows] == [1, 2, 3, 4]


@pytest.mark.django_db
def test_set_private_prices_changes_what_is_named_and_keeps_the_rest() -> None:
    rice = a_live_product(sku="R-1")
    beans = a_live_product(rice.supplier, sku="B-1")
    found = a_list_for(a_company(), rice, ("5", "900"))
    say(found, ("B-1", "5", "800"), ("B-1", "25", "700"))
    both = [("R-1", D(5), D(900)), ("B-1", D(5), D(800)), ("B-1", D(25), D(700))]
    assert steps_of(found) == both
    changes = PriceListChange.objects.count()
    refusals: tuple[tuple[type[Exception], tuple[tuple[str, str, str], ...], dict[str, object]], ...] = (
        (PriceListWrong, (("R-1", "4", "1"),), {}),
        (PriceListWrong, (("R-1", "5", "10"), ("R-1", "25", "20")), {}),
        (PriceListWrong, (("Nobody's", "5", "10"),), {}),
        (ChangedMeanwhile, (("R-1", "5", "10"),), {"revision": 1}),
        (PriceListNotFound, (("R-1", "5", "10"),), {"actor": owner_of(a_company())}),
    )
    for error, rows, over in refusals:
        with pytest.raises(error):
            say(found, *rows, **over)  # type: ignore[arg-type]
    assert (steps_of(found), PriceListChange.objects.count()) == (both, changes)
    say(found, articles=("R-1",))
    assert steps_of(found) == both[1:]
    say(found, ("R-1", "25", "850"), others=True)
    assert steps_of(found) == [("R-1", D(25), D(850))]
    operations.end_price_list(price_list_ref=found.ref, actor=owner_of(rice.supplier), key=new_key(), at=AT)
    with pytest.raises(PriceListEnded):
        say(found, ("B-1", "5", "1"))
    assert beans.ref != rice.ref


def _posted(page: str) -> dict[str, str]:
    """The cells of the grid as a browser would send them back."""
    parts = [piece.partition(">")[0] for piece in page.split("<input ")[1:]]
    names = [
        dict(pair.split("=", 1) for pair in part.replace('" ', '"\n').splitlines() if "=" in pair)
        for part in parts
    ]
    cells = {one["name"].strip('"'): one.get("value", '""').strip('"') for one in names if "name" in one}
    return {name: value for name, value in cells.items() if name not in {"q", "priced", "lang", "next"}}


@pytest.mark.django_db
def test_the_grid_saves_what_was_typed_answers_each_line_and_loses_nothing() -> None:
    rice = a_live_product(sku="R-1")
    found = a_list_for(a_company(), rice, ("5", "1000"))
    client = signed_in(owner_of(rice.supplier))
    page = reverse("workbench_private_prices", args=[found.ref])
    shown = client.get(page).content.decode()
    assert "−15.25" in shown  # 1000 beside 1180
    variant = Variant.objects.get(product=rice)
    cells = _posted(shown)
    assert cells[f"price-{variant.pk}-0"] == "1000.00"
    assert cells[f"quantity-{variant.pk}-1"] == "25"
    assert cells[f"price-{variant.pk}-1"] == ""
    wrong = client.post(page, cells | {f"price-{variant.pk}-1": "1050", f"price-{variant.pk}-2": "cheap"})
    text = wrong.content.decode()
    assert wrong.status_code == 422
    assert 'value="cheap"' in text
    assert 'value="1050"' in text
    assert "is not below the row above" in text
    assert steps_of(found) == [("R-1", D(5), D(1000))]
    longer = client.post(
        page, cells | {"longer": str(variant.pk), f"price-{variant.pk}-1": "990"}
    ).content.decode()
    assert f"quantity-{variant.pk}-4" in longer
    assert 'value="990"' in longer
    saved = client.post(
        page,
        cells
        | {
            f"price-{variant.pk}-1": "950.5",
            f"quantity-{variant.pk}-3": "500",
            f"price-{variant.pk}-3": "900",
        },
    )
    assert saved.status_code == 302
    assert steps_of(found) == [("R-1", D(5), D(1000)), ("R-1", D(25), D("950.5")), ("R-1", D(500), D(900))]
    fresh = _posted(client.get(page).content.decode()) | {f"price-{variant.pk}-1": "940", "turn": "next"}
    assert client.post(page, fresh).url == f"{page}?page=2"  # type: ignore[attr-defined]
    assert ("R-1", D(25), D(940)) in steps_of(found)
    again = _posted(client.get(page).content.decode()) | {"turn": "previous"}
    assert client.post(f"{page}?page=2", again).url == page  # type: ignore[attr-defined]
    late = client.post(page, cells | {f"price-{variant.pk}-1": "1", f"price-{variant.pk}-0": "2"})
    assert late.status_code == 422  # the revision of before
    assert f'name="revision" value="{PriceList.objects.get().revision}"' in late.content.decode()


@pytest.mark.django_db
def test_the_file_goes_down_and_up_again_and_changes_nothing_but_what_was_changed() -> None:
    rice = a_live_product(sku="=R-1")
    beans = a_live_product(rice.supplier, sku="")
    found = a_list_for(a_company(), rice, ("5", "1000"), ("25", "950"))
    client = signed_in(owner_of(rice.supplier))
    file, table = (
        reverse(f"workbench_private_prices_{name}", args=[found.ref]) for name in ("file", "table")
    )
    csv = _streamed(client, f"{file}?all=1&format=csv")
    assert "'=R-1" in csv  # no spreadsheet calculates it
    assert beans.ref in csv
    before = steps_of(found)
    same = client.post(
        table,
        {"idempotency_key": new_key(), "revision": 1, "file": SimpleUploadedFile("p.csv", csv.encode())},
    )
    assert same.status_code == 200
    assert "Nothing would change" in same.content.decode()
    sheet = load_workbook(io.BytesIO(b"".join(client.get(file).streaming_content))).get_sheet_by_index(0)  # type: ignore[attr-defined]
    assert [row[6:8] for row in sheet.to_python()[1:]] == [[5.0, 1000.0], [25.0, 950.0]]

    rows = f"'=R-1\t5\t990\n{beans.ref}\t5\t800\n{beans.ref}\t25\t900\n"
    sent = {"idempotency_key": new_key(), "revision": 1, "rows": rows, "save": "1"}
    refused = client.post(table, sent)
    assert refused.status_code == 422
    assert "row has to be mended" in refused.content.decode()
    assert steps_of(found) == before
    sent["rows"] = rows.replace("\t900", "\t700")
    checked = client.post(
        table, {key: value for key, value in sent.items() if key != "save"}
    ).content.decode()
    assert "2 new, 1 changed, 0 as they are, 1 taken out" in checked
    assert steps_of(found) == before
    assert client.post(table, sent).status_code == 302
    assert steps_of(found) == [("=R-1", D(5), D(990)), ("", D(5), D(800)), ("", D(25), D(700))]
    assert PrivatePrice.objects.count() == 3


def _streamed(client: Client, address: str) -> str:
    return b"".join(client.get(address).streaming_content).decode()  # type: ignore[attr-defined]


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 3])
def test_the_pages_take_the_same_statements_for_one_and_for_three(
    django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    products = [a_live_product(sku="R-1")]
    supplier = products[0].supplier
    products += [a_live_product(supplier, sku=f"R-{n}") for n in range(2, number + 1)]
    groups = [a_group_of(supplier, a_company(), name=f"Group {n}") for n in range(number)]
    found = [a_list_for(group, product) for group, product in zip(groups, products, strict=True)]
    actor = owner_of(supplier)
    with django_assert_num_queries(4):
        grid = price_grid(found[0].ref, actor, AT.date())
    assert [one.variant.article for one in grid.variants] == [f"R-{n}" for n in range(1, number + 1)]
    assert len(price_grid(found[0].ref, actor, AT.date(), priced_only=True).variants) == 1
    with django_assert_num_queries(1):
        lists = price_lists_of(supplier.pk, AT.date())
    assert [(row.buyers, row.groups, row.prices) for row in lists] == [(0, 1, 1)] * number
    with django_assert_num_queries(1):
        rows = buyer_groups_of(supplier.pk)
    assert [(row.members, row.lists) for row in rows] == [(1, 1)] * number


@pytest.mark.django_db
def test_each_variant_has_a_row_and_a_price_of_its_own() -> None:
    rice = a_live_product(sku="R-1")
    buyer = a_company()
    rice_in_two_packings(rice)
    second = Variant.objects.get(product=rice, position=2)
    found = a_list_for(buyer, rice, ("5", "1000"))
    named = f"{rice.ref}/{second.number}"
    Variant.objects.filter(pk=second.pk).update(sku="")
    say(found, (named, "5", "1001"))
    grid = price_grid(found.ref, owner_of(rice.supplier), AT.date())
    rows = [(one.variant.article, one.variant.name, one.lines[0].price) for one in grid.variants[:2]]
    assert rows == [("R-1", grid.variants[0].variant.name, "1000.00"), (named, second.name, "1001.00")]
    paid = [
        offer_for_order(
            product_ref=rice.ref, quantity=D(5), variant=number, buyer_company_id=buyer.pk, today=AT.date()
        ).unit_price
        for number in (None, second.number)
    ]
    assert paid == [D(1000), D(1001)]
