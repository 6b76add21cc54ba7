"""Rows and files of imports that ended long ago go; the figures, the listings and what is younger stay."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db.models import ProtectedError
from django.urls import reverse

from catalog.models import ListingImport, ListingImportRow, Product
from catalog.operations.imports.clearing import clear_old_rows
from catalog.operations.imports.steering import FILE_KIND
from catalog.queries.imports.pages import ROWS_KEPT
from marketplace.core.actors import Actor
from marketplace.core.outbox import deliver_due
from marketplace.files.models import StoredFile
from marketplace.files.operations import discard_files, store_bytes
from tests.factories import AT
from tests.factories.accounts import a_company, owner_of, signed_in
from tests.factories.imports import checked, csv_file, imported, many, rice

pytestmark = pytest.mark.django_db


def test_rows_and_files_of_an_old_import_go_and_its_figures_stay() -> None:
    supplier = a_company()
    bystander = store_bytes(
        kind=FILE_KIND,
        subject="imp_other",
        name="a.csv",
        content=b"a,b\n1,2\n",
        actor=Actor.system("test"),
        at=AT,
    )
    job = imported(supplier, csv_file([*many(2), rice(sku="BAD", unit_code="kilogrm")]))
    client = signed_in(owner_of(supplier))
    address, to_mend = (
        reverse(name, args=[job.ref]) for name in ("workbench_import", "workbench_import_errors")
    )
    assert "can be had until 31 May 2026" in client.get(address).content.decode().replace("\u00a0", " ")
    assert clear_old_rows(at=job.moved_at + ROWS_KEPT) == 0
    assert client.get(to_mend).status_code == 200
    later = job.moved_at + ROWS_KEPT + timedelta(seconds=1)
    path = StoredFile.objects.get(subject=job.ref).path
    with pytest.raises(ProtectedError):
        discard_files(kind=FILE_KIND, subject=job.ref, actor=Actor.system("test"), at=later)
    assert default_storage.exists(path)
    assert [clear_old_rows(at=later), clear_old_rows(at=later)] == [1, 0]
    job.refresh_from_db()
    assert (job.state, job.counts, job.rows_cleared_at) == ("done", {"created": 2, "error": 1}, later)
    assert not ListingImportRow.objects.exists()
    assert (list(StoredFile.objects.all()), default_storage.exists(path)) == ([bystander], True)
    assert deliver_due(at=later).failed == 0
    assert [default_storage.exists(each) for each in (path, bystander.path)] == [False, True]
    assert Product.objects.count() == 2
    page = client.get(address).content.decode()
    assert "What the rows came to" in page
    assert "Done: 2 rows went in. 1 is to mend." in page
    assert "workbench_import_errors" not in page
    assert to_mend not in page
    assert client.get(to_mend).status_code == 409


def test_an_import_nobody_went_on_with_is_cancelled_and_one_at_work_is_left() -> None:
    waiting, at_work = (checked(a_company(), csv_file(many(1))) for _ in range(2))
    ListingImport.objects.filter(pk=at_work.pk).update(state="running")
    assert clear_old_rows(at=AT + ROWS_KEPT * 2) == 1
    waiting.refresh_from_db()
    at_work.refresh_from_db()
    assert (waiting.state, waiting.counts, at_work.state) == ("cancelled", {}, "running")
    assert list(ListingImportRow.objects.values_list("listing_import_id", flat=True)) == [at_work.pk]
