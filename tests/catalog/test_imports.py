"""Imports of listings: from the file to the listing, by the operations and the worker's task."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import transaction

from catalog.errors import (
    AnotherImportRuns,
    ColumnsIncomplete,
    ImportNotFound,
    PictureFolderRefused,
    SheetIsPicture,
)
from catalog.models import ListingImport, Product, ProductChange, ProductTransition, SearchEntry, Variant
from catalog.operations import create_product
from catalog.operations.imports import rows as steps
from catalog.operations.imports.steering import cancel_import, run_import
from catalog.queries.listings.stored import facts_of
from catalog.tasks import work_import, work_imports
from marketplace.accounts.models import Company
from marketplace.core.errors import NotAllowed
from marketplace.core.ids import new_key
from marketplace.core.models import OutboxEvent
from marketplace.core.outbox import deliver_due
from marketplace.notifications.models import Notification
from tests.factories import AT
from tests.factories.accounts import a_company, a_member, owner_of, staff, user_of
from tests.factories.catalog import a_draft, a_live_product, a_submitted_product
from tests.factories.files import picture_bytes
from tests.factories.imports import (
    checked,
    csv_file,
    imported,
    many,
    outcomes,
    problems,
    rice,
    sent,
    xlsx_file,
)

pytestmark = pytest.mark.django_db
Make = Callable[..., UploadedFile[Any]]


def a_zip(**files: bytes) -> UploadedFile[Any]:
    """An archive; a double underscore in a name stands for the dot."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"my photos/{name.replace('__', '.')}", content)
    return SimpleUploadedFile("pictures.zip", out.getvalue())


@pytest.mark.parametrize("make", [csv_file, xlsx_file])
def test_a_table_becomes_drafts_and_the_same_table_again_changes_nothing(make: Make) -> None:
    supplier = a_company()
    rows = many(3)
    job = imported(supplier, make(rows))
    assert (job.state, outcomes(job), problems(job)) == ("done", ["created"] * 3, [])
    titles = list(Product.objects.order_by("pk").values_list("title", "state"))
    assert titles == [(f"Rice number {number}", "draft") for number in range(3)]
    assert outcomes(imported(supplier, make(rows))) == ["unchanged"] * 3
    assert (Product.objects.count(), ProductChange.objects.count()) == (3, 0)


def test_a_dry_run_changes_nothing() -> None:
    supplier = a_company()
    product = a_live_product(supplier, sku="BAS-1")
    job = checked(supplier, csv_file([rice(), rice(sku="NEW")]))
    assert (job.state, outcomes(job)) == ("checked", ["updated", "created"])
    assert Product.objects.count() == 1
    assert facts_of(product) == facts_of(Product.objects.get())
    assert not ProductChange.objects.exists()


def test_bulk_writes_the_same_rows_as_the_editor() -> None:
    """The twin of `create_product` and `edit_product`: every column of every row but keys and references."""
    by_hand, by_file = a_company(), a_company()
    job = imported(by_file, csv_file([rice()]))
    facts = facts_of(Product.objects.get())
    create_product(supplier_id=by_hand.pk, facts=facts, actor=owner_of(by_hand), key=new_key(), at=AT)
    assert _rows_of(by_hand) == _rows_of(by_file)
    imported(by_file, csv_file([rice(title="Another rice", tier_1_price="1170", sku="BAS-1")]))
    change = ProductChange.objects.get()
    assert (change.before, change.after) == (
        {"tiers": [["5", "1180"], ["25", "1125.5"]], "title": "1121 Steam Basmati Rice"},
        {"tiers": [["5", "1170"], ["25", "1125.5"]], "title": "Another rice"},
    )
    assert (job.rows.get().product, Product.objects.get(supplier=by_file).revision) == (change.product, 2)
    assert Product.objects.get(supplier=by_file).slug == "another-rice"


def _rows_of(supplier: Company) -> list[Any]:
    product = Product.objects.get(supplier=supplier)
    skipped = {"id", "ref", "supplier"}
    columns = {f.name: getattr(product, f.name) for f in Product._meta.fields if f.name not in skipped}
    variant = Variant.objects.get(product=product)
    steps = ProductTransition.objects.filter(product=product).values_list(
        "from_state", "to_state", "at", "reason"
    )
    tiers = list(variant.tiers.order_by("min_quantity").values_list("min_quantity", "unit_price"))
    return [columns, variant.sku, variant.position, tiers, list(steps)]


def test_every_wrong_row_names_column_value_and_remedy_and_loses_no_other() -> None:
    supplier = a_company()
    rows = [
        rice(sku="GOOD-1"),
        rice(sku="UNIT", unit_code="kilogrm"),
        rice(sku="HS", hs_code="999999"),
        rice(sku="GAP", moq="3"),
        rice(sku="OVERLAP", tier_2_from="5"),
        rice(sku="DEARER", tier_2_price="1200"),
        rice(sku="NUMBER", moq="five"),
        rice(sku="COUNTRY", origin="Indja"),
        rice(sku="GOOD-1"),
        rice(sku="", title="Nameless"),
        rice(sku="FORMULA", title="=cmd()"),
        rice(sku="GOOD-2", quantity_tolerance_bps="2.5"),
        rice(sku="TOLERANT", quantity_tolerance_bps="21"),
    ]
    job = imported(supplier, csv_file(rows))
    assert Variant.objects.filter(supplier=supplier).count() == 2
    found = {row: (column, value, text) for row, column, value, text in problems(job)}
    assert found[3] == ("Unit", "kilogrm", "No unit is called so. Did you mean: kilogram (KGM) · gram (GRM)?")
    assert found[4][:2] == ("HS code", "999999")
    assert found[5][:2] == ("From quantity 1", "5")
    assert "start at the minimum order" in found[5][2]
    assert found[6][:2] == ("From quantity 2", "5")
    assert "two prices would apply" in found[6][2]
    assert found[7][:2] == ("Unit price 2", "1200")
    assert "this price is not below the row above" in found[7][2]
    assert found[8] == (
        "Minimum order",
        "five",
        "Enter a number alone, without words or a currency: those have their own columns.",
    )
    assert found[9][2] == "No country is called so. Did you mean: India (IN)?"
    assert found[10][2].startswith("Row 2 is about the same listing.")
    assert found[11][2].startswith("Give the row an article number")
    assert found[12][:2] == ("Title", "=cmd()")
    assert found[14] == ("Quantity tolerance (%)", "21", "Between 0 and 20 percent.")
    assert Product.objects.get(variants__sku="GOOD-2").quantity_tolerance_bps == 250
    assert outcomes(job) == ["created", *["error"] * 10, "created", "error"]


def test_the_check_foretells_what_the_run_does() -> None:
    supplier = a_company()
    a_live_product(supplier, sku="BAS-1")
    a_submitted_product(supplier, sku="STILL")
    rows = [rice(), rice(sku="STILL"), rice(sku="NEW"), rice(sku="NEW"), rice(sku="BAD", hs_code="1")]
    job = checked(supplier, csv_file(rows))
    foretold = outcomes(job)
    assert foretold == ["updated", "error", "created", "error", "error"]
    run_import(ref=job.ref, actor=owner_of(supplier), at=AT)
    work_import(job.ref)
    assert [row.outcome for row in job.rows.order_by("number")] == foretold


def test_a_live_listing_that_is_changed_stays_live_is_found_and_waits_for_another_look() -> None:
    supplier = a_company()
    product = a_live_product(supplier, sku="BAS-1")
    imported(supplier, csv_file([rice(title="Sella rice of the new crop")]))
    product.refresh_from_db()
    assert (product.state, product.changed_since_review_at) == ("live", AT)
    assert "sella" in SearchEntry.objects.get(product=product).texts[0]


def test_a_live_listing_cannot_be_made_incomplete_and_a_draft_can() -> None:
    supplier = a_company()
    live = a_live_product(supplier, sku="LIVE")
    a_draft(supplier, sku="DRAFT")
    rows = [
        {"sku": "LIVE", "title": "1121 Steam Basmati Rice", "named_place": ""},
        {"sku": "DRAFT", "title": "1121 Steam Basmati Rice", "named_place": ""},
    ]
    job = imported(supplier, csv_file(rows), clears=True)
    assert outcomes(job) == ["error", "updated"]
    assert problems(job) == [(2, "Named place", "", "Name the place where the Incoterms rule applies.")]
    assert facts_of(live).named_place == "Mundra"


def test_empty_cells_and_missing_columns_leave_the_listing_as_it_is() -> None:
    supplier = a_company()
    product = a_live_product(supplier, sku="BAS-1")
    before = facts_of(product)
    job = imported(supplier, csv_file([{"sku": "BAS-1", "packaging": "", "tier_1_price": "1150"}]))
    assert outcomes(job) == ["updated"]
    after = facts_of(product)
    assert (after.packaging, after.title, after.moq) == (before.packaging, before.title, before.moq)
    assert [int(tier.unit_price) for tier in after.tiers if tier] == [1150, 1125, 1068]


def test_what_is_submitted_waits_for_the_moderators_who_are_told_once() -> None:
    supplier = a_company()
    reader = staff("moderation")
    job = imported(supplier, csv_file([*many(3), rice(sku="HALF", description="Too short")]), submits=True)
    assert outcomes(job) == ["created"] * 3 + ["error"]
    assert set(Product.objects.values_list("state", "submitted_at")) == {("in_review", AT)}
    assert ProductTransition.objects.count() == 6
    assert OutboxEvent.objects.filter(kind="product_submitted").count() == 3
    deliver_due(at=AT, limit=50)
    told = Notification.objects.filter(recipient_id=reader.user_id, channel="page").values_list(
        "title", flat=True
    )
    assert list(told) == ["To review: 3 listings of one file"]
    owner = Notification.objects.filter(recipient_id=owner_of(supplier).user_id, channel="page")
    assert [one.title for one in owner] == ["Import done: listings.csv"]


def test_pictures_come_out_of_the_archive_once() -> None:
    supplier = a_company()
    pictures = {"front__jpg": picture_bytes(), "back__png": picture_bytes(image_format="PNG")}
    row = rice(images="front.jpg | BACK.PNG")
    job = imported(supplier, csv_file([row]), a_zip(**pictures))
    product = Product.objects.get()
    assert (outcomes(job), product.images.count()) == (["created"], 2)
    again = imported(supplier, csv_file([row]), a_zip(**pictures))
    assert (outcomes(again), product.images.count()) == (["unchanged"], 2)


def test_a_broken_picture_leaves_a_remark_and_the_listing_stands() -> None:
    supplier = a_company()
    job = imported(supplier, csv_file([rice(images="bad.jpg")]), a_zip(bad__jpg=b"\xff\xd8\xff no picture"))
    assert (outcomes(job), Product.objects.count(), problems(job)[0][2]) == (["created"], 1, "bad.jpg")
    assert (
        "cannot be read as a picture" in problems(job)[0][3]
        or "not a file we can take" in problems(job)[0][3]
    )


def test_a_picture_that_is_not_there_is_an_error_of_its_row() -> None:
    job = checked(a_company(), csv_file([rice(images="lost.jpg")]))
    assert problems(job) == [(2, "Pictures", "lost.jpg", "Send a ZIP file that holds “lost.jpg”.")]


@pytest.mark.parametrize("name", ["../../etc/x.jpg", "/x.jpg", "C:/x.jpg", "a\\..\\x.jpg"])
def test_an_archive_that_leads_out_is_refused(name: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, picture_bytes())
    with pytest.raises(PictureFolderRefused):
        sent(a_company(), csv_file([rice()]), SimpleUploadedFile("p.zip", out.getvalue()))
    assert not ListingImport.objects.exists()


def test_a_company_runs_one_import_at_a_time_and_may_cancel() -> None:
    supplier = a_company()
    first, second = checked(supplier, csv_file(many(2))), checked(supplier, csv_file(many(2)))
    actor = owner_of(supplier)
    run_import(ref=first.ref, actor=actor, at=AT)
    with pytest.raises(AnotherImportRuns):
        run_import(ref=second.ref, actor=actor, at=AT)
    cancel_import(ref=first.ref, actor=actor, at=AT)
    work_imports()
    assert not Product.objects.exists()
    run_import(ref=second.ref, actor=actor, at=AT)
    work_imports()
    assert Product.objects.count() == 2


def test_another_company_has_no_such_import_and_a_viewer_may_not_steer_it() -> None:
    supplier = a_company()
    job = checked(supplier, csv_file(many(1)))
    with pytest.raises(ImportNotFound):
        run_import(ref=job.ref, actor=owner_of(a_company()), at=AT)
    viewer = a_member(supplier, "viewer")
    with pytest.raises(NotAllowed):
        run_import(ref=job.ref, actor=viewer, at=AT)
    job.refresh_from_db()
    assert job.state == "checked"


def test_somebody_who_left_the_company_imports_nothing_more() -> None:
    supplier = a_company()
    job = checked(supplier, csv_file(many(1)))
    leaver = a_member(supplier, "sales")
    run_import(ref=job.ref, actor=leaver, at=AT)
    supplier.members.filter(user=user_of(leaver)).delete()
    work_import(job.ref)
    job.refresh_from_db()
    assert (job.state, Product.objects.count()) == ("failed", 0)


def test_columns_are_remembered_by_layout_even_with_our_remarks_behind() -> None:
    supplier = a_company()
    mine = SimpleUploadedFile("a.csv", b"code,what we call it,colour\nA1,Rice of the hills,red\n")
    job = checked(supplier, mine, targets=("sku", "title", ""), defaults={"origin": "IN"})
    assert outcomes(job) == ["created"]
    again = SimpleUploadedFile("b.csv", b"code,what we call it,colour,What to do\nA2,Rice,red,mend it\n")
    later = sent(supplier, again)
    assert (later.targets, later.defaults) == (["sku", "title", "", ""], {"origin": "IN"})
    assert (
        sent(a_company(), SimpleUploadedFile("c.csv", b"code,what we call it,colour\nA1,R,red\n")).defaults
        == {}
    )


def test_a_listing_is_found_by_something() -> None:
    supplier = a_company()
    with pytest.raises(ColumnsIncomplete):
        checked(supplier, SimpleUploadedFile("a.csv", b"Title\nRice\n"))


def test_a_worker_that_dies_between_two_steps_leaves_the_rest_to_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A `BaseException`, as a kill is one: in the middle of the second chunk, and again behind it."""
    supplier = a_company()
    monkeypatch.setattr(steps, "CHUNK", 4)
    job = checked(supplier, csv_file(many(10)))
    run_import(ref=job.ref, actor=owner_of(supplier), at=AT)
    real, calls = steps._answer, []

    def dying(*args: Any, **kwargs: Any) -> None:
        calls.append(1)
        real(*args, **kwargs)
        if len(calls) in {2, 4}:
            raise KeyboardInterrupt

    monkeypatch.setattr(steps, "_answer", dying)
    for _death in range(2):
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            work_import(job.ref)
    work_imports()
    job.refresh_from_db()
    assert (job.state, Product.objects.count(), Variant.objects.count()) == ("done", 10, 10)


def test_a_step_that_fails_three_times_ends_the_import(monkeypatch: pytest.MonkeyPatch) -> None:
    supplier = a_company()
    monkeypatch.setattr(steps, "_read", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        sent(supplier, csv_file(many(1)))
    for _attempt in range(3):
        work_imports()
    job = ListingImport.objects.get()
    assert (job.state, "went wrong" in job.problem) == ("failed", True)


def test_a_picture_is_no_table() -> None:
    with pytest.raises(SheetIsPicture):
        sent(a_company(), SimpleUploadedFile("x.csv", picture_bytes()))
